"""El proceso que prueba una base: entra, prepara la sesión y ejecuta la consulta sobre cero días.

Recibe el pedido en JSON por la entrada (lleva la clave: no va por argumentos). Sale con 0 si todo
fue bien; si no, con 1 y lo que dijo el driver por la salida.
"""

import json
import sys

import pyodbc


def main() -> int:
    """Hace la prueba y devuelve el código de salida."""
    pedido = json.load(sys.stdin)
    try:
        conexion = pyodbc.connect(pedido["cadena"], timeout=pedido["timeout"], autocommit=True)
        # No todo driver admite este límite; quien llama pone el suyo al proceso.
        try:
            conexion.timeout = pedido["timeout"]
        except pyodbc.Error as e:
            print(f"sin límite por consulta: {e}", file=sys.stderr)
        for sentencia in pedido["sesion"]:
            conexion.execute(sentencia)
        conexion.execute(pedido["consulta"], pedido["parametros"]).fetchall()
    except pyodbc.Error as e:
        print(e.args[-1])
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
