"""EstadoVentas por la línea de órdenes: las formas, lo que deja escrito y con qué código sale."""

import json
import shutil
import webbrowser
from unittest.mock import patch

import pytest

from fluxion_luigi.errores import ErrorUso
from fluxion_luigi.tareas.estado import EstadoVentas
from tests import nucleo
from tests.cadena import anotar, dias, proyecto_con
from tests.proyecto import cada_dia

JUNIO = ("--desde", "2025-06", "--hasta", "2025-06")


@pytest.fixture(scope="module")
def con_hueco(tmp_path_factory):
    """Dos tiendas, y a una le faltan tres días de junio."""
    tiendas = {"tienda_01": {"nombre": "MAÑONGO"}, "tienda_02": {"nombre": '<b>&"'}}
    proyecto = proyecto_con(tmp_path_factory.mktemp("estado") / "p", tiendas)
    anotar(proyecto.config, [
        *dias("tienda_01", "2025-06-01", "2025-06-30"),
        *dias("tienda_02", "2025-06-01", "2025-06-09"),
        *dias("tienda_02", "2025-06-13", "2025-06-30"),
    ])  # fmt: skip
    return proyecto


def test_la_salida_en_json_es_solo_el_json_y_queda_escrito(con_hueco):
    salida = con_hueco.luigi("EstadoVentas", *JUNIO, "--formato", "json", workers=2)
    assert (salida.codigo, salida.error) == (0, "")
    informe = json.loads(salida.fuera)
    assert informe["version"] == 1
    assert [t["nombre"] for t in informe["tiendas"]] == ["MAÑONGO", '<b>&"']
    escrito = con_hueco.carpeta / "reportes" / "estado.json"
    assert json.loads(escrito.read_text()) == informe


def test_la_orden_que_sugiere_llena_el_hueco(proyecto):
    dia_a_dia = cada_dia("2025-03-01", "2025-03-10", 2)
    proyecto.con_tienda("tienda_01", dia_a_dia)
    nucleo.cargar(proyecto, "2025-03-01", "2025-03-04")
    salida = proyecto.luigi("EstadoVentas", "--desde", "2025-03-01", "--hasta", "2025-03-10")
    assert "🟡  tienda_01" in salida.fuera
    orden = salida.fuera[salida.fuera.index("luigi --module") :].replace("\\\n", "").split()
    assert orden[3:] == ["RangoVentas", "--desde", "2025-03-05", "--hasta", "2025-03-10",
                         "--tiendas", "tienda_01", "--local-scheduler"]  # fmt: skip
    assert proyecto.luigi(*orden[3:-1]).codigo == 0
    shutil.rmtree(proyecto.carpeta / "pos")  # no se le pregunta a nadie
    salida = proyecto.luigi("EstadoVentas", "--desde", "2025-03-01", "--hasta", "2025-03-10")
    assert "✅  tienda_01" in salida.fuera
    assert "RangoVentas" not in salida.fuera
    assert ": +12 registro(s); +6 día(s) cargado(s)" in salida.fuera


def test_abrir_deja_la_pagina_y_la_muestra_en_el_navegador(con_hueco, tmp_path):
    navegador, visto = tmp_path / "navegador", tmp_path / "visto"
    navegador.write_text(f'#!/bin/sh\necho "$1" > {visto}\n')
    navegador.chmod(0o755)
    salida = con_hueco.luigi("EstadoVentas", *JUNIO, "--abrir", BROWSER=f"{navegador} %s")
    assert (salida.codigo, salida.error) == (0, "")
    assert "Cobertura: 95%." in salida.fuera
    escrita = con_hueco.carpeta / "reportes" / "estado.html"
    assert visto.read_text().strip() == escrita.as_uri()
    assert "<title>Estado de las ventas" in escrita.read_text()


def test_sin_navegador_dice_donde_quedo_la_pagina(con_hueco, caplog):
    junio = {"desde": "2025-06", "hasta": "2025-06", "abrir": "True"}
    with nucleo.tareas_de(con_hueco), patch.object(webbrowser, "open", return_value=False):
        EstadoVentas.from_str_params(junio).run()
    escrita = con_hueco.carpeta / "reportes" / "estado.html"
    assert f"No se pudo abrir un navegador aquí. La página está en {escrita}" in caplog.text


@pytest.mark.parametrize(("exigido", "codigo"), [("95", 0), ("95.001", 30)])
def test_exigir_falla_si_la_cobertura_no_llega(con_hueco, exigido, codigo):
    """57 de 60 días son el 95 % exacto."""
    salida = con_hueco.luigi("EstadoVentas", *JUNIO, "--exigir", exigido)
    assert salida.codigo == codigo
    assert "Cobertura: 95%." in salida.fuera
    dicho = f"es 95% y se exige {exigido.replace('.', ',')}%: hay 3 día(s) por cargar de"
    assert (dicho in salida.error) == (codigo == 30)
    assert "Traceback" not in salida.error


def test_si_el_informe_no_se_puede_guardar_se_dice_y_sale_igual(proyecto):
    proyecto.con_tienda("tienda_01")
    (proyecto.carpeta / "reportes").write_text("un archivo donde va la carpeta")
    pagina = proyecto.luigi("EstadoVentas", *JUNIO, "--formato", "html")
    assert pagina.codigo == 0
    assert pagina.fuera.startswith("<!doctype html>")
    assert pagina.error.count("reportes: hay un archivo donde debe ir una carpeta") == 1


def test_lo_mal_escrito_se_dice_antes_de_empezar(con_hueco):
    formato = con_hueco.luigi("EstadoVentas", "--formato", "pdf")
    assert formato.codigo == 40
    assert "--formato «pdf»: debe ser uno de texto, json, html." in formato.error
    with pytest.raises(ErrorUso, match="--exigir 101: debe ser un número entre"):
        EstadoVentas.from_str_params({"exigir": "101"})


def test_sin_fechas_muestra_toda_la_historia_con_ventas(proyecto):
    """Quien se equivoca de año carga un mes de ceros; el estado no arranca desde allí."""
    proyecto.con_tienda("tienda_01").con_tienda("tienda_02")
    anotar(proyecto.config, [
        *dias("tienda_01", "2015-07-01", "2015-07-31", filas=0),
        *dias("tienda_01", "2025-07-01", "2025-07-31"),
        *dias("tienda_02", "2025-07-01", "2025-07-19", filas=0),
        *dias("tienda_02", "2025-07-20", "2025-07-31"),
    ])  # fmt: skip
    salida = proyecto.luigi("EstadoVentas", "--hasta", "2025-07")
    assert "Cobertura de 2025-07-01 a 2025-07-31" in salida.fuera
    assert "2015" not in salida.fuera
    assert salida.fuera.count("✅ ") == 3  # las dos, y la lista de completas
    empieza = "La historia empieza el 2025-07-01"
    with nucleo.tareas_de(proyecto), pytest.raises(ErrorUso, match=empieza):
        EstadoVentas.from_str_params({"hasta": "2024-01"})
