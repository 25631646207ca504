"""Del driver al esquema declarado: nada se pierde, nada se adivina, el dinero nunca flota."""

from datetime import date, datetime, time
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxion_luigi.errores import ErrorTipos
from fluxion_luigi.esquema import ANCHO_TEXTO, NOMBRES, OBLIGATORIAS, OPCIONALES
from fluxion_luigi.origen import conteo
from fluxion_luigi.origen.columnas import ESQUEMA, Entrega

VENTAS = Entrega("ventas.sql", "demo", ESQUEMA)


def lote(**columnas: pa.Array) -> pa.RecordBatch:
    """Un lote de una fila; lo que no se diga va nulo y de texto."""
    datos = {n: columnas.get(n, pa.nulls(1, pa.string())) for n in NOMBRES}
    datos.setdefault("fecha", pa.array([date(2025, 3, 1)]))
    return pa.RecordBatch.from_pydict(datos)


def valor(columna: str, entrada: pa.Array):
    """Lo que queda de ese valor; exige que sirva."""
    llevado, malas = VENTAS.al_esquema(lote(**{columna: entrada}))
    assert malas == {}
    return llevado.column(columna)[0].as_py()


def motivo(columna: str, entrada: pa.Array) -> str:
    """Por qué no sirve ese valor; exige que quede vacío, y no otra cosa en su lugar."""
    llevado, malas = VENTAS.al_esquema(lote(**{columna: entrada}))
    assert llevado.column(columna)[0].as_py() is None
    return malas[0]


@given(st.decimals(-(10**13), 10**13, places=4, allow_nan=False))
def test_un_monto_llega_igual_como_texto_o_como_decimal(monto):
    assert valor("total", pa.array([str(monto)])) == monto
    assert valor("total", pa.array([monto], pa.decimal128(28, 4))) == monto


@pytest.mark.parametrize(
    "malo",
    ["abc", "", "1.23456", "1,50", "99999999999999999999", "NaN", "Infinity", "-inf", " 1", "1e15",
     "abce-2", "0x10"],
)  # fmt: skip
def test_un_texto_que_no_es_un_monto_exacto_no_sirve_y_se_nombra(malo):
    assert motivo("precio_unitario", pa.array([malo])) == (
        f"precio_unitario = «{malo}» no es un número de hasta 14 cifras y 4 decimales"
    )


@pytest.mark.parametrize(("entrada", "sale"), [("12345e-2", "123.45"), ("-50e-2", "-0.5")])
def test_un_texto_con_exponente_es_exacto(entrada, sale):
    assert valor("total", pa.array([entrada])) == Decimal(sale)


def test_un_entero_sirve_de_monto():
    assert valor("total", pa.array([16], pa.int64())) == 16
    assert motivo("total", pa.array([10**15], pa.int64())).startswith("total = «1000000000000000»")


def test_un_decimal_que_no_cabe_se_nombra():
    enorme = pa.array([Decimal("1e15")], pa.decimal128(28, 4))
    assert motivo("total", enorme).startswith("total = «1000000000000000.0000» no es un número")


def test_de_muchas_filas_se_nombran_solo_las_malas_y_las_demas_quedan_igual():
    montos = ["1.5", "NaN", None, "2", "1e15", "3"]
    filas = pa.RecordBatch.from_pydict(
        {n: pa.array(montos if n == "total" else [None] * 6, pa.string()) for n in NOMBRES}
    )
    llevado, malas = VENTAS.al_esquema(filas)
    assert sorted(malas) == [1, 4]
    assert llevado["total"].to_pylist() == [Decimal("1.5"), None, None, 2, None, 3]


def test_un_emoji_ocupa_dos_letras_como_en_sql_server():
    """Allí un texto recortado a 256 unidades puede tener sólo 128 letras."""
    assert valor("factura", pa.array(["🍕" * 127 + "a"])) == "🍕" * 127 + "a"
    assert "(128 letras)" in motivo("factura", pa.array(["🍕" * 128]))


@pytest.mark.parametrize("letra", ["a", "ñ", "☕"])
def test_un_texto_cabe_hasta_su_ancho_y_uno_mas_largo_no_se_recorta_sino_que_se_nombra(letra):
    assert valor("factura", pa.array([letra * ANCHO_TEXTO])) == letra * ANCHO_TEXTO
    dicho = motivo("factura", pa.array([letra * (ANCHO_TEXTO + 1)]))
    assert dicho == f"factura = «{letra * 60}…» (256 letras) no es un texto de hasta 255 letras"


@pytest.mark.parametrize("hora", ["02:35:10 PM", "24:00:00", "25:00:00", "10:11", "10:11:12.5", ""])
def test_una_hora_que_no_lo_es_no_se_recorta_ni_se_adivina(hora):
    assert motivo("hora", pa.array([hora])) == f"hora = «{hora}» no es una hora HH:MM:SS"


def test_las_24_horas_de_un_driver_que_da_horas_tampoco():
    assert "no es una hora" in motivo("hora", pa.array([86400], pa.int32()).cast(pa.time32("s")))


