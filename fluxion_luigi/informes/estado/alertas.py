"""Las alertas vigentes y cómo van sus canales, según la última ronda. Aquí no se envía nada."""

from typing import Any

from fluxion_luigi.archivos import leer_json
from fluxion_luigi.config import Configuracion
from fluxion_luigi.informes.tablas import doblar
from fluxion_luigi.periodos import leer_instante

_VIVA = ("clave", "severidad", "titulo", "detalle", "tienda", "desde", "que_hacer", "avisada_en")
_CANAL = ("canal", "estado", "en", "error")
_SANGRIA = "    "
_CITADAS = 20


def guardadas(config: Configuracion) -> dict[str, Any] | None:
    """Lo que dejó la última ronda; None si no hubo ninguna o no se entiende."""
    datos = leer_json(config.ajustes.reportes / "alertas.json")
    try:
        leer_instante(datos["en"])
        vivas = [{c: v[c] for c in _VIVA} for v in datos["vivas"] if v["confirmada"]]
        canales = [{c: x[c] for c in _CANAL} for x in datos["canales"]]
        for v in vivas:
            _exigir(v, ("clave", "severidad", "titulo", "detalle", "que_hacer"))
            leer_instante(v["desde"])
            if v["avisada_en"] is not None:
                leer_instante(v["avisada_en"])
        for x in canales:
            _exigir(x, ("canal", "estado", "error")[: 2 + (x["error"] is not None)])
            leer_instante(x["en"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    vivas.sort(key=lambda v: (v["severidad"] != "error", v["clave"]))
    return {"en": datos["en"], "vivas": vivas, "canales": canales}


def lineas(datos: dict[str, Any] | None) -> list[str]:
    """Las alertas para la terminal; ninguna línea si nunca se miró."""
    if datos is None:
        return []
    vivas = datos["vivas"]
    cuantas = f"Alertas ({len(vivas)})" if vivas else "Alertas: ninguna"
    salida = [f"{cuantas}, según la ronda del {_minuto(datos['en'])}"]
    for v in vivas[:_CITADAS]:
        dicha = f"avisada {_minuto(v['avisada_en'])}" if v["avisada_en"] else "sin avisar"
        marca = "✗" if v["severidad"] == "error" else "🟡"
        salida.append(
            doblar(f"  {marca} {v['titulo']} (desde {_minuto(v['desde'])}; {dicha})", _SANGRIA)
        )
    if mas := vivas[_CITADAS:]:
        salida.append(f"  … y {len(mas)} más; --formato json las trae todas.")
    salida += [
        doblar(f"  El canal {c['canal']} no tomó las últimas: {c['error']}", _SANGRIA)
        for c in datos["canales"]
        if c["estado"] != "bien"
    ]
    return salida


def _exigir(datos: dict[str, Any], textos: tuple[str, ...]) -> None:
    if not all(isinstance(datos[c], str) for c in textos):
        raise TypeError("no es de este programa")


def _minuto(instante: str) -> str:
    return instante[:16].replace("T", " ")
