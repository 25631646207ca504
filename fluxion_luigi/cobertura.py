"""Qué días hay que tener, cuáles se tienen y cuáles faltan."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from fluxion_luigi import marcadores
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.destino.control import instantanea
from fluxion_luigi.periodos import UN_DIA, Rango, agrupar, meses, tramo_de

# Una semana entera sin una venta no es un día cerrado.
MUCHOS_CEROS = 7


@dataclass(frozen=True)
class Exigible:
    """Los días de un rango que se deben tener de una tienda, y los que quedan fuera."""

    dias: list[date]
    futuros: list[date]
    antes_de_abrir: list[date]


def exigibles(config: Configuracion, tienda: Tienda, rango: Rango) -> Exigible:
    """Separa los días futuros y los anteriores a la apertura: por esos no se pregunta."""
    hoy, apertura = config.hoy(), tienda.apertura or date.min
    return Exigible(
        dias=[d for d in rango if apertura <= d <= hoy],
        futuros=[d for d in rango if d > hoy],
        antes_de_abrir=[d for d in rango if d < apertura],
    )


def tramos(config: Configuracion, tienda: Tienda, rango: Rango) -> list[Rango]:
    """Las tiendas-mes de un rango: un tramo de días exigibles por mes y por POS."""
    return [
        parte
        for tramo in agrupar(exigibles(config, tienda, rango).dias)
        for mes in meses(tramo)
        for parte in por_pos(tienda, mes)
    ]


def por_pos(tienda: Tienda, tramo: Rango) -> list[Rango]:
    """Un tramo, partido donde la tienda cambió de POS: a cada uno se le piden sus días aparte."""
    return [tramo_de(dias) for _, dias in tienda.por_pos(tramo)] if tienda.versiones else [tramo]


def firme(config: Configuracion, dia: date, confirmado_en: datetime) -> bool:
    """Si lo que el origen dijo en ese instante ya era definitivo, según `dias_provisionales`."""
    return (config.dia_de(confirmado_en) - dia).days >= max(1, config.ajustes.dias_provisionales)


def vigente(config: Configuracion, dia: date, confirmado_en: datetime) -> bool:
    """Si no hace falta preguntar otra vez: es firme, o provisional pero confirmado hoy."""
    confirmado, hoy = config.dia_de(confirmado_en), config.hoy()
    # Lo confirmado «en el futuro» lo fechó un reloj adelantado: no se sabe si ya era definitivo.
    return confirmado == hoy or (confirmado < hoy and firme(config, dia, confirmado_en))


def pendientes(
    config: Configuracion, tienda: Tienda, tramo: Rango, *, admite_vieja: bool = False
) -> list[date]:
    """Los días de un tramo de un mes que hay que pedir a la tienda.

    Un día está hecho si lo dice el marcador, la base lo respalda (el mismo renglón de control,
    en la misma base), sigue vigente y no salió de un POS que ese día no era el de la tienda.

    Args:
        admite_vieja: ver `destino.control.instantanea`.
    """
    marcador = marcadores.leer(config.ajustes.marcadores, tienda.id, tramo.mes)
    dias = exigibles(config, tienda, tramo).dias
    if marcador is None:
        return dias
    base = instantanea(config, admite_vieja=admite_vieja)
    if marcador.base_id != base.base_id:
        return dias
    return [d for d in dias if not _hecho(config, tienda, d, marcador.dias, base.dias)]


def historia_conocida(config: Configuracion) -> Rango:
    """Del primer día con ventas que tiene la base hasta ayer; el mes en curso si no hay ninguno."""
    ayer = config.hoy() - UN_DIA
    primero = min(primeras_ventas(config).values(), default=ayer.replace(day=1))
    return Rango(min(primero, ayer), ayer)


def primeras_ventas(config: Configuracion) -> dict[str, date]:
    """El primer día con ventas que la base tiene de cada tienda.

    Los días en cero de antes no son historia: ni falta tenerlos ni cuentan como tenidos. Así los
    deja quien se equivoca de año.
    """
    primeras: dict[str, date] = {}
    for (tienda, dia), x in instantanea(config).dias.items():
        if x.conteo.filas and dia < primeras.get(tienda, date.max):
            primeras[tienda] = dia
    return primeras


def _hecho(config, tienda: Tienda, dia: date, marcados: Mapping, respaldados: Mapping) -> bool:
    marcado, respaldo = marcados.get(dia), respaldados.get((tienda.id, dia))
    return (
        marcado is not None
        and respaldo is not None
        and respaldo.respalda(marcado)
        and vigente(config, dia, respaldo.confirmado_en)
        and not tienda.es_de_otro(dia, respaldo.pos)
    )
