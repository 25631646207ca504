"""Dónde quedan las ventas: un archivo DuckDB, o un lago DuckLake con su catálogo en PostgreSQL."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from fluxion_luigi.config import rutas

_POSTGRES = "ducklake:postgres:"
# Lo que se parece a una conexión, y no al nombre de un archivo.
_CONEXION = re.compile(
    r"://|^\s*(ducklake|duckdb|mysql|sqlite|md|motherduck)\s*:|postgres(ql)?:|dbname\s*=", re.I
)
# El usuario y la clave del catálogo vienen sólo de aquí.
USUARIO, CLAVE = "FLUXION_LAGO_USUARIO", "FLUXION_LAGO_CLAVE"


@dataclass(frozen=True)
class Archivo:
    """Un archivo DuckDB: un solo escritor, y nadie lee mientras escribe."""

    ruta: Path

    def __str__(self) -> str:
        return str(self.ruta)

    @property
    def nombre(self) -> str:
        """Cómo se llama en mensajes, reportes y recursos."""
        return str(self.ruta)

    @property
    def carpeta(self) -> Path | None:
        """Lo que ocupa en los discos de esta máquina."""
        return self.ruta


@dataclass(frozen=True)
class Lago:
    """Un lago: archivos Parquet en una carpeta (o un bucket) y su catálogo en PostgreSQL.

    `catalogo` es la conexión como la escribe libpq (`dbname=ventas host=… port=…`), sin usuario ni
    clave; `datos`, la carpeta absoluta o un `s3://…`.
    """

    catalogo: str
    datos: str = ""

    def __str__(self) -> str:
        return f"{_POSTGRES}{self.catalogo}"

    @property
    def nombre(self) -> str:
        """Cómo se llama en mensajes, reportes y recursos."""
        return str(self)

    @property
    def carpeta(self) -> Path | None:
        """Dónde están sus datos en los discos de esta máquina; None si es un bucket."""
        return None if "://" in self.datos else Path(self.datos)


Ubicacion = Archivo | Lago


def leer(texto: str, carpeta: Path, ambiente: Mapping[str, str]) -> Ubicacion:
    """Lo que dice «base»: la ruta de un archivo, o `ducklake:postgres:…`.

    Raises:
        ValueError: si no se entiende; su texto dice por qué.
    """
    if not _CONEXION.search(texto):
        return Archivo(rutas.de_duckdb(texto, carpeta, ambiente))
    texto = texto.strip()
    if not texto.lower().startswith(_POSTGRES):
        raise ValueError(
            "es la ruta de un archivo o un lago, y el catálogo de un lago va en PostgreSQL: "
            "escriba ducklake:postgres:dbname=ventas host=… port=…"
        )
    return Lago(_catalogo(texto[len(_POSTGRES) :]))


def sin_claves(texto: str) -> str:
    """Un valor para un mensaje: de lo que parece una conexión, sólo cómo empieza."""
    if not _CONEXION.search(texto):
        return texto
    return re.match(r"\s*(\w+:)*", texto)[0] + "…"


def leer_datos(texto: str, carpeta: Path, ambiente: Mapping[str, str]) -> str:
    """Lo que dice «lago_datos»: una carpeta, absoluta, o la dirección de un bucket; vacío si nada.

    Raises:
        ValueError: si no se entiende; su texto dice por qué.
    """
    if not texto.strip():
        return ""
    if "://" in texto:
        return texto.strip().rstrip("/") + "/"
    if ajena := re.search(r"\b(ubicacion_id|year|month)=", texto):
        raise ValueError(f"«{ajena[0]}» ya nombra, ahí dentro, las carpetas de cada tienda y mes")
    return str(rutas.leer(texto.rstrip().rstrip("/") or "/", carpeta, ambiente))


def _catalogo(texto: str) -> str:
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict, make_conninfo
    except ImportError:
        raise ValueError(
            "para un lago faltan paquetes: dé, en la carpeta y el entorno del proyecto, "
            "pip install -c restricciones.txt -e '.[lago]'"
        ) from None
    try:
        partes = conninfo_to_dict(texto)
    except ProgrammingError:  # su texto puede llevar un pedazo de la clave
        raise ValueError(
            f"no es una conexión de PostgreSQL{_quiso_decir(texto)}: se escribe dbname=ventas "
            "host=… port=…, y entre comillas simples lo que lleve espacios"
        ) from None
    if partes.keys() & {"user", "password", "sslpassword"}:
        raise ValueError(f"el usuario y la clave van en el ambiente, en {USUARIO} y {CLAVE}")
    if not partes.get("dbname"):
        raise ValueError("no dice la base del catálogo: agregue dbname=…")
    return make_conninfo("", **partes)


def _quiso_decir(texto: str) -> str:
    """Las opciones de PostgreSQL a las que se parecen las que no lo son."""
    from psycopg.pq import Conninfo

    opciones = [o.keyword.decode() for o in Conninfo.get_defaults()]
    dichas = set(re.findall(r"(\w+)\s*=", texto)) - set(opciones)
    parecidas = {p for d in dichas for p in get_close_matches(d, opciones, n=1, cutoff=0.7)}
    return "".join(f", ¿quiso decir {p}?" for p in sorted(parecidas))
