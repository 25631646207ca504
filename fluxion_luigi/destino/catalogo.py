"""El PostgreSQL del catálogo de un lago: en qué snapshot va, y a quién le toca confirmar.

Confirma uno a la vez: DuckLake compara las tablas enteras, y dos que reemplazan días a la vez
chocan aunque sean de tiendas distintas. Es sólo para no repetir trabajo: si el turno se pierde,
quien confirma después choca y lo vuelve a hacer.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from fluxion_luigi.archivos import leer_texto
from fluxion_luigi.config import Configuracion
from fluxion_luigi.config.base import CLAVE, USUARIO
from fluxion_luigi.errores import ErrorBaseOcupada, ErrorDestino
from fluxion_luigi.turnos import Servidor
from fluxion_luigi.turnos.servidor import dicho
from fluxion_luigi.turnos.sesion import clave_de

_TURNO = clave_de("fluxion_luigi: confirmar en el lago")
# Por proceso: una que se hereda al bifurcar no se toca, ni siquiera para cerrarla.
_abiertas: dict[tuple[int, Servidor], Any] = {}


def servidor(config: Configuracion) -> Servidor:
    """El del catálogo, con las credenciales del ambiente."""
    ajustes = config.ajustes
    return Servidor(
        ajustes.base.catalogo, ajustes.ambiente.get(USUARIO, ""), ajustes.ambiente.get(CLAVE, ""),
        "", float(ajustes.timeout_conexion), ajustes.sql,
    )  # fmt: skip


def estado(config: Configuracion) -> tuple[int, str] | None:
    """El último snapshot y su hora; None si ahí no hay todavía una base del proyecto.

    Raises:
        ErrorDestino: si el servidor no contesta.
    """
    sql = config.ajustes.sql
    if not _preguntar(config, texto(sql, "hay"))[0][0]:
        return None
    [(snapshot, hora, hechas)] = _preguntar(config, texto(sql, "estado"))
    return (snapshot, hora) if hechas else None


def hace(config: Configuracion, horas: float) -> str:
    """La hora que tenía ese servidor hace tantas horas, como la escribe él.

    Raises:
        ErrorDestino: si no contesta.
    """
    return _preguntar(config, texto(config.ajustes.sql, "hace"), {"horas": horas})[0][0]


@contextmanager
def turno(config: Configuracion) -> Iterator[None]:
    """El de confirmar en el lago, entre todos los hosts; se suelta solo si el proceso muere.

    Raises:
        ErrorOcupado: si no tocó en `espera_base`.
        ErrorDestino: si el servidor no contesta.
    """
    import psycopg

    espera = config.ajustes.espera_base
    con = servidor(config).conectar()
    try:
        try:
            plazo = f"{max(1, int(1000 * espera))}ms"
            _ejecutar(con, config.ajustes.sql, "tomar", espera=plazo)
        except psycopg.errors.LockNotAvailable:
            raise ErrorBaseOcupada(
                f"Otra corrida está confirmando en {config.ajustes.base} y no acabó en "
                f"{espera:.0f} s. Espere a que acabe y repita la misma orden."
            ) from None
        except psycopg.Error as e:
            raise ErrorDestino(_frase(config, e)) from None
        yield
        with suppress(psycopg.Error):  # si se cortó, ya está suelto
            _ejecutar(con, config.ajustes.sql, "soltar")
    finally:
        con.close()


@cache
def texto(sql: Path, archivo: str) -> str:
    """El texto de `sql/lago/<archivo>.sql`."""
    return leer_texto(sql / "lago" / f"{archivo}.sql", "La carpeta «sql» está incompleta.")


def _ejecutar(con, sql: Path, archivo: str, **valores) -> None:
    con.execute(texto(sql, archivo), {"clave": _TURNO, **valores})


def _preguntar(config: Configuracion, consulta: str, valores: dict | None = None) -> list[tuple]:
    """Una consulta por la conexión que este proceso tiene abierta; si se cortó, por otra."""
    import psycopg

    cual = (os.getpid(), servidor(config))
    for _ in range(2):
        con = _abiertas.get(cual)
        nueva = con is None or con.closed
        if nueva:
            con = _abiertas[cual] = cual[1].conectar()
        try:
            return con.execute(consulta, valores).fetchall()
        except psycopg.OperationalError as e:
            con.close()
            if nueva:
                raise ErrorDestino(_frase(config, e)) from None
        except psycopg.Error as e:
            raise ErrorDestino(_frase(config, e)) from None
    raise ErrorDestino(f"El catálogo de {config.ajustes.base} se corta. Repita la misma orden.")


def _frase(config: Configuracion, e: Exception) -> str:
    return f"El catálogo del lago {config.ajustes.base} no contestó: {dicho(e)}"
