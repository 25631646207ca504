"""Una cadena con su base ya hecha, sin tiendas que contesten: para lo que sólo mira el control."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from fluxion_luigi.config import Configuracion
from fluxion_luigi.destino.base import para_escribir
from fluxion_luigi.periodos import Rango
from tests.proyecto import Proyecto

# Cuántos días después de un día se extrajo: con éstos ya es firme.
FIRME, PROVISIONAL = 30, 0
Fila = tuple[str, date, int, int]


def dias(tienda: str, desde: str, hasta: str, filas: int = 10, despues: int = FIRME) -> list[Fila]:
    """Un renglón por día: tienda, día, filas y cuántos días después se extrajo."""
    rango = Rango(date.fromisoformat(desde), date.fromisoformat(hasta))
    return [(tienda, dia, filas, despues) for dia in rango]


def proyecto_con(carpeta: Path, tiendas: Mapping[str, Mapping], **mas) -> Proyecto:
    """Un proyecto con esas tiendas en el catálogo (lo que se diga de cada una), sin sus bases."""
    proyecto = Proyecto(carpeta, **mas)
    for id_, datos in tiendas.items():
        proyecto.con_tienda(id_, **datos)
    return proyecto


def anotar(
    config: Configuracion, cargados: list[Fila], fallidos: Mapping[tuple[str, date], str] = {}
) -> None:  # fmt: skip
    """Deja en la base los renglones de control que dejarían esas cargas; cada fila suma 1,50."""
    with para_escribir(config) as base:
        base.conexion.begin()
        for tienda, dia, filas, despues in cargados:
            # A mediodía de Caracas.
            cuando = datetime(dia.year, dia.month, dia.day, 16, tzinfo=UTC)
            cuando = (cuando + timedelta(days=despues)).replace(tzinfo=None)
            total = Decimal("1.5") * filas
            base.hacer(
                "insertar_control", tienda=tienda, dia=dia, filas_origen=filas, total_origen=total,
                filas=filas, total=total, cantidad=None, subtotal=None, impuesto=None,
                sin_producto=0, ambiguos=0, extraido_en=cuando, cargado_en=cuando, corrida="c",
                pos="", moneda="",
            )  # fmt: skip
        for (tienda, dia), causa in fallidos.items():
            base.hacer(
                "insertar_fallido", tienda=tienda, dia=dia, causa=causa,
                visto_en=datetime(2025, 8, 1), corrida="c",
            )  # fmt: skip
        base.conexion.commit()
