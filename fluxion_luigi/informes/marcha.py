"""Cómo va una corrida que aún no acaba, en pocas líneas: lo que lee quien mira la página."""

from pathlib import Path
from typing import Any

from fluxion_luigi.informes.reporte import AL_DIA, CARGADA
from fluxion_luigi.informes.resumen import agrupadas, entero


def texto(datos: dict[str, Any], archivo: Path | None, log: Path | None) -> str:
    """Qué va hecho, qué falló y por qué, y dónde está el detalle.

    Args:
        datos: el reporte de lo que va, sin su fin (`reporte.componer`).
        archivo, log: dónde queda el reporte y el registro; None si no se sabe.
    """
    cargadas, fallos = datos["tiendas_mes"][CARGADA], _fallos(datos)
    al_dia = datos["tiendas_mes"][AL_DIA]
    partes = [f"{cargadas} cargada(s) ({entero(datos['filas'])} filas)"]
    partes += [f"{al_dia} que cargó otra corrida"] if al_dia else []
    partes += [f"{_cuantas(fallos)} con fallo"] if fallos else []
    lineas = [
        f"Corrida {datos['corrida']}: {datos['desde']} a {datos['hasta']}",
        f"De {_cuantas(datos['detalle'])} tienda(s)-mes van {', '.join(partes)}",
    ]
    grupos = agrupadas(fallos)
    lineas += [f"✗ {tienda} {meses}: {causa}" for tienda, _, meses, _, causa in grupos]
    donde = {"Reporte": archivo, "Registro": log}
    lineas += [f"{que}: {ruta}" for que, ruta in donde.items() if ruta]
    return "\n".join(lineas)


def porcentaje(datos: dict[str, Any]) -> int:
    """De las tiendas-mes del plan, cuántas van resueltas, bien o mal."""
    cuenta = datos["tiendas_mes"]
    hechas = cuenta[CARGADA] + cuenta[AL_DIA] + _cuantas(_fallos(datos))
    return 100 * hechas // max(1, _cuantas(datos["detalle"]))


def _fallos(datos: dict[str, Any]) -> list[dict[str, Any]]:
    return [m for m in datos["detalle"] if m["error"] and m["estado"] not in (CARGADA, AL_DIA)]


def _cuantas(renglones: list[dict[str, Any]]) -> int:
    """Las tiendas-mes: la que cambia de POS en el mes tiene dos renglones."""
    return len({(m["tienda"], m["mes"]) for m in renglones})
