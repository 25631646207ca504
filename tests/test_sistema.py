"""herramientas/sistema.sh: los paquetes del sistema se piden en una sola lista."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.proyecto import RAIZ

GUION = RAIZ / "herramientas" / "sistema.sh"
DE_LA_DEMO, DE_LAS_PRUEBAS = "unixodbc libsqliteodbc", "postgresql odbc-postgresql tdsodbc"

pytestmark = pytest.mark.skipif(
    not shutil.which("dpkg-query"), reason="Sólo en Debian y sus derivados se instalan paquetes."
)


def correr(para: str, **ambiente: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [GUION, para], env={**os.environ, **ambiente}, capture_output=True, text=True,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.mark.parametrize("para", ["demo", "pruebas"])
def test_con_todo_instalado_no_dice_nada_ni_pide_permiso(para):
    hecho = correr(para)
    assert (hecho.returncode, hecho.stdout, hecho.stderr) == (0, "", "")


@pytest.mark.parametrize("para", ["demo", "pruebas"])
def test_sin_poder_instalar_nombra_de_una_vez_lo_de_la_demostracion_y_lo_de_las_pruebas(
    para, tmp_path
):
    """Sin sudo ni apt-get (ni mkdir: no toca nada) y con una base de dpkg vacía."""
    programas, base = tmp_path / "bin", tmp_path / "dpkg"
    programas.mkdir()
    base.mkdir()
    (base / "status").touch()
    for programa in ("sh", "dpkg-query", "grep", "id", "mktemp", "tail", "rm"):
        (programas / programa).symlink_to(Path(shutil.which(programa)))
    hecho = correr(para, PATH=str(programas), DPKG_ADMINDIR=str(base))
    assert hecho.returncode == 1
    pide = hecho.stderr.split("apt-get install --no-install-recommends ")[1]
    assert pide.startswith(f"{DE_LA_DEMO} python3-venv {DE_LAS_PRUEBAS}")
    assert hecho.stderr.count("apt-get install") == 1
