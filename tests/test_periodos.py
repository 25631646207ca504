"""Fechas: lo que se escribe se entiende, o se dice por qué no."""

from datetime import date

import pytest

from fluxion_luigi.errores import ErrorUso
from fluxion_luigi.periodos import Rango, leer_fecha, leer_instante


@pytest.mark.parametrize(
    ("texto", "fin", "dia"),
    [("2025-02", False, date(2025, 2, 1)), ("2024-02", True, date(2024, 2, 29)),
     (" 2025-03-31 ", True, date(2025, 3, 31)), ("1990-01", False, date(1990, 1, 1)),
     ("2099-12", True, date(2099, 12, 31))],
)  # fmt: skip
def test_una_fecha_o_un_mes_se_entienden(texto, fin, dia):
    assert leer_fecha(texto, fin=fin) == dia


@pytest.mark.parametrize(
    ("texto", "dice"),
    [("0202-03-01", "de 1990 a 2099"), ("0000-01", "de 1990 a 2099"), ("0001-01-01", "1990"),
     ("9999-12-31", "de 1990 a 2099"), ("9999-13", "de 1990 a 2099"), ("1989-12-31", "1990"),
     ("2100-01-01", "2099"), ("2025-03-00", "no existe"), ("2025-00", "no existe"),
     ("2025-13", "no existe"), ("2025-02-29", "no existe"), ("202-03-01", "No se entiende"),
     ("2025-3-1", "No se entiende"), ("20250301", "No se entiende"), ("", "No se entiende"),
     ("٢٠٢٥-03", "No se entiende"), ("2025-03-01T00:00", "No se entiende")],
)  # fmt: skip
def test_una_fecha_que_no_puede_ser_dice_por_que(texto, dice):
    for fin in (False, True):
        with pytest.raises(ErrorUso, match=dice):
            leer_fecha(texto, fin=fin)


def test_un_rango_de_cualquier_anio_se_escribe_con_todas_sus_cifras():
    rango = Rango(date(202, 3, 1), date(9999, 12, 31))
    assert (str(rango), rango.mes) == ("02020301-99991231", "0202-03")
    assert Rango.de_texto(str(rango)) == rango


@pytest.mark.parametrize("texto", ["2020301-2020302", "20250302-20250301", "20250301", "", "a-b"])
def test_lo_que_no_es_un_rango_escrito_es_un_valor_malo(texto):
    with pytest.raises(ValueError):  # noqa: PT011 (el motivo es de Python)
        Rango.de_texto(texto)


@pytest.mark.parametrize(
    "texto", ["2025-03-01T00:00:00", "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00", "x"]
)
def test_un_instante_sin_huso_o_de_un_anio_imposible_no_vale(texto):
    with pytest.raises(ValueError):  # noqa: PT011
        leer_instante(texto)
