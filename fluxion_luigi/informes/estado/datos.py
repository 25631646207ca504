"""El informe de estado, armado: lo que la base dice tener, lo que debería y lo que falta."""

import calendar
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from fluxion_luigi import cobertura
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.destino.base import existe
from fluxion_luigi.destino.control import Instantanea, instantanea
from fluxion_luigi.flujo.calidad import vigentes
from fluxion_luigi.flujo.publicacion import estado_publicada
from fluxion_luigi.informes.estado import alertas, huecos, lugares
from fluxion_luigi.informes.estado import dias as de_dias
from fluxion_luigi.informes.estado.comparacion import cambios
from fluxion_luigi.informes.estado.corridas import ultimas
from fluxion_luigi.informes.estado.dias import Dia, Historia
from fluxion_luigi.informes.estado.lugares import Pedido
from fluxion_luigi.periodos import Rango, meses

VERSION = 1
COMPLETA, PARCIAL, VACIA = "completa", "parcial", "vacia"
SIN_ABRIR, POR_VENIR, INACTIVA = "sin_abrir", "por_venir", "inactiva"


def componer(
    config: Configuracion, pedido: Pedido, opciones: Sequence[str] = (), anterior: Any = None
) -> dict[str, Any]:
    """El informe: lo que se publica en JSON, y de lo que salen la tabla y la página.

    Todo sale de la tabla de control, sin recorrer las ventas.

    Args:
        opciones: las que deben llevar las órdenes sugeridas.
        anterior: el último informe que se publicó, tal como se leyó; dice qué cambió desde él.

    Raises:
        ErrorUso: tienda que no existe o no vende, o rango vacío.
        ErrorOcupado, ErrorDestino: si no se pudo leer la base.
    """
    rango, base, hoy = pedido.rango(config), instantanea(config), config.hoy()
    historias = _historias(base)
    visto: list[tuple[Tienda, list[Dia]]] = []
    tiendas = []
    for t in lugares.elegir(config, pedido.tiendas, historias, rango):
        suya = historias.get(t.id, _NINGUNA)
        suyos = de_dias.clasificar(config, t, suya, rango)
        visto.append((t, suyos))
        tiendas.append(_tienda(config, t, suya, suyos, rango))
    activas = [(t, suyos) for t, suyos in visto if t.activa]
    todos = [d for _, suyos in visto for d in suyos]
    informe = {
        "version": VERSION,
        "generado": config.ahora().isoformat(timespec="seconds"),
        "cadena": config.catalogo.cadena,
        "base": config.ajustes.base.nombre,
        "base_id": base.base_id,
        "existe": existe(config),
        "zona_horaria": str(config.ajustes.zona_horaria),
        "publicada": estado_publicada(config),
        "pedido": pedido.a_json(),
        "desde": str(rango.desde),
        "hasta": str(rango.hasta),
        "meses": [m.mes for m in meses(rango) if m.desde <= hoy],
        "totales": _totales(config, tiendas, {f"{d.dia:%Y-%m}" for d in todos if d.filas}),
        "tiendas": tiendas,
        "serie": _serie(todos),
        "huecos": huecos.de_cadena(activas, opciones),
        "orden_sugerida": huecos.orden_de_todo(activas, opciones),
        "cambios": None,
        "corridas": ultimas(config),
        "calidad": vigentes(config),
        "alertas": alertas.guardadas(config),
    }
    return {**informe, "cambios": cambios(anterior, informe)}


_NINGUNA = Historia({}, {}, None, None)


def _historias(base: Instantanea) -> dict[str, Historia]:
    """Lo que la base tiene de cada tienda, de las que tiene algo."""
    dias: dict[str, dict] = {}
    fallidos: dict[str, dict] = {}
    for (tienda, dia), respaldo in base.dias.items():
        dias.setdefault(tienda, {})[dia] = respaldo
    for (tienda, dia), causa in base.fallidos.items():
        fallidos.setdefault(tienda, {})[dia] = causa
    historias = {}
    for tienda in dias.keys() | fallidos.keys():
        suyos = dias.get(tienda, {})
        con_ventas = [d for d, x in suyos.items() if x.conteo.filas]
        historias[tienda] = Historia(
            suyos, fallidos.get(tienda, {}), min(con_ventas, default=None),
            max(con_ventas, default=None),
        )  # fmt: skip
    return historias


