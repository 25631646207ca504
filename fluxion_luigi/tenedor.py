"""Quién tiene tomado un archivo, en palabras: qué proceso, de qué programa y desde cuándo."""

import multiprocessing
import os
import time
from pathlib import Path

import psutil

_FUERA = "otro contenedor u otra máquina"
_CANDADOS = Path("/proc/locks")


def del_pid(pid: int | None) -> str:
    """El proceso de ese número: `el proceso 123 (python3, de ana, arrancó hace 5 min)`.

    Args:
        pid: el que da el sistema; 0 o menos si es de un proceso que no se ve, None si no lo dijo.
    """
    if pid is None:
        return "otro proceso"
    if pid <= 0:
        return f"un proceso de {_FUERA}, que desde aquí no se ve"
    try:
        proceso = psutil.Process(pid)
        with proceso.oneshot():
            hace = duracion(time.time() - proceso.create_time())
            return (
                f"el proceso {pid} ({proceso.name()}, de {proceso.username()}, arrancó hace {hace})"
            )
    except psutil.NoSuchProcess:
        return f"el proceso {pid}, que aquí ya no está: acaba de terminar, o es de {_FUERA}"
    except (psutil.Error, OSError):
        return f"el proceso {pid}"


def es_de_aqui(pid: int | None) -> bool:
    """Si ese proceso es de esta misma corrida: su principal, u otra de sus tareas."""
    padre = multiprocessing.parent_process()
    principal = padre.pid if padre else os.getpid()
    try:
        return bool(pid) and principal in (pid, psutil.Process(pid).ppid())
    except (psutil.Error, ValueError):
        return False


def del_candado(ruta: Path) -> str:
    """Quién tiene el candado (`flock`) de un archivo, según el sistema."""
    if not _CANDADOS.exists():
        return "otro proceso"  # sólo Linux lo cuenta
    try:
        inodo = str(os.stat(ruta).st_ino)
        # 1: FLOCK  ADVISORY  WRITE 4242 00:2f:1234 0 EOF
        campos = [linea.split() for linea in _CANDADOS.read_text().splitlines()]
    except OSError:
        return "otro proceso"
    for c in campos:
        if len(c) > 5 and c[1] == "FLOCK" and c[5].rpartition(":")[2] == inodo:
            return del_pid(int(c[4]))
    return del_pid(0)  # lo tiene alguien, y no es de los procesos que se ven desde aquí


def duracion(segundos: float) -> str:
    """Un tiempo en palabras: `45 s`, `12 min`, `3 h 5 min`, `2 días`."""
    minutos, s = divmod(max(0, round(segundos)), 60)
    horas, m = divmod(minutos, 60)
    if horas >= 48:
        return f"{horas // 24} días"
    if horas:
        return f"{horas} h {m} min"
    return f"{m} min" if m else f"{s} s"
