"""Abrir la base DuckDB: esperarla si otro la tiene, reconocerla y explicar lo que falle."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from fluxion_luigi.archivos import candado, crear_carpeta, disco
from fluxion_luigi.config import Configuracion
from fluxion_luigi.destino import migraciones, tiendas, vistas
from fluxion_luigi.destino.consultas import consulta, ejecutar
from fluxion_luigi.destino.palabras import en_palabras, es_de_aqui, existe, ocupada, quien
from fluxion_luigi.errores import ErrorDestino, ErrorOcupado
from fluxion_luigi.espera import insistir
from fluxion_luigi.esquema import COLUMNAS

# El formato que lee DuckDB 1.5: una base creada por una versión mayor debe seguir abriéndose.
FORMATO = "v1.5.0"
# Nada que la base pida se baja de internet; y del staging se lee el archivo, no una copia guardada.
_SEGURAS = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "enable_external_file_cache": False,
}
# DuckDB 1.5 inserta en paralelo sólo si su tope pasa de unos 8 MiB por columna de la tabla y por
# hilo (medido: ni con 512 MB para 35 columnas y dos hilos). Es un permiso, no lo que gasta.
MEMORIA_POR_HILO_MB = 9 * (len(COLUMNAS) + 2)
MEMORIA_MINIMA_MB = 32


@dataclass(frozen=True)
class Base:
    """La base abierta, quién es y con cuántos hilos y memoria (MB) puede trabajar."""

    conexion: duckdb.DuckDBPyConnection
    id: str
    version: int
    ruta: Path
    sql: Path
    hilos: int
    memoria_mb: int

    def hacer(self, archivo: str, /, **valores) -> list[tuple]:
        """Ejecuta `sql/destino/<archivo>.sql` con sus valores y devuelve las filas.

        Raises:
            ErrorDestino, ErrorDisco: lo que diga DuckDB, en una frase.
        """
        with en_palabras(self.ruta):
            return ejecutar(self.conexion, consulta(self.sql, archivo), valores)

    @contextmanager
    def en_paralelo(self) -> Iterator[None]:
        """Con todos los hilos mientras dura; al salir, DuckDB suelta los bloques ya escritos.

        Si algo falla dentro, se queda así: en una transacción rota DuckDB no admite ni un SET, y a
        la base sólo le falta cerrarse.
        """
        self._tope_de_memoria(max(self.memoria_mb, MEMORIA_POR_HILO_MB * self.hilos))
        ejecutar(self.conexion, f"SET threads = {self.hilos}")
        yield
        ejecutar(self.conexion, "SET threads = 1")
        self._tope_de_memoria(MEMORIA_MINIMA_MB)
        self._tope_de_memoria(self.memoria_mb)

    def con_medida(self) -> None:
        """Para leer mucho, los hilos y la memoria de una carga, y no todos los de la máquina."""
        self._tope_de_memoria(self.memoria_mb)
        ejecutar(self.conexion, f"SET threads = {self.hilos}")

    def limitar_compactacion(self, tareas: int) -> None:
        """Cuántas uniones de grupos de filas vecinos e incompletos se hacen al confirmar.

        DuckDB las hace con hasta cien: cada carga de un mes volvía a escribir casi otro tanto de lo
        que ya estaba (medido: 0,43 s por mes de 125.000 filas, y 0,26 sin ellas).
        """
        ejecutar(self.conexion, f"SET max_vacuum_tasks = {tareas}")

    def _tope_de_memoria(self, mb: int) -> None:
        with suppress(duckdb.OutOfMemoryException):  # tiene en uso más que eso: queda como estaba
            ejecutar(self.conexion, f"SET memory_limit = '{mb}MB'")


@contextmanager
def para_leer(config: Configuracion, espera: float | None = None) -> Iterator[Base | None]:
    """La base en sólo lectura, o None si todavía no existe. No cambia un byte.

    Args:
        espera: segundos que se espera si otro la tiene; si falta, `espera_base`.

    Raises:
        ErrorOcupado: si otro proceso no la soltó a tiempo; dice cuál.
        ErrorDestino: si el archivo no es una base de esta cadena.
    """
    ruta = config.ajustes.base.ruta
    if not existe(ruta):
        yield None
        return
    with en_palabras(ruta), _cerrada(_abrir(config, ruta, espera, read_only=True)) as conexion:
        yield _reconocer(config, conexion) if "identidad" in _tablas(conexion) else None


@contextmanager
def para_escribir(config: Configuracion) -> Iterator[Base]:
    """La base en exclusiva; la crea si no existe.

    Raises:
        ErrorOcupado, ErrorDestino: como `para_leer`; también si la base tiene una `ventas_raw`
            que no hizo este proyecto.
        ErrorDisco: si no se puede escribir.
    """
    ajustes = config.ajustes
    ruta = ajustes.base.ruta
    if not existe(ruta):
        _crear(config)
    temporal = ajustes.staging / f".duckdb.{os.getpid()}"
    opciones = {
        "memory_limit": f"{ajustes.memoria_duckdb_mb}MB", "threads": 1,
        "temp_directory": str(temporal), "storage_compatibility_version": FORMATO,
    }  # fmt: skip
    try:
        with (
            en_palabras(ruta),
            _cerrada(_abrir(config, ruta, **opciones)) as conexion,
        ):
            # Con la base en exclusiva, lo que otros dejaron ahí es de quien ya cerró o murió.
            for ajeno in set(ajustes.staging.glob(".duckdb.*")) - {temporal}:
                shutil.rmtree(ajeno, ignore_errors=True)
            _preparar(config, conexion)
            _migrar(config, conexion)
            yield _reconocer(config, conexion)
    finally:
        shutil.rmtree(temporal, ignore_errors=True)


@contextmanager
def _cerrada(conexion) -> Iterator:
    """La conexión, que se cierra al salir. Si algo falló dentro, eso es lo que hay que decir."""
    try:
        yield conexion
    except BaseException:
        with suppress(duckdb.Error):
            conexion.close()
        raise
    conexion.close()


def _crear(config: Configuracion) -> None:
    """Hace la base aparte y la pone en su sitio ya entera.

    DuckDB crea el archivo antes de escribir su cabecera: si lo matan en medio queda un archivo que
    ya no se puede abrir, y nadie sabría si lo que había ahí importaba.
    """
    base = config.ajustes.base.ruta
    nueva = base.with_name(f".{base.name}.parcial")
    crear_carpeta(base.parent)
    cerrojo = config.ajustes.staging / ".candados" / "base"
    with candado(cerrojo, config.ajustes.espera_base, f"la creación de {base}"), disco(base):
        if existe(base):
            return
        nueva.unlink(missing_ok=True)
        with (
            en_palabras(base),
            _cerrada(_abrir(config, nueva, storage_compatibility_version=FORMATO)) as conexion,
        ):
            _preparar(config, conexion)
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
    conexion.begin()
    for tabla in migraciones.TABLAS:
        ejecutar(conexion, consulta(ajustes.sql, tabla))
    cadena = {"cadena": config.catalogo.cadena}
    ejecutar(conexion, consulta(ajustes.sql, "insertar_identidad"), cadena)
    _anotar_version(conexion, ajustes.sql, migraciones.ultima(ajustes.sql))
    conexion.commit()


def _migrar(config: Configuracion, conexion) -> None:
    """Lleva las tablas a la última versión y pone al día las vistas y los lugares, todo o nada.

    Antes se sabe de quién es la base.
    """
    ajustes = config.ajustes
    version = _reconocer(config, conexion).version
    conexion.begin()
    for numero, texto in migraciones.faltan(version, ajustes.sql):
        ejecutar(conexion, texto)
        _anotar_version(conexion, ajustes.sql, numero)
    vistas.poner_al_dia(conexion, ajustes.sql)
    tiendas.poner_al_dia(conexion, ajustes.sql, config.catalogo)
    conexion.commit()


def _anotar_version(conexion, sql: Path, version: int) -> None:
    ejecutar(conexion, consulta(sql, "insertar_version"), {"version": version})


def _tablas(conexion) -> set[str]:
    return {t for (t,) in ejecutar(conexion, "SHOW TABLES")}


def _abrir(config: Configuracion, ruta: Path, espera: float | None = None, **opciones):
    limite = config.ajustes.espera_base if espera is None else espera
    solo_lectura = opciones.pop("read_only", False)
    try:
        with en_palabras(ruta):
            return insistir(
                lambda: duckdb.connect(
                    str(ruta), read_only=solo_lectura, config={**_SEGURAS, **opciones}
                ),
                ocupada, limite, f"la base {ruta}", quien, es_de_aqui,
            )  # fmt: skip
    except ErrorOcupado as e:
        raise ErrorOcupado(
            f"{e} Se esperó {limite:.0f} s. Cierre ese programa (o espere a que acabe) "
            f"y repita la misma orden. {_para_bi(config.ajustes.publicada)}"
        ) from None


def _para_bi(publicada: Path | None) -> str:
    """Qué debe abrir quien lee, para no estorbar."""
    if publicada:
        return f"Si es una herramienta de BI, que abra la copia publicada: {publicada}."
    return (
        "Si es una herramienta de BI, diga en «publicada» de luigi.cfg dónde hacerle una copia, y "
        "que abra ésa."
    )


def _reconocer(config: Configuracion, conexion) -> Base:
    ajustes = config.ajustes
    [(base_id, cadena)] = ejecutar(conexion, consulta(ajustes.sql, "leer_identidad"))
    if cadena != config.catalogo.cadena:
        raise ErrorDestino(
            f"La base {ajustes.base} guarda las ventas de la cadena «{cadena}» y el catálogo "
            f"{config.catalogo.archivo} es de «{config.catalogo.cadena}». Use otra base "
            "(FLUXION_BASE o «base» en luigi.cfg) u otro catálogo."
        )
    version = 1
    if "version_esquema" in _tablas(conexion):
        [(version,)] = ejecutar(conexion, consulta(ajustes.sql, "leer_version"))
    migraciones.exigir_conocida(version, ajustes.sql, ajustes.base.ruta)
    return Base(
        conexion,
        base_id,
        version,
        ajustes.base.ruta,
        ajustes.sql,
        ajustes.hilos_duckdb,
        ajustes.memoria_duckdb_mb,
    )
