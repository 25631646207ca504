"""Las vistas y los comentarios de la base, al día con los textos del proyecto.

Una vista es un archivo `sql/vistas/<nombre>.sql` con su SELECT. La base guarda con qué textos se
hizo lo suyo (`definiciones`): si alguno cambió, se rehace todo; si no, cuesta una consulta.
"""

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import duckdb

from fluxion_luigi.archivos import leer_texto
from fluxion_luigi.destino.comentarios import Definicion
from fluxion_luigi.destino.consultas import consulta, ejecutar
from fluxion_luigi.destino.migraciones import TABLAS
from fluxion_luigi.errores import ErrorConfiguracion


def al_dia(conexion, sql: Path) -> bool:
    """Si las vistas y los comentarios son los de los textos del proyecto."""
    hechas = ejecutar(conexion, consulta(sql, "leer_definiciones"))
    return set(hechas) == {_renglon(d) for d in _definiciones(sql).values()}


def poner_al_dia(conexion, sql: Path, *, comenta_columnas: bool = True) -> None:
    """Rehace las vistas y los comentarios si su texto cambió. Va dentro de una transacción.

    Args:
        comenta_columnas: si las columnas de una vista admiten un comentario (en un lago, no).

    Raises:
        ErrorConfiguracion: si una vista del proyecto está mal; dice cuál.
    """
    todas = _definiciones(sql)
    if al_dia(conexion, sql):
        return
    hechas = ejecutar(conexion, consulta(sql, "leer_definiciones"))
    for nombre, es_vista, _ in hechas:
        if es_vista:
            ejecutar(conexion, f'DROP VIEW IF EXISTS "{nombre}"')
    ejecutar(conexion, consulta(sql, "borrar_definiciones"))
    for definicion in todas.values():
        if definicion.es_vista:
            _crear(conexion, sql, definicion)
    # De una vez: cueste lo que cueste, DuckDB recorre su catálogo entero.
    columnas: dict[str, list[str]] = {}
    for nombre, columna in ejecutar(conexion, consulta(sql, "columnas")):
        columnas.setdefault(nombre, []).append(columna)
    comentarios: list[str] = []
    for definicion in todas.values():
        suyas = columnas[definicion.nombre]
        if definicion.es_vista and not comenta_columnas:
            suyas = []
        comentarios += _comentarios(definicion, suyas, todas)
        nombre, es_vista, huella = _renglon(definicion)
        valores = {"nombre": nombre, "es_vista": es_vista, "huella": huella}
        ejecutar(conexion, consulta(sql, "insertar_definicion"), valores)
    ejecutar(conexion, ";".join(comentarios))


@cache
def _definiciones(sql: Path) -> Mapping[str, Definicion]:
    """Las tablas y las vistas, cada una después de las que lee."""
    tablas = {t: Definicion(t, consulta(sql, t), es_vista=False) for t in TABLAS}
    vistas = {
        a.stem: Definicion(a.stem, leer_texto(a).strip().rstrip(";"), es_vista=True)
        for a in sorted((sql / "vistas").glob("*.sql"))
    }
    lee = {v: [x for x in d.lee if x in vistas] for v, d in vistas.items()}
    try:
        orden = list(TopologicalSorter(lee).static_order())
    except CycleError as e:
        raise ErrorConfiguracion(
            f"Las vistas de {sql / 'vistas'} se leen en círculo: {', '.join(e.args[1])}."
        ) from None
    return tablas | {v: vistas[v] for v in orden}


def _renglon(definicion: Definicion) -> tuple[str, bool, str]:
    huella = hashlib.sha256(definicion.texto.encode()).hexdigest()
    return definicion.nombre, definicion.es_vista, huella


def _crear(conexion, sql: Path, vista: Definicion) -> None:
    try:
        ejecutar(conexion, f'CREATE VIEW "{vista.nombre}" AS {vista.texto}')
    except duckdb.Error as e:
        if "already exists" in str(e):  # lo hizo otro, y la frase es la de la base
            raise
        raise ErrorConfiguracion(
            f"La vista {sql / 'vistas' / vista.nombre}.sql está mal. Corríjala o quítela y repita "
            f"la misma orden; no se cambió nada.\nDuckDB dijo: {e}"
        ) from None


def _comentarios(
    suya: Definicion, columnas: list[str], todas: Mapping[str, Definicion]
) -> Iterator[str]:
    que = "VIEW" if suya.es_vista else "TABLE"
    yield f'COMMENT ON {que} "{suya.nombre}" IS {_citado(suya.comentario)}'
    dichos = suya.columnas(todas)
    for columna in columnas:
        if columna in dichos:
            yield f'COMMENT ON COLUMN "{suya.nombre}"."{columna}" IS {_citado(dichos[columna])}'


def _citado(texto: str) -> str:
    return "'" + texto.replace("'", "''") + "'"
