"""Un día que vuelve con muchas menos filas que las cargadas: se dice, o no se acepta sin permiso.

Un servidor restaurado de una copia, o la base equivocada, responden de menos y no dan ningún error.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from fluxion_luigi.conciliacion import CERO, Conteos
from fluxion_luigi.config import Ajustes

# Con menos filas que éstas, un par de anulaciones ya es media caída.
FILAS_MINIMAS = 10


@dataclass
class Caidas:
    """Compara lo que el origen dice tener con lo que ya estaba cargado.

    Args:
        tenian: las filas cargadas de cada día.
        aceptar: el operador dice que es verdad; se dice y se sigue.
    """

    ajustes: Ajustes
    tenian: Mapping[date, int]
    aceptar: bool
    vistas: dict[date, tuple[int, int]] = field(default_factory=dict)

    def revisar(self, dias: Iterable[date], conteos: Conteos) -> dict[date, str]:
        """Los días que no se aceptan y por qué; los que sólo hay que decir quedan en `vistas`."""
        rechazados = {}
        for dia in dias:
            antes, ahora = self.tenian.get(dia, 0), conteos.get(dia, CERO).filas
            por_ciento = 100 * (antes - ahora) / antes if antes else 0
            vaciado = bool(antes) and not ahora
            if not vaciado and (antes < FILAS_MINIMAS or por_ciento < self.ajustes.caida_aviso):
                continue
            self.vistas[dia] = (antes, ahora)
            if (vaciado or por_ciento > self.ajustes.caida_maxima) and not self.aceptar:
                rechazados[dia] = _motivo(antes, ahora)
        return rechazados


def _motivo(antes: int, ahora: int) -> str:
    que = "responde vacío" if not ahora else f"responde con {ahora} filas"
    return (
        f"el origen {que} y ya tenía {antes} filas cargadas, que siguen igual. Puede ser un "
        "servidor restaurado o la base equivocada; si es verdad, repita la orden con "
        "--aceptar-vacios"
    )
