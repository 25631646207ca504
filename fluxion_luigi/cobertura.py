"""Qué días hay que tener, cuáles se tienen y cuáles faltan."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from fluxion_luigi import marcadores
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.destino.control import DiaRespaldado, Instantanea, instantanea
from fluxion_luigi.periodos import UN_DIA, Rango, agrupar, es_de_corrida, meses, tramo_de

# Una semana entera sin una venta no es un día cerrado.
MUCHOS_CEROS = 7
# Entre los marcadores de un host que carga en un lago, los días del lago que quiere otra vez.
ANULADOS = ".anulados"


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

    Un día está hecho si la base lo respalda (ver `respaldados`) y sigue vigente.

    Args:
        admite_vieja: ver `destino.control.instantanea`.
    """
    dias, ajustes = exigibles(config, tienda, tramo).dias, config.ajustes
    if not ajustes.es_lago and not marcadores.leer(ajustes.marcadores, tienda.id, tramo.mes):
        return dias  # sin abrir la base
    base = instantanea(config, admite_vieja=admite_vieja)
    hechos = {
        d
        for d in respaldados(config, tienda, dias, base)
        if vigente(config, d, base.dias[tienda.id, d].confirmado_en)
    }
    return [d for d in dias if d not in hechos]


def respaldados(
    config: Configuracion, tienda: Tienda, dias: Iterable[date], base: Instantanea
) -> set[date]:
    """De esos días, los que están en la base, de su POS, y nadie pidió cargar otra vez.

    Con un archivo, los que dice el marcador y la base respalda (el mismo renglón de control, en la
    misma base): uno quitado a mano significa cargar otra vez. Con un lago, los que dice su control,
    que es de todos los hosts, menos los anulados en éste.
    """
    hay = {
        d: x
        for d in dias
        if (x := _cargado(base, tienda.id, d)) and not tienda.es_de_otro(d, x.pos)
    }
    raiz, lago = config.ajustes.marcadores, config.ajustes.es_lago
    dichos: dict[date, marcadores.DiaCargado] = {}
    for mes in {f"{d:%Y-%m}" for d in hay}:
        marcador = marcadores.leer(raiz / ANULADOS if lago else raiz, tienda.id, mes)
        if marcador and marcador.base_id == base.base_id:
            dichos |= marcador.dias
    iguales = {d for d, x in hay.items() if d in dichos and x.respalda(dichos[d])}
    return hay.keys() - iguales if lago else iguales


def anular(config: Configuracion, tienda: str, mes: str, dias: Iterable[date]) -> list[date]:
    """Que esos días se carguen otra vez; devuelve cuáles lo estaban. Con el candado de su mes.

    Raises:
        ErrorDisco: si no se puede escribir.
        ErrorOcupado, ErrorDestino: si no se pudo leer el lago.
    """
    raiz, de, dias = config.ajustes.marcadores, config.ajustes.base, set(dias)
    quitados = set(marcadores.anular(raiz, tienda, mes, dias, de))
    if config.ajustes.es_lago:
        base = instantanea(config)
        suyos = {d: _como_cargado(x) for d in dias if (x := _cargado(base, tienda, d))}
        if suyos and base.base_id:
            anulado = marcadores.Marcador(tienda, mes, base.base_id, suyos)
            marcadores.agregar(raiz / ANULADOS, anulado, de)
        quitados |= suyos.keys()
    return sorted(quitados)


def anotar(config: Configuracion, marcador: marcadores.Marcador) -> None:
    """Suma al marcador de este host unos días cargados; lo anulado de ellos ya no cuenta.

    Raises:
        ErrorDisco: si no se puede escribir.
    """
    raiz, de = config.ajustes.marcadores, config.ajustes.base
    marcadores.agregar(raiz, marcador, de)
    if config.ajustes.es_lago:
        marcadores.anular(raiz / ANULADOS, marcador.tienda, marcador.mes, marcador.dias, de)


def marcar(config: Configuracion, tienda: str, tramo: Rango) -> dict[date, DiaRespaldado]:
    """Pone en el marcador de este host los días de un mes que la base ya tiene, y los devuelve.

    Raises:
        ErrorDisco: si no se puede escribir.
        ErrorOcupado, ErrorDestino: si no se pudo leer la base.
    """
    base = instantanea(config, admite_vieja=True)
    dias = {d: x for d in tramo if (x := _cargado(base, tienda, d))}
    if dias:
        suyos = {d: _como_cargado(x) for d, x in dias.items()}
        anotar(config, marcadores.Marcador(tienda, tramo.mes, base.base_id, suyos))
    return dias


def sin_marca(config: Configuracion, tienda: Tienda, tramo: Rango) -> bool:
    """Si a este host le falta en su marcador algún día de un mes que el lago tiene."""
    if not config.ajustes.es_lago:
        return False
    base = instantanea(config, admite_vieja=True)
    marcador = marcadores.leer(config.ajustes.marcadores, tienda.id, tramo.mes)
    suyos = marcador.dias if marcador and marcador.base_id == base.base_id else {}
    return any(
        x and not (d in suyos and x.respalda(suyos[d]))
        for d in tramo
        for x in (_cargado(base, tienda.id, d),)
    )


def _cargado(base: Instantanea, tienda: str, dia: date) -> DiaRespaldado | None:
    """Lo que la base tiene de un día. Un renglón sin cuándo se leyó lo insertó otra mano: nada, que
    ningún marcador lo puede decir.
    """
    x = base.dias.get((tienda, dia))
    return x if x and es_de_corrida(x.extraido_en) else None


def _como_cargado(x: DiaRespaldado) -> marcadores.DiaCargado:
    return marcadores.DiaCargado(x.conteo, x.extraido_en, x.corrida)


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
