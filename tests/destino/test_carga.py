"""La carga por tandas: todas las filas una sola vez, en orden y sin que la memoria crezca."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fluxion_luigi.conciliacion import Conteo
from fluxion_luigi.destino import archivo, carga
from fluxion_luigi.destino.base import para_escribir
from fluxion_luigi.destino.lote import Lote
from fluxion_luigi.errores import ErrorDestino
from fluxion_luigi.esquema import FILAS_POR_GRUPO, SI_LAS_DA
from fluxion_luigi.origen.columnas import ESQUEMA
from fluxion_luigi.periodos import Rango

MES = Rango(date(2025, 3, 1), date(2025, 3, 31))
CUANDO = datetime(2025, 5, 1, tzinfo=UTC)
# Cuántas tandas al azar; HISTORIAS=50 busca más.
AL_AZAR = max(12, int(os.environ.get("HISTORIAS", "0")))


def lote(archivo, filas: int, sin: frozenset[str] = SI_LAS_DA) -> Lote:
    """Un Parquet con tantas líneas de 0,5 repartidas en orden por el mes, numeradas en `linea`; sin
    esas columnas: como las de Stellar."""
    dias, cada_uno = list(MES), {}
    for n, dia in enumerate(dias):
        primera, siguiente = (-(-i * filas // len(dias)) for i in (n, n + 1))
        if siguiente > primera:
            cada_uno[dia] = siguiente - primera
    forma = pa.schema([c for c in ESQUEMA if c.name not in sin])
    columnas = {c.name: pa.nulls(filas, c.type) for c in forma}
    columnas["fecha"] = pa.concat_arrays(
        [pa.repeat(pa.scalar(d, pa.date32()), n) for d, n in cada_uno.items()]
    )
    columnas["linea"] = pa.array(range(filas), pa.int32())
    columnas["total"] = pa.repeat(pa.scalar(Decimal("0.5"), pa.decimal128(18, 4)), filas)
    pq.write_table(pa.table(columnas, schema=forma), archivo, row_group_size=FILAS_POR_GRUPO)
    conteos = {d: Conteo(n, n * Decimal("0.5"), {}) for d, n in cada_uno.items()}
    return Lote(MES, str(archivo), filas, True, CUANDO, conteos, {}, {})


def cargar(dos_tiendas, lote, avances, tienda="tienda_01") -> list[tuple]:
    """Carga el lote y devuelve lo que quedó, en el orden en que quedó guardado."""
    with para_escribir(dos_tiendas.config) as base:
        carga.cargar(
            base, tienda, [lote], "c", aceptar_vacios=True,
            avanzo=lambda *n: avances.append(n),
        )  # fmt: skip
        return base.conexion.execute(
            "SELECT fecha, linea FROM ventas_raw WHERE ubicacion_id = ? ORDER BY rowid", [tienda]
        ).fetchall()


@settings(
    max_examples=AL_AZAR, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(filas=st.integers(1, 60), por_tanda=st.integers(1, 70), se_reparten=st.integers(1, 70))
def test_cualquier_tanda_deja_cada_fila_una_vez_y_en_orden(
    dos_tiendas, tmp_path, filas, por_tanda, se_reparten
):
    avances = []
    with pytest.MonkeyPatch.context() as m:
        m.setattr(archivo, "FILAS_POR_TANDA", por_tanda)
        m.setattr(archivo, "QUE_SE_REPARTEN", se_reparten)
        quedo = cargar(dos_tiendas, lote(tmp_path / "v.parquet", filas), avances)
    assert [linea for _, linea in quedo] == list(range(filas))
    assert avances[-1] == (filas, filas)


def test_varias_tandas_en_paralelo_quedan_en_orden_de_fecha(dos_tiendas, tmp_path, monkeypatch):
    dos_tiendas.solo_en_archivo("mira cómo quedan los bloques del archivo")
    monkeypatch.setattr(archivo, "FILAS_POR_TANDA", 2 * FILAS_POR_GRUPO)
    filas, avances = archivo.FILAS_POR_TANDA + 3 * FILAS_POR_GRUPO // 2, []
    quedo = cargar(dos_tiendas, lote(tmp_path / "v.parquet", filas), avances)
    assert [linea for _, linea in quedo] == list(range(filas))
    assert quedo == sorted(quedo)
    assert avances == [(archivo.FILAS_POR_TANDA, filas), (filas, filas)]


def test_lo_de_una_api_que_trae_todas_las_columnas_se_carga_en_un_hilo(
    dos_tiendas, tmp_path, monkeypatch
):
    monkeypatch.setattr(archivo.EnArchivo, "en_paralelo", None)
    filas = 2 * FILAS_POR_GRUPO
    quedo = cargar(dos_tiendas, lote(tmp_path / "v.parquet", filas, frozenset()), [])
    assert [linea for _, linea in quedo] == list(range(filas))


def test_un_mes_no_reescribe_a_sus_vecinos_y_las_cargas_pequenas_los_compactan(
    dos_tiendas, tmp_path
):
    dos_tiendas.solo_en_archivo("mira cómo quedan los bloques del archivo")
    mes, dia = lote(tmp_path / "mes.parquet", FILAS_POR_GRUPO + 2000), lote(tmp_path / "v", 50)
    for tienda in ("tienda_01", "tienda_02", "tienda_03"):
        cargar(dos_tiendas, mes, [], tienda)
    assert grupos(dos_tiendas) == [FILAS_POR_GRUPO, 2000] * 3
    for n in range(3):
        cargar(dos_tiendas, dia, [], f"tienda_1{n}")
    compactos = grupos(dos_tiendas)
    assert len(compactos) < 6
    assert sum(compactos) == 3 * mes.filas + 3 * dia.filas
    for tienda in ("tienda_01", "tienda_02", "tienda_03"):
        assert dos_tiendas.consultar(
            "SELECT count(DISTINCT linea), sum(total) FROM ventas_raw WHERE ubicacion_id = ?",
            tienda,
        ) == [(mes.filas, mes.filas * Decimal("0.5"))]


def test_recargar_un_mes_muchas_veces_no_hace_crecer_la_base(dos_tiendas, tmp_path):
    """Cada vez queda a lo sumo un bloque sin soltar, y una carga pequeña los suelta todos."""
    dos_tiendas.solo_en_archivo("mira cómo quedan los bloques del archivo")
    mes, dia = (lote(tmp_path / f"{n}", n) for n in (2 * FILAS_POR_GRUPO + 2000, 50))
    usados = []
    for _ in range(4):
        cargar(dos_tiendas, mes, [])
        usados.append(bloques(dos_tiendas))
    cargar(dos_tiendas, dia, [], "tienda_02")
    assert max(b - a for a, b in pairwise(usados[1:])) <= 1
    assert bloques(dos_tiendas) <= usados[1]


def test_reemplazar_un_mes_no_reescribe_a_sus_vecinos(dos_tiendas, tmp_path):
    dos_tiendas.solo_en_archivo("mira cómo quedan los bloques del archivo")
    mes = lote(tmp_path / "mes.parquet", FILAS_POR_GRUPO + 2000)
    for tienda in ("tienda_01", "tienda_02", "tienda_03", "tienda_02"):
        cargar(dos_tiendas, mes, [], tienda)
    assert grupos(dos_tiendas) == [FILAS_POR_GRUPO, 2000] * 3


def bloques(proyecto) -> int:
    """Los bloques en uso de la base."""
    [(usados,)] = proyecto.consultar("SELECT used_blocks FROM pragma_database_size()")
    return usados


def grupos(proyecto) -> list[int]:
    """Las filas de cada grupo de filas de `ventas_raw`, en orden."""
    filas = proyecto.consultar(
        "SELECT sum(count) FROM pragma_storage_info('ventas_raw') "
        "WHERE column_name = 'linea' AND segment_type = 'INTEGER' "
        "GROUP BY row_group_id ORDER BY row_group_id"
    )
    return [int(n) for (n,) in filas]


def test_tras_cada_tanda_duckdb_suelta_la_memoria_que_uso(dos_tiendas):
    """Su tope vuelve al de la configuración, y los bloques que ya escribió no se quedan."""
    dos_tiendas.solo_en_archivo("mira cómo quedan los bloques del archivo")
    with para_escribir(dos_tiendas.config) as base:
        with base.en_paralelo():
            hilos, alto = ajustes_de(base)
            base.conexion.execute("CREATE TABLE t AS SELECT random() AS x FROM range(3_000_000)")
        assert (hilos, ajustes_de(base)[0]) == (2, 1)
        assert alto > ajustes_de(base)[1]
        [(usa,)] = base.conexion.execute(
            "SELECT sum(memory_usage_bytes) FROM duckdb_memory()"
        ).fetchall()
        assert usa <= 32 * 2**20


def ajustes_de(base) -> tuple[int, float]:
    """Los hilos de DuckDB y su tope de memoria en MiB."""
    [(hilos, tope)] = base.conexion.execute(
        "SELECT current_setting('threads'), current_setting('memory_limit')"
    ).fetchall()
    return hilos, float(tope.removesuffix(" MiB"))


def test_la_carga_no_importa_pandas_ni_arrow(dos_tiendas, tmp_path):
    """Cada proceso de Luigi que carga lo pagaría: 86 MB y 0,3 s."""
    codigo = f"""
