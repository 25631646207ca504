"""Lo que `conteo.sql` entrega, vuelto un conteo por día."""

from decimal import Decimal, InvalidOperation

import pyarrow as pa

from fluxion_luigi.conciliacion import Conteo, Conteos
from fluxion_luigi.errores import ErrorTipos
from fluxion_luigi.esquema import SUMAS
from fluxion_luigi.origen.columnas import Entrega

_SUMA = pa.decimal128(38, 4)
_FORMA = pa.schema(
    [("dia", pa.date32()), ("filas", pa.int64()), ("total", _SUMA), *((n, _SUMA) for n in SUMAS)]
)
_SIN_NUMERO = Decimal("NaN")  # no es igual a nada: ese día nunca concilia


def entrega(sistema: str) -> Entrega:
    """Lo que debe dar: `dia`, `filas`, `total` y, si quiere, las demás `SUMAS`."""
    return Entrega("conteo.sql", sistema, _FORMA, frozenset(SUMAS))


def leer(lector, sistema: str) -> tuple[Conteos, int]:
    """Los conteos por día y cuántas filas hay sin fecha (las del día vacío).

    Args:
        lector: los lotes de la consulta, con su `schema`.

    Raises:
        ErrorTipos: si faltan columnas, o si trae algo que no es una cuenta; lo nombra.
    """
    forma = entrega(sistema)
    forma.exigir(lector.schema)
    dadas = [n for n in SUMAS if n in lector.schema.names]
    conteos: Conteos = {}
    sin_fecha = 0
    for crudo in lector:
        lote, malas = forma.al_esquema(crudo)
        for i, motivo in malas.items():
            if not _son_numeros(crudo, i) or lote["filas"][i].as_py() is None:
                raise _no_cuenta(motivo)
        for i, fila in enumerate(lote.to_pylist()):
            if fila["filas"] is None or fila["dia"] in conteos:
                raise _no_cuenta(f"el día {fila['dia']} sale sin filas o dos veces")
            if fila["dia"] is None:
                sin_fecha += fila["filas"]
                continue
            total = _SIN_NUMERO if i in malas else fila["total"] or Decimal(0)
            sumas = {n: fila[n] or Decimal(0) for n in dadas}
            conteos[fila["dia"]] = Conteo(fila["filas"], total, sumas)
    return conteos, sin_fecha


def _son_numeros(lote: pa.RecordBatch, i: int) -> bool:
    """Si el día es un día y sus sumas, números, aunque enormes, NaN o infinitos.

    De esos la lectura dirá qué línea los tiene; lo demás es la consulta, que está mal.
    """
    try:
        lote["dia"].slice(i, 1).cast(pa.date32())
        for nombre in ("total", *SUMAS):
            if nombre in lote.schema.names:
                Decimal(str(lote[nombre][i].as_py() or 0))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, InvalidOperation):
        return False
    return True


def _no_cuenta(motivo: str) -> ErrorTipos:
    return ErrorTipos(
        f"conteo.sql no entrega una cuenta: {motivo}. Corrija esa consulta: un renglón por día "
        "(sin hora), con sus filas y sus sumas, con punto decimal."
    )
