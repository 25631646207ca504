"""El incremento de cada mañana: lo nuevo se lee, lo provisional se cuenta, lo firme se deja."""

import socket
import sqlite3
from datetime import date

import pytest

from tests import lagos, tanda
from tests.postgresql import DRIVER
from tests.proyecto import Proyecto, borrar_ventas, cada_dia, vender
from tests.reloj import a_las, correr

PRIMERO, HASTA = "2025-03-01", "2025-03-19"


def incremento(proyecto: Proyecto, dia: str, *opciones: str, hora: str = "06:00:00", **mas):
    """El incremento de esa mañana."""
    salida = correr(proyecto, f"{dia} {hora}", "IncrementoDiario", *opciones, **mas)
    assert "Traceback" not in salida.todo
    return salida


def leidos(proyecto: Proyecto) -> int:
    """Los días que cargó la última corrida."""
    return sum(m["dias"] or 0 for m in proyecto.reporte()["detalle"])


UNA = ("--tiendas", "tienda_01")


def es_la_de(proyecto: Proyecto, hasta: str) -> bool:
    """Si de la primera tienda está cargado lo vendido hasta ese día, y nada más."""
    vendido = proyecto.en_origen(PRIMERO, hasta)
    cargado = {k: v for k, v in proyecto.cargado().items() if k[0] == UNA[1]}
    return cargado == {k: v for k, v in vendido.items() if k[0] == UNA[1]}


def pos(proyecto: Proyecto, tienda: str):
    return proyecto.carpeta / "pos" / f"{tienda}.sqlite"


@pytest.fixture(scope="module")
def _molde(tmp_path_factory, request):
    """Dos tiendas con ventas de marzo a mayo, cargadas hasta el miércoles 19, el jueves 20."""
    proyecto = Proyecto(tmp_path_factory.mktemp("molde") / "proyecto")
    lagos.poner_si_toca(proyecto, request)
    for id_, n in (("tienda_01", 12), ("tienda_02", 8)):
        proyecto.con_tienda(id_, cada_dia(PRIMERO, "2025-05-31", n))
    hecho = correr(
        proyecto, "2025-03-20 06:00:00", "RangoVentas", "--desde", PRIMERO, "--hasta", HASTA
    )  # fmt: skip
    assert hecho.codigo == 0, hecho.todo
    return proyecto, proyecto.retratar()


@pytest.fixture
def al_dia(_molde):
    """Lo mismo, como nuevo."""
    proyecto, reponer = _molde
    reponer()
    return proyecto


def test_cada_manana_se_lee_lo_nuevo_y_lo_que_cambio_y_lo_demas_solo_se_cuenta(al_dia):
    vender(pos(al_dia, "tienda_02"), {"2025-03-18": 5}, lambda i: i + 900)
    simulado = incremento(al_dia, "2025-03-21", "--simular")
    assert simulado.codigo == 0
    assert "2025-03-18 a 2025-03-19" in simulado.fuera
    salida = incremento(al_dia, "2025-03-21")
    assert salida.codigo == 0, salida.todo
    assert "✓ tienda_01 2025-03: 12 filas" in salida.error  # sin «1/2»: no se sabe cuántas serán
    assert "tienda_01: 2 día(s) siguen igual; se lee 2025-03-20" in salida.error
    assert "tienda_02: 1 día(s) siguen igual; cambió 2025-03-18; se lee 2025-03-20" in salida.error
    assert leidos(al_dia) == 3
    assert al_dia.cargado() == al_dia.en_origen(PRIMERO, "2025-03-20")
    # Otra vez el mismo día es gratis: ni se pregunta.
    assert incremento(al_dia, "2025-03-21", hora="23:00:00").codigo == 0
    assert leidos(al_dia) == 0
    # Lo confirmado deja de ser provisional: su renglón lo dice, y el marcador no ha cambiado.
    confirmados = al_dia.consultar(
        "SELECT dia FROM control_dias WHERE confirmado_en > extraido_en ORDER BY ALL"
    )
    assert [str(d) for (d,) in confirmados] == ["2025-03-18", "2025-03-19", "2025-03-19"]


