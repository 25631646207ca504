"""Una respuesta, a disco según llega: en memoria no hay más que un trozo."""

import time
from collections.abc import Callable
from pathlib import Path

import urllib3

from fluxion_luigi.archivos import disco
from fluxion_luigi.origen.http.causas import Fallo
from fluxion_luigi.origen.http.respuestas import por_que

_TROZO = 256 * 1024


def guardar(
    respuesta: urllib3.BaseHTTPResponse, archivo: Path, fin: float, latido: Callable[[], None]
) -> None:
    """Deja el cuerpo de la respuesta, descomprimido, en un archivo nuevo.

    Lo que llega con menos octetos de los que dijo (Content-Length), o sin su último trozo, es un
    corte. Si algo falla queda a medias: quien lo pidió lo vuelve a escribir desde el principio.

    Args:
        fin: hasta cuándo se le espera, en el reloj monótono.
        latido: se llama con cada trozo.

    Raises:
        Fallo: si no llega entera y a tiempo.
        ErrorDisco: si no se puede escribir.
    """
    with disco(archivo), archivo.open("wb") as salida:
        while trozo := _leer(respuesta):
            salida.write(trozo)
            latido()
            if time.monotonic() > fin:
                raise Fallo("plazo")


def _leer(respuesta: urllib3.BaseHTTPResponse) -> bytes:
    try:
        return respuesta.read1(_TROZO, decode_content=True)
    except (urllib3.exceptions.HTTPError, OSError) as e:
        raise por_que(e) from None
