"""La página de EstadoVentas: lo que dice, lo que pesa y que ningún dato se vuelve marcado."""

import copy
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser

import pytest

from fluxion_luigi.informes.pagina import mapa
from fluxion_luigi.informes.pagina.html import pagina
from tests.informes.pagina.ejemplo import calidad, informe

RARO = '<b>&"\'</script><img src=x onerror="alert(1)"></style>{{ 7*7 }}'

ALERTAS = {
    "en": "2025-08-01T06:10:00-04:00",
    "vivas": [{
        "clave": "huecos:tienda_01", "severidad": "error", "titulo": "tienda_01: faltan días",
        "detalle": "el 2 y el 3", "tienda": "tienda_01", "desde": "2025-07-31T06:10:00-04:00",
        "que_hacer": "luigi …", "avisada_en": None,
    }],
    "canales": [{"canal": "correo", "estado": "falla", "en": "2025-08-01T06:10:00-04:00",
                 "error": "no contestó"}],
}  # fmt: skip
CAUSA = "08S01: se cortó la conexión a mitad de la lectura. Repita la orden. " * 3


class Lector(HTMLParser):
    """Las etiquetas de una página, con los nombres de sus atributos, y su texto."""

    def __init__(self, html: str):
        super().__init__()
        self.etiquetas, self.textos = Counter(), []
        self.feed(html)
        self.texto = " ".join(" ".join(self.textos).split())

    def handle_starttag(self, tag, attrs):
        self.etiquetas[tag, tuple(nombre for nombre, _ in attrs)] += 1

    def handle_data(self, data):
        self.textos.append(data)


def _con_textos(datos, texto: str):
    """El informe con cada texto libre (de un catálogo, un servidor o una ruta) cambiado por ése."""
    libres = {"nombre", "causa", "cadena", "base", "ruta", "orden", "orden_sugerida", "tarea",
              "archivo", "zona_horaria", "tipo", "titulo", "detalle", "que_hacer", "canal",
              "error"}  # fmt: skip
    if isinstance(datos, list):
        return [_con_textos(x, texto) for x in datos]
    if not isinstance(datos, dict):
        return datos
    return {
        k: texto if k in libres and isinstance(v, str) else _con_textos(v, texto)
        for k, v in datos.items()
    }


def test_ningun_dato_se_vuelve_marcado():
    llano = informe(calidad=calidad(), alertas=ALERTAS)
    raro = _con_textos(llano, RARO) | {"calidad": calidad(RARO)}
    con_raros = Lector(pagina(raro))
    assert con_raros.etiquetas == Lector(pagina(_con_textos(llano, "x"))).etiquetas
    assert con_raros.texto.count(" ".join(RARO.split())) > 20
    de_control = Lector(pagina(_con_textos(llano, "\x1b[2J\u202e9"))).texto
    assert de_control.isprintable()
    assert de_control.count("\\x1b[2J\\u202e9") > 20


@pytest.mark.parametrize("cuantas", [1, 3])
def test_un_informe_sin_nada_se_lee_igual(cuantas):
    vacio = informe(cuantas, existe=False, publicada=None, cambios=None, serie=[], huecos=[],
                    corridas=[], orden_sugerida="")  # fmt: skip
    for t in vacio["tiendas"]:
        t |= {"meses": {}, "calendario": {}, "huecos": [], "cobertura": None, "estado": "sin_abrir",
              "primer_dia": None, "ultimo_dia": None, "hace_dias": None}  # fmt: skip
    vacio["totales"]["cobertura"] = None
    texto = Lector(pagina(vacio)).texto
    assert "Esa base no existe todavía" in texto
    assert "aún no abre" in texto
    assert "No falta ningún día de las tiendas activas." in texto
    assert "No hay ninguna todavía." in texto


def test_calidad_y_alertas_salen_solo_si_las_hay():
    assert "Alertas" not in pagina(informe(2))
    con = Lector(pagina(informe(2, alertas=ALERTAS))).texto
    assert "Alertas Según la ronda del 01/08/2025" in con
    assert "✗ tienda_01: faltan días el 2 y el 3 Desde el 31/07/2025" in con
    assert "Qué hacer: luigi …" in con
    assert "El canal correo no tomó las alertas" in con
    sin = Lector(pagina(informe(2, alertas={**ALERTAS, "vivas": [], "canales": []}))).texto
    assert "m. Ninguna." in sin


