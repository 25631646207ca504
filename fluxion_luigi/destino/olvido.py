"""Olvidar días: se quitan de la base como si nunca se hubieran cargado; `cargas` lo recuerda."""

from collections.abc import Iterable, Mapping
from datetime import date

from fluxion_luigi.conciliacion import Conteo
from fluxion_luigi.destino import cargas
from fluxion_luigi.destino.abierta import Base
from fluxion_luigi.periodos import agrupar

_BORRAR = (
    "borrar_ventas", "borrar_control", "borrar_fallidos", "borrar_perfil", "borrar_calidad",
)  # fmt: skip


def olvidar(
    base: Base,
    tienda: str,
    cargados: Mapping[date, Conteo],
    fallidos: Iterable[date],
    corrida: str,
) -> None:
    """Quita las filas de esos días y todo lo que se sabe de ellos. Va en una transacción.

    Args:
        cargados: los días que la base tiene y lo que pesa cada uno, para la historia.
        fallidos: los que no se pudieron cargar.

    Raises:
        ErrorDestino, ErrorDisco: si DuckDB no pudo.
    """
    for tramo in agrupar([*cargados, *fallidos]):
        for borrar in _BORRAR:
            base.hacer(borrar, tienda=tienda, desde=tramo.desde, hasta=tramo.hasta)
    cargas.anotar(base, tienda, cargados, corrida, "olvido")
