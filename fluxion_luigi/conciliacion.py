"""Conciliación: por día, filas y monto total, lo que hay contra lo que debería haber."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from fluxion_luigi.errores import ErrorConciliacion
from fluxion_luigi.periodos import Rango


class Conteo(NamedTuple):
    """Lo que pesa un día: filas y suma de `total` (en bolívares, sin redondear)."""

    filas: int
    total: Decimal


CERO = Conteo(0, Decimal(0))
Conteos = dict[date, Conteo]


def exigir_iguales(esperado: Conteos, hallado: Conteos, que: str, contra: str, donde: str) -> None:
    """Compara día por día.

    Args:
        esperado, hallado: un conteo por día; un día ausente vale cero.
        que, contra: nombres de los dos lados para la tabla.
        donde: tienda y días, para la frase.

    Raises:
        ErrorConciliacion: con una tabla de los días que difieren.
    """
    filas = []
    for dia in sorted(esperado.keys() | hallado.keys()):
        debe, hay = esperado.get(dia, CERO), hallado.get(dia, CERO)
        if debe != hay:
            filas.append([str(dia), debe.filas, hay.filas, hay.filas - debe.filas,
                          f"{debe.total:.4f}", f"{hay.total:.4f}"])  # fmt: skip
    if not filas:
        return
    from tabulate import tabulate  # sólo hace falta si algo no cuadra, y cada lector lo pagaría

    tabla = tabulate(
        filas,
        headers=["día", *_columnas(que, contra)],
        tablefmt="simple",
        disable_numparse=[0, 4, 5],
        colalign=("left", "right", "right", "right", "right", "right"),
    )
    raise ErrorConciliacion(
        f"No concilia {donde}: {len(filas)} día(s) con diferencia entre {contra} y {que}. "
        f"No se cargó nada y lo que había sigue igual.\n{tabla}"
    )


def _columnas(que: str, contra: str) -> list[str]:
    return [f"filas {contra}", f"filas {que}", "diferencia", f"total {contra}", f"total {que}"]


def exigir_dentro(hallado: Conteos, ventana: Rango, consulta: str, donde: str) -> None:
    """Ningún día que devuelva una consulta puede caer fuera de los que se le pidieron.

    Raises:
        ErrorConciliacion: si la consulta devolvió días que no se le pidieron.
    """
    fuera = [str(d) for d in sorted(hallado) if d not in ventana]
    if fuera:
        raise ErrorConciliacion(
            f"La consulta {consulta} de {donde} devolvió días que no se pidieron "
            f"({', '.join(fuera[:5])}). Revise su filtro de fechas."
        )
