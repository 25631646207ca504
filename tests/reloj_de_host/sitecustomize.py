"""Un host con el reloj corrido: sus procesos de Python ven otra hora (`RELOJ_DE_HOST`, segundos).

Sólo la hora. Las duraciones son las de verdad: libfaketime las cambia también, y estropea esperas.
"""

import datetime as modulo
import os
import time

CORRIDO = float(os.environ.get("RELOJ_DE_HOST", "0"))
_de_verdad, _segundos = modulo.datetime, time.time


class _Clase(type):
    def __instancecheck__(cls, x):
        return isinstance(x, _de_verdad)


class _Instante(_de_verdad, metaclass=_Clase):
    @classmethod
    def now(cls, tz=None):
        return _de_verdad.now(tz) + modulo.timedelta(seconds=CORRIDO)


if CORRIDO:
    modulo.datetime = _Instante
    time.time = lambda: _segundos() + CORRIDO
