"""Copiar un archivo grande: sin mover un byte, donde el disco sabe compartirlos."""

import fcntl
import os
import shutil
from pathlib import Path
from typing import BinaryIO

from fluxion_luigi.archivos import disco
from fluxion_luigi.errores import ErrorDisco

# De linux/fs.h: btrfs, XFS y otros dejan que dos archivos compartan lo que tienen igual (reflink).
_FICLONE = 0x40049409
_TROZO = 8 << 20


def copiar(origen: BinaryIO, destino: Path) -> bool:
    """Copia entero un archivo ya abierto, y vuelve cuando está en el disco.

    Returns:
        Si comparte el disco con el origen en vez de ocupar otro tanto.

    Raises:
        ErrorDisco: no cabe (se mira antes de empezar) o no se puede escribir.
    """
    with disco(destino), destino.open("wb") as f:  # con los permisos que diga umask
        compartido = _compartir(origen, f)
        if not compartido:
            _exigir_espacio(os.fstat(origen.fileno()).st_size, destino.parent)
            origen.seek(0)
            shutil.copyfileobj(origen, f, _TROZO)
            f.flush()
        os.fsync(f.fileno())
    return compartido


def poner(temporal: Path, destino: Path) -> None:
    """Cambia un archivo por otro de una vez; quien tenía abierto el de antes lo conserva.

    Raises:
        ErrorDisco: si no se puede; queda el de antes.
    """
    with disco(destino):
        temporal.replace(destino)
        carpeta = os.open(destino.parent, os.O_RDONLY)
        try:
            os.fsync(carpeta)
        finally:
            os.close(carpeta)


def _compartir(origen: BinaryIO, destino: BinaryIO) -> bool:
    try:
        fcntl.ioctl(destino.fileno(), _FICLONE, origen.fileno())
    except OSError:  # otro disco, o uno que no sabe
        return False
    return True


def _exigir_espacio(bytes_: int, carpeta: Path) -> None:
    libres = shutil.disk_usage(carpeta).free
    if libres < bytes_:
        raise ErrorDisco(
            f"En {carpeta} quedan {libres / 1e6:.0f} MB y la copia ocupa {bytes_ / 1e6:.0f}. "
            "Libere espacio y repita la misma orden."
        )
