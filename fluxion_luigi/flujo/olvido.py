"""Deshacer una carga: días que se olvidan en la base, en los marcadores y en staging."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fluxion_luigi import marcadores
from fluxion_luigi.conciliacion import Conteo
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.destino import olvido as destino
from fluxion_luigi.destino.base import para_escribir
from fluxion_luigi.destino.control import instantanea
from fluxion_luigi.destino.integridad import fotografiar
from fluxion_luigi.destino.transaccion import transaccion
from fluxion_luigi.errores import ErrorOcupado, ErrorUso
from fluxion_luigi.flujo.candados import lugar, meses_en_staging, tomados
from fluxion_luigi.flujo.extraccion import carpeta
from fluxion_luigi.periodos import SIEMPRE, Rango


@dataclass(frozen=True)
class PorOlvidar:
    """Lo que hay de una tienda entre dos fechas.

    `cargados` son los días de la base y lo que pesa cada uno; `sueltos`, los que tienen filas sin
    que el control los nombre; `fallidos`, los que no se pudieron cargar; `marcados`, los que dicen
    los marcadores, y `staging`, los meses con algo sin cargar.
    """

    tienda: Tienda
    cargados: Mapping[date, Conteo]
    sueltos: Mapping[date, Conteo]
    fallidos: Sequence[date]
    marcados: Sequence[date]
    staging: Sequence[str]

    @property
    def dias(self) -> set[date]:
        """Todos los días de los que hay algo."""
        return {*self.cargados, *self.sueltos, *self.fallidos, *self.marcados}

    @property
    def meses(self) -> set[str]:
        """Los meses que toca."""
        return {f"{d:%Y-%m}" for d in self.dias} | set(self.staging)


def elegir(config: Configuracion, pedidas: Sequence[str]) -> list[str]:
    """Los ids pedidos, sin repetir. Valen las inactivas y las que sólo están en la base.

    Raises:
        ErrorUso: si no se pide ninguna, o una no existe en ninguna parte; dice cuáles hay.
    """
    if not pedidas:
        raise ErrorUso("Diga de qué tiendas en --tiendas: aquí no hay un «todas».")
    catalogo, ids = config.catalogo, list(dict.fromkeys(pedidas))
    if all(t in catalogo.tiendas for t in ids):
        return ids
    base, raiz = instantanea(config), config.ajustes.marcadores
    idas = {t for t, _ in base.dias.keys() | base.fallidos.keys()} - catalogo.tiendas.keys()
    # Si mataron la orden anterior antes de quitar los marcadores, es lo único que queda de ella.
    malas = [
        t for t in ids if t not in catalogo.tiendas.keys() | idas if not marcadores.todos(raiz, t)
    ]
    if malas:  # quizá sean filas que insertó otra mano, de las que el control no sabe
        hay = fotografiar(config, malas, SIEMPRE).ventas
        malas = [t for t in malas if t not in {id_ for id_, _ in hay}]
    if malas:
        raise ErrorUso(
            f"No existe «{', '.join(malas)}», ni en {catalogo.archivo.name} ni en la base. Los "
            f"lugares son: {', '.join(catalogo.tiendas)}. Sólo en la base: "
            f"{', '.join(sorted(idas)) or 'ninguno'}."
        )
    return ids


def planear(config: Configuracion, ids: Sequence[str], rango: Rango) -> list[PorOlvidar]:
    """Lo que se olvidaría de cada tienda; las que no tienen nada en esos días no salen.

    Raises:
        ErrorOcupado, ErrorDestino: si no se pudo leer la base.
    """
    hay = (_hay(config, lugar(config, t), rango) for t in ids)
    return [p for p in hay if p.meses]


def olvidar(config: Configuracion, plan: Sequence[PorOlvidar], rango: Rango, corrida: str) -> None:
    """Quita lo que dice el plan: primero la base, en una transacción, y luego lo demás.

    Matada entre lo uno y lo otro no deja nada mal: un marcador que la base no respalda no vale.
    Del staging se quita el mes entero, aunque el rango sea de menos: es lo que aún no se carga.

    Raises:
        ErrorOcupado: si otra corrida tiene esos meses, o los cambió desde que se planeó.
        ErrorDestino, ErrorDisco: si no se pudo.
    """
    with tomados(config, [(p.tienda.id, mes) for p in plan for mes in p.meses]):
        if planear(config, [p.tienda.id for p in plan], rango) != plan:
            raise ErrorOcupado(
                "Otra corrida cambió esos días mientras se preguntaba. No se olvidó nada; repita "
                "la orden para ver qué hay ahora."
            )
        if any(p.cargados or p.sueltos or p.fallidos for p in plan):
            with para_escribir(config) as base, transaccion(base):
                for p in plan:
                    quitados = {**p.cargados, **p.sueltos}
                    destino.olvidar(base, p.tienda.id, quitados, p.fallidos, corrida)
        for p in plan:
            for mes in sorted(p.meses):
                carpeta(config, p.tienda, mes).borrar()
                marcadores.anular(
                    config.ajustes.marcadores, p.tienda.id, mes, p.marcados, config.ajustes.base
                )


def _hay(config: Configuracion, tienda: Tienda, rango: Rango) -> PorOlvidar:
    base = instantanea(config)
    raiz = config.ajustes.marcadores
    cargados = {d: x.conteo for (t, d), x in base.dias.items() if t == tienda.id and d in rango}
    hay = fotografiar(config, [tienda.id], rango).ventas
    marcados = [d for m in marcadores.todos(raiz, tienda.id) for d in m.dias]
    return PorOlvidar(
        tienda,
        cargados=cargados,
        sueltos={d: x.conteo for (_, d), x in sorted(hay.items()) if d not in cargados},
        fallidos=sorted(d for t, d in base.fallidos if t == tienda.id and d in rango),
        marcados=sorted(d for d in marcados if d in rango),
        staging=[
            mes
            for mes in meses_en_staging(config, tienda.id)
            if f"{rango.desde:%Y-%m}" <= mes <= f"{rango.hasta:%Y-%m}"
        ],
    )
