"""El estado para la terminal: la tabla, el resumen, y los huecos con la orden que los llena."""

from collections.abc import Iterable
from typing import Any

from fluxion_luigi.informes.estado import alertas, avisos, calidad, meses
from fluxion_luigi.informes.resumen import entero
from fluxion_luigi.informes.tablas import doblar, orden_doblada, tabla

MARCA = {"completa": "✅", "parcial": "🟡", "vacia": "❌", "sin_abrir": "·", "por_venir": "·",
         "inactiva": "⚪"}  # fmt: skip
# Más huecos que éstos no se leen: la orden que los carga todos va al final.
MAXIMO_DE_HUECOS = 20
_SANGRIA = "     "


def texto(informe: dict[str, Any]) -> str:
    """La tabla de cobertura y, debajo, lo que falta y cómo cargarlo."""
    existe = "" if informe["existe"] else " (no existe todavía)"
    partes = [
        [f"Cobertura de {informe['desde']} a {informe['hasta']}",
         f"Base: {informe['base']}{existe}", *avisos.publicada(informe["publicada"])],
        [_tabla(informe["tiendas"])],
        *meses.tablas(informe),
        _resumen(informe),
        _por_estado(informe),
        *avisos.todos(informe),
        alertas.lineas(informe["alertas"]),
        calidad.lineas(informe["calidad"]),
        _huecos(informe),
    ]  # fmt: skip
    return "\n\n".join("\n".join(p) for p in partes if p)


def por_ciento(cobertura: str | None) -> str:
    """`99,98%`, `92%`; un punto si no hay nada que cubrir."""
    if cobertura is None:
        return "·"
    return cobertura.removesuffix(".00").replace(".", ",") + "%"


def no_llega(informe: dict[str, Any], exigido: float) -> str:
    """Por qué no se cumple lo que se exige, y qué hacer."""
    totales, cuando = informe["totales"], f"de {informe['desde']} a {informe['hasta']}"
    if totales["cobertura"] is None:
        return f"No hay ningún día exigible {cuando}: la cobertura no se puede exigir."
    pendientes = [t["tienda"] for t in informe["tiendas"] if t["activa"] and _pendiente(t)]
    cuenta = {"por cargar": totales["dias"]["faltan"],
              "provisional(es)": totales["dias"]["provisionales"]}  # fmt: skip
    cuanto = " y ".join(f"{entero(n)} día(s) {que}" for que, n in cuenta.items() if n)
    que_hacer = (
        f"Para cargar lo que falta y lo provisional que ya venció:\n  {informe['orden_sugerida']}"
        if informe["orden_sugerida"]
        else "Lo provisional se confirma otro día (dias_provisionales en luigi.cfg)."
    )
    return (
        f"La cobertura {cuando} es {por_ciento(totales['cobertura'])} y se exige "
        f"{por_ciento(f'{exigido:.12g}')}: hay {cuanto} de {', '.join(pendientes)}. {que_hacer}"
    )


def _pendiente(t: dict[str, Any]) -> int:
    return t["dias"]["faltan"] + t["dias"]["provisionales"]


def _tabla(tiendas: list[dict[str, Any]]) -> str:
    return tabla(
        [
            [MARCA[t["estado"]], t["tienda"], t["nombre"], entero(t["registros"]),
             por_ciento(t["cobertura"]), t["ultimo_dia"] or "·",
             f"{t['hace_dias']} d" if t["ultimo_dia"] else "·"]
            for t in tiendas
        ],
        ["", "tienda", "nombre", "registros", "cobertura", "último día", "hace"],
        a_la_derecha=["registros", "cobertura", "hace"],
        elasticas=["nombre"],
    )  # fmt: skip


def _resumen(informe: dict[str, Any]) -> list[str]:
    totales, cuenta = informe["totales"], informe["totales"]["dias"]
    cuantos = len(informe["meses"])
    frases = [
        f"Registros: {entero(totales['registros'])}, {entero(totales['promedio_mensual'])} al mes",
        f"Período: {informe['desde']} a {informe['hasta']} ({cuantos} mes{'es' * (cuantos != 1)})",
        f"Cobertura: {por_ciento(totales['cobertura'])}. De {entero(cuenta['exigibles'])} "
        f"día(s) de tiendas activas, {entero(cuenta['firmes'])} firmes, "
        f"{entero(cuenta['provisionales'])} provisionales, {entero(cuenta['faltan'])} faltan",
        f"Lugares: {totales['activos']} activos de {totales['lugares']} configurados que venden",
    ]
    return [doblar(frase, _SANGRIA) for frase in frases]


