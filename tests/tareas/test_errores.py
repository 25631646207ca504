"""Lo que está mal se dice en una frase, con código de salida distinto de 0, y sin traza."""

import os
import subprocess
import sys
from contextlib import contextmanager
from datetime import date
from tempfile import TemporaryDirectory

import pytest

from tests import tanda
from tests.capacidades import Capacidad, ejecutar, exigir
from tests.proyecto import Salida, cada_dia

UNA = ("--tiendas", "tienda_01")


def frase(salida: Salida, *dice: str, codigo: int) -> None:
    """La orden salió con ese código, dijo esas palabras y no mostró ninguna traza."""
    assert salida.codigo == codigo, salida.todo
    assert "Traceback" not in salida.todo
    for palabra in dice:
        assert palabra in salida.todo, salida.todo


def de_una(vendido: dict) -> dict:
    """De lo vendido, lo de la tienda que nombra `UNA`."""
    return {(t, d): suyo for (t, d), suyo in vendido.items() if t == UNA[1]}


MARZO = ("--desde", "2025-03", "--hasta", "2025-03")
# Órdenes mal escritas, y lo que cada una debe decir.
MAL_ESCRITAS = {
    ("RangoVentas", "--desde", "2025-04", "--hasta", "2025-03"): ("va al revés",),
    ("RangoVentas", "--desde", "2025-13", "--hasta", "2025-03"): ("no existe en el calendario",),
    ("RangoVentas", "--desde", "2025-02-30", "--hasta", "2025-03"): ("no existe en el calendario",),
    ("RangoVentas", "--desde", "marzo", "--hasta", "2025-03"): ("«marzo»",),
    ("RangoVentas", "--desde", "01/03/2025", "--hasta", "2025-03"): ("«01/03/2025»",),
    ("RangoVentas", "--desde", "2025-03"): ("Falta la opción --hasta",),
    ("RangoVentas", *MARZO, "--tiendas", "tienda_99"): ("tienda_99",),
    ("RangoVentas", *MARZO, "--tiendas", "cedi_01"): ("distribución",),
    ("RangoVentas", *MARZO, "--tiendas", "tienda_10"): ("inactiva",),
    ("RangoVenta", *MARZO): ("No task RangoVenta", "RangoVentas"),
    ("EstadoVentas", "--tiendas", "tienda_99"): ("tienda_99",),
    ("EstadoVentas", "--desde", "2025-04", "--hasta", "2025-03"): ("va al revés",),
    ("EstadoVentas", "--desde", "2025/03"): ("«2025/03»",),
    ("EstadoVentas", "--hasta", "2025-02-30"): ("no existe en el calendario",),
    ("VerificarConectividad", "--tiendas", "tienda_99"): ("No existe «tienda_99»", "tienda_01"),
    **{
        (*orden, "--workers", n): ("--workers", "entero mayor que cero")
        for *orden, n in (
            ("RangoVentas", *MARZO, "0"), ("EstadoVentas", "0"), ("VerificarConectividad", "0"),
            ("RangoVentas", *MARZO, "-1"), ("EstadoVentas", "dos"),
        )
    },
}  # fmt: skip


def test_una_orden_mal_escrita_se_explica_sale_con_40_y_no_toca_nada(dos_tiendas):
    dos_tiendas.con_tienda("cedi_01", tipo="distribucion")
    dos_tiendas.con_tienda("tienda_10", activa=False)
    salidas = tanda.correr(dos_tiendas, list(MAL_ESCRITAS))
    for dice, salida in zip(MAL_ESCRITAS.values(), salidas, strict=True):
        frase(salida, *dice, codigo=40)
        assert "Defecto" not in salida.todo
    assert not dos_tiendas.hay_base()


def test_un_hasta_anterior_a_la_historia_no_habla_de_un_desde_que_nadie_escribio(con_marzo):
    salida = con_marzo.luigi("EstadoVentas", "--hasta", "2024-07")
    frase(salida, "empieza el 2025-03-01", "--hasta", codigo=40)
    assert "al revés" not in salida.todo


