"""Los días que faltan, y la orden que los carga."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from fluxion_luigi.config import Tienda
from fluxion_luigi.informes import orden
from fluxion_luigi.informes.estado.dias import FALTA, Dia
from fluxion_luigi.periodos import Rango, agrupar

Vistas = list[tuple[Tienda, list[Dia]]]


def de_tienda(suyos: list[Dia]) -> list[dict[str, Any]]:
    """Los días seguidos que faltan por una misma causa."""
    por_causa: dict[str | None, list[date]] = {}
    for d in suyos:
        if d.letra == FALTA:
            por_causa.setdefault(d.causa, []).append(d.dia)
    tramos = sorted((tramo, causa) for causa, dias in por_causa.items() for tramo in agrupar(dias))
    return [
        {"desde": str(r.desde), "hasta": str(r.hasta), "dias": len(r), "causa": causa}
        for r, causa in tramos
    ]


def de_cadena(activas: Vistas, opciones: Sequence[str]) -> list[dict]:
    """Los días seguidos que faltan, y la orden que los carga; las tiendas a que les faltan, juntas.

    A una inactiva no se le puede pedir nada: los suyos están sólo en la tienda.
    """
    de_quien: dict[Rango, list[str]] = {}
    for t, suyos in activas:
        for tramo in agrupar(d.dia for d in suyos if d.letra == FALTA):
            de_quien.setdefault(tramo, []).append(t.id)
    return [
        {
            "tiendas": ids,
            "dias": len(r),
            "tramos": [[str(r.desde), str(r.hasta)]],
            "orden": orden.rango([r.desde, r.hasta], ids, opciones),
        }
        for r, ids in sorted(de_quien.items())
    ]


def orden_de_todo(activas: Vistas, opciones: Sequence[str]) -> str:
    """La que carga de una vez todo lo que falta y lo provisional que ya venció; vacía si nada."""
    por_pedir = [
        (d.dia, t.id) for t, suyos in activas for d in suyos if d.letra == FALTA or d.vencido
    ]
    return orden.rango([d for d, _ in por_pedir], [t for _, t in por_pedir], opciones) or ""