def _por_estado(informe: dict[str, Any]) -> list[str]:
    """Quiénes están completas y, de cada una de las demás, qué le pasa."""
    de_estado: dict[str, list[dict[str, Any]]] = {estado: [] for estado in MARCA}
    for t in informe["tiendas"]:
        de_estado[t["estado"]].append(t)
    completas = de_estado["completa"]
    lineas = []
    if completas:
        cuales = ", ".join(map(avisos.nombre, completas))
        lineas.append(doblar(f"✅ Completas ({len(completas)}): {cuales}", _SANGRIA))
    lineas += _lista("🟡 Parciales", ((t, _falta(t)) for t in de_estado["parcial"]))
    lineas += _lista("❌ Vacías", ((t, _vacia(t)) for t in de_estado["vacia"]))
    lineas += _lista(
        "🆕 De apertura reciente",
        ((t, f"desde el {t['apertura'] or t['primer_dia']}")
         for t in informe["tiendas"] if t["reciente"]),
    )  # fmt: skip
    lineas += _lista(
        "·  Aún no abren en esos días",
        ((t, f"apertura: {t['apertura'] or t['primer_dia'] or 'sin fecha'}")
         for t in de_estado["sin_abrir"]),
    )  # fmt: skip
    dias = f"de {informe['desde']} a {informe['hasta']}"
    lineas += _lista("·  Con esos días por venir", ((t, dias) for t in de_estado["por_venir"]))
    return lineas + _lista("⚪ Inactivas", ((t, _inactiva(t)) for t in de_estado["inactiva"]))


def _lista(titulo: str, renglones: Iterable[tuple[dict[str, Any], str]]) -> list[str]:
    """Un renglón por tienda; a las que les pasa lo mismo, juntas."""
    grupos: dict[str, list[str]] = {}
    for t, que in renglones:
        grupos.setdefault(que, []).append(avisos.nombre(t))
    lineas = [doblar(f"   {', '.join(ids)}: {que}", _SANGRIA) for que, ids in grupos.items()]
    return [f"{titulo} ({sum(map(len, grupos.values()))}):", *lineas] if grupos else []


def _falta(t: dict[str, Any]) -> str:
    """`85,3%; faltan 61 día(s): 2024-09, 2025-03`."""
    partes = [por_ciento(t["cobertura"])]
    if t["dias"]["faltan"]:
        cuales = meses.en_palabras(avisos.faltantes(t))
        partes.append(f"faltan {entero(t['dias']['faltan'])} día(s): {cuales}")
    if t["dias"]["provisionales"]:
        partes.append(f"{entero(t['dias']['provisionales'])} provisional(es)")
    return "; ".join(partes)


def _vacia(t: dict[str, Any]) -> str:
    if not t["dias"]["en_cero"]:
        return _falta(t)
    return (
        f"{_falta(t)}; los {entero(t['dias']['en_cero'])} día(s) cargados están en cero. ¿Es ésa "
        "su base, y son ésas las fechas?"
    )


def _inactiva(t: dict[str, Any]) -> str:
    hasta = f"ventas hasta el {t['ultimo_dia']}" if t["ultimo_dia"] else "sin ventas"
    if not t["dias"]["faltan"]:
        return hasta
    return f"{hasta}; {_falta(t)} (para cargarlos, actívela en el catálogo)"


def _huecos(informe: dict[str, Any]) -> list[str]:
    """Cada hueco con su orden y, si hacen falta, la que lo carga todo."""
    huecos, todo = informe["huecos"], informe["orden_sugerida"]
    lineas = ["Huecos, y la orden que llena cada uno:"] if huecos else []
    for h in huecos[:MAXIMO_DE_HUECOS]:
        cuales = meses.tramos_en_palabras(h["tramos"])
        frase = f"  {entero(h['dias'])} día(s), {cuales}, de {', '.join(h['tiendas'])}:"
        lineas += [doblar(frase, "  "), orden_doblada(h["orden"], _SANGRIA)]
    if mas := huecos[MAXIMO_DE_HUECOS:]:
        lineas.append(f"  … y {len(mas)} hueco(s) más; --formato json los trae todos.")
    if todo and [h["orden"] for h in huecos] != [todo]:
        lineas += [""] * bool(huecos)
        titulo = "Para cargar de una vez lo que falta y lo provisional que ya venció:"
        lineas += [doblar(titulo), orden_doblada(todo, "  ")]
    return lineas
