"""El plan de un rango: qué tiendas-mes le tocan y qué queda fuera."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fluxion_luigi import cobertura
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.periodos import Rango, agrupar, describir


@dataclass(frozen=True)
class Plan:
    """Un rango de días para unas tiendas, partido en tiendas-mes."""

    rango: Rango
    tiendas: Sequence[Tienda]
    tramos: Sequence[tuple[Tienda, Rango]]
    futuros: Sequence[date]
    sin_abrir: Sequence[tuple[Tienda, Sequence[date]]]

    @property
    def pide_todo(self) -> bool:
        """Si se sabe de antemano que todos sus tramos se van a cargar."""
        return True

    @property
    def tiendas_mes(self) -> set[tuple[str, str]]:
        """Las del plan: el mes en que una tienda cambia de POS tiene dos tramos y es una."""
        return {(t.id, tramo.mes) for t, tramo in self.tramos}

    @property
    def huecos(self) -> dict[str, Sequence[date]]:
        """Los días que faltan y este plan no pide; un rango pide todos los suyos."""
        return {}

    def excluidos(self) -> list[str]:
        """Las frases que dicen qué días no se piden, y por qué."""
        frases = []
        if self.futuros:
            frases.append(f"Días que aún no llegan, fuera: {describir(self.futuros)}.")
        frases += [
            f"{t.id} ({t.nombre}) {'abrió' if t.apertura <= self.rango.hasta else 'no abre hasta'} "
            f"el {t.apertura}, fuera: {describir(dias)}."
            for t, dias in self.sin_abrir
        ]
        return frases


@dataclass(frozen=True)
class Pedido:
    """Lo que se le preguntaría a una tienda si se corriera ahora."""

    tienda: Tienda
    meses: int
    dias: Sequence[date]
    ventanas: int


def planear(config: Configuracion, pedidas: tuple[str, ...], rango: Rango) -> Plan:
    """El plan de un rango.

    Args:
        pedidas: ids de tiendas; ninguna significa todas las activas que venden.

    Raises:
        ErrorUso: tienda desconocida o que no vende.
        ErrorConfiguracion: catálogo con problemas.
    """
    tiendas = config.catalogo.elegir(pedidas)
    tramos, sin_abrir, futuros = [], [], []
    for tienda in tiendas:
        exigible = cobertura.exigibles(config, tienda, rango)
        futuros = exigible.futuros
        if exigible.antes_de_abrir:
            sin_abrir.append((tienda, exigible.antes_de_abrir))
        tramos += [(tienda, t) for t in cobertura.tramos(config, tienda, rango)]
    # Mes por mes y no tienda por tienda: así los workers se reparten entre servidores distintos.
    tramos.sort(key=lambda par: par[1].desde)
    return Plan(rango, tiendas, tramos, futuros, sin_abrir)


def simular(config: Configuracion, plan: Plan, *, recargar: bool) -> list[Pedido]:
    """Qué se pediría a cada tienda, sin pedirlo. Las que están al día salen con cero días.

    Args:
        recargar: si la corrida de verdad anularía antes los marcadores del rango.
    """
    pedidos = []
    for tienda in plan.tiendas:
        por_tramo = [
            list(tramo) if recargar else cobertura.pendientes(config, tienda, tramo)
            for t, tramo in plan.tramos
            if t is tienda
        ]
        con_dias = [dias for dias in por_tramo if dias]
        pedidos.append(
            Pedido(
                tienda=tienda,
                meses=len({f"{dias[0]:%Y-%m}" for dias in con_dias}),
                dias=sorted(d for dias in con_dias for d in dias),
                ventanas=sum(len(agrupar(d, config.ajustes.ventana_dias)) for d in con_dias),
            )
        )
    return pedidos
