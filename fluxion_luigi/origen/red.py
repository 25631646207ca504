"""Un host y su puerto, antes de hablarle: el DNS, la conexión TCP y el eco ICMP."""

import contextlib
import errno
import queue
import socket
import threading
from collections.abc import Callable

import icmplib


def puerto_cerrado(host: str, puerto: int, timeout: float) -> bool:
    """Si el host está y rechaza la conexión: nadie escucha en su puerto, por ahora."""
    try:
        direcciones = resolver(host, puerto, timeout)
    except (OSError, UnicodeError):
        return False
    fallos = [conectar(d, timeout / len(direcciones)) for d in direcciones]
    return None not in fallos and errno.ECONNREFUSED in fallos


def aparte(hacer: Callable, *datos) -> queue.SimpleQueue:
    """Corre algo en un hilo al que no hay que esperar; su valor, o su error, queda en la cola."""
    cola: queue.SimpleQueue = queue.SimpleQueue()

    def correr() -> None:
        try:
            cola.put(hacer(*datos))
        except Exception as e:
            cola.put(e)

    threading.Thread(target=correr, daemon=True).start()
    return cola


def respuesta(ping: queue.SimpleQueue) -> int | None:
    """Lo que dijo un ping que ya tuvo su tiempo."""
    with contextlib.suppress(queue.Empty):
        valor = ping.get(timeout=1)
        return None if isinstance(valor, Exception) else valor
    return None


def resolver(host: str, puerto: int, timeout: float) -> list[tuple]:
    """Las direcciones de un host. `OSError` o `UnicodeError` si no las hay a tiempo."""
    pregunta = aparte(socket.getaddrinfo, host, puerto, 0, socket.SOCK_STREAM)
    try:
        respuesta = pregunta.get(timeout=timeout)
    except queue.Empty:
        raise TimeoutError(f"el DNS no contestó en {timeout:g} s") from None
    if isinstance(respuesta, Exception):
        raise respuesta
    return respuesta


def conectar(direccion: tuple, timeout: float) -> int | None:
    """None si el puerto abrió; si no, el errno (0 si sólo hubo silencio)."""
    familia, tipo, protocolo, _, destino = direccion
    with socket.socket(familia, tipo, protocolo) as s:
        s.settimeout(timeout)
        try:
            s.connect(destino)
        except TimeoutError:
            return 0
        except OSError as e:
            return e.errno or 0
    return None


def ping(direccion: str, timeout: float) -> int | None:
    """Milisegundos del eco ICMP, o None si no hubo o si el sistema no lo permite."""
    for privilegiado in (False, True):
        try:
            eco = icmplib.ping(direccion, count=1, timeout=timeout, privileged=privilegiado)
            return round(eco.avg_rtt) if eco.is_alive else None
        except icmplib.SocketPermissionError:
            continue
        except (icmplib.ICMPLibError, OSError):
            return None
    return None
