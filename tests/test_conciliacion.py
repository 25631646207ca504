"""La conciliación: iguales o una tabla de los días que no."""

from datetime import date
from decimal import Decimal

import pytest

from fluxion_luigi.conciliacion import Conteo, exigir_dentro, exigir_iguales
from fluxion_luigi.errores import ErrorConciliacion
from fluxion_luigi.periodos import Rango

D1, D2, D3 = (date(2025, 3, d) for d in (1, 2, 3))


def test_iguales_no_dice_nada_aunque_un_lado_calle_los_ceros():
    debe = {D1: Conteo(2, Decimal("3.50")), D2: Conteo(0, Decimal(0))}
    exigir_iguales(debe, {D1: Conteo(2, Decimal("3.5000"))}, "leído", "en origen", "tienda_01")


def test_un_centimo_de_diferencia_es_una_diferencia():
    with pytest.raises(ErrorConciliacion) as e:
        exigir_iguales(
            {D1: Conteo(2, Decimal("3.50")), D2: Conteo(1, Decimal(1))},
            {D1: Conteo(2, Decimal("3.51")), D2: Conteo(1, Decimal(1))},
            "leído", "en origen", "tienda_01",
        )  # fmt: skip
    assert "1 día(s)" in str(e.value)
    assert "2025-03-01" in str(e.value)
    assert "2025-03-02" not in str(e.value)


def test_un_dia_de_mas_y_uno_de_menos_salen_en_la_tabla():
    with pytest.raises(ErrorConciliacion) as e:
        exigir_iguales(
            {D1: Conteo(10, Decimal(5))}, {D3: Conteo(4, Decimal(2))}, "leído", "en origen", "t"
        )
    renglones = [x.split() for x in str(e.value).splitlines()[3:]]
    assert [r[:2] for r in renglones] == [
        ["2025-03-01", "filas"], ["2025-03-01", "total"],
        ["2025-03-03", "filas"], ["2025-03-03", "total"],
    ]  # fmt: skip
    assert renglones[0][2:] == ["10", "0", "-10"]
    assert set(e.value.dias) == {D1, D3}


def test_las_demas_sumas_tambien_se_comparan_y_solo_las_que_dio_la_cuenta():
    hay = Conteo(2, Decimal("3.5"), {"cantidad": Decimal("2.000"), "impuesto": Decimal(1)})
    exigir_iguales({D1: Conteo(2, Decimal("3.5"), {"cantidad": Decimal(2)})}, {D1: hay}, "", "", "")
    with pytest.raises(
        ErrorConciliacion, match=r"2025-03-01 +cantidad +2\.5 +2\.000 +-0\.500"
    ) as e:
        exigir_iguales(
            {D1: Conteo(2, Decimal("3.5"), {"cantidad": Decimal("2.5")})}, {D1: hay},
            "leído", "en origen", "t",
        )  # fmt: skip
    assert "cantidad en origen 2.5, leído 2.000" in e.value.dias[D1]


def test_una_suma_que_no_es_un_numero_nunca_concilia():
    sin_numero = {D1: Conteo(2, Decimal("NaN"))}
    with pytest.raises(ErrorConciliacion, match="NaN"):
        exigir_iguales(sin_numero, sin_numero, "leído", "en origen", "t")


def test_un_dia_fuera_de_la_ventana_se_rechaza():
    with pytest.raises(ErrorConciliacion, match="2025-03-03"):
        exigir_dentro(
            {D1: Conteo(1, Decimal(1)), D3: Conteo(1, Decimal(1))}, Rango(D1, D2), "ventas.sql", "t"
        )
