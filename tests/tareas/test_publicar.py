"""La copia para BI por la línea de órdenes: tras cada orden que cambia algo, sin costarle nada."""

import json
import subprocess
import sys

import duckdb
import pytest

from fluxion_luigi.flujo import publicacion
from tests.proyecto import Proyecto, cada_dia
from tests.reloj import correr
from tests.tareas.test_historia import ajena

# Una herramienta de BI que abre la publicada una vez y la vuelve a consultar cuando se le pide.
LECTOR = """
import duckdb, json, sys
c = duckdb.connect(sys.argv[1], read_only=True)
for _ in sys.stdin:
    print(json.dumps(c.execute(
        "SELECT fecha::VARCHAR, lineas, (SELECT count(*) FROM ventas v WHERE v.fecha = d.fecha) "
        "FROM ventas_diarias d ORDER BY 1"
    ).fetchall()), flush=True)
"""


class Lector:
    """Esa herramienta, abierta."""

    def __init__(self, ruta):
        self.proceso = subprocess.Popen(
            [sys.executable, "-c", LECTOR, str(ruta)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def ve(self) -> list[list]:
        self.proceso.stdin.write("\n")
        self.proceso.stdin.flush()
        return json.loads(self.proceso.stdout.readline())

    def cerrar(self) -> None:
        self.proceso.stdin.close()
        self.proceso.wait()


@pytest.fixture
def con_bi(proyecto) -> Proyecto:
    """Marzo de una tienda, y dónde publicarlo."""
    proyecto.ajustes["publicada"] = "bi/ventas.duckdb"
    return proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-31", 20))


@pytest.fixture
def destino() -> str:
    """Se publica un archivo: un lago lo lee BI mientras se carga."""
    return "archivo"


def al_dia(proyecto: Proyecto) -> bool:
    return publicacion.al_dia(proyecto.config)


def test_una_herramienta_abierta_no_estorba_otra_carga_y_cada_una_ve_lo_suyo_entero(con_bi):
    lectores, vieron = [], []
    for dia in (1, 2):
        salida = con_bi.rango(f"2025-03-0{dia}", f"2025-03-0{dia}")
        assert salida.codigo == 0, salida.todo
        assert "Publicada para BI: " in salida.fuera
        assert al_dia(con_bi)
        lectores.append(Lector(con_bi.carpeta / "bi" / "ventas.duckdb"))
        esperado = [[f"2025-03-0{d}", 20, 20] for d in range(1, dia + 1)]
        vieron.append(esperado)
        # Las que ya estaban abiertas ven lo mismo que cuando abrieron.
        assert [lector.ve() for lector in lectores] == vieron
    for lector in lectores:
        lector.cerrar()
    publicado = con_bi.reporte()["publicacion"]
    assert publicado["motivo"] is None
    assert publicado["bytes"] == con_bi.base.stat().st_size
    salida = con_bi.rango("2025-03-01", "2025-03-02")
    assert "Publicada" not in salida.todo
    assert con_bi.reporte()["publicacion"] is None


def test_publican_tambien_el_incremento_la_calidad_olvidar_renombrar_y_la_orden_a_mano(con_bi):
    assert correr(con_bi, "2025-03-04 06:00:00", "IncrementoDiario").codigo == 0
    assert al_dia(con_bi)
    salida = con_bi.luigi("VerificarCalidad", "--tiendas", "tienda_01")
    assert (salida.codigo, al_dia(con_bi)) == (0, True), salida.todo
    dia = ("--desde", "2025-03-01", "--hasta", "2025-03-01", "--tiendas", "tienda_01")
    salida = con_bi.luigi("OlvidarVentas", *dia, "--simular")
    assert "Publicada" not in salida.todo
    salida = con_bi.luigi("OlvidarVentas", *dia, "--si")
    assert "✓ Publicada para BI: " in salida.error
    assert al_dia(con_bi)
    con_bi.tiendas["tienda_09"] = con_bi.tiendas.pop("tienda_01")
    con_bi.escribir()
    assert con_bi.luigi("RenombrarTienda", "--de", "tienda_01", "--a", "tienda_09", "--si",
                        workers=2).codigo == 0  # fmt: skip
    assert al_dia(con_bi)
    ruta = con_bi.carpeta / "bi" / "ventas.duckdb"
    with duckdb.connect(str(ruta), read_only=True) as bi:
        hay = bi.execute("SELECT DISTINCT ubicacion_id FROM tiendas").fetchall()
    assert hay == [("tienda_09",)]
    assert "Ya estaba al día: " in con_bi.luigi("PublicarBase").fuera
    antes = ruta.stat().st_ino
    salida = con_bi.luigi("PublicarBase", "--forzar")
    assert ruta.stat().st_ino != antes
    assert (salida.codigo, al_dia(con_bi)) == (0, True)
    assert f"Publicada para BI: {ruta}" in salida.fuera


def test_que_no_se_pueda_publicar_se_ve_y_no_le_cuesta_nada_a_la_carga(con_bi):
    with ajena(con_bi.carpeta / "bi", 0o500) as prefijo:
        orden = con_bi.orden("RangoVentas", "--desde", "2025-03-01", "--hasta", "2025-03-03")
        hecho = subprocess.run([*prefijo, *orden], cwd=con_bi.carpeta, env=con_bi.entorno(),
                               capture_output=True, text=True)  # fmt: skip
        a_mano = subprocess.run([*prefijo, *con_bi.orden("PublicarBase")], cwd=con_bi.carpeta,
                                env=con_bi.entorno(), capture_output=True, text=True)  # fmt: skip
    assert hecho.returncode == 0, hecho.stderr
    assert con_bi.cargado() == con_bi.en_origen("2025-03-01", "2025-03-03")
    ruta = con_bi.carpeta / "bi" / "ventas.duckdb"
    frase = f"No se pudo escribir en {con_bi.carpeta}/bi/.ventas.duckdb.parcial: no hay permiso"
    assert f"No se publicó la copia para BI; la de antes sigue igual. {frase}" in hecho.stderr
    assert f"✗ No se publicó {ruta}; la de antes sigue igual. {frase}" in hecho.stdout
    assert frase in con_bi.reporte()["publicacion"]["motivo"]
    logs = [p.read_text() for p in (con_bi.carpeta / "logs").glob("*.log")]
    log = next(texto for texto in logs if "No se publicó" in texto)
    assert frase in log
    assert "Traceback" not in hecho.stderr + a_mano.stderr + log
    assert a_mano.returncode == 30
    assert frase in a_mano.stderr
    assert f"Copia para BI: {ruta} (no existe todavía)" in con_bi.luigi("EstadoVentas").fuera
    # La siguiente orden la publica, aunque no cargue nada.
    assert "Publicada para BI" in con_bi.rango("2025-03-01", "2025-03-03").fuera


def test_sin_decir_donde_o_sin_base_no_hay_que_publicar(proyecto):
    proyecto.con_tienda("tienda_01")
    salida = proyecto.luigi("PublicarBase")
    assert salida.codigo == 40
    assert "FLUXION_PUBLICADA" in salida.error
    salida = proyecto.luigi("PublicarBase", FLUXION_PUBLICADA="bi.duckdb")
    assert salida.codigo == 30
    assert "no existe todavía: no hay qué publicar" in salida.error
