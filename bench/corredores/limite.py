"""El límite del driver: leer las mismas filas con arrow-odbc y no hacer nada con ellas."""

import json
import sys

import arrow_odbc
import pyarrow as pa
import pyarrow.compute as pc

TOTAL = pa.decimal128(38, 4)


def main() -> None:
    """Lee cada tienda y dice cuántas filas y qué total llegaron."""
    pedido = json.load(sys.stdin)
    filas, total = 0, 0
    for cadena in pedido["cadenas"]:
        conexion = arrow_odbc.connect(cadena)
        for sentencia in pedido["sesion"]:
            conexion.execute(sentencia)
        for consulta in pedido["consultas"]:
            lector = conexion.read_arrow_batches(
                query=consulta,
                parameters=pedido["fechas"],
                batch_size=pedido["lote"],
                max_bytes_per_batch=pedido["memoria_odbc_mb"] * 2**20,
                max_text_size=pedido["ancho_maximo"],
                fetch_concurrently=True,
            )
            for lote in lector:
                if "total" in lote.schema.names:
                    filas += lote.num_rows
                    # El proyecto lo pide como texto; volverlo número es parte de leerlo.
                    total += pc.sum(lote.column("total").cast(TOTAL)).as_py() or 0
    print(json.dumps([filas, str(total)]))


if __name__ == "__main__":
    main()
