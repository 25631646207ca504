"""La tabla `tiendas`: los lugares del catálogo, y los que sólo tienen historia."""

from datetime import date
from pathlib import Path

from fluxion_luigi.config import Catalogo
from fluxion_luigi.destino.consultas import consulta, ejecutar

_COLUMNAS = ("id", "nombre", "tipo", "apertura", "activa", "en_catalogo")


Datos = tuple[str, str, str, date | None, bool, bool]


def al_dia(conexion, sql: Path, catalogo: Catalogo) -> bool:
    """Si la tabla dice lo que dice el catálogo."""
    hay, debe = _comparar(conexion, sql, catalogo)
    return hay == debe


def poner_al_dia(conexion, sql: Path, catalogo: Catalogo) -> None:
    """Deja en la tabla lo que dice el catálogo, si no lo dice ya. Va dentro de una transacción.

    De un lugar que ya no está en el catálogo queda lo último que se supo, mientras tenga historia.
    """
    hay, debe = _comparar(conexion, sql, catalogo)
    if hay == debe:
        return
    ejecutar(conexion, consulta(sql, "borrar_tiendas"))
    # En el orden del catálogo, que es el de los informes.
    orden = list(catalogo.tiendas)
    for datos in sorted(debe, key=lambda d: (orden.index(d[0]) if d[-1] else len(orden), d[0])):
        valores = dict(zip(_COLUMNAS, datos, strict=True))
        ejecutar(conexion, consulta(sql, "insertar_tienda"), valores)


def _comparar(conexion, sql: Path, catalogo: Catalogo) -> tuple[set[Datos], set[Datos]]:
    """Lo que hay en la tabla y lo que debe haber."""
    hay = set(ejecutar(conexion, consulta(sql, "leer_tiendas")))
    con_historia = {t for (t,) in ejecutar(conexion, consulta(sql, "con_historia"))}
    antes = {t: datos for t, *datos in hay}
    debe = {(t.id, t.nombre, t.tipo, t.apertura, t.activa, True) for t in catalogo.tiendas.values()}
    for ida in con_historia - catalogo.tiendas.keys():
        nombre, tipo, apertura, *_ = antes.get(ida, (ida, "tienda", None))
        debe.add((ida, nombre, tipo, apertura, False, False))
    return hay, debe
