"""Una orden dada desde una terminal de verdad, que pregunta y a la que se le contesta."""

import contextlib
import os
import pty
import select
import subprocess
import termios
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


def mostrado(proyecto: Proyecto, columnas: int, tarea: str, *opciones: str) -> str:
    """Lo que una orden escribe por su salida en una terminal de ese ancho."""
    nuestra, suya = pty.openpty()
    termios.tcsetwinsize(suya, (40, columnas))
    ambiente = {k: v for k, v in proyecto.entorno().items() if k != "COLUMNS"}
    orden = subprocess.Popen(
        proyecto.orden(tarea, *opciones), cwd=proyecto.carpeta, env=ambiente, stdin=suya,
        stdout=suya, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(suya)
    dicho = b""
    with contextlib.suppress(OSError):  # así se acaba una terminal
        while parte := os.read(nuestra, 10_000):
            dicho += parte
    orden.wait(timeout=60)
    os.close(nuestra)
    return dicho.decode().replace("\r\n", "\n")


def _esperar(terminal: int, texto: str) -> str:
    """Lo que se lee de la terminal hasta que aparece el texto."""
    leido, limite = b"", time.monotonic() + 60
    while texto.encode() not in leido:
        listo, _, _ = select.select([terminal], [], [], max(0, limite - time.monotonic()))
        assert listo, f"no preguntó; dijo: {leido.decode()}"
        leido += os.read(terminal, 1000)  # un error aquí: la orden acabó sin preguntar
    return leido.decode()
