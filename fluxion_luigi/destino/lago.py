"""La base en un lago DuckLake: muchos escriben y leen a la vez, cada lector en su snapshot.

Las líneas de una tienda-mes se escriben antes, aparte y sin turno, en un archivo Parquet con su
sitio; la transacción sólo lo agrega, y por eso el turno de confirmar dura décimas.
"""

import os
import shutil
import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from fluxion_luigi.archivos import crear_carpeta, exigir_lugar
from fluxion_luigi.config import Configuracion
from fluxion_luigi.destino import catalogo, conexion_lago, tablas
from fluxion_luigi.destino.abierta import Base, Lista
from fluxion_luigi.destino.consultas import ejecutar
from fluxion_luigi.destino.lote import Lote
from fluxion_luigi.destino.palabras_lago import en_palabras
from fluxion_luigi.periodos import Rango, agrupar, meses

# Lo que se escribe de una vez en Parquet. Con la mitad de un grupo de DuckDB caben en su tope de
# memoria (medido con 370.000 líneas y 128 MB: 1,1 s; con grupos enteros, 6 s, a disco y de vuelta).
FILAS_POR_GRUPO = 61_440


@dataclass(frozen=True)
class EnLago(Base):
    """La base abierta de un lago."""

    config: Configuracion

    COMPARTIDA = True

    def en_palabras(self) -> AbstractContextManager[None]:
        return en_palabras(self.donde)

    def turno(self) -> AbstractContextManager[None]:
        """Uno confirma a la vez, entre todos los hosts."""
        return catalogo.turno(self.config)

    def limitar_compactacion(self, tareas: int) -> None:
        """En un lago sólo junta archivos quien lo mantiene."""

    @contextmanager
    def lista(
        self, tienda: str, lotes: Sequence[Lote], corrida: str, fuera: Collection[date]
    ) -> Iterator[Lista]:
        """Se escriben en el lago antes de la transacción, un archivo por mes, y ella los agrega."""
        escritos: list[tuple[str, int]] = []
        confirmando: list[bool] = []
        try:
            for mes in self._meses(lotes, fuera):
                archivo = self._sitio(tienda, mes)
                escritos.append((archivo, 0))
                filas = self._escribir(archivo, lotes, mes, tienda, corrida, fuera)
                escritos[-1] = (archivo, filas)
            yield Lista(lambda: self._agregar(escritos), lambda: confirmando.append(True))
        except BaseException:
            # Si ya se mandó confirmar, quizá sean del lago aunque no se haya sabido.
            self._quitar([a for a, _ in escritos if not confirmando])
            raise

    @staticmethod
    def _meses(lotes: Sequence[Lote], fuera: Collection[date]) -> list[Rango]:
        dias = {d for x in lotes if x.filas for d in x.sin(fuera)}
        return [mes for tramo in agrupar(dias) for mes in meses(tramo)]

    def _sitio(self, tienda: str, mes: Rango) -> str:
        """El de un archivo nuevo: DuckLake sabe por su ruta de qué tienda y mes es."""
        partes = f"ubicacion_id={tienda}/year={mes.desde.year}/month={mes.desde.month}"
        return f"{self.donde.datos.rstrip('/')}/main/ventas_raw/{partes}/{uuid.uuid4()}.parquet"

    def _escribir(
        self, archivo: str, lotes: Sequence[Lote], mes: Rango, tienda: str, corrida: str,
        fuera: Collection[date],
    ) -> int:  # fmt: skip
        suyos = [x for x in lotes if x.filas and any(d in mes for d in x.rango)]
        if self.donde.carpeta:
            crear_carpeta(Path(archivo).parent)
        texto = catalogo.texto(self.sql, "escribir").format(
            archivo=archivo.replace("'", "''"), filas=FILAS_POR_GRUPO,
            orden="" if all(x.ordenado for x in suyos) else "ORDER BY fecha",
        )  # fmt: skip
        with self.en_palabras():
            [(filas,)] = ejecutar(self.conexion, texto, {
                "tienda": tienda, "corrida": corrida, "archivos": [x.archivo for x in suyos],
                "desde": mes.desde, "hasta": mes.hasta, "fuera": sorted(fuera),
            })  # fmt: skip
        return filas

    def _agregar(self, escritos: Sequence[tuple[str, int]]) -> Iterator[int]:
        for archivo, filas in escritos:
            if filas:
                with self.en_palabras():
                    agregar = catalogo.texto(self.sql, "agregar")
                    ejecutar(self.conexion, agregar, {"archivo": archivo})
            yield filas
        self._quitar([a for a, filas in escritos if not filas])

    def _quitar(self, archivos: Sequence[str]) -> None:
        """Los que no llegan a ser del lago; los de un bucket los quita quien lo mantiene."""
        for archivo in archivos if self.donde.carpeta else ():
            with suppress(OSError):
                Path(archivo).unlink(missing_ok=True)


