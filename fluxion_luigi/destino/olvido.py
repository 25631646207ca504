"""Olvidar días: se quitan de la base como si nunca se hubieran cargado; `cargas` lo recuerda."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from fluxion_luigi.conciliacion import Conteo
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
    for tramo in agrupar(cargados):
        conteos = [cargados[d] for d in tramo]
        base.hacer(
            "insertar_carga",
            corrida=corrida, tienda=tienda, desde=tramo.desde, hasta=tramo.hasta, dias=len(tramo),
            filas=sum(c.filas for c in conteos), total=sum((c.total for c in conteos), Decimal(0)),
            cargado_en=datetime.now(UTC).replace(tzinfo=None), accion="olvido",
        )  # fmt: skip
