"""El proceso que prueba una base: entra, prepara la sesión y hace sus consultas sobre cero días.

De cada una se miran también las columnas que entrega. Recibe el pedido en JSON por la entrada
(lleva la clave: no va por argumentos). Sale con 0 si todo fue bien; si no, con 1 y por la salida un
JSON con lo que pasó: `{"driver": sus palabras}` o `{"frase": la nuestra}`. Usa la misma biblioteca
que la lectura porque pyodbc no puede ponerle límite a una consulta en todos los drivers, y una
prueba que se agota no debe dejar una consulta viva en la tienda.
"""

import json
import sys

import arrow_odbc

from fluxion_luigi.errores import ErrorTipos
from fluxion_luigi.origen import conteo
from fluxion_luigi.origen.columnas import ESQUEMA, Entrega
from fluxion_luigi.origen.productos import Productos, entrega


def main() -> int:
    """Hace la prueba y devuelve el código de salida."""
    pedido = json.load(sys.stdin)
    try:
        conexion = arrow_odbc.connect(pedido["cadena"], login_timeout_sec=pedido["timeout"])
        for sentencia in pedido["sesion"]:
            conexion.execute(sentencia)
        esperado = ESQUEMA
        if pedido["productos"]:
            esquema = _ejecutar(conexion, pedido, "productos")
            forma = entrega(esquema, pedido["sistema"], pedido["clave"])
            vacios = forma.esquema.empty_table()
            esperado = Productos(vacios, pedido["sistema"], pedido["clave"], {}).de_ventas
        esquema = _ejecutar(conexion, pedido, "ventas")
        Entrega("ventas.sql", pedido["sistema"], esperado).exigir(esquema)
        conteo.entrega(pedido["sistema"]).exigir(_ejecutar(conexion, pedido, "conteo"))
    except arrow_odbc.Error as e:
        print(json.dumps({"driver": str(e)}))
        return 1
    except ErrorTipos as e:
        print(json.dumps({"frase": str(e)}))
        return 1
    return 0


def _ejecutar(conexion, pedido: dict, cual: str):
    """Las columnas que da una consulta, ejecutada hasta el fin."""
    lotes = conexion.read_arrow_batches(
        # Con otro texto, para que el servidor no guarde para la lectura el plan que hace para cero
        # días.
        query=f"{pedido[cual]} /* prueba */",
        parameters=pedido["parametros"],
        batch_size=1,
        max_text_size=1000,
        query_timeout_sec=pedido["timeout"],
    )
    for _ in lotes:
        continue
    return lotes.schema
