"""Una corrida: su identificador y su diario de sucesos, escrito por todos sus procesos.

El identificador viaja en el ambiente, así que los procesos que nacen de la corrida lo comparten.
"""

import json
import os
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fluxion_luigi.archivos import crear_carpeta, disco

_VARIABLE = "FLUXION_CORRIDA"


def id_actual() -> str:
    """El id de esta corrida (`20250930T060000Z-1a2b`); el primer proceso que pregunta lo crea."""
    if _VARIABLE not in os.environ:
        os.environ[_VARIABLE] = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    return os.environ[_VARIABLE]


class Diario:
    """Los sucesos de una corrida, uno por línea. Varios procesos escriben a la vez."""

    def __init__(self, reportes: Path, corrida: str):
        self.corrida = corrida
        self.ruta = reportes / f"corrida_{corrida}.en_curso.jsonl"

    def abrir(self, **datos: Any) -> bool:
        """Crea el diario con su suceso de inicio; falso si otro proceso de la corrida ya lo hizo.

        Raises:
            ErrorDisco: si no se puede escribir.
        """
        crear_carpeta(self.ruta.parent)
        try:
            self.ruta.touch(exist_ok=False)
        except FileExistsError:
            return False
        self.anotar("inicio", **datos)
        return True

    def anotar(self, suceso: str, **datos: Any) -> None:
        """Agrega un suceso con su hora (UTC). `ErrorDisco` si no se puede."""
        crear_carpeta(self.ruta.parent)
        ahora = datetime.now(UTC).isoformat(timespec="milliseconds")
        linea = json.dumps({"suceso": suceso, "en": ahora, **datos}, ensure_ascii=False)
        with disco(self.ruta), self.ruta.open("a", encoding="utf-8") as f:
            f.write(linea + "\n")  # una sola escritura en modo append: no se mezcla con otras

    def sucesos(self) -> Iterator[dict]:
        """Los sucesos en orden; una última línea a medio escribir se ignora."""
        if not self.ruta.is_file():
            return
        for linea in self.ruta.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(linea)
            except ValueError:
                continue

    def borrar(self) -> None:
        """Quita el diario, cuando su reporte ya está escrito."""
        self.ruta.unlink(missing_ok=True)


def abandonados(reportes: Path) -> list[Diario]:
    """Los diarios de corridas que murieron sin escribir su reporte."""
    muertos = []
    for ruta in sorted(reportes.glob("corrida_*.en_curso.jsonl")):
        diario = Diario(reportes, ruta.name.removeprefix("corrida_").split(".")[0])
        inicio = next((s for s in diario.sucesos() if s["suceso"] == "inicio"), {})
        # Entre que se crea y se escribe su inicio, un diario está vacío sin estar muerto.
        naciendo = not inicio and time.time() - ruta.stat().st_mtime < 60
        if not naciendo and not _vive(inicio.get("pid", 0)):
            muertos.append(diario)
    return muertos


def _vive(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
