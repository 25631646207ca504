"""Las tablas de la base: crearlas, llevarlas a la última versión y reconocer de quién son."""

from pathlib import Path

from fluxion_luigi.config import Configuracion
from fluxion_luigi.destino import migraciones, tiendas, vistas
from fluxion_luigi.destino.consultas import consulta, ejecutar
from fluxion_luigi.errores import ErrorDestino


def hechas(conexion) -> set[str]:
    """Los nombres de las que hay."""
    return {t for (t,) in ejecutar(conexion, "SHOW TABLES")}


def crear(config: Configuracion, conexion, forma: str = "") -> None:
    """Crea las tablas y la identidad en una base que aún no las tiene, todo o nada.

    Args:
        forma: lo que hay que ejecutar después, para darles la suya; nada si vacío.

    Raises:
        ErrorDestino: si tiene una `ventas_raw` que no hizo este proyecto.
    """
    ajustes = config.ajustes
    tablas = hechas(conexion)
    if "identidad" in tablas:
        return
    if "ventas_raw" in tablas:
        raise ErrorDestino(
            f"La base {ajustes.base} ya tiene una tabla ventas_raw que no hizo este proyecto, sin "
            "control de qué días contiene. Use otra, nueva (FLUXION_BASE o «base» en luigi.cfg), "
            "y cargue su historia con RangoVentas."
        )
    conexion.begin()
    for tabla in migraciones.TABLAS:
        ejecutar(conexion, consulta(ajustes.sql, tabla))
    if forma:
        ejecutar(conexion, forma)
    cadena = {"cadena": config.catalogo.cadena}
    ejecutar(conexion, consulta(ajustes.sql, "insertar_identidad"), cadena)
    _anotar_version(conexion, ajustes.sql, migraciones.ultima(ajustes.sql))
    conexion.commit()


def al_dia(config: Configuracion, conexion) -> bool:
    """Si `poner_al_dia` no tendría nada que hacer."""
    ajustes = config.ajustes
    _, version = reconocer(config, conexion)
    return (
        version == migraciones.ultima(ajustes.sql)
        and vistas.al_dia(conexion, ajustes.sql)
        and tiendas.al_dia(conexion, ajustes.sql, config.catalogo)
    )


def poner_al_dia(config: Configuracion, conexion) -> None:
    """Lleva las tablas a la última versión y pone al día las vistas y los lugares, todo o nada.

    Antes se sabe de quién es la base.
    """
    ajustes = config.ajustes
    _, version = reconocer(config, conexion)
    conexion.begin()
    for numero, texto in migraciones.faltan(version, ajustes.sql):
        ejecutar(conexion, texto)
        _anotar_version(conexion, ajustes.sql, numero)
    vistas.poner_al_dia(conexion, ajustes.sql, comenta_columnas=not ajustes.es_lago)
    tiendas.poner_al_dia(conexion, ajustes.sql, config.catalogo)
    conexion.commit()


def reconocer(config: Configuracion, conexion) -> tuple[str, int]:
    """El id de la base y la versión de sus tablas.

    Raises:
        ErrorDestino: si es de otra cadena, o la hizo una versión más nueva del programa.
    """
    ajustes = config.ajustes
    [(base_id, cadena)] = ejecutar(conexion, consulta(ajustes.sql, "leer_identidad"))
    if cadena != config.catalogo.cadena:
        raise ErrorDestino(
            f"La base {ajustes.base} guarda las ventas de la cadena «{cadena}» y el catálogo "
            f"{config.catalogo.archivo} es de «{config.catalogo.cadena}». Use otra base "
            "(FLUXION_BASE o «base» en luigi.cfg) u otro catálogo."
        )
    version = 1
    if "version_esquema" in hechas(conexion):
        [(version,)] = ejecutar(conexion, consulta(ajustes.sql, "leer_version"))
    migraciones.exigir_conocida(version, ajustes.sql, ajustes.base)
    return base_id, version


def _anotar_version(conexion, sql: Path, version: int) -> None:
    ejecutar(conexion, consulta(sql, "insertar_version"), {"version": version})
