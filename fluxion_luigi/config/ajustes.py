"""Los ajustes del proyecto: la sección `[fluxion]` de `luigi.cfg`, `.env` y el ambiente.

Gana el ambiente (`FLUXION_<CLAVE>`), luego `.env`, luego `luigi.cfg`. Las rutas relativas se
resuelven contra la carpeta de `luigi.cfg`, no contra la carpeta donde uno está parado.
"""

import configparser
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from string import Template
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values

from fluxion_luigi.errores import ErrorConfiguracion

SECCION = "fluxion"
PREFIJO = "FLUXION_"


@dataclass(frozen=True)
class Ajustes:
    """Los ajustes ya leídos, validados y con las rutas absolutas. Los tiempos, en segundos."""

    archivo: Path
    ambiente: Mapping[str, str] = field(repr=False)
    catalogo: Path = Path("tiendas.toml")
    base: Path = Path("datos/ventas.duckdb")
    staging: Path = Path("staging")
    marcadores: Path = Path("markers")
    reportes: Path = Path("reportes")
    logs: Path = Path("logs")
    sql: Path = Path("sql")
    zona_horaria: ZoneInfo = field(default_factory=lambda: ZoneInfo("America/Caracas"))
    chunk_filas: int = 50_000
    memoria_odbc_mb: int = 8
    ventana_dias: int = 7
    ventana_filas: int = 350_000
    segundos_por_ventana: float = 20.0
    timeout_conexion: int = 15
    timeout_sin_avance: int = 120
    intentos: int = 4
    pausa_inicial: float = 2.0
    pausa_maxima: float = 60.0
    dias_provisionales: int = 3
    caida_aviso: float = 20.0
    caida_maxima: float = 60.0
    espera_base: float = 600.0
    espera_tienda: float = 3600.0
    espera_scheduler: float = 300.0
    memoria_duckdb_mb: int = 128
    hilos_duckdb: int = 2
    conectividad_timeout: float = 5.0
    conectividad_paralelo: int = 10
    conectividad_vigencia: float = 300.0

    @property
    def carpeta(self) -> Path:
        """La carpeta de `luigi.cfg`, contra la que se resuelve todo lo relativo."""
        return self.archivo.parent


CLAVES = tuple(f.name for f in fields(Ajustes) if f.name not in ("archivo", "ambiente"))
_POSITIVAS = {f.name for f in fields(Ajustes) if f.type in (int, float)} - {
    "dias_provisionales",
    "segundos_por_ventana",
}


def ubicar() -> Path:
    """Dónde está `luigi.cfg`: `LUIGI_CONFIG_PATH`, la carpeta actual o la raíz del proyecto.

    Es el orden de Luigi, más la raíz del proyecto, para que sirva desde cualquier carpeta.

    Raises:
        ErrorConfiguracion: si no está en ninguna.
    """
    pedido = os.environ.get("LUIGI_CONFIG_PATH")
    if pedido:
        if Path(pedido).is_file():
            return Path(pedido).resolve()
        raise ErrorConfiguracion(
            f"LUIGI_CONFIG_PATH apunta a {pedido}, que no existe. Corrija o quite esa variable."
        )
    for carpeta in (Path.cwd(), Path(__file__).resolve().parents[2]):
        if (carpeta / "luigi.cfg").is_file():
            return (carpeta / "luigi.cfg").resolve()
    raise ErrorConfiguracion(
        "No se encuentra luigi.cfg: póngase en la carpeta del proyecto o defina "
        "LUIGI_CONFIG_PATH con la ruta del archivo."
    )


def leer(archivo: Path) -> Ajustes:
    """Lee los ajustes de un `luigi.cfg`.

    Raises:
        ErrorConfiguracion: con todos los problemas en un solo mensaje.
    """
    escrito = _seccion(archivo)
    ambiente = {**_punto_env(archivo.parent / ".env"), **os.environ}
    problemas = [
        f"clave desconocida «{k}»; las válidas son: {', '.join(CLAVES)}"
        for k in escrito
        if k not in CLAVES
    ]
    problemas += _casi_claves(ambiente)
    valores = {}
    for campo in fields(Ajustes):
        texto = ambiente.get(PREFIJO + campo.name.upper(), escrito.get(campo.name))
        if campo.name not in CLAVES or (texto is None and campo.type is not Path):
            continue
        try:
            valores[campo.name] = _convertir(campo, texto, archivo.parent, ambiente)
        except ValueError as e:
            problemas.append(f"{campo.name} = {texto}: {e}")
    if problemas:
        raise ErrorConfiguracion(
            f"Hay {len(problemas)} problema(s) en [{SECCION}] de {archivo} (o en las variables "
            f"{PREFIJO}*):\n" + "\n".join(f"  - {p}" for p in problemas)
        )
    return Ajustes(archivo=archivo, ambiente=ambiente, **valores)


def _casi_claves(ambiente: Mapping[str, str]) -> list[str]:
    """Las variables que parecen una clave mal escrita; otras pueden ser credenciales."""
    validas = [PREFIJO + c.upper() for c in CLAVES]
    dudosas = [v for v in ambiente if v.startswith(PREFIJO) and v not in validas]
    parecidas = {v: get_close_matches(v, validas, n=1, cutoff=0.85) for v in dudosas}
    return [f"variable {v}: ¿quiso decir {p[0]}?" for v, p in parecidas.items() if p]


def _seccion(archivo: Path) -> dict[str, str]:
    lector = configparser.ConfigParser(interpolation=None)
    try:
        lector.read_string(archivo.read_text(encoding="utf-8"), source=str(archivo))
    except (OSError, UnicodeDecodeError, configparser.Error) as e:
        raise ErrorConfiguracion(f"No se puede leer {archivo}: {e}") from None
    return dict(lector[SECCION]) if SECCION in lector else {}


def _punto_env(ruta: Path) -> dict[str, str]:
    try:
        # Sin interpolar: una clave puede llevar ${…} dentro.
        valores = dotenv_values(ruta, interpolate=False)
        return {k: v for k, v in valores.items() if v is not None}
    except (OSError, UnicodeDecodeError) as e:
        raise ErrorConfiguracion(f"No se puede leer {ruta}: {e}") from None


def _ruta(campo, texto: str | None, carpeta: Path, ambiente: Mapping[str, str]) -> Path:
    texto = str(campo.default) if texto is None else texto
    if not texto.strip():
        raise ValueError("está vacía; escriba una ruta o quite la clave")
    try:
        puesta = Template(texto).substitute(ambiente)
    except KeyError as e:
        raise ValueError(f"nombra ${e.args[0]}, que no está en el ambiente") from None
    except ValueError:
        raise ValueError("lleva un $ que no nombra una variable; escriba $$ si es así") from None
    ruta = (carpeta / Path(puesta).expanduser()).resolve()
    if campo.name == "base" and "?" in str(ruta):
        raise ValueError("DuckDB no puede guardar su diario junto a una ruta con «?»")
    return ruta


def _convertir(campo, texto: str | None, carpeta: Path, ambiente: Mapping[str, str]):
    if campo.type is Path:
        return _ruta(campo, texto, carpeta, ambiente)
    if campo.type is ZoneInfo:
        try:
            return ZoneInfo(texto)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("no es una zona horaria conocida, como America/Caracas") from None
    try:
        numero = campo.type(texto)
    except ValueError:
        raise ValueError("debe ser un número") from None
    if numero < 0 or (numero == 0 and campo.name in _POSITIVAS):
        raise ValueError("debe ser mayor que cero")
    return numero
