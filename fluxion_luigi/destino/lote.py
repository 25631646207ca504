"""Lo que se carga: un archivo de staging y lo que el origen dijo de sus días."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from fluxion_luigi.conciliacion import Conteos
from fluxion_luigi.periodos import Rango


@dataclass(frozen=True)
class Lote:
    """Un archivo de staging que cargar: sus días y lo que dijo el origen de ellos."""

    rango: Rango
    archivo: str
    filas: int
    ordenado: bool
    extraido_en: datetime
    origen: Conteos
    sin_producto: Mapping[date, int]
    ambiguos: Mapping[date, int]

    def sin(self, fuera: Collection[date]) -> list[date]:
        """Sus días, menos los de fuera."""
        return [d for d in self.rango if d not in fuera]
