"""Los productos se unen a sus líneas como en la tienda: ni una línea más, ni un valor cambiado."""

import re
from datetime import date
from decimal import Decimal

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxion_luigi.errores import ErrorConciliacion, ErrorDatos, ErrorFluxion, ErrorTipos
from fluxion_luigi.esquema import SI_LAS_DA
from fluxion_luigi.origen.columnas import ESQUEMA, Entrega
from fluxion_luigi.origen.malos import DiasMalos
from fluxion_luigi.origen.odbc.productos import Productos, entrega
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


def productos(*renglones: dict, malas=None) -> Productos:
    tabla = pa.Table.from_pylist([dict.fromkeys(FORMA.names) | r for r in renglones], FORMA)
    return Productos(tabla, "demo", ("codigo",), malas or {})


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
    completas, sueltas = de.completar(lineas(codigos, de), DiasMalos("v"))
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
        p.completar(lineas(c, p), DiasMalos("v"))[0].set_column(
            0, dias, pa.array([0] * len(c), dias.type)
        )
        for p, c in ((de, ["1", "2"]), (de, ["2", None, "1"]), (otra_vez, ["3", "1"]))
    ]
    escribir(tmp_path / "v.parquet", lotes, de.con(de.de_ventas), lambda n: None)
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
    completas, sueltas = de.completar(lineas(["A", "a", "A ", "A", "a", None], de), DiasMalos("v"))
    assert completas["linea"].to_pylist() == [0, 3]
    assert sueltas["linea"].to_pylist() == [1, 2, 4, 5]
    assert sueltas.schema == de.de_ventas
    motivos = de.desconocidas(sueltas)
    assert [re.search(r"no conoce: (.*?)\. ", motivos[i])[1] for i in range(4)] == [
        "«a»", "«A »", "«a»", "(vacío)",
    ]  # fmt: skip
    assert all("letra por letra" in m for m in motivos.values())
    muchas = lineas([str(i) for i in range(10)], de)
    assert "«0», «1», «2», «3», «4» y 5 más." in str(de.demasiadas([muchas]))


def test_dos_renglones_iguales_de_un_codigo_son_uno():
    de = productos({"codigo": "A", "costo": 1}, {"codigo": "B"}, {"codigo": "A", "costo": 1})
    completas, _ = de.completar(lineas(["A", "B"], de), DiasMalos("v"))
    assert completas["costo"].to_pylist() == [1, None]


def test_dos_renglones_distintos_de_un_codigo_apartan_los_dias_de_sus_lineas_y_se_nombra():
    de = productos({"codigo": "A", "costo": 1}, {"codigo": "B"}, {"codigo": "A", "costo": 2})
    dicho = apartadas(de, ["B", "A", "B"], ErrorConciliacion)
    assert re.search(r"código «A»: .*renglones distintos.*«demo».*linea 1", dicho)
    # Al leer otra vez podría estar corregido; un valor que no sirve, no.


def test_un_producto_con_un_valor_que_no_sirve_tambien():
    de = productos({"codigo": "A"}, {"codigo": "B"}, malas={0: "costo = «1e30» no es un número"})
    assert "código «A»: su producto no sirve: costo = «1e30»" in apartadas(
        de, ["B", "A", "B"], ErrorDatos
    )


def apartadas(de: Productos, codigos: list[str], clase: type[ErrorFluxion]) -> str:
    """Lo que se dice del día de esas líneas; exige que las de B se completen."""
    malos, dia = DiasMalos("ventas.sql"), date(2025, 3, 1)
    suyas = lineas(codigos, de).set_column(0, "fecha", pa.array([dia] * len(codigos)))
    completas, sueltas = de.completar(suyas, malos)
    assert set(completas["codigo"].to_pylist()) == {"B"}
    assert len(sueltas) == 0
    with pytest.raises(clase) as e:
        malos.exigir_ninguno()
    assert list(e.value.dias) == [dia]
    return e.value.dias[dia]


def test_un_codigo_vacio_no_se_confunde_con_ningun_texto_ni_dos_con_otros_dos():
    claves = [(None, None), (None, "\x1e"), ("a\x1f", "b"), ("a", "\x1fb")]
    exigir_el_de_las_dos(claves, claves)


@given(
    st.lists(st.tuples(CODIGOS, CODIGOS), min_size=1, max_size=6, unique=True), st.data()
)  # fmt: skip
def test_con_una_clave_de_dos_columnas_cada_linea_toma_el_producto_de_las_dos(claves, data):
    exigir_el_de_las_dos(claves, data.draw(st.lists(st.sampled_from(claves), max_size=20)))


def exigir_el_de_las_dos(claves: list, pedidas: list) -> None:
    """Cada línea pedida toma el producto de su clave, entre los de esas claves."""
    forma = pa.schema([FORMA.field("codigo"), ("principal", pa.string()), FORMA.field("costo")])
    tabla = pa.Table.from_pylist(
        [{"codigo": c, "principal": p, "costo": Decimal(i)} for i, (c, p) in enumerate(claves)],
        forma,
    )
    de = Productos(tabla, "demo", ("codigo", "principal"), {})
    datos = {c.name: pa.nulls(len(pedidas), c.type) for c in de.de_ventas}
    datos |= {"codigo": pa.array([c for c, _ in pedidas], pa.string())}
    datos |= {"principal": pa.array([p for _, p in pedidas], pa.string())}
    completas, sueltas = de.completar(
        pa.RecordBatch.from_pydict(datos, schema=de.de_ventas), DiasMalos("v")
    )
    assert len(sueltas) == 0
    assert completas.schema.names == ESQUEMA.names
    assert completas["costo"].to_pylist() == [claves.index(par) for par in pedidas]


def test_a_productos_no_le_puede_faltar_el_codigo_ni_sobrar_una_columna():
    recibido = pa.schema([("descripcion", pa.string()), ("talla", pa.string())])
    with pytest.raises(ErrorTipos, match=r"productos\.sql.*Faltan: codigo\. Sobran: talla"):
        entrega(recibido, "demo", ("codigo",)).exigir(recibido)


def test_el_costo_en_coma_flotante_tambien_se_rechaza_en_productos():
    recibido = pa.schema([("codigo", pa.string()), ("costo", pa.float64())])
    with pytest.raises(ErrorTipos, match=r"productos\.sql .*flotante: costo\."):
        entrega(recibido, "demo", ("codigo",)).exigir(recibido)


def test_las_columnas_de_una_api_no_viajan_si_la_consulta_no_las_da():
    de = productos({"codigo": "1", "descripcion": "Ñame"})
    dada = Entrega("ventas.sql", "demo", de.de_ventas)
    recibido = pa.schema([c for c in de.de_ventas if c.name not in SI_LAS_DA or c.name == "moneda"])
    forma = de.con(dada.de_lo_que_da(recibido).esquema)
    assert set(ESQUEMA.names) - set(forma.names) == SI_LAS_DA - {"moneda"}
