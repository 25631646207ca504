"""Tiendas de cada clase de POS, para lo que debe ser verdad en todas.

with con_tiendas(proyecto, "http", {"tienda_01": cada_dia("2025-03-01", "2025-03-31", 50)}):
    …
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from tests import proyecto as archivos
from tests.api import api, con_api, usar_api
from tests.proyecto import Proyecto, hacer_pos

# Un archivo SQLite por ODBC, una API, y una que pasó de lo uno a lo otro a mitad de sus días.
CLASES = ODBC, HTTP, MUDADA = ("odbc", "http", "mudada")


@contextmanager
def con_tiendas(
    proyecto: Proyecto, clase: str, tiendas: dict[str, dict[str, int]]
) -> Iterator[Proyecto]:
    """El proyecto con esas tiendas, y su API mientras dure el bloque.

    Args:
        tiendas: las líneas de cada día. De una que se mudó, sus dos POS las tienen de todos.
    """
    if clase == ODBC:
        for id_, dias in tiendas.items():
            proyecto.con_tienda(id_, dias)
        yield proyecto
        return
    with api() as servidor:
        for id_, dias in tiendas.items():
            servidor.vender(f"SUC_{id_}", dias)
            if clase == HTTP:
                con_api(proyecto, id_, servidor, f"SUC_{id_}")
            else:
                mudada(proyecto, id_, servidor, f"SUC_{id_}", sorted(dias)[len(dias) // 2])
                hacer_pos(proyecto.carpeta / "pos" / f"{id_}.sqlite", dias)
        yield proyecto


def mudada(proyecto: Proyecto, id_: str, servidor, sucursal: str, dia: str) -> None:
    """Agrega una tienda que ese día pasó de un archivo a una API."""
    archivo = proyecto.carpeta / "pos" / f"{id_}.sqlite"
    nueva = servidor.tienda(sucursal)
    nombre = nueva.pop("nombre")
    proyecto.tiendas[id_] = {"nombre": nombre, "pos": [
        {"sistema": "demo", "driver": "SQLite3", "archivo": str(archivo)},
        {"desde": date.fromisoformat(dia), **nueva},
    ]}  # fmt: skip
    usar_api(proyecto, servidor)


def vender(proyecto: Proyecto, id_: str, dias: dict[str, int]) -> None:
    """Agrega líneas en esos días, en el POS que la tienda tenía entonces."""
    for dia, n in dias.items():
        pos = _pos_de(proyecto.tiendas[id_], dia)
        if "sucursal" in pos:
            proyecto.apis[pos["url"]].vender(pos["sucursal"], {dia: n})
        else:
            archivos.vender(Path(pos["archivo"]), {dia: n})


def _pos_de(tienda: dict[str, Any], dia: str) -> dict[str, Any]:
    return [p for p in tienda.get("pos", [tienda]) if str(p.get("desde", dia)) <= dia][-1]
