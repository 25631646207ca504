"""Las consultas de un sistema POS, probadas una por una en una tienda: todo lo que tienen mal.

Sobre cero días se ven las tablas, los permisos y los nombres de las columnas. Hay drivers (el de
SQLite) que sólo saben el tipo de una columna calculada cuando traen una fila: con un día que tenga
ventas se ven también los tipos y las primeras líneas.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import arrow_odbc
import pyarrow as pa

from fluxion_luigi.esquema import (
    CLAVE_DE_LINEA,
    NOMBRES,
    OBLIGATORIAS,
    SI_LAS_DA,
    SUMAS,
    Hallazgo,
)
from fluxion_luigi.origen import conteo
from fluxion_luigi.origen.columnas import ESQUEMA, REPARO, Entrega
from fluxion_luigi.origen.malos import cual
from fluxion_luigi.origen.odbc.productos import Productos, entrega, entrega_de_ventas
from fluxion_luigi.parecidos import con_parecido

_LINEAS_CITADAS = 3
# Sin ellas dos líneas pueden parecer la misma: la factura se repite entre cajas.
_DISTINGUEN = tuple(n for n in CLAVE_DE_LINEA if n not in OBLIGATORIAS)


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
        hallazgos += _mirar(forma, dadas["productos"])
        vacios = forma.esquema.empty_table()
        productos = Productos(vacios, pedido["sistema"], pedido["clave"], {})
    if "ventas" in dadas:
        # Si productos.sql falló no se sabe qué da, pero lo obligatorio es de la línea.
        clave = pedido["clave"] if pedido.get("productos") else ()
        hallazgos += _mirar(entrega_de_ventas(pedido["sistema"], productos, clave), dadas["ventas"])
        if productos or not clave:
            hallazgos += _ausentes({*columnas["ventas"], *columnas.get("productos", ())})
    if "conteo" in dadas:
        hallazgos += conteo.entrega(pedido["sistema"]).revisar(dadas["conteo"].esquema)
        hallazgos += _sumas(columnas)
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


def _mirar(forma: Entrega, dada: _Respuesta) -> list[Hallazgo]:
    hallazgos = forma.revisar(dada.esquema)
    if hallazgos or dada.lote is None:
        return hallazgos
    lote, malas = forma.al_esquema(dada.lote)
    # Una línea mala no es una consulta mala: en la carga se aparta su día. Si lo son todas, o no
    # dicen ni de qué día son, sí.
    todas = len(malas) == len(lote)
    return [
        Hallazgo(forma.archivo, f"{motivo} ({cual(lote, i)}).", todas or _sin_dia(lote, i))
        for i, motivo in list(malas.items())[:_LINEAS_CITADAS]
    ]


def _sin_dia(lote: pa.RecordBatch, i: int) -> bool:
    return "fecha" in lote.schema.names and lote["fecha"][i].as_py() is None


def _ausentes(dadas: set[str]) -> list[Hallazgo]:
    no_hacen_falta = {*OBLIGATORIAS, *SI_LAS_DA, "ambiguo"}
    faltan = [n for n in NOMBRES if n not in {*dadas, *no_hacen_falta}]
    hallazgos = []
    if faltan:
        hallazgos.append(
            Hallazgo("ventas.sql", f"No da, y quedarán vacías: {', '.join(faltan)}.", False)
        )
    if sin := [n for n in _DISTINGUEN if n in faltan]:
        hallazgos.append(
            Hallazgo(
                "ventas.sql",
                f"Sin {' ni '.join(sin)}, la factura y la línea deben bastar para no confundir dos "
                "ventas.",
                False,
            )
        )
    return hallazgos


def _sumas(columnas: Mapping[str, list[str]]) -> list[Hallazgo]:
    """Lo que la cuenta suma y las líneas no dan, y lo que dan y no se concilia."""
    de_lineas = {*columnas.get("ventas", ()), *columnas.get("productos", ())}
    if "ventas" not in columnas:
        return []
    suma = [n for n in SUMAS if n in columnas["conteo"]]
    hallazgos = []
    if sobran := [n for n in suma if n not in de_lineas]:
        hallazgos.append(
            Hallazgo(
                "conteo.sql",
                f"Suma {', '.join(sobran)}, que ventas.sql no da: nunca conciliaría. Délas en "
                "ventas.sql o quítelas aquí.",
            )
        )
    if faltan := [n for n in SUMAS if n in de_lineas and n not in suma]:
        hallazgos.append(
            Hallazgo("conteo.sql", f"No suma, y no se conciliará: {', '.join(faltan)}.", False)
        )
    return hallazgos


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
