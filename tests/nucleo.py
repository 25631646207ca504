"""Lo que hace una orden, sin la orden: para preparar lo que una prueba encuentra ya hecho.

Una orden cuesta medio segundo de procesador sólo en arrancar. Lo que se prueba va por ella; lo que
pasó antes, no hace falta.
"""

import itertools
from dataclasses import replace
from datetime import date

from fluxion_luigi import cobertura
from fluxion_luigi.config import Configuracion
from fluxion_luigi.flujo import carga, extraccion, olvido
from fluxion_luigi.periodos import Rango
from tests.proyecto import Proyecto

_corridas = (f"de antes {n}" for n in itertools.count())


def config_de(proyecto: Proyecto) -> Configuracion:
    """Su configuración, con el ambiente de sus órdenes."""
    ajustes = proyecto.config.ajustes
    return Configuracion(replace(ajustes, ambiente={**ajustes.ambiente, **proyecto.ambiente}))


def cargar(proyecto: Proyecto, desde: str, hasta: str, *tiendas: str) -> set[date]:
    """Lo que deja `RangoVentas` de esas tiendas, o de todas; los días que se quedan fuera."""
    config, fuera, corrida = config_de(proyecto), set(), next(_corridas)
    for tienda in map(config.tienda, tiendas or proyecto.tiendas):
        for tramo in cobertura.tramos(config, tienda, _rango(desde, hasta)):
            extraccion.extraer(config, tienda, tramo, lambda avance: None)
            resumen = carga.cargar(
                config, tienda, tramo, corrida, aceptar_vacios=False, avanzo=lambda *_: None
            )
            fuera |= resumen.fuera.keys()
    return fuera


def pendientes(proyecto: Proyecto, tienda: str, desde: str, hasta: str) -> list[date]:
    """Los días que `RangoVentas` le pediría."""
    config = proyecto.config
    suya = config.tienda(tienda)
    tramos = cobertura.tramos(config, suya, _rango(desde, hasta))
    return [d for tramo in tramos for d in cobertura.pendientes(config, suya, tramo)]


def olvidar(proyecto: Proyecto, desde: str, hasta: str, *tiendas: str) -> None:
    """Lo que hace `OlvidarVentas --si`."""
    config, rango = proyecto.config, _rango(desde, hasta)
    plan = olvido.planear(config, olvido.elegir(config, tiendas), rango)
    olvido.olvidar(config, plan, rango, next(_corridas))


def _rango(desde: str, hasta: str) -> Rango:
    return Rango(date.fromisoformat(desde), date.fromisoformat(hasta))
