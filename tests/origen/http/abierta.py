"""Una tienda de la API de prueba, abierta como la abre el proceso lector."""

import json
from collections.abc import Iterable
from datetime import date, timedelta

from fluxion_luigi.conciliacion import Conteos
from fluxion_luigi.origen.http import fuente, sesion
from fluxion_luigi.periodos import Rango
from tests.api import Api, con_api
from tests.proyecto import Proyecto

SUCURSAL = "SUC001"


class Abierta:
    """La sesión, lo que latió y cómo reabrirla: la lectura sigue, el lector es otro."""

    def __init__(self, proyecto: Proyecto, servidor: Api, **http):
        self.latidos = 0
        con_api(proyecto, "tienda_20", servidor, SUCURSAL)
        config = proyecto.config
        self.pedido = json.loads(json.dumps(fuente.pedido(config, config.tienda("tienda_20"))))
        self.pedido["http"] |= http
        self.aparte = proyecto.carpeta / "staging" / "tienda_20" / "2025-03"
        self.reabrir()

    def reabrir(self) -> None:
        self.sesion = sesion.abrir(self.pedido, 5, str(self.aparte))

    def latir(self) -> None:
        self.latidos += 1

    def contar(self, desde: str, hasta: str = "") -> Conteos:
        return self.sesion.contar(rango(desde, hasta), self.latir)[0]

    def leer(self, desde: str, hasta: str = "") -> list[dict]:
        _, lotes = self.sesion.leer(rango(desde, hasta), self.latir)
        return [fila for lote in lotes for fila in lote.to_pylist()]


def un_dia_si_y_otro_no(casos: Iterable) -> dict[date, object]:
    """Cada caso en su día, desde el 2 de mayo, y entre uno y otro uno sano: se miran todos con una
    sola sesión, que es lo que cuesta. Dos malos seguidos serían cosa de la API, y no de ellos.
    """
    return {date(2025, 5, 2) + timedelta(days=2 * n): caso for n, caso in enumerate(casos)}


def hasta_el_siguiente(dias: Iterable[date]) -> tuple[str, str]:
    """Del primero de mayo al día sano que va tras el último."""
    return "2025-05-01", str(max(dias) + timedelta(days=1))


def rango(desde: str, hasta: str = "") -> Rango:
    return Rango(date.fromisoformat(desde), date.fromisoformat(hasta or desde))
