"""Los ajustes de las alertas: los canales por donde se dicen, con su severidad y su silencio.

La dirección de un canal es un secreto (lleva la clave del correo o el token del bot): viene del
ambiente o de `.env`, y de un canal sólo se escribe su nombre.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time

VARIABLE = "FLUXION_ALERTAS_URLS"
AVISO, ERROR = "aviso", "error"
_NOMBRE = r"[\w-]{1,40}"
# Entre dos direcciones va un espacio o una coma; una coma dentro de una no las parte.
_ENTRE = re.compile(rf"[\s,]+(?=(?:{_NOMBRE}=)?[a-z][a-z0-9+]*://)", re.I | re.A)
_CANAL = re.compile(rf"(?:(?P<nombre>{_NOMBRE})=)?(?P<url>(?P<clase>[a-z][a-z0-9+]*)://.*)", re.I)
_HORAS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)-([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True)
class Canal:
    """Por dónde se dice una alerta. Su `repr` no muestra la dirección."""

    nombre: str
    url: str = field(repr=False)


def canales(ambiente: Mapping[str, str]) -> list[Canal]:
    """Los canales de `FLUXION_ALERTAS_URLS`: `URL`, o `nombre=URL`, separadas por espacios.

    El que no trae nombre se llama como su servicio (`mailto`, `slack`…). Uno que no se entiende
    también es un canal: uno que falla, y así se ve.
    """
    salida: list[Canal] = []
    for texto in filter(None, _ENTRE.split(ambiente.get(VARIABLE, "").strip())):
        partes = _CANAL.fullmatch(texto)
        propio = (partes["nombre"] or partes["clase"].lower()) if partes else "canal"
        usados, nombre, n = {c.nombre for c in salida}, propio, 2
        while nombre in usados:
            nombre, n = f"{propio}-{n}", n + 1
        salida.append(Canal(nombre, partes["url"] if partes else ""))
    return salida


@dataclass(frozen=True)
class _PorCanal(ABC):
    """Un valor para todos los canales, y el de los que tienen otro: `aviso, guardia=error`."""

    todos: object = None
    propios: tuple[tuple[str, object], ...] = ()

    def __post_init__(self):
        if self.todos is None:
            object.__setattr__(self, "todos", self.leer(""))

    @classmethod
    def de_texto(cls, texto: str) -> "_PorCanal":
        """`ValueError` si no se entiende."""
        todos, propios = cls.leer(""), {}
        for parte in filter(None, map(str.strip, texto.split(","))):
            canal, igual, valor = parte.rpartition("=")
            if igual and not re.fullmatch(_NOMBRE, canal.strip()):
                raise ValueError("no nombra un canal antes del «=»")
            if igual:
                propios[canal.strip()] = cls.leer(valor.strip())
            else:
                todos = cls.leer(valor.strip())
        return cls(todos, tuple(propios.items()))

    @classmethod
    @abstractmethod
    def leer(cls, texto: str):
        """Un valor escrito; vacío, el de siempre."""

    def nombra(self) -> set[str]:
        """Los canales que tienen un valor propio."""
        return {canal for canal, _ in self.propios}

    def de(self, canal: str):
        """El valor que le toca a un canal."""
        return dict(self.propios).get(canal, self.todos)


class Severidades(_PorCanal):
    """Desde qué severidad se le dice algo a cada canal."""

    @classmethod
    def leer(cls, texto: str) -> str:
        if texto not in ("", AVISO, ERROR):
            raise ValueError("debe ser aviso o error, y por canal: aviso, guardia=error")
        return texto or AVISO


class Silencios(_PorCanal):
    """Entre qué horas de la cadena no se molesta a cada canal; None si nunca."""

    @classmethod
    def leer(cls, texto: str) -> tuple[time, time] | None:
        if texto in ("", "nunca"):
            return None
        if not (horas := _HORAS.fullmatch(texto)):
            raise ValueError("debe ser como 22:00-06:00, o nunca; y por canal: guardia=nunca")
        h, m, hasta_h, hasta_m = map(int, horas.groups())
        return time(h, m), time(hasta_h, hasta_m)

    def calla(self, canal: str, hora: time) -> bool:
        """Si a esa hora el canal está en silencio. Las horas pueden cruzar la medianoche."""
        if (horas := self.de(canal)) is None:
            return False
        desde, hasta = horas
        return desde <= hora < hasta if desde <= hasta else hora >= desde or hora < hasta
