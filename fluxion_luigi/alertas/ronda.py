"""Una ronda: lo que pasa ahora, contra lo que ya se dijo; lo que falta por decir, a cada canal."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from fluxion_luigi.alertas import de_corridas, fuentes, memoria, reparto, vida
from fluxion_luigi.alertas.fuentes import Mirada
from fluxion_luigi.alertas.memoria import Memoria
from fluxion_luigi.alertas.modelo import Alerta
from fluxion_luigi.alertas.vida import Novedades
from fluxion_luigi.config import Configuracion
from fluxion_luigi.config.alertas import AVISO, ERROR, canales
from fluxion_luigi.errores import ErrorDisco, ErrorFluxion, ErrorOcupado
from fluxion_luigi.informes.estado import datos as estado
from fluxion_luigi.informes.estado.lugares import Pedido

registro = logging.getLogger("fluxion.alertas")
# Sobre el plazo de un canal, lo que se espera a otra ronda: los manda todos a la vez.
_HOLGURA = 5.0
# Lo que ve cada fuente, por su nombre.
Vistas = Mapping[str, Sequence[Alerta]]


@dataclass
class Hecha:
    """Lo que resultó de una ronda: la memoria, lo de cada canal y por qué falló el que falló."""

    memoria: Memoria
    por_canal: dict[str, Novedades] = field(default_factory=dict)
    fallos: dict[str, str] = field(default_factory=dict)

    @property
    def tomadas(self) -> list[str]:
        """Los canales que tomaron algo."""
        return [c for c, n in self.por_canal.items() if n and c not in self.fallos]


def hacer(
    config: Configuracion, actual: dict[str, Any] | None = None, solo: Vistas | None = None, *,
    ademas: Mapping[str, Sequence[Alerta]] = {}, opciones: Sequence[str] = (),
    simular: bool = False,
) -> Hecha:  # fmt: skip
    """Una ronda, de una en una. No tarda más que la espera de otra y el plazo de un canal.

    Args:
        actual: el reporte de la corrida que está acabando, si es una.
        solo: si viene, no se mira nada más que eso: lo de una corrida que no empezó.
        ademas: lo que sabe quien llama, y no se puede mirar.
        opciones: las que deben llevar las órdenes sugeridas.
        simular: no manda nada ni deja nada escrito.

    Raises:
        ErrorOcupado: si hay otra ronda que no acaba; lo de ésta lo dirá la próxima.
    """
    if simular:
        return _preparar(config, actual, solo, ademas, opciones)
    with memoria.tomada(config, config.ajustes.alertas_plazo + _HOLGURA):
        hecha = _preparar(config, actual, solo, ademas, opciones)
        _enviar(config, hecha)
        if not _guardar(config, hecha.memoria) and hecha.tomadas:
            registro.warning("No quedó escrito qué se dijo: quizá se repita.")
    return hecha


def mirar(
    config: Configuracion, recuerdo: Memoria, actual: dict[str, Any] | None, opciones: Sequence[str]
) -> Vistas:
    """Lo que pasa ahora, de cada fuente que se pudo mirar. Anota las tiendas que no conocía."""
    reportes = cache(lambda: de_corridas.reportes(config, actual))
    vistas = _de(
        {
            "canales": lambda: reparto.caidos(config, recuerdo),
            "corridas": lambda: de_corridas.fallidas(config, reportes()),
            "muertas": lambda: de_corridas.muertas(config, reportes()),
            "discos": lambda: fuentes.discos(config),
            "integridad": lambda: fuentes.integridad(config),
        }
    )
    if actual is not None:  # ésta sí empezó
        vistas[f"arranque:{actual['tarea']}"] = []
        vistas |= de_corridas.de_orden(config, actual)
    try:
        informe = estado.componer(config, Pedido(), opciones)
    except ErrorOcupado:
        return vistas  # alguien la usa: lo que haya se sabrá en la próxima
    except ErrorFluxion as e:
        return {**vistas, "estado": [_sin_estado(e)]}
    except Exception:
        registro.exception("al componer el estado para las alertas")
        return vistas
    _conocer(config, recuerdo, fuentes.con_datos(informe))
    de_informe = fuentes.de_informe(config, informe, recuerdo.tiendas, opciones)
    return {**vistas, "estado": [], **_de(de_informe)}


def _de(miradas: Mapping[str, Mirada]) -> dict[str, Sequence[Alerta]]:
    """Lo que ve cada fuente; que una no pueda no les cuesta a las demás."""
    vistas = {}
    for fuente, mirada in miradas.items():
        try:
            alertas = mirada()
        except Exception:
            registro.exception("al mirar «%s» para las alertas", fuente)
            continue
        if alertas is not None:
            vistas[fuente] = alertas
    return vistas


def _sin_estado(error: ErrorFluxion) -> Alerta:
    return Alerta(
        "estado", ERROR, "No se puede mirar el estado", str(error).replace("\n", " "),
        "Corrija eso: mientras tanto no se sabe qué falta", partes=(error.clase,),
        inmediata=True,
    )  # fmt: skip


def sin_canal(recuerdo: Memoria) -> Novedades:
    """Lo que tendría por saber un canal nuevo."""
    return vida.novedades(recuerdo, "", AVISO)


def _preparar(config: Configuracion, actual, solo: Vistas | None, ademas, opciones) -> Hecha:
    ajustes, ahora, recuerdo = config.ajustes, config.ahora(), memoria.leer(config)
    vistas = mirar(config, recuerdo, actual, opciones) if solo is None else solo
    vida.avanzar(recuerdo, {**vistas, **ademas}, ahora, ajustes.alertas_seguidas)
    nombres = [c.nombre for c in canales(ajustes.ambiente)]
    if nombres:
        vida.olvidar_canales(recuerdo, set(nombres))
    return Hecha(recuerdo, {
        n: vida.novedades(
            recuerdo, n, ajustes.alertas_severidad.de(n),
            callado=ajustes.alertas_silencio.calla(n, ahora.time()),
            todo=bool(ajustes.alertas_silencio_errores),
        )
        for n in nombres
    })  # fmt: skip


def _enviar(config: Configuracion, hecha: Hecha) -> None:
    """A cada canal lo suyo; el que falla se anota y se intenta otra vez en la próxima."""
    con_algo = [c for c in canales(config.ajustes.ambiente) if hecha.por_canal[c.nombre]]
    envios = [(c, hecha.por_canal[c.nombre]) for c in con_algo]
    motivos = reparto.repartir(reparto.cadena(config), envios, config.ajustes.alertas_plazo)
    ahora = config.ahora()
    for (canal, suyo), motivo in zip(envios, motivos, strict=True):
        reparto.anotar(hecha.memoria, canal, motivo, ahora)
        if motivo is None:
            vida.dar_por_dichas(hecha.memoria, canal.nombre, suyo, ahora)
        else:
            hecha.fallos[canal.nombre] = motivo


def _conocer(config: Configuracion, recuerdo: Memoria, con_datos: list[str]) -> None:
    """Anota las tiendas que por primera vez tienen datos. Las primeras de todas no son noticia."""
    ahora = config.ahora().isoformat(timespec="seconds") if recuerdo.tiendas else ""
    for t in con_datos:
        recuerdo.tiendas.setdefault(t, ahora)


def _guardar(config: Configuracion, recuerdo: Memoria) -> bool:
    try:
        memoria.escribir(config, recuerdo)
    except ErrorDisco as e:
        registro.warning("No se pudo guardar el estado de las alertas. %s", e)
        return False
    return True
