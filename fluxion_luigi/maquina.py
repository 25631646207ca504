"""Qué direcciones son de esta misma máquina: por ellas no se pasa por ningún proxy."""

import ipaddress
import socket


def es_esta(host: str) -> bool:
    """Si ese nombre o esa dirección IP es la propia máquina. No le pregunta a ningún DNS."""
    if host in ("localhost", socket.gethostname()) or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
