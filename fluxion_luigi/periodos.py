"""Días, meses y ventanas: la aritmética de fechas de todo el proyecto, sin entrada ni salida."""

import calendar
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fluxion_luigi.errores import ErrorUso

UN_DIA = timedelta(days=1)
# Ninguna venta de un POS cae fuera de estos años: un 0202 es un 2020 mal escrito.
PRIMER_ANIO, ULTIMO_ANIO = 1990, 2099


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
        return f"{_compacta(self.desde)}-{_compacta(self.hasta)}"

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
        return str(self.desde)[:7]

    @classmethod
    def de_texto(cls, texto: str) -> "Rango":
        """Lo inverso de `str(rango)`: `20250301-20250307`. `ValueError` si no lo es."""
        desde, hasta = map(date.fromisoformat, texto.split("-"))
        if desde > hasta:
            raise ValueError(f"{texto} va al revés")
        return cls(desde, hasta)


# Todos los días del calendario: sin límite.
SIEMPRE = Rango(date.min, date.max)


def _compacta(dia: date) -> str:
    """`20250301`. No con `%Y`, que deja en tres cifras el año 202."""
    return dia.isoformat().replace("-", "")


@dataclass(frozen=True, order=True)
class Salteado(Rango):
    """Unos días, no todos, entre dos extremos."""

    solo: frozenset[date]

    def __len__(self) -> int:
        return len(self.solo)

    def __iter__(self) -> Iterator[date]:
        return iter(sorted(self.solo))

    def __contains__(self, dia: date) -> bool:
        return dia in self.solo


def tramo_de(dias: Iterable[date]) -> Rango:
    """Esos días, uno al menos: un rango si son seguidos."""
    solo = frozenset(dias)
    entero = Rango(min(solo), max(solo))
    return entero if len(entero) == len(solo) else Salteado(entero.desde, entero.hasta, solo)


def leer_fecha(texto: str, *, fin: bool) -> date:
    """Lee `AAAA-MM-DD`, o `AAAA-MM` (su primer día, o el último si `fin`).

    Raises:
        ErrorUso: si no es ni una cosa ni la otra, el día no existe o su año no puede ser.
    """
    partes = re.fullmatch(r"(\d{4})-(\d{2})(?:-(\d{2}))?", texto.strip(), re.ASCII)
    if not partes:
        raise ErrorUso(
            f"No se entiende la fecha «{texto}». Use un día (2025-03-31) o un mes (2025-03)."
        )
    anio, mes, dia = (int(p) if p else None for p in partes.groups())
    if not PRIMER_ANIO <= anio <= ULTIMO_ANIO:
        raise ErrorUso(
            f"La fecha «{texto}» no puede ser: los años van de {PRIMER_ANIO} a {ULTIMO_ANIO}."
        )
    try:
        if dia is None:
            dia = calendar.monthrange(anio, mes)[1] if fin else 1
        return date(anio, mes, dia)
    except ValueError:  # calendar.IllegalMonthError también lo es
        raise ErrorUso(
            f"La fecha «{texto}» no existe en el calendario. Use AAAA-MM-DD o AAAA-MM."
        ) from None


def leer_instante(texto: str) -> datetime:
    """Un instante como lo escribe `isoformat`, con su huso.

    Raises:
        ValueError, TypeError: si no es eso, o no hay manera de que sea la hora de una corrida.
    """
    instante = datetime.fromisoformat(texto)
    if instante.tzinfo is None or not es_de_corrida(instante):
        raise ValueError(f"{texto} no es el instante de una corrida")
    return instante


def es_de_corrida(instante: datetime) -> bool:
    """Si pudo ser la hora de una corrida."""
    return PRIMER_ANIO <= instante.year <= ULTIMO_ANIO


def leer_dia(texto: str) -> date:
    """Lee `AAAA-MM-DD`. `ErrorUso` si no lo es, o ese día no existe."""
    limpio = texto.strip()
    if re.fullmatch(r"\d{4}-\d{2}", limpio):
        raise ErrorUso(
            f"«{limpio}» es un mes: escriba un día, como {leer_fecha(limpio, fin=True)}."
        )
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", limpio):
        raise ErrorUso(f"No se entiende la fecha «{limpio}». Use un día (2025-03-31).")
    return leer_fecha(limpio, fin=False)


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
