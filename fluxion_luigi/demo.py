"""La cadena de demostración: un archivo SQLite por tienda del catálogo, con ventas inventadas.

Se corre con `python -m fluxion_luigi.demo`. Sale siempre igual, y si ya está hecha no la rehace.
"""

import random
import sqlite3
import sys
from datetime import date
from pathlib import Path

from fluxion_luigi import config
from fluxion_luigi.archivos import disco
from fluxion_luigi.config import Tienda
from fluxion_luigi.errores import ErrorDisco, ErrorFluxion, ErrorUso
from fluxion_luigi.periodos import Rango

RANGO = Rango(date(2025, 6, 1), date(2025, 7, 31))
LINEAS_POR_DIA = 60

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


def construir(tienda: Tienda, rango: Rango = RANGO) -> bool:
    """Hace la base de una tienda; devuelve falso si ya estaba. `ErrorDisco` si no cabe."""
    if tienda.archivo.is_file():
        return False
    try:
        with disco(tienda.archivo):
            _hacer(tienda, rango)
    except sqlite3.Error as e:
        raise ErrorDisco(f"No se pudo escribir en {tienda.archivo}: {e}. Libere espacio.") from None
    return True


def _hacer(tienda: Tienda, rango: Rango) -> None:
    azar = random.Random(tienda.id)
    productos = _productos(azar)
    tienda.archivo.parent.mkdir(parents=True, exist_ok=True)
    temporal = tienda.archivo.with_suffix(".parcial")
    temporal.unlink(missing_ok=True)
    with sqlite3.connect(temporal) as base:
        base.executescript(ESQUEMA)
        base.executemany("INSERT INTO departamentos VALUES (?,?)", DEPARTAMENTOS)
        base.executemany("INSERT INTO productos VALUES (?,?,?,?,?,?,?,?,?,?)", productos)
        codigos = [(f"759{i:07d}", p[0]) for i, p in enumerate(productos)]
        base.executemany("INSERT INTO codigos VALUES (?,?)", codigos)
        for dia in rango:
            if tienda.vende and dia >= (tienda.apertura or dia):
                lineas = _lineas(azar, tienda, dia, productos, codigos)
                base.executemany("INSERT INTO lineas VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", lineas)
    base.close()
    temporal.replace(tienda.archivo)


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


def _lineas(azar, tienda: Tienda, dia: date, productos, codigos) -> list[tuple]:
    lineas, factura = [], 0
    while len(lineas) < LINEAS_POR_DIA * (1.5 if dia.weekday() >= 5 else 1):
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


def main() -> int:
    """Hace las bases que falten de todo el catálogo."""
    try:
        tiendas = list(config.actual().catalogo.tiendas.values())
        ajenas = [t.id for t in tiendas if t.sistema != "demo" or not t.archivo]
        if ajenas:
            raise ErrorUso(
                f"El catálogo {config.actual().catalogo.archivo} no es el de demostración "
                f"({', '.join(ajenas[:3])}…). La demostración no toca tiendas de verdad: quite "
                "FLUXION_CATALOGO de .env y del ambiente para correrla."
            )
        hechas = sum(construir(t) for t in tiendas)
        carpeta = Path(tiendas[0].archivo).parent
        print(f"Cadena de demostración en {carpeta}: {len(tiendas)} lugares, {hechas} nuevos.")
    except ErrorFluxion as e:
        print(f"✗ {e}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
