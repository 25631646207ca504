"""Lo que la máquina no da se salta con su frase, se nombra al final, y en CI es un fallo."""

import errno
import os
import subprocess
import sys

import pytest

from tests.capacidades import Capacidad, exigir, resumen, sin_privilegios
from tests.proyecto import RAIZ

DISCO = "tests/tareas/test_errores.py::test_un_disco_lleno_se_dice_y_no_deja_nada_a_medias"
SIN_MONTAR = "Aquí no se puede montar un disco: "


def sin_poder_montar(**ambiente: str) -> subprocess.CompletedProcess:
    """Las pruebas que montan un disco, corridas por quien no puede, sea o no root."""
    orden = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "1", DISCO]
    limpio = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "PRUEBAS_"))}
    return subprocess.run(
        [*sin_privilegios("sys_admin"), *orden], cwd=RAIZ, env={**limpio, **ambiente},
        capture_output=True, text=True,
    )  # fmt: skip


def test_lo_que_no_se_puede_hacer_se_salta_y_el_final_dice_que_quedo_sin_probar():
    hecho = sin_poder_montar()
    assert hecho.returncode == 0, hecho.stdout
    assert "2 skipped" in hecho.stdout
    final = hecho.stdout.split("Lo que en esta máquina no se pudo probar")[1]
    assert SIN_MONTAR in final
    assert "Sin correr, 2:" in final
    assert f"{DISCO}[staging-64k-300]" in final
    assert f"{DISCO}[datos-2m-1500]" in final


def test_en_ci_lo_que_no_se_puede_hacer_es_un_fallo():
    hecho = sin_poder_montar(PRUEBAS_COMPLETAS="1")
    assert hecho.returncode == 1, hecho.stdout
    assert "2 failed" in hecho.stdout
    assert SIN_MONTAR in hecho.stdout


def test_que_falte_un_programa_es_un_fallo_de_las_pruebas_y_no_de_la_maquina():
    def intentar():
        subprocess.run(["programa-que-nadie-tiene"], check=True)

    with pytest.raises(FileNotFoundError):
        exigir(Capacidad("correr lo que no está", intentar))


def test_se_intenta_una_sola_vez():
    veces = []

    def intentar():
        veces.append(1)
        raise PermissionError(errno.EPERM, "Operation not permitted")

    negada = Capacidad("nada", intentar)
    for _ in range(2):
        with pytest.raises(BaseException, match="Aquí no se puede nada: "):
            exigir(negada)
    assert veces == [1]


def test_el_resumen_no_cuenta_lo_que_se_salta_por_otra_razon():
    assert resumen([("a", "Skipped: otra"), ("b", f"Skipped: {SIN_MONTAR}no")]) == [
        f"{SIN_MONTAR}no. Sin correr, 1:",
        "  b",
    ]
