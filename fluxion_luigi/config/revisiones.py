"""Las revisiones de calidad: cada una es un archivo de `sql/calidad/` con su cabecera y un SELECT.

La cabecera son los primeros renglones, `-- clave: texto`, que sigue en los de abajo si van con
sangría. Las claves, todas obligatorias: `titulo`; `severidad`, error (esos días no se cargan) o
aviso (se cargan y se dice); `significa`, y `que_hacer`.

El SELECT da los renglones que la ofenden, con la columna `dia`; si uno vale por varios, `cuantas`.
Las demás columnas son el ejemplo que verá el operador. Puede leer `lineas` (las de los días en
mano, con las columnas de `ventas_raw`), `dias` (el perfil de cada uno), `referencia` y `usual` (lo
demás de la tienda en torno a él), `perfil` (los de todas), y cualquier tabla de la base. Qué trae
cada una lo dicen `sql/destino/calidad_*.sql` y `perfil_dias.sql`.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from fluxion_luigi.archivos import leer_texto
from fluxion_luigi.errores import ErrorConfiguracion

ERROR, AVISO = "error", "aviso"
_CLAVES = ("titulo", "severidad", "significa", "que_hacer")
_RENGLON = re.compile(r"-- ?(?:(\w+):)?(.*)")


@dataclass(frozen=True)
class Revision:
    """Una revisión; su nombre es el de su archivo, sin `.sql`."""

    nombre: str
    titulo: str
    severidad: str
    significa: str
    que_hacer: str
    consulta: str


def leer(sql: Path) -> tuple[list[Revision], dict[str, str]]:
    """Las revisiones de `sql/calidad/`, en orden, y las que están mal: por qué cada una.

    No falla: un archivo malo no les quita el lugar a los demás.
    """
    buenas, malas = [], {}
    for archivo in sorted((sql / "calidad").glob("*.sql")):
        try:
            buenas.append(_leer(archivo))
        except ErrorConfiguracion as e:
            malas[archivo.stem] = str(e)
    return buenas, malas


def _leer(archivo: Path) -> Revision:
    dicho, clave, lineas = {}, "", leer_texto(archivo).splitlines()
    while lineas and (renglon := _RENGLON.fullmatch(lineas[0].strip())):
        clave = renglon[1] or clave
        dicho[clave] = f"{dicho.get(clave, '')} {renglon[2].strip()}".strip()
        del lineas[0]
    # Lo que se anota al final, que dejaría el punto y coma en medio.
    while lineas and (not lineas[-1].strip() or lineas[-1].lstrip().startswith("--")):
        lineas.pop()
    if faltan := [c for c in _CLAVES if not dicho.get(c)]:
        raise ErrorConfiguracion(f"A su cabecera le falta {', '.join(faltan)}.")
    if sobran := sorted(dicho.keys() - {*_CLAVES}):
        raise ErrorConfiguracion(
            f"Su cabecera no entiende «{', '.join(sobran)}»; lleva {', '.join(_CLAVES)}."
        )
    if dicho["severidad"] not in (ERROR, AVISO):
        raise ErrorConfiguracion(f"Su severidad es «{dicho['severidad']}»; debe ser error o aviso.")
    consulta = "\n".join(lineas).strip().rstrip(";")
    if not consulta:
        raise ErrorConfiguracion("No tiene consulta debajo de su cabecera.")
    return Revision(archivo.stem, *(dicho[c] for c in _CLAVES), consulta)
