"""La copia publicada: lo que BI abre, para que la base sea sólo de quien la carga.

Se hace de la base en reposo, se comprueba y se cambia de una vez por la de antes; quien la tenga
abierta conserva la suya. Es la misma base octeto por octeto: si sus cabeceras, donde DuckDB cuenta
cada cambio, y su tamaño son los mismos, está al día.
"""

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from fluxion_luigi.archivos import crear_carpeta, disco
from fluxion_luigi.config import Configuracion
from fluxion_luigi.destino.base import existe, para_escribir
from fluxion_luigi.destino.copia import exigir_igual, exigir_propia, volcar
from fluxion_luigi.flujo.copia import copiar, poner

# La del archivo y las dos de la base, que se turnan.
_CABECERAS = 3 * 4096


@dataclass(frozen=True)
class Publicada:
    """Una copia recién publicada: su peso, cuánto tardó (s) y si comparte disco con la base."""

    ruta: str
    bytes: int
    segundos: float
    compartida: bool


def publicar(config: Configuracion, *, forzar: bool = False) -> Publicada | None:
    """Pone al día la copia publicada; None si no se pidió, ya lo está, o aún no hay base.

    Matada en cualquier punto, la de antes sigue entera.

    Args:
        forzar: aunque ya esté al día.

    Raises:
        ErrorOcupado: si otro tiene la base y no la soltó en `espera_base`.
        ErrorDestino, ErrorDisco: si no se pudo, o ahí hay un archivo de otro; sigue como estaba.
    """
    ruta, inicio = config.ajustes.publicada, time.monotonic()
    if ruta is None or not existe(config) or (not forzar and al_dia(config)):
        return None
    base = config.ajustes.base.ruta
    exigir_propia(config, base, ruta)
    crear_carpeta(ruta.parent)
    nueva = temporal(ruta)
    # Se abre antes que DuckDB y se cierra después: si un proceso cierra cualquier descriptor de un
    # archivo, el sistema suelta el candado con que DuckDB lo tiene.
    with disco(base):
        origen = base.open("rb")
    with origen, para_escribir(config) as abierta:
        volcar(abierta)
        try:
            with disco(ruta):
                nueva.unlink(missing_ok=True)
                compartida = copiar(origen, nueva)
                exigir_igual(config, abierta, nueva)
                # Si alguien escribió en la de antes, su diario no dejaría abrir ésta.
                _diario(ruta).unlink(missing_ok=True)
                poner(nueva, ruta)
        except BaseException:
            with suppress(OSError):
                nueva.unlink(missing_ok=True)
            raise
    segundos = round(time.monotonic() - inicio, 2)
    return Publicada(str(ruta), ruta.stat().st_size, segundos, compartida)


def al_dia(config: Configuracion) -> bool:
    """Si la publicada es la base de ahora. Sólo lee sus cabeceras; no, con la base abierta aquí.

    Raises:
        ErrorDestino: si no se puede mirar la base.
    """
    ruta = config.ajustes.publicada
    if ruta is None or not existe(config):
        return False
    base = config.ajustes.base.ruta
    if _con_diario(base) or _con_diario(ruta):
        return False
    return (suya := _huella(ruta)) is not None and suya == _huella(base)


def estado_publicada(config: Configuracion) -> dict[str, Any] | None:
    """Cómo está la copia publicada, para los informes; None si no se publica.

    Returns:
        `ruta`, `existe`, `publicada_en` (ISO, en la zona de la cadena, o None), `hace_segundos` (o
        None) y `atrasada`: si la base tiene algo que ella no.

    Raises:
        ErrorDestino: si no se puede mirar la base.
    """
    ruta = config.ajustes.publicada
    if ruta is None:
        return None
    hecha = hace = None
    try:
        hecha = datetime.fromtimestamp(ruta.stat().st_mtime, config.ajustes.zona_horaria)
        hace = max(0, int((config.ahora() - hecha).total_seconds()))
    except OSError:
        pass  # no está, o no se deja mirar
    return {
        "ruta": str(ruta),
        "existe": hecha is not None,
        "publicada_en": hecha.isoformat(timespec="seconds") if hecha else None,
        "hace_segundos": hace,
        "atrasada": existe(config) and not al_dia(config),
    }


def temporal(ruta: Path) -> Path:
    """Dónde se va haciendo la copia que será `ruta`."""
    return ruta.with_name(f".{ruta.name}.parcial")


def _huella(ruta: Path) -> tuple[int, bytes] | None:
    try:
        with ruta.open("rb") as f:
            return ruta.stat().st_size, f.read(_CABECERAS)
    except OSError:
        return None


def _diario(ruta: Path) -> Path:
    return ruta.with_name(ruta.name + ".wal")


def _con_diario(ruta: Path) -> bool:
    """Si tiene cambios que aún no están en su archivo."""
    try:
        return _diario(ruta).stat().st_size > 0
    except OSError:
        return False