def test_el_domingo_se_comparan_los_ultimos_dias_y_se_lee_solo_lo_que_cambio(al_dia):
    """Uno que no se puede contar, porque su suma se desborda, no pasa por confirmado: se aparta con
    su motivo, y los demás se comparan igual.
    """
    vender(pos(al_dia, "tienda_01"), {"2025-03-03": 2}, lambda i: i + 900)
    assert incremento(al_dia, "2025-03-22", *UNA).codigo == 0  # un sábado
    assert not es_la_de(al_dia, "2025-03-21")
    bien = {k: v for k, v in al_dia.en_origen(PRIMERO, "2025-03-23").items() if k[0] == UNA[1]}
    del bien["tienda_01", date(2025, 3, 10)]
    with sqlite3.connect(pos(al_dia, "tienda_01")) as c:
        c.execute(
            "UPDATE lineas SET total_centimos = 9223372036854775800 WHERE fecha = '2025-03-10'"
        )
    # La máquina estuvo apagada el domingo: se compara el lunes, y el martes ya no.
    salida = incremento(al_dia, "2025-03-24", *UNA)
    assert salida.codigo == 30
    assert "cambió 2025-03-03, 2025-03-10" in salida.error
    assert list(al_dia.reporte()["detalle"][0]["dias_fuera"]) == ["2025-03-10"]
    cargado = al_dia.cargado()
    assert {k: cargado[k] for k in bien} == bien
    martes = incremento(al_dia, "2025-03-25", "--simular", *UNA).fuera
    assert "2025-03-03" not in martes


def test_lo_que_falta_desde_hace_mucho_no_se_pide_y_se_dice_con_que_orden(al_dia):
    al_dia.ajustes["dias_atras"] = "5"
    al_dia.escribir()
    salida = incremento(al_dia, "2025-04-10")
    assert salida.codigo == 0, salida.todo
    orden = (
        "luigi --module fluxion_luigi RangoVentas --desde 2025-03-20 --hasta 2025-04-04 "
        "--tiendas tienda_01,tienda_02 --local-scheduler"
    )
    assert orden in salida.fuera
    assert al_dia.reporte()["huecos"]["orden"] == orden
    dias = {str(d) for t, d in al_dia.cargado() if t == "tienda_01"}
    assert dias == set(cada_dia(PRIMERO, HASTA, 1)) | set(cada_dia("2025-04-05", "2025-04-09", 1))
    # Mientras nadie lo cargue se sigue diciendo, también al simular, y no cuenta como tenido.
    assert orden in incremento(al_dia, "2025-04-11", "--simular").fuera


def test_lo_que_quedo_provisional_hace_mas_de_lo_que_se_compara_se_dice(al_dia):
    salida = incremento(al_dia, "2025-06-20", *UNA)
    assert salida.codigo == 0, salida.todo
    hueco = al_dia.reporte()["huecos"]["tiendas"]["tienda_01"]
    assert hueco[:3] == ["2025-03-18", "2025-03-19", "2025-03-20"]


def test_los_provisionales_se_cuentan_hasta_ser_firmes_aunque_dias_atras_sea_uno(al_dia):
    al_dia.ajustes |= {"dias_atras": "1", "dias_relectura": "0"}
    al_dia.escribir()
    simulado = incremento(al_dia, "2025-03-21", "--simular", *UNA).fuera
    assert "2025-03-18 a 2025-03-19" in simulado
    assert "Faltan días más viejos" not in simulado


