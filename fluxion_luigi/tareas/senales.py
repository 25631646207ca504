"""Que otro termine la corrida (SIGTERM, SIGHUP) se cuenta, como un Ctrl-C."""

import multiprocessing
import os
import signal
import threading

# Quién suele mandarlas.
DE_QUIEN = {
    signal.SIGTERM: "alguien la mandó terminar: kill, systemd, un contenedor o un apagado",
    signal.SIGHUP: "se cerró su terminal o su sesión",
    signal.SIGINT: "Ctrl-C",
}
_recibida: signal.Signals | None = None


def instalar() -> None:
    """Atiende las señales que terminan la corrida, si nadie las atiende ya (como `nohup`)."""
    if threading.current_thread() is not threading.main_thread():
        return
    for senal in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(senal) is signal.SIG_DFL:
            signal.signal(senal, _al_llegar)


def recibida() -> signal.Signals | None:
    """La señal que está terminando esta corrida, si alguna."""
    return _recibida


def anotar_interrupcion() -> None:
    """Lo que termina la corrida es un Ctrl-C, si no se sabe de otra señal."""
    global _recibida
    _recibida = _recibida or signal.SIGINT


def _al_llegar(numero: int, _) -> None:
    global _recibida
    if multiprocessing.parent_process() is not None:
        os._exit(128 + numero)  # un hijo que nacía: quien cuenta la corrida es el principal
    _recibida = signal.Signals(numero)
    # A una terminal que se cierra le siguen más SIGHUP. Un segundo SIGTERM sí termina en el acto.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # Luigi sólo deja pasar ésta: con otra, daría por fallida la tarea y seguiría con las demás.
    raise KeyboardInterrupt
