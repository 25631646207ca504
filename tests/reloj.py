"""Órdenes que corren en otro instante: el reloj se cambia desde fuera, con faketime de Debian."""

import subprocess

from tests.proyecto import Proyecto, Salida


def a_las(instante: str, orden: list[str]) -> list[str]:
    """La misma orden, con el reloj puesto en ese instante de Caracas (`2025-03-20 06:00:00`)."""
    return ["env", "TZ=America/Caracas", "faketime", "-f", f"@{instante}", *orden]


def correr(proyecto: Proyecto, instante: str, tarea: str, *opciones: str, workers: int = 1, **mas):
    """Corre una tarea en ese instante y espera a que acabe."""
    hecho = subprocess.run(
        a_las(instante, proyecto.orden(tarea, *opciones, workers=workers)),
        cwd=proyecto.carpeta, env=proyecto.entorno(**mas), capture_output=True, text=True,
        timeout=300,
    )  # fmt: skip
    return Salida(hecho.returncode, hecho.stdout, hecho.stderr)