def _tienda(
    config: Configuracion, t: Tienda, suya: Historia, suyos: list[Dia], rango: Rango
) -> dict[str, Any]:
    cuenta = de_dias.contar(suyos)
    return {
        "tienda": t.id,
        "nombre": t.nombre,
        "tipo": t.tipo,
        "activa": t.activa,
        "en_catalogo": t.id in config.catalogo.tiendas,
        "pos": lugares.pos(t),
        "apertura": str(t.apertura) if t.apertura else None,
        "primer_dia": str(suya.primera) if suya.primera else None,
        "ultimo_dia": str(suya.ultima) if suya.ultima else None,
        "hace_dias": (config.hoy() - suya.ultima).days if suya.ultima else None,
        "estado": _estado(config, t, suya, cuenta, rango),
        "reciente": de_dias.recien_abierta(t, suya, rango),
        **_peso(suyos),
        "dias": cuenta,
        "cobertura": de_dias.por_ciento(cuenta),
        "meses": _por_mes(suyos),
        "calendario": _calendario(suyos),
        "huecos": huecos.de_tienda(suyos),
        "sin_respuesta": lugares.sin_respuesta(config, t),
    }


def _estado(
    config: Configuracion, t: Tienda, suya: Historia, cuenta: dict[str, int], rango: Rango
) -> str:
    if not t.activa:
        return INACTIVA
    if not cuenta["exigibles"]:
        return POR_VENIR if de_dias.por_venir(config, t, rango) else SIN_ABRIR
    cargados = cuenta["firmes"] + cuenta["provisionales"]
    # Un feriado en cero es un día cumplido; una semana sin una venta, o ninguna nunca, no.
    if cuenta["en_cero"] == cargados and (
        not cargados or not suya.primera or cargados >= cobertura.MUCHOS_CEROS
    ):
        return VACIA
    return COMPLETA if cuenta["firmes"] == cuenta["exigibles"] else PARCIAL


def _peso(dias: Iterable[Dia]) -> dict[str, Any]:
    """Registros y monto, con sus cuatro decimales."""
    dias = list(dias)
    total = sum((d.total for d in dias), Decimal(0))
    return {"registros": sum(d.filas for d in dias), "total": f"{total:.4f}"}


def _por_mes(suyos: list[Dia]) -> dict[str, Any]:
    """Los meses con algún día exigible."""
    salida = {}
    for mes, dias in _repartidos(suyos).items():
        cuenta = de_dias.contar(dias)
        if cuenta["exigibles"]:
            cubierto = de_dias.por_ciento(cuenta)
            salida[mes] = {"dias": cuenta, "cobertura": cubierto, **_peso(dias)}
    return salida


def _repartidos(suyos: list[Dia]) -> dict[str, list[Dia]]:
    por_mes: dict[str, list[Dia]] = {}
    for d in suyos:
        por_mes.setdefault(f"{d.dia:%Y-%m}", []).append(d)
    return por_mes


def _calendario(suyos: list[Dia]) -> dict[str, str]:
    """Una letra por día de cada mes; los de fuera del rango, y los que no llegan, no se deben."""
    salida = {}
    for mes, dias in _repartidos(suyos).items():
        letras = {d.dia.day: d.letra for d in dias}
        _, ultimo = calendar.monthrange(dias[0].dia.year, dias[0].dia.month)
        salida[mes] = "".join(letras.get(n, de_dias.NO_EXIGIBLE) for n in range(1, ultimo + 1))
    return salida


def _totales(config: Configuracion, tiendas: list[dict], con_ventas: set[str]) -> dict[str, Any]:
    """Los de todo. La cobertura es de las activas: a las demás ya no se les pide nada."""
    venden = [t for t in config.catalogo.tiendas.values() if t.vende]
    cuenta = de_dias.sumar(t["dias"] for t in tiendas if t["activa"])
    registros = sum(t["registros"] for t in tiendas)
    return {
        "registros": registros,
        "total": f"{sum((Decimal(t['total']) for t in tiendas), Decimal(0)):.4f}",
        "dias": cuenta,
        "cobertura": de_dias.por_ciento(cuenta),
        "promedio_mensual": registros // len(con_ventas) if con_ventas else 0,
        "lugares": len(venden),
        "activos": sum(t.activa for t in venden),
        "completas": [t["tienda"] for t in tiendas if t["estado"] == COMPLETA],
        "parciales": [t["tienda"] for t in tiendas if t["estado"] == PARCIAL],
        "vacias": [t["tienda"] for t in tiendas if t["estado"] == VACIA],
        "recientes": [t["tienda"] for t in tiendas if t["reciente"]],
    }


def _serie(todos: list[Dia]) -> list[dict[str, Any]]:
    """La cadena semana por semana, de lunes a domingo; `dias` son los cargados de cada tienda."""
    semanas: dict[date, list[Dia]] = {}
    for d in todos:
        semanas.setdefault(d.dia - timedelta(days=d.dia.weekday()), []).append(d)
    return [
        {"semana": str(lunes), **_peso(dias), "dias": sum(d.cargado for d in dias)}
        for lunes, dias in sorted(semanas.items())
    ]
