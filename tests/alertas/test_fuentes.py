"""Qué es una alerta: lo que cada fuente dice de un informe, de los archivos y de los discos."""

import shutil
from collections import namedtuple

import pytest

from fluxion_luigi.alertas import fuentes
from fluxion_luigi.archivos import escribir_json
from tests.cadena import proyecto_con
from tests.informes.estado.ejemplo import informe, tienda

HUECO = {"desde": "2025-07-10", "hasta": "2025-07-12", "dias": 3, "causa": "no concilia"}


@pytest.fixture
def config(tmp_path):
    return proyecto_con(tmp_path / "p", {"tienda_01": {}}).config


def de(config, *tiendas, conocidas=None, **cambios) -> dict[str, list]:
    """Las alertas que hay, por fuente; sólo las fuentes que dicen algo."""
    hay = fuentes.de_informe(config, informe(*tiendas, **cambios), conocidas or {}, ["--x"])
    return {fuente: alertas for fuente, mirada in hay.items() if (alertas := mirada())}


def dia(config, hace: int) -> str:
    """El día de hace tantos."""
    return str(config.hoy().fromordinal(config.hoy().toordinal() - hace))


def test_una_tienda_al_dia_no_dice_nada(config):
    assert de(config, tienda("tienda_01", "f" * 30, ultimo_dia=dia(config, 1))) == {}


def test_un_hueco_dice_sus_dias_su_causa_y_su_orden(config):
    t = tienda("tienda_01", "f" * 9 + "xxx" + "f" * 19, "2025-07-01", huecos=[HUECO],
               ultimo_dia=dia(config, 1))  # fmt: skip
    [a] = de(config, t)["huecos"]
    assert a.titulo == "tienda_01 (TIENDA_01): faltan 3 días"
    assert a.detalle == "2025-07-10 a 2025-07-12. no concilia"
    assert a.que_hacer.endswith("--desde 2025-07-10 --hasta 2025-07-12 --tiendas tienda_01 --x")
    assert a.partes == ("2025-07-10", "2025-07-11", "2025-07-12")


def test_los_dias_del_final_no_son_un_hueco_sino_una_tienda_sin_datos(config):
    cola = {"desde": "2025-07-29", "hasta": "2025-07-31", "dias": 3, "causa": None}
    muda = {"desde": "2025-07-29T05:31:00-04:00", "ultima": "2025-08-01T05:31:00-04:00",
            "causa": "PING OK"}  # fmt: skip
    t = tienda("tienda_01", "f" * 28 + "xxx", "2025-07-01", huecos=[cola], sin_respuesta=muda,
               ultimo_dia="2025-07-28")  # fmt: skip
    hay = de(config, t)
    assert list(hay) == ["sin_datos"]
    assert hay["sin_datos"][0].detalle == (
        "Último día con ventas: 2025-07-28. No responde: PING OK"
    )


@pytest.mark.parametrize(("hace", "dice"), [(3, False), (4, True)])
def test_sin_datos_es_pasar_de_los_dias_del_ajuste(config, hace, dice):
    t = tienda("tienda_01", "f", ultimo_dia=dia(config, hace))
    assert ("sin_datos" in de(config, t)) == dice


def test_la_que_nunca_trajo_nada_tambien_y_la_que_no_abre_o_abrio_ayer_no(config):
    vacia = tienda("tienda_01", "x" * 3, ultimo_dia=None, primer_dia=None, hace_dias=None)
    assert "aún sin una sola venta" in de(config, vacia)["sin_datos"][0].titulo
    assert de(config, {**vacia, "apertura": dia(config, 2)}) == {}
    sin_abrir = tienda("tienda_01", "···", ultimo_dia=None, primer_dia=None)
    assert de(config, sin_abrir) == {}


@pytest.mark.parametrize(
    ("en_catalogo", "dice"), [(True, "está inactiva"), (False, "no está en el catálogo")]
)
def test_la_que_vende_y_no_se_le_pregunta_se_dice_mientras_sea_reciente(config, en_catalogo, dice):
    t = tienda("tienda_01", "f", activa=False, en_catalogo=en_catalogo, hace_dias=2)
    assert dice in de(config, t)["fuera"][0].titulo
    assert de(config, {**t, "hace_dias": 31}) == {}


