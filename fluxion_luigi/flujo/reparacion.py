"""Remediar lo que halla la integridad: se anulan los marcadores, y se carga otra vez como siempre.

Nada se arregla editando un renglón de control. Lo que no se puede volver a cargar, o pide que
alguien lo piense, se queda como está, con su orden.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from fluxion_luigi import cobertura, marcadores
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.destino.control import instantanea
from fluxion_luigi.flujo import limpieza
from fluxion_luigi.flujo.candados import candado_de, lugar
from fluxion_luigi.flujo.diferencias import ACEPTAR, LIMPIAR, RANGO, VERIFICAR, Diferencia
from fluxion_luigi.flujo.extraccion import carpeta
from fluxion_luigi.flujo.incremento import PlanDiario, por_mes
from fluxion_luigi.periodos import UN_DIA, Rango, tramo_de

# Una carga por hacer: la tienda, sus días de un mes y si se acepta que vengan con menos filas.
PorCargar = tuple[str, Rango, bool]


def planear(config: Configuracion, pedidas: Sequence[str], rango: Rango) -> PlanDiario:
    """Lo que una reparación puede volver a cargar: los días que dicen la base o los marcadores.

    Raises:
        ErrorOcupado, ErrorDestino: si no se pudo leer la base.
    """
    tiendas = [t for t in config.catalogo.elegir(()) if not pedidas or t.id in pedidas]
    base, raiz, tramos = instantanea(config), config.ajustes.marcadores, []
    for t in tiendas:
        dias = {d for id_, d in base.dias if id_ == t.id}
        dias |= {d for m in marcadores.todos(raiz, t.id) for d in m.dias}
        suyos = sorted(d for d in dias if d in rango)
        exigibles = [m for tramo in por_mes(suyos) if (m := _exigible(config, t, tramo))]
        tramos += [(t, parte) for m in exigibles for parte in cobertura.por_pos(t, m)]
    todos = [d for _, tramo in tramos for d in tramo] or [config.hoy() - UN_DIA]
    return PlanDiario(Rango(min(todos), max(todos)), tiendas, tramos, [], [])


def al_dia(config: Configuracion, tienda: Tienda, tramo: Rango) -> bool:
    """Si la base y el marcador dicen lo mismo de todos esos días."""
    base, dias = instantanea(config), set(tramo)
    return dias <= cobertura.respaldados(config, tienda, dias, base)


def preparar(config: Configuracion, diferencias: Sequence[Diferencia]) -> list[PorCargar]:
    """Anula los marcadores de lo que hay que cargar otra vez, y quita lo que sólo sobra.

    Returns:
        Las cargas que faltan para remediarlas, una por tienda-mes (o por POS, si en él cambió).

    Raises:
        ErrorOcupado: si otra corrida tiene una de esas tiendas-mes.
        ErrorDisco: si no se pudo.
    """
    raiz = config.ajustes.marcadores
    por_hacer = [d for d in diferencias if d.remedio and d.remedio.sola]
    if any(d.remedio.tarea == LIMPIAR for d in por_hacer):
        limpieza.quitar(config, limpieza.staging_de_nadie(config))
    dias: dict[tuple[str, str], dict[date, bool]] = {}
    for d in por_hacer:
        if d.remedio.tarea == VERIFICAR:
            for ruta in marcadores.ilegibles(raiz, d.tienda):
                marcadores.quitar(raiz, d.tienda, ruta.stem)
        elif d.remedio.tarea == RANGO:
            for dia in d.dias:
                acepta = ACEPTAR in d.remedio.opciones
                dias.setdefault((d.tienda, f"{dia:%Y-%m}"), {})[dia] = acepta
    por_cargar = []
    for (id_, mes), suyos in sorted(dias.items()):
        acepta = all(suyos.values())
        # Se acepta de todo un mes o de nada: si no todos lo piden, ésos esperan a la siguiente.
        toca = [dia for dia, suya in suyos.items() if suya == acepta]
        with candado_de(config, lugar(config, id_), mes):
            carpeta(config, lugar(config, id_), mes).borrar()
            cobertura.anular(config, id_, mes, toca)
        partes = cobertura.por_pos(lugar(config, id_), tramo_de(toca))
        por_cargar += [(id_, parte, acepta) for parte in partes]
    return por_cargar


def reparadas(antes: Sequence[Diferencia], ahora: Sequence[Diferencia]) -> list[Diferencia]:
    """Las que había y ya no; de la que se remedió a medias, los días que sí."""
    malos = {(d.tienda, dia) for d in ahora for dia in d.dias}
    siguen = {(d.clase, d.tienda, d.que) for d in ahora}
    hechas = []
    for d in antes:
        buenos = [dia for dia in d.dias if (d.tienda, dia) not in malos]
        if (d.clase, d.tienda, d.que) not in siguen and (buenos or not d.dias):
            hechas.append(replace(d, dias=buenos))
    return hechas


def _exigible(config: Configuracion, tienda: Tienda, tramo: Rango) -> Rango | None:
    dias = cobertura.exigibles(config, tienda, tramo).dias
    return tramo_de(dias) if dias else None
