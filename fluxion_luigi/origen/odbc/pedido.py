"""Lo que el proceso lector necesita saber, aparte del driver: Luigi lo arma sin cargar Arrow."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Pedido:
    """Lo que hace falta para leer una tienda. Lleva la clave: viaja por tubería, no se muestra."""

    cadena: str
    sistema: str
    sesion: Sequence[str]
    ventas: str
    productos: str
    conteo: str
    identidad: str
    clave: Sequence[str]
    formato_fecha: str
    chunk_filas: int
    memoria_odbc_mb: int
    timeout_consulta: int

    def __repr__(self) -> str:
        return f"Pedido({self.sistema}, cadena oculta)"
