"""Días, meses y ventanas: la aritmética de fechas de todo el proyecto, sin entrada ni salida."""

import calendar
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from fluxion_luigi.errores import ErrorUso

UN_DIA = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Rango:
    """Días seguidos, con los dos extremos incluidos."""

    desde: date
    hasta: date

    def __post_init__(self):
        if self.desde > self.hasta:
            raise ErrorUso(
                f"El rango va al revés: desde {self.desde} hasta {self.hasta}. "
                "Escriba primero la fecha más antigua."
            )

    def __str__(self) -> str:
        return f"{self.desde:%Y%m%d}-{self.hasta:%Y%m%d}"

    def __len__(self) -> int:
        return (self.hasta - self.desde).days + 1

    def __iter__(self) -> Iterator[date]:
        return (self.desde + i * UN_DIA for i in range(len(self)))

    def __contains__(self, dia: date) -> bool:
        return self.desde <= dia <= self.hasta

    @property
    def fin_abierto(self) -> date:
        """El día siguiente al último: las consultas piden `desde <= fecha < fin_abierto`."""
        return self.hasta + UN_DIA

    @property
    def mes(self) -> str:
        """`AAAA-MM` del primer día."""
        return f"{self.desde:%Y-%m}"

    @classmethod
    def de_texto(cls, texto: str) -> "Rango":
        """Lo inverso de `str(rango)`: `20250301-20250307`."""
        desde, hasta = texto.split("-")
        return cls(date.fromisoformat(desde), date.fromisoformat(hasta))


def leer_fecha(texto: str, *, fin: bool) -> date:
    """Lee `AAAA-MM-DD`, o `AAAA-MM` (su primer día, o el último si `fin`).

    Raises:
        ErrorUso: si no es ni una cosa ni la otra, o el día no existe.
    """
    limpio = texto.strip()
    try:
        if re.fullmatch(r"\d{4}-\d{2}", limpio):
            anio, mes = map(int, limpio.split("-"))
            return date(anio, mes, calendar.monthrange(anio, mes)[1] if fin else 1)
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", limpio):
            return date.fromisoformat(limpio)
    except ValueError:  # calendar.IllegalMonthError también lo es
        raise ErrorUso(
            f"La fecha «{texto}» no existe en el calendario. Use AAAA-MM-DD o AAAA-MM."
        ) from None
    raise ErrorUso(
        f"No se entiende la fecha «{texto}». Use un día (2025-03-31) o un mes (2025-03)."
    )


def meses(rango: Rango) -> list[Rango]:
    """Parte un rango en sus meses; el primero y el último pueden quedar a medias."""
    partes, desde = [], rango.desde
    while desde <= rango.hasta:
        fin_de_mes = desde.replace(day=calendar.monthrange(desde.year, desde.month)[1])
        partes.append(Rango(desde, min(fin_de_mes, rango.hasta)))
        desde = fin_de_mes + UN_DIA
    return partes


def agrupar(dias: Iterable[date], maximo: int | None = None) -> list[Rango]:
    """Junta días en los menos rangos posibles; ninguno pasa de `maximo` días si se da."""
    rangos: list[Rango] = []
    for dia in sorted(set(dias)):
        ultimo = rangos[-1] if rangos else None
        if ultimo and dia == ultimo.fin_abierto and (maximo is None or len(ultimo) < maximo):
            rangos[-1] = Rango(ultimo.desde, dia)
        else:
            rangos.append(Rango(dia, dia))
    return rangos


def describir(dias: Iterable[date]) -> str:
    """Una lista corta para personas: `2025-03-01 a 2025-03-07, 2025-03-09`."""
    partes = [
        str(r.desde) if r.desde == r.hasta else f"{r.desde} a {r.hasta}" for r in agrupar(dias)
    ]
    if len(partes) > 4:
        return ", ".join(partes[:4]) + f" y {len(partes) - 4} tramos más"
    return ", ".join(partes) or "ninguno"
