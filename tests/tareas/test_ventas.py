"""RangoVentas por la línea de comandos: cargar, repetir, rangos que se cruzan, recargar."""

import os
import shutil
import time

import pytest

from tests.proyecto import borrar_ventas, cada_dia, vender


def foto(proyecto):
    """Lo que una corrida que no tiene nada que hacer no puede tocar."""
    archivos = [proyecto.base, *(proyecto.carpeta / "markers").rglob("*.json")]
    return {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in archivos}


@pytest.mark.parametrize("workers", [1, 3])
def test_carga_exactamente_lo_que_tienen_las_tiendas(dos_tiendas, workers):
    salida = dos_tiendas.rango("2025-03", "2025-04-15", workers=workers)
    assert salida.codigo == 0, salida.todo
    assert dos_tiendas.cargado() == dos_tiendas.en_origen("2025-03-01", "2025-04-15")
    assert dos_tiendas.marcadores() == [
        "tienda_01/2025-03.json", "tienda_01/2025-04.json",
        "tienda_02/2025-03.json", "tienda_02/2025-04.json",
    ]  # fmt: skip
    assert dos_tiendas.sobras() == []


@pytest.mark.parametrize("workers", [1, 3])
def test_repetir_un_rango_terminado_no_abre_ninguna_tienda_ni_cambia_nada(dos_tiendas, workers):
    dos_tiendas.rango("2025-03", "2025-03")
    antes = foto(dos_tiendas)
    shutil.rmtree(dos_tiendas.carpeta / "pos")  # si alguien preguntara, fallaría
    salida = dos_tiendas.rango("2025-03", "2025-03", workers=workers)
    assert salida.codigo == 0, salida.todo
    assert foto(dos_tiendas) == antes
    assert dos_tiendas.reporte()["tiendas_mes"]["al_dia"] == 2


def test_rangos_que_se_cruzan_no_duplican_ni_pierden_dias(dos_tiendas):
    assert dos_tiendas.rango("2025-03-05", "2025-03-20").codigo == 0
    assert dos_tiendas.rango("2025-03-15", "2025-04-10").codigo == 0
    assert dos_tiendas.cargado() == dos_tiendas.en_origen("2025-03-05", "2025-04-10")


def test_un_mes_cortado_a_la_mitad_se_completa_pidiendo_solo_lo_que_falta(dos_tiendas):
    dos_tiendas.rango("2025-03-01", "2025-03-15")
    simulado = dos_tiendas.rango("2025-03", "2025-03", "--simular")
    assert "2025-03-16 a 2025-03-31" in simulado.fuera
    salida = dos_tiendas.rango("2025-03", "2025-03")
    assert salida.codigo == 0
    assert [m["dias"] for m in dos_tiendas.reporte()["detalle"]] == [16, 16]
    assert dos_tiendas.cargado() == dos_tiendas.en_origen("2025-03-01", "2025-03-31")


def test_simular_dice_que_pediria_y_no_hace_nada(dos_tiendas):
    salida = dos_tiendas.rango("2025-03", "2025-04-15", "--simular")
    assert salida.codigo == 0
    assert "tienda_01" in salida.fuera
    assert "46" in salida.fuera  # días de cada tienda
    assert not dos_tiendas.base.exists()
    assert dos_tiendas.marcadores() == []


def test_un_marcador_borrado_a_mano_vuelve_a_cargar_esa_tienda_mes(dos_tiendas):
    dos_tiendas.rango("2025-03", "2025-03")
    vender(dos_tiendas.carpeta / "pos" / "tienda_01.sqlite", {"2025-03-03": 7})
    (dos_tiendas.carpeta / "markers" / "tienda_01" / "2025-03.json").unlink()
    assert dos_tiendas.rango("2025-03", "2025-03").codigo == 0
    assert dos_tiendas.reporte()["tiendas_mes"] == {
        "cargada": 1, "al_dia": 1, "fallida": 0, "no_intentada": 0,
    }  # fmt: skip
    assert dos_tiendas.cargado() == dos_tiendas.en_origen("2025-03-01", "2025-03-31")


@pytest.mark.parametrize("workers", [1, 3])
def test_recargar_pide_otra_vez_solo_los_dias_del_rango(dos_tiendas, workers):
    dos_tiendas.rango("2025-03", "2025-03")
    for dia in ("2025-03-03", "2025-03-25"):
        vender(dos_tiendas.carpeta / "pos" / "tienda_01.sqlite", {dia: 5})
    salida = dos_tiendas.rango("2025-03-01", "2025-03-10", "--recargar", workers=workers)
    assert salida.codigo == 0, salida.todo
    cargado, origen = dos_tiendas.cargado(), dos_tiendas.en_origen("2025-03-01", "2025-03-31")
    distintos = [str(dia) for (t, dia) in origen if cargado[t, dia] != origen[t, dia]]
    assert distintos == ["2025-03-25"]  # ese día no se pidió otra vez
    assert dos_tiendas.rango("2025-03", "2025-03").codigo == 0
    assert dos_tiendas.reporte()["tiendas_mes"]["al_dia"] == 2


