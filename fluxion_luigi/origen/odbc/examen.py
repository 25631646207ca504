"""Las consultas de un sistema POS, probadas una por una en una tienda: todo lo que tienen mal.

Sobre cero días se ven las tablas, los permisos y los nombres de las columnas. Hay drivers (el de
SQLite) que sólo saben el tipo de una columna calculada cuando traen una fila: con un día que tenga
ventas se ven también los tipos y las primeras líneas.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import arrow_odbc
import pyarrow as pa

from fluxion_luigi.esquema import NOMBRES, Hallazgo
from fluxion_luigi.origen import conteo
from fluxion_luigi.origen.columnas import ESQUEMA, REPARO
from fluxion_luigi.origen.mirada import ausentes, mirar, sumas
from fluxion_luigi.origen.odbc.productos import Productos, entrega, entrega_de_ventas
from fluxion_luigi.parecidos import con_parecido


class Examen(NamedTuple):
    """Lo que se halló, y las columnas que dio cada consulta que se pudo ejecutar."""

    hallazgos: list[Hallazgo]
    columnas: dict[str, list[str]]


class _Respuesta(NamedTuple):
    esquema: pa.Schema
    lote: pa.RecordBatch | None


def examinar(conexion, pedido: Mapping[str, Any]) -> Examen:
    """Ejecuta cada consulta y mira lo que entrega.

    Args:
        pedido: las consultas por su nombre (la vacía no se prueba), `parametros`, `filas` (cuántas
            mirar de cada una), `cuantos` parámetros lleva cada una (2, si no se dice), `timeout` en
            segundos, `sistema` y `clave`.
    """
    hallazgos: list[Hallazgo] = []
    dadas = {
        cual_: respuesta
        for cual_ in ("productos", "ventas", "conteo", "identidad", "muestra")
        if pedido.get(cual_)
        if (respuesta := _ejecutar(conexion, pedido, cual_, hallazgos))
    }
    columnas = {cual_: r.esquema.names for cual_, r in dadas.items()}
    productos = None
    if "productos" in dadas:
        forma = entrega(dadas["productos"].esquema, pedido["sistema"], pedido["clave"])
        hallazgos += mirar(forma, *dadas["productos"])
        vacios = forma.esquema.empty_table()
        productos = Productos(vacios, pedido["sistema"], pedido["clave"], {})
    if "ventas" in dadas:
        # Si productos.sql falló no se sabe qué da, pero lo obligatorio es de la línea.
        clave = pedido["clave"] if pedido.get("productos") else ()
        forma = entrega_de_ventas(pedido["sistema"], productos, clave)
        hallazgos += mirar(forma, *dadas["ventas"])
        if productos or not clave:
            hallazgos += ausentes({*columnas["ventas"], *columnas.get("productos", ())})
    if "conteo" in dadas:
        hallazgos += conteo.entrega(pedido["sistema"]).revisar(dadas["conteo"].esquema)
        hallazgos += sumas(columnas)
    if "muestra" in dadas:
        hallazgos += _muestra(columnas)
    return Examen(hallazgos, columnas)


def _ejecutar(
    conexion, pedido: Mapping[str, Any], cual_: str, hallazgos: list[Hallazgo]
) -> _Respuesta | None:
    """Lo que da una consulta y sus primeras filas, si se pidió mirar alguna."""
    filas = pedido.get("filas", 0)
    cuantos = pedido.get("cuantos", {}).get(cual_, 2)
    try:
        lotes = conexion.read_arrow_batches(
            # Con otro texto, para que el servidor no guarde para la lectura el plan que hace para
            # cero días. Delante, para que psqlodbc no le abra un cursor: por una VPN es otro viaje.
            query=f"/* prueba */ {pedido[cual_]}",
            parameters=[pedido["parametros"][i % 2] for i in range(cuantos)],
            batch_size=filas or 1,
            max_text_size=1000,
            query_timeout_sec=pedido["timeout"],
        )
        return _Respuesta(lotes.schema, next(iter(lotes), None))
    except arrow_odbc.Error as e:
        # Sin identidad o sin muestra se puede cargar.
        impide = cual_ not in ("identidad", "muestra")
        hallazgos.append(Hallazgo(f"{cual_}.sql", "No se pudo ejecutar", impide, str(e)))
        return None


def _muestra(columnas: Mapping[str, list[str]]) -> list[Hallazgo]:
    """Las columnas que `VerificarMuestra` no podría comparar."""
    nombres = [n.lower() for n in columnas["muestra"]]
    ajenas = [con_parecido(n, NOMBRES) for n in nombres if n not in NOMBRES]
    hallazgos = []
    if ajenas:
        hallazgos.append(
            Hallazgo("muestra.sql", f"Da columnas que no hay: {', '.join(ajenas)}.", False)
        )
    cargadas = {*columnas.get("ventas", NOMBRES), *columnas.get("productos", ())} - {REPARO}
    if distintas := [n for n in nombres if n in ESQUEMA.names and n not in cargadas]:
        hallazgos.append(
            Hallazgo(
                "muestra.sql",
                f"Da {', '.join(distintas)}, que ventas.sql no da: saldrían siempre distintas.",
                False,
            )
        )
    return hallazgos
