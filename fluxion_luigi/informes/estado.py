"""La cobertura: qué días tiene cada tienda, mes por mes, de los que debería tener."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
from tabulate import tabulate

from fluxion_luigi import cobertura
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.destino.control import instantanea
from fluxion_luigi.informes import orden
from fluxion_luigi.informes.resumen import entero
from fluxion_luigi.periodos import Rango, describir

# Con más, la tabla no cabe en cien columnas.
MESES_POR_TABLA = 6
COLUMNAS = ("tienda", "dia", "mes", "cargado", "firme", "vencido", "filas", "causa")


def dias(config: Configuracion, tiendas: list[Tienda], rango: Rango) -> pd.DataFrame:
    """Un renglón por tienda y día exigible ya cerrado (hoy no cuenta: aún se vende).

    Los días en cero de antes de la primera venta de una tienda no son exigibles.

    Returns:
        Columnas `tienda`, `dia`, `mes` (AAAA-MM), `cargado` (lógico), `firme` (cargado, y ya
        definitivo), `vencido` (cargado, y hay que pedirlo otra vez), `filas`, `causa` (por qué no
        se pudo cargar, si se intentó).
    """
    base, hoy = instantanea(config), config.hoy()
    primeras = cobertura.primeras_ventas(config)
    renglones = []
    for t in tiendas:
        for d in cobertura.exigibles(config, t, rango).dias:
            conteo, extraido_en, _ = base.dias.get((t.id, d), (None, None, None))
            antes_de_vender = conteo and not conteo.filas and d < primeras.get(t.id, date.max)
            if d >= hoy or (antes_de_vender and not t.apertura):
                continue
            renglones.append(
                (t.id, d, f"{d:%Y-%m}", conteo is not None,
                 conteo is not None and cobertura.firme(config, d, extraido_en),
                 conteo is not None and not cobertura.vigente(config, d, extraido_en),
                 conteo.filas if conteo else 0, base.fallidos.get((t.id, d), ""))
            )  # fmt: skip
    return pd.DataFrame(renglones, columns=COLUMNAS)


def datos(
    config: Configuracion,
    marco: pd.DataFrame,
    tiendas: list[Tienda],
    rango: Rango,
    opciones: Sequence[str] = (),
) -> dict[str, Any]:
    """La cobertura por tienda y por mes, lista para JSON o para la tabla.

    Args:
        opciones: las que debe llevar la orden sugerida.
    """
    logicas = ["cargado", "firme", "vencido"]
    marco = marco.astype(dict.fromkeys(logicas, bool))
    por_tienda = dict(list(marco.groupby("tienda")))
    salida = []
    for t in tiendas:
        suyos = por_tienda.get(t.id, marco.iloc[0:0])
        por_mes = suyos.groupby("mes")["firme"].agg(["sum", "count"])
        salida.append({
            "tienda": t.id,
            "nombre": t.nombre,
            "registros": int(suyos["filas"].sum()),
            "dias": int(suyos["cargado"].sum()),
            "firmes": int(suyos["firme"].sum()),
            "exigibles": len(suyos),
            "en_cero": _dias(suyos[suyos["cargado"] & (suyos["filas"] == 0)]),
            "provisionales": _dias(suyos[suyos["cargado"] & ~suyos["firme"]]),
            "faltan": _dias(suyos[~suyos["cargado"]]),
            "causas": {str(d): c for d, c in zip(suyos["dia"], suyos["causa"], strict=True) if c},
            "meses": {m: [int(f["sum"]), int(f["count"])] for m, f in por_mes.iterrows()},
        })  # fmt: skip
    por_pedir = marco[~marco["cargado"] | marco["vencido"]]
    return {
        "base": str(config.ajustes.base), "existe": config.ajustes.base.exists(),
        "desde": str(rango.desde), "hasta": str(rango.hasta), "tiendas": salida,
        "orden_sugerida": orden.rango(por_pedir["dia"], por_pedir["tienda"], opciones),
    }  # fmt: skip


def texto(informe: dict[str, Any]) -> str:
    """La tabla de cobertura y, debajo, lo que falta y cómo cargarlo."""
    tiendas = informe["tiendas"]
    meses = sorted({m for t in tiendas for m in t["meses"]})
    total = sum(t["registros"] for t in tiendas)
    lineas = [
        f"Cobertura de {informe['desde']} a {informe['hasta']}: {entero(total)} registros",
        f"Base: {informe['base']}" + ("" if informe["existe"] else " (no existe todavía)"),
        "",
    ]
    lineas += [_tabla(tiendas, meses[:MESES_POR_TABLA], con_totales=True), ""]
    for i in range(MESES_POR_TABLA, len(meses), MESES_POR_TABLA):
        lineas += [_tabla(tiendas, meses[i : i + MESES_POR_TABLA], con_totales=False), ""]
    lineas += _listas(tiendas, "faltan", "Faltan (días sin cargar):")
    lineas += _causas(tiendas)
    lineas += _listas(tiendas, "provisionales", "Provisionales (aún pueden cambiar):")
    lineas += _listas(tiendas, "en_cero", "Días cargados sin una sola venta:")
    if informe["orden_sugerida"]:
        lineas += ["", "Para cargar lo que falta y lo provisional que ya venció:",
                   f"  {informe['orden_sugerida']}"]  # fmt: skip
    return "\n".join(lineas).rstrip()


def _dias(marco: pd.DataFrame) -> list[str]:
    return [str(d) for d in marco["dia"]]


def _causas(tiendas: list[dict]) -> list[str]:
    """Por qué no se pudo cargar cada día que se intentó; los de una misma causa, juntos."""
    grupos: dict[tuple[str, str], list[str]] = {}
    for t in tiendas:
        for dia in t["faltan"]:
            if causa := t["causas"].get(dia):
                grupos.setdefault((f"{t['tienda']} ({t['nombre']})", causa), []).append(dia)
    if not grupos:
        return []
    return ["No se pudieron cargar la última vez:"] + [
        f"  {cual}, {describir(map(date.fromisoformat, dias))}: {causa}"
        for (cual, causa), dias in grupos.items()
    ]


def _tabla(tiendas: list[dict], meses: list[str], *, con_totales: bool) -> str:
    totales = ["registros", "días", "total"] if con_totales else []
    filas = []
    for t in tiendas:
        fila = [_marca(t), t["tienda"], t["nombre"]]
        if con_totales:
            fila += [entero(t["registros"]), f"{t['firmes']}/{t['exigibles']}",
                     _por_ciento(t["firmes"], t["exigibles"])]  # fmt: skip
        fila += [_por_ciento(*t["meses"][m]) if m in t["meses"] else "·" for m in meses]
        filas.append(fila)
    return tabulate(
        filas,
        headers=["", "tienda", "nombre", *totales, *(f"{m[5:]}\n{m[2:4]}" for m in meses)],
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
    if t["firmes"] == t["exigibles"]:
        return "✅" if t["registros"] else "❌"
    return "🟡" if t["dias"] else "❌"


def _por_ciento(hay: int, debe: int) -> str:
    # Nunca 100 % si falta un día, o si alguno es provisional.
    return f"{100 * hay // debe}%" if debe else "·"
