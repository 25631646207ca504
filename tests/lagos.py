"""Un lago DuckLake para las pruebas: su catálogo, en un PostgreSQL de la sesión."""

import contextlib
import itertools
import os
from collections.abc import Callable, Iterator, Sequence

import duckdb
import pytest

from fluxion_luigi.config.base import CLAVE as CLAVE_DE
from fluxion_luigi.config.base import USUARIO as USUARIO_DE
from fluxion_luigi.destino import catalogo, conexion_lago
from tests.postgresql import CLAVE, USUARIO, Servidor
from tests.proyecto import Proyecto

# La misma prueba sobre un archivo DuckDB y sobre un lago.
EN_LOS_DOS = pytest.mark.parametrize("destino", ["archivo", "lago"], indirect=True)
EN_LAGO = pytest.mark.parametrize("destino", ["lago"], indirect=True)
_numero = itertools.count()


# Las del catálogo de un lago.
CREDENCIALES = {USUARIO_DE: USUARIO, CLAVE_DE: CLAVE}


def crear(servidor: Servidor) -> str:
    """La base de un lago nuevo, con su catálogo en ese servidor."""
    nombre = f"lago_{os.getpid()}_{next(_numero)}"
    with contextlib.closing(servidor.conectar()) as c:
        c.execute(f'CREATE DATABASE "{nombre}"')
    return f"ducklake:postgres:dbname={nombre} host=127.0.0.1 port={servidor.puerto}"


def poner(proyecto: Proyecto, servidor: Servidor) -> str:
    """Que el proyecto cargue en un lago nuevo; devuelve el nombre de la base de su catálogo."""
    base = crear(servidor)
    nombre = base.split("dbname=")[1].split()[0]
    proyecto.ajustes |= {"base": base, "lago_datos": "lago"}
    proyecto.ambiente |= CREDENCIALES
    proyecto.retratar_base = lambda: _retratar(servidor, nombre)
    proyecto.escribir()
    return nombre


def _retratar(servidor: Servidor, nombre: str) -> Callable[[], None]:
    """Copia el catálogo de un lago; lo que devuelve lo deja otra vez así."""
    _copiar(servidor, nombre, f"{nombre}_retrato")
    return lambda: _copiar(servidor, f"{nombre}_retrato", nombre)


def _copiar(servidor: Servidor, de: str, a: str) -> None:
    with contextlib.closing(servidor.conectar()) as c:
        c.execute(f'DROP DATABASE IF EXISTS "{a}" WITH (FORCE)')
        # Quien llama al núcleo sin Luigi se queda con una conexión al catálogo.
        c.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ?", de)
    servidor.copiar_pos(de, a)


def poner_si_toca(proyecto: Proyecto, request: pytest.FixtureRequest) -> None:
    """Lo mismo, si PRUEBAS_DESTINO dice que las pruebas van sobre un lago."""
    if os.environ.get("PRUEBAS_DESTINO") == "lago":
        poner(proyecto, request.getfixturevalue("catalogos"))


@contextlib.contextmanager
def abierto(
    proyecto: Proyecto, *, solo_lectura: bool = True
) -> Iterator[duckdb.DuckDBPyConnection]:
    """El lago, como lo abre cualquiera."""
    # Comprobar las firmas de las dos extensiones cuesta 0,3 s cada vez: ya lo hacen las órdenes.
    sin_firmas = {"allow_unsigned_extensions": True}
    conexion = conexion_lago.abrir(proyecto.config, solo_lectura=solo_lectura, **sin_firmas)
    try:
        yield conexion
    finally:
        conexion.close()


def snapshot(proyecto: Proyecto) -> tuple[int, str] | None:
    """En cuál está el lago, y de cuándo es."""
    return catalogo.estado(proyecto.config)


def consultar(proyecto: Proyecto, sql: str, valores: Sequence = ()) -> list[tuple]:
    """Una consulta al lago; vacío si aún no existe."""
    if catalogo.estado(proyecto.config) is None:
        return []
    with abierto(proyecto) as conexion:
        return conexion.execute(sql, valores).fetchall()
