"""La cobertura: qué días tiene cada tienda, mes por mes, de los que debería tener."""

from datetime import date
from typing import Any

import pandas as pd
from tabulate import tabulate

from fluxion_luigi import cobertura
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.destino.control import instantanea
from fluxion_luigi.informes.resumen import entero
from fluxion_luigi.periodos import Rango, describir

MESES_POR_TABLA = 12


def dias(config: Configuracion, tiendas: list[Tienda], rango: Rango) -> pd.DataFrame:
    """Un renglón por tienda y día exigible ya cerrado (hoy no cuenta: aún se vende).

    Returns:
        Columnas `tienda`, `dia`, `mes` (AAAA-MM), `cargado` (lógico), `filas`.
    """
    base, hoy = instantanea(config), config.hoy()
    renglones = [
        (t.id, d, f"{d:%Y-%m}", (t.id, d) in base.dias,
         base.dias[t.id, d][0].filas if (t.id, d) in base.dias else 0)
        for t in tiendas
        for d in cobertura.exigibles(config, t, rango).dias
        if d < hoy
    ]  # fmt: skip
    return pd.DataFrame(renglones, columns=["tienda", "dia", "mes", "cargado", "filas"])


def datos(marco: pd.DataFrame, tiendas: list[Tienda], rango: Rango) -> dict[str, Any]:
    """La cobertura por tienda y por mes, lista para JSON o para la tabla."""
    por_tienda = dict(list(marco.groupby("tienda")))
    salida = []
    for t in tiendas:
        suyos = por_tienda.get(t.id, marco.iloc[0:0])
        por_mes = suyos.groupby("mes")["cargado"].agg(["sum", "count"])
        salida.append({
            "tienda": t.id,
            "nombre": t.nombre,
            "registros": int(suyos["filas"].sum()),
            "dias": int(suyos["cargado"].sum()),
            "exigibles": len(suyos),
            "en_cero": [str(d) for d in suyos.loc[suyos["cargado"] & (suyos["filas"] == 0), "dia"]],
            "faltan": [str(d) for d in suyos.loc[~suyos["cargado"].astype(bool), "dia"]],
            "meses": {m: [int(f["sum"]), int(f["count"])] for m, f in por_mes.iterrows()},
        })  # fmt: skip
    return {"desde": str(rango.desde), "hasta": str(rango.hasta), "tiendas": salida}


def texto(informe: dict[str, Any]) -> str:
    """La tabla de cobertura y, debajo, lo que falta."""
    tiendas = informe["tiendas"]
    meses = sorted({m for t in tiendas for m in t["meses"]})
    total = sum(t["registros"] for t in tiendas)
    lineas = [
        f"Cobertura de {informe['desde']} a {informe['hasta']}: {entero(total)} registros",
        "",
    ]
    lineas += [_tabla(tiendas, meses[:MESES_POR_TABLA], con_totales=True), ""]
    for i in range(MESES_POR_TABLA, len(meses), MESES_POR_TABLA):
        lineas += [_tabla(tiendas, meses[i : i + MESES_POR_TABLA], con_totales=False), ""]
    lineas += _listas(tiendas, "faltan", "Faltan (días sin cargar):")
    lineas += _listas(tiendas, "en_cero", "Días cargados sin una sola venta:")
    return "\n".join(lineas).rstrip()


def _tabla(tiendas: list[dict], meses: list[str], *, con_totales: bool) -> str:
    totales = ["registros", "días", "total"] if con_totales else []
    filas = []
    for t in tiendas:
        fila = [_marca(t), t["tienda"], t["nombre"]]
        if con_totales:
            fila += [entero(t["registros"]), f"{t['dias']}/{t['exigibles']}",
                     _por_ciento(t["dias"], t["exigibles"])]  # fmt: skip
        fila += [_por_ciento(*t["meses"][m]) if m in t["meses"] else "·" for m in meses]
        filas.append(fila)
    return tabulate(
        filas,
        headers=["", "tienda", "nombre", *totales, *(f"{m[5:]}/{m[2:4]}" for m in meses)],
        tablefmt="simple",
        colalign=("left", "left", "left", *["right"] * (len(totales) + len(meses))),
        disable_numparse=True,
    )


def _listas(tiendas: list[dict], clave: str, titulo: str) -> list[str]:
    """Una línea por grupo de tiendas a las que les pasa lo mismo."""
    grupos: dict[tuple[str, ...], list[str]] = {}
    for t in tiendas:
        if t[clave]:
            grupos.setdefault(tuple(t[clave]), []).append(f"{t['tienda']} ({t['nombre']})")
    if not grupos:
        return []
    return [titulo] + [
        f"  {len(dias)} día(s), {describir(map(date.fromisoformat, dias))}: {', '.join(cuales)}"
        for dias, cuales in grupos.items()
    ]


def _marca(t: dict) -> str:
    if not t["exigibles"]:
        return "·"
    if t["dias"] == t["exigibles"]:
        return "✅"
    return "🟡" if t["dias"] else "❌"


def _por_ciento(hay: int, debe: int) -> str:
    # Nunca 100 % si falta un día.
    return f"{100 * hay // debe}%" if debe else "·"
