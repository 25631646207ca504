"""Cuántos pedidos a la vez se le hacen a una misma dirección, entre todos los procesos.

Son unos cuantos archivos: quien tiene uno tomado puede pedir. Si muere, el sistema lo suelta.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from fluxion_luigi.archivos import intentar_candado

_CADA = 0.2


@contextmanager
def turno(candados: Sequence[str], latido: Callable[[], None]) -> Iterator[None]:
    """Espera a que alguno esté libre y lo tiene mientras dure el contexto.

    Args:
        latido: se llama mientras se espera.
    """
    while True:
        for ruta in candados:
            if tomado := intentar_candado(Path(ruta)):
                with tomado:
                    yield
                return
        latido()
        time.sleep(_CADA)
