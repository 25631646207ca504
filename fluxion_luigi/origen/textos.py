"""Un valor de una línea, venga de donde venga, dicho de una sola manera, para comparar."""

from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from fluxion_luigi.esquema import COLUMNAS, Columna

POR_NOMBRE = {c.nombre: c for c in COLUMNAS}


def en_texto(columna: Columna, valor: Any) -> str | None:
    """Un valor, venga de donde venga, como lo diría el esquema declarado; None si está vacío."""
    if valor is None:
        return None
    if columna.familia == "decimal":
        return _redondo(valor, columna.escala)
    if columna.familia == "fecha" and isinstance(valor, date):
        return f"{valor:%Y-%m-%d}"
    if columna.familia == "hora" and isinstance(valor, time | datetime):
        return f"{valor:%H:%M:%S}"
    if columna.familia in ("entero", "logico") and not isinstance(valor, str):
        return str(int(valor)) if valor == int(valor) else str(valor)
    return str(valor)


def _redondo(valor: Any, escala: int) -> str:
    try:
        numero = Decimal(str(valor)).quantize(Decimal(1).scaleb(-escala), ROUND_HALF_UP)
        return str(numero + 0)
    except InvalidOperation:  # no es un número, o no cabe: saldrá distinto, y se nombrará
        return str(valor)