@pytest.mark.parametrize("dia", ["2025-03-01 10:00", "01/03/2025", "20250301", "2025-02-30"])
def test_un_dia_que_no_lo_es_no_se_adivina(dia):
    assert motivo("fecha", pa.array([dia])) == f"fecha = «{dia}» no es un día"


def test_un_instante_con_hora_no_es_un_dia():
    assert "no es un día" in motivo("fecha", pa.array([datetime(2025, 3, 1, 10)]))


def test_lo_que_la_consulta_misma_repara_se_dice_tal_cual():
    filas = lote().append_column("reparo", pa.array(["Total no cabe: 1e+300"]))
    assert VENTAS.al_esquema(filas)[1] == {0: "Total no cabe: 1e+300"}


def test_lo_que_no_es_obligatorio_puede_faltar_y_queda_vacio_con_su_tipo():
    filas = lote().select(OBLIGATORIAS)
    VENTAS.exigir(filas.schema)
    llevado, malas = VENTAS.al_esquema(filas)
    assert (llevado.schema, malas) == (ESQUEMA, {})
    assert all(llevado[n].null_count == 1 for n in OPCIONALES)


@pytest.mark.parametrize("nombre", OBLIGATORIAS)
def test_una_obligatoria_que_falta_se_nombra_y_la_que_se_le_parece(nombre):
    mal_escrita = f"{nombre.upper()}s"
    campos = [pa.field(mal_escrita, pa.string()) if c.name == nombre else c for c in ESQUEMA]
    with pytest.raises(ErrorTipos) as error:
        VENTAS.exigir(pa.schema(campos))
    assert f"Faltan: {nombre}. Sobran: {mal_escrita} (¿es {nombre}?)." in str(error.value)


@pytest.mark.parametrize(
    ("columna", "llega", "dice"),
    [
        ("codigo", pa.float64(), "codigo llega como coma flotante y debe ser un texto"),
        ("fecha", pa.int32(), "fecha llega como entero y debe ser un día"),
        ("fecha", pa.time32("s"), "fecha llega como hora y debe ser un día"),
        ("hora", pa.float64(), "hora llega como coma flotante y debe ser una hora"),
        ("total", pa.bool_(), "total llega como lógico y debe ser un número"),
        ("total", pa.date32(), "total llega como fecha y debe ser un número"),
        ("linea", pa.timestamp("ms"), "linea llega como fecha con hora y debe ser un entero"),
        ("en_catalogo", pa.float64(), "en_catalogo llega como coma flotante y debe ser 0 o 1"),
    ],
)
def test_lo_que_llega_como_otra_cosa_se_nombra_antes_de_leer(columna, llega, dice):
    with pytest.raises(ErrorTipos, match=dice):
        VENTAS.exigir(lote(**{columna: pa.nulls(1, llega)}).schema)


def test_todo_lo_que_esta_mal_en_las_columnas_sale_de_una_vez():
    recibido = lote(fecha=pa.array([1]), total=pa.array([1.5]), linea=pa.array([True])).schema
    recibido = recibido.remove(recibido.get_field_index("factura"))
    recibido = recibido.append(pa.field("facturas", pa.string()))
    dichos = " ".join(h.texto for h in VENTAS.revisar(recibido))
    for dicho in ("Faltan: factura.", "facturas (¿es factura?)", "flotante: total", "fecha llega"):
        assert dicho in dichos


def test_un_vacio_sin_tipo_de_sql_server_llega_como_entero_y_sirve_de_hora():
    assert valor("hora", pa.nulls(1, pa.int32())) is None
    assert motivo("hora", pa.array([11500], pa.int32())) == "hora = «11500» no es una hora HH:MM:SS"


def test_un_logico_es_cero_o_uno():
    assert motivo("en_catalogo", pa.array([7])) == "en_catalogo = «7» no es 0 o 1"


@pytest.mark.parametrize(
    "tipo",
    [pa.int8(), pa.uint8(), pa.int16(), pa.uint16(), pa.int32(), pa.uint32(), pa.int64(),
     pa.uint64(), pa.decimal128(2), pa.decimal128(38), pa.decimal256(76), pa.decimal128(38, 10),
     pa.decimal32(9), pa.decimal64(18)],
)  # fmt: skip
@pytest.mark.parametrize("columna", ["total", "cantidad", "impuesto_porcentaje", "linea"])
def test_un_numero_pequeno_cabe_venga_en_el_tipo_que_venga(columna, tipo):
    dieciseis = pa.array([16]).cast(pa.decimal128(20)).cast(tipo)
    assert valor(columna, dieciseis) == 16
    de_conteo = conteo.entrega("demo")
    lote_de_conteo = pa.RecordBatch.from_pydict({"filas": dieciseis, "total": dieciseis})
    assert de_conteo.al_esquema(lote_de_conteo)[0].to_pylist()[0]["total"] == 16


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
    with pytest.raises(ErrorTipos, match=r"declaradas\. Sobran: marca \(repetida\)\.$"):
        VENTAS.exigir(pa.schema([*ESQUEMA, ESQUEMA.field("marca")]))


def test_la_conversion_conserva_todos_los_valores_de_un_decimal_extremo():
    extremo = Decimal("99999999999999.9999")
    assert valor("total", pa.array([extremo], pa.decimal128(19, 4))) == extremo
