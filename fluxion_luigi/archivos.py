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

from fluxion_luigi.errores import ErrorConfiguracion, ErrorDisco, ErrorOcupado

_MOTIVOS = {
    errno.ENOSPC: "no queda espacio en el disco",
    errno.EDQUOT: "se acabó la cuota de disco",
    errno.EACCES: "no hay permiso",
    errno.EPERM: "no hay permiso",
    errno.EROFS: "el disco es de sólo lectura",
    errno.EEXIST: "hay un archivo donde debe ir una carpeta",
    errno.ENOTDIR: "hay un archivo donde debe ir una carpeta",
    errno.EISDIR: "hay una carpeta donde debe ir un archivo",
    errno.EFBIG: "el archivo pasa del tamaño que el sistema permite",
}


def motivo(e: OSError) -> str:
    """Por qué el sistema no dejó, en palabras y con las suyas."""
    dicho = e.strerror or str(e)
    return f"{_MOTIVOS[e.errno]} ({dicho})" if e.errno in _MOTIVOS else dicho


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
            f"No se pudo escribir en {ruta}: {motivo(e)}. {_remedio(e)} y repita la misma orden; "
            "nada quedó a medias."
        ) from e


def _remedio(e: OSError) -> str:
    if e.errno in (errno.EEXIST, errno.ENOTDIR, errno.EISDIR):
        return "Quite de ahí lo que estorba"
    return "Libere espacio o corrija los permisos"


def exigir_lugar(ruta: Path) -> None:
    """Que un archivo se vaya a poder escribir ahí, antes de trabajar para él. No escribe nada.

    Raises:
        ErrorDisco: la ruta es una carpeta, o la suya es un archivo o no deja escribir.
    """
    with disco(ruta):
        if ruta.is_dir():
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
        carpeta = next(p for p in ruta.parents if p.exists())
        if not carpeta.is_dir():
            raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if not os.access(carpeta, os.W_OK | os.X_OK):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        if ruta.exists() and not os.access(ruta, os.R_OK):  # ni se sabe qué se pisaría
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))


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
        except BaseException:
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
    """Los datos de un JSON, o None si falta, no se deja leer o no se entiende (como si faltara)."""
    try:
        return json.loads(ruta.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return None


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
    # No arriba: el lector de una tienda sólo escribe archivos, y traer esto (tornado, asyncio,
    # psutil) era la quinta parte de su arranque.
    from fluxion_luigi import espera as esperas
    from fluxion_luigi import tenedor

    crear_carpeta(ruta.parent)
    try:
        with disco(ruta):
            tomado = esperas.insistir(
                lambda: _tomar(ruta), lambda e: isinstance(e, ErrorOcupado), espera, que,
                lambda _: tenedor.del_candado(ruta),
            )  # fmt: skip
    except ErrorOcupado:
        raise ErrorOcupado(
            f"Otra corrida está usando {que} y no terminó en {espera:.0f} s: es "
            f"{tenedor.del_candado(ruta)}. Espere a que acabe y repita la misma orden."
        ) from None
    with tomado:
        yield


def intentar_candado(ruta: Path):
    """Toma `ruta` y devuelve lo que, como contexto, la suelta; None si otro la tiene.

    Raises:
        ErrorDisco: si ahí no se puede escribir.
    """
    crear_carpeta(ruta.parent)
    try:
        with disco(ruta):
            return _tomar(ruta)
    except ErrorOcupado:
        return None


def _tomar(ruta: Path):
    from filelock import Timeout

    try:
        return _flock(ruta)
    except Timeout as e:  # también es un OSError: fuera de aquí parecería un fallo del disco
        raise ErrorOcupado(str(e)) from None
    except OSError as e:
        if e.errno not in (errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP):
            raise
    # Que un archivo exista no es un candado: el que deja un proceso muerto cierra para siempre.
    huella = hashlib.sha256(str(ruta.resolve()).encode()).hexdigest()[:24]
    local = Path(tempfile.gettempdir()) / f"fluxion-{os.getuid()}" / huella
    local.parent.mkdir(mode=0o700, exist_ok=True)
    try:
        return _flock(local)
    except Timeout as e:
        raise ErrorOcupado(str(e)) from None


def _flock(ruta: Path):
    from filelock import FileLock

    return FileLock(ruta, fallback_to_soft=False).acquire(timeout=0)
