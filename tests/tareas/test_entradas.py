"""Lo que se escribe en una orden, en luigi.cfg o en `.env`: vale, o una frase dice por qué no."""

import subprocess
from datetime import date
from types import SimpleNamespace

import pytest

from fluxion_luigi.errores import ErrorUso
from fluxion_luigi.periodos import Rango
from fluxion_luigi.tareas import historia, lineas
from fluxion_luigi.tareas.parametros import FechaOMes, Numero, Tiendas
from tests import tanda
from tests.proyecto import Salida
from tests.tareas.test_errores import frase

DOS_DIAS = ("--desde", "2025-03-01", "--hasta", "2025-03-02")


# Órdenes que antes decían otra cosa, y lo que dicen.
RECHAZADAS = {
    ("RangoVentas", *DOS_DIAS, "--tiendas", ""): "✗ --tiendas «» no nombra ninguna",
    ("RangoVentas", *DOS_DIAS, "--recargar", "--tiendas", " , "): "✗ --tiendas «,» no nombra",
    ("RangoVentas", *DOS_DIAS, "--RangoVentas-tiendas", ""): "✗ --tiendas «» no nombra",
    ("RangoVentas", "--desde", "0202-03-01", "--hasta", "2025-03"): "de 1990 a 2099",
    ("EstadoVentas", "--desde", ""): "No se entiende la fecha",
    ("CargaVentas", "--tienda", "tienda_01", "--desde", "2025-03-01", "--hasta", "2025-04-15"):
        "CargaVentas es de un solo mes, y del 2025-03-01 al 2025-04-15 hay varios",
    ("ExtraccionVentas", "--tienda", "tienda_9", *DOS_DIAS): "«tienda_9»",
}  # fmt: skip


def test_una_orden_que_antes_decia_otra_cosa_sale_con_40_y_no_toca_nada(dos_tiendas):
    salidas = tanda.correr(dos_tiendas, list(RECHAZADAS))
    for dice, salida in zip(RECHAZADAS.values(), salidas, strict=True):
        frase(salida, dice, codigo=40)
        assert "Defecto" not in salida.todo
    assert not dos_tiendas.hay_base()
    assert not (dos_tiendas.carpeta / "reportes").exists()


@pytest.mark.parametrize(
    ("parametro", "escritos"),
    [
        (Tiendas(default=()), ["", " ", ",", " , "]),
        (FechaOMes(fin=True, default=None), ["", " ", "ayer"]),
        (Numero("--dias", 1, 1000, default=3), ["", "0", "1001", "tres", "1.5"]),
        (Numero("--timeout", 0.1, 3600.0, default=0), ["", "0", "nan", "inf", "-1"]),
    ],
)
def test_una_opcion_vacia_o_fuera_de_rango_no_vale_por_la_predeterminada(parametro, escritos):
    como = parametro._parser_kwargs("x", "Tarea")["type"]
    for escrito in escritos:
        llega = como(escrito)
        assert llega  # Luigi toma una opción vacía por una que no se escribió
        with pytest.raises(ErrorUso):
            parametro.parse(llega)


def test_un_punto_env_a_medias_no_deja_que_se_use_la_base_de_siempre(dos_tiendas):
    punto_env = dos_tiendas.carpeta / ".env"
    punto_env.write_text('# la base\nFLUXION_BASE="datos/otra.duckdb\n')
    salida = dos_tiendas.luigi("RangoVentas", *DOS_DIAS)
    frase(salida, f"problema(s) en {punto_env}", "línea 2", codigo=40)
    assert not (dos_tiendas.carpeta / "datos").exists()


def test_sin_luigi_cfg_tambien_hay_frase_y_codigo(dos_tiendas, tmp_path):
    hecho = subprocess.run(
        dos_tiendas.orden("RangoVentas", *DOS_DIAS), cwd=tmp_path, capture_output=True, text=True,
        env=dos_tiendas.entorno(LUIGI_CONFIG_PATH=str(tmp_path / "no-esta.cfg")),
    )  # fmt: skip
    frase(Salida(hecho.returncode, hecho.stdout, hecho.stderr), "✗ LUIGI_CONFIG_PATH", codigo=40)


def test_un_luigi_cfg_con_bom_dice_en_espanol_como_guardarlo(dos_tiendas):
    """Lo lee Luigi antes de que haya nada nuestro; lo único que muestra es su primera línea."""
    cfg = dos_tiendas.carpeta / "luigi.cfg"
    cfg.write_text("\ufeff" + cfg.read_text(encoding="utf-8"), encoding="utf-8")
    salida = dos_tiendas.luigi("EstadoVentas")
    assert salida.codigo != 0
    assert "guarde luigi.cfg en UTF-8 sin BOM" in salida.error.splitlines()[-1]


def test_un_valor_malo_de_otra_seccion_de_luigi_cfg_no_es_un_defecto(dos_tiendas):
    cfg = dos_tiendas.carpeta / "luigi.cfg"
    cfg.write_text(cfg.read_text().replace("[worker]", "[worker]\nkeep_alive = quizas"))
    frase(dos_tiendas.luigi("RangoVentas", *DOS_DIAS), "«keep_alive»", "[worker]", codigo=40)


def test_una_tienda_mes_cargada_dos_veces_en_una_corrida_cuenta_una(monkeypatch):
    plan = [(SimpleNamespace(id=t), Rango(date(2025, 3, 1), date(2025, 3, 2))) for t in "ab"]
    cargadas = ("a", "a", "ajena")
    sucesos = [{"suceso": "carga", "tienda": t, "desde": "2025-03-01"} for t in cargadas]
    tarea = SimpleNamespace(diario=SimpleNamespace(sucesos=lambda: iter(sucesos)))
    assert lineas.lugar_en_el_plan(tarea, historia.raiz) == ""  # nadie hizo un plan
    meses = {(t, "2025-03") for t in "ab"}
    un_plan = SimpleNamespace(tramos=plan, pide_todo=True, tiendas_mes=meses)
    monkeypatch.setattr(historia, "raiz", SimpleNamespace(plan=un_plan))
    assert lineas.lugar_en_el_plan(tarea, historia.raiz) == "1/2 "
