"""Los candados de muchas tiendas-mes a la vez, también de las que ya no están en el catálogo."""

import resource
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress

from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.errores import ErrorOcupado
from fluxion_luigi.flujo.extraccion import candado_de

# Los archivos que el proceso abre además de sus candados, con holgura.
OTROS_ARCHIVOS = 100


def lugar(config: Configuracion, id_: str) -> Tienda:
    """La tienda del catálogo; de una que ya salió de él, lo único que se sabe: su id."""
    return config.catalogo.tiendas.get(id_) or Tienda(id_, nombre=id_, sistema="", driver="")


def meses_en_staging(config: Configuracion, tienda: str) -> list[str]:
    """Los meses de una tienda que dejaron algo en staging."""
    return sorted(p.name for p in (config.ajustes.staging / tienda).glob("????-??") if p.is_dir())


@contextmanager
def tomados(config: Configuracion, tiendas_mes: Iterable[tuple[str, str]]) -> Iterator[None]:
    """Toma los mismos candados que una carga, uno por tienda y mes, mientras dure.

    Siempre en el mismo orden: dos que quieran los mismos no se esperan la una a la otra.

    Raises:
        ErrorOcupado: si alguno no se soltó a tiempo; no queda ninguno tomado.
    """
    pares = sorted(set(tiendas_mes))
    _permitir_abiertos(len(pares) + OTROS_ARCHIVOS)
    with ExitStack() as pila:
        for tienda, mes in pares:
            pila.enter_context(candado_de(config, lugar(config, tienda), mes))
        yield


@contextmanager
def libres(config: Configuracion, tiendas_mes: Iterable[tuple[str, str]]) -> Iterator[set]:
    """Toma los de las que nadie tiene, sin esperar, mientras dure; entrega cuáles tomó."""
    pares, suyos = sorted(set(tiendas_mes)), set()
    _permitir_abiertos(len(pares) + OTROS_ARCHIVOS)
    with ExitStack() as pila:
        for tienda, mes in pares:
            with suppress(ErrorOcupado):
                pila.enter_context(candado_de(config, lugar(config, tienda), mes, espera=0))
                suyos.add((tienda, mes))
        yield suyos


def _permitir_abiertos(cuantos: int) -> None:
    """Cada candado es un archivo abierto, y hay sistemas que de fábrica dejan sólo 256."""
    suave, duro = resource.getrlimit(resource.RLIMIT_NOFILE)
    tope = cuantos if duro == resource.RLIM_INFINITY else min(cuantos, duro)
    if suave != resource.RLIM_INFINITY and suave < tope:
        resource.setrlimit(resource.RLIMIT_NOFILE, (tope, duro))
