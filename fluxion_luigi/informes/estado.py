"""La cobertura: qué días tiene cada tienda, mes por mes, de los que debería tener."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd

from fluxion_luigi import cobertura
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.destino.control import instantanea
from fluxion_luigi.informes import orden
from fluxion_luigi.informes.resumen import entero
from fluxion_luigi.informes.tablas import SEPARACION, ancho, medir, tabla
from fluxion_luigi.periodos import Rango, describir

# Un año por tabla, si cabe.
MESES_POR_TABLA = 12
_ANCHO_DE_MES = len("100%") + SEPARACION
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
            respaldo = base.dias.get((t.id, d))
            conteo = respaldo.conteo if respaldo else None
            antes_de_vender = conteo and not conteo.filas and d < primeras.get(t.id, date.max)
            if d >= hoy or (antes_de_vender and not t.apertura):
                continue
            renglones.append(
                (t.id, d, f"{d:%Y-%m}", conteo is not None,
                 conteo is not None and cobertura.firme(config, d, respaldo.confirmado_en),
                 conteo is not None and not cobertura.vigente(config, d, respaldo.confirmado_en),
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
    ultimas, hoy = cobertura.ultimas_ventas(config), config.hoy()
    salida = []
    for t in tiendas:
        ultimo = ultimas.get(t.id)
        suyos = por_tienda.get(t.id, marco.iloc[0:0])
        por_mes = suyos.groupby("mes")["firme"].agg(["sum", "count"])
        salida.append({
            "tienda": t.id,
            "nombre": t.nombre,
            "registros": int(suyos["filas"].sum()),
            "ultimo_dia": str(ultimo) if ultimo else None,
            "hace_dias": (hoy - ultimo).days if ultimo else None,
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
    lineas += _tablas(tiendas, meses)
    lineas += _ultimos(tiendas)
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


def _ultimos(tiendas: list[dict]) -> list[str]:
    """Hasta qué día hay ventas, y cuánto hace; las que van atrasadas, primero."""
    grupos: dict[tuple, list[str]] = {}
    for t in sorted(tiendas, key=lambda t: t["ultimo_dia"] or ""):
        cuando = (t["ultimo_dia"], t["hace_dias"])
        grupos.setdefault(cuando, []).append(t["tienda"])
    lineas = ["Último día con ventas:"]
    for (dia, hace), cuales in grupos.items():
        cuando = f"{dia}, hace {hace} día(s)" if dia else "ninguno"
        todas = len(tiendas) > 1 and len(cuales) == len(tiendas)
        lineas.append(f"  {cuando}: {'todas' if todas else ', '.join(cuales)}")
    return lineas if tiendas else []


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


def _tablas(tiendas: list[dict], meses: list[str]) -> list[str]:
    """Los totales con los primeros meses y, en otras tablas, los que no quepan."""
    caben = _caben(tiendas, con_totales=True)
    lineas = [_tabla(tiendas, meses[:caben], con_totales=True), ""]
    quedan = meses[caben:]
    caben = max(1, _caben(tiendas, con_totales=False))
    for i in range(0, len(quedan), caben):
        lineas += [_tabla(tiendas, quedan[i : i + caben], con_totales=False), ""]
    return lineas


def _caben(tiendas: list[dict], *, con_totales: bool) -> int:
    """Cuántos meses caben al lado de las columnas que los nombran."""
    fijas = medir([_encabezados([], con_totales), *_filas(tiendas, [], con_totales)])
    return min(MESES_POR_TABLA, max(0, ancho() - sum(fijas) - SEPARACION * (len(fijas) - 1))
               // _ANCHO_DE_MES)  # fmt: skip


def _tabla(tiendas: list[dict], meses: list[str], *, con_totales: bool) -> str:
    encabezados = _encabezados(meses, con_totales)
    return tabla(
        _filas(tiendas, meses, con_totales),
        encabezados,
        a_la_derecha=encabezados[3:],
        elasticas=["nombre"],
    )


def _encabezados(meses: list[str], con_totales: bool) -> list[str]:
    totales = ["registros", "días", "total"] if con_totales else []
    return ["", "tienda", "nombre", *totales, *(f"{m[5:]}\n{m[2:4]}" for m in meses)]


def _filas(tiendas: list[dict], meses: list[str], con_totales: bool) -> list[list[str]]:
    filas = []
    for t in tiendas:
        fila = [_marca(t), t["tienda"], t["nombre"]]
        if con_totales:
            fila += [entero(t["registros"]), f"{t['firmes']}/{t['exigibles']}",
                     _por_ciento(t["firmes"], t["exigibles"])]  # fmt: skip
        filas.append(
            fila + [_por_ciento(*t["meses"][m]) if m in t["meses"] else "·" for m in meses]
        )
    return filas


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
