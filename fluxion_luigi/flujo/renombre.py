"""Mover la historia de una tienda que cambió de id en el catálogo: la base y los marcadores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fluxion_luigi import marcadores
from fluxion_luigi.conciliacion import Conteo
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.destino import renombre as destino
from fluxion_luigi.destino.base import para_escribir
from fluxion_luigi.destino.control import Instantanea, instantanea
from fluxion_luigi.destino.transaccion import transaccion
from fluxion_luigi.errores import ErrorOcupado, ErrorUso
from fluxion_luigi.flujo.candados import lugar, meses_en_staging, tomados
from fluxion_luigi.flujo.extraccion import carpeta
from fluxion_luigi.periodos import describir


@dataclass(frozen=True)
class PorMover:
    """Lo que hay con el id viejo.

    `cargados` son los días de la base y lo que pesa cada uno; `fallidos`, los que no se pudieron
    cargar, y de ésos `sobran` los que con el id nuevo ya se intentaron.
    """

    de: str
    a: Tienda
    cargados: Mapping[date, Conteo]
    fallidos: Sequence[date]
    sobran: Sequence[date]
    marcadores: Sequence[marcadores.Marcador]
    staging: Sequence[str]

    @property
    def en_base(self) -> bool:
        """Si falta mover la base; si no, sólo quedan los marcadores de una orden que murió."""
        return bool(self.cargados or self.fallidos)

    @property
    def meses(self) -> set[str]:
        """Los meses que toca."""
        dias = {f"{d:%Y-%m}" for d in [*self.cargados, *self.fallidos]}
        return dias | {m.mes for m in self.marcadores} | set(self.staging)


def exigir_renombrada(config: Configuracion, de: str, a: str) -> None:
    """El catálogo ya debe tener el id nuevo, y no el viejo.

    Raises:
        ErrorUso: si no es así.
    """
    if de in config.catalogo.tiendas:
        raise ErrorUso(
            f"{de} sigue en {config.catalogo.archivo.name}: sólo se mueve la historia de una "
            f"tienda que ya no está allí. Si ahora se llama {a}, cámbiele el nombre también allí."
        )
    config.catalogo.buscar(a)


def planear(config: Configuracion, de: str, a: str) -> PorMover:
    """Lo que se movería.

    Raises:
        ErrorUso: si no hay nada, o las dos tienen cargado un mismo día.
        ErrorOcupado, ErrorDestino: si no se pudo leer la base.
    """
    base = instantanea(config)
    cargados = {d: x.conteo for (t, d), x in base.dias.items() if t == de}
    fallidos = sorted(d for t, d in base.fallidos if t == de)
    hay = marcadores.todos(config.ajustes.marcadores, de)
    suyos = [m for m in hay if m.base_id == base.base_id]
    if not (cargados or fallidos or suyos):
        raise ErrorUso(
            f"{de} no tiene nada en la base que mover a {a}. Con historia y fuera del catálogo: "
            f"{', '.join(_idas(config, base)) or 'ninguna'}."
        )
    comunes = sorted(d for d in cargados if (a, d) in base.dias)
    if comunes:
        raise ErrorUso(
            f"{de} y {a} tienen las dos cargado {describir(comunes)}, y no se sabe cuál vale. No "
            "se movió nada; olvide los de una con «luigi --module fluxion_luigi OlvidarVentas "
            f"--desde {comunes[0]} --hasta {comunes[-1]} --tiendas {a}» y repita la orden."
        )
    sobran = [d for d in fallidos if (a, d) in base.dias or (a, d) in base.fallidos]
    staging = meses_en_staging(config, de)
    return PorMover(de, lugar(config, a), cargados, fallidos, sobran, suyos, staging)


def mover(config: Configuracion, plan: PorMover, corrida: str) -> None:
    """Mueve la base, en una transacción, y luego los marcadores. Lo de staging se borra.

    Matada entre lo uno y lo otro no deja nada mal: repetida, mueve los marcadores que falten; si no
    se repite, esos días se le piden otra vez a la tienda.

    Raises:
        ErrorOcupado: si otra corrida tiene esos meses, o los cambió desde que se planeó.
        ErrorDestino, ErrorDisco: si no se pudo.
    """
    de, a = plan.de, plan.a.id
    with tomados(config, [(t, mes) for t in (de, a) for mes in plan.meses]):
        if planear(config, de, a) != plan:
            raise ErrorOcupado(
                f"Otra corrida cambió la historia de {de} o de {a} mientras se preguntaba. No se "
                "movió nada; repita la orden para ver qué hay ahora."
            )
        if plan.en_base:
            with para_escribir(config) as base, transaccion(base):
                destino.renombrar(base, de, a, plan.cargados, plan.sobran, corrida)
        for mes in plan.staging:
            carpeta(config, lugar(config, de), mes).borrar()
        _mover_marcadores(config, plan)


def _mover_marcadores(config: Configuracion, plan: PorMover) -> None:
    """Sólo los días que la base respalda con el id nuevo: los demás no valen y se pierden."""
    respaldados = instantanea(config).dias
    for marcador in plan.marcadores:
        dias = {
            dia: x
            for dia, x in marcador.dias.items()
            if (r := respaldados.get((plan.a.id, dia))) and r.respalda(x)
        }
        ajustes = config.ajustes
        marcadores.mover(ajustes.marcadores, marcador, plan.a.id, dias, ajustes.base)


def _idas(config: Configuracion, base: Instantanea) -> list[str]:
    return sorted({t for t, _ in base.dias} - config.catalogo.tiendas.keys())
