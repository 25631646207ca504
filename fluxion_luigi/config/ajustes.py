"""Los ajustes del proyecto: la sección `[fluxion]` de `luigi.cfg`, `.env` y el ambiente.

Gana el ambiente (`FLUXION_<CLAVE>`), luego `.env`, luego `luigi.cfg`. Las rutas relativas se
resuelven contra la carpeta de `luigi.cfg`, no contra la carpeta donde uno está parado.
"""

import configparser
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from enum import IntEnum
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fluxion_luigi.archivos import leer_texto
from fluxion_luigi.config import alertas, punto_env, rutas
from fluxion_luigi.config import base as bases
from fluxion_luigi.config.alertas import Severidades, Silencios
from fluxion_luigi.config.base import Archivo, Lago, Ubicacion
from fluxion_luigi.errores import ErrorConfiguracion
from fluxion_luigi.latido import VARIABLE as LATIDO

SECCION = "fluxion"
PREFIJO = "FLUXION_"
MUY_LARGO = 300
# El usuario y la clave de una dirección: no se repiten en un mensaje.
_DIA = 86_400
_SEMANA = 7 * _DIA
_BASE = Archivo(Path("datos/ventas.duckdb"))
# Cómo se lee lo que es una ruta; las demás, con `rutas.leer`.
_DE_RUTA = {"base": bases.leer, "lago_datos": bases.leer_datos, "publicada": rutas.de_duckdb}


def _entre(valor, minimo, maximo):
    """Un número, el que vale si no se dice otro y entre cuáles puede estar."""
    return field(default=valor, metadata={"entre": (minimo, maximo)})


class Dia(IntEnum):
    """Los días de la semana, numerados como `date.weekday`."""

    LUNES, MARTES, MIERCOLES, JUEVES, VIERNES, SABADO, DOMINGO = range(7)

    @classmethod
    def de_texto(cls, texto: str) -> "Dia":
        """El día de ese nombre, con o sin acento. `ValueError` si no lo es."""
        nombre = texto.strip().upper().replace("É", "E").replace("Á", "A")
        try:
            return cls[nombre]
        except KeyError:
            raise ValueError("no es un día de la semana, como domingo") from None


@dataclass(frozen=True)
class Ajustes:
    """Los ajustes ya leídos, validados y con las rutas absolutas. Los tiempos, en segundos."""

    archivo: Path
    ambiente: Mapping[str, str] = field(repr=False)
    catalogo: Path = Path("tiendas.toml")
    base: Ubicacion = _BASE
    lago_datos: str = ""
    lago_vida: float = _entre(15.0, 1, 3600)
    lago_gracia: float = _entre(24.0, 0, 8784)
    publicada: Path | None = None
    staging: Path = Path("staging")
    marcadores: Path = Path("markers")
    reportes: Path = Path("reportes")
    logs: Path = Path("logs")
    sql: Path = Path("sql")
    zona_horaria: ZoneInfo = field(default_factory=lambda: ZoneInfo("America/Caracas"))
    chunk_filas: int = _entre(25_000, 1, 10_000_000)
    memoria_odbc_mb: int = _entre(8, 1, 4096)
    ventana_dias: int = _entre(7, 1, 366)
    ventana_filas: int = _entre(350_000, 1, 1_000_000_000)
    segundos_por_ventana: float = _entre(20.0, 0, _DIA)
    timeout_conexion: int = _entre(15, 1, 3600)
    timeout_sin_avance: int = _entre(120, 1, _DIA)
    api_a_la_vez: int = _entre(4, 1, 256)
    intentos: int = _entre(4, 1, 100)
    pausa_inicial: float = _entre(2.0, 0.01, 3600)
    pausa_maxima: float = _entre(60.0, 0.01, 3600)
    hora_de_cierre: int = _entre(0, 0, 23)
    dias_provisionales: int = _entre(3, 0, 366)
    dias_atras: int = _entre(15, 1, 366)
    dias_relectura: int = _entre(45, 0, 366)
    dia_de_relectura: Dia = Dia.DOMINGO
    caida_aviso: float = _entre(20.0, 0.1, 100)
    caida_maxima: float = _entre(60.0, 0.1, 100)
    pais: str = "VE"
    espera_base: float = _entre(600.0, 0, _SEMANA)
    espera_tienda: float = _entre(3600.0, 0, _SEMANA)
    espera_scheduler: float = _entre(300.0, 0, _SEMANA)
    espera_servidor: float = _entre(120.0, 0, _DIA)
    memoria_duckdb_mb: int = _entre(128, 64, 1_048_576)
    hilos_duckdb: int = _entre(2, 1, 256)
    conectividad_timeout: float = _entre(5.0, 0.1, 3600)
    conectividad_paralelo: int = _entre(10, 1, 256)
    conectividad_vigencia: float = _entre(300.0, 0, _SEMANA)
    edad_reportes: int = _entre(90, 1, 36_500)
    edad_registros: int = _entre(90, 1, 36_500)
    edad_staging: int = _entre(30, 1, 36_500)
    limpiar_tras_incremento: int = _entre(0, 0, 1)
    url_reportes: str = ""
    alertas_severidad: Severidades = field(default_factory=Severidades)
    alertas_silencio: Silencios = field(default_factory=Silencios)
    alertas_silencio_errores: int = _entre(0, 0, 1)
    alertas_seguidas: int = _entre(2, 1, 100)
    alertas_plazo: float = _entre(15.0, 1, 120)
    alertas_dias_sin_datos: int = _entre(3, 1, 366)
    alertas_disco: float = _entre(90.0, 1, 100)
    alertas_horas_publicada: float = _entre(24.0, 0, 8784)

    @property
    def es_lago(self) -> bool:
        """Si la base es un lago, con varios escritores y lectores a la vez."""
        return isinstance(self.base, Lago)

    @property
    def carpeta(self) -> Path:
        """La carpeta de `luigi.cfg`, contra la que se resuelve todo lo relativo."""
        return self.archivo.parent


