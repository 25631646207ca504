"""Lo que dice DuckDB, en una frase: quién tiene la base, qué no se pudo escribir, qué está roto."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from fluxion_luigi import tenedor
from fluxion_luigi.archivos import motivo
from fluxion_luigi.config.base import Lago
from fluxion_luigi.errores import ErrorBaseDanada, ErrorDestino, ErrorDisco, ErrorOcupado

_SIN_DISCO = re.compile(
    r"no space|disk full|permission denied|read-only|file too large|quota exceeded|"
    r"operation not permitted", re.I,
)  # fmt: skip
_REPETIDO = re.compile(r'with name "?(\w+)"? already exists', re.I)
_ROTA = re.compile(
    r"corrupt|not a valid duckdb|could not read enough bytes|checksum|serialization error|"
    r"failed to deserialize", re.I,
)  # fmt: skip


def existe(base: Path) -> bool:
    """Si la base existe.

    Raises:
        ErrorDestino: si no se puede saber: su carpeta no se deja mirar, o la ruta es una carpeta.
    """
    try:
        if base.is_dir():
            raise ErrorDestino(
                f"La base {base} es una carpeta, y debe ser un archivo. Corrija FLUXION_BASE o "
                "«base» en luigi.cfg."
            )
        return base.exists()
    except OSError as e:
        raise ErrorDestino(
            f"No se puede leer la base {base}: {motivo(e)}. Corrija los permisos de su carpeta y "
            "repita la misma orden."
        ) from None


def ocupada(e: BaseException) -> bool:
    """Si lo que falló es que otro proceso tiene la base."""
    return isinstance(e, duckdb.IOException) and "could not set lock" in str(e).lower()


def quien(e: BaseException) -> str:
    """El proceso que tiene la base, según DuckDB."""
    return tenedor.del_pid(_pid(e))


def es_de_aqui(e: BaseException) -> bool:
    """Si la tiene otra tarea de esta misma corrida."""
    return tenedor.es_de_aqui(_pid(e))


def _pid(e: BaseException) -> int | None:
    hallado = re.search(r"PID (-?\d+)", str(e))
    return int(hallado[1]) if hallado else None


@contextmanager
def en_palabras(base: Path) -> Iterator[None]:
    """Convierte lo que diga DuckDB en una frase que nombra la base.

    Raises:
        ErrorOcupado: otro proceso la tiene.
        ErrorDisco: no cabe o no hay permiso; lo que se escribía se deshizo entero.
        ErrorBaseDanada: está cortada, dañada o no es de DuckDB.
        ErrorDestino: lo demás.
    """
    try:
        yield
    except duckdb.Error as e:
        raise _como_error(e, base) from None


def repetido(e: duckdb.Error, base: Path | Lago) -> str | None:
    """La frase, si lo que falló es que ya hay otra cosa con ese nombre."""
    if hallado := _REPETIDO.search(str(e)):
        return (
            f"La base {base} tiene una tabla o una vista «{hallado[1]}» que no hizo este "
            "proyecto, y ahora usa ese nombre. Cámbiele el suyo (ALTER TABLE o ALTER VIEW … RENAME "
            "TO …) y repita la misma orden; no se tocó nada."
        )
    return None


def _como_error(e: duckdb.Error, base: Path) -> Exception:
    dicho = f"\nDuckDB dijo: {e}"
    if ocupada(e):
        return ErrorOcupado(f"La base {base} la tiene {quien(e)}.")
    if _SIN_DISCO.search(str(e)):
        return ErrorDisco(
            f"No se pudo escribir la base {base}. Libere espacio o corrija los permisos (de su "
            f"carpeta también) y repita la misma orden; la carga se deshizo entera.{dicho}"
        )
    if _ROTA.search(str(e)):
        return ErrorBaseDanada(
            f"La base {base} está dañada, cortada o no es de DuckDB",
            consejo="Ponga en su lugar una copia sana; o apártela y repita la orden: se hace otra "
            f"y se vuelve a cargar lo que falte.{dicho}",
        )
    if frase := repetido(e, base):
        return ErrorDestino(f"{frase}{dicho}")
    if isinstance(e, duckdb.IOException):
        return ErrorDestino(f"No se pudo usar la base {base}.{dicho}")
    return ErrorDestino(f"Falló una operación en la base {base}.{dicho}")
