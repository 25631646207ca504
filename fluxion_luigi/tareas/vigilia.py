"""Los latidos de una corrida: uno cuando empieza y uno cuando acaba, bien o mal.

Los manda el proceso que llegue primero, y los demás de la corrida ya no.
"""

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from fluxion_luigi import config, corrida, latido
from fluxion_luigi.errores import ErrorUso
from fluxion_luigi.latido import Momento
from fluxion_luigi.tareas import avisos
from fluxion_luigi.una_vez import UnaVez

registro = logging.getLogger("fluxion.latido")
_empezo, _perdido = UnaVez(), UnaVez()
# Las órdenes que laten.
_LATEN = ("IncrementoDiario", "RangoVentas")


def empieza(diario: corrida.Diario, frase: str) -> None:
    """El primer latido, una sola vez por corrida."""
    if _empezo.tomar():
        _latir(_ambiente(), diario, Momento.INICIO, frase)


def acaba(diario: corrida.Diario, frase: str, *, bien: bool) -> None:
    """El último, con lo que la corrida logró."""
    _latir(_ambiente(), diario, Momento.EXITO if bien else Momento.FALLO, frase)


@contextmanager
def planeando(simular: bool) -> Iterator[None]:
    """Si falla lo que hay que saber antes de empezar, no habrá corrida que lo cuente al vigilante.

    Lo que la orden tiene mal escrito no se avisa: quien la escribió lo está viendo.
    """
    try:
        yield
    except ErrorUso:
        raise
    except Exception as e:
        if not simular and _empezo.tomar():
            _no_empezo(_ambiente(), e)
            avisos.no_empezo(config.actual(), e)
        raise


def sin_configuracion(error: Exception) -> None:
    """Lo mismo, si lo que falla es la configuración entera."""
    pedida = "--simular" not in sys.argv and any(t in sys.argv for t in _LATEN)
    if pedida and _empezo.tomar():
        _no_empezo(avisos.ambiente_suelto(), error)
    avisos.sin_configuracion(error)


def _no_empezo(ambiente: Mapping[str, str], error: Exception) -> None:
    clase = getattr(error, "clase", "defecto")
    frase = f"La corrida no empezó ({clase}); la causa, en su salida."
    _latir(ambiente, None, Momento.FALLO, frase)


def _ambiente() -> Mapping[str, str]:
    return config.actual().ajustes.ambiente


def _latir(
    ambiente: Mapping[str, str], diario: corrida.Diario | None, momento: Momento, frase: str
) -> None:
    """Avisa a quien vigila, si lo hay. Que no se pueda se dice una vez y queda en el diario."""
    url = ambiente.get(latido.VARIABLE, "").strip()
    if not url:
        return
    motivo = latido.avisar(url, momento, frase)
    if diario:
        diario.anotar("latido", aviso=momento, enviado=motivo is None, motivo=motivo)
    if motivo and _perdido.tomar():
        sigue = " La corrida sigue igual." if diario else ""
        registro.warning("El latido (%s) no llegó: %s.%s", momento, motivo, sigue)
