"""EstadoVentas: la cobertura, según el control, sin contactar a nadie."""

import shutil
import sqlite3
from datetime import date

from wcwidth import wcswidth

from tests.proyecto import cada_dia


def test_muestra_lo_cargado_lo_que_falta_y_los_dias_en_cero(proyecto):
    dias = cada_dia("2025-03-01", "2025-03-31", 10)
    del dias["2025-03-09"]
    proyecto.con_tienda("tienda_01", dias).con_tienda("tienda_02", dias)
    proyecto.con_tienda("tienda_16", dias, apertura=date(2025, 3, 15))
    proyecto.rango("2025-03-01", "2025-03-20", "--tiendas", "tienda_01")
    proyecto.rango("2025-03", "2025-03", "--tiendas", "tienda_16")
    shutil.rmtree(proyecto.carpeta / "pos")
    salida = proyecto.luigi("EstadoVentas", "--desde", "2025-03", "--hasta", "2025-03")
    assert salida.codigo == 0, salida.todo
    renglones = {x.split()[1]: x.split() for x in salida.fuera.splitlines() if "TIENDA" in x}
    assert renglones["tienda_01"][3:] == ["190", "20/31", "64%", "64%"]
    assert renglones["tienda_02"][3:] == ["0", "0/31", "0%", "0%"]
    assert renglones["tienda_16"][3:] == ["170", "17/17", "100%", "100%"]
    assert "11 día(s), 2025-03-21 a 2025-03-31: tienda_01 (TIENDA_01)" in salida.fuera
    assert "31 día(s), 2025-03-01 a 2025-03-31: tienda_02 (TIENDA_02)" in salida.fuera
    assert "1 día(s), 2025-03-09: tienda_01 (TIENDA_01)" in salida.fuera
    hace = (proyecto.config.hoy() - date(2025, 3, 20)).days
    ultimos = salida.fuera[salida.fuera.index("Último día con ventas:") :].splitlines()[1:4]
    assert ultimos == [
        "  ninguno: tienda_02",
        f"  2025-03-20, hace {hace} día(s): tienda_01",
        f"  2025-03-31, hace {hace - 11} día(s): tienda_16",
    ]


def test_sin_base_todo_falta_y_no_se_crea_ninguna(proyecto):
    proyecto.con_tienda("tienda_01", {})
    salida = proyecto.luigi("EstadoVentas", "--desde", "2025-03", "--hasta", "2025-04")
    assert salida.codigo == 0
    assert "0/61" in salida.fuera
    assert not proyecto.base.exists()


def test_una_tienda_a_la_que_no_se_le_debe_ningun_dia_no_sale_como_cumplida(proyecto):
    proyecto.con_tienda("tienda_01", {}, apertura=date(2025, 5, 1))
    salida = proyecto.luigi("EstadoVentas", "--desde", "2025-03", "--hasta", "2025-03")
    [renglon] = [x.split() for x in salida.fuera.splitlines() if "TIENDA_01" in x]
    assert renglon == ["·", "tienda_01", "TIENDA_01", "0", "0/0", "·"]


def test_los_encabezados_caen_sobre_sus_columnas_aunque_la_marca_ocupe_dos(proyecto):
    """Un emoji ocupa dos columnas de la terminal, no una."""
    proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-31", 1))
    proyecto.rango("2025-03", "2025-03")
    salida = proyecto.luigi("EstadoVentas", "--desde", "2025-03", "--hasta", "2025-03")
    encabezado, anios, _, renglon = salida.fuera.splitlines()[3:7]
    assert encabezado.index("tienda") == wcswidth(renglon[: renglon.index("tienda_01")])
    assert len(encabezado) == len(anios) == wcswidth(renglon)
    assert (encabezado.split()[-1], anios.split()) == ("03", ["25"])


def test_un_anio_de_la_tienda_de_nombre_mas_largo_cabe_en_cien_columnas(proyecto):
    proyecto.con_tienda("tienda_01", {}, nombre="MAYORISTA VALENCIA")
    salida = proyecto.luigi("EstadoVentas", "--desde", "2024-09", "--hasta", "2025-08")
    tabla = salida.fuera[salida.fuera.index("    tienda") : salida.fuera.index("Último")]
    assert tabla.count("0%") == 1 + 12  # el total y cada mes
    assert max(map(wcswidth, tabla.splitlines())) <= 100


