"""Lo que una copia de la base debe cumplir: hacerse con todo en su archivo, y tener lo mismo."""

from dataclasses import replace
from pathlib import Path

from fluxion_luigi.config import Configuracion
from fluxion_luigi.destino.base import Base, para_leer
from fluxion_luigi.errores import ErrorDestino


def volcar(base: Base) -> None:
    """Lleva al archivo de la base lo que aún esté sólo en su diario. `ErrorDisco` si no cabe."""
    base.hacer("volcar")


def exigir_igual(config: Configuracion, base: Base, copia: Path) -> None:
    """La copia se deja abrir, y es la misma base con los mismos días y las mismas filas.

    Raises:
        ErrorDestino: si no.
    """
    debe = (base.id, base.hacer("pesar"))
    try:
        with para_leer(Configuracion(replace(config.ajustes, base=copia)), 0) as abierta:
            igual = abierta is not None and (abierta.id, abierta.hacer("pesar")) == debe
    except ErrorDestino as e:
        raise ErrorDestino(f"La copia de {base.ruta} no se puede abrir. {e}") from None
    if not igual:
        raise ErrorDestino(
            f"La copia de {base.ruta} no tiene lo mismo que ella. Revise el disco de "
            f"{copia.parent} y repita la misma orden."
        )
