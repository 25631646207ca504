"""LimpiarArchivos por la línea de órdenes, y después de cada incremento si así se pide."""

import logging
import shutil
import subprocess
from pathlib import Path

import pytest

from fluxion_luigi.errores import ErrorOcupado
from fluxion_luigi.flujo import limpieza
from fluxion_luigi.tareas.limpieza import tras_incremento
from tests import lagos
from tests.flujo.test_limpieza import en_staging, envejecer, poner
from tests.proyecto import Proyecto, cada_dia
from tests.reloj import correr
from tests.tareas.test_historia import ajena


def archivos(proyecto: Proyecto, *menos: str) -> dict[Path, bytes]:
    """Todo lo que hay en el proyecto menos lo que cada orden deja de sí misma."""
    return {
        p: p.read_bytes()
        for p in proyecto.carpeta.rglob("*")
        if p.is_file() and p.parent.name not in ("logs", ".candados", *menos)
    }


@pytest.fixture(scope="module")
def _cargado(tmp_path_factory, request):
    """Marzo de una tienda, cargado, con su staging otra vez ahí y el de abril sin cargar."""
    proyecto = Proyecto(tmp_path_factory.mktemp("limpieza") / "p")
    lagos.poner_si_toca(proyecto, request)
    proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-04-30", 3))
    assert proyecto.rango("2025-03", "2025-03").codigo == 0
    en_staging(proyecto, 2, "2025-03")
    en_staging(proyecto, 2, "2025-04")
    poner(proyecto.carpeta / "reportes" / "corrida_vieja.json", 100)
    return proyecto, proyecto.retratar()


@pytest.fixture
def cargado(_cargado) -> Proyecto:
    proyecto, reponer = _cargado
    reponer()
    return proyecto


def test_simular_dice_lo_que_luego_se_quita_y_no_toca_nada(cargado):
    antes = archivos(cargado)
    simulado = cargado.luigi("LimpiarArchivos", "--simular")
    assert simulado.codigo == 0, simulado.todo
    assert archivos(cargado) == antes
    hecho = cargado.luigi("LimpiarArchivos")
    assert hecho.codigo == 0, hecho.todo
    assert simulado.fuera.replace("Se quitaría:", "Se quitó:") == hecho.fuera
    for dicho in ("2025-03: su mes ya está cargado", "corrida_vieja.json: tiene 100 días"):
        assert dicho in hecho.fuera
    quitados = antes.keys() - archivos(cargado).keys()
    assert {p.parent.name for p in quitados} == {"2025-03", "reportes"}
    assert len(quitados) == 2  # ni la base, ni los marcadores, ni el staging sin cargar
    assert "No sobra nada." in cargado.luigi("LimpiarArchivos").fuera


def test_sin_su_marcador_o_sin_su_base_el_staging_hace_falta(cargado):
    marcador = cargado.carpeta / "markers" / "tienda_01" / "2025-03.json"
    guardado = marcador.read_text()
    marcador.unlink()
    # En un lago no: su control dice que ya está cargado.
    sobra = "staging" in cargado.luigi("LimpiarArchivos", "--simular").fuera
    assert sobra is cargado.en_lago
    marcador.write_text(guardado)
    shutil.move(cargado.base, f"{cargado.base}.aparte")
    salida = cargado.luigi("LimpiarArchivos")
    assert "staging" not in salida.fuera
    assert (cargado.carpeta / "staging" / "tienda_01" / "2025-03").is_dir()


def test_tras_el_incremento_se_limpia_solo_si_se_pide(cargado):
    viejo = cargado.carpeta / "reportes" / "corrida_vieja.json"
    assert correr(cargado, "2025-04-01 06:00:00", "IncrementoDiario").codigo == 0
    envejecer(viejo, 10_000)  # el reloj de la orden es otro
    assert viejo.exists()
    cargado.ajustes["limpiar_tras_incremento"] = "1"
    cargado.escribir()
    salida = correr(cargado, "2025-04-02 06:00:00", "IncrementoDiario")
    assert salida.codigo == 0, salida.todo
    assert "Limpieza: 1 cosa(s) de sobra quitada(s)" in salida.error
    assert not viejo.exists()
    assert cargado.cargado() == cargado.en_origen("2025-03-01", "2025-04-01")


def queja_sin_permiso(proyecto: Proyecto, carpeta: Path, permisos: int) -> str:
    """Lo que dice LimpiarArchivos si con esos permisos no puede con una carpeta."""
    with ajena(carpeta, permisos) as prefijo:
        salida = subprocess.run(
            [*prefijo, *proyecto.orden("LimpiarArchivos")], cwd=proyecto.carpeta,
            env=proyecto.entorno(), capture_output=True, text=True,
        )  # fmt: skip
    assert salida.returncode == 30, salida.stderr
    assert "Traceback" not in salida.stderr
    return salida.stderr


def test_lo_que_no_se_deja_quitar_se_nombra_y_el_codigo_lo_dice(proyecto):
    proyecto.con_tienda("tienda_01")
    viejo = poner(proyecto.carpeta / "reportes" / "corrida_vieja.json", 100)
    otro = poner(proyecto.carpeta / "logs" / "corrida_vieja.log", 100)
    assert f"{viejo}: no hay permiso" in queja_sin_permiso(proyecto, viejo.parent, 0o500)
    assert viejo.exists()
    assert not otro.exists()  # y lo demás sí se quitó


def test_sin_poder_mirar_los_diarios_no_se_quita_nada_y_se_dice(proyecto):
    """Ahí consta qué corridas hay en curso."""
    viejo = poner(proyecto.con_tienda("tienda_01").carpeta / "logs" / "corrida_vieja.log", 100)
    reportes = proyecto.carpeta / "reportes"
    queja = queja_sin_permiso(proyecto, reportes, 0o300)
    assert f"No se puede mirar {reportes}: no hay permiso" in queja
    assert viejo.exists()


def test_tras_el_incremento_que_no_se_pueda_limpiar_es_una_linea(proyecto, monkeypatch, caplog):
    proyecto.con_tienda("tienda_01").ajustes["limpiar_tras_incremento"] = "1"
    proyecto.escribir()

    def ocupada(config):
        raise ErrorOcupado("La base la tiene otro.")

    monkeypatch.setattr(limpieza, "planear", ocupada)
    with caplog.at_level(logging.INFO, "fluxion"):
        tras_incremento(proyecto.config)
    assert caplog.messages == ["No se pudo limpiar. La base la tiene otro."]
