"""La interfaz de un origen: lo que toda clase de POS (ODBC, HTTP) sabe hacer.

Cada clase es un paquete de aquí con dos módulos: `fuente`, lo que hace el proceso de la corrida, y
`sesion`, lo que hace el proceso lector. Cuál es la de una tienda lo dice `Tienda.fuente`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from fluxion_luigi.conciliacion import Conteos
from fluxion_luigi.errores import ErrorFluxion
from fluxion_luigi.esquema import Hallazgo
from fluxion_luigi.periodos import Rango

if TYPE_CHECKING:  # Luigi no carga Arrow, ni el lector la configuración
    import pyarrow as pa

    from fluxion_luigi.config import Configuracion, Tienda
    from fluxion_luigi.origen.resultado import Resultado

# Se llama con cada cosa que llega: quien vigila al lector vuelve a contar su espera.
Latido = Callable[[], None]
# Menos letras que estas, del principio de una clave, no dicen nada.
_SE_RECONOCE = 4


class Sesion(Protocol):
    """Una tienda abierta para preguntarle, una pregunta a la vez. La abre `sesion.abrir(pedido,
    timeout, aparte)`; en la carpeta `aparte` puede dejar lo que baje.

    Lo que falle sale como `sesion.Error`, con las palabras de la fuente, o como `ErrorFluxion`.
    """

    def probar(self, timeout: float) -> None:
        """Pregunta por cero días, en a lo sumo esos segundos."""

    def identidad(self) -> str | None:
        """Quién dice ser el servidor, o None si no sabe decirlo."""

    def contar(self, dias: Rango, latido: Latido) -> tuple[Conteos, int]:
        """Filas y sumas de cada día, según el propio origen, y filas sin fecha."""

    def preparar(self, dias: Rango, latido: Latido) -> None:
        """Lo que se pide una sola vez para leer esos días, aunque sea en varias ventanas."""

    def leer(self, dias: Rango, latido: Latido) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """Las líneas de esos días, en el esquema declarado."""

    def desde(self, dias: Rango) -> datetime | None:
        """Cuándo se empezó a pedir lo que `leer` acaba de dar, si ya se tenía desde antes."""


class Fuente(Protocol):
    """Lo que la corrida necesita de una clase de POS, sin abrir nada que no sobreviva a un fork.

    `CUENTA`, si sabe contar unos días sin dar sus líneas; si no, contarlos es bajarlos, y no se
    cuentan los que se van a leer. `RECIENTES` son los días en que se busca uno con ventas.
    """

    CUENTA: bool
    RECIENTES: int

    def pedido(self, config: Configuracion, tienda: Tienda) -> Mapping[str, Any]:
        """Lo que `sesion.abrir` necesita. Lleva la clave: viaja por tubería, no se muestra.

        Raises:
            ErrorConfiguracion: lo que se sabe que está mal sin salir de esta máquina.
        """

    def firma(self, config: Configuracion, tienda: Tienda) -> str:
        """Con qué consulta y de dónde se lee una tienda: si cambia, lo ya leído no sirve."""

    def secretos(self, config: Configuracion, tienda: Tienda) -> Sequence[str]:
        """Lo que no puede salir en ningún mensaje."""

    def llegar(self, tienda: Tienda, timeout: float) -> Resultado:
        """Hasta dónde se llega sin entrar: el host y el puerto, en `timeout` segundos cada uno."""

    def probar(self, config: Configuracion, resultado: Resultado, timeout: float) -> None:
        """Entra y pregunta por cero días; anota en el resultado lo que pase."""

    def no_entro(self, tienda: Tienda, dicho: str | None, timeout: float) -> Resultado:
        """Qué le pasa a una tienda en que el lector no pudo entrar.

        Args:
            dicho: las palabras de la fuente; None si no dijo nada en `timeout` segundos.
        """

    def limpiar(self, aparte: Path) -> None:
        """Borra lo que el lector haya dejado en su carpeta."""

    def error(self, dicho: str, donde: str) -> ErrorFluxion:
        """Las palabras de la fuente, hechas frase."""

    def examinar(
        self, config: Configuracion, tienda: Tienda, dias: Rango | None, timeout: float
    ) -> tuple[list[Hallazgo], bool]:
        """Lo que se halla al ejecutar cada consulta, y si se pudo llegar a ejecutarlas.

        Args:
            dias: de cuáles se miran unas líneas; si falta, de ninguno.
        """

    def muestra(
        self, config: Configuracion, tienda: Tienda, dia: date
    ) -> tuple[list[str], list[list[str | None]]]:
        """Las columnas y las líneas de un día leído de otro modo, como texto, para comparar."""


def de(tienda: Tienda) -> Fuente:
    """La fuente de una tienda."""
    return importlib.import_module(f"fluxion_luigi.origen.{tienda.fuente}.fuente")


def sin_secreto(texto: str, secretos: Sequence[str]) -> str:
    """El texto sin las claves, por si alguien las repite; ni su principio, en una cita cortada."""
    for secreto in filter(None, secretos):
        # En una cadena de conexión la clave va con sus llaves dobles.
        texto = texto.replace(secreto.replace("}", "}}"), "***").replace(secreto, "***")
        *cortadas, resto = texto.split("…")
        texto = "…".join([*(_sin_principio(c, secreto) for c in cortadas), resto])
    return texto


def _sin_principio(cita: str, secreto: str) -> str:
    """Una cita cortada, sin lo que al final lleve del secreto."""
    for n in range(len(secreto) - 1, _SE_RECONOCE - 1, -1):
        if cita.endswith(secreto[:n]):
            return f"{cita[:-n]}***"
    return cita
