"""Los procesos que llevan la clave de una tienda no corren nada de la carpeta actual."""

import json
import os
import subprocess
import sys

import pytest

from fluxion_luigi import hijo
from tests.proyecto import RAIZ

TRAMPA = "import pathlib; pathlib.Path({!r}).write_text('corrió')\n"


@pytest.fixture
def trampas(proyecto, tmp_path):
    """Módulos con nombres que Python, las bibliotecas y el lector usan; avisan si corren."""
    aviso = tmp_path / "corrieron"
    for nombre in ("queue", "json", "arrow_odbc", "pyarrow", "sitecustomize", "fluxion_luigi"):
        (proyecto.carpeta / f"{nombre}.py").write_text(TRAMPA.format(str(aviso)))
    return aviso


@pytest.mark.parametrize("camino", [None, "", ".", "algo:", "la carpeta misma"])
def test_ni_la_prueba_ni_el_lector_corren_lo_que_hay_en_la_carpeta_actual(
    proyecto, trampas, camino, monkeypatch
):
    monkeypatch.chdir(proyecto.carpeta)
    if camino is not None:
        puesto = str(proyecto.carpeta) if camino == "la carpeta misma" else camino
        monkeypatch.setenv("PYTHONPATH", puesto)
    for modulo in ("fluxion_luigi.origen.odbc.prueba", "fluxion_luigi.flujo.lector"):
        hecho = subprocess.run(
            hijo.orden(modulo), input="{}", env=hijo.ambiente(), capture_output=True, text=True
        )
        assert "ModuleNotFoundError" not in hecho.stderr, hecho.stderr
    assert not trampas.exists()


def test_el_camino_de_modulos_que_no_es_la_carpeta_actual_se_conserva(monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), "", "relativa"]))
    assert hijo.ambiente()["PYTHONPATH"] == str(tmp_path)


def test_una_carga_entera_no_corre_lo_que_hay_en_la_carpeta_actual(dos_tiendas, trampas):
    salida = dos_tiendas.rango("2025-03-01", "2025-03-02", "--tiendas", "tienda_01")
    assert salida.codigo == 0, salida.todo
    assert not trampas.exists()


def test_al_importar_las_tareas_la_carpeta_actual_pasa_al_final_del_camino(dos_tiendas):
    """Con PYTHONPATH=. Luigi ya arrancó con ella delante; lo que se importe después, no."""
    (dos_tiendas.carpeta / "mia.py").write_text("")
    programa = (
        "import luigi, sys, json, fluxion_luigi, mia; "
        "print(json.dumps([sys.path.index(p) for p in sys.path if p in ('', sys.argv[1])])); "
        "print(len(sys.path))"
    )
    hecho = subprocess.run(
        [sys.executable, "-c", programa, str(dos_tiendas.carpeta)], cwd=dos_tiendas.carpeta,
        env=dos_tiendas.entorno(PYTHONPATH=f"{dos_tiendas.carpeta}{os.pathsep}{RAIZ}"),
        capture_output=True, text=True,
    )  # fmt: skip
    assert hecho.returncode == 0, hecho.stderr
    lugares, cuantos = map(json.loads, hecho.stdout.splitlines())
    assert lugares
    assert min(lugares) >= cuantos - len(lugares)


def test_los_hijos_no_importan_lo_que_no_usan():
    """Hay dos por tienda, y cada uno lo pagaría en su arranque."""
    programa = (
        "import sys, fluxion_luigi.flujo.lector, fluxion_luigi.origen.odbc.prueba; "
        "import fluxion_luigi.origen.odbc.examen, fluxion_luigi.staging.escritor; "
        "print({'luigi', 'duckdb', 'tornado', 'asyncio', 'filelock', 'psutil', 'pandas'} "
        "& set(sys.modules))"
    )
    hecho = subprocess.run([sys.executable, "-c", programa], capture_output=True, text=True)
    assert hecho.stdout.strip() == "set()", hecho.stderr
