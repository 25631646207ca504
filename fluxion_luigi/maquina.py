"""Qué es de esta misma máquina: sus direcciones, por las que no se pasa por un proxy, y más."""

import ipaddress
import os
import socket
from contextlib import suppress
from functools import cache
from pathlib import Path


def es_esta(host: str) -> bool:
    """Si ese nombre o esa dirección IP es la propia máquina. No le pregunta a ningún DNS."""
    if host in ("localhost", socket.gethostname()) or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@cache
def ambito() -> str:
    """Dónde valen los números de proceso que ve éste; vacío si no se sabe.

    Dos contenedores con un mismo nombre no lo comparten, ni la máquina antes y después de
    reiniciar.
    """
    with suppress(OSError):
        arranque = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{arranque} {os.stat('/proc/self/ns/pid').st_ino}"
    return ""
