"""Varias órdenes de `luigi` con un solo arranque.

Lo que cuesta una orden que se rechaza es arrancar: aquí arranca un proceso, y cada orden corre en
una copia suya (fork) que acaba como acabaría ella. Lo que carga va por `Proyecto.luigi`.
"""

import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

MODULO = "fluxion_luigi"


def correr(proyecto, ordenes: Sequence[Sequence[str]], como: Sequence[str] = ()) -> list:
    """Lo que dejó cada orden (`Salida`), en su lugar.

    Args:
        como: lo que va delante de todas; un reloj, por ejemplo (`tests.reloj.a_las`).
    """
    from tests.proyecto import Salida

    with tempfile.TemporaryDirectory() as carpeta:
        hecho = subprocess.run(
            [*como, sys.executable, "-P", __file__, carpeta], cwd=proyecto.carpeta,
            env=proyecto.entorno(), input=json.dumps([list(o) for o in ordenes]),
            capture_output=True, text=True, timeout=300,
        )  # fmt: skip
    assert hecho.returncode == 0, hecho.stderr
    return [Salida(*dejado) for dejado in json.loads(hecho.stdout)]


def _una(luigi_run, orden: list[str], carpeta: Path) -> list:
    """La corre en una copia de este proceso y espera a que acabe."""
    fuera, error = carpeta / "fuera", carpeta / "error"
    pid = os.fork()
    if not pid:
        for descriptor, archivo in ((1, fuera), (2, error)):
            os.dup2(os.open(archivo, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
        sys.argv = ["luigi", "--module", MODULO, *orden, "--local-scheduler"]
        sys.exit(luigi_run(sys.argv[1:]))
    _, como = os.waitpid(pid, 0)
    return [os.waitstatus_to_exitcode(como), fuera.read_text("utf-8"), error.read_text("utf-8")]


def main() -> None:
    """Las órdenes, de la entrada; lo que dejaron, a la salida."""
    luigi_run = importlib.import_module("luigi.cmdline").luigi_run
    importlib.import_module(MODULO)
    carpeta = Path(sys.argv[1])
    print(json.dumps([_una(luigi_run, orden, carpeta) for orden in json.load(sys.stdin)]))


if __name__ == "__main__":
    main()
