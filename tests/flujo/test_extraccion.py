"""Las ventanas se ajustan a lo que tarda la tienda."""

import sqlite3

import pytest

from tests.proyecto import cada_dia


@pytest.fixture
def tienda(proyecto):
    proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-31", 50))
    return proyecto


def ventanas(proyecto, **ajustes) -> int:
    proyecto.ajustes = {k: str(v) for k, v in ajustes.items()}
    proyecto.escribir()
    salida = proyecto.rango("2025-03", "2025-03")
    assert salida.codigo == 0, salida.todo
    assert proyecto.cargado() == proyecto.en_origen("2025-03-01", "2025-03-31")
    return proyecto.reporte()["detalle"][0]["ventanas"]


def test_una_tienda_rapida_lee_el_resto_del_mes_en_una_sola_ventana(tienda):
    assert ventanas(tienda, segundos_por_ventana=20) == 2


def test_con_cero_todas_las_ventanas_son_iguales(tienda):
    assert ventanas(tienda, segundos_por_ventana=0) == 5


def test_una_tienda_lenta_acaba_pidiendo_dia_por_dia(tienda):
    """Si cada ventana tarda más que la meta, las que siguen se achican hasta un día."""
    assert ventanas(tienda, segundos_por_ventana=0.0001) == 1 + 24


def test_los_dias_salteados_no_se_juntan_en_una_ventana(tienda):
    tienda.rango("2025-03-05", "2025-03-10")
    tienda.rango("2025-03-20", "2025-03-20")
    assert ventanas(tienda, segundos_por_ventana=20) == 3
    with sqlite3.connect(tienda.tiendas["tienda_01"]["archivo"]) as pos:
        assert pos.execute("SELECT count(*) FROM lineas").fetchone() == (31 * 50,)
