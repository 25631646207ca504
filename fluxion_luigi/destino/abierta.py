"""La base abierta: lo que se le puede pedir sin saber si es un archivo o un lago."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ClassVar

import duckdb

from fluxion_luigi.config.base import Ubicacion
from fluxion_luigi.destino.consultas import consulta, ejecutar
from fluxion_luigi.destino.lote import Lote
from fluxion_luigi.esquema import FILAS_POR_GRUPO

# Nada que la base pida se baja de internet; y del staging se lee el archivo, no una copia guardada.
SEGURAS = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "enable_external_file_cache": False,
}
# Con poco más de un grupo no hay qué repartir, y juntar pedazos cuesta más que un hilo.
QUE_SE_REPARTEN = 3 * FILAS_POR_GRUPO // 2


@dataclass(frozen=True)
class Lista:
    """Unas filas listas: `poner`, dentro de la transacción, da cuántas va poniendo.

    `por_confirmar` se llama justo antes de confirmar: desde ahí ya puede ser de la base.
    """

    poner: Callable[[], Iterator[int]]
    por_confirmar: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Base(ABC):
    """La base abierta, quién es y con cuántos hilos y memoria (MB) puede trabajar."""

    conexion: duckdb.DuckDBPyConnection
    id: str
    version: int
    donde: Ubicacion
    sql: Path
    hilos: int
    memoria_mb: int

    # Si otros pueden escribir mientras ésta está abierta.
    COMPARTIDA: ClassVar[bool]

    def hacer(self, archivo: str, /, **valores) -> list[tuple]:
        """Ejecuta `sql/destino/<archivo>.sql` con sus valores y devuelve las filas.

        Raises:
            ErrorDestino, ErrorDisco: lo que diga DuckDB, en una frase.
        """
        with self.en_palabras():
            return ejecutar(self.conexion, consulta(self.sql, archivo), valores)

    @abstractmethod
    def en_palabras(self) -> AbstractContextManager[None]:
        """Convierte lo que diga DuckDB en una frase que nombra la base."""

    @abstractmethod
    def turno(self) -> AbstractContextManager[None]:
        """Lo que hay que tener mientras dura una transacción, para que otra no la estropee.

        Raises:
            ErrorOcupado: si otro lo tiene y no lo suelta en `espera_base`.
        """

    @abstractmethod
    def limitar_compactacion(self, tareas: int) -> None:
        """Cuántas uniones de lo ya escrito se hacen, a lo sumo, al confirmar."""

    @abstractmethod
    def lista(
        self, tienda: str, lotes: Sequence[Lote], corrida: str, fuera: Collection[date]
    ) -> AbstractContextManager[Lista]:
        """Las filas de unos lotes en orden, listas para ponerlas en `ventas_raw`.

        Args:
            fuera: los días que no se ponen, aunque estén en un lote.
        """

    def con_medida(self) -> None:
        """Para leer mucho, los hilos y la memoria de una carga, y no todos los de la máquina."""
        self.tope_de_memoria(self.memoria_mb)
        ejecutar(self.conexion, f"SET threads = {self.hilos}")

    @contextmanager
    def repartida(self, filas: int) -> Iterator[None]:
        """Para leer tantas filas: con todos los hilos mientras dure, si son bastantes."""
        varios = filas >= QUE_SE_REPARTEN
        if varios:
            ejecutar(self.conexion, f"SET threads = {self.hilos}")
        try:
            yield
        finally:
            if varios:
                ejecutar(self.conexion, "SET threads = 1")

    def tope_de_memoria(self, mb: int) -> None:
        """Lo que DuckDB puede usar; si ya tiene en uso más que eso, queda como estaba."""
        with suppress(duckdb.OutOfMemoryException):
            ejecutar(self.conexion, f"SET memory_limit = '{mb}MB'")
