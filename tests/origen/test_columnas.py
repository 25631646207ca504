"""Del driver al esquema declarado: nada se pierde, nada se adivina, el dinero nunca flota."""

from datetime import date, datetime, time
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxion_luigi.errores import ErrorTipos
from fluxion_luigi.esquema import NOMBRES
from fluxion_luigi.origen.columnas import ESQUEMA, Entrega

VENTAS = Entrega("ventas.sql", "demo", ESQUEMA)


def lote(**columnas: pa.Array) -> pa.RecordBatch:
    """Un lote de una fila; lo que no se diga va nulo y de texto."""
    datos = {n: columnas.get(n, pa.nulls(1, pa.string())) for n in NOMBRES}
    datos.setdefault("fecha", pa.array([date(2025, 3, 1)]))
    return pa.RecordBatch.from_pydict(datos)


def valor(columna: str, entrada: pa.Array):
    return VENTAS.al_esquema(lote(**{columna: entrada})).column(columna)[0].as_py()


@given(st.decimals(-(10**13), 10**13, places=4, allow_nan=False))
def test_un_monto_llega_igual_como_texto_o_como_decimal(monto):
    assert valor("total", pa.array([str(monto)])) == monto
    assert valor("total", pa.array([monto], pa.decimal128(28, 4))) == monto


@pytest.mark.parametrize("malo", ["abc", "", "1.23456", "1,50", "99999999999999999999"])
def test_un_texto_que_no_es_un_monto_exacto_se_rechaza_y_nombra_la_columna(malo):
    with pytest.raises(ErrorTipos, match="precio_unitario"):
        valor("precio_unitario", pa.array([malo]))


@pytest.mark.parametrize(
    ("entrada", "esperado"),
    [
        (pa.array(["10:11:12"]), time(10, 11, 12)),
        (pa.array([time(23, 59, 59)], pa.time32("s")), time(23, 59, 59)),
        (pa.array([time(1, 2, 3)], pa.time64("ns")), time(1, 2, 3)),
        (pa.nulls(1, pa.string()), None),
    ],
)
def test_la_hora_llega_como_texto_o_como_hora(entrada, esperado):
    assert valor("hora", entrada) == esperado


def test_una_hora_imposible_se_rechaza():
    with pytest.raises(ErrorTipos, match="hora"):
        valor("hora", pa.array(["25:00:00"]))


def test_la_fecha_llega_como_texto_como_fecha_o_como_instante():
    for entrada in (
        pa.array(["2025-03-01"]),
        pa.array([date(2025, 3, 1)]),
        pa.array([datetime(2025, 3, 1)], pa.timestamp("ms")),
    ):
        assert valor("fecha", entrada) == date(2025, 3, 1)


def test_un_entero_sirve_de_logico_y_de_texto():
    assert valor("en_catalogo", pa.array([1], pa.int32())) is True
    assert valor("en_catalogo", pa.array(["0"])) is False
    assert valor("producto_id", pa.array([123], pa.int64())) == "123"


def test_el_dinero_en_coma_flotante_se_rechaza_antes_de_leer():
    recibido = lote(total=pa.array([1.5]), costo=pa.array([2.5])).schema
    with pytest.raises(ErrorTipos, match="total, costo"):
        VENTAS.exigir(recibido)


def test_una_columna_de_menos_o_de_mas_se_nombra():
    campos = [c for c in ESQUEMA if c.name != "factura"] + [pa.field("otra", pa.int32())]
    with pytest.raises(ErrorTipos, match=r"Faltan: factura\. Sobran: otra"):
        VENTAS.exigir(pa.schema(campos))


def test_una_columna_que_llega_dos_veces_se_nombra_como_repetida():
    with pytest.raises(ErrorTipos, match=r"Faltan: ninguna\. Sobran: marca \(repetida\)"):
        VENTAS.exigir(pa.schema([*ESQUEMA, ESQUEMA.field("marca")]))


def test_la_conversion_conserva_todos_los_valores_de_un_decimal_extremo():
    extremo = Decimal("99999999999999.9999")
    assert valor("total", pa.array([extremo], pa.decimal128(19, 4))) == extremo
