"""Lo que hace una orden, sin la orden: para preparar lo que una prueba encuentra ya hecho.

Una orden cuesta medio segundo de procesador sólo en arrancar. Lo que se prueba va por ella; lo que
pasó antes, no hace falta.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from unittest.mock import patch

from fluxion_luigi import cobertura, config
from fluxion_luigi.config import Configuracion
from fluxion_luigi.flujo import carga, extraccion, olvido
from fluxion_luigi.periodos import Rango
from tests.proyecto import Proyecto

_corridas = (f"de antes {n}" for n in itertools.count())


def config_de(proyecto: Proyecto) -> Configuracion:
    """Su configuración, con el ambiente de sus órdenes."""
    ajustes = proyecto.config.ajustes
    return Configuracion(replace(ajustes, ambiente={**ajustes.ambiente, **proyecto.ambiente}))


@contextmanager
def tareas_de(proyecto: Proyecto) -> Iterator[None]:
    """Las tareas que se hagan aquí dentro, en este proceso, son de ese proyecto."""
    suya = config_de(proyecto)
    with patch.object(config, "actual", lambda: suya):
        yield


def cargar(proyecto: Proyecto, desde: str, hasta: str, *tiendas: str) -> set[date]:
    """Lo que deja `RangoVentas` de esas tiendas, o de todas; los días que se quedan fuera."""
    suya, fuera, corrida = config_de(proyecto), set(), next(_corridas)
    for tienda in map(suya.tienda, tiendas or proyecto.tiendas):
        for tramo in cobertura.tramos(suya, tienda, _rango(desde, hasta)):
            extraccion.extraer(suya, tienda, tramo, lambda avance: None)
            resumen = carga.cargar(
                suya, tienda, tramo, corrida, aceptar_vacios=False, avanzo=lambda *_: None
            )
            fuera |= resumen.fuera.keys()
    return fuera


def pendientes(proyecto: Proyecto, tienda: str, desde: str, hasta: str) -> list[date]:
    """Los días que `RangoVentas` le pediría."""
    suya, lugar = proyecto.config, proyecto.tienda(tienda)
    tramos = cobertura.tramos(suya, lugar, _rango(desde, hasta))
    return [d for tramo in tramos for d in cobertura.pendientes(suya, lugar, tramo)]


def olvidar(proyecto: Proyecto, desde: str, hasta: str, *tiendas: str) -> None:
    """Lo que hace `OlvidarVentas --si`."""
    suya, rango = proyecto.config, _rango(desde, hasta)
    plan = olvido.planear(suya, olvido.elegir(suya, tiendas), rango)
    olvido.olvidar(suya, plan, rango, next(_corridas))


def _rango(desde: str, hasta: str) -> Rango:
    return Rango(date.fromisoformat(desde), date.fromisoformat(hasta))