@pytest.mark.parametrize("que", ["borrada", "reemplazada", "restaurada"])
def test_una_base_que_no_respalda_los_marcadores_se_vuelve_a_cargar(dos_tiendas, que):
    dos_tiendas.rango("2025-03-01", "2025-03-10")
    copia = dos_tiendas.carpeta / "copia.duckdb"
    shutil.copy(dos_tiendas.base, copia)
    dos_tiendas.rango("2025-03", "2025-03")
    os.unlink(dos_tiendas.base)
    if que == "restaurada":
        shutil.copy(copia, dos_tiendas.base)
    elif que == "reemplazada":
        marcadores = dos_tiendas.carpeta / "markers"
        marcadores.rename(dos_tiendas.carpeta / "aparte")
        dos_tiendas.rango("2025-03-01", "2025-03-02")
        shutil.rmtree(marcadores)
        (dos_tiendas.carpeta / "aparte").rename(marcadores)
    assert dos_tiendas.rango("2025-03", "2025-03").codigo == 0
    assert dos_tiendas.cargado() == dos_tiendas.en_origen("2025-03-01", "2025-03-31")


def test_un_dia_vaciado_en_el_origen_no_reemplaza_al_que_tenia_filas(dos_tiendas):
    dos_tiendas.rango("2025-03", "2025-03")
    antes = dos_tiendas.cargado()
    borrar_ventas(dos_tiendas.carpeta / "pos" / "tienda_01.sqlite", "2025-03-09")
    salida = dos_tiendas.rango("2025-03", "2025-03", "--recargar")
    assert salida.codigo == 30
    assert "2025-03-09" in salida.error
    assert "--aceptar-vacios" in salida.error
    assert dos_tiendas.cargado() == antes
    # La misma orden le pregunta otra vez a la tienda: si sigue vacía, sigue fallando…
    assert dos_tiendas.rango("2025-03", "2025-03").codigo == 30
    assert dos_tiendas.cargado() == antes
    salida = dos_tiendas.rango("2025-03", "2025-03", "--aceptar-vacios")
    assert salida.codigo == 0, salida.todo
    assert dos_tiendas.cargado() == dos_tiendas.en_origen("2025-03-01", "2025-03-31")
    ceros = dos_tiendas.consultar("SELECT dia FROM control_dias WHERE filas = 0")
    assert [str(d) for (d,) in ceros] == ["2025-03-09"]


def test_si_el_dia_vaciado_reaparece_la_misma_orden_lo_carga(dos_tiendas):
    pos = dos_tiendas.carpeta / "pos" / "tienda_01.sqlite"
    dos_tiendas.rango("2025-03", "2025-03")
    copia = dos_tiendas.carpeta / "copia.sqlite"
    shutil.copy(pos, copia)
    borrar_ventas(pos, "2025-03-09")
    assert dos_tiendas.rango("2025-03", "2025-03", "--recargar").codigo == 30
    shutil.copy(copia, pos)
    salida = dos_tiendas.rango("2025-03", "2025-03")
    assert salida.codigo == 0, salida.todo
    assert dos_tiendas.cargado() == dos_tiendas.en_origen("2025-03-01", "2025-03-31")


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


def test_cada_fila_dice_que_corrida_la_cargo(dos_tiendas):
    dos_tiendas.rango("2025-03", "2025-03")
    corrida = dos_tiendas.reporte()["corrida"]
    assert dos_tiendas.consultar("SELECT DISTINCT corrida_id FROM ventas_raw") == [(corrida,)]
    assert {c for (c,) in dos_tiendas.consultar("SELECT corrida_id FROM cargas")} == {corrida}
    assert (dos_tiendas.carpeta / "logs" / f"corrida_{corrida}.log").is_file()


def test_las_lineas_sin_producto_se_conservan_y_se_cuentan(dos_tiendas):
    dos_tiendas.rango("2025-03-01", "2025-03-01")
    filas = dos_tiendas.consultar(
        "SELECT count(*) FROM ventas_raw WHERE ubicacion_id = 'tienda_01' AND NOT en_catalogo"
    )
    contadas = dos_tiendas.consultar(
        "SELECT sin_producto FROM control_dias WHERE ubicacion_id = 'tienda_01'"
    )
    assert filas == contadas == [(3,)]


def test_los_segundos_del_reporte_no_pasan_de_los_que_tardo_la_orden(dos_tiendas):
    for _ in range(3):
        inicio = time.monotonic()
        assert dos_tiendas.rango("2025-03-01", "2025-03-01").codigo == 0
        tardo = time.monotonic() - inicio
        assert 0 <= dos_tiendas.reporte()["segundos"] <= round(tardo, 1) + 0.1
