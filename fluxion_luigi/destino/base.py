"""Abrir la base, sea un archivo DuckDB o un lago DuckLake: quien la usa no sabe cuál es."""

from contextlib import AbstractContextManager
from types import ModuleType

from fluxion_luigi.config import Configuracion
from fluxion_luigi.destino import archivo, lago
from fluxion_luigi.destino.abierta import Base

__all__ = ["Base", "exigir_donde", "existe", "firma", "para_escribir", "para_leer"]


def _de(config: Configuracion) -> ModuleType:
    return lago if config.ajustes.es_lago else archivo


def existe(config: Configuracion) -> bool:
    """Si la base existe ya. `ErrorDestino` si no se puede saber."""
    return _de(config).existe(config)


def exigir_donde(config: Configuracion) -> None:
    """Que la base se vaya a poder escribir, antes de trabajar para ella. `ErrorDisco` si no."""
    _de(config).exigir_donde(config)


def firma(config: Configuracion) -> tuple:
    """Algo que cambia siempre que la base cambia. `ErrorDestino` si no se puede mirar."""
    return _de(config).firma(config)


def para_leer(
    config: Configuracion, espera: float | None = None
) -> AbstractContextManager[Base | None]:
    """La base en sólo lectura, o None si todavía no existe. No cambia un byte.

    De un lago se ve un instante, el mismo mientras esté abierta.

    Args:
        espera: segundos que se espera si otro la tiene; si falta, `espera_base`.

    Raises:
        ErrorOcupado: si otro proceso no la soltó a tiempo; dice cuál. Un lago no se ocupa.
        ErrorDestino: si no es una base de esta cadena, o no se puede llegar a ella.
    """
    return _de(config).para_leer(config, espera)


def para_escribir(config: Configuracion) -> AbstractContextManager[Base]:
    """La base para escribir en ella, con sus tablas y vistas al día; la crea si no existe.

    Un archivo se abre en exclusiva; un lago, con quienes estén.

    Raises:
        ErrorOcupado, ErrorDestino: como `para_leer`; también si la base tiene una `ventas_raw`
            que no hizo este proyecto.
        ErrorDisco: si no se puede escribir.
    """
    return _de(config).para_escribir(config)