def test_un_informe_cuyo_lector_se_fue_no_es_un_defecto(con_marzo):
    for orden in (
        con_marzo.orden("EstadoVentas"),
        con_marzo.orden("RangoVentas", "--desde", "2025-03", "--hasta", "2025-03", "--simular"),
    ):
        proceso = subprocess.Popen(
            orden, cwd=con_marzo.carpeta, env=con_marzo.entorno(), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        proceso.stdout.close()  # como `| head`, que se va sin leerlo todo
        error = proceso.stderr.read()
        assert (proceso.wait(timeout=60), error) == (0, "")


def test_un_catalogo_roto_dice_todos_sus_problemas_de_una_vez(dos_tiendas):
    dos_tiendas.tiendas["tienda_03"] = {"nombre": "X", "sistema": "demo", "drover": "SQLite3"}
    dos_tiendas.tiendas["tienda_04"] = dict(dos_tiendas.tiendas["tienda_01"])
    dos_tiendas.escribir()
    for salida in tanda.correr(
        dos_tiendas, [("RangoVentas", *MARZO), ("EstadoVentas",), ("LimpiarArchivos",)]
    ):
        frase(salida, "«drover»", "falta driver", "tienda_01 y tienda_04", codigo=40)


def test_una_clave_desconocida_en_luigi_cfg_dice_cuales_valen(dos_tiendas):
    dos_tiendas.ajustes = {"ventana_dia": "7", "intentos": "muchos"}
    dos_tiendas.escribir()
    salida = dos_tiendas.rango("2025-03", "2025-03")
    frase(salida, "«ventana_dia»", "ventana_dias", "intentos = muchos", codigo=40)


def test_un_driver_o_un_sistema_desconocidos_dicen_cuales_hay(proyecto):
    dias = cada_dia("2025-03-01", "2025-03-02", 5)
    proyecto.con_tienda("tienda_01", dias, driver="NoHay")
    proyecto.con_tienda("tienda_02", dias, sistema="cobol")
    salida = proyecto.rango("2025-03", "2025-03")
    frase(salida, codigo=30)
    errores = {m["tienda"]: m["error"] for m in proyecto.reporte()["detalle"]}
    for tienda, palabras in {
        "tienda_01": ("«NoHay»", "SQLite3"),
        "tienda_02": ("«cobol»", "son: api_ventas, demo, stellar, stellar_postgresql."),
    }.items():
        assert errores[tienda] in salida.error
        assert all(p in errores[tienda] for p in palabras)


def test_la_base_de_otra_cadena_no_se_toca(con_marzo):
    antes = con_marzo.base.read_bytes()
    con_marzo.cadena = "otra cadena"
    con_marzo.escribir()
    salida = con_marzo.rango("2025-03", "2025-04-02")
    frase(salida, "✗ La base", "«prueba»", "«otra cadena»", codigo=35)
    [log] = con_marzo.carpeta.glob(f"logs/corrida_{con_marzo.reporte()['corrida']}.log")
    assert "No se pudo planear" in log.read_text()
    assert "Traceback" not in log.read_text()
    errores = [m["error"] for m in con_marzo.reporte()["detalle"] if m["mes"] == "2025-04"]
    assert all("«otra cadena»" in e for e in errores)
    assert len(errores) == 2
    assert con_marzo.base.read_bytes() == antes


def test_un_archivo_que_no_es_una_base_duckdb_se_dice(dos_tiendas):
    dos_tiendas.base.parent.mkdir()
    dos_tiendas.base.write_text("esto no es una base")
    salida = dos_tiendas.rango("2025-03-01", "2025-03-01", "--tiendas", "tienda_01")
    frase(salida, "ventas.duckdb", "DuckDB dijo", codigo=30)
    assert dos_tiendas.base.read_text() == "esto no es una base"


def test_una_base_con_ventas_de_otro_programa_no_se_toca(dos_tiendas):
    import duckdb

    dos_tiendas.base.parent.mkdir()
    with duckdb.connect(str(dos_tiendas.base)) as otra:
        otra.execute("CREATE TABLE ventas_raw AS SELECT 'vieja' AS fecha")
    salida = dos_tiendas.rango("2025-03-01", "2025-03-01", "--tiendas", "tienda_01")
    frase(salida, "no hizo este proyecto", "FLUXION_BASE", codigo=30)
    assert dos_tiendas.consultar("SHOW TABLES") == [("ventas_raw",)]


def test_una_base_con_tablas_ajenas_sirve_y_las_conserva(dos_tiendas):
    import duckdb

    dos_tiendas.base.parent.mkdir()
    with duckdb.connect(str(dos_tiendas.base)) as otra:
        otra.execute("CREATE TABLE metas AS SELECT 1 AS meta")
    assert dos_tiendas.rango("2025-03-01", "2025-03-02", *UNA).codigo == 0
    assert dos_tiendas.consultar("SELECT * FROM metas") == [(1,)]
    assert dos_tiendas.cargado() == de_una(dos_tiendas.en_origen("2025-03-01", "2025-03-02"))


@pytest.mark.parametrize("carpeta", ["staging", "markers", "datos"])
def test_una_carpeta_donde_no_se_puede_escribir_se_dice(dos_tiendas, carpeta):
    carpeta = dos_tiendas.de_datos(carpeta)
    (dos_tiendas.carpeta / carpeta).write_text("un archivo donde va la carpeta")
    salida = dos_tiendas.rango("2025-03", "2025-03")
    assert salida.codigo != 0
    frase(salida, "No se pudo escribir", carpeta, codigo=salida.codigo)


@contextmanager
def en_manos_de_otro(base, segundos: int = 60):
    """Otro proceso tiene la base abierta para escribir."""
    programa = (
        "import duckdb, sys, time; c = duckdb.connect(sys.argv[1]); print('lista', flush=True); "
        "time.sleep(float(sys.argv[2]))"
    )
    otro = subprocess.Popen(
        [sys.executable, "-c", programa, str(base), str(segundos)], stdout=subprocess.PIPE
    )
    try:
        otro.stdout.readline()
        yield otro
    finally:
        otro.kill()
        otro.wait()


def test_una_base_tomada_por_otro_proceso_se_espera_y_luego_se_dice_cual_la_tiene(con_marzo):
    con_marzo.ajustes["espera_base"] = "1"
    con_marzo.escribir()
    antes = con_marzo.cargado()
    with en_manos_de_otro(con_marzo.base, segundos=300) as otro:
        salida = con_marzo.rango("2025-03", "2025-04-02", *UNA)
        assert otro.poll() is None, "esperó a que la soltaran"
        frase(salida, f"el proceso {otro.pid}", "Se esperó 1 s", codigo=35)
    assert con_marzo.cargado() == antes


def test_una_base_que_no_sueltan_se_espera_una_vez_por_corrida_y_no_una_por_tienda(con_marzo):
    """Con dieciséis tiendas, quien la deja abierta toda la mañana costaría horas."""
    import duckdb

    antes, abril = con_marzo.cargado(), ("2025-04-01", "2025-04-02")
    with duckdb.connect(str(con_marzo.base), read_only=True):
        salida = con_marzo.rango(*abril, FLUXION_ESPERA_BASE="6")
    frase(salida, "Se esperó 6 s", "Se esperó 0 s", codigo=30)
    assert [t["clase_error"] for t in con_marzo.reporte()["detalle"]] == ["ocupado", "ocupado"]
    assert con_marzo.cargado() == antes


def test_la_misma_orden_dos_veces_corre_una_sola_y_carga_cuando_sueltan_la_base(con_marzo):
    opciones = ("RangoVentas", "--desde", "2025-03", "--hasta", "2025-04-02", *UNA)
    with en_manos_de_otro(con_marzo.base, segundos=300):
        primera = con_marzo.lanzar(*opciones, FLUXION_ESPERA_BASE="300")
        assert any("Esperando la base" in linea for linea in primera.stderr)
        assert con_marzo.luigi(*opciones).codigo == 10
        assert primera.poll() is None
    _, error = primera.communicate(timeout=120)
    assert (primera.returncode, "✗" in error) == (0, False), error
    hasta_abril = de_una(con_marzo.en_origen("2025-03-01", "2025-04-02"))
    assert de_una(con_marzo.cargado()) == hasta_abril


def test_un_rango_terminado_se_repite_escrito_como_dia_o_como_mes_y_con_bi_leyendo(con_marzo):
    """Lo que cargó «2025-03» es todo lo que pide «2025-03-31»."""
    import duckdb

    with duckdb.connect(str(con_marzo.base), read_only=True):
        assert con_marzo.rango("2025-03", "2025-03-31").codigo == 0
    assert con_marzo.reporte()["tiendas_mes"]["al_dia"] == 2
    assert {d for _, d in con_marzo.cargado()} == {date(2025, 3, i) for i in range(1, 32)}


def test_un_staging_corrupto_se_descarta_se_dice_y_se_vuelve_a_extraer(proyecto):
    from tests.tareas.test_muertes import matar_en

    proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-04-15", 120))
    matar_en(proyecto, "tras_el_manifiesto", 1, "2025-03-31")
    parquet = sorted(proyecto.carpeta.glob("staging/*/*/*.parquet"))[0]
    datos = bytearray(parquet.read_bytes())
    datos[len(datos) // 2] ^= 0xFF
    parquet.write_bytes(datos)
    salida = proyecto.rango("2025-03", "2025-03")
    frase(salida, "está dañado", "repita la misma orden", codigo=30)
    assert proyecto.rango("2025-03", "2025-03").codigo == 0
    assert proyecto.cargado() == proyecto.en_origen("2025-03-01", "2025-03-31")
    assert proyecto.sobras() == []


@contextmanager
def montado(carpeta, cabe: str):
    """Monta un disco diminuto en la carpeta."""
    ejecutar("mount", "-t", "tmpfs", "-o", f"size={cabe}", "tmpfs", carpeta)
    try:
        yield
    finally:
        ejecutar("umount", carpeta)


def _montar_y_desmontar() -> None:
    with TemporaryDirectory() as carpeta, montado(carpeta, "64k"):
        pass


MONTAR = Capacidad("montar un disco", _montar_y_desmontar)


@pytest.mark.parametrize(
    ("carpeta", "cabe", "por_dia"), [("staging", "64k", 300), ("datos", "2m", 1500)]
)
def test_un_disco_lleno_se_dice_y_no_deja_nada_a_medias(proyecto, carpeta, cabe, por_dia):
    exigir(MONTAR)
    proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-31", por_dia))
    disco = proyecto.carpeta / proyecto.de_datos(carpeta)
    disco.mkdir(parents=True)
    # Lo mismo, en los Parquet de un lago, ocupa menos.
    with montado(disco, "16k" if proyecto.en_lago else cabe):
        salida = proyecto.rango("2025-03", "2025-03")
        frase(salida, "No se pudo escribir", f"{disco}/", codigo=30)
        assert str(proyecto.config.ajustes.sql) not in salida.error
        assert proyecto.cargado() == {}
        assert proyecto.marcadores() == []
    salida = proyecto.rango("2025-03", "2025-03")
    if proyecto.en_lago and carpeta == "datos":  # lo del lago estaba en ese disco
        frase(salida, "monte el disco que falta", codigo=35)
    else:
        assert salida.codigo == 0
        assert proyecto.cargado() == proyecto.en_origen("2025-03-01", "2025-03-31")


def test_una_diferencia_con_el_origen_falla_con_la_tabla_de_los_dias(dos_tiendas):
    """La consulta de ventas pierde filas de un día: ése se queda fuera y los demás se cargan."""
    sql = dos_tiendas.carpeta / "sql"
    subprocess.run(["cp", "-r", dos_tiendas.config.ajustes.sql, sql], check=True)
    ventas = sql / "demo" / "ventas.sql"
    ventas.write_text(ventas.read_text() + "AND NOT (l.fecha = '2025-03-20' AND l.linea = 1)\n")
    dos_tiendas.ajustes = {"sql": str(sql)}
    dos_tiendas.escribir()
    salida = dos_tiendas.rango("2025-03", "2025-03", "--tiendas", "tienda_01")
    frase(salida, "No concilia tienda_01", "los otros 30 ya están", codigo=30)
    assert "2025-03-20  filas             120         96           -24" in salida.error
    origen = dos_tiendas.en_origen("2025-03-01", "2025-03-31")
    assert dos_tiendas.cargado() == {
        (t, d): v for (t, d), v in origen.items() if t == "tienda_01" and d.day != 20
    }
    [mes] = dos_tiendas.reporte()["detalle"]
    assert (mes["estado"], mes["dias"], list(mes["dias_fuera"])) == ("fallida", 30, ["2025-03-20"])
    assert "--desde 2025-03-20 --hasta 2025-03-20" in dos_tiendas.reporte()["reintentar"]
    assert dos_tiendas.consultar("SELECT ubicacion_id, dia::VARCHAR FROM dias_fallidos") == [
        ("tienda_01", "2025-03-20")
    ]
    # Corregida la consulta, se pide sólo ese día.
    dos_tiendas.ajustes = {}
    dos_tiendas.escribir()
    salida = dos_tiendas.rango("2025-03", "2025-03", "--tiendas", "tienda_01")
    assert salida.codigo == 0, salida.todo
    assert dos_tiendas.reporte()["detalle"][0]["dias"] == 1
    assert dos_tiendas.consultar("SELECT count(*) FROM dias_fallidos") == [(0,)]


def test_luigi_encuentra_su_configuracion_desde_otra_carpeta(dos_tiendas, tmp_path):
    lejos = tmp_path / "lejos"
    lejos.mkdir()
    hecho = subprocess.run(
        dos_tiendas.orden("RangoVentas", "--desde", "2025-03-01", "--hasta", "2025-03-02", *UNA),
        env=dos_tiendas.entorno(LUIGI_CONFIG_PATH=str(dos_tiendas.carpeta / "luigi.cfg")),
        cwd=lejos, capture_output=True, text=True,
    )  # fmt: skip
    assert hecho.returncode == 0, hecho.stderr
    assert os.listdir(lejos) == []
    assert dos_tiendas.cargado() == de_una(dos_tiendas.en_origen("2025-03-01", "2025-03-02"))
    assert f"Base NUEVA: {dos_tiendas.base} no existe" in hecho.stderr
    assert dos_tiendas.reporte()["base_nueva"] is True


def test_sin_scheduler_central_se_dice_que_hacer_y_la_recarga_no_cuenta_como_al_dia(con_marzo):
    orden = [*con_marzo.orden("RangoVentas", "--desde", "2025-03-01", "--hasta", "2025-03-02"),
             "--recargar"]  # fmt: skip
    orden.remove("--local-scheduler")
    hecho = subprocess.run(
        [*orden, "--scheduler-host", "127.0.0.1", "--scheduler-port", "1"], cwd=con_marzo.carpeta,
        env=con_marzo.entorno(), capture_output=True, text=True,
    )  # fmt: skip
    frase(
        Salida(hecho.returncode, hecho.stdout, hecho.stderr), "«make scheduler»",
        "agregue --local-scheduler a la orden", codigo=40,
    )  # fmt: skip
    assert hecho.stderr.count("No responde el scheduler central") == 1, hecho.stderr
    reporte = con_marzo.reporte()
    assert reporte["estado"] == "con_fallos"
    assert reporte["tiendas_mes"] == {
        "cargada": 0, "al_dia": 0, "fallida": 0, "no_intentada": 2,
    }  # fmt: skip
    assert "--recargar" in reporte["reintentar"]


def test_una_base_nueva_se_dice_con_fuerza_y_cual_era_la_otra(con_marzo):
    """Un FLUXION_BASE mal escrito hacía otra base callando, y lo pedía todo otra vez."""
    mas = con_marzo.rango("2025-03-01", "2025-04-01", *UNA)
    assert "Base NUEVA" not in mas.error
    assert con_marzo.reporte()["base"] == str(con_marzo.base)
    simulada = con_marzo.rango(
        "2025-03-01", "2025-03-02", *UNA, "--simular", FLUXION_BASE="datos/vemtas.duckdb"
    )
    assert simulada.codigo == 0
    assert "datos/vemtas.duckdb no existe. Se crearía" in simulada.error
    assert f"son de {con_marzo.base}." in simulada.error
    mal = con_marzo.rango("2025-03-01", "2025-03-02", *UNA, FLUXION_BASE="datos/vemtas.duckdb")
    assert "Base NUEVA" in mal.error
    assert "datos/vemtas.duckdb no existe" in mal.error
    assert f"son de {con_marzo.base}" in mal.error
