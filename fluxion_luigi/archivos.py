"""Leer y escribir archivos: lo escrito existe entero o no existe, y lo ilegible se dice."""

import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from fluxion_luigi.errores import ErrorConfiguracion, ErrorDisco, ErrorOcupado


@contextmanager
def disco(ruta: Path) -> Iterator[None]:
    """Convierte un fallo del sistema de archivos en una frase que nombra la ruta.

    Raises:
        ErrorDisco: disco lleno, carpeta sin permiso, ruta imposible.
    """
    try:
        yield
    except OSError as e:
        raise ErrorDisco(
            f"No se pudo escribir en {ruta}: {e.strerror or e}. Libere espacio o corrija los "
            "permisos y repita la misma orden; nada quedó a medias."
        ) from e


def crear_carpeta(ruta: Path) -> Path:
    """Crea la carpeta (y las de arriba) si falta, y la devuelve. `ErrorDisco` si no se puede."""
    with disco(ruta):
        ruta.mkdir(parents=True, exist_ok=True)
    return ruta


def escribir_texto(ruta: Path, texto: str) -> None:
    """Escribe entero o no escribe (temporal, `fsync`, renombrado). `ErrorDisco` si falla."""
    crear_carpeta(ruta.parent)
    temporal = ruta.with_name(f".{ruta.name}.{os.getpid()}.parcial")
    with disco(ruta):
        try:
            # Un nombre de archivo que no es UTF-8 llega como media letra: se escribe su código.
            with temporal.open("w", encoding="utf-8", errors="backslashreplace") as f:
                f.write(texto)
                f.flush()
                os.fsync(f.fileno())
            temporal.replace(ruta)
        except OSError:
            temporal.unlink(missing_ok=True)
            raise


def escribir_json(ruta: Path, datos: Any) -> None:
    """Como `escribir_texto`, con los datos en JSON legible."""
    escribir_texto(ruta, json.dumps(datos, ensure_ascii=False, indent=1) + "\n")


def leer_texto(ruta: Path, si_falta: str = "") -> str:
    """El texto de un archivo escrito a mano, en UTF-8, con BOM (Bloc de notas, SSMS) o sin él.

    Args:
        si_falta: qué hacer si el archivo no existe, para la frase.

    Raises:
        ErrorConfiguracion: si falta, no se puede leer o no es un texto en UTF-8.
    """
    try:
        crudo = ruta.read_bytes()
        texto = crudo.decode("utf-8-sig")
    except FileNotFoundError:
        raise ErrorConfiguracion(f"No existe {ruta}. {si_falta}".strip()) from None
    except OSError as e:
        raise ErrorConfiguracion(f"No se puede leer {ruta}: {e.strerror or e}.") from None
    except UnicodeDecodeError as e:
        raise _no_es_utf8(ruta, crudo, e.start) from None
    if "\0" in texto:  # así se ve un UTF-16 sin BOM
        raise _no_es_utf8(ruta, crudo, crudo.index(b"\0"))
    return texto.replace("\r\n", "\n").replace("\r", "\n")


def _no_es_utf8(ruta: Path, crudo: bytes, donde: int) -> ErrorConfiguracion:
    linea = crudo.count(b"\n", 0, donde) + 1
    return ErrorConfiguracion(
        f"{ruta} no es un texto en UTF-8 (línea {linea}). Ábralo en su editor y guárdelo con la "
        "codificación UTF-8."
    )


def leer_json(ruta: Path) -> Any | None:
    """Los datos de un JSON, o None si el archivo falta o no se entiende (vale como si faltara).

    Raises:
        ErrorDisco: si está pero no se deja leer; tomarlo por ausente lo borraría.
    """
    try:
        return json.loads(ruta.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError, ValueError, RecursionError):
        return None
    except OSError as e:
        raise ErrorDisco(
            f"No se puede leer {ruta}: {e.strerror or e}. Corrija sus permisos o quítelo, y repita "
            "la misma orden."
        ) from None


@contextmanager
def candado(ruta: Path, espera: float, que: str) -> Iterator[None]:
    """Exclusión entre procesos sobre `ruta`; el sistema la suelta si el proceso muere.

    Si el disco de `ruta` no sabe de candados, la exclusión vale para esta máquina y este usuario.

    Args:
        espera: segundos que se espera a que otro lo suelte.
        que: lo que está tomado, para la frase del error.

    Raises:
        ErrorOcupado: si no se soltó a tiempo.
    """
    crear_carpeta(ruta.parent)
    with disco(ruta):
        try:
            tomado = _tomar(ruta, espera)
        except Timeout:  # también es un OSError: fuera de aquí parecería un fallo del disco
            raise ErrorOcupado(
                f"Otra corrida está usando {que} y no terminó en {espera:.0f} s. "
                "Espere a que acabe y repita la misma orden."
            ) from None
    with tomado:
        yield


def _tomar(ruta: Path, espera: float):
    try:
        return FileLock(ruta, fallback_to_soft=False).acquire(timeout=espera)
    except OSError as e:
        if e.errno not in (errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP):
            raise
    # Que un archivo exista no es un candado: el que deja un proceso muerto cierra para siempre.
    huella = hashlib.sha256(str(ruta.resolve()).encode()).hexdigest()[:24]
    local = Path(tempfile.gettempdir()) / f"fluxion-{os.getuid()}" / huella
    local.parent.mkdir(mode=0o700, exist_ok=True)
    return FileLock(local, fallback_to_soft=False).acquire(timeout=espera)
