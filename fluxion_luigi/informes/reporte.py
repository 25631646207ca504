"""El reporte de una corrida: los datos, hechos del diario de sucesos."""

from datetime import UTC, datetime
from typing import Any

from fluxion_luigi.informes import orden
from fluxion_luigi.periodos import Rango

# Lo que le pasó a una tienda-mes.
CARGADA, AL_DIA, FALLIDA, NO_INTENTADA = "cargada", "al_dia", "fallida", "no_intentada"
# Cómo acabó una corrida.
COMPLETA, CON_FALLOS, INTERRUMPIDA = "completa", "con_fallos", "interrumpida"


def componer(corrida: str, sucesos: list[dict[str, Any]]) -> dict[str, Any]:
    """El reporte de una corrida.

    Args:
        sucesos: el diario. Empieza por el de inicio y acaba por el de fin, que dice qué tiendas-mes
            (`al_dia`, por sus días o, enteras, por su mes) estaban completas y qué señal la
            terminó; sin él, murió antes de acabar.

    Returns:
        Un diccionario que se puede escribir en JSON; sus claves son las del reporte.
    """
    fin = _ultimo(sucesos, "fin")
    al_dia = {tuple(par) for par in fin["al_dia"]} if fin else set()
    inicio = next((s for s in sucesos if s["suceso"] == "inicio"), {})
    opciones = inicio.get("opciones", [])
    if inicio.get("recargar") and not _ultimo(sucesos, "anulados"):
        # No se llegó a pedir otra vez: lo que está cargado es lo de antes.
        al_dia, opciones = set(), [*opciones, "--recargar"]
    empezo = inicio.get("empezada_en") or (sucesos[0]["en"] if sucesos else None)
    meses = [
        _tienda_mes(tienda, nombre, Rango.de_texto(tramo), sucesos, al_dia)
        for tienda, nombre, tramo in inicio.get("plan", [])
    ]
    faltan = [m for m in meses if m["estado"] in (FALLIDA, NO_INTENTADA)]
    terminada = datetime.fromisoformat(fin["en"]) if fin else datetime.now(UTC)
    return {
        "corrida": corrida,
        "tarea": inicio.get("tarea"),
        "estado": _estado(fin, faltan),
        "interrumpida_por": fin["senal"] if fin else None,
        "base": inicio.get("base"),
        "base_nueva": inicio.get("base_nueva"),
        "desde": inicio.get("desde"),
        "hasta": inicio.get("hasta"),
        "empezada_en": empezo,
        "terminada_en": terminada.isoformat(timespec="milliseconds"),
        "segundos": round((terminada - datetime.fromisoformat(empezo)).total_seconds(), 1)
        if empezo and fin
        else None,
        "filas": sum(m["filas"] or 0 for m in meses),
        "tiendas_mes": _por_estado(meses),
        "sin_fecha": _sin_fecha(meses),
        "excluidos": inicio.get("excluidos", []),
        "huecos": huecos(inicio.get("huecos") or {}, opciones),
        "reintentar": _orden(faltan, inicio, opciones),
        "latido": latidos(sucesos),
        "publicacion": publicacion(sucesos),
        "detalle": meses,
    }


def _por_estado(meses: list[dict]) -> dict[str, int]:
    """Cuántas tiendas-mes hay de cada estado. La que ese mes cambia de POS tiene dos renglones y es
    una: la peor de las dos."""
    peores = (FALLIDA, NO_INTENTADA, CARGADA, AL_DIA)
    suyos: dict[tuple[str, str], int] = {}
    for m in meses:
        clave, estado = (m["tienda"], m["mes"]), peores.index(m["estado"])
        suyos[clave] = min(estado, suyos.get(clave, estado))
    return {
        e: sum(n == peores.index(e) for n in suyos.values())
        for e in (CARGADA, AL_DIA, FALLIDA, NO_INTENTADA)
    }