def test_los_dias_de_antes_de_la_apertura_no_se_preguntan_aunque_esten_cargados(al_dia):
    al_dia.tiendas["tienda_01"]["apertura"] = date(2025, 3, 10)
    al_dia.escribir()
    salida = incremento(al_dia, "2025-03-24", "--simular")
    del al_dia.tiendas["tienda_01"]["apertura"]
    al_dia.escribir()
    assert "2025-03-10 a 2025-03-19" in salida.fuera  # la primera, desde que abrió
    assert "2025-03-01 a 2025-03-19" in salida.fuera  # la otra, todo


def test_de_la_que_se_pide_y_aun_no_abre_se_dice_cuando(al_dia):
    al_dia.tiendas["tienda_02"]["apertura"] = date(2025, 4, 1)
    al_dia.escribir()
    pedida = incremento(al_dia, "2025-03-21", "--simular", "--tiendas", "tienda_02")
    todas = incremento(al_dia, "2025-03-21", "--simular")
    del al_dia.tiendas["tienda_02"]["apertura"]
    al_dia.escribir()
    assert "no abre hasta el 2025-04-01, fuera: 2025-03-20" in pedida.todo
    assert "no abre hasta" not in todas.todo


def test_los_dias_en_cero_de_quien_se_equivoco_de_anio_no_abren_un_hueco(al_dia):
    equivocada = correr(
        al_dia, "2025-03-20 07:00:00", "RangoVentas", "--desde", "2020-03-01", "--hasta",
        "2020-03-02", *UNA,
    )  # fmt: skip
    assert equivocada.codigo == 0
    assert incremento(al_dia, "2025-03-21", *UNA).codigo == 0
    assert al_dia.reporte()["huecos"]["tiendas"] == {}


def test_un_reloj_que_estuvo_adelantado_no_hace_contar_lo_mismo_cada_manana(al_dia):
    assert incremento(al_dia, "2025-04-29", *UNA).codigo == 0
    assert incremento(al_dia, "2025-03-21", *UNA).codigo == 0
    assert incremento(al_dia, "2025-03-21", *UNA, hora="07:00:00").codigo == 0
    assert leidos(al_dia) == 0
    assert al_dia.reporte()["tiendas_mes"]["al_dia"] == 0  # ya no hay ni que preguntar


def test_con_la_base_danada_la_corrida_deja_su_reporte(al_dia):
    al_dia.base.write_bytes(al_dia.base.read_bytes()[:300_000])
    salida = incremento(al_dia, "2025-03-21")
    assert salida.codigo == 35
    assert salida.error.count("está dañada") == 1
    assert al_dia.reporte()["estado"] == "con_fallos"
    assert "está dañada" in al_dia.reporte()["detalle"][0]["error"]


def test_un_marcador_quitado_a_mano_significa_leer_otra_vez(al_dia):
    """Salvo en un lago: la verdad es su control."""
    (al_dia.carpeta / "markers" / "tienda_01" / "2025-03.json").unlink()
    salida = incremento(al_dia, "2025-03-20", *UNA)
    assert salida.codigo == 0, salida.todo
    assert leidos(al_dia) == (0 if al_dia.en_lago else 15)  # los de dias_atras
    # Los de antes no se piden solos: la base los tiene, pero no se dan por hechos. En un lago, sí.
    de_antes = {} if al_dia.en_lago else {UNA[1]: list(cada_dia(PRIMERO, "2025-03-04", 1))}
    assert al_dia.reporte()["huecos"]["tiendas"] == de_antes


def test_una_tienda_que_responde_vacio_no_pierde_lo_cargado(al_dia):
    borrar_ventas(pos(al_dia, "tienda_01"), "2025-03-19")
    antes = al_dia.cargado()
    salida = incremento(al_dia, "2025-03-21", *UNA)
    assert salida.codigo == 30
    assert "responde vacío y ya tenía 12 filas cargadas" in salida.todo
    assert "--aceptar-vacios" in salida.todo
    assert {k: v for k, v in al_dia.cargado().items() if k in antes} == antes
    # Al otro día, si la tienda se repuso, se arregla solo; y si es verdad, se acepta.
    assert incremento(al_dia, "2025-03-22", "--aceptar-vacios", *UNA).codigo == 0
    assert es_la_de(al_dia, "2025-03-21")


