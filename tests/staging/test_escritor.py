"""El escritor de ventanas: cuenta lo que escribe, en columnas, y no deja nada a medias."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxion_luigi.esquema import SUMAS
from fluxion_luigi.origen.columnas import ESQUEMA
from fluxion_luigi.staging import escritor
from fluxion_luigi.staging.escritor import escribir

fila = st.tuples(
    st.integers(0, 9).map(lambda n: date(2025, 3, 1) + timedelta(days=n)),
    st.decimals(-1000, 1000, places=4, allow_nan=False),
    st.booleans(),
)


def lotes(grupos):
    for filas in grupos:
        n = len(filas)
        columnas = {c.name: pa.nulls(n, c.type) for c in ESQUEMA}
        columnas["fecha"] = pa.array([f[0] for f in filas], pa.date32())
        columnas["total"] = pa.array([f[1] for f in filas], pa.decimal128(18, 4))
        for i, nombre in enumerate(SUMAS):
            suyos = [_otro_monto(f[1], i) for f in filas]
            columnas[nombre] = pa.array(suyos, ESQUEMA.field(nombre).type)
        columnas["en_catalogo"] = pa.array([f[2] for f in filas], pa.bool_())
        columnas["ambiguo"] = columnas["en_catalogo"]
        yield pa.RecordBatch.from_pydict(columnas, schema=ESQUEMA)


def _otro_monto(monto: Decimal, i: int) -> Decimal:
    return round(monto) * Decimal(i + 2)


@given(st.lists(st.lists(fila, max_size=8), max_size=6), st.integers(1, 20))
def test_cuenta_por_dia_exactamente_lo_que_escribe(tmp_path_factory, grupos, por_grupo):
    archivo = tmp_path_factory.mktemp("staging") / "v.parquet"
    avances = []
    with pytest.MonkeyPatch.context() as m:
        m.setattr(escritor, "FILAS_POR_GRUPO", por_grupo)
        cuenta = escribir(archivo, lotes(grupos), ESQUEMA, avances.append)
    filas = [f for g in grupos for f in g]
    conteos, marcas = cuenta.por_dia()
    assert {d: c.filas for d, c in conteos.items()} == Counter(f[0] for f in filas)
    for dia, conteo in conteos.items():
        assert conteo.total == sum((f[1] for f in filas if f[0] == dia), Decimal(0))
        assert conteo.sumas == {
            n: sum((_otro_monto(f[1], i) for f in filas if f[0] == dia), Decimal(0))
            for i, n in enumerate(SUMAS)
        }
        assert marcas["sin_producto"][dia] == sum(f[0] == dia and not f[2] for f in filas)
        assert marcas["ambiguos"][dia] == sum(f[0] == dia and f[2] for f in filas)
    fechas = pq.read_table(archivo)["fecha"].to_pylist()
    assert fechas == [f[0] for f in filas]
    assert cuenta.ordenado == (fechas == sorted(fechas))
    assert avances == sorted(avances)
    assert (avances or [0])[-1] == len(filas)


def test_los_grupos_de_filas_son_los_de_duckdb_aunque_los_lotes_no_coincidan(tmp_path):
    grupos = [[(date(2025, 3, 1), Decimal(1), True)] * 50_000] * 5
    escribir(tmp_path / "v.parquet", lotes(grupos), ESQUEMA, lambda n: None)
    meta = pq.ParquetFile(tmp_path / "v.parquet").metadata
    por_grupo = [meta.row_group(i).num_rows for i in range(meta.num_row_groups)]
    assert por_grupo == [122_880, 122_880, 4_240]
    assert meta.row_group(0).column(0).compression == "LZ4"


def test_si_la_lectura_se_corta_no_queda_ni_el_archivo_ni_su_borrador(tmp_path):
    def cortados():
        yield from lotes([[(date(2025, 3, 1), Decimal(1), True)] * 5])
        raise ValueError("corte")

    with pytest.raises(ValueError, match="corte"):
        escribir(tmp_path / "v.parquet", cortados(), ESQUEMA, lambda n: None)
    assert list(tmp_path.iterdir()) == []
