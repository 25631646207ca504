"""Lo que el proceso lector necesita para hablar con una API; viaja en JSON por tubería."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fluxion_luigi.config.http import Http
from fluxion_luigi.periodos import Rango

# Un día en que nadie vendió: se pregunta por él para saber si la API contesta.
SIN_VENTAS = Rango(date(2000, 1, 1), date(2000, 1, 1))
# Dónde va lo bajado, dentro de la carpeta que se le deja al lector.
CARPETA = "descargas"


@dataclass(frozen=True)
class Pedido:
    """Lo que hace falta para leer una tienda. Lleva la clave: no se muestra.

    `credencial` son los valores de `token`, `usuario` y `clave`, los que haya; `lectura` distingue
    lo que baja cada una, y `candados` son los archivos que se reparten los pedidos a una misma
    dirección. Los tiempos, en segundos.
    """

    sistema: str
    http: Http
    url: str
    sucursal: str
    credencial: Mapping[str, str]
    ca: str
    formato_fecha: str
    moneda: str
    ventas: str
    conteo: str
    facturas: str
    lectura: str
    candados: tuple[str, ...]
    chunk_filas: int
    intentos: int
    pausa_inicial: float
    pausa_maxima: float
    timeout_conexion: float
    timeout_sin_avance: float

    @classmethod
    def de_dict(cls, datos: Mapping[str, Any]) -> "Pedido":
        """Lo inverso de `asdict`, también tras un viaje en JSON."""
        http, candados = Http.de_dict(datos["http"]), tuple(datos["candados"])
        return cls(**{**datos, "http": http, "candados": candados})

    def __repr__(self) -> str:
        return f"Pedido({self.sistema}, {self.url}#{self.sucursal}, credencial oculta)"