def test_una_tienda_que_no_responde_falla_una_vez_y_las_demas_siguen(al_dia):
    pos(al_dia, "tienda_02").rename(pos(al_dia, "aparte"))
    salida = incremento(al_dia, "2025-03-21")
    assert salida.codigo == 30
    assert salida.error.count("✗") == 1
    assert "no existe el archivo" in salida.error
    assert not pos(al_dia, "tienda_02").exists()  # el driver habría hecho uno vacío
    estados = {m["tienda"]: m["estado"] for m in al_dia.reporte()["detalle"]}
    assert estados == {"tienda_01": "cargada", "tienda_02": "no_intentada"}
    repetir = "luigi --module fluxion_luigi IncrementoDiario --fecha 2025-03-20 --tiendas tienda_02"
    assert al_dia.reporte()["reintentar"] == f"{repetir} --local-scheduler"
    pos(al_dia, "aparte").rename(pos(al_dia, "tienda_02"))
    assert incremento(al_dia, "2025-03-21", hora="08:00:00").codigo == 0
    assert al_dia.cargado() == al_dia.en_origen(PRIMERO, "2025-03-20")


def test_una_tienda_muda_o_apagada_cuesta_segundos(proyecto):
    """Su cuenta de la mañana es también su prueba: no se le espera como al leer."""
    with socket.create_server(("127.0.0.1", 0)) as muda, socket.socket() as apagada:
        apagada.bind(("127.0.0.1", 0))
        for id_, s in (("tienda_01", muda), ("tienda_02", apagada)):
            proyecto.tiendas[id_] = {
                "nombre": id_.upper(), "sistema": "stellar_postgresql", "base_datos": "pos",
                "driver": DRIVER, "host": "127.0.0.1", "puerto": s.getsockname()[1],
            }  # fmt: skip
        proyecto.ajustes |= {"conectividad_timeout": "1", "espera_servidor": "600", "intentos": "2"}
        proyecto.escribir()
        salida = incremento(proyecto, "2025-03-21", workers=2)
    assert salida.codigo == 30
    assert "tienda_01 (TIENDA_01, " in salida.error
    assert "PUERTO OK: la tienda no contestó a tiempo" in salida.error
    assert "PING OK: el puerto" in salida.error
    assert "se espera a que arranque" not in salida.error
    assert salida.error.count("Intento ") == 1  # el de la que rechaza


def test_quien_vende_pasada_la_medianoche_dice_a_que_hora_acaba_su_dia(al_dia):
    al_dia.ajustes["hora_de_cierre"] = "3"
    al_dia.escribir()
    assert incremento(al_dia, "2025-03-21", *UNA, hora="02:30:00").codigo == 0
    assert ("tienda_01", "2025-03-20") not in {(t, str(d)) for t, d in al_dia.cargado()}
    assert incremento(al_dia, "2025-03-21", *UNA, hora="03:30:00").codigo == 0
    assert es_la_de(al_dia, "2025-03-20")


def test_una_orden_mal_escrita_se_explica(al_dia):
    espera = {
        ("--fecha", "2025-03-29"): "--fecha 2025-03-29 aún no llega: hoy es 2025-03-21",
        ("--fecha", "2025-03"): "es un mes: escriba un día",
        ("--fecha", ""): "No se entiende la fecha «». Use un día (2025-03-31).",
        ("--tiendas", "tienda_77"): "tienda_77",
    }
    ordenes = [("IncrementoDiario", *opciones) for opciones in espera]
    salidas = tanda.correr(al_dia, ordenes, a_las("2025-03-21 06:00:00", []))
    for dice, salida in zip(espera.values(), salidas, strict=True):
        assert salida.codigo == 40, salida.todo
        assert dice in salida.error
        assert "Traceback" not in salida.todo
