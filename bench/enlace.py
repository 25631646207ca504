"""El servidor de las tiendas, visto por una VPN: 30 ms por sentido y 20 Mbit/s."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.enlace import Enlace
from tests.postgresql import Servidor


@dataclass(frozen=True)
class PorEnlace:
    """El servidor, visto desde el otro lado de un enlace."""

    servidor: Servidor
    enlace: Enlace

    @property
    def puerto(self) -> int:
        return self.enlace.puerto

    def datos(self, base: str, **mas) -> dict:
        """Lo que el catálogo dice de una tienda de ese lado."""
        return self.servidor.datos(base, puerto=self.puerto, **mas)

    ambiente = staticmethod(Servidor.ambiente)


@contextmanager
def por_enlace(servidor: Servidor) -> Iterator[PorEnlace]:
    """El servidor tras un enlace propio, que se cierra al salir."""
    enlace = Enlace(servidor.puerto)
    try:
        yield PorEnlace(servidor, enlace)
    finally:
        enlace.cerrar()
