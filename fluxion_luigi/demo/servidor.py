"""Un PostgreSQL pasajero en loopback, para el catálogo de un lago de demostración."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fluxion_luigi.errores import ErrorUso

USUARIO = "demo"
# PostgreSQL se niega a correr como root: con su usuario, que Debian crea al instalarlo.
_COMO = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


@dataclass(frozen=True)
class Catalogo:
    """Dónde está y con qué clave se entra."""

    puerto: int
    clave: str = field(repr=False)


def puerto_libre() -> int:
    """Un puerto de loopback que nadie usa ahora."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextmanager
def levantado() -> Iterator[Catalogo]:
    """Lo levanta, y al salir lo apaga y quita sus archivos.

    Raises:
        ErrorUso: si no está instalado, o no arranca; dice por qué.
    """
    programas = _programas()
    carpeta = Path(tempfile.mkdtemp(prefix="fluxion_demo_"))
    catalogo = Catalogo(puerto_libre(), secrets.token_hex(12))
    try:
        clave = carpeta / "clave"
        clave.touch(mode=0o600)
        clave.write_text(catalogo.clave)
        if _COMO:
            for ruta in (carpeta, clave):
                shutil.chown(ruta, "postgres")
        _correr(
            programas / "initdb", "-D", carpeta / "datos", "-U", USUARIO, "-E", "UTF8",
            "--locale=C", "-A", "scram-sha-256", f"--pwfile={clave}",
        )  # fmt: skip
        opciones = f"-p {catalogo.puerto} -h 127.0.0.1 -c unix_socket_directories="
        pg_ctl = (programas / "pg_ctl", "-D", carpeta / "datos", "-w")
        _correr(*pg_ctl, "-o", opciones, "-l", carpeta / "registro", "start")
        try:
            yield catalogo
        finally:
            _correr(*pg_ctl, "-m", "fast", "stop")
    finally:
        shutil.rmtree(carpeta, ignore_errors=True)


def _programas() -> Path:
    """Dónde están los suyos: Debian no los pone en el PATH."""
    carpetas = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if carpetas:
        return carpetas[-1]
    if hallado := shutil.which("pg_ctl"):
        return Path(hallado).parent
    raise ErrorUso("Falta PostgreSQL. Con «make demo-lago» se instala lo que falte.")


def _correr(*orden: str | Path) -> None:
    # Sin tuberías: el servidor heredaría la salida y quien la lee esperaría para siempre.
    with tempfile.TemporaryFile() as dicho:
        hecho = subprocess.run(
            [*_COMO, *map(str, orden)], stdout=dicho, stderr=dicho, cwd="/", check=False
        )
        if hecho.returncode:
            dicho.seek(0)
            ultimo = dicho.read().decode(errors="replace").strip().splitlines()[-1:]
            raise ErrorUso(f"El PostgreSQL de la demostración no se pudo usar: {' '.join(ultimo)}.")
