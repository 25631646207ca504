"""Qué es de cada día de una tienda: si se debe tener, si se tiene y cómo."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from fluxion_luigi import cobertura
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.destino.control import DiaRespaldado
from fluxion_luigi.periodos import UN_DIA, Rango

FIRME, PROVISIONAL, EN_CERO, FALTA, NO_EXIGIBLE = "fpcx·"


class Dia(NamedTuple):
    """Un día: su letra del calendario, lo que pesa y por qué no se pudo cargar, si se intentó.

    Uno provisional y en cero va como provisional. `vencido`: hay que pedirlo otra vez, porque pudo
    cambiar o porque salió de un POS que ese día no era el de la tienda.
    """

    dia: date
    letra: str
    filas: int = 0
    total: Decimal = Decimal(0)
    cargado: bool = False
    vencido: bool = False
    causa: str | None = None


class Historia(NamedTuple):
    """Lo que la base tiene de una tienda, y su primer y su último día con ventas."""

    dias: Mapping[date, DiaRespaldado]
    fallidos: Mapping[date, str]
    primera: date | None
    ultima: date | None


def clasificar(config: Configuracion, tienda: Tienda, suya: Historia, rango: Rango) -> list[Dia]:
    """Los días de un rango, uno por uno, hasta hoy.

    Se deben los que van de la apertura a ayer; de una inactiva, hasta su última venta. Si el
    catálogo no dice la apertura, la tienda abre con su primera venta: los días en cero de antes no
    se deben. Los de antes que nunca se le pidieron sí: sin preguntar no se sabe si vendía.
    """
    hoy = config.hoy()
    desde = tienda.apertura or (date.min if tienda.activa else suya.primera or date.max)
    hasta = hoy - UN_DIA if tienda.activa else suya.ultima or date.min
    salida = []
    for dia in rango:
        if dia > hoy:
            break
        respaldo = suya.dias.get(dia)
        sin_abrir = (
            respaldo and not respaldo.conteo.filas and not tienda.apertura
            and suya.primera and dia < suya.primera
        )  # fmt: skip
        salida.append(
            _dia(
                config,
                tienda,
                dia,
                respaldo,
                suya,
                exigible=desde <= dia <= hasta and not sin_abrir,
            )
        )
    return salida


def por_venir(config: Configuracion, tienda: Tienda, rango: Rango) -> bool:
    """Si de esos días no ha acabado ninguno, y en alguno la tienda estará abierta."""
    return rango.desde >= config.hoy() and (tienda.apertura or date.min) <= rango.hasta


def recien_abierta(tienda: Tienda, suya: Historia, rango: Rango) -> bool:
    """Si abrió dentro del rango, y no el día en que el rango empieza.

    Sin apertura en el catálogo lo dice su primera venta, si antes pasó una semana confirmada en
    cero: un solo día en cero puede ser un feriado.
    """
    if not tienda.activa:
        return False
    if tienda.apertura:
        return rango.desde < tienda.apertura <= rango.hasta
    if not suya.primera or not rango.desde < suya.primera <= rango.hasta:
        return False
    semana = (suya.primera - timedelta(days=n + 1) for n in range(cobertura.MUCHOS_CEROS))
    return all(dia in suya.dias for dia in semana)


def contar(dias: Iterable[Dia]) -> dict[str, int]:
    """Cuántos se deben y cómo están; `en_cero` son también firmes o provisionales."""
    cuenta = dict.fromkeys(("exigibles", "firmes", "provisionales", "en_cero", "faltan"), 0)
    cual = {FIRME: "firmes", EN_CERO: "firmes", PROVISIONAL: "provisionales", FALTA: "faltan"}
    for d in dias:
        if d.letra != NO_EXIGIBLE:
            cuenta["exigibles"] += 1
            cuenta[cual[d.letra]] += 1
            cuenta["en_cero"] += d.letra != FALTA and not d.filas
    return cuenta


def sumar(cuentas: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Lo mismo de varias tiendas juntas."""
    total = contar(())
    for cuenta in cuentas:
        for clave in total:
            total[clave] += cuenta[clave]
    return total


def por_ciento(cuenta: Mapping[str, int]) -> str | None:
    """Los firmes de los exigibles, truncado (`99.98`); `100` sólo si son todos. None si no hay."""
    if not cuenta["exigibles"]:
        return None
    if cuenta["firmes"] == cuenta["exigibles"]:
        return "100"
    centesimas = 10_000 * cuenta["firmes"] // cuenta["exigibles"]
    return f"{centesimas // 100}.{centesimas % 100:02d}"


def _dia(
    config: Configuracion, tienda: Tienda, dia: date, respaldo: DiaRespaldado | None,
    suya: Historia, *, exigible: bool,
) -> Dia:  # fmt: skip
    if respaldo is None:
        return Dia(dia, FALTA, causa=suya.fallidos.get(dia)) if exigible else Dia(dia, NO_EXIGIBLE)
    filas, total, confirmado = respaldo.conteo.filas, respaldo.conteo.total, respaldo.confirmado_en
    if not exigible:
        return Dia(dia, NO_EXIGIBLE, filas, total, cargado=True)
    vencido = not cobertura.vigente(config, dia, confirmado) or tienda.es_de_otro(dia, respaldo.pos)
    letra = PROVISIONAL
    if cobertura.firme(config, dia, confirmado) and not vencido:
        letra = FIRME if filas else EN_CERO
    return Dia(dia, letra, filas, total, cargado=True, vencido=vencido)
