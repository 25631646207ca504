"""El reporte de una corrida, hecho de sus sucesos."""

from datetime import date

from fluxion_luigi.config import Tienda
from fluxion_luigi.informes import marcha, reporte, resumen

INICIO = {
    "suceso": "inicio", "en": "2025-10-01T10:00:00+00:00", "pid": 1,
    "empezada_en": "2025-10-01T10:00:00+00:00", "desde": "2025-03-01", "hasta": "2025-04-30",
    "opciones": ["--local-scheduler"], "excluidos": ["Una frase."],
    "plan": [["tienda_01", "UNO", "20250301-20250331"], ["tienda_01", "UNO", "20250401-20250430"],
             ["tienda_02", "DOS", "20250301-20250331"], ["tienda_03", "TRES", "20250301-20250331"]],
}  # fmt: skip
CARGA = {
    "suceso": "carga", "tienda": "tienda_01", "mes": "2025-03", "filas": 1234, "total": "5.5",
    "dias": 31, "dias_en_cero": 1, "sin_producto": 2, "segundos": 1.5,
}  # fmt: skip
EXTRACCION = {
    "suceso": "extraccion", "tienda": "tienda_01", "mes": "2025-03", "segundos": 9.5,
    "ventanas": 5, "intentos": 6,
}  # fmt: skip
FALLO = {
    "suceso": "fallo", "tarea": "CargaVentas", "tienda": "tienda_01", "mes": "2025-04",
    "clase": "disco", "texto": "No se pudo escribir.\nDetalle.",
}  # fmt: skip
PUERTA = {
    "suceso": "fallo", "tarea": "ConectividadTienda", "tienda": "tienda_02", "mes": None,
    "clase": "conectividad", "texto": "tienda_02: NO ALCANZABLE",
}  # fmt: skip


FIN = {
    "suceso": "fin", "en": "2025-10-01T10:00:12+00:00", "senal": None,
    "al_dia": [["tienda_03", "2025-03"]],
}  # fmt: skip


def hacer(*sucesos):
    return reporte.componer("c1", [INICIO, *sucesos, FIN])


def test_cada_tienda_mes_tiene_su_estado_y_su_causa():
    datos = hacer(EXTRACCION, CARGA, FALLO, PUERTA)
    estados = [(m["tienda"], m["mes"], m["estado"], m["clase_error"]) for m in datos["detalle"]]
    assert estados == [
        ("tienda_01", "2025-03", "cargada", None),
        ("tienda_01", "2025-04", "fallida", "disco"),
        ("tienda_02", "2025-03", "no_intentada", "conectividad"),
        ("tienda_03", "2025-03", "al_dia", None),
    ]
    assert datos["estado"] == "con_fallos"
    assert datos["filas"] == 1234
    primera = datos["detalle"][0]
    assert (primera["segundos_extraccion"], primera["segundos_carga"]) == (9.5, 1.5)
    assert (primera["ventanas"], primera["intentos"]) == (5, 6)


def test_la_orden_de_reintento_nombra_solo_lo_que_falta():
    assert hacer(EXTRACCION, CARGA, FALLO, PUERTA)["reintentar"] == (
        "luigi --module fluxion_luigi RangoVentas --desde 2025-03-01 --hasta 2025-04-30 "
        "--tiendas tienda_01,tienda_02 --local-scheduler"
    )


def test_un_fallo_que_luego_salio_bien_no_cuenta():
    datos = hacer(FALLO, {**CARGA, "mes": "2025-04"})
    assert datos["detalle"][1]["estado"] == "cargada"
    assert datos["detalle"][1]["error"] is None


def test_una_corrida_que_murio_dice_interrumpida_y_no_inventa_su_duracion():
    datos = reporte.componer("c1", [INICIO])
    assert datos["estado"] == "interrumpida"
    assert (datos["segundos"], datos["interrumpida_por"]) == (None, None)


def test_la_que_termino_una_senal_dice_cual_y_cuanto_duro(tmp_path):
    datos = reporte.componer("c1", [INICIO, CARGA, {**FIN, "senal": "SIGTERM"}])
    assert (datos["estado"], datos["interrumpida_por"]) == ("interrumpida", "SIGTERM")
    assert datos["segundos"] == 12
    assert "Interrumpida por SIGTERM" in resumen.texto(datos, tmp_path / "r.json", None)


def test_lo_que_cargo_otra_corrida_esta_al_dia_y_dice_cual():
    ajena = {"suceso": "ajena", "tienda": "tienda_01", "mes": "2025-04", "corridas": ["otra"],
             "dias": 30, "filas": 620_000}  # fmt: skip
    mes = hacer(CARGA, ajena)["detalle"][1]
    assert (mes["estado"], mes["cargada_por"], mes["filas"]) == ("al_dia", ["otra"], None)


