"""La historia de la base, `cargas`: qué corrida puso o quitó qué días."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from fluxion_luigi.conciliacion import Conteo
from fluxion_luigi.destino.abierta import Base
from fluxion_luigi.periodos import agrupar


def anotar(base: Base, tienda: str, dias: Mapping[date, Conteo], corrida: str, accion: str) -> None:
    """Un renglón por cada tramo de días seguidos. Va en la transacción de lo que cuenta.

    Args:
        dias: los que se pusieron o se quitaron, y lo que pesa cada uno.
        accion: `carga` u `olvido`.

    Raises:
        ErrorDestino, ErrorDisco: si DuckDB no pudo.
    """
    for tramo in agrupar(dias):
        conteos = [dias[d] for d in tramo]
        base.hacer(
            "insertar_carga",
            corrida=corrida, tienda=tienda, desde=tramo.desde, hasta=tramo.hasta, dias=len(tramo),
            filas=sum(c.filas for c in conteos), total=sum((c.total for c in conteos), Decimal(0)),
            cargado_en=datetime.now(UTC).replace(tzinfo=None), accion=accion,
        )  # fmt: skip
