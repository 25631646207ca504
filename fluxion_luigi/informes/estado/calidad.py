"""La calidad en el estado para la terminal: lo que hallaron las revisiones, sin pasarse de unas."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from fluxion_luigi.informes.calidad import MARCA, de_rotas
from fluxion_luigi.informes.resumen import entero
from fluxion_luigi.informes.tablas import doblar
from fluxion_luigi.periodos import describir

MAXIMO = 20
_SANGRIA = "     "


def lineas(calidad: Mapping[str, Any] | None) -> list[str]:
    """El bloque de calidad; nada, si nunca se ha revisado."""
    if calidad is None:
        return []
    hallazgos, cuando = calidad["hallazgos"], datetime.fromisoformat(calidad["revisado_en"])
    errores = sum(h["severidad"] == "error" for h in hallazgos)
    cuenta = f"{errores} error(es) y {len(hallazgos) - errores} aviso(s)"
    if calidad["resueltos"]:
        cuenta += f"; {entero(calidad['resueltos'])} de antes ya no están"
    cabeza = f"Calidad, revisada el {cuando:%Y-%m-%d %H:%M}: {cuenta}"
    salida = [doblar(cabeza, _SANGRIA)]
    salida += [doblar(f"   {_renglon(h)}", _SANGRIA) for h in hallazgos[:MAXIMO]]
    if hallazgos[MAXIMO:]:
        salida.append(f"   y {len(hallazgos) - MAXIMO} más")
    if hallazgos:
        salida.append("   Qué significan y qué hacer: VerificarCalidad")
    return [*salida, *de_rotas({r["revision"]: r["error"] for r in calidad["rotas"]})]


def _renglon(h: Mapping[str, Any]) -> str:
    dias = describir([date.fromisoformat(d) for d in h["dias"]])
    nuevo = " (nuevo)" if h["estado"] == "nuevo" else ""
    return f"{MARCA[h['severidad']]} {h['tienda']}: {h['titulo']}{nuevo}: {dias}"