def test_sin_reporte_ni_registro_el_resumen_sale_igual_y_lo_dice():
    texto = resumen.texto(hacer(CARGA), None, None)
    assert "1.234 filas" in texto
    assert texto.count("no se pudo escribir") == 2


def test_un_diario_sin_inicio_tambien_da_un_reporte():
    datos = reporte.componer("c1", [])
    assert datos["detalle"] == []
    assert datos["estado"] == "interrumpida"


def test_el_resumen_muestra_lo_que_falta_y_como_reintentarlo(tmp_path):
    texto = resumen.texto(hacer(EXTRACCION, CARGA, FALLO, PUERTA), tmp_path / "r.json", None)
    assert "1 tienda(s)-mes cargada(s) (1.234 filas), 1 ya al día" in texto
    assert "No se pudo escribir." in texto
    assert "Detalle." not in texto  # sólo la primera línea: el resto está en el reporte
    assert "Para reintentar sólo lo que falta" in texto
    assert "Una frase." in texto


def test_lo_que_nadie_intento_se_dice_en_una_linea_y_no_en_una_tabla_sin_causas(tmp_path):
    texto = resumen.texto(hacer(CARGA), tmp_path / "r.json", None)
    assert "Las no intentadas no llegaron a empezar; la causa está más arriba." in texto
    assert "--tiendas tienda_01,tienda_02 " in texto
    assert "estado" not in texto


def test_una_recarga_que_no_anulo_nada_no_esta_al_dia_y_se_reintenta_como_recarga():
    inicio = {**INICIO, "recargar": True}
    pares = [t for t, _, _ in INICIO["plan"]], [r[:4] + "-" + r[4:6] for _, _, r in INICIO["plan"]]
    fin = {**FIN, "al_dia": list(zip(*pares, strict=True))}
    antes = reporte.componer("c1", [inicio, fin])
    assert antes["tiendas_mes"]["no_intentada"] == 4
    assert antes["reintentar"].endswith("--local-scheduler --recargar")
    despues = reporte.componer("c1", [inicio, {"suceso": "anulados"}, fin])
    assert despues["tiendas_mes"]["al_dia"] == 4
    assert despues["reintentar"] is None


def test_un_mes_en_que_la_tienda_cambia_de_pos_es_una_tienda_mes_y_vale_lo_peor_de_sus_partes():
    plan = [["t", "T", "20250301-20250314"], ["t", "T", "20250315-20250331"],
            ["u", "U", "20250301-20250331"]]  # fmt: skip
    primera = {**CARGA, "tienda": "t", "desde": "2025-03-01"}
    segunda = {**FALLO, "tienda": "t", "mes": "2025-03", "desde": "2025-03-15"}
    for sucesos, cuenta in (
        ([primera, segunda], {"fallida": 1, "no_intentada": 1}),
        ([primera], {"no_intentada": 2}),
        ([primera, {**primera, "desde": "2025-03-15"}], {"cargada": 1, "no_intentada": 1}),
        ([segunda, {**segunda, "desde": "2025-03-01"}], {"fallida": 1, "no_intentada": 1}),
    ):
        datos = reporte.componer("c1", [{**INICIO, "plan": plan}, *sucesos])
        assert {e: n for e, n in datos["tiendas_mes"].items() if n} == cuenta
        assert "De 2 tienda(s)-mes van " in marcha.texto(datos, None, None)
        assert (
            marcha.porcentaje(datos)
            == 100 * sum(n for e, n in cuenta.items() if e != "no_intentada") // 2
        )
    assert resumen.agrupadas(datos["detalle"])[0][2] == "2025-03"


def test_la_parte_de_un_mes_que_es_de_un_pos_se_nombra_por_sus_dias():
    cinco, diez = date(2025, 3, 5), date(2025, 3, 10)
    for desde, hasta, dicha in (
        (date.min, diez, " (hasta el 10)"), (cinco, date.max, " (desde el 5)"),
        (cinco, diez, " (del 5 al 10)"), (date(2025, 3, 1), date.max, ""),
        (date(2025, 2, 3), date(2025, 4, 3), ""), (date.min, date.max, ""),
        (date(2025, 2, 3), date(2025, 3, 31), ""),
    ):  # fmt: skip
        assert Tienda("t", "T", "s", "d", desde=desde, hasta=hasta).parte_de("2025-03") == dicha