CLAVES = tuple(f.name for f in fields(Ajustes) if f.name not in ("archivo", "ambiente"))


def ubicar() -> Path:
    """Dónde está `luigi.cfg`: `LUIGI_CONFIG_PATH`, la carpeta actual o la raíz del proyecto.

    Es el orden de Luigi, más la raíz del proyecto, para que sirva desde cualquier carpeta.

    Raises:
        ErrorConfiguracion: si no está en ninguna.
    """
    pedido = os.environ.get("LUIGI_CONFIG_PATH")
    if pedido:
        if os.path.isfile(pedido):
            return Path(pedido).resolve()
        raise ErrorConfiguracion(
            f"LUIGI_CONFIG_PATH apunta a {pedido}, que no existe. Corrija o quite esa variable."
        )
    # La actual, si aún existe y deja entrar: `sudo -u` deja a quien corre en la de otro.
    for carpeta in (Path(), Path(__file__).resolve().parents[2]):
        if os.path.isfile(carpeta / "luigi.cfg"):
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
    escrito, problemas = _seccion(archivo)
    ambiente = {**punto_env.leer(archivo.parent / ".env"), **os.environ}
    problemas += [
        f"clave desconocida «{_legible(k)}»; las válidas son: {', '.join(CLAVES)}"
        for k in escrito
        if k not in CLAVES
    ]
    problemas += _casi_claves(ambiente)
    valores = {}
    for campo in fields(Ajustes):
        variable = PREFIJO + campo.name.upper()
        texto = ambiente.get(variable, escrito.get(campo.name))
        if campo.name not in CLAVES or (texto is None and campo.type not in (Path, Ubicacion)):
            continue
        try:
            valores[campo.name] = _convertir(campo, texto, archivo.parent, ambiente)
        except ValueError as e:
            cual = variable if variable in ambiente else campo.name
            problemas.append(f"{cual} = {_legible(texto)}: {e}")
    problemas += _base(valores)
    if problemas:
        raise ErrorConfiguracion(
            f"Hay {len(problemas)} problema(s) en [{SECCION}] de {archivo} (o en las variables "
            f"{PREFIJO}*):\n" + "\n".join(f"  - {p}" for p in problemas)
        )
    return Ajustes(archivo=archivo, ambiente=ambiente, **valores)


def _casi_claves(ambiente: Mapping[str, str]) -> list[str]:
    """Las variables que parecen una clave mal escrita; otras pueden ser credenciales."""
    suyas = (LATIDO, alertas.VARIABLE, bases.USUARIO, bases.CLAVE)
    validas = [*(PREFIJO + c.upper() for c in CLAVES), *suyas]
    dudosas = [v for v in ambiente if v.upper().startswith(PREFIJO[:4]) and v not in validas]
    parecidas = {v: get_close_matches(v.upper(), validas, n=1, cutoff=0.85) for v in dudosas}
    return [f"variable {v}: ¿quiso decir {p[0]}?" for v, p in parecidas.items() if p]


