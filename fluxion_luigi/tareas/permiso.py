"""Lo que no se deshace se muestra primero, y se hace sólo con el permiso del operador."""

import os
from contextlib import suppress

from fluxion_luigi.archivos import motivo
from fluxion_luigi.errores import ErrorUso
from fluxion_luigi.tareas.base import Orden, mostrar
from fluxion_luigi.tareas.parametros import Modo


def permitido(pregunta: str, terminal: str | None, *, si: bool, simular: bool) -> bool:
    """Si hay que hacerlo; falso si sólo se simula.

    Args:
        terminal: dónde preguntar (`/dev/pts/3`); None si nadie puede contestar.
        si: el operador ya dijo que sí en la orden.

    Raises:
        ErrorUso: si no se puede preguntar, o se contesta otra cosa que sí.
    """
    if simular or si:
        return not simular
    if terminal is None:
        raise ErrorUso(
            "No se cambió nada: aquí no hay una terminal donde preguntar. Si es lo que quiere, "
            "repita la orden con --si."
        )
    try:
        with open(terminal, "w", encoding="utf-8") as salida:
            salida.write(f"{pregunta} [s/N] ")
        with open(terminal, encoding="utf-8", errors="replace") as entrada:
            respuesta = entrada.readline()
    except OSError as e:
        raise ErrorUso(
            f"No se cambió nada: la terminal donde preguntar no responde: {motivo(e)}. Si es lo "
            "que quiere, repita la orden con --si."
        ) from None
    if respuesta.strip().lower() not in ("s", "si", "sí"):
        raise ErrorUso("No se cambió nada: no se confirmó.")
    return True


class TareaConPermiso(Orden):
    """Base de las órdenes que quitan o mueven historia. Siempre corren; nunca están «hechas»."""

    si = Modo(description="no pregunta: la respuesta es sí")
    simular = Modo(description="muestra qué haría y termina")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Con varios workers la tarea corre en otro proceso, que ya no tiene esta entrada.
        self._terminal = None
        with suppress(OSError):  # no es una terminal, o su dispositivo no se ve desde aquí
            self._terminal = os.ttyname(0)

    def confirmar(self, informe: str, pregunta: str) -> bool:
        """Muestra lo que se haría y dice si se hace. `ErrorUso` si no se confirma."""
        mostrar(informe)
        return permitido(pregunta, self._terminal, si=self.si, simular=self.simular)
