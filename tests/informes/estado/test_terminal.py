"""El estado en la terminal: cada forma de estar de una tienda se lee, y todo cabe."""

import re

import pytest
from wcwidth import wcswidth

from fluxion_luigi.informes.estado.terminal import no_llega, por_ciento, texto
from tests.informes.estado.ejemplo import informe, tienda
from tests.informes.pagina.ejemplo import calidad

MUDA = {"desde": "2025-07-29T06:00:00-04:00", "ultima": "2025-07-31T06:00:00-04:00",
        "causa": "el host no responde"}  # fmt: skip
ORDEN = ("luigi --module fluxion_luigi RangoVentas --desde 2025-06-10 --hasta 2025-06-12 "
         "--tiendas tienda_02,mayorista_01 --local-scheduler")  # fmt: skip
BIMESTRE = "f" * 61
CADENA = informe(
    tienda("tienda_01", BIMESTRE, nombre='<b>&"'),
    tienda("tienda_02", "f" * 9 + "xxx" + "f" * 48 + "p", nombre="X" * 60, estado="parcial",
           huecos=[{"desde": "2025-06-10", "hasta": "2025-06-12", "dias": 3,
                    "causa": "total = «1e15» no cabe"}]),
    tienda("tienda_03", "x" * 61, estado="vacia", registros=0, ultimo_dia=None, hace_dias=None,
           sin_respuesta=MUDA, huecos=[{"desde": "2025-06-01", "hasta": "2025-07-31", "dias": 61,
                                        "causa": None}]),
    tienda("tienda_04", "c" * 61, estado="vacia", registros=0, ultimo_dia=None, hace_dias=None),
    tienda("tienda_05", "·" * 61, estado="sin_abrir", apertura="2025-09-01"),
    tienda("tienda_06", "·" * 30 + "ffffc" + "f" * 26, apertura="2025-07-01", reciente=True),
    tienda("mayorista_01", "f" * 20 + "·" * 41, estado="inactiva", activa=False,
           ultimo_dia="2025-06-20", hace_dias=42, nombre="MAYORISTA VALENCIA"),
    tienda("tienda_99", "ff" + "·" * 59, estado="inactiva", activa=False, en_catalogo=False,
           ultimo_dia="2025-06-02", nombre="(ya no está en el catálogo)"),
    huecos=[{"tiendas": ["tienda_02", "mayorista_01"], "dias": 3,
             "tramos": [["2025-06-10", "2025-06-12"]], "orden": ORDEN}],
    orden_sugerida=ORDEN.replace("06-12", "07-31"),
    publicada={"ruta": "datos/bi.duckdb", "existe": True, "publicada_en": None,
               "hace_segundos": 7300, "atrasada": True},
    cambios={"desde": "2025-07-31T06:10:00-04:00", "registros": 12_500, "total": "+1.0000",
             "dias_cargados": -2, "tiendas": [], "huecos_nuevos": 1, "huecos_cerrados": 4},
)  # fmt: skip


def dicho(informe, columnas, monkeypatch) -> str:
    monkeypatch.setenv("COLUMNS", str(columnas))
    return texto(informe)


def de_corrido(texto: str) -> str:
    """Sin los dobleces."""
    return re.sub(r"\s+", " ", texto.replace("\\\n", ""))


@pytest.mark.parametrize("columnas", [60, 80, 120])
def test_todo_cabe_y_dice_lo_mismo(monkeypatch, columnas):
    leido = dicho(CADENA, columnas, monkeypatch)
    assert max(map(wcswidth, leido.splitlines())) <= columnas
    todo = de_corrido(leido)
    for frase in (
        "Copia para BI: datos/bi.duckdb, de hace 2 h; la base cambió después",
        "🟡 Parciales (1): tienda_02 (",
        "93%; faltan 3 día(s): 2025-06-10 a 2025-06-12; 1 provisional(es)",
        "❌ Vacías (2): tienda_03 (TIENDA_03): 0%; faltan 61 día(s): 2025-06 a 2025-07 ",
        "los 61 día(s) cargados están en cero. ¿Es ésa su base, y son ésas las fechas?",
        "🆕 De apertura reciente (1): tienda_06 (TIENDA_06): desde el 2025-07-01",
        "· Aún no abren en esos días (1): tienda_05 (TIENDA_05): apertura: 2025-09-01",
        "mayorista_01 (MAYORISTA VALENCIA): ventas hasta el 2025-06-20",
        "tienda_99 (ya no está en el catálogo): ventas hasta el 2025-06-02",
        "tienda_03 (TIENDA_03), desde 2025-07-29 06:00 hasta 2025-07-31 06:00: el host no responde",
        "2025-06-10 a 2025-06-12: total = «1e15» no cabe",
        "confirmados por la tienda: 1 día(s), 2025-07-05: tienda_06",
        "Provisionales (aún pueden cambiar): 1 día(s), 2025-07-31: tienda_02",
        "2025-07-31 06:10: +12.500 registro(s); -2 día(s) cargado(s); 1 día(s) más por cargar; "
        "4 día(s) dejaron de faltar",
        "3 día(s), 2025-06-10 a 2025-06-12, de tienda_02, mayorista_01: " + ORDEN,
        "lo provisional que ya venció: " + ORDEN.replace("06-12", "07-31"),
    ):
        assert frase in todo
    assert '<b>&"' in leido
    assert leido.count("X") == 3 * 60  # la tabla, las parciales y la causa


