"""Cómo se pintan los días: el mapa de calor, los calendarios y qué semanas están a medias."""

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from fluxion_luigi.informes.pagina import formatos
from fluxion_luigi.periodos import UN_DIA

UNA_SEMANA = timedelta(days=7)
# De un carácter del calendario a la clase de su celda, lo que se ve en ella y lo que significa.
DIAS = {
    "f": ("", ".", "firme"),
    "p": ("p", "~", "provisional, aún puede cambiar"),
    "c": ("c", "0", "confirmado sin ventas"),
    "x": ("x", "X", "falta"),
    "·": ("v", "", "no se debía: antes de abrir, fuera del período o por venir"),
}
# Desde qué por ciento vale cada tono: cuanto más falta, más oscuro, y se nota también en gris.
TONOS = ((90, "t1"), (60, "t2"), (30, "t3"), (0, "t4"))
# Más meses por tabla no caben en una hoja de papel.
MESES_POR_MAPA = 24


class Celda(NamedTuple):
    """Un mes de una tienda en el mapa de calor."""

    clase: str
    texto: str
    simbolo: str
    detalle: str


NO_DEBIA = Celda("n", formatos.NADA, "", "no se debía ningún día")


def celda(mes: dict[str, Any] | None) -> Celda:
    """Cómo se ve un mes. El color no dice nada que no digan el número y el símbolo."""
    if not mes or not mes["dias"]["exigibles"]:
        return NO_DEBIA
    d = mes["dias"]
    texto, detalle = formatos.por_ciento_corto(mes["cobertura"]), dias(d)
    if d["firmes"] == d["exigibles"]:
        return Celda("t0", texto, "✓", detalle)
    if not d["faltan"]:
        return Celda("p", texto, "~", detalle)
    if d["faltan"] == d["exigibles"]:
        return Celda("t5", texto, "✗", detalle)
    tono = next(t for piso, t in TONOS if Decimal(mes["cobertura"]) >= piso)
    return Celda(tono, texto, "◐", detalle)


def dias(d: dict[str, int]) -> str:
    """`28 de 31 días firmes, 2 provisionales, 1 falta`."""
    partes = [f"{d['firmes']} de {formatos.cuenta(d['exigibles'], 'día')} firmes"]
    if d["provisionales"]:
        partes.append(formatos.cuenta(d["provisionales"], "provisional", "provisionales"))
    if d["faltan"]:
        partes.append(formatos.cuenta(d["faltan"], "falta", "faltan"))
    if d["en_cero"]:
        partes.append(f"{d['en_cero']} sin ventas")
    return ", ".join(partes)


def mapas(meses: list[str]) -> list[list[str]]:
    """Los meses de cada tabla del mapa de calor, de a los que caben."""
    return [meses[i : i + MESES_POR_MAPA] for i in range(0, len(meses), MESES_POR_MAPA)]


def por_anio(meses: list[str]) -> list[tuple[str, int]]:
    """Los años de una tabla, cada uno con cuántas columnas ocupa."""
    anios = [m[:4] for m in meses]
    return [(a, anios.count(a)) for a in dict.fromkeys(anios)]


def causas(huecos: list[dict[str, Any]]) -> list[tuple[str | None, list[str]]]:
    """Los huecos de una tienda por su causa: los de una misma causa son un solo problema."""
    grupos: dict[str | None, list[str]] = {}
    for h in huecos:
        grupos.setdefault(h["causa"], []).append(formatos.tramo(h["desde"], h["hasta"]))
    return list(grupos.items())


def fallos(corrida: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    """Lo que falló en una corrida: tienda, causa y sus meses."""
    grupos: dict[tuple[str, str], list[str]] = {}
    for f in corrida["fallos"]:
        grupos.setdefault((f["tienda"], f["causa"]), []).append(formatos.mes(f["mes"]))
    return [(*de_que, meses) for de_que, meses in grupos.items()]


def a_medias(informe: dict[str, Any]) -> set[str]:
    """Los lunes de las semanas que no se pueden comparar con las otras.

    A alguna tienda le falta un día, o el período empieza o acaba dentro de ellas. La tienda de la
    que no hay nada no cuenta: le falta a todas por igual.
    """
    ayer = date.fromisoformat(informe["generado"][:10]) - UN_DIA
    desde = date.fromisoformat(informe["desde"])
    hasta = min(date.fromisoformat(informe["hasta"]), ayer)
    con_ventas = [t for t in informe["tiendas"] if t["estado"] != "vacia"]
    malas = {_lunes(d) for t in con_ventas for d in _que_faltan(t["calendario"])}
    for punto in informe["serie"]:
        lunes = date.fromisoformat(punto["semana"])
        if lunes < desde or lunes + UNA_SEMANA - UN_DIA > hasta:
            malas.add(lunes)
    return {str(d) for d in malas}


def _lunes(dia: date) -> date:
    return dia - dia.weekday() * UN_DIA


def _que_faltan(calendario: dict[str, str]) -> Iterator[date]:
    for mes, marcas in calendario.items():
        primero = date.fromisoformat(f"{mes}-01")
        yield from (primero + i * UN_DIA for i, marca in enumerate(marcas) if marca == "x")


def entero(mes: str, d: dict[str, int]) -> bool:
    """Si el mes se puede comparar con otros: se debían todos sus días y no falta ninguno."""
    anio, m = map(int, mes.split("-"))
    return not d["faltan"] and d["exigibles"] == calendar.monthrange(anio, m)[1]