def latidos(sucesos: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Los avisos al servicio de vigilancia: cuál, si llegó y, si no, por qué. Vacío si no hay."""
    claves = ("aviso", "en", "enviado", "motivo")
    return [{c: s.get(c) for c in claves} for s in sucesos if s["suceso"] == "latido"]


def publicacion(sucesos: list[dict[str, Any]]) -> dict[str, Any] | None:
    """La copia para BI que hizo la corrida, o por qué no pudo (`motivo`); None si no hizo falta."""
    suyo = _ultimo(sucesos, "publicacion")
    return {k: v for k, v in suyo.items() if k not in ("suceso", "en")} if suyo else None


def huecos(por_tienda: dict[str, list[str]], opciones: list[str]) -> dict[str, Any]:
    """Los días que faltan y el incremento ya no pide solo, con la orden que los carga."""
    dias = [d for suyos in por_tienda.values() for d in suyos]
    return {"tiendas": por_tienda, "orden": orden.rango(dias, por_tienda, opciones)}


def _sin_fecha(meses: list[dict]) -> dict[str, int]:
    """Las filas sin fecha de cada tienda: son las mismas se cuente el mes que se cuente."""
    veces: dict[str, int] = {}
    for m in meses:
        if m["sin_fecha"]:
            veces[m["tienda"]] = max(m["sin_fecha"], veces.get(m["tienda"], 0))
    return veces


def _estado(fin: dict | None, faltan: list[dict]) -> str:
    if not fin or fin["senal"]:
        return INTERRUMPIDA
    return CON_FALLOS if faltan else COMPLETA


def _tienda_mes(tienda: str, nombre: str, tramo: Rango, sucesos, al_dia) -> dict[str, Any]:
    propios = [s for s in sucesos if s.get("tienda") == tienda and _de_ese_tramo(s, tramo)]
    extraccion = _ultimo(propios, "extraccion") or {}
    carga, ajena = _ultimo(propios, "carga"), _ultimo(propios, "ajena")
    fallo = _ultimo(propios, "fallo") or _fallo_de_la_tienda(sucesos, tienda)
    if carga and carga.get("fuera"):
        estado = FALLIDA  # aunque los demás días se cargaran
    elif carga:
        estado, fallo = CARGADA, None
    elif ajena or al_dia & {(tienda, str(tramo)), (tienda, tramo.mes)}:
        estado, fallo = AL_DIA, None
    elif fallo and fallo.get("mes"):
        estado = FALLIDA
    else:
        estado = NO_INTENTADA
    return {
        "tienda": tienda,
        "nombre": nombre,
        "mes": tramo.mes,
        "desde": str(tramo.desde),
        "hasta": str(tramo.hasta),
        "estado": estado,
        "filas": carga["filas"] if carga else None,
        "total": carga["total"] if carga else None,
        "dias": carga["dias"] if carga else None,
        "dias_en_cero": carga["dias_en_cero"] if carga else None,
        "sin_producto": carga["sin_producto"] if carga else None,
        "ambiguos": carga.get("ambiguos") if carga else None,
        "sin_fecha": carga.get("sin_fecha") if carga else None,
        "dias_fuera": carga.get("fuera", {}) if carga else {},
        "caidas": carga.get("caidas", {}) if carga else {},
        "aviso": carga.get("aviso") if carga else None,
        "calidad": carga.get("calidad", []) if carga else [],
        "cargada_por": ajena["corridas"] if ajena else None,
        "segundos_extraccion": extraccion.get("segundos"),
        "segundos_carga": carga["segundos"] if carga else None,
        "ventanas": extraccion.get("ventanas"),
        "reutilizadas": extraccion.get("reutilizadas"),
        "partidas": extraccion.get("partidas"),
        "intentos": extraccion.get("intentos"),
        "clase_error": fallo["clase"] if fallo else None,
        "error": fallo["texto"] if fallo else None,
    }


def _de_ese_tramo(suceso: dict, tramo: Rango) -> bool:
    """Si es de ese mes y, cuando la tienda cambia de POS en él, de esos días."""
    desde = suceso.get("desde")
    entre = desde is None or str(tramo.desde) <= desde <= str(tramo.hasta)
    return suceso.get("mes") == tramo.mes and entre


def _ultimo(sucesos: list[dict], cual: str) -> dict | None:
    return next((s for s in reversed(sucesos) if s["suceso"] == cual), None)


def _fallo_de_la_tienda(sucesos: list[dict], tienda: str) -> dict | None:
    """El fallo que dejó a toda la tienda, o a toda la corrida, sin intentar."""
    generales = [s for s in sucesos if s.get("mes") is None]
    propios = [s for s in generales if s.get("tienda") == tienda]
    return _ultimo(propios, "fallo") or _ultimo(
        [s for s in generales if s.get("tienda") is None], "fallo"
    )


def _orden(faltan: list[dict], inicio: dict, opciones: list[str]) -> str | None:
    """La orden que reintenta lo que no se logró: lo ya cargado no se vuelve a pedir."""
    if inicio.get("tarea") == "IncrementoDiario":  # de los días firmes sólo ella pregunta
        return orden.incremento(inicio["hasta"], [m["tienda"] for m in faltan], opciones)
    dias = [d for m in faltan for d in m["dias_fuera"] or (m["desde"], m["hasta"])]
    return orden.rango(dias, [m["tienda"] for m in faltan], opciones)
