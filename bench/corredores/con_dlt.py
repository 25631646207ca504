"""dlt: `sql_table` sobre la vista con la misma consulta, a DuckDB. El backend va en el pedido."""

import json
import os
import sys
from pathlib import Path


def main() -> None:
    """Carga las tiendas del pedido en la tabla `ventas` del dataset `pos`."""
    pedido = json.load(sys.stdin)
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["EXTRACT__WORKERS"] = str(pedido["a_la_vez"])
    import dlt
    from dlt.sources.sql_database import sql_table

    def tienda(indice: int, url: str):
        tabla = sql_table(
            url, pedido["vista"], chunk_size=pedido["chunk"], backend=pedido["backend"],
            backend_kwargs=pedido["opciones"], reflection_level="full_with_precision",
        )  # fmt: skip
        tabla = tabla.with_name(f"tienda_{indice}")
        tabla.apply_hints(table_name="ventas")
        return tabla.parallelize() if pedido["a_la_vez"] > 1 else tabla

    flujo = dlt.pipeline(
        "banco",
        pipelines_dir=str(Path(pedido["base"]).parent / "dlt"),
        destination=dlt.destinations.duckdb(pedido["base"]),
        dataset_name="pos",
    )
    flujo.run([tienda(i, url) for i, url in enumerate(pedido["urls"])])


if __name__ == "__main__":
    main()
