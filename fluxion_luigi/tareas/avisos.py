"""Las alertas de una corrida: al acabar, o si ni siquiera empezó. Ninguna la rompe ni la cambia."""

import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from fluxion_luigi import TAREAS
from fluxion_luigi.alertas import de_corridas, reparto, ronda
from fluxion_luigi.config import Configuracion, ajustes, punto_env
from fluxion_luigi.config.alertas import canales
from fluxion_luigi.errores import ErrorFluxion
from fluxion_luigi.una_vez import UnaVez

registro = logging.getLogger("fluxion.alertas")
# Las que alguien espera que corran solas.
_VIGILADAS = (
    "RangoVentas", "IncrementoDiario", "AlertasVentas", "VerificarCalidad", "VerificarIntegridad",
    "PublicarBase",
)  # fmt: skip
# A quien tiene la base no se le espera otra vez: si por eso falló la orden, ya se le esperó.
_ESPERA = 1.0
_no_empezo = UnaVez()


def tras_corrida(
    config: Configuracion, reporte: dict[str, Any] | None, opciones: Sequence[str]
) -> None:
    """Una ronda con lo que la corrida dejó, si hay a quién decírselo."""
    _ronda(config, reporte, opciones=opciones)


def tras_orden(
    config: Configuracion, tarea: str, fallo: str | None, opciones: Sequence[str]
) -> None:
    """Lo mismo tras una orden que no deja reporte de corrida.

    Args:
        fallo: la frase con que falló; None si salió bien.
    """
    hay = [de_corridas.orden_fallida(tarea, fallo)] if fallo else []
    vistas = {f"orden:{tarea}": hay, f"arranque:{tarea}": []}  # ésta sí empezó
    _ronda(config.con_prisa(_ESPERA), ademas=vistas, opciones=opciones)


def _ronda(config: Configuracion, *que: Any, **mas: Any) -> None:
    if not canales(config.ajustes.ambiente):
        return
    try:
        contar(ronda.hacer(config, *que, **mas))
    except ErrorFluxion as e:
        registro.warning("Las alertas quedan para la próxima ronda. %s", e)
    except Exception:
        registro.exception("al decir las alertas")


def no_empezo(config: Configuracion | None, error: Exception) -> None:
    """Le dice a alguien que la orden falló antes de ser una corrida.

    Args:
        config: None si lo que falla es ella; valen entonces los canales que se puedan leer.
    """
    tarea = next((t for t in TAREAS if t in sys.argv), "La orden")
    ambiente = config.ajustes.ambiente if config else ambiente_suelto()
    if not canales(ambiente) or not _no_empezo.tomar():
        return
    esperado = isinstance(error, ErrorFluxion)
    frase = str(error) if esperado else f"Defecto del programa ({type(error).__name__})"
    alerta = de_corridas.no_empezo(tarea, frase)
    try:
        if config:
            contar(ronda.hacer(config, solo={f"arranque:{tarea}": [alerta]}))
        else:
            _contar(reparto.suelta(ambiente, alerta))
    except ErrorFluxion as e:
        registro.warning("No se pudo avisar. %s", e)
    except Exception:
        registro.exception("al avisar de que la orden no empezó")


def sin_configuracion(error: Exception) -> None:
    """Lo mismo, si falla la configuración entera y es una orden que alguien espera."""
    if "--simular" not in sys.argv and any(t in sys.argv for t in _VIGILADAS):
        no_empezo(None, error)


def contar(hecha: ronda.Hecha) -> None:
    """Qué canales las tomaron y cuáles no, en el registro y la terminal."""
    _contar({**dict.fromkeys(hecha.tomadas), **hecha.fallos})


def _contar(motivos: dict[str, str | None]) -> None:
    if tomadas := [c for c, m in motivos.items() if m is None]:
        registro.info("Alertas dichas por: %s.", ", ".join(tomadas))
    for canal, motivo in ((c, m) for c, m in motivos.items() if m):
        registro.warning(
            "El canal %s no tomó las alertas: %s. Se intenta otra vez en la próxima ronda.",
            canal, motivo,
        )  # fmt: skip


def ambiente_suelto() -> dict[str, str]:
    """Las variables, aunque luigi.cfg o `.env` estén mal."""
    de_archivo: dict[str, str] = {}
    with suppress(ErrorFluxion):
        de_archivo = punto_env.leer(ajustes.ubicar().parent / ".env")
    return {**de_archivo, **os.environ}
