"""Una corrida: su identificador y su diario de sucesos, escrito por todos sus procesos.

El identificador viaja en el ambiente, así que los procesos que nacen de la corrida lo comparten.
El diario va a un archivo, para quien lo lea si la corrida muere, y a la memoria que sus procesos
comparten: si el archivo no se puede escribir, la corrida sigue y su resumen sale entero.
"""

import fcntl
import json
import logging
import os
import secrets
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fluxion_luigi.archivos import crear_carpeta, disco
from fluxion_luigi.errores import ErrorDisco
from fluxion_luigi.una_vez import UnaVez

registro = logging.getLogger("fluxion.corrida")
_VARIABLE = "FLUXION_CORRIDA"
_EN_CURSO = ".en_curso.jsonl"
# Lo que un diario tarda, de sobra, entre crearse y tener su inicio.
NACIENDO = 60
_sin_reportes = UnaVez()


def id_actual() -> str:
    """El id de esta corrida (`20250930T060000Z-1a2b`); el primer proceso que pregunta lo crea."""
    if _VARIABLE not in os.environ:
        os.environ[_VARIABLE] = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    return os.environ[_VARIABLE]


@contextmanager
def si_se_puede() -> Iterator[None]:
    """Lo que cuenta la corrida se escribe si se puede; si no, se dice una vez y se sigue."""
    try:
        yield
    except ErrorDisco as e:
        if _sin_reportes.tomar():
            registro.error("La corrida sigue, pero puede quedar sin reporte. %s", e)


class Diario:
    """Los sucesos de una corrida, uno por línea. Varios procesos escriben a la vez."""

    # Lo de esta corrida, que sus hijos heredan: la memoria y el archivo, con su candado.
    _memoria: int | None = None
    _tomado: Any = None

    def __init__(self, reportes: Path, corrida: str):
        self.corrida = corrida
        self.ruta = reportes / f"corrida_{corrida}{_EN_CURSO}"

    def abrir(self, **datos: Any) -> None:
        """Empieza el diario de esta corrida, si no lo está, con su suceso de inicio."""
        if (Diario._memoria, Diario._tomado) != (None, None):
            return
        Diario._memoria = _en_memoria()
        with si_se_puede():
            crear_carpeta(self.ruta.parent)
            with disco(self.ruta):
                Diario._tomado = self.ruta.open("ab")
        # Mientras viva la corrida: así la siguiente sabe que no murió. Donde el disco no tiene
        # candados, lo sabe por su pid.
        with suppress(OSError):
            if Diario._tomado:
                fcntl.flock(Diario._tomado, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self.anotar("inicio", **datos)

    def anotar(self, suceso: str, **datos: Any) -> None:
        """Agrega un suceso con su hora (UTC), si se puede (ver `si_se_puede`)."""
        ahora = datetime.now(UTC).isoformat(timespec="milliseconds")
        linea = json.dumps({"suceso": suceso, "en": ahora, **datos}, ensure_ascii=False)
        linea = f"{linea}\n".encode("utf-8", "backslashreplace")
        if Diario._memoria is not None:
            os.write(Diario._memoria, linea)
        with si_se_puede(), disco(self.ruta), suppress(FileNotFoundError):
            # Una sola escritura en modo append: no se mezcla con las de otros procesos. Quien no
            # pudo abrir el diario ya lo dijo.
            f = os.open(self.ruta, os.O_WRONLY | os.O_APPEND)
            try:
                os.write(f, linea)
            finally:
                os.close(f)

    def sucesos(self) -> list[dict]:
        """Los sucesos en orden; lo que no se entiende (una línea a medio escribir) se ignora."""
        if Diario._memoria is not None and self.corrida == id_actual():
            texto = os.pread(Diario._memoria, os.fstat(Diario._memoria).st_size, 0)
        else:
            try:
                texto = self.ruta.read_bytes()
            except OSError:
                return []
        return list(_leidos(texto.splitlines()))

    def borrar(self) -> None:
        """Quita el diario, cuando su reporte ya está escrito. `ErrorDisco` si no se puede."""
        with disco(self.ruta):
            self.ruta.unlink(missing_ok=True)

    def apartar(self) -> Path:
        """Le cambia el nombre a un diario que no se entiende, para que no estorbe a otra corrida.

        Raises:
            ErrorDisco: si no se puede.
        """
        aparte = self.ruta.with_name(self.ruta.name.replace(_EN_CURSO, ".ilegible.jsonl"))
        with disco(self.ruta):
            self.ruta.rename(aparte)
        return aparte


def abandonados(reportes: Path) -> list[Diario]:
    """Los diarios de corridas que murieron sin escribir su reporte."""
    muertos = []
    for ruta in sorted(reportes.glob(f"corrida_*{_EN_CURSO}")):
        diario = Diario(reportes, ruta.name.removeprefix("corrida_").removesuffix(_EN_CURSO))
        with suppress(OSError):  # de otro usuario, o se acaba de ir: no se puede contar
            if diario.corrida != id_actual() and _murio(diario):
                muertos.append(diario)
    return muertos


def en_curso(reportes: Path) -> set[str]:
    """Los ids de las corridas que aún no terminan, ésta entre ellas."""
    muertas = {d.corrida for d in abandonados(reportes)}
    diarios = reportes.glob(f"corrida_*{_EN_CURSO}")
    hay = {r.name.removeprefix("corrida_").removesuffix(_EN_CURSO) for r in diarios}
    return (hay - muertas) | {id_actual()}


def _murio(diario: Diario) -> bool:
    if diario.ruta.is_dir():
        return True
    inicio = next((s for s in diario.sucesos() if s["suceso"] == "inicio"), None)
    if inicio is None and time.time() - diario.ruta.stat().st_mtime < NACIENDO:
        return False
    with diario.ruta.open("rb") as f:
        try:
            fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return not _vive((inicio or {}).get("pid"))
    return True


def _vive(pid: Any) -> bool:
    if not isinstance(pid, int) or not 0 < pid < 2**31:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _leidos(lineas: Iterable[bytes]) -> Iterator[dict]:
    for linea in lineas:
        try:
            dato = json.loads(linea)
        except (ValueError, RecursionError):
            continue
        if isinstance(dato, dict) and isinstance(dato.get("suceso"), str) and "en" in dato:
            yield dato


def _en_memoria() -> int | None:
    """Un archivo sin nombre que los hijos heredan; None si el sistema no lo da."""
    try:
        if hasattr(os, "memfd_create"):
            return os.memfd_create("diario")
        with tempfile.TemporaryFile() as f:
            return os.dup(f.fileno())
    except OSError:
        return None
