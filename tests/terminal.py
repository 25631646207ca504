"""Una orden dada desde una terminal de verdad, que pregunta y a la que se le contesta."""

import os
import pty
import select
import subprocess
import time

from tests.proyecto import Proyecto, Salida


def contestar(
    proyecto: Proyecto, respuesta: str, tarea: str, *opciones: str, workers: int = 1
) -> tuple[str, Salida]:
    """Da la orden, espera la pregunta y la contesta. Devuelve la pregunta y lo que dejó."""
    nuestra, suya = pty.openpty()
    orden = subprocess.Popen(
        proyecto.orden(tarea, *opciones, workers=workers), cwd=proyecto.carpeta, text=True,
        env=proyecto.entorno(), stdin=suya, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    os.close(suya)
    try:
        pregunta = _esperar(nuestra, "[s/N] ")
        os.write(nuestra, respuesta.encode())
        fuera, error = orden.communicate(timeout=60)
    finally:
        orden.kill()
        os.close(nuestra)
    return pregunta, Salida(orden.returncode, fuera, error)


def _esperar(terminal: int, texto: str) -> str:
    """Lo que se lee de la terminal hasta que aparece el texto."""
    leido, limite = b"", time.monotonic() + 60
    while texto.encode() not in leido:
        listo, _, _ = select.select([terminal], [], [], max(0, limite - time.monotonic()))
        assert listo, f"no preguntó; dijo: {leido.decode()}"
        leido += os.read(terminal, 1000)  # un error aquí: la orden acabó sin preguntar
    return leido.decode()
