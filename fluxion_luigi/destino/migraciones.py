"""Las versiones de las tablas: una base se hace con la última, o se lleva a ella antes de cargar.

Cada paso es un archivo `sql/destino/migraciones/0002_….sql`, numerado con la versión a que lleva.
Las bases de antes de que hubiera versiones son la 1.
"""

from collections.abc import Iterable
from pathlib import Path

from fluxion_luigi.archivos import leer_texto
from fluxion_luigi.config.base import Ubicacion
from fluxion_luigi.errores import ErrorDestino

# Las de la última versión; cada una es un archivo de `sql/destino/`.
TABLAS = (
    "identidad", "ventas_raw", "control_dias", "cargas", "dias_fallidos", "origenes",
    "version_esquema", "tiendas", "definiciones", "perfil_dias", "calidad",
    "revisiones", "feriados",
)  # fmt: skip


def pasos(sql: Path) -> dict[int, Path]:
    """Los pasos que hay, por la versión a la que llevan, en orden."""
    archivos = sorted((sql / "destino" / "migraciones").glob("[0-9]*.sql"))
    return {int(a.name.split("_")[0]): a for a in archivos}


def ultima(sql: Path) -> int:
    """La versión de las tablas que este programa conoce."""
    return max(pasos(sql), default=1)


def exigir_conocida(version: int, sql: Path, base: Ubicacion) -> None:
    """Raises:
        ErrorDestino: si la base la hizo una versión más nueva del programa.
    """  # fmt: skip
    if version > ultima(sql):
        raise ErrorDestino(
            f"La base {base} tiene las tablas en la versión {version} y este programa conoce hasta "
            f"la {ultima(sql)}. Actualice el programa; no se tocó nada."
        )


def faltan(version: int, sql: Path) -> Iterable[tuple[int, str]]:
    """Lo que hay que ejecutar, en orden, para llevar una base de esa versión a la última."""
    for numero, archivo in pasos(sql).items():
        if numero > version:
            yield numero, leer_texto(archivo)
