"""Lo que una corrida dice o hace una sola vez, aunque la compongan varios procesos."""

import os
from contextlib import suppress


class UnaVez:
    """Un permiso que sólo obtiene el primero, sea este proceso o uno de los que nacen de él.

    Es un byte en una tubería: la heredan los hijos, el sistema lo entrega a uno solo, y no ocupa
    disco (se usa cuando el disco falla).
    """

    def __init__(self):
        self._salida, entrada = os.pipe()
        os.write(entrada, b"!")
        os.close(entrada)

    def tomar(self) -> bool:
        """Si es la primera vez."""
        with suppress(OSError):
            return bool(os.read(self._salida, 1))
        return False
