"""Lo que hay que saber además de la cobertura: quién no responde, qué falló, qué cambió."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from fluxion_luigi.informes.resumen import entero
from fluxion_luigi.informes.tablas import doblar
from fluxion_luigi.periodos import Rango, describir

_SANGRIA = "    "


def todos(informe: dict[str, Any]) -> list[list[str]]:
    """Un grupo de líneas por aviso; vacíos los que no hay que dar."""
    tiendas = informe["tiendas"]
    activas = [t for t in tiendas if t["activa"]]
    con_ventas = [t for t in activas if t["estado"] != "vacia"]
    return [
        _mudas(tiendas),
        _mudanzas(tiendas, informe["desde"], informe["hasta"]),
        _causas(tiendas),
        _dias("Provisionales (aún pueden cambiar):", activas, "p"),
        _dias("Días sin una sola venta, confirmados por la tienda:", con_ventas, "c"),
        _cambios(informe["cambios"]),
    ]


def nombre(t: dict[str, Any]) -> str:
    """`tienda_01 (PERIFERICO)`."""
    propio = t["nombre"] if t["en_catalogo"] else t["nombre"].strip("()")
    return f"{t['tienda']} ({propio})"


def faltantes(t: dict[str, Any]) -> Iterator[date]:
    """Los días que le faltan a una tienda."""
    return (dia for h in t["huecos"] for dia in _rango(h))


def publicada(copia: dict[str, Any] | None) -> list[str]:
    """Cuánto hace que se publicó la copia que lee BI."""
    if copia is None:
        return []
    if not copia["existe"]:
        return [f"Copia para BI: {copia['ruta']} (no existe todavía)"]
    segundos = copia["hace_segundos"]
    cuando = "" if segundos is None else f", de hace {_edad(segundos)}"
    vieja = "; la base cambió después" if copia["atrasada"] else ""
    return [doblar(f"Copia para BI: {copia['ruta']}{cuando}{vieja}", _SANGRIA)]


def _edad(segundos: float) -> str:
    for cuanto, unidad in ((86_400, "día(s)"), (3600, "h"), (60, "min")):
        if segundos >= cuanto:
            return f"{int(segundos // cuanto)} {unidad}"
    return f"{int(segundos)} s"


def _rango(hueco: dict[str, Any]) -> Rango:
    return Rango(date.fromisoformat(hueco["desde"]), date.fromisoformat(hueco["hasta"]))


def _minuto(instante: str) -> str:
    return instante[:16].replace("T", " ")


def _mudas(tiendas: list[dict[str, Any]]) -> list[str]:
    lineas = []
    for t in tiendas:
        if muda := t["sin_respuesta"]:
            desde, ultima = _minuto(muda["desde"]), _minuto(muda["ultima"])
            cuando = desde if desde == ultima else f"desde {desde} hasta {ultima}"
            lineas.append(doblar(f"  {nombre(t)}, {cuando}: {muda['causa']}", _SANGRIA))
    return ["No respondieron la última vez que se probaron:", *lineas] if lineas else []


def _mudanzas(tiendas: list[dict[str, Any]], desde: str, hasta: str) -> list[str]:
    lineas = [
        doblar(f"  {nombre(t)}, el {a['desde']}: de {_cual(de)} a {_cual(a)}", _SANGRIA)
        for t in tiendas
        for de, a in pairwise(t["pos"])
        if desde <= a["desde"] <= hasta
    ]
    return ["Cambiaron de POS:", *lineas] if lineas else []


def _cual(pos: dict[str, Any]) -> str:
    return f"{pos['sistema']} ({pos['lugar']})"


def _causas(tiendas: list[dict[str, Any]]) -> list[str]:
    """Por qué no se pudo cargar cada día que se intentó; los de una misma causa, juntos."""
    grupos: dict[tuple[str, str], list[date]] = {}
    for t in tiendas:
        for hueco in t["huecos"]:
            if hueco["causa"]:
                grupos.setdefault((nombre(t), hueco["causa"]), []).extend(_rango(hueco))
    lineas = [
        doblar(f"  {cual}, {describir(dias)}: {causa}", _SANGRIA)
        for (cual, causa), dias in grupos.items()
    ]
    return ["No se pudieron cargar la última vez:", *lineas] if lineas else []


def _dias(titulo: str, tiendas: list[dict[str, Any]], letra: str) -> list[str]:
    """Un renglón por grupo de tiendas a las que les pasa lo mismo los mismos días."""
    grupos: dict[tuple[date, ...], list[str]] = {}
    for t in tiendas:
        dias = tuple(
            date.fromisoformat(f"{mes}-{n:02d}")
            for mes, letras in t["calendario"].items()
            for n, suya in enumerate(letras, start=1)
            if suya == letra
        )
        if dias:
            grupos.setdefault(dias, []).append(t["tienda"])
    lineas = [
        doblar(f"  {len(dias)} día(s), {describir(dias)}: {', '.join(cuales)}", _SANGRIA)
        for dias, cuales in grupos.items()
    ]
    return [titulo, *lineas] if lineas else []


def _cambios(cambios: dict[str, Any] | None) -> list[str]:
    if cambios is None:
        return []
    cuentas = {
        "registro(s)": cambios["registros"],
        "día(s) cargado(s)": cambios["dias_cargados"],
    }
    partes = [f"{'+' if n > 0 else '-'}{entero(abs(n))} {que}" for que, n in cuentas.items() if n]
    if not cambios["registros"] and Decimal(cambios["total"]):
        partes.append(f"{cambios['total']} de monto")
    if cambios["huecos_nuevos"]:
        partes.append(f"{entero(cambios['huecos_nuevos'])} día(s) más por cargar")
    if cambios["huecos_cerrados"]:
        partes.append(f"{entero(cambios['huecos_cerrados'])} día(s) dejaron de faltar")
    que = "; ".join(partes) or "nada cambió"
    return [doblar(f"Desde el informe de {_minuto(cambios['desde'])}: {que}", _SANGRIA)]
