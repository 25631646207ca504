"""Un día leído de otro modo: con pyodbc y otra consulta (`muestra.sql`), sin convertir nada.

Lo que se carga pasa por columnas, dos consultas y una unión hecha aquí; esto pasa por lo más llano
que hay. Si los dos caminos dan lo mismo, valor por valor, ninguno de los dos lo cambió. Como
programa es el proceso que lee: recibe el pedido en JSON por la entrada (lleva la clave) y entrega
una línea JSON con las columnas y una por renglón, o `{"driver": sus palabras}`.
"""

import json
import sys
from contextlib import suppress
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pyodbc

from fluxion_luigi.esquema import COLUMNAS, Columna

POR_NOMBRE = {c.nombre: c for c in COLUMNAS}


def en_texto(columna: Columna, valor: Any) -> str | None:
    """Un valor, venga de donde venga, como lo diría el esquema declarado; None si está vacío."""
    if valor is None:
        return None
    if columna.familia == "decimal":
        numero = Decimal(str(valor))
        if not numero.is_finite():
            return str(numero)
        return str(numero.quantize(Decimal(1).scaleb(-columna.escala), ROUND_HALF_UP) + 0)
    if columna.familia == "fecha" and isinstance(valor, date):
        return f"{valor:%Y-%m-%d}"
    if columna.familia == "hora" and isinstance(valor, time | datetime):
        return f"{valor:%H:%M:%S}"
    if columna.familia in ("entero", "logico") and not isinstance(valor, str):
        return str(int(valor))
    return str(valor)


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
            columnas = [POR_NOMBRE[d[0].lower()] for d in renglones.description]
            print(json.dumps([c.nombre for c in columnas]))
            for renglon in renglones:
                print(json.dumps([en_texto(*par) for par in zip(columnas, renglon, strict=True)]))
    except pyodbc.Error as e:
        print(json.dumps({"driver": " ".join(map(str, e.args[1:] or e.args))}))
        return 1
    return 0
