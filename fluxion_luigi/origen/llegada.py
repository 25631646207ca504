"""Hasta dónde se llega en una tienda sin entrar en ella: su host y su puerto, o su archivo."""

import errno
import os
import time
from typing import NamedTuple

from fluxion_luigi.config import Tienda
from fluxion_luigi.errores import ErrorTransitorio
from fluxion_luigi.origen import red
from fluxion_luigi.origen.resultado import Estado, Resultado


class Consejos(NamedTuple):
    """Qué hacer según hasta dónde se llegó: sin nombre, sin host o sin puerto."""

    dns: str
    vpn: str
    servicio: str


SERVICIO = "Revise que el servicio de base de datos esté corriendo y el firewall de la tienda."
_DE_BASE = Consejos(
    "Corrija «host» en el catálogo o revise el DNS.",
    "Revise la VPN de esa tienda y que «host» sea el correcto en el catálogo.",
    SERVICIO,
)
ARCHIVO = "Revise «archivo» en el catálogo."


def archivo(tienda: Tienda) -> Resultado:
    """En una tienda de archivo, el host es que exista y el puerto que se pueda leer."""
    inicio = time.monotonic()
    try:
        tienda.archivo.open("rb").close()
        estado, causa = Estado.PUERTO_OK, ""
    except (FileNotFoundError, NotADirectoryError):
        estado, causa = Estado.NO_ALCANZABLE, f"no existe el archivo {tienda.archivo}"
    except PermissionError:
        estado, causa = Estado.PING_OK, f"no hay permiso para leer {tienda.archivo}"
    except OSError as e:
        estado, causa = Estado.NO_ALCANZABLE, f"no se puede abrir {tienda.archivo}: {e.strerror}"
    return Resultado(tienda, estado, causa, ARCHIVO if causa else "",
                     tiempos={"host": ms(inicio), "puerto": ms(inicio)})  # fmt: skip


def host_y_puerto(
    tienda: Tienda, host: str, puerto: int, timeout: float, consejos: Consejos = _DE_BASE
) -> Resultado:
    """Hasta dónde se llega: `PUERTO_OK` si el puerto abre.

    Args:
        timeout: segundos para el DNS, y otros tantos para la conexión.
    """
    inicio = time.monotonic()
    try:
        direcciones = red.resolver(host, puerto, timeout)
    except (OSError, UnicodeError) as e:
        return Resultado(
            tienda, Estado.NO_ALCANZABLE, f"el nombre {host} no se resuelve",
            consejos.dns, str(e), tiempos={"host": ms(inicio)},
        )  # fmt: skip
    # El ping va a la par de la conexión: una tienda muda cuesta un timeout, no dos.
    pings = [red.aparte(red.ping, d[4][0], timeout) for d in direcciones]
    intentos: list[int | None] = []
    for direccion in direcciones:
        intentos.append(red.conectar(direccion, timeout / len(direcciones)))
        if intentos[-1] is None:
            break
    abrir = ms(inicio)
    claros = [f for f in (None, errno.ECONNREFUSED) if f in intentos]
    fallo = claros[0] if claros else intentos[0]
    # Si el puerto contestó (aunque fuera que no), el host está: no hace falta el ping.
    eco = None
    if not claros:
        eco = next((e for e in map(red.respuesta, pings) if e is not None), None)
    tiempos = {"host": abrir if eco is None else eco, "puerto": abrir}
    if fallo is None:
        return Resultado(tienda, Estado.PUERTO_OK, tiempos=tiempos)
    if fallo == errno.ECONNREFUSED:
        return Resultado(tienda, Estado.PING_OK, rechaza(puerto), consejos.servicio,
                         tiempos=tiempos, error=ErrorTransitorio)  # fmt: skip
    if eco is not None:
        return Resultado(tienda, Estado.PING_OK, f"el puerto {puerto} no contesta",
                         consejos.servicio, tiempos=tiempos)  # fmt: skip
    return Resultado(tienda, Estado.NO_ALCANZABLE, "el host no responde", consejos.vpn,
                     os.strerror(fallo) if fallo else "", tiempos=tiempos)  # fmt: skip


def rechaza(puerto: int) -> str:
    """La causa de un puerto en que nadie escucha."""
    return f"el puerto {puerto} rechaza la conexión"


def ms(inicio: float) -> int:
    """Milisegundos desde ese instante de `time.monotonic`."""
    return round(1000 * (time.monotonic() - inicio))
