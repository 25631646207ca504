"""Los candados de las tiendas, también de las que ya no están en el catálogo.

Con la base en un archivo son de esta máquina, que es la única que la escribe. Con un lago son de
toda la cadena: los guarda el PostgreSQL de su catálogo.
"""

import fcntl
import resource
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from fluxion_luigi import corrida, turnos
from fluxion_luigi.archivos import candado
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.destino import catalogo
from fluxion_luigi.errores import ErrorFluxion, ErrorOcupado

# Los archivos que el proceso abre además de sus candados, con holgura.
OTROS_ARCHIVOS = 100


def candado_de(config: Configuracion, tienda: Tienda, mes: str = "", espera: float | None = None):
    """El candado de una tienda (una consulta a la vez) o de una de sus tiendas-mes."""
    if espera is None:
        espera = config.ajustes.espera_tienda
    que = f"{tienda.id} {mes}".strip()
    if servidor := servidor_de(config):
        return turnos.tomado(servidor, _turno(config, tienda.id, mes), espera, interrumpe=not mes)
    return candado(_archivo(config, tienda.id, mes), espera, que)


def servidor_de(config: Configuracion) -> turnos.Servidor | None:
    """El PostgreSQL que guarda los turnos de la cadena; None si la base no es un lago."""
    if not config.ajustes.es_lago:
        return None
    vida = config.ajustes.lago_vida
    return replace(catalogo.servidor(config), corrida=corrida.id_actual(), vida=vida)


def tomado(config: Configuracion, tienda: str, mes: str) -> bool:
    """Si alguien tiene ahora esa tienda-mes; si no se puede saber, es como si sí."""
    if servidor := servidor_de(config):
        try:
            return not turnos.libre(servidor, _turno(config, tienda, mes))
        except ErrorFluxion:
            return True
    return archivo_tomado(_archivo(config, tienda, mes))


def archivo_tomado(ruta: Path) -> bool:
    """Si un proceso de esta máquina tiene ese archivo; si no se sabe, es como si sí. Sólo mira."""
    try:
        with ruta.open("rb") as f:
            fcntl.flock(f, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _archivo(config: Configuracion, tienda: str, mes: str) -> Path:
    return config.ajustes.staging / ".candados" / f"{tienda}.{mes or 'consulta'}"


def _turno(config: Configuracion, tienda: str, mes: str) -> str:
    """Su nombre, distinto en cada cadena: dos pueden tener sus catálogos en un mismo servidor."""
    return f"{tienda} {mes or '(consulta)'} de {config.catalogo.cadena}"


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
