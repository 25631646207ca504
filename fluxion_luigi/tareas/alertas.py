"""La orden que mira si hay algo que decir, y lo dice."""

import logging

from fluxion_luigi.alertas import mensaje, reparto, ronda
from fluxion_luigi.config import Configuracion
from fluxion_luigi.config.alertas import VARIABLE, canales
from fluxion_luigi.errores import ErrorAlertas
from fluxion_luigi.informes.estado import alertas as informe
from fluxion_luigi.tareas import avisos
from fluxion_luigi.tareas.base import Orden, mostrar, opciones_de_luigi
from fluxion_luigi.tareas.parametros import Modo

registro = logging.getLogger("fluxion.alertas")
_SIN_CANALES = f"No hay por dónde decirlas: ponga los canales en {VARIABLE} (vea el README)."
# A una carga que tiene la base no se la espera más: lo suyo lo dirá ella al acabar.
_ESPERA = 10.0


class AlertasVentas(Orden):
    """Dice lo que pasa y aún no se ha dicho: huecos, tiendas calladas, corridas que fallaron…"""

    simular = Modo(description="muestra qué se diría por cada canal, y no manda nada")
    probar = Modo(description="manda un mensaje de prueba a cada canal")

    def run(self):
        _avisar_de_los_que_no_estan(self.config)
        if self.probar:
            self._probar()
            return
        hecha = ronda.hacer(
            self.config.con_prisa(_ESPERA), opciones=opciones_de_luigi(), simular=self.simular
        )
        if self.simular:
            mostrar(_de_simular(self.config, hecha))
            return
        mostrar(_hecha(self.config, hecha))
        avisos.contar(hecha)
        _exigir(hecha.fallos)

    def _probar(self) -> None:
        hay = canales(self.config.ajustes.ambiente)
        motivos = reparto.probar(self.config)
        mostrar("\n".join(
            f"{c.nombre}: {motivos[c.nombre] or 'tomó el mensaje de prueba'}" for c in hay
        ) or _SIN_CANALES)  # fmt: skip
        _exigir({c: m for c, m in motivos.items() if m})


def _avisar_de_los_que_no_estan(config: Configuracion) -> None:
    """Un canal mal nombrado en los ajustes dejaría al de verdad sin su severidad o su silencio."""
    ajustes = config.ajustes
    hay = {c.nombre for c in canales(ajustes.ambiente)}
    for clave in ("alertas_severidad", "alertas_silencio"):
        if sobran := sorted(getattr(ajustes, clave).nombra() - hay):
            registro.warning(
                "%s nombra a %s, y los canales son: %s.",
                clave, ", ".join(sobran), ", ".join(sorted(hay)) or "ninguno",
            )  # fmt: skip


def _exigir(fallos: dict[str, str]) -> None:
    if fallos:
        cuales = "; ".join(f"{c}: {m}" for c, m in fallos.items())
        raise ErrorAlertas(f"{len(fallos)} canal(es) no tomaron el mensaje: {cuales}.")


def _de_simular(config: Configuracion, hecha: ronda.Hecha) -> str:
    """Lo que se mandaría por cada canal."""
    cadena, partes = reparto.cadena(config), []
    for canal, suyo in hecha.por_canal.items():
        que = f"{mensaje.titulo(cadena, suyo)}\n\n{mensaje.texto(suyo)}" if suyo else "nada"
        partes.append(f"--- A {canal}: {que}")
    if not partes:
        suyo = ronda.sin_canal(hecha.memoria)
        partes = [_SIN_CANALES, mensaje.texto(suyo) if suyo else "Tampoco habría nada que decir."]
    return "\n\n".join([*partes, *_por_confirmar(hecha)])


def _hecha(config: Configuracion, hecha: ronda.Hecha) -> str:
    lineas = informe.lineas(informe.guardadas(config))
    lineas += _por_confirmar(hecha)
    return "\n".join(lineas if hecha.por_canal else [*lineas, _SIN_CANALES])


def _por_confirmar(hecha: ronda.Hecha) -> list[str]:
    """Las que aún no se han visto las rondas que hacen falta."""
    dudosas = [r.alerta.titulo for r in hecha.memoria.registros.values() if not r.confirmada]
    return [f"Por confirmar en la próxima ronda: {'; '.join(dudosas)}."] if dudosas else []
