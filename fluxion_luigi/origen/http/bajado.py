"""Lo que se bajó de una tienda en esta lectura: un Parquet de líneas por pedido, y su ficha.

Vive en una carpeta propia y sólo mientras dura la lectura, y también si el lector se cae:
lo confirmado no se baja dos veces. Lo que haya dejado otra lectura se borra.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from fluxion_luigi.archivos import crear_carpeta, escribir_json, leer_json
from fluxion_luigi.conciliacion import Conteo, Conteos
from fluxion_luigi.origen.http.pedido import CARPETA
from fluxion_luigi.periodos import Rango

_FALLIDOS = "fallidos"


@dataclass(frozen=True)
class Bajado:
    """Lo que trajo un pedido, que se empezó a bajar en el instante `desde`.

    `duda` es por qué no se puede dar por bueno aún, y `malo`, lo que tiene que otra lectura no va
    a arreglar; vacíos si nada. `sin_total`, que la API no dijo cuántas líneas eran.
    """

    rango: Rango
    archivo: Path
    desde: datetime
    conteos: Conteos = field(repr=False)
    duda: str = ""
    malo: str = ""
    sin_total: bool = False

    def a_json(self) -> dict[str, Any]:
        """La ficha."""
        return {
            "desde": self.desde.isoformat(),
            "dias": {str(d): c.a_lista() for d, c in self.conteos.items()},
            "duda": self.duda, "malo": self.malo, "sin_total": self.sin_total,
        }  # fmt: skip


@dataclass
class Fallidos:
    """Los días que la API no dio en esta lectura, con su motivo, y cuántos van seguidos. `basta` es
    por qué no se le pide ya ninguno más; vacío si se le pide."""

    dias: dict[date, str]
    seguidos: int = 0
    basta: str = ""


class Bajados:
    """Lo bajado en una lectura.

    Args:
        aparte: la carpeta de la tienda-mes; nadie más escribe ahí mientras.
        lectura: cuál es ésta.
    """

    def __init__(self, aparte: Path, lectura: str):
        self.carpeta = crear_carpeta(aparte / CARPETA / lectura)
        for otra in self.carpeta.parent.iterdir():
            if otra != self.carpeta:
                shutil.rmtree(otra, ignore_errors=True)

    def archivo(self, rango: Rango, tipo: str) -> Path:
        """Dónde va algo de un pedido."""
        return self.carpeta / f"{rango}.{tipo}"

    def guardar(self, bajado: Bajado) -> Bajado:
        """Escribe su ficha, que es lo que lo da por bajado."""
        escribir_json(self.archivo(bajado.rango, "json"), bajado.a_json())
        return bajado

    def olvidar(self, rango: Rango) -> None:
        """Deja de darlo por bajado."""
        self.archivo(rango, "json").unlink(missing_ok=True)

    def fallidos(self) -> Fallidos:
        """Los que ya se intentaron; también por el lector de antes, que muere con cada fallo."""
        datos = leer_json(self.carpeta / _FALLIDOS) or {"dias": {}}
        dias = {date.fromisoformat(d): m for d, m in datos["dias"].items()}
        return Fallidos(**{**datos, "dias": dias})

    def recordar(self, fallidos: Fallidos) -> None:
        """Deja escritos los días que no salieron."""
        dias = {str(d): m for d, m in fallidos.dias.items()}
        escribir_json(self.carpeta / _FALLIDOS, {**vars(fallidos), "dias": dias})

    def todos(self) -> Iterator[Bajado]:
        """Los que hay, por fecha."""
        for ficha in sorted(self.carpeta.glob("*.json")):
            datos = leer_json(ficha)
            conteos = {date.fromisoformat(d): Conteo.de_lista(c) for d, c in datos["dias"].items()}
            rango = Rango.de_texto(ficha.stem)
            yield Bajado(
                rango, self.archivo(rango, "parquet"), datetime.fromisoformat(datos["desde"]),
                conteos, datos["duda"], datos["malo"], datos["sin_total"],
            )  # fmt: skip
