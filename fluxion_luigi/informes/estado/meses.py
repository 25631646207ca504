"""La cobertura mes por mes para la terminal, y cómo se nombran los meses y los días que faltan."""

import calendar
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from fluxion_luigi.informes.tablas import SEPARACION, ancho, medir, tabla
from fluxion_luigi.periodos import Rango, agrupar

CORTOS = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")
# Hasta aquí va todo en una tabla; con más, una por año.
EN_UNA_TABLA = 12
_ANCHO_DE_MES = len("100") + SEPARACION
_CITADOS = 4


def tablas(informe: dict[str, Any]) -> list[list[str]]:
    """Un renglón por tienda y una columna por mes, en por ciento; nada si sólo hay un mes."""
    meses = informe["meses"]
    if len(meses) < 2:
        return []
    grupos: dict[str, list[str]] = {}
    for mes in meses:
        grupos.setdefault(mes[:4] if len(meses) > EN_UNA_TABLA else "", []).append(mes)
    caben = _caben(informe["tiendas"])
    partes = [
        [_tabla(informe["tiendas"], grupo[i : i + caben])]
        for grupo in grupos.values()
        for i in range(0, len(grupo), caben)
    ]
    partes[0].insert(0, "Cobertura de cada mes, en por ciento:")
    return partes


def en_palabras(dias: Iterable[date]) -> str:
    """`2024-09, 2025-03-09, 2025-05-01 a 2025-05-07`: los meses enteros, por su nombre."""
    partes = [_tramo(r) for r in agrupar(dias)]
    if len(partes) > _CITADOS:
        return ", ".join(partes[:_CITADOS]) + f" y {len(partes) - _CITADOS} tramos más"
    return ", ".join(partes)


def tramos_en_palabras(tramos: Sequence[Sequence[str]]) -> str:
    """Lo mismo, de tramos `[desde, hasta]` escritos."""
    rangos = (Rango(*map(date.fromisoformat, tramo)) for tramo in tramos)
    return en_palabras(dia for r in rangos for dia in r)


def _tramo(r: Rango) -> str:
    ultimo = calendar.monthrange(r.hasta.year, r.hasta.month)[1]
    if r.desde.day == 1 and r.hasta.day == ultimo:
        desde, hasta = f"{r.desde:%Y-%m}", f"{r.hasta:%Y-%m}"
    else:
        desde, hasta = str(r.desde), str(r.hasta)
    return desde if desde == hasta else f"{desde} a {hasta}"


def _caben(tiendas: list[dict[str, Any]]) -> int:
    fijo = medir([["tienda"], *([t["tienda"]] for t in tiendas)])[0]
    return max(1, min(EN_UNA_TABLA, (ancho() - fijo) // _ANCHO_DE_MES))


def _tabla(tiendas: list[dict[str, Any]], meses: list[str]) -> str:
    encabezados = [f"{CORTOS[int(m[5:]) - 1]}\n{m[:4][2:]}" for m in meses]
    return tabla(
        [[t["tienda"], *(_celda(t["meses"].get(m)) for m in meses)] for t in tiendas],
        ["tienda", *encabezados],
        a_la_derecha=encabezados,
    )


def _celda(mes: dict[str, Any] | None) -> str:
    return mes["cobertura"].split(".")[0] if mes else "·"
