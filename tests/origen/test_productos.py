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
    return Productos(tabla, "demo", ("codigo",), {})


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
    completas, sueltas = de.completar(lineas(codigos, de))
    assert len(sueltas) == 0
    assert completas.schema.names == ESQUEMA.names
    filas = completas.select(["linea", "codigo", *DEL_PRODUCTO]).to_pylist()
    assert filas == [
        {"linea": i, "codigo": c, **{n: catalogo[c][n] for n in DEL_PRODUCTO}}
        for i, c in enumerate(codigos)
    ]


def test_lo_que_se_une_llega_igual_a_duckdb_tambien_con_dos_diccionarios(tmp_path):
    """El segundo, el de las líneas que se apartaron: se le preguntó otra vez a la tienda."""
    de = productos(
        {"codigo": "1", "descripcion": "Ñame", "costo": Decimal("1.2345")},
        {"codigo": "2", "descripcion": ""},
        {"codigo": None},
    )
    otra_vez = productos(
        {"codigo": "3", "descripcion": "Nuevo"}, {"codigo": "1", "descripcion": "Ñame", "costo": 2}
    )
    dias = pa.field("fecha", pa.date32())
    lotes = [
        p.completar(lineas(c, p))[0].set_column(0, dias, pa.array([0] * len(c), dias.type))
        for p, c in ((de, ["1", "2"]), (de, ["2", None, "1"]), (otra_vez, ["3", "1"]))
    ]
    escribir(tmp_path / "v.parquet", lotes, de.esquema, lambda n: None)
    with duckdb.connect() as base:
        leido = base.execute(
            "SELECT codigo, descripcion, costo FROM read_parquet($1)", [str(tmp_path / "v.parquet")]
        ).fetchall()
    uno, dos = ("1", "Ñame", Decimal("1.2345")), ("2", "", None)
    assert leido == [
        uno, dos, dos, (None, None, None), uno, ("3", "Nuevo", None), ("1", "Ñame", Decimal(2)),
    ]  # fmt: skip


def test_las_lineas_de_un_codigo_que_productos_no_trae_salen_aparte_y_se_pueden_nombrar():
    de = productos({"codigo": "A"})
    completas, sueltas = de.completar(lineas(["A", "a", "A ", "A", "a", None], de))
    assert completas["linea"].to_pylist() == [0, 3]
    assert sueltas["linea"].to_pylist() == [1, 2, 4, 5]
    assert sueltas.schema == de.de_ventas
    with pytest.raises(
        ErrorConciliacion, match=r"no conoce: «a», «A », \(vacío\)\. .*letra por letra"
    ):
        de.rechazar([sueltas])
    muchas = lineas([str(i) for i in range(10)], de)
    with pytest.raises(ErrorConciliacion, match=r"«0», «1», «2», «3», «4» y 5 más\."):
        de.rechazar([muchas])


def test_dos_renglones_iguales_de_un_codigo_son_uno():
    de = productos({"codigo": "A", "costo": 1}, {"codigo": "B"}, {"codigo": "A", "costo": 1})
    completas, _ = de.completar(lineas(["A", "B"], de))
    assert completas["costo"].to_pylist() == [1, None]


def test_dos_renglones_distintos_de_un_codigo_se_rechazan_y_se_nombra_el_codigo():
    with pytest.raises(ErrorConciliacion, match=r"renglones distintos .*: «A». .*demo"):
        productos({"codigo": "A", "costo": 1}, {"codigo": "B"}, {"codigo": "A", "costo": 2})


def test_a_productos_no_le_puede_faltar_el_codigo_ni_sobrar_una_columna():
    recibido = pa.schema([("descripcion", pa.string()), ("talla", pa.string())])
    with pytest.raises(ErrorTipos, match=r"productos\.sql.*Faltan: codigo\. Sobran: talla"):
        entrega(recibido, "demo")


def test_el_costo_en_coma_flotante_tambien_se_rechaza_en_productos():
    recibido = pa.schema([("codigo", pa.string()), ("costo", pa.float64())])
    with pytest.raises(ErrorTipos, match=r"flotante: costo\. .*productos\.sql"):
        entrega(recibido, "demo")