def test_una_tienda_nueva_es_noticia_una_semana(config):
    t = tienda("tienda_01", "f", ultimo_dia=dia(config, 1))
    ahora = config.ahora()
    [a] = de(config, t, conocidas={"tienda_01": ahora.isoformat()})["nuevas"]
    assert a.titulo == "tienda_01 (TIENDA_01): tienda nueva, con sus primeros datos"
    vieja = (ahora - fuentes.NUEVA).isoformat()
    assert de(config, t, conocidas={"tienda_01": vieja}) == {}
    assert de(config, t, conocidas={"tienda_01": ""}) == {}


def test_la_copia_publicada_es_vieja_si_lleva_horas_atrasada_o_no_esta(config):
    copia = {"ruta": "p.duckdb", "existe": True, "atrasada": True, "hace_segundos": 25 * 3600,
             "publicada_en": "2025-07-31T06:00:00-04:00"}  # fmt: skip
    assert "publicada" in de(config, publicada=copia)
    assert "publicada" in de(config, publicada={**copia, "existe": False, "hace_segundos": None})
    assert de(config, publicada={**copia, "hace_segundos": 23 * 3600}) == {}
    assert de(config, publicada={**copia, "atrasada": False}) == {}


def test_de_la_calidad_se_dicen_los_errores_y_las_revisiones_rotas(config):
    hallazgo = {"revision": "lineas_repetidas", "titulo": "líneas repetidas", "severidad": "error",
                "tienda": "tienda_01", "dias": ["2025-07-10"], "cuantas": 4, "estado": "nuevo",
                "desde": "2025-07-11T06:00:00-04:00", "significa": "Se sumaría dos veces.",
                "que_hacer": "Recárguelo", "ejemplos": [], "columnas": []}  # fmt: skip
    calidad = {"revisado_en": "2025-07-11T06:00:00-04:00", "revisiones": 2, "resueltos": 0,
               "hallazgos": [hallazgo, {**hallazgo, "severidad": "aviso", "revision": "otra"}],
               "rotas": [{"revision": "caja_desaparecida", "error": "no existe x\n\nLINE 6: x"},
                         {"revision": "feriados", "error": "No se saben."}]}  # fmt: skip
    error, rota, ajuste = de(config, calidad=calidad)["calidad"]
    assert error.titulo == "tienda_01: líneas repetidas"
    assert error.detalle == "4 línea(s), 2025-07-10. Se sumaría dos veces."
    assert (error.desde, error.partes) == (hallazgo["desde"], ("2025-07-10",))
    assert (rota.severidad, rota.detalle) == ("aviso", "no existe x LINE 6: x")
    assert rota.que_hacer == "Corrija sql/calidad/caja_desaparecida.sql"
    assert (ajuste.titulo, ajuste.que_hacer) == (
        "La calidad no se revisa entera (feriados)", "Corrija lo que ahí se dice",
    )  # fmt: skip


def test_de_la_integridad_se_dice_lo_que_no_se_reparo(config):
    assert fuentes.integridad(config) is None
    diferencia = {"clase": "dia_doble", "tienda": "tienda_01", "dias": ["2025-07-10"],
                  "que": "Sobran 10 filas.", "causa": None, "orden": "luigi …",
                  "reparada": False}  # fmt: skip
    archivo = config.ajustes.reportes / "integridad.json"
    datos = {"version": 1, "en": "2025-07-11T06:00:00-04:00",
             "diferencias": [diferencia, {**diferencia, "reparada": True}]}  # fmt: skip
    escribir_json(archivo, datos)
    [a] = fuentes.integridad(config)
    assert (a.tienda, a.detalle) == ("tienda_01", "Sobran 10 filas.")
    assert a.que_hacer.startswith("luigi …. Luego verifique otra vez")
    escribir_json(archivo, {**datos, "diferencias": [{"clase": "x"}]})
    assert fuentes.integridad(config) is None


@pytest.mark.parametrize(("libre", "severidad"), [(11, None), (9, "aviso"), (4, "error")])
def test_un_disco_que_se_llena_avisa_y_luego_urge(config, monkeypatch, libre, severidad):
    uso = namedtuple("uso", "total used free")(100, 100 - libre, libre)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: uso)
    assert [a.severidad for a in fuentes.discos(config)] == [severidad] * bool(severidad)
