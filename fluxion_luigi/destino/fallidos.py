"""Los días que la última vez no se pudieron cargar, y por qué."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

from fluxion_luigi.destino.abierta import Base
from fluxion_luigi.periodos import agrupar


def anotar(
    base: Base, tienda: str, cargados: Iterable[date], fuera: Mapping[date, str], corrida: str
) -> None:
    """Los que se cargaron salen de la lista; los de ahora entran. Va en una transacción.

    Args:
        fuera: los que no se pudieron cargar, y por qué.

    Raises:
        ErrorDestino, ErrorDisco: si DuckDB no pudo.
    """
    for tramo in agrupar([*cargados, *fuera]):
        base.hacer("borrar_fallidos", tienda=tienda, desde=tramo.desde, hasta=tramo.hasta)
    for dia, causa in sorted(fuera.items()):
        base.hacer(
            "insertar_fallido",
            tienda=tienda, dia=dia, causa=causa, corrida=corrida,
            visto_en=datetime.now(UTC).replace(tzinfo=None),
        )  # fmt: skip
