"""Candados de toda una cadena, en un PostgreSQL: valen entre hosts, y se sueltan si el suyo muere.

Cada uno es un advisory lock de sesión, y un renglón de `fluxion_turnos` que dice quién lo tiene. El
servidor suelta los de una sesión que se corta en el acto, quizá antes de que su host se entere. Por
eso quien los tiene da señales de vida: si pasan `vida` segundos sin lograrlo, deja lo que hacía
(`ErrorTurno`). Y quien toma uno cuyo dueño no se despidió espera a que de seguro lo haya dejado.
Los plazos son duraciones, de este host o del servidor: que sus relojes difieran no cambia nada.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from fluxion_luigi.errores import ErrorOcupado
from fluxion_luigi.turnos.servidor import Servidor
from fluxion_luigi.turnos.sesion import Sesion, Tomado

__all__ = ["Servidor", "exigir", "libre", "tomado"]

_sesiones: list[Sesion] = []


def _sesion(servidor: Servidor) -> Sesion:
    """La de este proceso con ese servidor."""
    _sesiones[:] = [s for s in _sesiones if s.sirve]
    suya = next((s for s in _sesiones if s.servidor == servidor), None)
    if suya is None:
        suya = Sesion(servidor)
        _sesiones.append(suya)
    return suya


@contextmanager
def tomado(
    servidor: Servidor, que: str, espera: float, *, interrumpe: bool = False
) -> Iterator[None]:
    """Exclusión entre todos los procesos de todos los hosts que usan ese servidor.

    Args:
        que: lo que está tomado; es el candado, y su nombre en los mensajes.
        espera: segundos que se espera a que otro lo suelte.
        interrumpe: si, perdido el turno, hay que dejar en el acto lo que se hace: dentro del
            bloque, en el hilo principal, se levanta `ErrorTurno`.

    Raises:
        ErrorOcupado: si no se soltó a tiempo; dice quién lo tiene.
        ErrorDestino: si el servidor no contesta.
    """
    with ExitStack() as pila:
        try:
            pila.enter_context(_sesion(servidor).tomado(que, espera, interrumpe=interrumpe))
        except Tomado as e:
            raise ErrorOcupado(
                f"Otra corrida está usando {que} y no terminó en {espera:.0f} s: es "
                f"{e.dueno or 'otro host'}. Espere a que acabe y repita la misma orden."
            ) from None
        yield


def exigir() -> None:
    """Que lo que este proceso tiene tomado lo siga estando. `ErrorTurno` si perdió algo."""
    for s in _sesiones:
        if s.sirve:
            s.exigir()


def libre(servidor: Servidor, que: str) -> bool:
    """Si nadie lo tiene ahora. `ErrorDestino` si el servidor no contesta."""
    try:
        with tomado(servidor, que, 0):
            return True
    except ErrorOcupado:
        return False