import datetime, sys
from decimal import Decimal
from itertools import pairwise
from fluxion_luigi import config
from fluxion_luigi.conciliacion import Conteo
from fluxion_luigi.destino.base import para_escribir, para_leer
from fluxion_luigi.destino.carga import cargar
from fluxion_luigi.destino.lote import Lote
from fluxion_luigi.periodos import Rango
lote = {lote(tmp_path / "v.parquet", 100)!r}
with para_escribir(config.actual()) as base:
    cargar(base, "tienda_01", [lote], "c", aceptar_vacios=False)
with para_leer(config.actual()) as base:
    assert len(base.hacer("leer_control")) == 31
print([m for m in ("pandas", "numpy", "pyarrow") if m in sys.modules])
"""
    hecho = subprocess.run(
        [sys.executable, "-c", codigo],
        env=dos_tiendas.entorno(),
        cwd=dos_tiendas.carpeta,
        capture_output=True,
        text=True,
    )
    assert hecho.stdout.strip() == "[]", hecho.stderr


def test_lo_que_falla_en_paralelo_se_dice_tal_cual_y_deja_lo_que_habia(dos_tiendas, tmp_path):
    """Con la transacción ya rota, volver a la memoria de siempre no puede tapar el fallo."""
    bueno = lote(tmp_path / "v.parquet", 2 * FILAS_POR_GRUPO)
    roto = replace(bueno, archivo=str(tmp_path / "roto.parquet"))
    contenido = bytearray((tmp_path / "v.parquet").read_bytes())
    contenido[len(contenido) // 3 : len(contenido) // 2] = b"x" * (
        len(contenido) // 2 - len(contenido) // 3
    )
    (tmp_path / "roto.parquet").write_bytes(contenido)
    cargar(dos_tiendas, bueno, [])
    with pytest.raises(ErrorDestino, match="DuckDB dijo"):
        cargar(dos_tiendas, roto, [])
    assert dos_tiendas.consultar("SELECT count(*) FROM ventas_raw") == [(bueno.filas,)]
