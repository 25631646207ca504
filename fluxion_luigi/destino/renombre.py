"""Cambiar el id de una tienda en toda la base: su historia sigue siendo la misma."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from fluxion_luigi.conciliacion import Conteo
from fluxion_luigi.destino.abierta import Base
from fluxion_luigi.periodos import agrupar

_RENOMBRAR = (
    "renombrar_ventas", "renombrar_control", "renombrar_cargas", "renombrar_fallidos",
    "renombrar_perfil", "renombrar_calidad",
)  # fmt: skip
# Lo que se sabe de un día que no se pudo cargar.
_DE_FALLIDOS = ("borrar_fallidos", "borrar_calidad")


def renombrar(
    base: Base,
    de: str,
    a: str,
    cargados: Mapping[date, Conteo],
    sobran: Iterable[date],
    corrida: str,
) -> None:
    """Pone el id nuevo donde estaba el viejo. Va en una transacción.

    Args:
        cargados: los días que se mueven y lo que pesa cada uno, para la historia.
        sobran: los que con el id viejo no se pudieron cargar y con el nuevo ya se intentaron.

    Raises:
        ErrorDestino, ErrorDisco: si DuckDB no pudo.
    """
    for tramo in agrupar(sobran):
        for borrar in _DE_FALLIDOS:
            base.hacer(borrar, tienda=de, desde=tramo.desde, hasta=tramo.hasta)
    for tramo in agrupar(cargados):  # lo que aquí llega cargado ya no es un día fallido
        for borrar in _DE_FALLIDOS:
            base.hacer(borrar, tienda=a, desde=tramo.desde, hasta=tramo.hasta)
    for tabla in _RENOMBRAR:
        base.hacer(tabla, de=de, a=a)
    # Si con el id nuevo ya respondió un servidor, eso es lo último que se sabe de la tienda.
    if base.hacer("leer_origenes", tienda=a, identidad=None):
        base.hacer("borrar_origen", tienda=de, menos=[])
    else:
        base.hacer("renombrar_origen", de=de, a=a)
    if cargados:
        base.hacer(
            "insertar_carga",
            corrida=corrida, tienda=a, desde=min(cargados), hasta=max(cargados),
            dias=len(cargados), filas=sum(c.filas for c in cargados.values()),
            total=sum((c.total for c in cargados.values()), Decimal(0)),
            cargado_en=datetime.now(UTC).replace(tzinfo=None), accion="cambio de nombre",
        )  # fmt: skip
