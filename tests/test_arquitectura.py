"""El proyecto es lo que dice ser: capas, tamaños, direcciones, documentos."""

import argparse
import configparser
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from luigi.task_register import Register

from fluxion_luigi import TAREAS
from fluxion_luigi.config import ajustes, catalogo, sistemas
from fluxion_luigi.config.base import Archivo
from fluxion_luigi.demo import lugares
from fluxion_luigi.tareas.registro import CODIGOS
from tests.proyecto import LUIGI, RAIZ

MODULOS = sorted((RAIZ / "fluxion_luigi").rglob("*.py"))
# Las direcciones que se pueden escribir en el proyecto: sólo loopback. Una privada es de alguien en
# la red de quien lo prueba, y se la llamaría de verdad.
# Y, en las pruebas, las que RFC 5737 reserva para ejemplos: viven en los espacios de red que hacen.
DE_EJEMPLO = ("192.0.2.", "198.51.100.", "203.0.113.")
# Detrás de «==» va la versión de un paquete, que puede tener cuatro números.
DIRECCION = re.compile(r"(?<!==)\b(?:\d{1,3}\.){3}\d{1,3}\b")


def versionados() -> list[Path]:
    # Una copia hecha por otro usuario también se revisa: sin safe.directory, git se niega.
    salida = subprocess.run(
        ["git", "-c", f"safe.directory={RAIZ}", "ls-files"], cwd=RAIZ, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    return [RAIZ / r for r in salida.stdout.splitlines() if (RAIZ / r).is_file()]


def test_las_capas_solo_miran_hacia_abajo_y_solo_las_tareas_conocen_luigi():
    hecho = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=RAIZ,
        capture_output=True, text=True,
    )  # fmt: skip
    assert hecho.returncode == 0, hecho.stdout


def test_el_estilo_se_cumple():
    ruff = Path(sys.executable).with_name("ruff")
    for orden in (["check"], ["format", "--check"]):
        hecho = subprocess.run([ruff, *orden, "."], cwd=RAIZ, capture_output=True, text=True)
        assert hecho.returncode == 0, hecho.stdout


@pytest.mark.parametrize("modulo", MODULOS, ids=lambda p: str(p.relative_to(RAIZ)))
def test_ningun_modulo_pasa_de_300_lineas(modulo):
    assert len(modulo.read_text().splitlines()) < 300


def test_el_nucleo_se_importa_sin_luigi():
    programa = (
        "import sys, fluxion_luigi.flujo.lector, fluxion_luigi.cobertura; "
        "sys.exit('luigi' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", programa]).returncode == 0


def test_todo_lo_versionado_es_texto():
    """Ni datos, ni bases, ni paquetes ajenos: se instalan o se hacen, no se guardan."""
    binarios = [str(r.relative_to(RAIZ)) for r in versionados() if b"\0" in r.read_bytes()]
    assert binarios == []


def test_ninguna_direccion_fuera_de_loopback():
    fuera = []
    for ruta in versionados():
        for direccion in DIRECCION.findall(ruta.read_text(encoding="utf-8")):
            de_prueba = ruta.is_relative_to(RAIZ / "tests") and direccion.startswith(DE_EJEMPLO)
            if not direccion.startswith("127.") and not de_prueba:
                fuera.append(f"{ruta.relative_to(RAIZ)}: {direccion}")
    assert fuera == []


def test_el_catalogo_por_omision_solo_tiene_archivos_locales_y_una_api_en_loopback():
    hay = catalogo.leer(RAIZ / "tiendas.toml", RAIZ / "sql")
    assert len(hay.tiendas) == 20
    lugares.exigir(hay)
    assert len(lugares.urls(hay.tiendas.values())) == 1


def test_nada_lee_el_catalogo_de_ejemplo_por_si_solo():
    nombran = [
        str(r.relative_to(RAIZ))
        for r in versionados()
        if r.suffix in (".py", ".cfg", ".sh", ".toml") or r.name in ("Makefile", "run")
        if "tiendas.ejemplo" in r.read_text()
    ]
    # El catálogo de demostración y el mensaje de que falta lo nombran; ninguno lo abre.
    assert sorted(n for n in nombran if not n.startswith("tests/")) == [
        "fluxion_luigi/config/catalogo.py",
        "tiendas.toml",
    ]


