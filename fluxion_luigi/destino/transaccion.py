"""Todo o nada: lo que se hace en la base dentro de una transacción."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from fluxion_luigi.destino.base import Base


@contextmanager
def transaccion(base: Base) -> Iterator[None]:
    """Confirma al salir; si algo falla dentro, no cambia nada.

    Raises:
        ErrorDestino, ErrorDisco: si DuckDB no pudo confirmar.
    """
    base.conexion.begin()
    try:
        yield
        base.hacer("confirmar")  # y no commit(): así un disco lleno también es una frase
    except BaseException:
        with suppress(Exception):  # si la transacción ya no existe, no hay qué deshacer
            base.conexion.rollback()
        raise
