"""El modo del script anterior: pandas sobre pyodbc, en trozos, cada trozo a DuckDB.

Con varias tiendas usa tres hilos, como él: cada uno lee una tienda y DuckDB escribe de a uno.
"""

import json
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import duckdb
import pandas as pd
import pyodbc


def main() -> None:
    """Carga las tiendas del pedido en la tabla `ventas` de una base nueva."""
    pedido = json.load(sys.stdin)
    # pandas prefiere SQLAlchemy; el script le daba la conexión de pyodbc.
    warnings.filterwarnings("ignore", message="pandas only supports SQLAlchemy")
    turno = threading.Lock()
    with duckdb.connect(pedido["base"]) as base:
        base.execute(f"CREATE TABLE ventas ({pedido['columnas']})")

        def cargar(cadena: str) -> None:
            conexion = pyodbc.connect(cadena)
            trozos = pd.read_sql(
                pedido["consulta"], conexion, params=pedido["fechas"], chunksize=pedido["chunk"]
            )
            for trozo in trozos:
                with turno:
                    base.register("trozo", trozo)
                    base.execute("INSERT INTO ventas SELECT * FROM trozo")
            conexion.close()

        with ThreadPoolExecutor(pedido["a_la_vez"]) as hilos:
            list(hilos.map(cargar, pedido["cadenas"]))


if __name__ == "__main__":
    main()
