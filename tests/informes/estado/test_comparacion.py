"""Qué cambió entre dos informes, y cuándo no se puede saber."""

import pytest

from fluxion_luigi.informes.estado.comparacion import cambios
from tests.informes.estado.ejemplo import informe, tienda

ANTES = informe(
    tienda("tienda_01", "ffxxf", registros=300),
    tienda("tienda_02", "fffff", registros=500),
    generado="2025-07-31T06:10:00-04:00",
)
AHORA = informe(
    tienda("tienda_01", "fffxfx", registros=450),
    tienda("tienda_02", "fffff", registros=500),
    tienda("tienda_03", "ff", registros=20),
)


def test_la_resta_dice_que_cambio_y_de_quien():
    assert cambios(ANTES, AHORA) == {
        "desde": "2025-07-31T06:10:00-04:00", "registros": 170, "total": "+1500.0000",
        "dias_cargados": 3, "huecos_nuevos": 1, "huecos_cerrados": 1,
        "tiendas": [
            {"tienda": "tienda_01", "registros": 150, "dias": 1},
            {"tienda": "tienda_03", "registros": 20, "dias": 2},
        ],
    }  # fmt: skip
    assert cambios(AHORA, ANTES)["total"] == "-1500.0000"
    assert {"tienda": "tienda_03", "registros": -20, "dias": -2} in cambios(AHORA, ANTES)["tiendas"]


@pytest.mark.parametrize(
    "distinto",
    [{"version": 0}, {"cadena": "otra"}, {"base": "otra"}, {"base_id": "otra"},
     {"pedido": {"desde": "2025-07-01", "hasta": None, "tiendas": []}}],
)  # fmt: skip
def test_dos_informes_de_cosas_distintas_no_se_restan(distinto):
    assert cambios({**ANTES, **distinto}, AHORA) is None


@pytest.mark.parametrize(
    "roto",
    [None, [], "x", {}, {**ANTES, "generado": "ayer"}, {**ANTES, "tiendas": None},
     {**ANTES, "tiendas": [{"tienda": "tienda_01"}]}, {**ANTES, "totales": {"total": "x"}},
     {**ANTES, "tiendas": [{**ANTES["tiendas"][0], "registros": "muchos"}]}],
)  # fmt: skip
def test_un_informe_que_no_se_entiende_vale_como_si_no_estuviera(roto):
    assert cambios(roto, AHORA) is None
