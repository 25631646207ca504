"""Las líneas con un valor que no sirve: se apuntan por día, y ese día entero se queda fuera."""

from collections.abc import Mapping
from datetime import date

import pyarrow as pa

from fluxion_luigi.errores import ErrorConciliacion, ErrorDatos
from fluxion_luigi.esquema import CLAVE_DE_LINEA, OBLIGATORIAS

_CITADAS = 3


class DiasMalos:
    """Por día, las primeras líneas que no sirven y cuántas son."""

    def __init__(self, donde: str):
        self._donde = donde
        self._citas: dict[date, list[str]] = {}
        self._cuantas: dict[date, int] = {}
        self._pasajero = False

    def apartar(
        self, lineas: pa.RecordBatch, malas: Mapping[int, str], *, pasajero: bool = False
    ) -> pa.RecordBatch:
        """Las líneas buenas del lote; de las malas queda el día, el motivo y cuál es.

        Args:
            malas: el motivo de cada renglón malo.
            pasajero: si leer otra vez podría arreglarlo.

        Raises:
            ErrorDatos: si una línea mala no dice ni de qué día es; no lleva días.
        """
        for i, motivo in malas.items():
            dia = lineas["fecha"][i].as_py()
            if dia is None:
                raise ErrorDatos(f"{self._donde}: {motivo} ({cual(lineas, i)}).")
            self._cuantas[dia] = self._cuantas.get(dia, 0) + 1
            citas = self._citas.setdefault(dia, [])
            if len(citas) < _CITADAS:
                citas.append(f"{motivo} ({cual(lineas, i)})")
        if not malas:
            return lineas
        self._pasajero |= pasajero
        return lineas.filter(pa.array([i not in malas for i in range(len(lineas))]))

    def exigir_ninguno(self) -> None:
        """Raises:
            ErrorDatos, ErrorConciliacion: si hubo alguno, con sus días; la segunda, si leer otra
                vez podría arreglarlo.
        """  # fmt: skip
        if not self._citas:
            return
        dias = {dia: self._motivo(dia) for dia in sorted(self._citas)}
        clase = ErrorConciliacion if self._pasajero else ErrorDatos
        raise clase("\n".join(f"{self._donde}: {d}: {m}" for d, m in dias.items()), dias)

    def _motivo(self, dia: date) -> str:
        mas = self._cuantas[dia] - len(self._citas[dia])
        return "; ".join(self._citas[dia]) + (f"; y {mas} línea(s) más" if mas else "")


def cual(lineas: pa.RecordBatch, i: int) -> str:
    """La línea por su clave: caja, documento, factura y línea; lo que su sistema no dé, no sale."""
    valores = {n: lineas[n][i].as_py() for n in CLAVE_DE_LINEA if n in lineas.schema.names}
    return ", ".join(
        f"{n.replace('tipo_documento', 'documento')} {'(vacía)' if valor is None else valor}"
        for n, valor in valores.items()
        if valor is not None or n in OBLIGATORIAS
    )
