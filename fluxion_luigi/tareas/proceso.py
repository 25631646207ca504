"""Los procesos hijos de Luigi no sobreviven a su padre."""

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading


class MuereConSuPadre:
    """Contexto que Luigi abre en cada proceso de tarea (`task_process_context`).

    Si matan al proceso principal, sus tareas seguirían leyendo tiendas sin que nadie las mire.
    Terminar en cualquier punto es seguro: es la misma garantía que ante un corte de luz.
    """

    def __init__(self, proceso):
        self._proceso = proceso

    def __enter__(self):
        padre = multiprocessing.parent_process()
        if padre is not None:
            # Ctrl-C, o que se cierre la terminal, les llega a todos; lo atiende el principal, y
            # con él mueren sus hijos. A ellos sólo los termina un SIGTERM, que es suyo.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            threading.Thread(target=_esperar, args=(padre.sentinel,), daemon=True).start()
        return self

    def __exit__(self, *_):
        """No hay nada que cerrar: el hilo vigía muere con el proceso."""


def _esperar(centinela) -> None:
    multiprocessing.connection.wait([centinela])
    os.kill(os.getpid(), signal.SIGKILL)
