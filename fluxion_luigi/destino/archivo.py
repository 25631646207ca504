"""La base en un archivo DuckDB: un solo escritor, a quien se espera; nadie lee mientras escribe."""

import os
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import date
from pathlib import Path

import duckdb

from fluxion_luigi.archivos import candado, crear_carpeta, disco, exigir_lugar
from fluxion_luigi.config import Configuracion
from fluxion_luigi.destino import palabras, tablas
from fluxion_luigi.destino.abierta import QUE_SE_REPARTEN, SEGURAS, Base, Lista
from fluxion_luigi.destino.consultas import ejecutar
from fluxion_luigi.destino.lote import Lote
from fluxion_luigi.destino.palabras import en_palabras, es_de_aqui, ocupada, quien
from fluxion_luigi.errores import ErrorBaseOcupada, ErrorDestino, ErrorOcupado
from fluxion_luigi.espera import insistir
from fluxion_luigi.esquema import COLUMNAS, FILAS_POR_GRUPO, NOMBRES, SI_LAS_DA

# El formato que lee DuckDB 1.5: una base creada por una versión mayor debe seguir abriéndose.
FORMATO = "v1.5.0"
# DuckDB 1.5 inserta en paralelo sólo si su tope pasa de unos 8 MiB por columna de la tabla y por
# hilo (medido: ni con 512 MB para 35 columnas y dos hilos). Es un permiso, no lo que gasta.
MEMORIA_POR_HILO_MB = 9 * (len(COLUMNAS) + 2)
MEMORIA_MINIMA_MB = 32
# Las filas de cada INSERT: bastantes para todos los hilos, y pocas para que la memoria no crezca
# con la ventana, porque entre una tanda y otra DuckDB suelta lo que ya escribió (medido con cinco
# millones de líneas: de a dos grupos, 9,2 s y 323 MB; de a seis, 8,2 s y 318).
FILAS_POR_TANDA = 6 * FILAS_POR_GRUPO
# Las que trae un POS que no da las de una API. Con ésas llenas un hilo más cuesta mucha memoria
# (medido con un millón de líneas: en dos hilos, hasta 460 MB; en uno, 265).
COLUMNAS_EN_PARALELO = len(NOMBRES) - len(SI_LAS_DA)


class EnArchivo(Base):
    """La base abierta de un archivo."""

    COMPARTIDA = False

    def en_palabras(self) -> AbstractContextManager[None]:
        return en_palabras(self.donde.ruta)

    def turno(self) -> AbstractContextManager[None]:
        """Quien la abrió para escribir ya la tiene en exclusiva."""
        return nullcontext()

    def limitar_compactacion(self, tareas: int) -> None:
        """DuckDB une, al confirmar, hasta cien grupos de filas vecinos e incompletos.

        Cada carga de un mes volvía a escribir casi otro tanto de lo que ya estaba (medido: 0,43 s
        por mes de 125.000 filas, y 0,26 sin ellas).
        """
        ejecutar(self.conexion, f"SET max_vacuum_tasks = {tareas}")

    def lista(
        self, tienda: str, lotes: Sequence[Lote], corrida: str, fuera: Collection[date]
    ) -> AbstractContextManager[Lista]:
        """Se insertan del staging, por tandas."""
        valores = {"tienda": tienda, "corrida": corrida}

        def poner() -> Iterator[int]:
            for lote in lotes:
                yield from self._insertar(lote, fuera, valores)

        return nullcontext(Lista(poner))

    def _insertar(self, lote: Lote, fuera: Collection[date], valores: dict) -> Iterator[int]:
        ajenos = [d for d in lote.rango if d in fuera]
        valores = {**valores, "archivo": lote.archivo}
        if not lote.ordenado or ajenos:
            self.hacer("insertar_ventas_ordenando", **valores, fuera=ajenos)
            yield lote.filas
            return
        [(columnas,)] = self.hacer("columnas_de", archivo=lote.archivo)
        for primera in range(0, lote.filas, FILAS_POR_TANDA):
            filas = min(FILAS_POR_TANDA, lote.filas - primera)
            a_la_vez = filas >= QUE_SE_REPARTEN and columnas <= COLUMNAS_EN_PARALELO
            with self.en_paralelo() if a_la_vez else nullcontext():
                self.hacer("insertar_ventas", **valores, primera=primera, fin=primera + filas)
            yield filas

    @contextmanager
    def en_paralelo(self) -> Iterator[None]:
        """Con todos los hilos mientras dura; al salir, DuckDB suelta los bloques ya escritos.

        Si algo falla dentro, se queda así: en una transacción rota DuckDB no admite ni un SET, y a
        la base sólo le falta cerrarse.
        """
        self.tope_de_memoria(max(self.memoria_mb, MEMORIA_POR_HILO_MB * self.hilos))
        ejecutar(self.conexion, f"SET threads = {self.hilos}")
        yield
        ejecutar(self.conexion, "SET threads = 1")
        self.tope_de_memoria(MEMORIA_MINIMA_MB)
        self.tope_de_memoria(self.memoria_mb)