def existe(config: Configuracion) -> bool:
    """Si el catálogo tiene ya la base. `ErrorDestino` si no contesta."""
    return catalogo.estado(config) is not None


def exigir_donde(config: Configuracion) -> None:
    """Que en la carpeta de sus datos se vaya a poder escribir. `ErrorDisco` si no."""
    if carpeta := config.ajustes.base.carpeta:
        exigir_lugar(carpeta / "main" / "ventas_raw" / "nuevo")


def firma(config: Configuracion) -> tuple:
    """El último snapshot. `ErrorDestino` si el catálogo no contesta."""
    return catalogo.estado(config) or ()


@contextmanager
def para_leer(config: Configuracion, espera: float | None = None) -> Iterator[Base | None]:
    """Ver `destino.base.para_leer`. No hay a quién esperar."""
    if not existe(config):
        yield None
        return
    with en_palabras(config.ajustes.base), _abierto(config, solo_lectura=True) as conexion:
        conexion.begin()  # todo lo que se lea es del mismo snapshot
        conexion_lago.exigir_carpeta(config, conexion)
        yield _de(config, conexion)


@contextmanager
def para_escribir(config: Configuracion) -> Iterator[Base]:
    """Ver `destino.base.para_escribir`."""
    ajustes = config.ajustes
    temporal = ajustes.staging / f".duckdb.{os.getpid()}"
    opciones = {
        "memory_limit": f"{ajustes.memoria_duckdb_mb}MB", "threads": 1,
        "temp_directory": str(temporal),
    }  # fmt: skip
    crear_carpeta(ajustes.staging)
    try:
        if not existe(config):
            _crear(config)
        with en_palabras(ajustes.base), _abierto(config, **opciones) as conexion:
            conexion_lago.exigir_carpeta(config, conexion, escribe=True)
            if not tablas.al_dia(config, conexion):
                with catalogo.turno(config):
                    tablas.poner_al_dia(config, conexion)
            yield _de(config, conexion)
    finally:
        shutil.rmtree(temporal, ignore_errors=True)


def _crear(config: Configuracion) -> None:
    lago = config.ajustes.base
    if lago.carpeta:
        crear_carpeta(lago.carpeta)
    with catalogo.turno(config), en_palabras(lago):
        if existe(config):
            return
        with _abierto(config, crea=True) as conexion:
            conexion_lago.exigir_catalogo_libre(config, conexion)
            conexion_lago.exigir_carpeta_libre(config, conexion)
            sql = config.ajustes.sql
            tablas.crear(config, conexion, catalogo.texto(sql, "forma"))
            ejecutar(conexion, catalogo.texto(sql, "opciones"))


@contextmanager
def _abierto(config: Configuracion, **opciones) -> Iterator[duckdb.DuckDBPyConnection]:
    conexion = conexion_lago.abrir(config, **opciones)
    try:
        yield conexion
    finally:
        # Cerrar deshace lo que no se confirmó; si falla, lo que importa es lo que pasó dentro.
        with suppress(duckdb.Error):
            conexion.close()


def _de(config: Configuracion, conexion) -> EnLago:
    ajustes = config.ajustes
    base_id, version = tablas.reconocer(config, conexion)
    return EnLago(
        conexion, base_id, version, ajustes.base, ajustes.sql, ajustes.hilos_duckdb,
        ajustes.memoria_duckdb_mb, config,
    )  # fmt: skip
