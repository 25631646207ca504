"""Lo que a la API de prueba le pidieron, y lo que hará con lo próximo que le pidan."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fluxion_luigi.errores import ErrorUso
from fluxion_luigi.periodos import Rango

VENTAS, ENTRADA = "/ventas", "/entrada"


@dataclass
class Peticion:
    """Una petición: qué pidió, con qué credenciales, cuándo y por qué conexión."""

    ruta: str
    pedido: dict[str, Any]
    cabeceras: dict[str, str]
    conexion: int
    empezo: float = field(default_factory=time.monotonic)
    acabo: float | None = None
    estado: int = 0
    # Cuántas más estaban en curso cuando llegó, y si alguna era de la misma sucursal.
    a_la_vez: int = 0
    repetida: bool = False

    @property
    def autorizacion(self) -> str | None:
        return self.cabeceras.get("authorization")

    @property
    def sucursal(self) -> str | None:
        return self.pedido.get("sucursal")

    @property
    def dias(self) -> Rango | None:
        """Los días pedidos; nada si no los dijo bien."""
        try:
            desde, hasta = (self.pedido[f"fecha_{extremo}"] for extremo in ("desde", "hasta"))
            return Rango(date.fromisoformat(desde), date.fromisoformat(hasta))
        except (KeyError, TypeError, ValueError, ErrorUso):
            return None

    def es_de(self, sucursal: str | None, dia: str | None, ruta: str) -> bool:
        """Si es de esa ruta, sucursal y día; lo que no se dice da igual."""
        de_ese_dia = not dia or (self.dias and date.fromisoformat(dia) in self.dias)
        return bool(self.ruta.endswith(ruta) and sucursal in (None, self.sucursal) and de_ese_dia)


class Registro:
    """Las peticiones, en el orden en que llegaron."""

    def __init__(self):
        super().__init__()
        self.peticiones: list[Peticion] = []
        self.conexiones = 0
        self._candado = threading.Lock()

    def conectar(self) -> int:
        """Una conexión nueva; devuelve su número."""
        with self._candado:
            self.conexiones += 1
            return self.conexiones

    def apuntar(self, p: Peticion) -> None:
        """Una que llega."""
        with self._candado:
            en_curso = [q for q in self.peticiones if q.acabo is None]
            p.a_la_vez = len(en_curso)
            p.repetida = any(p.sucursal and q.sucursal == p.sucursal for q in en_curso)
            self.peticiones.append(p)

    def de(self, sucursal: str | None = None, dia: str | None = None) -> list[Peticion]:
        """Las de ventas de una sucursal y, si se dice, de un día."""
        return [p for p in self.peticiones if p.es_de(sucursal, dia, VENTAS)]

    @property
    def entradas(self) -> list[Peticion]:
        return [p for p in self.peticiones if p.es_de(None, None, ENTRADA)]

    @property
    def maximo(self) -> int:
        """Cuántas llegó a atender a la vez."""
        return max((p.a_la_vez + 1 for p in self.peticiones), default=0)

    @property
    def dos_a_la_vez(self) -> list[Peticion]:
        """Las que llegaron mientras otra de la misma sucursal estaba en curso."""
        return [p for p in self.peticiones if p.repetida]


@dataclass
class _Plan:
    maldades: list[Callable | None]
    siempre: bool
    cuales: tuple[str | None, str | None, str]


class Planes:
    """Qué maldad le toca a cada petición."""

    def __init__(self):
        super().__init__()
        self._planes: list[_Plan] = []
        self._turno = threading.Lock()

    def hacer(
        self, *maldades: Callable | None, sucursal: str | None = None, dia: str | None = None,
        ruta: str = VENTAS, siempre: bool = False,
    ) -> None:  # fmt: skip
        """Una maldad por cada próxima petición que case, en orden; `None` deja pasar una sana.

        Sólo las gasta una petición con credenciales buenas. `siempre`: la última se repite.
        """
        self._planes.append(_Plan(list(maldades), siempre, (sucursal, dia, ruta)))

    def portarse_bien(self) -> None:
        """Olvida las maldades pedidas."""
        self._planes.clear()

    def tomar(self, p: Peticion) -> Callable | None:
        """La que le toca a una petición, gastada."""
        with self._turno:
            for plan in self._planes:
                if plan.maldades and p.es_de(*plan.cuales):
                    queda = plan.siempre and len(plan.maldades) == 1
                    return plan.maldades[0] if queda else plan.maldades.pop(0)
        return None
