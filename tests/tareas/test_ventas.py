"""RangoVentas por la línea de comandos: cargar, repetir, rangos que se cruzan, recargar."""

import shutil
import time

import pytest

from tests.proyecto import borrar_ventas, cada_dia, vender


def foto(proyecto):
    """Lo que una corrida que no tiene nada que hacer no puede tocar."""
    archivos = [*(proyecto.carpeta / "markers").rglob("*.json")]
    archivos += [] if proyecto.en_lago else [proyecto.base]
    return {p: p.stat().st_mtime_ns for p in archivos}, proyecto.foto()


def no_pasan_de_los_que_tardo(proyecto, inicio):
    """Los segundos del reporte, comparados con los de la orden que acaba de terminar."""
    tardo = time.monotonic() - inicio
    assert 0 <= proyecto.reporte()["segundos"] <= round(tardo, 1) + 0.1


def test_carga_exactamente_lo_que_tienen_las_tiendas(con_marzo):
    assert con_marzo.cargado() == con_marzo.en_origen("2025-03-01", "2025-03-31")
    assert con_marzo.marcadores() == ["tienda_01/2025-03.json", "tienda_02/2025-03.json"]
    assert con_marzo.sobras() == []


def test_con_varios_workers_y_meses_tambien(dos_tiendas):
    inicio = time.monotonic()
    salida = dos_tiendas.rango("2025-03", "2025-04-15", workers=3)
    no_pasan_de_los_que_tardo(dos_tiendas, inicio)
    assert salida.codigo == 0, salida.todo
    assert dos_tiendas.cargado() == dos_tiendas.en_origen("2025-03-01", "2025-04-15")
    assert dos_tiendas.marcadores() == [
        "tienda_01/2025-03.json", "tienda_01/2025-04.json",
        "tienda_02/2025-03.json", "tienda_02/2025-04.json",
    ]  # fmt: skip
    assert dos_tiendas.sobras() == []


@pytest.mark.parametrize("workers", [1, 3])
def test_repetir_un_rango_terminado_no_abre_ninguna_tienda_ni_cambia_nada(con_marzo, workers):
    antes = foto(con_marzo)
    shutil.rmtree(con_marzo.carpeta / "pos")  # si alguien preguntara, fallaría
    inicio = time.monotonic()
    salida = con_marzo.rango("2025-03", "2025-03", workers=workers)
    no_pasan_de_los_que_tardo(con_marzo, inicio)
    assert salida.codigo == 0, salida.todo
    assert foto(con_marzo) == antes
    assert con_marzo.reporte()["tiendas_mes"]["al_dia"] == 2


def test_rangos_que_se_cruzan_no_duplican_ni_pierden_dias_y_solo_se_pide_lo_que_falta(con_marzo):
    assert con_marzo.rango("2025-04-01", "2025-04-04").codigo == 0
    cruzado = ("2025-03-15", "2025-04-10")
    assert "2025-04-05 a 2025-04-10" in con_marzo.rango(*cruzado, "--simular").fuera
    assert con_marzo.rango(*cruzado).codigo == 0
    pedidos = [m["dias"] for m in con_marzo.reporte()["detalle"] if m["estado"] == "cargada"]
    assert pedidos == [6, 6]
    assert con_marzo.cargado() == con_marzo.en_origen("2025-03-01", "2025-04-10")


def test_simular_dice_que_pediria_y_no_hace_nada(dos_tiendas):
    salida = dos_tiendas.rango("2025-03", "2025-04-15", "--simular")
    assert salida.codigo == 0
    assert "tienda_01" in salida.fuera
    assert "46" in salida.fuera  # días de cada tienda
    assert not dos_tiendas.hay_base()
    assert dos_tiendas.marcadores() == []


def test_recargar_o_borrar_un_marcador_pide_otra_vez_solo_esos_dias(con_marzo):
    for dia in ("2025-03-03", "2025-03-25"):
        vender(con_marzo.carpeta / "pos" / "tienda_01.sqlite", {dia: 5})
    salida = con_marzo.rango("2025-03-01", "2025-03-10", "--recargar", workers=3)
    assert salida.codigo == 0, salida.todo
    cargado, origen = con_marzo.cargado(), con_marzo.en_origen("2025-03-01", "2025-03-31")
    distintos = [str(dia) for (t, dia) in origen if cargado[t, dia] != origen[t, dia]]
    assert distintos == ["2025-03-25"]  # ese día no se pidió otra vez
    assert con_marzo.rango("2025-03", "2025-03").codigo == 0
    assert con_marzo.reporte()["tiendas_mes"]["al_dia"] == 2
    # Con su marcador borrado a mano, se lee otra vez toda esa tienda-mes y ninguna más. En un lago,
    # ninguna: la verdad es su control.
    leidas = 0 if con_marzo.en_lago else 1
    (con_marzo.carpeta / "markers" / "tienda_01" / "2025-03.json").unlink()
    assert con_marzo.rango("2025-03", "2025-03").codigo == 0
    assert con_marzo.reporte()["tiendas_mes"] == {
        "cargada": leidas, "al_dia": 2 - leidas, "fallida": 0, "no_intentada": 0,
    }  # fmt: skip
    assert con_marzo.cargado() == (origen if leidas else cargado)


