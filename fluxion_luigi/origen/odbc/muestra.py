"""Un día leído de otro modo: con pyodbc y otra consulta (`muestra.sql`), sin convertir nada.

Lo que se carga pasa por columnas, dos consultas y una unión hecha aquí; esto pasa por lo más llano
que hay. Si los dos caminos dan lo mismo, valor por valor, ninguno de los dos lo cambió. Como
programa es el proceso que lee: recibe el pedido en JSON por la entrada (lleva la clave) y entrega
una línea JSON con las columnas y una por renglón, o `{"driver": sus palabras}`.
"""

import json
import sys
from contextlib import suppress

import pyodbc

from fluxion_luigi.origen.textos import POR_NOMBRE, en_texto


def main() -> int:
    """Lee el día y devuelve el código de salida."""
    pedido = json.load(sys.stdin)
    try:
        with pyodbc.connect(
            pedido["cadena"], timeout=pedido["timeout_conexion"], autocommit=True, readonly=True
        ) as conexion:
            with suppress(pyodbc.Error):  # hay drivers que no saben; al proceso se le termina igual
                conexion.timeout = pedido["timeout_consulta"]
            for sentencia in pedido["sesion"]:
                conexion.execute(sentencia)
            renglones = conexion.execute(pedido["muestra"], *pedido["parametros"])
            nombres = [d[0].lower() for d in renglones.description]
            if sobran := [n for n in nombres if n not in POR_NOMBRE]:
                print(json.dumps({"frase": f"muestra.sql da columnas que no hay: {sobran}"}))
                return 1
            columnas = [POR_NOMBRE[n] for n in nombres]
            print(json.dumps([c.nombre for c in columnas]))
            for renglon in renglones:
                print(json.dumps([en_texto(*par) for par in zip(columnas, renglon, strict=True)]))
    except pyodbc.Error as e:
        print(json.dumps({"driver": " ".join(map(str, e.args[1:] or e.args))}))
        return 1
    return 0