def test_lo_que_dice_una_tienda_no_le_mueve_la_pantalla_al_operador(monkeypatch):
    causa = "caja \x1b[2J\u202e9"
    hueco = {"desde": "2025-06-01", "hasta": "2025-06-01", "dias": 1, "causa": causa}
    hostil = tienda(
        "tienda_01", "x", nombre="A\x1b]0;\x07 (NORTE)", estado="parcial", huecos=[hueco]
    )
    visto = dicho(informe(hostil), 60, monkeypatch)
    assert visto.replace("\n", "").isprintable()
    assert "caja \\x1b[2J\\u202e9" in de_corrido(visto)
    assert "tienda_01 (A\\x1b]0;\\x07 (NORTE))" in de_corrido(visto)


def test_la_marca_y_la_edad_de_cada_tienda(monkeypatch):
    leido = dicho(CADENA, 120, monkeypatch)
    [tabla] = [t for t in leido.split("\n\n") if "último día" in t]
    renglones = {r.split()[1]: r.split() for r in tabla.splitlines()[2:] if "tienda_0" in r}
    assert "".join(r[0] for r in renglones.values()) == "✅🟡❌❌·✅"
    assert renglones["tienda_02"][-5:] == ["1.000", "93%", "2025-07-31", "1", "d"]
    assert renglones["tienda_05"][-4:] == ["·", "2025-07-31", "1", "d"]


@pytest.mark.parametrize(
    ("columnas", "tablas"),
    [(40, [4, 6, 3]), (60, [4, 9]), (80, [4, 9]), (200, [4, 9])],
)
def test_con_mas_de_doce_meses_va_una_tabla_por_anio(monkeypatch, columnas, tablas):
    ancha = informe(tienda("tienda_01", "f" * 395, "2024-09-01"))
    leido = dicho(ancha, columnas, monkeypatch)
    cabezas = [r for r in leido.splitlines() if re.match(r"tienda +[a-z]{3} ", r)]
    assert [len(c.split()) - 1 for c in cabezas] == tablas
    assert cabezas[0].split()[1:] == ["sep", "oct", "nov", "dic"]


def test_doce_meses_de_dos_anios_van_en_una_tabla_y_uno_solo_en_ninguna(monkeypatch):
    doce = dicho(informe(tienda("mayorista_01", "f" * 365, "2024-09-01")), 80, monkeypatch)
    [cabeza] = [r for r in doce.splitlines() if re.match(r"tienda +sep ", r)]
    assert len(cabeza.split()) == 13
    uno = dicho(informe(tienda("tienda_01", "f" * 30)), 80, monkeypatch)
    assert "de cada mes" not in uno


def test_de_muchos_huecos_se_muestran_los_primeros_y_la_orden_de_todo(monkeypatch):
    hueco = CADENA["huecos"][0]
    leido = dicho({**CADENA, "huecos": [hueco] * 23}, 200, monkeypatch)
    assert leido.count(ORDEN) == 20
    assert "… y 3 hueco(s) más" in leido


def test_una_sola_orden_no_se_dice_dos_veces(monkeypatch):
    leido = dicho({**CADENA, "orden_sugerida": ORDEN}, 200, monkeypatch)
    assert leido.count(ORDEN) == 1


@pytest.mark.parametrize(
    ("cobertura", "escrita"),
    [("100", "100%"), ("99.99", "99,99%"), ("92.00", "92%"), ("0.00", "0%"), (None, "·")],
)
def test_el_por_ciento_se_escribe_como_aqui(cobertura, escrita):
    assert por_ciento(cobertura) == escrita


def test_lo_que_no_llega_dice_de_quien_es_y_que_hacer():
    frase = no_llega(CADENA, 99.5)
    assert "se exige 99,5%: hay 64 día(s) por cargar y 1 día(s) provisional(es)" in frase
    assert "de tienda_02, tienda_03. Para cargar" in frase
    solo_provisional = informe(tienda("tienda_01", "ffp", estado="parcial"))
    assert "Lo provisional se confirma otro día" in no_llega(solo_provisional, 100)
    assert "se exige 99,9999999%" in no_llega(CADENA, 99.9999999)
    nada = informe(tienda("tienda_01", "", estado="sin_abrir", meses={}))
    assert "No hay ningún día exigible de 2025-06-01 a 2025-07-31" in no_llega(nada, 100)


@pytest.mark.parametrize("columnas", [60, 100])
def test_la_calidad_dice_los_errores_los_avisos_y_lo_que_no_se_pudo_usar(monkeypatch, columnas):
    leido = dicho(informe(tienda("tienda_01", "f"), calidad=calidad("Días raros", 23)),
                  columnas, monkeypatch)  # fmt: skip
    assert max(map(wcswidth, leido.splitlines())) <= columnas
    for frase in ("Calidad, revisada el 2025-08-01 05:40: 12 error(es) y 11 aviso(s); 3 de antes",
                  "✗ tienda_01: Días raros (nuevo): 2025-07-01 a 2025-07-08", "y 3 más",
                  "No se pudieron usar 1 revisión(es)"):  # fmt: skip
        assert frase in de_corrido(leido)
    assert "Calidad" not in dicho(informe(tienda("tienda_01", "f")), columnas, monkeypatch)
