"""El incremento de cada mañana: lo nuevo se lee, lo provisional se cuenta, lo firme se deja."""

import pytest

from tests.proyecto import Proyecto, cada_dia, vender
from tests.reloj import correr


def incremento(proyecto: Proyecto, dia: str, *opciones: str, hora: str = "06:00:00", **mas):
    return correr(proyecto, f"{dia} {hora}", "IncrementoDiario", *opciones, **mas)


def leidos(proyecto: Proyecto) -> int:
    """Los días que cargó la última corrida."""
    return sum(m["dias"] or 0 for m in proyecto.reporte()["detalle"])


@pytest.fixture
def al_dia(proyecto):
    """Dos tiendas con ventas de marzo a mayo, cargadas de marzo al miércoles 19 el día 20."""
    for id_, n in (("tienda_01", 12), ("tienda_02", 8)):
        proyecto.con_tienda(id_, cada_dia("2025-03-01", "2025-05-31", n))
    hecho = correr(
        proyecto, "2025-03-20 06:00:00", "RangoVentas", "--desde", "2025-03", "--hasta",
        "2025-03-19",
    )  # fmt: skip
    assert hecho.codigo == 0, hecho.todo
    return proyecto


def pos(proyecto: Proyecto, tienda: str):
    return proyecto.carpeta / "pos" / f"{tienda}.sqlite"


def test_cada_manana_se_lee_lo_nuevo_y_lo_que_cambio_y_lo_demas_solo_se_cuenta(al_dia):
    vender(pos(al_dia, "tienda_02"), {"2025-03-18": 5}, lambda i: i + 900)
    salida = incremento(al_dia, "2025-03-21")
    assert salida.codigo == 0, salida.todo
    assert leidos(al_dia) == 3  # el 20 de las dos, y el 18 de la segunda
    assert al_dia.cargado() == al_dia.en_origen("2025-03-01", "2025-03-20")
    otra = incremento(al_dia, "2025-03-21", hora="07:00:00")
    assert otra.codigo == 0
    assert leidos(al_dia) == 0
