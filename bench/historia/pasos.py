"""Un paso de la historia, y la orden que lo mide."""

from dataclasses import dataclass, field
from statistics import median

from bench.medir import Medida, medir
from tests.proyecto import Proyecto

LIMITE_SEGUNDOS = 3600


@dataclass
class Paso:
    """Una cosa medida: los segundos de cada vez y, si tiene meta, cuánto a lo sumo.

    `valor` es lo que se compara con la meta: la mediana de los segundos si no se dice otra cosa.
    None si la orden no existe en esta versión.
    """

    clave: str
    que: str
    segundos: list[float] = field(default_factory=list)
    valor: float | None = None
    unidad: str = "s"
    meta: float | None = None
    nota: str = ""

    def __post_init__(self):
        if self.valor is None and self.segundos:
            self.valor = median(self.segundos)

    @property
    def cumplido(self) -> bool | None:
        """Si se llegó a la meta; None si no la hay o no se midió."""
        return None if self.meta is None or self.valor is None else self.valor <= self.meta


def correr(proyecto: Proyecto, tarea: str, *opciones: str, **ambiente: str) -> Medida:
    """Una orden de Luigi, entera, medida desde fuera. `RuntimeError` si no sale con 0."""
    partes = [*proyecto.orden(tarea, *opciones)]
    if "--workers" in opciones:  # la de la orden manda
        partes = partes[:-2]
    return medir(partes, proyecto.carpeta, proyecto.entorno(**ambiente), "", LIMITE_SEGUNDOS)


def exigir_cargadas(proyecto: Proyecto, filas: int) -> None:
    """Que la base tenga esas líneas. `RuntimeError` si no."""
    [(hay,)] = proyecto.consultar("SELECT count(*) FROM ventas_raw")
    if hay != filas:
        raise RuntimeError(f"En {proyecto.base} debía haber {filas} líneas y hay {hay}.")
