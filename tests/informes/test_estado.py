"""EstadoVentas: la cobertura, según el control, sin contactar a nadie."""

import shutil
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
    encabezado, _, renglon = salida.fuera.splitlines()[2:5]
    assert encabezado.index("tienda") == wcswidth(renglon[: renglon.index("tienda_01")])
    assert len(encabezado) == wcswidth(renglon)


def test_sin_fechas_muestra_toda_la_historia_que_hay(proyecto):
    proyecto.con_tienda("tienda_01", cada_dia("2024-01-01", "2024-01-31", 3))
    proyecto.rango("2024-01", "2024-01")
    salida = proyecto.luigi("EstadoVentas")
    assert "Cobertura de 2024-01-01 a" in salida.fuera
    assert salida.fuera.count("tienda_01 ") > 2  # una tabla por cada doce meses
