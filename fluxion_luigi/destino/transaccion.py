"""Todo o nada: lo que se hace en la base dentro de una transacción."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from fluxion_luigi import turnos
from fluxion_luigi.destino.abierta import Base
from fluxion_luigi.errores import ErrorConflicto

# Al confirmar se compacta un poco, y no todo lo de las demás tiendas (medido con 10 millones de
# filas: moverlas, 4 s y no 14; olvidarlas, 2 y no 20). Lo demás, las que vengan.
COMPACTACIONES = 4
# En un lago otro puede haber cambiado la misma tabla mientras ésta trabajaba. Nada quedó, y hacerlo
# otra vez es seguro: sus días son de quien tiene el candado de la tienda-mes.
SI_CHOCA = Retrying(
    retry=retry_if_exception_type(ErrorConflicto), stop=stop_after_attempt(8),
    wait=wait_random_exponential(0.1, max=3), reraise=True,
)  # fmt: skip


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
