"""La pregunta de cada mañana: con una cuenta, qué días cargados siguen igual y cuáles hay que leer.

Lo que sigue igual no se lee: se anota que el origen lo confirmó. Lo que cambió vuelve a ser un día
por cargar, con el mismo mecanismo que los demás: su marcador deja de nombrarlo.
"""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from fluxion_luigi import cobertura
from fluxion_luigi.archivos import disco, escribir_json, leer_json
from fluxion_luigi.conciliacion import Conteos
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.destino import carga as destino
from fluxion_luigi.destino.base import para_escribir
from fluxion_luigi.destino.control import instantanea
from fluxion_luigi.flujo.candados import candado_de
from fluxion_luigi.flujo.cuentas import Entrando, contar
from fluxion_luigi.flujo.incremento import Jornada, por_mes
from fluxion_luigi.origen import fuentes
from fluxion_luigi.periodos import Rango, agrupar


@dataclass(frozen=True)
class Revision:
    """Lo que dijo una tienda: qué días siguen igual, cuáles cambiaron y cuáles hay que leer."""

    iguales: Sequence[date]
    cambiaron: Sequence[date]
    por_leer: Sequence[date]

    def a_json(self) -> dict[str, Any]:
        """Lo mismo, con los días como texto."""
        return {nombre: [str(d) for d in dias] for nombre, dias in vars(self).items()}

    @property
    def tramos(self) -> list[Rango]:
        """Lo que hay que leer, un tramo por mes."""
        return por_mes(self.por_leer)


def archivo(config: Configuracion, cual: str, corrida: str) -> Path:
    """Dónde deja una corrida la revisión de una tienda (`Jornada.clave`), mientras dura."""
    return _carpeta(config, corrida) / f"{cual}.json"


def borrar(config: Configuracion, corrida: str) -> None:
    """Quita las revisiones de una corrida que ya acabó, o murió."""
    shutil.rmtree(_carpeta(config, corrida), ignore_errors=True)


def guardada(config: Configuracion, cual: str, corrida: str) -> Revision | None:
    """La revisión que ya hizo esta corrida, o None."""
    datos = leer_json(archivo(config, cual, corrida))
    try:
        partes = (datos[n] for n in ("iguales", "cambiaron", "por_leer"))
        return Revision(*([date.fromisoformat(d) for d in parte] for parte in partes))
    except (TypeError, KeyError, ValueError):
        return None


def primera_vez(config: Configuracion, cual: str, corrida: str) -> bool:
    """Si esta corrida aún no pidió las cargas de esa tienda; desde ahora consta que sí."""
    pedidas = archivo(config, cual, corrida).with_suffix(".pedidas")
    with disco(pedidas):
        try:
            pedidas.touch(exist_ok=False)
        except FileExistsError:
            return False
    return True


def revisar(
    config: Configuracion, tienda: Tienda, jornada: Jornada, corrida: str, entrando: Entrando
) -> Revision:
    """Le hace a la tienda una sola consulta, anota lo que sigue igual y dice qué hay que leer.

    Args:
        entrando: ver `cuentas.contar`; si no hace falta preguntarle nada, no se llama.

    Raises:
        ErrorFluxion: si la tienda no contesta, o la base no se pudo escribir. Repetir no daña nada.
    """
    empezo = datetime.now(UTC)
    conteos: Conteos = {}
    dias, consultas = _preguntas(jornada)
    if dias:  # quizá otra corrida acaba de hacerlo todo
        with candado_de(config, tienda):
            conteos = contar(config, tienda, dias, consultas, entrando)
    base = instantanea(config, admite_vieja=True)
    # El que no se pudo contar se lee: por ese camino se sabe qué le pasa, y si es malo, se aparta.
    iguales = [
        d
        for d in jornada.por_contar
        if d in conteos
        and (hay := base.dias.get((tienda.id, d)))  # otra orden pudo olvidarlo mientras tanto
        and conteos[d].coincide(hay.conteo)
    ]
    cambiaron = sorted(set(jornada.por_contar) - set(iguales))
    if iguales:
        with para_escribir(config) as abierta:
            destino.confirmar(abierta, tienda.id, iguales, empezo)
    _anular(config, tienda, cambiaron)
    revision = Revision(iguales, cambiaron, sorted({*jornada.faltan, *cambiaron}))
    escribir_json(archivo(config, jornada.clave, corrida), revision.a_json())
    return revision


def _preguntas(jornada: Jornada) -> tuple[list[date], list[Rango]]:
    """Los días que se cuentan, y de a cuántos."""
    dias = jornada.dias
    if not dias:
        return [], []
    if fuentes.de(jornada.tienda.en(dias[0])).CUENTA:
        # De una vez, aunque entre ellos haya días que no hacen falta: un viaje y no varios.
        return dias, [Rango(min(dias), max(dias))]
    dias = sorted(jornada.por_contar)
    return dias, agrupar(dias)


def _anular(config: Configuracion, tienda: Tienda, dias: Iterable[date]) -> None:
    for tramo in por_mes(sorted(dias)):
        with candado_de(config, tienda, tramo.mes):
            cobertura.anular(config, tienda.id, tramo.mes, tramo)


def _carpeta(config: Configuracion, corrida: str) -> Path:
    return config.ajustes.staging / ".revisiones" / corrida