def _seccion(archivo: Path) -> tuple[dict[str, str], list[str]]:
    """Las claves de `[fluxion]`, y las secciones que querrían serlo y no lo son."""
    lector = configparser.ConfigParser(interpolation=None)
    try:
        lector.read_string(leer_texto(archivo), source=str(archivo))
    except configparser.Error as e:
        raise ErrorConfiguracion(f"No se entiende {archivo}: {_legible(str(e))}") from None
    mal_escritas = [
        f"sección [{s}]: ¿quiso decir [{SECCION}]?"
        for s in lector.sections()
        if s != SECCION and get_close_matches(s.strip().lower(), [SECCION], cutoff=0.85)
    ]
    return (dict(lector[SECCION]) if SECCION in lector else {}), mal_escritas


def _legible(texto: str | None) -> str:
    """Un valor para un mensaje: en una línea, corto y con letras que se pueden escribir."""
    texto = bases.sin_claves(texto or "")
    corto = texto if len(texto) <= MUY_LARGO else texto[:MUY_LARGO] + "…"
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in corto)


def _convertir(campo, texto: str | None, carpeta: Path, ambiente: Mapping[str, str]):
    if texto is not None and not texto.isprintable():
        raise ValueError("lleva un salto de línea u otro carácter que no se ve")
    if campo.type == Path | None and not texto.strip():
        return None
    if campo.type is Path or campo.name in _DE_RUTA:
        leer_ruta = _DE_RUTA.get(campo.name, rutas.leer)
        return leer_ruta(str(campo.default) if texto is None else texto, carpeta, ambiente)
    if campo.type is ZoneInfo:
        try:
            return ZoneInfo(texto)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("no es una zona horaria conocida, como America/Caracas") from None
    if de_texto := getattr(campo.type, "de_texto", None):
        return de_texto(texto)
    if campo.name == "pais":
        return _pais(texto)
    if campo.type is str:
        return _url(texto)
    return _numero(campo, texto)


def _pais(texto: str) -> str:
    """Un código de dos letras, en mayúsculas; vacío si no se dice."""
    codigo = texto.strip().upper()
    if codigo and not re.fullmatch("[A-Z]{2}", codigo):
        raise ValueError("debe ser un código de dos letras, como VE, o nada")
    return codigo


def _url(texto: str) -> str:
    """Lo que un navegador puede abrir desde la página del scheduler; vacía si nada."""
    partes = urlsplit(texto.strip())  # ValueError, con su causa, si ni eso
    if texto.strip() and not (partes.scheme in ("http", "https") and partes.hostname):
        raise ValueError(
            "debe empezar por http:// o https:// y nombrar un host (un navegador no abre file:// "
            "desde la página del scheduler)"
        )
    if partes.password:
        raise ValueError("lleva una clave, y la página la mostraría: quítela")
    return texto.strip()


def _base(valores: dict) -> list[str]:
    """Lo que la base y sus claves no pueden decir juntas; si es un lago, queda con sus datos."""
    base, publicada = valores.get("base"), valores.get("publicada")
    if isinstance(base, Lago):
        valores["base"] = Lago(base.catalogo, valores.get("lago_datos", ""))
        problemas = []
        if not valores["base"].datos:
            problemas.append("lago_datos: falta decir en qué carpeta van los datos del lago")
        if publicada:
            problemas.append("publicada: con un lago no hace falta, BI lo lee mientras se carga")
        return problemas
    if publicada and base and _es_la_misma(publicada, base.ruta):
        return ["publicada es la misma base; BI debe abrir otro archivo, una copia"]
    return []


def _es_la_misma(publicada: Path, base: Path) -> bool:
    try:
        return publicada == base or publicada.samefile(base)
    except OSError:  # alguna no existe todavía
        return False


def _numero(campo, texto: str) -> int | float:
    minimo, maximo = campo.metadata["entre"]
    que = "un número entero" if campo.type is int else "un número (decimales con punto)"
    try:
        numero = campo.type(texto)
    except ValueError:
        raise ValueError(f"debe ser {que} entre {minimo} y {maximo}") from None
    if not minimo <= numero <= maximo:  # tampoco nan
        raise ValueError(f"debe ser {que} entre {minimo} y {maximo}")
    return numero
