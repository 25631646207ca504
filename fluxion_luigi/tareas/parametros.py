"""Los parámetros propios de la línea de comandos: fechas o meses, y listas de tiendas."""

import argparse
import hashlib
from datetime import date

import luigi

from fluxion_luigi import config, corrida
from fluxion_luigi.errores import ErrorUso
from fluxion_luigi.periodos import leer_fecha


class FechaOMes(luigi.Parameter):
    """Un día `AAAA-MM-DD` o un mes `AAAA-MM`, que vale por su primer o su último día."""

    def __init__(self, *args, fin: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self._fin = fin

    def parse(self, x: str) -> date:
        return leer_fecha(x, fin=self._fin)

    def serialize(self, x: date) -> str:
        return x.isoformat()

    def normalize(self, x: date | str) -> date:
        return x if isinstance(x, date) else self.parse(x)

    def _warn_on_wrong_param_type(self, param_name, param_value):
        """Luigi espera texto en un Parameter; aquí el valor es una fecha."""


class Tiendas(luigi.Parameter):
    """Ids de tiendas separados por comas; vacío significa todas las activas que venden."""

    def parse(self, x: str) -> tuple[str, ...]:
        return tuple(t.strip() for t in x.split(",") if t.strip())

    def serialize(self, x: tuple[str, ...]) -> str:
        return ",".join(x)

    def normalize(self, x: tuple[str, ...] | str) -> tuple[str, ...]:
        return self.parse(x) if isinstance(x, str) else tuple(x)

    def _warn_on_wrong_param_type(self, param_name, param_value):
        """Luigi espera texto en un Parameter; aquí el valor es una tupla."""


class Segundos(luigi.FloatParameter):
    """Un tiempo en segundos, mayor que cero."""

    def parse(self, x: str) -> float:
        try:
            segundos = float(x)
        except ValueError:
            segundos = 0
        if not 0 < segundos < 86_400:  # tampoco nan
            raise ErrorUso(f"--timeout {x}: debe ser un número de segundos mayor que cero.")
        return segundos


class Vez(luigi.Parameter):
    """El proyecto y la corrida de una tarea (`ventas-1f3a9c 20250930T060000Z-1a2b`).

    No se pide ni se elige: vale lo de este proceso, se escriba lo que se escriba.
    """

    def __init__(self):
        # No es una opción de la orden: --help no la nombra.
        super().__init__(default="", positional=False, description=argparse.SUPPRESS)

    def normalize(self, x: str) -> str:
        ajustes = config.actual().ajustes
        huella = hashlib.sha256(f"{ajustes.archivo}\0{ajustes.base}".encode()).hexdigest()[:6]
        return f"{ajustes.carpeta.name}-{huella} {corrida.id_actual()}"