def test_sin_fechas_muestra_toda_la_historia_que_hay(proyecto):
    proyecto.con_tienda("tienda_01", cada_dia("2024-01-01", "2024-01-31", 3))
    proyecto.rango("2024-01", "2024-01")
    salida = proyecto.luigi("EstadoVentas")
    assert "Cobertura de 2024-01-01 a" in salida.fuera
    assert salida.fuera.count("tienda_01 ") > 2  # una tabla por cada seis meses


def test_nombra_su_base_y_la_orden_que_carga_lo_que_falta(proyecto):
    proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-31", 2))
    salida = proyecto.luigi("EstadoVentas", "--desde", "2025-03", "--hasta", "2025-03")
    assert f"Base: {proyecto.base} (no existe todavía)" in salida.fuera
    assert proyecto.rango("2025-03-01", "2025-03-20").codigo == 0
    salida = proyecto.luigi("EstadoVentas", "--desde", "2025-03", "--hasta", "2025-03")
    assert f"Base: {proyecto.base}\n" in salida.fuera
    sugerida = salida.fuera.splitlines()[-1].split()
    assert sugerida[3:] == ["RangoVentas", "--desde", "2025-03-21", "--hasta", "2025-03-31",
                            "--tiendas", "tienda_01", "--local-scheduler"]  # fmt: skip
    assert proyecto.luigi(*sugerida[3:-1]).codigo == 0
    salida = proyecto.luigi("EstadoVentas", "--desde", "2025-03", "--hasta", "2025-03")
    assert "RangoVentas" not in salida.fuera
    assert "✅" in salida.fuera


def test_un_dia_que_no_se_pudo_cargar_se_dice_con_su_causa(proyecto):
    proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-05", 4))
    with sqlite3.connect(proyecto.tiendas["tienda_01"]["archivo"]) as pos:
        pos.execute("UPDATE lineas SET total_centimos = 'x' WHERE fecha = '2025-03-03'")
    assert proyecto.rango("2025-03-01", "2025-03-05").codigo == 30
    salida = proyecto.luigi("EstadoVentas", "--desde", "2025-03-01", "--hasta", "2025-03-05")
    assert salida.codigo == 0
    assert "80%" in salida.fuera
    assert "tienda_01 (TIENDA_01), 2025-03-03: total = «xe-2»" in salida.fuera


def test_los_dias_en_cero_de_antes_de_la_primera_venta_no_son_historia_ni_cobertura(proyecto):
    """Quien se equivoca de año carga un mes de ceros; el estado no arranca desde allí."""
    dias = cada_dia("2025-07-01", "2025-07-31", 5)
    proyecto.con_tienda("tienda_01", dias)
    proyecto.con_tienda("tienda_02", cada_dia("2025-07-20", "2025-07-31", 5))
    salida = proyecto.rango("2015-07", "2015-07")
    assert salida.codigo == 0
    assert "ni una venta en todo el tramo: ¿son ésas las fechas?" in salida.error
    assert proyecto.rango("2025-07", "2025-07").codigo == 0
    salida = proyecto.luigi("EstadoVentas", "--hasta", "2025-07")
    assert "Cobertura de 2025-07-01 a 2025-07-31" in salida.fuera
    renglones = {x.split()[1]: x.split() for x in salida.fuera.splitlines() if "TIENDA" in x}
    assert renglones["tienda_01"][3:] == ["155", "31/31", "100%", "100%"]
    assert renglones["tienda_02"][3:] == ["60", "12/12", "100%", "100%"]
    assert "2015" not in salida.fuera
    verificar = proyecto.luigi("VerificarConectividad")
    assert "2015" not in verificar.fuera


def test_una_tienda_sin_una_sola_venta_no_sale_como_cumplida(proyecto):
    proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-31", 3))
    proyecto.con_tienda("tienda_02", {}, apertura=date(2025, 3, 1))
    assert proyecto.rango("2025-03", "2025-03").codigo == 0
    salida = proyecto.luigi("EstadoVentas", "--desde", "2025-03", "--hasta", "2025-03")
    assert [x.split()[0] for x in salida.fuera.splitlines() if "TIENDA" in x][:2] == ["✅", "❌"]
