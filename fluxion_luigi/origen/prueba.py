"""El proceso que prueba una base: entra, prepara la sesión y ejecuta sus consultas sobre cero días.

Recibe el pedido en JSON por la entrada (lleva la clave: no va por argumentos). Sale con 0 si todo
fue bien; si no, con 1 y lo que dijo el driver por la salida. Usa la misma biblioteca que la lectura
porque pyodbc no puede ponerle límite a una consulta en todos los drivers, y una prueba que se agota
no debe dejar una consulta viva en la tienda.
"""

import json
import sys

import arrow_odbc


def main() -> int:
    """Hace la prueba y devuelve el código de salida."""
    pedido = json.load(sys.stdin)
    try:
        conexion = arrow_odbc.connect(pedido["cadena"], login_timeout_sec=pedido["timeout"])
        for sentencia in pedido["sesion"]:
            conexion.execute(sentencia)
        for consulta in pedido["consultas"]:
            lotes = conexion.read_arrow_batches(
                # Con otro texto, para que el servidor no guarde para la lectura el plan que hace
                # para cero días.
                query=f"{consulta} /* prueba */",
                parameters=pedido["parametros"],
                batch_size=1,
                max_text_size=1000,
                query_timeout_sec=pedido["timeout"],
            )
            for _ in lotes:
                continue
            del lotes  # suelta la consulta: la sesión hace una a la vez
    except arrow_odbc.Error as e:
        print(e)
        return 1
    return 0