def existe(config: Configuracion) -> bool:
    """Si el archivo existe. `ErrorDestino` si no se puede saber."""
    return palabras.existe(config.ajustes.base.ruta)


def exigir_donde(config: Configuracion) -> None:
    """Que se vaya a poder escribir. `ErrorDisco` si no."""
    exigir_lugar(config.ajustes.base.ruta)


def firma(config: Configuracion) -> tuple:
    """Cambia cuando cambia la base: el inodo, el tamaño y la hora del archivo y de su diario.

    Raises:
        ErrorDestino: si no se puede mirar.
    """
    firmas = []
    base = config.ajustes.base.ruta
    for ruta in (base, base.with_name(base.name + ".wal")):
        try:
            e = ruta.stat()
            firmas.append((e.st_ino, e.st_size, e.st_mtime_ns))
        except (FileNotFoundError, NotADirectoryError):
            firmas.append(None)
        except OSError as e:
            raise ErrorDestino(f"No se puede leer la base {ruta}: {e.strerror}.") from None
    return tuple(firmas)


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
    if not existe(config):
        yield None
        return
    with en_palabras(ruta), _cerrada(_abrir(config, ruta, espera, read_only=True)) as conexion:
        yield _de(config, conexion) if "identidad" in tablas.hechas(conexion) else None


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
    if not existe(config):
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
            tablas.crear(config, conexion)
            tablas.poner_al_dia(config, conexion)
            yield _de(config, conexion)
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
        if existe(config):
            return
        nueva.unlink(missing_ok=True)
        with (
            en_palabras(base),
            _cerrada(_abrir(config, nueva, storage_compatibility_version=FORMATO)) as conexion,
        ):
            tablas.crear(config, conexion)
        # El diario de una base que ya no existe no es de ésta.
        base.with_name(base.name + ".wal").unlink(missing_ok=True)
        nueva.replace(base)


def _abrir(config: Configuracion, ruta: Path, espera: float | None = None, **opciones):
    limite = config.ajustes.espera_base if espera is None else espera
    solo_lectura = opciones.pop("read_only", False)
    try:
        with en_palabras(ruta):
            return insistir(
                lambda: duckdb.connect(
                    str(ruta), read_only=solo_lectura, config={**SEGURAS, **opciones}
                ),
                ocupada, limite, f"la base {ruta}", quien, es_de_aqui,
            )  # fmt: skip
    except ErrorOcupado as e:
        raise ErrorBaseOcupada(
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


def _de(config: Configuracion, conexion) -> EnArchivo:
    ajustes = config.ajustes
    base_id, version = tablas.reconocer(config, conexion)
    return EnArchivo(
        conexion, base_id, version, ajustes.base, ajustes.sql, ajustes.hilos_duckdb,
        ajustes.memoria_duckdb_mb,
    )  # fmt: skip
