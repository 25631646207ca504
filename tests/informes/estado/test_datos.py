"""El informe de estado: cada cosa que le puede pasar a una tienda es distinta de las demás."""

from datetime import date

import pytest

from fluxion_luigi.archivos import escribir_json
from fluxion_luigi.informes.estado.datos import componer
from fluxion_luigi.informes.estado.lugares import Pedido
from fluxion_luigi.informes.estado.terminal import texto
from tests.cadena import PROVISIONAL, anotar, dias, proyecto_con
from tests.informes.estado import ejemplo
from tests.informes.pagina import ejemplo as de_la_pagina

BIMESTRE = Pedido(date(2025, 6, 1), date(2025, 7, 31))
TIENDAS = {
    "tienda_01": {"nombre": "COMPLETA"},
    "tienda_02": {"nombre": "PARCIAL"},
    "tienda_03": {"nombre": "VACIA"},
    "tienda_04": {"nombre": "PROVISIONAL"},
    "tienda_05": {"nombre": "EN CERO", "apertura": date(2025, 6, 1)},
    "tienda_06": {"nombre": "ABRE LUEGO", "apertura": date(2025, 9, 1)},
    "tienda_07": {"nombre": "ABRIO", "apertura": date(2025, 7, 1)},
    "tienda_08": {"nombre": "ABRIO SIN DECIRLO"},
    "tienda_09": {"nombre": "SIN PREGUNTAR ANTES"},
    "tienda_10": {"nombre": "CERRO", "activa": False},
    "tienda_11": {"nombre": "NUNCA VENDIO", "activa": False},
    "tienda_12": {"nombre": "SIN VENTAS NI APERTURA"},
    "cedi": {"nombre": "DISTRIBUCION", "tipo": "distribucion"},
}
CARGADOS = [
    *dias("tienda_01", "2025-06-01", "2025-07-31"),
    *dias("tienda_02", "2025-06-01", "2025-06-09"),
    *dias("tienda_02", "2025-06-13", "2025-07-31"),
    *dias("tienda_04", "2025-06-01", "2025-07-30"),
    *dias("tienda_04", "2025-07-31", "2025-07-31", despues=PROVISIONAL),
    *dias("tienda_05", "2025-06-01", "2025-07-31", filas=0),
    *dias("tienda_07", "2025-07-01", "2025-07-31"),
    *dias("tienda_08", "2025-06-01", "2025-06-30", filas=0),
    *dias("tienda_08", "2025-07-01", "2025-07-04"),
    *dias("tienda_08", "2025-07-05", "2025-07-05", filas=0),
    *dias("tienda_08", "2025-07-06", "2025-07-31"),
    *dias("tienda_09", "2025-07-02", "2025-07-31"),
    *dias("tienda_10", "2025-06-01", "2025-06-08"),
    *dias("tienda_10", "2025-06-10", "2025-06-20"),
    *dias("tienda_10", "2025-06-21", "2025-06-30", filas=0),
    *dias("tienda_12", "2025-06-01", "2025-06-30", filas=0),
    *dias("tienda_99", "2025-06-01", "2025-06-02"),
]
FALLIDOS = {("tienda_02", date(2025, 6, 11)): "un total que no cabe"}


@pytest.fixture(scope="module")
def proyecto(tmp_path_factory):
    hecho = proyecto_con(tmp_path_factory.mktemp("estado") / "p", TIENDAS)
    anotar(hecho.config, CARGADOS, FALLIDOS)
    return hecho


@pytest.fixture(scope="module")
def informe(proyecto):
    return componer(proyecto.config, BIMESTRE)


@pytest.fixture(scope="module")
def de(informe):
    return {t["tienda"]: t for t in informe["tiendas"]}


@pytest.mark.parametrize(
    ("tienda", "estado", "cobertura", "exigibles", "faltan"),
    [
        ("tienda_01", "completa", "100", 61, 0),
        ("tienda_02", "parcial", "95.08", 61, 3),
        ("tienda_03", "vacia", "0.00", 61, 61),
        ("tienda_04", "parcial", "98.36", 61, 0),
        ("tienda_05", "vacia", "100", 61, 0),
        ("tienda_06", "sin_abrir", None, 0, 0),
        ("tienda_07", "completa", "100", 31, 0),
        ("tienda_08", "completa", "100", 31, 0),
        ("tienda_09", "parcial", "49.18", 61, 31),
        ("tienda_10", "inactiva", "95.00", 20, 1),
        ("tienda_12", "vacia", "49.18", 61, 31),
        ("tienda_99", "inactiva", "100", 2, 0),
    ],
)
def test_cada_estado_de_cobertura(de, tienda, estado, cobertura, exigibles, faltan):
    t = de[tienda]
    assert (t["estado"], t["cobertura"]) == (estado, cobertura)
    assert (t["dias"]["exigibles"], t["dias"]["faltan"]) == (exigibles, faltan)