def test_la_calidad_dice_que_hay_donde_y_que_hacer():
    assert 'id="calidad"' not in pagina(informe(2))
    texto = Lector(pagina(informe(2, calidad=calidad("Líneas duplicadas", 90)))).texto
    for dicho in ("17\xa0revisiones", "3\xa0hallazgos ya no están", "✗ error",
                  "Líneas duplicadas nuevo", "01/07/2025, 02/07/2025", "y 2\xa0días más",
                  "Qué hacer: Líneas duplicadas",
                  "en todo, 1.200", "Y 10 más", "No se pudieron usar"):  # fmt: skip
        assert " ".join(dicho.split()) in texto, dicho
    assert "Nada que decir" in pagina(informe(2, calidad=calidad(cuantos=0)))


def test_el_mismo_informe_da_la_misma_pagina():
    datos = informe(3, 2)
    assert pagina(copy.deepcopy(datos)) == pagina(datos)


def test_un_desastre_de_veinte_tiendas_y_dos_anios_cabe_en_un_correo():
    """Un día de cada dos sin cargar, cada uno con su causa, y corridas en que falló todo."""
    grande = informe(20, 24)
    dias = [f"{m}-{d:02d}" for m in grande["meses"] for d in range(1, 28, 2)]
    for t in grande["tiendas"]:
        t["huecos"] = [{"desde": d, "hasta": d, "dias": 1, "causa": f"{d}: {CAUSA}"} for d in dias]
        t["calendario"] = {m: "fx" * (len(c) // 2) for m, c in t["calendario"].items()}
    todas = [t["tienda"] for t in grande["tiendas"]]
    grande["huecos"] = [{"tiendas": todas, "dias": 1, "tramos": [[d, d]],
                         "orden": f"RangoVentas --desde {d} {','.join(todas)}"}
                        for d in dias]  # fmt: skip
    fallos = [{"tienda": t, "mes": m, "causa": f"{m}: {CAUSA}"}
              for t in todas for m in grande["meses"]]  # fmt: skip
    grande["corridas"] = [c | {"fallos": fallos} for c in grande["corridas"] * 3]
    hecha = pagina(grande)
    assert hecha.isascii()  # llega igual por cualquier terminal o correo
    assert len(hecha) < 1_000_000
    texto = Lector(hecha).texto
    for dicho in ("92\xa0tramos más, con su orden", "Y 236\xa0tramos más", "y 14\xa0tiendas más",
                  "y 326\xa0causas más", "y 460\xa0fallos más"):  # fmt: skip
        assert " ".join(dicho.split()) in texto


def _mes(firmes=0, provisionales=0, faltan=0, cobertura="0"):
    return {"cobertura": cobertura, "dias": {
        "exigibles": firmes + provisionales + faltan, "firmes": firmes,
        "provisionales": provisionales, "faltan": faltan, "en_cero": 0,
    }}  # fmt: skip


@pytest.mark.parametrize(
    ("mes", "clase", "visto"),
    [
        (None, "n", "·"),
        (_mes(cobertura=None), "n", "·"),
        (_mes(31, cobertura="100"), "t0", "100✓"),
        (_mes(29, 2, cobertura="93.54"), "p", "93~"),
        (_mes(30, faltan=1, cobertura="96.77"), "t1", "96◐"),
        (_mes(20, faltan=11, cobertura="64.51"), "t2", "64◐"),
        (_mes(10, faltan=21, cobertura="32.25"), "t3", "32◐"),
        (_mes(0, 3, 28), "t4", "0◐"),
        (_mes(faltan=31), "t5", "0✗"),
    ],
)
def test_cada_mes_se_distingue_tambien_sin_color(mes, clase, visto):
    celda = mapa.celda(mes)
    assert (celda.clase, celda.texto + celda.simbolo) == (clase, visto)


def test_una_semana_a_la_que_le_falta_un_dia_no_se_compara_con_las_otras():
    datos = informe(3, 2)  # del 1 de junio al 31 de julio: sus dos bordes cortan una semana
    for t in datos["tiendas"]:
        t["calendario"] = {m: "f" * len(c) for m, c in t["calendario"].items()}
    assert mapa.a_medias(datos) == {"2025-05-26", "2025-07-28"}
    datos["tiendas"][0]["calendario"]["2025-06"] = "f" * 10 + "x" + "f" * 19
    assert mapa.a_medias(datos) == {"2025-05-26", "2025-06-09", "2025-07-28"}
    datos["tiendas"][0]["estado"] = "vacia"
    assert mapa.a_medias(datos) == {"2025-05-26", "2025-07-28"}


def test_un_rango_largo_va_en_varias_tablas():
    meses = [f"{2022 + i // 12}-{i % 12 + 1:02d}" for i in range(40)]
    assert [len(m) for m in mapa.mapas(meses)] == [24, 16]
    assert mapa.por_anio(meses[:24]) == [("2022", 12), ("2023", 12)]


def test_las_demas_ordenes_no_cargan_lo_que_solo_usa_la_pagina():
    orden = "import sys, fluxion_luigi.tareas; print('matplotlib' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", orden], text=True).strip() == "False"
