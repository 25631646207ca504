"""Las últimas corridas de esta base, según los reportes que dejaron."""

from datetime import datetime
from typing import Any

from fluxion_luigi.archivos import leer_json
from fluxion_luigi.config import Configuracion
from fluxion_luigi.informes.reporte import FALLIDA, NO_INTENTADA
from fluxion_luigi.informes.resumen import causa
from fluxion_luigi.periodos import leer_instante

CUANTAS = 10


def ultimas(config: Configuracion) -> list[dict[str, Any]]:
    """Las últimas, la más nueva primero; las que no se entienden o son de otra base no cuentan."""
    salida = []
    # Se llaman por su hora. Junto a ellas hay otras cosas: los diarios, los marcadores anulados.
    for ruta in sorted(config.ajustes.reportes.glob("corrida_*.json"), reverse=True):
        if len(salida) == CUANTAS:
            break
        datos = leer_json(ruta)
        try:
            if datos["base"] == config.ajustes.base.nombre:
                salida.append({**_corrida(config, datos), "archivo": ruta.name})
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
    return salida


def _corrida(config: Configuracion, datos: dict[str, Any]) -> dict[str, Any]:
    cuenta = datos["tiendas_mes"]
    malas = [m for m in datos["detalle"] if m["estado"] in (FALLIDA, NO_INTENTADA)]
    # De la que murió sin despedirse no se sabe cuándo.
    acabo = datos["terminada_en"] if datos["segundos"] is not None else None
    return {
        "corrida": datos["corrida"],
        "tarea": datos.get("tarea") or "corrida",  # los reportes de antes no la dicen
        "estado": datos["estado"],
        "inicio": _local(config, datos["empezada_en"]),
        "fin": _local(config, acabo) if acabo else None,
        "segundos": datos["segundos"],
        "desde": datos["desde"],
        "hasta": datos["hasta"],
        "cargadas": cuenta["cargada"],
        "al_dia": cuenta["al_dia"],
        "fallidas": cuenta["fallida"],
        "no_intentadas": cuenta["no_intentada"],
        "filas": datos["filas"],
        "fallos": [{"tienda": m["tienda"], "mes": m["mes"], "causa": _causa(m)} for m in malas],
    }


def _causa(m: dict[str, Any]) -> str:
    return causa(m) if m["error"] or m["dias_fuera"] else "no llegó a intentarse"


def _local(config: Configuracion, instante: str) -> str:
    local: datetime = leer_instante(instante).astimezone(config.ajustes.zona_horaria)
    return local.isoformat(timespec="seconds")
