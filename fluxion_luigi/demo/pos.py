"""El POS de la demostración: un archivo SQLite por tienda, con ventas inventadas.

El azar de cada tienda sale de su id: su archivo es siempre el mismo.
"""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

from fluxion_luigi.archivos import disco
from fluxion_luigi.config import Tienda
from fluxion_luigi.errores import ErrorDisco
from fluxion_luigi.periodos import Rango

HISTORIA = Rango(date(2024, 7, 1), date(2025, 7, 31))
CERRADOS = (date(2024, 12, 25), date(2025, 1, 1))
LINEAS_POR_DIA = 45
FIN_DE_SEMANA, DICIEMBRE = 1.5, 1.4
# Cuántas veces lo de la más pequeña vende la mayor.
MAYOR = 2.0
# Lo que pasa cuando se escanea el código de un producto en la casilla de la cantidad.
CODIGO_POR_CANTIDAD = 7591234567890

DEPARTAMENTOS = [("01", "Víveres"), ("02", "Charcutería"), ("03", "Frutas"), ("04", "Limpieza")]
NOMBRES = {
    "01": ["Harina de maíz", "Arroz", "Pasta corta", "Azúcar", "Café molido", "Caraotas negras"],
    "02": ["Queso blanco duro", "Jamón de espalda", "Mortadela"],
    "03": ["Plátano", "Tomate", "Lechosa", "Cambur"],
    "04": ["Jabón en panela", "Cloro", "Suavizante"],
}
MARCAS = ["La Ceiba", "El Ávila", "Ñandú", "Río Chico"]
POR_PESO = {"02", "03"}

ESQUEMA = """
CREATE TABLE departamentos (departamento_id TEXT, descripcion TEXT);
CREATE TABLE productos (
    producto_id TEXT, descripcion TEXT, marca TEXT, presentacion TEXT, departamento_id TEXT,
    unidades_bulto INTEGER, tipo_peso INTEGER, costo_centimos INTEGER, precio_centimos INTEGER,
    impuesto_porcentaje INTEGER
);
CREATE TABLE codigos (codigo TEXT, producto_id TEXT);
CREATE TABLE lineas (
    fecha TEXT, hora TEXT, factura TEXT, linea INTEGER, caja TEXT, localidad TEXT, documento TEXT,
    codigo TEXT, cantidad_milesimas INTEGER, precio_centimos INTEGER, total_centimos INTEGER,
    impuesto_centimos INTEGER
);
CREATE INDEX lineas_fecha ON lineas (fecha);
CREATE INDEX productos_id ON productos (producto_id);
CREATE INDEX codigos_codigo ON codigos (codigo);
"""

# La primera línea de la factura 7, que todos los días tienen.
_DANAR = """
UPDATE lineas SET cantidad_milesimas = 1000 * ?1, total_centimos = ?1 * precio_centimos
WHERE fecha = ?2 AND factura = '00000007' AND linea = 1
"""
_DANADAS = "SELECT count(*) FROM lineas WHERE cantidad_milesimas = 1000 * ? AND fecha = ?"
_CORREGIR = """
UPDATE lineas SET
    cantidad_milesimas = 1000, total_centimos = precio_centimos, impuesto_centimos = 0
WHERE cantidad_milesimas = 1000 * ? AND fecha = ?
"""


def construir(tienda: Tienda, rango: Rango = HISTORIA, *, malo: date | None = None) -> bool:
    """Hace la base de una tienda, desde que abrió; devuelve falso si ya estaba.

    Args:
        rango: los días en que vende.
        malo: el día que lleva una línea que no se puede cargar, si lo hay.

    Raises:
        ErrorDisco: si no cabe.
    """
    if tienda.archivo.is_file():
        return False
    temporal = tienda.archivo.with_suffix(".parcial")
    with disco(tienda.archivo):
        temporal.parent.mkdir(parents=True, exist_ok=True)
        temporal.unlink(missing_ok=True)
    with _abierta(temporal) as base:
        _llenar(base, tienda, rango)
        if malo:
            base.execute(_DANAR, (CODIGO_POR_CANTIDAD, str(malo)))
    with disco(tienda.archivo):
        temporal.replace(tienda.archivo)
    return True


