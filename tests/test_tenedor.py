"""Quién tiene tomado un archivo, en palabras."""

import fcntl
import multiprocessing
import os
import subprocess
import sys

import pytest

from fluxion_luigi import tenedor


def test_el_candado_de_este_proceso_es_de_este_proceso(tmp_path):
    ruta = tmp_path / "x"
    with ruta.open("w") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        assert tenedor.del_candado(ruta).startswith(f"el proceso {os.getpid()} (")


def test_un_candado_que_no_es_de_nadie_de_aqui_es_de_otro_contenedor(tmp_path, monkeypatch):
    ruta, locks = tmp_path / "x", tmp_path / "locks"
    ruta.touch()
    monkeypatch.setattr(tenedor, "_CANDADOS", locks)
    assert tenedor.del_candado(ruta) == "otro proceso"  # un sistema que no lo cuenta
    inodo = ruta.stat().st_ino
    for renglon in (
        f"1: FLOCK  ADVISORY  WRITE 1 00:2f:{inodo + 1} 0 EOF",
        f"2: POSIX  ADVISORY  WRITE 1 00:2f:{inodo} 0 EOF",
        f"3: FLOCK  ADVISORY  WRITE 0 00:2f:{inodo} 0 EOF",
        "4: -> roto",
    ):
        locks.write_text(renglon + "\n")
        assert "otro contenedor u otra máquina" in tenedor.del_candado(ruta)


@pytest.mark.parametrize(
    ("segundos", "dicho"),
    [(-3, "0 s"), (45, "45 s"), (60, "1 min"), (11100, "3 h 5 min"), (200_000, "2 días")],
)
def test_las_duraciones_se_leen(segundos, dicho):
    assert tenedor.duracion(segundos) == dicho


def test_de_esta_corrida_son_el_principal_y_sus_tareas_y_no_otra_orden_de_la_misma_terminal():
    hijo = subprocess.Popen(["sleep", "20"])
    try:
        assert tenedor.es_de_aqui(hijo.pid)
        assert tenedor.es_de_aqui(os.getpid())
        # Dos órdenes de un mismo padre no son la misma corrida; dos tareas de una corrida, sí.
        programa = (
            "import sys; from fluxion_luigi.tenedor import es_de_aqui as es; "
            "print(es(int(sys.argv[1])))"
        )
        orden = [sys.executable, "-c", programa, str(hijo.pid)]
        assert subprocess.check_output(orden, text=True) == "False\n"
        with multiprocessing.get_context("fork").Pool(1) as tareas:
            assert tareas.map(tenedor.es_de_aqui, [hijo.pid, os.getpid(), 1, 0, None]) == [
                True, True, False, False, False,
            ]  # fmt: skip
    finally:
        hijo.kill()
        hijo.wait()
