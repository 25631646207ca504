"""Las rutas que se escriben en `luigi.cfg` o en el ambiente, llevadas a absolutas."""

import os
from collections.abc import Mapping
from pathlib import Path
from string import Template


def leer(texto: str, carpeta: Path, ambiente: Mapping[str, str]) -> Path:
    """Una ruta absoluta: con sus `$VARIABLE` y su `~`, y si es relativa, contra esa carpeta.

    Raises:
        ValueError: si no se entiende; su texto dice por qué.
    """
    if not texto.strip():
        raise ValueError("está vacía; escriba una ruta o quite la clave")
    if len(texto) > 1 and texto[0] == texto[-1] and texto[0] in "\"'":
        raise ValueError("va sin comillas")
    plantilla = Template(texto)
    vacias = [n for n in plantilla.get_identifiers() if not ambiente.get(n, "x").strip()]
    if vacias:
        raise ValueError(f"nombra ${vacias[0]}, que está vacía")
    try:
        puesta = plantilla.substitute(ambiente)
    except KeyError as e:
        raise ValueError(f"nombra ${e.args[0]}, que no está en el ambiente") from None
    except ValueError:
        raise ValueError("lleva un $ que no nombra una variable; escriba $$ si es así") from None
    try:
        return (carpeta / Path(puesta).expanduser()).resolve()
    except (RuntimeError, OSError):
        raise ValueError("no se puede seguir: un «~» sin dueño o un enlace en círculo") from None


def de_duckdb(texto: str, carpeta: Path, ambiente: Mapping[str, str]) -> Path:
    """Como `leer`, del archivo de una base DuckDB.

    Raises:
        ValueError: además, si ahí no puede haber una.
    """
    ruta = leer(texto, carpeta, ambiente)
    if "?" in str(ruta):
        raise ValueError("DuckDB no puede guardar su diario junto a una ruta con «?»")
    if texto.rstrip().endswith("/"):
        raise ValueError("acaba en «/», como una carpeta; escriba la ruta del archivo de la base")
    if os.path.isdir(ruta):
        raise ValueError(f"{ruta} es una carpeta; escriba la ruta del archivo de la base")
    return ruta
