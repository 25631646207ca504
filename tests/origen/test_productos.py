"""Los productos se unen a sus líneas como en la tienda: ni una línea más, ni un valor cambiado."""

from decimal import Decimal

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxion_luigi.errores import ErrorConciliacion, ErrorTipos
from fluxion_luigi.origen.columnas import ESQUEMA
from fluxion_luigi.origen.productos import Productos, entrega
from fluxion_luigi.staging.escritor import escribir

DEL_PRODUCTO = ("descripcion", "costo", "tipo_peso", "en_catalogo")
FORMA = pa.schema([ESQUEMA.field(n) for n in ("codigo", *DEL_PRODUCTO)])
CODIGOS = st.one_of(st.none(), st.text(max_size=4))
VALORES = st.fixed_dictionaries({
    "descripcion": st.one_of(st.none(), st.text(max_size=8)),
    "costo": st.one_of(st.none(), st.decimals(0, 10**6, places=4)),
    "tipo_peso": st.one_of(st.none(), st.integers(0, 9)),
    "en_catalogo": st.booleans(),
})  # fmt: skip


def productos(*renglones: dict) -> Productos:
    tabla = pa.Table.from_pylist([dict.fromkeys(FORMA.names) | r for r in renglones], FORMA)
    return Productos(tabla, "demo")


def lineas(codigos: list[str | None], de: Productos) -> pa.RecordBatch:
    """Una línea por código, numeradas; lo demás que trae ventas.sql va vacío."""
    datos = {c.name: pa.nulls(len(codigos), c.type) for c in de.de_ventas}
    datos |= {"codigo": pa.array(codigos, pa.string())}
    datos |= {"linea": pa.array(range(len(codigos)), pa.int32())}
    return pa.RecordBatch.from_pydict(datos, schema=de.de_ventas)


@given(st.dictionaries(CODIGOS, VALORES, min_size=1, max_size=8), st.data())
def test_cada_linea_sale_una_vez_en_su_orden_y_con_los_valores_de_su_codigo(catalogo, data):
    codigos = data.draw(st.lists(st.sampled_from(list(catalogo)), max_size=20))
    de = productos(*({"codigo": c, **v} for c, v in catalogo.items()))
    completas = de.completar(lineas(codigos, de))
    assert completas.schema.names == ESQUEMA.names
    filas = completas.select(["linea", "codigo", *DEL_PRODUCTO]).to_pylist()
    assert filas == [
        {"linea": i, "codigo": c, **{n: catalogo[c][n] for n in DEL_PRODUCTO}}
        for i, c in enumerate(codigos)
    ]


def test_lo_que_se_une_llega_igual_a_duckdb(tmp_path):
    de = productos(
        {"codigo": "1", "descripcion": "Ñame", "costo": Decimal("1.2345")},
        {"codigo": "2", "descripcion": ""},
        {"codigo": None},
    )
    dias = pa.field("fecha", pa.date32())
    lotes = [
        de.completar(lineas(c, de)).set_column(0, dias, pa.array([0] * len(c), dias.type))
        for c in (["1", "2"], ["2", None, "1"])
    ]
    escribir(tmp_path / "v.parquet", lotes, de.esquema, lambda n: None)
    with duckdb.connect() as base:
        leido = base.execute(
            "SELECT codigo, descripcion, costo FROM read_parquet($1)", [str(tmp_path / "v.parquet")]
        ).fetchall()
    uno, dos = ("1", "Ñame", Decimal("1.2345")), ("2", "", None)
    assert leido == [uno, dos, dos, (None, None, None), uno]


def test_un_codigo_que_productos_no_trae_se_rechaza_y_se_nombra():
    de = productos({"codigo": "A"})
    with pytest.raises(ErrorConciliacion, match=r"no conoce: «a», «A »\. .*letra por letra"):
        de.completar(lineas(["A", "a", "A ", "a"], de))
    with pytest.raises(ErrorConciliacion, match=r"«0», «1», «2», «3», «4» y 5 más\."):
        de.completar(lineas([str(i) for i in range(10)], de))


def test_dos_renglones_iguales_de_un_codigo_son_uno():
    de = productos({"codigo": "A", "costo": 1}, {"codigo": "B"}, {"codigo": "A", "costo": 1})
    assert len(de.completar(lineas(["A", "B"], de))) == 2


def test_dos_renglones_distintos_de_un_codigo_se_rechazan_y_se_nombra_el_codigo():
    with pytest.raises(ErrorTipos, match=r"renglones distintos para un mismo código: «A». .*demo"):
        productos({"codigo": "A", "costo": 1}, {"codigo": "B"}, {"codigo": "A", "costo": 2})


def test_a_productos_no_le_puede_faltar_el_codigo_ni_sobrar_una_columna():
    recibido = pa.schema([("descripcion", pa.string()), ("talla", pa.string())])
    with pytest.raises(ErrorTipos, match=r"productos\.sql.*Faltan: codigo\. Sobran: talla"):
        entrega(recibido, "demo")


def test_el_costo_en_coma_flotante_tambien_se_rechaza_en_productos():
    recibido = pa.schema([("codigo", pa.string()), ("costo", pa.float64())])
    with pytest.raises(ErrorTipos, match=r"flotante: costo\. .*productos\.sql"):
        entrega(recibido, "demo")
