"""Los parámetros propios: lo que no se eligió se muestra con una palabra que se puede escribir."""

from datetime import date

import pytest

from fluxion_luigi.errores import ErrorFluxion, ErrorUso
from fluxion_luigi.tareas.parametros import Dia, Dias, FechaOMes, Modo, Tiendas


@pytest.mark.parametrize(
    ("parametro", "nada", "palabra"),
    [
        (Tiendas(default=()), (), "todas"),
        (Dias(default=()), (), "todos"),
        (Dia(default=None), None, "-"),
        (FechaOMes(fin=True, default=None), None, "-"),
    ],
)
def test_lo_que_no_se_eligio_va_y_vuelve(parametro, nada, palabra):
    assert parametro.serialize(nada) == palabra
    assert parametro.parse(palabra) == nada


@pytest.mark.parametrize("parametro", [FechaOMes(fin=False), Dia(), Dias()])
def test_donde_hay_que_elegir_esa_palabra_no_vale(parametro):
    with pytest.raises(ErrorFluxion):
        parametro.parse(parametro.NADA)


def test_donde_hay_que_nombrar_las_tiendas_todas_es_un_nombre_y_no_la_cadena_entera():
    """`OlvidarVentas --tiendas todas` no puede querer decir todo."""
    assert Tiendas().parse("todas") == ("todas",)


def test_lo_que_se_eligio_va_y_vuelve():
    dias = (date(2025, 3, 1), date(2025, 3, 9))
    assert Dias(default=()).parse(Dias(default=()).serialize(dias)) == dias
    assert Tiendas(default=()).parse("tienda_01, tienda_02") == ("tienda_01", "tienda_02")


def test_una_opcion_de_si_o_no_va_sola_o_con_el_valor_que_le_pone_luigi():
    assert [Modo().parse(x) for x in (True, "True", "False")] == [True, True, False]
    for mala in ("quizás", " "):
        with pytest.raises(ErrorUso, match="no dice sí ni no: la opción va sola"):
            Modo().parse(mala)


@pytest.mark.parametrize(
    ("parametro", "escrito", "dice"),
    [(Tiendas(), ",", "no nombra ninguna"), (FechaOMes(fin=False), "ayer", "«ayer»")],
)
def test_lo_que_no_se_entiende_se_dice(parametro, escrito, dice):
    with pytest.raises(ErrorFluxion, match=dice):
        parametro.parse(escrito)
