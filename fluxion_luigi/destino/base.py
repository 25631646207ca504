"""Abrir la base DuckDB: esperarla si otro la tiene, reconocerla y explicar lo que falle."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import psutil
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random_exponential

from fluxion_luigi.archivos import candado, crear_carpeta, disco, leer_texto
from fluxion_luigi.config import Configuracion
from fluxion_luigi.destino import migraciones
from fluxion_luigi.errores import ErrorDestino, ErrorDisco, ErrorOcupado
from fluxion_luigi.esquema import COLUMNAS

# El formato que lee DuckDB 1.5: una base creada por una versión mayor debe seguir abriéndose.
FORMATO = "v1.5.0"
# Nada que la base pida se baja de internet; y del staging se lee el archivo, no una copia guardada.
_SEGURAS = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "enable_external_file_cache": False,
}
_SIN_DISCO = re.compile(r"no space|disk full|permission denied|read-only|file too large", re.I)
# DuckDB 1.5 inserta en paralelo sólo si su tope pasa de unos 8 MiB por columna y por hilo (medido:
# ni con 512 MB para 35 columnas y dos hilos). Es un permiso, no lo que gasta.
MEMORIA_POR_HILO_MB = 9 * (len(COLUMNAS) + 2)
MEMORIA_MINIMA_MB = 32


@dataclass(frozen=True)
class Base:
    """La base abierta, quién es y con cuántos hilos y memoria (MB) puede trabajar."""

    conexion: duckdb.DuckDBPyConnection
    id: str
    version: int
    sql: Path
    hilos: int
    memoria_mb: int

    def hacer(self, archivo: str, /, **valores) -> list[tuple]:
        """Ejecuta `sql/destino/<archivo>.sql` con sus valores y devuelve las filas.

        Raises:
            ErrorDestino, ErrorDisco: lo que diga DuckDB, en una frase.
        """
        with _en_palabras(self.sql):
            return _ejecutar(self.conexion, consulta(self.sql, archivo), valores)

    @contextmanager
    def en_paralelo(self) -> Iterator[None]:
        """Con todos los hilos mientras dura; al salir, DuckDB suelta los bloques ya escritos.

        Si algo falla dentro, se queda así: en una transacción rota DuckDB no admite ni un SET, y a
        la base sólo le falta cerrarse.
        """
        self._tope_de_memoria(max(self.memoria_mb, MEMORIA_POR_HILO_MB * self.hilos))
        _ejecutar(self.conexion, f"SET threads = {self.hilos}")
        yield
        _ejecutar(self.conexion, "SET threads = 1")
        self._tope_de_memoria(MEMORIA_MINIMA_MB)
        self._tope_de_memoria(self.memoria_mb)

    def limitar_compactacion(self, tareas: int) -> None:
        """Cuántas uniones de grupos de filas vecinos e incompletos se hacen al confirmar.

        DuckDB las hace con hasta cien: cada carga de un mes volvía a escribir casi otro tanto de lo
        que ya estaba (medido: 0,43 s por mes de 125.000 filas, y 0,26 sin ellas).
        """
        _ejecutar(self.conexion, f"SET max_vacuum_tasks = {tareas}")

    def _tope_de_memoria(self, mb: int) -> None:
        with suppress(duckdb.OutOfMemoryException):  # tiene en uso más que eso: queda como estaba
            _ejecutar(self.conexion, f"SET memory_limit = '{mb}MB'")


@cache
def consulta(sql: Path, archivo: str) -> str:
    """El texto de `sql/destino/<archivo>.sql`."""
    return leer_texto(sql / "destino" / f"{archivo}.sql", "La carpeta «sql» está incompleta.")


@contextmanager
def para_leer(config: Configuracion, espera: float | None = None) -> Iterator[Base | None]:
    """La base en sólo lectura, o None si todavía no existe. No cambia un byte.

    Args:
        espera: segundos que se espera si otro la tiene; si falta, `espera_base`.

    Raises:
        ErrorOcupado: si otro proceso no la soltó a tiempo; dice cuál.
        ErrorDestino: si el archivo no es una base de esta cadena.
    """
    if not config.ajustes.base.exists():
        yield None
        return
    conexion = _abrir(config, config.ajustes.base, espera, read_only=True)
    try:
        yield _reconocer(config, conexion) if "identidad" in _tablas(conexion) else None
    finally:
        conexion.close()


@contextmanager
def para_escribir(config: Configuracion) -> Iterator[Base]:
    """La base en exclusiva; la crea si no existe.

    Raises:
        ErrorOcupado, ErrorDestino: como `para_leer`; también si la base tiene una `ventas_raw`
            que no hizo este proyecto.
        ErrorDisco: si no se puede escribir.
    """
    ajustes = config.ajustes
    if not ajustes.base.exists():
        _crear(config)
    temporal = ajustes.staging / f".duckdb.{os.getpid()}"
    conexion = _abrir(
        config,
        ajustes.base,
        memory_limit=f"{ajustes.memoria_duckdb_mb}MB",
        threads=1,
        temp_directory=str(temporal),
        storage_compatibility_version=FORMATO,
    )
    # Con la base en exclusiva, lo que otros dejaron ahí es de quien ya cerró o murió.
    for ajeno in set(ajustes.staging.glob(".duckdb.*")) - {temporal}:
        shutil.rmtree(ajeno, ignore_errors=True)
    try:
        _preparar(config, conexion)
        _migrar(config, conexion)
        yield _reconocer(config, conexion)
    finally:
        with _en_palabras(ajustes.base):
            conexion.close()
        shutil.rmtree(temporal, ignore_errors=True)


def _crear(config: Configuracion) -> None:
    """Hace la base aparte y la pone en su sitio ya entera.

    DuckDB crea el archivo antes de escribir su cabecera: si lo matan en medio queda un archivo que
    ya no se puede abrir, y nadie sabría si lo que había ahí importaba.
    """
    base = config.ajustes.base
    nueva = base.with_name(f".{base.name}.parcial")
    crear_carpeta(base.parent)
    cerrojo = config.ajustes.staging / ".candados" / "base"
    with candado(cerrojo, config.ajustes.espera_base, f"la creación de {base}"), disco(base):
        if base.exists():
            return
        nueva.unlink(missing_ok=True)
        conexion = _abrir(config, nueva, storage_compatibility_version=FORMATO)
        try:
            _preparar(config, conexion)
        finally:
            with _en_palabras(base):
                conexion.close()
        # El diario de una base que ya no existe no es de ésta.
        base.with_name(base.name + ".wal").unlink(missing_ok=True)
        nueva.replace(base)


def _preparar(config: Configuracion, conexion) -> None:
    """Crea las tablas y la identidad en una base que aún no las tiene, todo o nada."""
    ajustes = config.ajustes
    tablas = _tablas(conexion)
    if "identidad" in tablas:
        return
    if "ventas_raw" in tablas:
        raise ErrorDestino(
            f"La base {ajustes.base} ya tiene una tabla ventas_raw que no hizo este proyecto, sin "
            "control de qué días contiene. Use un archivo nuevo (FLUXION_BASE o «base» en "
            "luigi.cfg) y cargue su historia con RangoVentas."
        )
    with _en_palabras(ajustes.base):
        conexion.begin()
        for tabla in migraciones.TABLAS:
            _ejecutar(conexion, consulta(ajustes.sql, tabla))
        quien = {"cadena": config.catalogo.cadena}
        _ejecutar(conexion, consulta(ajustes.sql, "insertar_identidad"), quien)
        _anotar_version(conexion, ajustes.sql, migraciones.ultima(ajustes.sql))
        conexion.commit()


def _migrar(config: Configuracion, conexion) -> None:
    """Lleva las tablas a la última versión, todo o nada. Antes se sabe de quién es la base."""
    ajustes = config.ajustes
    version = _reconocer(config, conexion).version
    with _en_palabras(ajustes.base):
        conexion.begin()
        for numero, texto in migraciones.faltan(version, ajustes.sql):
            _ejecutar(conexion, texto)
            _anotar_version(conexion, ajustes.sql, numero)
        conexion.commit()


def _anotar_version(conexion, sql: Path, version: int) -> None:
    _ejecutar(conexion, consulta(sql, "insertar_version"), {"version": version})


def _tablas(conexion) -> set[str]:
    return {t for (t,) in _ejecutar(conexion, "SHOW TABLES")}


def _abrir(config: Configuracion, ruta: Path, espera: float | None = None, **opciones):
    limite = config.ajustes.espera_base if espera is None else espera
    solo_lectura = opciones.pop("read_only", False)
    insistir = Retrying(
        retry=retry_if_exception(_ocupada),
        stop=stop_after_delay(limite),
        wait=wait_random_exponential(multiplier=0.05, max=1),
        reraise=True,
    )
    try:
        with _en_palabras(ruta):
            return insistir(
                duckdb.connect, str(ruta), read_only=solo_lectura, config={**_SEGURAS, **opciones}
            )
    except ErrorOcupado as e:
        raise ErrorOcupado(
            f"{e} Se esperó {limite:.0f} s. Cierre ese programa (o espere a que acabe) "
            "y repita la misma orden."
        ) from None


def _reconocer(config: Configuracion, conexion) -> Base:
    ajustes = config.ajustes
    [(base_id, cadena)] = _ejecutar(conexion, consulta(ajustes.sql, "leer_identidad"))
    if cadena != config.catalogo.cadena:
        raise ErrorDestino(
            f"La base {ajustes.base} guarda las ventas de la cadena «{cadena}» y el catálogo "
            f"{config.catalogo.archivo} es de «{config.catalogo.cadena}». Use otra base "
            "(FLUXION_BASE o «base» en luigi.cfg) u otro catálogo."
        )
    version = 1
    if "version_esquema" in _tablas(conexion):
        [(version,)] = _ejecutar(conexion, consulta(ajustes.sql, "leer_version"))
    migraciones.exigir_conocida(version, ajustes.sql, ajustes.base)
    return Base(
        conexion, base_id, version, ajustes.sql, ajustes.hilos_duckdb, ajustes.memoria_duckdb_mb
    )


def _ocupada(e: BaseException) -> bool:
    return isinstance(e, duckdb.IOException) and "could not set lock" in str(e).lower()


def _ejecutar(conexion, texto: str, valores: dict | None = None) -> list[tuple]:
    """Ejecuta y trae las filas, sin que DuckDB importe pandas.

    Lo importa sólo para mirar si un parámetro es un NaT: 86 MB y 0,3 s en cada proceso.
    """
    puesto = "pandas" not in sys.modules
    if puesto:
        sys.modules["pandas"] = None  # así importarlo falla, y DuckDB sigue sin él
    try:
        return conexion.execute(texto, valores or {}).fetchall()
    finally:
        if puesto:
            del sys.modules["pandas"]


@contextmanager
def _en_palabras(ruta: Path) -> Iterator[None]:
    try:
        yield
    except duckdb.IOException as e:
        if _ocupada(e):
            raise ErrorOcupado(f"La base {ruta} la tiene {_quien(str(e))}.") from None
        if _SIN_DISCO.search(str(e)):
            raise ErrorDisco(
                f"No se pudo escribir la base {ruta}. Libere espacio o corrija los permisos y "
                f"repita la misma orden; la carga se deshizo entera.\nDuckDB dijo: {e}"
            ) from None
        raise ErrorDestino(f"No se pudo usar la base {ruta}.\nDuckDB dijo: {e}") from None
    except duckdb.Error as e:
        raise ErrorDestino(f"Falló una operación en la base {ruta}.\nDuckDB dijo: {e}") from None


def _quien(texto: str) -> str:
    hallado = re.search(r"PID (\d+)", texto)
    if not hallado:
        return "otro proceso"
    pid = int(hallado[1])
    try:
        return f"el proceso {pid} ({psutil.Process(pid).name()})"
    except psutil.Error:
        return f"el proceso {pid}"
