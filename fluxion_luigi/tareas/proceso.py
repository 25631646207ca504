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
            # Ctrl-C le llega a todo el grupo; lo atiende el principal, y con él mueren sus hijos.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            threading.Thread(target=_esperar, args=(padre.sentinel,), daemon=True).start()
        return self

    def __exit__(self, *_):
        """No hay nada que cerrar: el hilo vigía muere con el proceso."""


def _esperar(centinela) -> None:
    multiprocessing.connection.wait([centinela])
    os.kill(os.getpid(), signal.SIGKILL)
