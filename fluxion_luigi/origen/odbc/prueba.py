"""El proceso que prueba una base: entra, prepara la sesión y hace sus consultas sobre cero días.

De cada una se miran también las columnas que entrega. Recibe el pedido en JSON por la entrada
(lleva la clave: no va por argumentos) y dice por la salida, en JSON, lo que halló: `hallazgos` y
`columnas`. Sale con 0 si nada impide cargar; si no, con 1 y además lo primero que lo impide:
`driver`, sus palabras, o `frase`, la nuestra. Usa la misma biblioteca que la lectura porque pyodbc
no puede ponerle límite a una consulta en todos los drivers, y una prueba que se agota no debe dejar
una consulta viva en la tienda.
"""

import dataclasses
import json
import sys

import arrow_odbc

from fluxion_luigi import hijo


def main() -> int:
    """Hace la prueba y devuelve el código de salida."""
    hijo.adelantar("fluxion_luigi.origen.odbc.examen")
    pedido = json.load(sys.stdin)
    try:
        conexion = arrow_odbc.connect(pedido["cadena"], login_timeout_sec=pedido["timeout"])
        for sentencia in pedido["sesion"]:
            conexion.execute(sentencia)
    except arrow_odbc.Error as e:
        print(json.dumps({"driver": str(e)}))
        return 1
    from fluxion_luigi.origen.odbc.examen import examinar

    examen = examinar(conexion, pedido)
    salida = {
        "hallazgos": [dataclasses.asdict(h) for h in examen.hallazgos],
        "columnas": examen.columnas,
    }
    malos = [h for h in examen.hallazgos if h.impide]
    if dichos := [h.driver for h in malos if h.driver]:
        salida["driver"] = dichos[0]
    elif malos:
        frases = " ".join(f"{h.archivo}: {h.texto}" for h in malos)
        salida["frase"] = (
            f"En el sistema «{pedido['sistema']}», {frases} VerificarSistema lo prueba a fondo."
        )
    print(json.dumps(salida))
    return int(bool(malos))
