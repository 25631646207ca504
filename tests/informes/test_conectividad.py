"""El informe de conectividad, hecho de resultados dados: tabla, resumen, consejos y JSON."""

import json
from pathlib import Path

import pytest

from fluxion_luigi.config import Tienda
from fluxion_luigi.informes import conectividad as informe
from fluxion_luigi.origen.resultado import Estado, Resultado

C, P, G, N, I = Estado  # noqa: E741


def resultado(estado: Estado, n: int = 1, **mas) -> Resultado:
    tienda = Tienda(
        f"tienda_{n:02}", f"TIENDA {n}", "stellar", "FreeTDS", host=f"192.0.2.{n}", puerto=1433,
        base_datos="VAD20", activa=estado is not I,
    )  # fmt: skip
    tiempos = {} if estado is I else {"host": 5, "puerto": 12}
    return Resultado(tienda, estado, **{"tiempos": tiempos, **mas})


def varios(*estados: Estado, **mas) -> list[Resultado]:
    return [resultado(e, i, **mas) for i, e in enumerate(estados, 1)]


def test_el_resumen_es_el_que_espera_el_operador():
    texto = informe.texto(varios(*[C] * 8, *[P] * 2, *[G] * 4, *[N] * 5, I, causa="x"), None)
    assert "📊 Resumen: 10/19 tiendas con puertos abiertos (52.6%), 8 conectadas" in texto


@pytest.mark.parametrize(
    ("estados", "resumen"),
    [((), "0/0 tiendas con puertos abiertos (0.0%)"),
     ((I,), "0/0 tiendas con puertos abiertos (0.0%)"),
     ((C,), "1/1 tiendas con puertos abiertos (100.0%)"),
     ((C, N, N), "1/3 tiendas con puertos abiertos (33.3%)")],
    ids=["nadie", "inactiva", "todas", "una"],
)  # fmt: skip
def test_el_resumen_en_los_bordes(estados, resumen):
    assert resumen in informe.texto(varios(*estados, causa="x"), None)


def test_la_tabla_dice_donde_como_esta_y_cuanto_tardo_cada_tienda():
    de_archivo = Tienda("t", "T", "demo", "SQLite3", archivo=Path("/x"))
    resultados = [*varios(C, P, G, N, I), Resultado(de_archivo, C, tiempos={"host": 0})]
    filas = informe.texto(resultados, None).splitlines()
    assert [f.split() for f in filas[:8] if "---" not in f] == [
        ["tienda", "nombre", "host", "puerto", "estado", "tiempo"],
        ["tienda_01", "TIENDA", "1", "192.0.2.1", "1433", "✅", "CONECTADA", "12ms"],
        ["tienda_02", "TIENDA", "2", "192.0.2.2", "1433", "🟡", "PUERTO", "OK", "12ms"],
        ["tienda_03", "TIENDA", "3", "192.0.2.3", "1433", "🟠", "PING", "OK", "12ms"],
        ["tienda_04", "TIENDA", "4", "192.0.2.4", "1433", "❌", "NO", "ALCANZABLE", "12ms"],
        ["tienda_05", "TIENDA", "5", "192.0.2.5", "1433", "⚪", "INACTIVA"],
        ["t", "T", "archivo", "✅", "CONECTADA", "0ms"],
    ]


def test_un_mismo_consejo_se_da_una_vez_con_sus_tiendas_debajo():
    resultados = varios(N, N, C, I, causa="el host no responde", consejo="Revise la VPN.")
    texto = informe.texto(resultados, None)
    assert texto.split("QUÉ HACER:\n")[1] == (
        "   Revise la VPN.\n"
        "      - tienda_01 TIENDA 1: el host no responde\n"
        "      - tienda_02 TIENDA 2: el host no responde"
    )


def test_debajo_de_cada_tienda_va_entero_lo_que_dijo_el_driver():
    r = resultado(P, causa="falta una tabla", consejo="Revise.", detalle="State: 42S02\nInvalid x")
    assert informe.texto([r], None).split("QUÉ HACER:\n")[1] == (
        "   Revise.\n"
        "      - tienda_01 TIENDA 1: falta una tabla\n"
        "        State: 42S02\n"
        "        Invalid x"
    )


def test_sin_problemas_no_hay_consejos_y_sin_orden_no_se_sugiere_nada():
    texto = informe.texto(varios(C, I), None)
    assert "QUÉ HACER" not in texto
    assert "PARA CARGAR" not in texto
    assert informe.texto(varios(C), "luigi tal cual").endswith("\n   luigi tal cual")


def test_en_la_rapida_un_puerto_abierto_es_lo_mejor_que_se_sabe():
    rapida, completa = resultado(P, rapida=True), resultado(P, causa="x")
    assert informe.etiqueta(rapida) == "✅ PUERTO OK"
    assert informe.etiqueta(completa) == "🟡 PUERTO OK"
    assert informe.linea(rapida) == "✅ PUERTO OK tienda_01 TIENDA 1"
    assert informe.linea(completa) == "🟡 PUERTO OK tienda_01 TIENDA 1 (x)"
    assert "QUÉ HACER" not in informe.texto([rapida], None)


def test_el_json_cuenta_y_detalla_lo_mismo():
    resultados = varios(C, P, G, N, I)
    resultados[1].causa, resultados[1].consejo, resultados[1].detalle = "c", "h", "d"
    datos = json.loads(json.dumps(informe.datos(resultados, "la orden")))
    assert {k: v for k, v in datos.items() if k != "tiendas"} == {
        "probadas": 4, "responden": 1, "puertos_abiertos": 2, "orden_sugerida": "la orden",
    }  # fmt: skip
    assert datos["tiendas"][1] == {
        "tienda": "tienda_02", "nombre": "TIENDA 2", "lugar": "192.0.2.2:1433/VAD20",
        "estado": "PUERTO OK", "responde": False, "causa": "c", "consejo": "h", "detalle": "d",
        "ms": {"host": 5, "puerto": 12}, "enlace": None,
    }  # fmt: skip
    assert [t["responde"] for t in datos["tiendas"]] == [True, False, False, False, False]


def test_los_textos_y_los_numeros_salen_sin_retoques_de_la_tabla():
    """Un nombre que parece número, o con acentos, sale tal cual."""
    r = resultado(C)
    r.tienda = Tienda("t", "007", "s", "d", host="1e5", puerto=14348, base_datos="b")
    fila = informe.texto([r], None).splitlines()[2].split()
    assert fila[:4] == ["t", "007", "1e5", "14348"]