def test_no_salen_las_que_no_venden_ni_las_inactivas_sin_historia(de):
    assert not de.keys() & {"cedi", "tienda_11"}


def test_recien_abierta_es_la_que_abrio_y_no_la_que_tiene_un_hueco(informe):
    """A la 09 nunca se le preguntó por junio: puede que vendiera. A la 08 sí, y no vendía."""
    assert informe["totales"]["recientes"] == ["tienda_07", "tienda_08"]


def test_un_dia_cerrado_es_cero_y_confirmado(de):
    t = de["tienda_08"]
    assert t["dias"]["en_cero"] == 1
    assert t["calendario"] == {"2025-06": "·" * 30, "2025-07": "ffffc" + "f" * 26}


def test_el_calendario_dice_que_es_cada_dia(de):
    assert de["tienda_02"]["calendario"]["2025-06"] == "f" * 9 + "xxx" + "f" * 18
    assert de["tienda_04"]["calendario"]["2025-07"] == "f" * 30 + "p"
    assert de["tienda_10"]["calendario"]["2025-06"] == "f" * 8 + "x" + "f" * 11 + "·" * 10


def test_los_huecos_llevan_su_causa_y_su_orden(informe, de):
    causas = [(h["desde"], h["dias"], h["causa"]) for h in de["tienda_02"]["huecos"]]
    assert causas == [
        ("2025-06-10", 1, None),
        ("2025-06-11", 1, "un total que no cabe"),
        ("2025-06-12", 1, None),
    ]
    assert informe["huecos"][2] == {
        "tiendas": ["tienda_02"], "dias": 3, "tramos": [["2025-06-10", "2025-06-12"]],
        "orden": "luigi --module fluxion_luigi RangoVentas --desde 2025-06-10 "
                 "--hasta 2025-06-12 --tiendas tienda_02",
    }  # fmt: skip


def test_a_una_inactiva_no_se_le_pide_nada_ni_cuenta_en_la_cobertura(informe):
    assert not any("tienda_10" in h["tiendas"] for h in informe["huecos"])
    assert "tienda_10" not in informe["orden_sugerida"]
    cuenta = informe["totales"]["dias"]
    activas = [t["dias"] for t in informe["tiendas"] if t["activa"]]
    assert cuenta == {k: sum(d[k] for d in activas) for k in cuenta}


def test_los_totales_son_los_de_la_base(proyecto, informe):
    [(filas, total)] = proyecto.consultar("SELECT sum(filas), sum(total) FROM control_dias")
    assert informe["totales"]["registros"] == filas
    assert informe["totales"]["total"] == str(total)
    assert sum(s["registros"] for s in informe["serie"]) == filas
    assert sum(s["dias"] for s in informe["serie"]) == len(CARGADOS)
    assert informe["totales"]["promedio_mensual"] == filas // 2
    assert (informe["totales"]["lugares"], informe["totales"]["activos"]) == (12, 10)


def test_la_que_ya_no_esta_en_el_catalogo_se_nombra(de):
    t = de["tienda_99"]
    assert (t["en_catalogo"], t["ultimo_dia"], t["registros"]) == (False, "2025-06-02", 20)


def test_los_ejemplos_de_las_demas_pruebas_tienen_su_forma(informe):
    llano = ejemplo.informe(ejemplo.tienda("tienda_01", "f" * 30))
    for un_ejemplo in (llano, de_la_pagina.informe()):
        hecha = un_ejemplo["tiendas"][0]
        assert list(un_ejemplo) == list(informe)
        assert list(un_ejemplo["totales"]) == list(informe["totales"])
        assert list(hecha) == list(informe["tiendas"][0])
        assert list(hecha["meses"]["2025-06"]) == list(informe["tiendas"][0]["meses"]["2025-06"])
        assert set(hecha["dias"]) == set(informe["totales"]["dias"])


