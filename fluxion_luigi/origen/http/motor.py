"""DuckDB en el proceso lector: con poca memoria, sin bajar nada y sin cargar lo que no usa."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from fluxion_luigi.errores import ErrorDisco, ErrorTipos
from fluxion_luigi.origen.http.causas import Fallo

# Con dos hilos se baja lo mismo de rápido, en dos tercios más de memoria. La que hay da para líneas
# de 4 kB; una venta ocupa uno.
MEMORIA_MB, HILOS = 160, 1
_NUMERO = r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*"
# El texto de un número, redondeado; lo que no lo es, o no cabe, tal cual: se dirá al convertirlo.
_REDONDEOS = {"dinero": "DECIMAL(18, 4)", "medida": "DECIMAL(18, 3)", "por_ciento": "DECIMAL(9, 4)"}


_MACROS = (
    # El día que dice un texto, que es el del POS; la hora que lleve detrás no lo cambia. En UTC
    # sólo se cree la medianoche: a otra hora, el día de la tienda puede ser el de antes.
    r"""dia(x) AS CASE
    WHEN regexp_full_match(x, '\d{4}-\d\d-\d\d('
        || '[T ]\d\d:\d\d(:\d\d(\.\d+)?)?([+-](0[1-9]|1\d):?\d\d)?|'
        || '[T ]00:00(:00(\.0+)?)?(Z|[+-]00:?00))?')
    THEN TRY_CAST(left(x, 10) AS DATE) END""",
    # La línea, con esos campos suyos que vienen como un objeto hechos lista de un objeto.
    r"""en_lista(x, campos) AS CASE
    WHEN regexp_matches(x, '"(' || array_to_string(campos, '|') || ')"\s*:\s*\{')
    THEN CAST(json_merge_patch(x, to_json(map_from_entries(list_transform(
        list_filter(campos, lambda c: json_type(x, '$.' || c) = 'OBJECT'),
        lambda c: (c, [json_extract(x, '$.' || c)]))))) AS VARCHAR)
    ELSE x END""",
    # Un sí o un no, como '1' o '0'; lo que no es ninguno, vacío.
    """logico(x) AS CASE
    WHEN lower(x) IN ('false', '0', 'n', 'no', 'f') THEN '0'
    WHEN lower(x) IN ('true', '1', 's', 'si', 'sí', 'v', 't') THEN '1' END""",
)


class ErrorConsulta(ErrorTipos):
    """Una consulta del sistema está mal: cuál, y lo que dijo DuckDB."""

    def __init__(self, archivo: str, dicho: str):
        super().__init__(f"La consulta {archivo} está mal: {dicho}")
        self.archivo, self.dicho = archivo, dicho


class Motor:
    """Una conexión en memoria; lo que no quepa en ella va a la carpeta."""

    def __init__(self, carpeta: Path):
        self._conexion = duckdb.connect(
            ":memory:",
            config={
                "threads": HILOS, "memory_limit": f"{MEMORIA_MB}MB",
                "temp_directory": str(carpeta / "desborde"),
                "autoinstall_known_extensions": False, "autoload_known_extensions": False,
                "enable_external_file_cache": False,
            },
        )  # fmt: skip
        for macro in _MACROS:
            self._conexion.execute(f"CREATE MACRO {macro}")
        for nombre, tipo in _REDONDEOS.items():
            self._conexion.execute(
                f"CREATE MACRO {nombre}(x) AS CASE WHEN regexp_full_match(x, '{_NUMERO}') "
                f"THEN coalesce(CAST(TRY_CAST(x AS {tipo}) AS VARCHAR), x) ELSE x END"
            )

    def hacer(self, sql: str, archivo: str = "", **valores) -> duckdb.DuckDBPyConnection:
        """Ejecuta y deja el resultado por leer; sólo con los valores que la consulta nombra.

        Args:
            archivo: el `.sql` del sistema, si es suyo: se nombra si está mal.

        Raises:
            ErrorConsulta: si la consulta está mal.
            ErrorDisco: si no hay dónde poner lo que no cabe en memoria.
            Fallo: si sus líneas son tan grandes que ni de a pocas caben.
        """
        puestos = {n: v for n, v in valores.items() if f"${n}" in sql}
        with sin_pandas(), en_palabras(archivo):
            return self._conexion.execute(sql, puestos)

    def filas(self, sql: str, archivo: str = "", **valores) -> list[tuple]:
        """Las filas de una consulta corta."""
        with sin_pandas(), en_palabras(archivo):
            return self.hacer(sql, archivo, **valores).fetchall()

    def lotes(
        self, sql: str, archivo: str, filas: int, **valores
    ) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """El esquema y los lotes de una consulta, de a tantas filas, según se piden."""
        lector = self.hacer(sql, archivo, **valores).to_arrow_reader(filas)
        return lector.schema, _seguidos(lector, archivo)

    @contextmanager
    def con_lineas(self, archivos: Sequence[Path]) -> Iterator[None]:
        """Con la tabla `lineas` de esos archivos, ya bajados, mientras dure.

        Van por su descriptor: DuckDB toma una ruta por un patrón.
        """
        abiertos = [a.open("rb") for a in archivos]
        try:
            rutas = [f"/dev/fd/{a.fileno()}" for a in abiertos]
            de = f"read_parquet({rutas!r}, hive_partitioning = false)" if rutas else "sin_lineas"
            self.hacer("CREATE OR REPLACE VIEW sin_lineas AS SELECT NULL::VARCHAR AS linea LIMIT 0")
            self.hacer(f"CREATE OR REPLACE VIEW lineas AS SELECT linea FROM {de}")
            yield
        finally:
            for a in abiertos:
                a.close()


def _seguidos(lector, archivo: str) -> Iterator[pa.RecordBatch]:
    with en_palabras(archivo):
        yield from lector


@contextmanager
def en_palabras(archivo: str) -> Iterator[None]:
    """Lo que diga DuckDB de una consulta de un sistema, en una frase."""
    try:
        yield
    except duckdb.OutOfMemoryException:
        raise Fallo("grande") from None
    except duckdb.IOException as e:
        raise ErrorDisco(f"No se pudo trabajar con lo bajado: {e}. Libere espacio y repita.") from e
    except duckdb.Error as e:
        if not archivo:
            raise
        raise ErrorConsulta(archivo, " ".join(str(e).split())) from e


@contextmanager
def sin_pandas() -> Iterator[None]:
    """DuckDB lo importa sólo para mirar si un parámetro es un NaT: 86 MB y 0,3 s."""
    puesto = "pandas" not in sys.modules
    if puesto:
        sys.modules["pandas"] = None
    try:
        yield
    finally:
        if puesto:
            del sys.modules["pandas"]