def test_el_catalogo_de_ejemplo_es_valido():
    ejemplo = catalogo.leer(RAIZ / "tiendas.ejemplo.toml")
    assert len(ejemplo.tiendas) == 20
    assert sistemas.leer(RAIZ / "sql", "stellar").formato_fecha == "%Y%m%d"
    assert sum(not t.vende for t in ejemplo.tiendas.values()) == 2


def test_los_hosts_del_catalogo_de_ejemplo_no_pueden_ser_de_nadie():
    ejemplo = catalogo.leer(RAIZ / "tiendas.ejemplo.toml")
    hosts = [t.host for t in ejemplo.tiendas.values()]
    assert [h for h in hosts if not h.endswith(".invalid")] == []
    assert len(set(hosts)) == len(hosts)


def test_luigi_cfg_nombra_todas_las_claves_y_sus_valores_son_los_de_fabrica():
    leidos = ajustes.leer(RAIZ / "luigi.cfg")
    texto = (RAIZ / "luigi.cfg").read_text().split("[fluxion]")[1]
    nombradas = set(re.findall(r"^(\w+) =", texto, re.M))
    assert nombradas == set(ajustes.CLAVES)
    de_fabrica = ajustes.Ajustes(archivo=leidos.archivo, ambiente={})
    for clave in ajustes.CLAVES:
        esperado = getattr(de_fabrica, clave)
        if isinstance(esperado, Path):
            esperado = RAIZ / esperado
        if isinstance(esperado, Archivo):
            esperado = Archivo(RAIZ / esperado.ruta)
        assert getattr(leidos, clave) == esperado, clave


def test_los_seis_codigos_de_salida_estan_puestos_y_son_los_que_valen_sin_ellos():
    texto = (RAIZ / "luigi.cfg").read_text().split("[retcode]")[1].split("[fluxion]")[0]
    puestos = {k: int(v) for k, v in re.findall(r"^(\w+) = ([1-9]\d*)$", texto, re.M)}
    assert len(puestos) == 6
    assert puestos == CODIGOS


def test_el_readme_nombra_todas_las_opciones_de_las_tareas():
    readme = (RAIZ / "README.md").read_text()
    for tarea in TAREAS:
        opciones = opciones_de(tarea)
        assert opciones, tarea
        assert [o for o in sorted(opciones) if f"--{o}" not in readme] == []
    # Las que muestra la ayuda son ésas.
    ayuda = subprocess.run(
        [LUIGI, "--module", "fluxion_luigi", "RangoVentas", "--help"], cwd=RAIZ, text=True,
        capture_output=True,
    ).stdout  # fmt: skip
    assert set(re.findall(r"--RangoVentas-([\w-]+)", ayuda)) == opciones_de("RangoVentas")


def opciones_de(tarea: str) -> set[str]:
    """Las opciones de una tarea, como se escriben en la línea de órdenes."""
    parametros = Register.get_task_cls(tarea).get_params()
    return {n.replace("_", "-") for n, p in parametros if p.description != argparse.SUPPRESS}


def test_el_readme_nombra_los_codigos_de_salida_que_hay():
    readme = (RAIZ / "README.md").read_text()
    texto = (RAIZ / "luigi.cfg").read_text().split("[retcode]")[1].split("[fluxion]")[0]
    for codigo in re.findall(r"= (\d+)", texto):
        assert re.search(rf"\b{codigo}\b", readme), codigo


def test_lo_que_no_es_python_se_instala_con_el_paquete():
    """Sin ello, instalado sin «-e», ninguna orden arranca."""
    leido = configparser.ConfigParser()
    leido.read(RAIZ / "setup.cfg", encoding="utf-8")
    declarados = {
        archivo
        for paquete, patrones in leido["options.package_data"].items()
        for patron in patrones.split(",")
        for archivo in (RAIZ / paquete.replace(".", "/")).glob(patron.strip())
    }
    del_paquete = (a for a in versionados() if a.is_relative_to(RAIZ / "fluxion_luigi"))
    assert {a for a in del_paquete if a.suffix != ".py"} == declarados


def test_las_versiones_se_fijan_en_un_solo_lugar():
    fijas = (RAIZ / "restricciones.txt").read_text()
    assert re.search(r"^duckdb==1\.5\.", fijas, re.M)
    assert "==" not in (RAIZ / "setup.cfg").read_text()
    assert "dependencies" not in tomllib.loads((RAIZ / "pyproject.toml").read_text())
