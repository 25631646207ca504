"""Todo o nada: lo que se hace en la base dentro de una transacción."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from fluxion_luigi import turnos
from fluxion_luigi.destino.abierta import Base

# Al confirmar se compacta un poco, y no todo lo de las demás tiendas (medido con 10 millones de
# filas: moverlas, 4 s y no 14; olvidarlas, 2 y no 20). Lo demás, las que vengan.
COMPACTACIONES = 4


@contextmanager
def transaccion(base: Base, compactaciones: int = COMPACTACIONES) -> Iterator[None]:
    """Confirma al salir; si algo falla dentro, no cambia nada.

    Args:
        compactaciones: ver `Base.limitar_compactacion`.

    Raises:
        ErrorOcupado: si otro está confirmando lo suyo y no acaba a tiempo.
        ErrorDestino, ErrorDisco: si DuckDB no pudo confirmar.
        ErrorTurno: si este proceso perdió un turno de la cadena que tenía tomado.
    """
    base.limitar_compactacion(compactaciones)
    with base.turno():
        base.conexion.begin()
        try:
            yield
            turnos.exigir()  # con un lago, otro host puede tener ya lo que este creía suyo
            base.hacer("confirmar")  # y no commit(): así un disco lleno también es una frase
        except BaseException:
            with suppress(Exception):  # si la transacción ya no existe, no hay qué deshacer
                base.conexion.rollback()
            raise
