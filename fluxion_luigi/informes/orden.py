"""La orden que el operador copia para cargar lo que falta: la misma forma en todos los informes."""

from collections.abc import Iterable, Sequence
from datetime import date


def incremento(hasta: str, tiendas: Iterable[str], opciones: Sequence[str] = ()) -> str | None:
    """`IncrementoDiario` hasta ese día, para esas tiendas; None si no hay ninguna."""
    cuales = ",".join(dict.fromkeys(tiendas))
    if not cuales:
        return None
    partes = ["luigi --module fluxion_luigi IncrementoDiario", f"--fecha {hasta}"]
    return " ".join([*partes, f"--tiendas {cuales}", *opciones])


def rango(
    dias: Iterable[date | str],
    tiendas: Iterable[str],
    opciones: Sequence[str] = (),
    tarea: str = "RangoVentas",
) -> str | None:
    """`RangoVentas` (u otra) del primero al último de los días, para esas tiendas.

    None si no hay días.
    """
    textos = sorted(map(str, dias))
    if not textos:
        return None
    partes = [f"luigi --module fluxion_luigi {tarea}", f"--desde {textos[0]}",
              f"--hasta {textos[-1]}", f"--tiendas {','.join(dict.fromkeys(tiendas))}"]  # fmt: skip
    return " ".join([*partes, *opciones])