def test_sin_base_todo_falta(tmp_path):
    vacio = proyecto_con(tmp_path / "p", {"tienda_01": {}})
    informe = componer(vacio.config, BIMESTRE)
    assert (informe["existe"], informe["base_id"]) == (False, None)
    assert informe["tiendas"][0]["estado"] == "vacia"
    assert informe["totales"]["cobertura"] == "0.00"
    assert not vacio.base.exists()


def test_un_rango_que_aun_no_llega_no_debe_nada(proyecto):
    informe = componer(proyecto.config, Pedido(date(2099, 1, 1), date(2099, 12, 31)))
    assert {t["estado"] for t in informe["tiendas"]} == {"por_venir"}
    assert (informe["meses"], informe["totales"]["cobertura"]) == ([], None)
    assert informe["tiendas"][0]["calendario"] == {}


def test_de_hoy_no_se_debe_nada_y_quien_abre_luego_no_es_quien_abrio(tmp_path):
    abre = {"tienda_02": {"apertura": date(2099, 1, 1)}, "tienda_03": {"activa": False}}
    proyecto = proyecto_con(tmp_path / "p", {"tienda_01": {}} | abre)
    hoy = proyecto.config.hoy()
    informe = componer(proyecto.config, Pedido(hoy, hoy, ("tienda_01", "tienda_02", "tienda_03")))
    assert [t["estado"] for t in informe["tiendas"]] == ["por_venir", "sin_abrir", "inactiva"]
    visto = texto(informe)
    assert f"por venir (1):\n   tienda_01 (TIENDA_01): de {hoy} a {hoy}\n" in visto
    assert "Aún no abren en esos días (1):\n   tienda_02 (TIENDA_02): apertura: 2099-01-01" in visto


def test_un_feriado_solo_no_deja_a_una_tienda_sin_ventas(tmp_path):
    proyecto = proyecto_con(tmp_path / "p", {"tienda_01": {}})
    navidad = date(2025, 12, 25)
    anotar(proyecto.config, [
        *dias("tienda_01", "2025-12-24", "2025-12-24"),
        *dias("tienda_01", "2025-12-25", "2025-12-25", filas=0),
    ])  # fmt: skip
    [t] = componer(proyecto.config, Pedido(navidad, navidad))["tiendas"]
    assert (t["estado"], t["cobertura"], t["dias"]["en_cero"]) == ("completa", "100", 1)


def test_un_anio_nuevo_en_cero_no_es_una_apertura(tmp_path):
    proyecto = proyecto_con(tmp_path / "p", {"tienda_01": {}})
    anotar(proyecto.config, [
        *dias("tienda_01", "2025-01-01", "2025-01-01", filas=0),
        *dias("tienda_01", "2025-01-02", "2025-01-31"),
    ])  # fmt: skip
    informe = componer(proyecto.config, Pedido(date(2025, 1, 1), date(2025, 1, 31)))
    assert informe["tiendas"][0]["reciente"] is False


@pytest.mark.parametrize(
    ("cambio", "esperado"),
    [
        ({}, {"desde": "2025-07-29T06:00:00-04:00", "ultima": "2025-07-31T06:00:00-04:00",
              "causa": "el host no responde"}),
        ({"muda_desde": None}, {"desde": "2025-07-31T06:00:00-04:00",
                                "ultima": "2025-07-31T06:00:00-04:00",
                                "causa": "el host no responde"}),
        ({"causa": None}, None),
        ({"lugar": "otro"}, None),
        ({"en": "ayer"}, None),
    ],
)  # fmt: skip
def test_la_que_no_responde_se_dice_con_desde_cuando(tmp_path, cambio, esperado):
    proyecto = proyecto_con(tmp_path / "p", {"tienda_01": {}})
    prueba = {
        "lugar": proyecto.tienda("tienda_01").lugar, "causa": "el host no responde",
        "en": "2025-07-31T10:00:00+00:00", "muda_desde": "2025-07-29T10:00:00+00:00",
    }  # fmt: skip
    escribir_json(
        proyecto.carpeta / "reportes" / "conectividad" / "tienda_01.json", {**prueba, **cambio}
    )
    assert componer(proyecto.config, BIMESTRE)["tiendas"][0]["sin_respuesta"] == esperado
