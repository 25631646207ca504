"""Conciliación: por día, filas y sumas, lo que hay contra lo que debería haber."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from fluxion_luigi.errores import ErrorConciliacion
from fluxion_luigi.periodos import Rango

SIN_SUMAS: Mapping[str, Decimal] = MappingProxyType({})


class Conteo(NamedTuple):
    """Lo que pesa un día: filas, suma de `total` y las demás sumas que se conozcan (`SUMAS`).

    Los montos, en la moneda de la tienda, sin redondear.
    """

    filas: int
    total: Decimal
    sumas: Mapping[str, Decimal] = SIN_SUMAS

    @classmethod
    def de_lista(cls, datos: list) -> "Conteo":
        """Lo inverso de `a_lista`. Un error de Python si no lo es."""
        filas, total, sumas = datos
        if type(filas) is not int:
            raise ValueError(f"{filas} no es un número de filas")
        return cls(filas, _monto(total), {n: _monto(s) for n, s in sumas.items()})

    def a_lista(self) -> list:
        """Para JSON: `[filas, "total", {"cantidad": "…"}]`."""
        return [self.filas, str(self.total), {n: str(s) for n, s in self.sumas.items()}]

    def cuadra(self, hallado: "Conteo") -> bool:
        """Si lo hallado tiene las mismas filas y las mismas sumas que éste conoce."""
        pares = [(self.filas, hallado.filas), (self.total, hallado.total)]
        pares += [(suma, hallado.sumas.get(n, 0)) for n, suma in self.sumas.items()]
        return all(debe == hay for debe, hay in pares)  # un NaN no es igual ni a sí mismo

    def coincide(self, otro: "Conteo") -> bool:
        """Si los dos tienen las mismas filas y las mismas sumas, de las que ambos conocen."""
        comunes = self.sumas.keys() & otro.sumas.keys()
        return self[:2] == otro[:2] and all(self.sumas[n] == otro.sumas[n] for n in comunes)


def _monto(texto: str) -> Decimal:
    monto = Decimal(texto)
    if monto.is_snan():  # ni siquiera se deja comparar
        raise ValueError("no es un monto")
    return monto


CERO = Conteo(0, Decimal(0))
Conteos = dict[date, Conteo]


def difieren(esperado: Conteos, hallado: Conteos) -> list[date]:
    """Los días que no cuadran; uno ausente vale cero."""
    dias = sorted(esperado.keys() | hallado.keys())
    return [d for d in dias if not esperado.get(d, CERO).cuadra(hallado.get(d, CERO))]


def exigir_iguales(
    esperado: Conteos, hallado: Conteos, que: str, contra: str, donde: str,
    y_ahora: str = "Lo que había de esos días sigue igual.",
) -> None:  # fmt: skip
    """Compara día por día.

    Args:
        esperado, hallado: un conteo por día; un día ausente vale cero.
        que, contra: nombres de los dos lados para la tabla.
        donde: tienda y días, para la frase.
        y_ahora: cómo quedan los días que no cuadran, para la frase.

    Raises:
        ErrorConciliacion: con una tabla de lo que difiere; lleva los días y el motivo de cada uno.
    """
    malos = difieren(esperado, hallado)
    if not malos:
        return
    filas = {d: _renglones(d, esperado.get(d, CERO), hallado.get(d, CERO)) for d in malos}
    raise ErrorConciliacion(
        f"No concilia {donde}: {len(malos)} día(s) con diferencia entre {contra} y {que}. "
        f"{y_ahora}\n"
        f"{_tabla([f for d in malos for f in filas[d]], que, contra)}",
        {d: f"no concilia: {_en_una_linea(filas[d], que, contra)}" for d in malos},
    )


def _renglones(dia: date, debe: Conteo, hay: Conteo) -> list[list[str]]:
    """Un renglón por cada cosa que difiere ese día."""
    pares = {"filas": (debe.filas, hay.filas), "total": (debe.total, hay.total)}
    pares |= {n: (s, hay.sumas.get(n, Decimal(0))) for n, s in debe.sumas.items()}
    return [
        [str(dia), cual, str(a), str(b), str(b - a)] for cual, (a, b) in pares.items() if a != b
    ]


def _tabla(filas: list[list[str]], que: str, contra: str) -> str:
    from tabulate import tabulate  # sólo hace falta si algo no cuadra, y cada lector lo pagaría

    return tabulate(
        filas,
        headers=["día", "qué", contra, que, "diferencia"],
        tablefmt="simple",
        disable_numparse=True,
        colalign=("left", "left", "right", "right", "right"),
    )


def _en_una_linea(filas: list[list[str]], que: str, contra: str) -> str:
    return "; ".join(f"{cual} {contra} {a}, {que} {b}" for _, cual, a, b, _ in filas)


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