def test_una_base_que_no_respalda_los_marcadores_se_vuelve_a_cargar(con_marzo):
    """Restaurada de una copia, borrada, y reemplazada por otra de la misma cadena."""
    de_marzo = con_marzo.base.read_bytes()
    assert con_marzo.rango("2025-04-01", "2025-04-02").codigo == 0
    con_marzo.base.write_bytes(de_marzo)
    todo = ("2025-03-01", "2025-04-02")
    assert con_marzo.rango(*todo).codigo == 0
    assert con_marzo.cargado() == con_marzo.en_origen(*todo)

    marcadores, aparte = con_marzo.carpeta / "markers", con_marzo.carpeta / "aparte"
    shutil.copytree(marcadores, aparte)
    con_marzo.base.unlink()
    assert con_marzo.rango("2025-03-01", "2025-03-02").codigo == 0
    assert con_marzo.cargado() == con_marzo.en_origen("2025-03-01", "2025-03-02")

    shutil.rmtree(marcadores)
    aparte.rename(marcadores)  # son los de la otra base
    assert con_marzo.rango(*todo).codigo == 0
    assert con_marzo.cargado() == con_marzo.en_origen(*todo)


def test_un_dia_vaciado_en_el_origen_no_reemplaza_al_que_tenia_filas(con_marzo):
    antes = con_marzo.cargado()
    pos, entera = con_marzo.carpeta / "pos" / "tienda_01.sqlite", con_marzo.carpeta / "entera"
    shutil.copy(pos, entera)
    borrar_ventas(pos, "2025-03-09")
    salida = con_marzo.rango("2025-03", "2025-03", "--recargar")
    assert salida.codigo == 30
    assert "2025-03-09" in salida.error
    assert "--aceptar-vacios" in salida.error
    assert con_marzo.cargado() == antes
    # La misma orden le pregunta otra vez a la tienda: si sigue vacía, sigue fallando; si el día
    # reaparece, lo carga.
    assert con_marzo.rango("2025-03", "2025-03").codigo == 30
    assert con_marzo.cargado() == antes
    shutil.copy(entera, pos)
    salida = con_marzo.rango("2025-03", "2025-03")
    assert salida.codigo == 0, salida.todo
    assert con_marzo.cargado() == con_marzo.en_origen("2025-03-01", "2025-03-31") == antes
    # Y vacío, sólo si el operador lo acepta.
    borrar_ventas(pos, "2025-03-09")
    salida = con_marzo.rango("2025-03", "2025-03", "--recargar", "--aceptar-vacios")
    assert salida.codigo == 0, salida.todo
    assert con_marzo.cargado() == con_marzo.en_origen("2025-03-01", "2025-03-31")
    ceros = con_marzo.consultar("SELECT dia FROM control_dias WHERE filas = 0")
    assert [str(d) for (d,) in ceros] == ["2025-03-09"]


def test_los_dias_futuros_y_los_anteriores_a_la_apertura_quedan_fuera_y_se_dice(proyecto):
    from datetime import date

    proyecto.con_tienda(
        "tienda_16", cada_dia("2025-03-01", "2025-03-31", 10), apertura=date(2025, 3, 10)
    )
    salida = proyecto.rango("2025-03", "2025-03")
    assert salida.codigo == 0
    assert "abrió el 2025-03-10" in salida.fuera
    assert proyecto.cargado() == proyecto.en_origen("2025-03-10", "2025-03-31")
    futuro = proyecto.rango("2097-01", "2097-02")
    assert futuro.codigo == 0
    assert "aún no llegan" in futuro.fuera


def test_una_tienda_que_falla_no_detiene_a_las_demas(dos_tiendas):
    (dos_tiendas.carpeta / "pos" / "tienda_01.sqlite").unlink()
    salida = dos_tiendas.rango("2025-03", "2025-04-15", workers=3)
    assert salida.codigo == 30
    assert {t for t, _ in dos_tiendas.cargado()} == {"tienda_02"}
    reporte = dos_tiendas.reporte()
    assert reporte["tiendas_mes"] == {
        "cargada": 2, "al_dia": 0, "fallida": 0, "no_intentada": 2,
    }  # fmt: skip
    assert "--tiendas tienda_01" in reporte["reintentar"]
    assert "no existe el archivo" in reporte["detalle"][0]["error"]
    assert "Traceback" not in salida.todo


def test_cada_fila_dice_que_corrida_la_cargo(con_marzo):
    corrida = con_marzo.reporte()["corrida"]
    assert con_marzo.consultar("SELECT DISTINCT corrida_id FROM ventas_raw") == [(corrida,)]
    assert {c for (c,) in con_marzo.consultar("SELECT corrida_id FROM cargas")} == {corrida}
    assert (con_marzo.carpeta / "logs" / f"corrida_{corrida}.log").is_file()


def test_las_lineas_sin_producto_se_conservan_y_se_cuentan(con_marzo):
    filas = con_marzo.consultar(
        "SELECT fecha, count(*) FROM ventas_raw "
        "WHERE ubicacion_id = 'tienda_01' AND NOT en_catalogo GROUP BY 1 ORDER BY 1"
    )
    contadas = con_marzo.consultar(
        "SELECT dia, sin_producto FROM control_dias WHERE ubicacion_id = 'tienda_01' ORDER BY 1"
    )
    assert filas == contadas
    assert {n for _, n in filas} == {3}
