"""Las ventanas ya leídas de una tienda-mes y el manifiesto que las da por completas.

staging/tienda_01/2025-03/20250301-20250307.parquet   las filas
staging/tienda_01/2025-03/20250301-20250307.json      la ficha: sólo si se leyó entera y concilia
staging/tienda_01/2025-03/manifiesto.json             existe sólo si la extracción acabó

De una tienda que cambia de POS, cada uno en su carpeta: staging/tienda_01/2025-03/pos_2/.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from types import NoneType
from typing import Any

from fluxion_luigi.archivos import disco, escribir_json, leer_json
from fluxion_luigi.conciliacion import Conteo, Conteos
from fluxion_luigi.errores import ErrorStaging
from fluxion_luigi.periodos import Rango, leer_instante

MANIFIESTO = "manifiesto.json"


@dataclass(frozen=True)
class Ventana:
    """Una ventana leída entera: qué días, cuándo, con qué consulta (`firma`), cuánto y dónde.

    `segundos` son los de leer sus líneas: los de sus productos casi no dependen de los días.
    """

    rango: Rango
    archivo: Path
    extraido_en: datetime
    segundos: float
    filas: int
    bytes: int
    sha256: str
    ordenado: bool
    firma: str
    origen: Conteos = field(repr=False)
    leido: Conteos = field(repr=False)
    sin_producto: Mapping[date, int] = field(repr=False)
    ambiguos: Mapping[date, int] = field(repr=False)

    @property
    def ficha(self) -> Path:
        """La ficha que la da por leída; se escribe después del Parquet, ya conciliada."""
        return self.archivo.with_suffix(".json")

    def guardar(self) -> None:
        """Escribe la ficha. `ErrorDisco` si no se puede."""
        escribir_json(self.ficha, self.a_json())

    def a_json(self) -> dict:
        """Todo menos el archivo, para la ficha y para la tubería del lector."""
        return {
            "ventana": str(self.rango), "extraido_en": self.extraido_en.isoformat(),
            "segundos": self.segundos,
            "filas": self.filas, "bytes": self.bytes, "sha256": self.sha256,
            "ordenado": self.ordenado, "firma": self.firma, "origen": _a_json(self.origen),
            "leido": _a_json(self.leido),
            "sin_producto": {str(d): n for d, n in self.sin_producto.items()},
            "ambiguos": {str(d): n for d, n in self.ambiguos.items()},
        }  # fmt: skip

    @classmethod
    def de_json(cls, datos: dict, archivo: Path) -> "Ventana":
        """La ventana que dice un `a_json`. Un error de Python si no lo es, o si no cuadra sola."""
        ventana = cls(
            rango=Rango.de_texto(datos["ventana"]),
            archivo=archivo,
            extraido_en=leer_instante(datos["extraido_en"]),
            segundos=float(datos["segundos"]),
            filas=_de_tipo(int, datos["filas"]),
            bytes=_de_tipo(int, datos["bytes"]),
            sha256=_de_tipo(str, datos["sha256"]),
            ordenado=_de_tipo(bool, datos["ordenado"]),
            firma=_de_tipo(str, datos["firma"]),
            origen=_de_json(datos["origen"]),
            leido=_de_json(datos["leido"]),
            sin_producto=_por_dia(int, datos["sin_producto"]),
            ambiguos=_por_dia(int, datos["ambiguos"]),
        )
        if ventana.filas != sum(c.filas for c in ventana.leido.values()):
            raise ValueError("sus filas no son las de sus días")
        return ventana

    def borrar(self) -> None:
        """Quita la ficha y luego el archivo: a medio borrar, la ventana ya no cuenta."""
        with disco(self.archivo):
            self.ficha.unlink(missing_ok=True)
            self.archivo.unlink(missing_ok=True)

    @contextmanager
    def abierta(self) -> Iterator[str]:
        """La ruta con que leer el Parquet mientras dure el contexto, ya comprobado byte por byte.

        Es la del archivo abierto y no la de su nombre: se lee lo mismo que se comprobó, y DuckDB no
        toma por patrones los `[ ] * ?` ni por columnas las carpetas `caja=9`.

        Raises:
            ErrorStaging: si falta o cambió; lo descarta para que se extraiga otra vez.
        """
        with ExitStack() as pila:
            try:
                archivo = pila.enter_context(self.archivo.open("rb"))
                sano = os.fstat(archivo.fileno()).st_size == self.bytes
                sano = sano and hashlib.file_digest(archivo, "sha256").hexdigest() == self.sha256
            except OSError:
                sano = False
            if not sano:
                self.borrar()
                raise ErrorStaging(
                    f"El archivo de staging {self.archivo} falta o está dañado. Se descartó; "
                    "repita la misma orden y se volverá a extraer sólo esa ventana."
                )
            yield f"/dev/fd/{archivo.fileno()}"


@dataclass(frozen=True)
class Extraccion:
    """Una extracción acabada.

    Lo leído; los días que se apartaron y por qué; los que vinieron con muchas menos filas que las
    que había (antes, ahora); cuántas filas tiene la tienda sin fecha, y quién dijo ser su servidor.
    """

    ventanas: list[Ventana]
    fuera: Mapping[date, str]
    caidas: Mapping[date, Sequence[int]]
    sin_fecha: int
    identidad: str | None

    @property
    def dias(self) -> set[date]:
        """Los días que se leyeron."""
        return {d for v in self.ventanas for d in v.rango}


class Carpeta:
    """La carpeta de staging de una tienda-mes o, en ella, la de uno de sus POS."""

    def __init__(self, raiz: Path, tienda: str, mes: str, pos: int = 0):
        self._raiz = raiz
        self.ruta = raiz / tienda / mes / (f"pos_{pos}" if pos else "")
        self.manifiesto = self.ruta / MANIFIESTO

    def archivo(self, ventana: Rango) -> Path:
        """Dónde va el Parquet de una ventana."""
        return self.ruta / f"{ventana}.parquet"

    def leidas(self) -> list[Ventana]:
        """Las ventanas que acabaron de leerse, con manifiesto o sin él."""
        fichas = sorted(p for p in self.ruta.glob("*.json") if p.name != MANIFIESTO)
        return [v for v in map(_de_ficha, fichas) if v]

    def completa(self) -> "Extraccion | None":
        """Lo que dice el manifiesto, o None si la extracción no acabó o falta alguna ficha."""
        datos = leer_json(self.manifiesto)
        try:
            rangos = [Rango.de_texto(v) for v in datos["ventanas"]]
            ventanas = [_de_ficha(self.ruta / f"{r}.json") for r in rangos]
            extraccion = Extraccion(
                ventanas, _por_dia(str, datos["fuera"]), _caidas(datos["caidas"]),
                _de_tipo(int, datos["sin_fecha"]), _de_tipo((str, NoneType), datos["identidad"]),
            )  # fmt: skip
        except (TypeError, AttributeError, KeyError, ValueError, ArithmeticError):
            return None
        return None if None in ventanas else extraccion

    def completar(self, extraccion: "Extraccion") -> None:
        """Da por acabada la extracción: el manifiesto es lo último que se escribe."""
        escribir_json(self.manifiesto, {
            "filas": sum(v.filas for v in extraccion.ventanas),
            "ventanas": [str(v.rango) for v in extraccion.ventanas],
            "fuera": {str(d): motivo for d, motivo in sorted(extraccion.fuera.items())},
            "caidas": {str(d): filas for d, filas in sorted(extraccion.caidas.items())},
            "sin_fecha": extraccion.sin_fecha,
            "identidad": extraccion.identidad,
        })  # fmt: skip

    def reabrir(self) -> None:
        """Deja de darla por acabada; lo leído se queda. `ErrorDisco` si no se puede."""
        with disco(self.manifiesto):
            self.manifiesto.unlink(missing_ok=True)

    def borrar(self) -> None:
        """Quita todo; primero el manifiesto, para que a medio borrar no parezca completa."""
        with disco(self.ruta):
            self.manifiesto.unlink(missing_ok=True)
            shutil.rmtree(self.ruta, ignore_errors=True)
            for padre in self.ruta.parents:
                if padre == self._raiz or not padre.is_dir() or any(padre.iterdir()):
                    break
                padre.rmdir()


def borrador(archivo: Path) -> Path:
    """Donde se escribe una ventana mientras llega; se renombra al terminar."""
    return archivo.with_name(f".{archivo.name}.parcial")


def huella(archivo: Path) -> str:
    """El sha256 de un archivo, en hexadecimal."""
    with archivo.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def _de_tipo(tipo, valor: Any) -> Any:
    if not isinstance(valor, tipo):
        raise TypeError(f"{valor!r} no es lo que va ahí")
    return valor


def _por_dia(tipo, datos: Mapping[str, Any]) -> dict[date, Any]:
    return {date.fromisoformat(d): _de_tipo(tipo, valor) for d, valor in datos.items()}


def _caidas(datos: Mapping[str, Any]) -> dict[date, list[int]]:
    caidas = _por_dia(list, datos)
    for antes, ahora in caidas.values():
        _de_tipo(int, antes), _de_tipo(int, ahora)
    return caidas


def _a_json(conteos: Conteos) -> dict:
    return {str(d): c.a_lista() for d, c in sorted(conteos.items())}


def _de_json(datos: dict) -> Conteos:
    return {date.fromisoformat(d): Conteo.de_lista(c) for d, c in datos.items()}


def _de_ficha(ficha: Path) -> Ventana | None:
    """La ventana de una ficha; una ficha dañada vale como si la ventana no se hubiera leído."""
    try:
        return Ventana.de_json(leer_json(ficha), ficha.with_suffix(".parquet"))
    except (TypeError, AttributeError, KeyError, ValueError, ArithmeticError):
        return None
