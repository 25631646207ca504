"""Lo que una copia de la base debe cumplir: tener lo mismo que ella, y no pisar lo de otro."""

from dataclasses import replace
from pathlib import Path

from fluxion_luigi.archivos import disco
from fluxion_luigi.config import Configuracion
from fluxion_luigi.config.base import Archivo
from fluxion_luigi.destino.abierta import Base
from fluxion_luigi.destino.base import para_leer
from fluxion_luigi.errores import ErrorDestino, ErrorOcupado

# La cabecera principal de un archivo de DuckDB: la misma mientras exista, y de ninguno más.
_CABECERA = 4096


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
        with para_leer(Configuracion(replace(config.ajustes, base=Archivo(copia))), 0) as abierta:
            igual = abierta is not None and (abierta.id, abierta.hacer("pesar")) == debe
    except ErrorDestino as e:
        raise ErrorDestino(f"La copia de {base.donde} no se puede abrir. {e}") from None
    if not igual:
        raise ErrorDestino(
            f"La copia de {base.donde} no tiene lo mismo que ella. Revise el disco de "
            f"{copia.parent} y repita la misma orden."
        )


def exigir_propia(config: Configuracion, base: Path, copia: Path) -> None:
    """Lo que haya donde va la copia es una copia anterior, o una de otra base de esta cadena.

    Raises:
        ErrorDestino: si es de otro: lo que se pone ahí lo borraría.
        ErrorOcupado: si no se puede saber, porque otro la tiene abierta para escribir.
        ErrorDisco: si no se deja leer.
    """
    with disco(copia):
        if not copia.exists() or not (suya := _cabecera(copia)) or suya == _cabecera(base):
            return
    try:
        with para_leer(Configuracion(replace(config.ajustes, base=Archivo(copia))), 0) as abierta:
            propia = abierta is not None
    except ErrorOcupado:
        raise ErrorOcupado(
            f"El archivo que hay donde va la copia para BI, {copia}, lo tiene abierto otro "
            "programa y no se sabe si es de esta cadena. Ciérrelo y repita la misma orden."
        ) from None
    except ErrorDestino:
        propia = False
    if not propia:
        raise ErrorDestino(
            f"Donde va la copia para BI ya hay un archivo que no es de esta cadena, {copia}, y no "
            "se pisa. Si no hace falta, quítelo; si no, diga otra ruta en «publicada» de luigi.cfg."
        )


def _cabecera(archivo: Path) -> bytes:
    with archivo.open("rb") as f:
        return f.read(_CABECERA)