def danado(tienda: Tienda, dia: date) -> bool:
    """Si ese día de esa tienda tiene todavía su línea mala."""
    if not tienda.archivo.is_file():
        return False
    with _abierta(tienda.archivo) as base:
        return base.execute(_DANADAS, (CODIGO_POR_CANTIDAD, str(dia))).fetchone()[0] > 0


def corregir(tienda: Tienda, dia: date) -> None:
    """Corrige la línea mala de ese día, como haría la tienda. `ErrorDisco` si no se puede."""
    with _abierta(tienda.archivo) as base:
        base.execute(_CORREGIR, (CODIGO_POR_CANTIDAD, str(dia)))


@contextmanager
def _abierta(archivo: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(archivo)) as base, base:
            yield base
    except sqlite3.Error as e:
        raise ErrorDisco(
            f"No se pudo usar {archivo}: {e}. Libere espacio o bórrelo, y repita."
        ) from None


def _llenar(base: sqlite3.Connection, tienda: Tienda, rango: Rango) -> None:
    azar = random.Random(tienda.id)
    productos = _productos(azar)
    base.executescript(ESQUEMA)
    base.executemany("INSERT INTO departamentos VALUES (?,?)", DEPARTAMENTOS)
    base.executemany("INSERT INTO productos VALUES (?,?,?,?,?,?,?,?,?,?)", productos)
    codigos = [(f"759{i:07d}", p[0]) for i, p in enumerate(productos)]
    base.executemany("INSERT INTO codigos VALUES (?,?)", codigos)
    por_dia = LINEAS_POR_DIA * azar.uniform(1, MAYOR)
    for dia in rango:
        if tienda.vende and dia >= (tienda.apertura or dia) and dia not in CERRADOS:
            lineas = _lineas(azar, tienda, dia, por_dia, productos, codigos)
            base.executemany("INSERT INTO lineas VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", lineas)


def _productos(azar: random.Random) -> list[tuple]:
    productos = []
    for departamento, nombres in NOMBRES.items():
        for nombre in nombres:
            for marca in MARCAS:
                costo = azar.randint(80, 2500)
                productos.append((
                    f"P{len(productos):04d}", nombre, marca,
                    "kg" if departamento in POR_PESO else "unidad", departamento,
                    azar.choice([6, 12, 24]), int(departamento in POR_PESO),
                    costo, costo * 13 // 10, 0 if departamento == "03" else 16,
                ))  # fmt: skip
    return productos


def _lineas(azar, tienda: Tienda, dia: date, cuantas, productos, codigos) -> list[tuple]:
    cuantas *= FIN_DE_SEMANA if dia.weekday() >= 5 else 1
    cuantas *= DICIEMBRE if dia.month == 12 else 1
    lineas, factura = [], 0
    while len(lineas) < cuantas:
        factura += 1
        caja, hora = azar.randint(1, 4), azar.randint(8 * 3600, 20 * 3600)
        documento = "DEV" if azar.random() < 0.01 else "VEN"
        for n in range(1, azar.randint(2, 9)):
            i = azar.randrange(len(productos))
            p = productos[i]
            cantidad = azar.randint(150, 2500) if p[6] else 1000 * azar.randint(1, 4)
            cantidad *= -1 if documento == "DEV" else 1
            total = cantidad * p[8] // 1000
            codigo = codigos[i][0] if azar.random() > 0.005 else "0000000000"
            lineas.append((
                str(dia), f"{hora // 3600:02d}:{hora // 60 % 60:02d}:{hora % 60:02d}",
                f"{factura:08d}", n, f"{caja:03d}", tienda.id[-2:], documento, codigo,
                cantidad, p[8], total, total * p[9] // (100 + p[9]),
            ))  # fmt: skip
    return lineas
