"""Abrir un lago con DuckDB: sus extensiones, sus credenciales, y que la carpeta sea la suya."""

import importlib.util
from pathlib import Path

import duckdb

from fluxion_luigi.config import Configuracion
from fluxion_luigi.config.base import CLAVE, USUARIO, Lago
from fluxion_luigi.destino.abierta import SEGURAS
from fluxion_luigi.destino.consultas import consulta, ejecutar
from fluxion_luigi.errores import ErrorConfiguracion, ErrorDestino

_EXTENSIONES = ("postgres_scanner", "ducklake")
_DE_BUCKET = ("httpfs",)
# En la carpeta de los datos, de qué lago son: el mismo camino en dos hosts puede ser otra carpeta.
_DE_QUIEN = "fluxion_base_id.csv"


def abrir(
    config: Configuracion, *, solo_lectura: bool = False, crea: bool = False, **opciones
) -> duckdb.DuckDBPyConnection:
    """Una conexión de DuckDB con el lago puesto.

    Args:
        crea: si puede hacer el catálogo, cuando ese PostgreSQL no lo tiene.
        opciones: las de DuckDB.

    Raises:
        ErrorConfiguracion: si faltan las extensiones.
        duckdb.Error: lo que diga DuckDB.
    """
    lago = config.ajustes.base
    conexion = duckdb.connect(":memory:", config={**SEGURAS, **opciones})
    try:
        for nombre in (*_EXTENSIONES, *(() if lago.carpeta else _DE_BUCKET)):
            conexion.execute(f"LOAD {_citado(str(_extension(nombre)))}")
        secreto = _secreto(config, conexion)
        plazo = f" connect_timeout={max(2, config.ajustes.timeout_conexion)}"
        conexion.execute(
            f"ATTACH {_citado(f'{lago}{plazo}')} AS lago (DATA_PATH {_citado(lago.datos)}, "
            f"OVERRIDE_DATA_PATH true{secreto}{', READ_ONLY' if solo_lectura else ''}"
            f"{'' if crea else ', CREATE_IF_NOT_EXISTS false'})"
        )
        conexion.execute("USE lago")
    except BaseException:
        conexion.close()
        raise
    return conexion


def exigir_carpeta(config: Configuracion, conexion, *, escribe: bool = False) -> None:
    """Que la carpeta de los datos sea la de este lago, y no otra con el mismo nombre en este host.

    Args:
        escribe: si a un lago todavía sin ventas se le puede poner su nombre en la carpeta.

    Raises:
        ErrorDestino: si no.
    """
    lago = config.ajustes.base
    suyo = _de_quien(conexion, lago)
    try:
        [(base_id, _)] = ejecutar(conexion, consulta(config.ajustes.sql, "leer_identidad"))
    except duckdb.IOException:
        if suyo is not None:
            raise
        raise _otra_carpeta(lago, suyo) from None
    if suyo == base_id:
        return
    [(vacio,)] = ejecutar(conexion, "SELECT count(*) = 0 FROM control_dias")
    if suyo is None and vacio:
        if escribe:
            archivo = _citado(_nombre(lago))
            texto = f"COPY (SELECT $id AS id) TO {archivo} (FORMAT csv, HEADER false)"
            ejecutar(conexion, texto, {"id": base_id})
        return
    raise _otra_carpeta(lago, suyo)


def _otra_carpeta(lago: Lago, suyo: str | None) -> ErrorDestino:
    return ErrorDestino(
        f"La carpeta {lago.datos} («lago_datos») no es la de los datos de {lago}: "
        f"{'es la de otro lago' if suyo else f'no tiene su {_DE_QUIEN}'}. En cada host debe ser la "
        "misma carpeta compartida. Corríjala, o monte el disco que falta; no se tocó nada."
    )


def exigir_carpeta_libre(config: Configuracion, conexion) -> None:
    """Que en la carpeta no estén los datos de otro lago. `ErrorDestino` si están."""
    lago = config.ajustes.base
    if _de_quien(conexion, lago) is not None:
        raise ErrorDestino(
            f"La carpeta {lago.datos} («lago_datos») ya tiene los datos de otro lago, y {lago} "
            "está por hacerse. Diga otra carpeta, o corrija «base» si ése es su lago."
        )


def exigir_catalogo_libre(config: Configuracion, conexion) -> None:
    """Que el catálogo, aún sin las tablas del proyecto, no sea el de un lago de otro.

    Sus datos van en otra carpeta, y mantener el lago vencería también sus snapshots.

    Raises:
        ErrorDestino: si tiene alguna tabla.
    """
    texto = "SELECT table_name FROM duckdb_tables() WHERE database_name = 'lago' LIMIT 1"
    for (tabla,) in ejecutar(conexion, texto):
        raise ErrorDestino(
            f"{config.ajustes.base} es un lago que no hizo este proyecto: tiene una tabla {tabla}. "
            "Cree en ese PostgreSQL otra base para éste y dígala en «base»; no se tocó nada."
        )


def _de_quien(conexion, lago: Lago) -> str | None:
    try:
        texto = "SELECT content FROM read_text($archivo)"
        [(contenido,)] = ejecutar(conexion, texto, {"archivo": _nombre(lago)})
    except (duckdb.IOException, ValueError):
        return None
    return contenido.strip()


def _nombre(lago: Lago) -> str:
    return f"{lago.datos.rstrip('/')}/{_DE_QUIEN}"


def _extension(nombre: str) -> Path:
    """El archivo de una extensión, en su paquete de PyPI de esta versión de DuckDB."""
    paquete = importlib.util.find_spec(f"duckdb_extension_{nombre}")
    carpetas = list(paquete.submodule_search_locations or ()) if paquete else []
    for carpeta in carpetas:
        suya = Path(carpeta, "extensions", f"v{duckdb.__version__}", f"{nombre}.duckdb_extension")
        if suya.is_file():
            return suya
    raise ErrorConfiguracion(
        f"Para un lago falta la extensión {nombre} de DuckDB {duckdb.__version__}. Instale pip "
        "install 'fluxion-luigi[lago]' con restricciones.txt."
    )


def _secreto(config: Configuracion, conexion) -> str:
    """Las credenciales del catálogo, por donde DuckDB no las muestra."""
    usuario, clave = (config.ajustes.ambiente.get(v, "") for v in (USUARIO, CLAVE))
    if not usuario and not clave:
        return ""
    partes = {"USER": usuario, "PASSWORD": clave}
    puestas = ", ".join(f"{k} {_citado(v)}" for k, v in partes.items() if v)
    conexion.execute(f"CREATE SECRET catalogo (TYPE postgres, {puestas})")
    return ", META_SECRET 'catalogo'"


def _citado(texto: str) -> str:
    return "'" + texto.replace("'", "''") + "'"
