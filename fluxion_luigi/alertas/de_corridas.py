"""Las alertas de las corridas: la que falló, la que murió y la que ni empezó."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from fluxion_luigi import corrida
from fluxion_luigi.alertas.modelo import Alerta
from fluxion_luigi.archivos import leer_json
from fluxion_luigi.config import Configuracion
from fluxion_luigi.config.alertas import AVISO, ERROR
from fluxion_luigi.informes import reporte, resumen
from fluxion_luigi.periodos import leer_instante

# Hasta cuándo es noticia una corrida que murió, y cuántas atrás se mira.
MURIO_HACE = timedelta(days=3)
_CUANTAS = 30
_LARGO = 400
# Las que dicen ellas mismas cómo acabaron (`orden_fallida`), también cuando no son una corrida.
_LO_DICEN = ("VerificarIntegridad",)
Reporte = dict[str, Any]


def fallidas(config: Configuracion, reportes: Sequence[Reporte]) -> list[Alerta]:
    """Una por tarea, si desde la última vez que salió bien ha fallado."""
    grupos: dict[str, list[Reporte]] = {}
    for d in reportes:
        if not _murio(d) and d["tarea"] not in _LO_DICEN:
            grupos.setdefault(d["tarea"], []).append(d)
    return [a for suyas in grupos.values() if (a := _de_tarea(config, suyas))]


def muertas(config: Configuracion, reportes: Sequence[Reporte]) -> list[Alerta]:
    """Las que murieron sin despedirse y se supo hace poco."""
    # De la que murió sólo se sabe cuándo lo contó la siguiente.
    limite = config.ahora() - MURIO_HACE
    return [
        _muerta(config, d)
        for d in reportes
        if _murio(d) and leer_instante(d["terminada_en"]) > limite
    ]


def no_empezo(tarea: str, frase: str) -> Alerta:
    """La de una corrida que falló antes de tener reporte."""
    return Alerta(
        f"arranque:{tarea}", ERROR, f"{tarea} no empezó", frase.replace("\n", " ")[:_LARGO],
        "Corrija eso y repita la orden: no se cargó nada", partes=(corrida.id_actual(),),
        inmediata=True,
    )  # fmt: skip


def orden_fallida(tarea: str, frase: str) -> Alerta:
    """La de una orden que falló y no deja reporte de corrida."""
    return Alerta(
        f"orden:{tarea}", ERROR, f"{tarea} falló", frase.replace("\n", " ")[:_LARGO],
        "Corrija eso y repita la orden", partes=(corrida.id_actual(),), inmediata=True,
    )  # fmt: skip


def de_orden(config: Configuracion, actual: Reporte) -> dict[str, list[Alerta]]:
    """Lo de una que se lo dice ella, y a la que sus cargas no dejaron acabar; o nada."""
    if actual["tarea"] not in _LO_DICEN or not (a := _de_tarea(config, [actual])):
        return {}
    clave = f"orden:{actual['tarea']}"
    return {clave: [replace(a, clave=clave)]}


def reportes(config: Configuracion, actual: Reporte | None = None) -> list[Reporte]:
    """Los de las últimas corridas de esta base, de la más vieja a la más nueva.

    Van también las que murieron y nadie ha contado; las que no se entienden, no.

    Args:
        actual: el de la que está acabando, que quizá no se pudo escribir.
    """
    rutas = sorted(config.ajustes.reportes.glob("corrida_*Z-????.json"))[-_CUANTAS:]
    datos = [leer_json(r) for r in rutas]
    for diario in corrida.abandonados(config.ajustes.reportes):
        try:
            datos.append(reporte.componer(diario.corrida, diario.sucesos()))
        except Exception:  # un diario se puede estropear de cualquier manera
            continue
    if actual is not None:
        datos = [d for d in datos if not _es(d, actual["corrida"])] + [actual]
    suyos = [d for d in datos if _sirve(d) and d["base"] == config.ajustes.base.nombre]
    return sorted(suyos, key=lambda d: leer_instante(d["empezada_en"]))


def _es(datos: Any, id_: str) -> bool:
    return isinstance(datos, dict) and datos.get("corrida") == id_


def _sirve(datos: Any) -> bool:
    """Si es un reporte que se entiende."""
    try:
        leer_instante(datos["empezada_en"])
        leer_instante(datos["terminada_en"])
        textos = all(isinstance(datos[c], str) for c in ("corrida", "tarea", "estado", "base"))
        resumen.breve(datos)
        [(m["estado"], m["error"], m["dias_fuera"], m["tienda"]) for m in datos["detalle"]]
        return textos and (datos["segundos"] is None or datos["segundos"] >= 0)
    except (KeyError, TypeError, ValueError, AttributeError):
        return False


def _murio(datos: Reporte) -> bool:
    return datos["segundos"] is None


def _de_tarea(config: Configuracion, suyas: list[Reporte]) -> Alerta | None:
    """Las que fallaron desde la última que salió bien."""
    malas: list[Reporte] = []
    for d in suyas:
        malas = [] if d["estado"] == reporte.COMPLETA else [*malas, d]
    if not malas:
        return None
    ultima = malas[-1]
    senal = ultima["interrumpida_por"]
    veces = f" ({len(malas)} veces seguidas)" if len(malas) > 1 else ""
    return Alerta(
        f"corridas:{ultima['tarea']}", AVISO if senal == "SIGINT" else ERROR,
        f"{ultima['tarea']} {'la interrumpió ' + senal if senal else 'falló'}{veces}",
        f"Corrida {ultima['corrida']}, {ultima['desde']} a {ultima['hasta']}. {_causas(ultima)}",
        ultima["reintentar"] or "Repita la orden", desde=_local(config, malas[0]["empezada_en"]),
        partes=tuple(d["corrida"] for d in malas), inmediata=True,
    )  # fmt: skip


def _causas(datos: Reporte) -> str:
    """Qué tiendas y por qué, las de una misma causa juntas."""
    grupos: dict[str, list[str]] = {}
    for m in datos["detalle"]:
        if m["estado"] in (reporte.FALLIDA, reporte.NO_INTENTADA):
            dicha = m["error"] or m["dias_fuera"]
            causa = resumen.causa(m) if dicha else "no llegó a intentarse"
            grupos.setdefault(causa, []).append(m["tienda"])
    partes = [f"{', '.join(dict.fromkeys(ts))}: {causa}" for causa, ts in grupos.items()]
    texto = " · ".join(partes)
    return texto if len(texto) <= _LARGO else f"{texto[:_LARGO]}… (todo, en su reporte)"


def _muerta(config: Configuracion, datos: Reporte) -> Alerta:
    hechas = datos["tiendas_mes"][reporte.CARGADA]
    return Alerta(
        f"muertas:{datos['corrida']}", ERROR, f"{datos['tarea']} murió sin despedirse",
        f"Corrida {datos['corrida']}, {datos['desde']} a {datos['hasta']}: alcanzó a cargar "
        f"{hechas} tienda(s)-mes. La mató alguien, faltó memoria o se apagó la máquina",
        datos["reintentar"] or "Nada: no le faltaba nada",
        desde=_local(config, datos["empezada_en"]), inmediata=True, sin_fin=True,
    )  # fmt: skip


def _local(config: Configuracion, instante: str) -> str:
    local = leer_instante(instante).astimezone(config.ajustes.zona_horaria)
    return local.isoformat(timespec="seconds")
