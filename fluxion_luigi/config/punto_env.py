"""El archivo `.env`: cada renglón se entiende o se dice cuál no; ninguno se salta callando.

De un renglón malo se dice su número y nunca lo que lleva, que puede ser una clave.
"""

import io
import os
import re
from pathlib import Path

from dotenv.parser import Binding, parse_stream

from fluxion_luigi.archivos import leer_texto
from fluxion_luigi.errores import ErrorConfiguracion

_NOMBRE = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
_COMILLAS_DE_LIBRO = ("“", "”", "‘", "’", "«", "»")


def leer(ruta: Path) -> dict[str, str]:
    """Las variables de un `.env`, sin interpolar: una clave puede llevar `${…}`. Vacío si falta.

    Raises:
        ErrorConfiguracion: si no se puede leer, o con todos los renglones que no se entienden.
    """
    if not os.path.lexists(ruta):
        return {}
    valores: dict[str, str] = {}
    problemas: list[str] = []
    for renglon in parse_stream(io.StringIO(leer_texto(ruta))):
        if queja := _queja(renglon, valores):
            problemas.append(f"línea {_linea(renglon)}: {queja}")
        elif renglon.key is not None:
            valores[renglon.key] = renglon.value
    if problemas:
        raise ErrorConfiguracion(
            f"Hay {len(problemas)} problema(s) en {ruta}:\n"
            + "\n".join(f"  - {p}" for p in problemas)
        )
    return valores


def _queja(renglon: Binding, antes: dict[str, str]) -> str | None:
    """Qué tiene de malo un renglón, o None."""
    if renglon.error:
        return "no se entiende; se escribe NOMBRE=valor y toda comilla que se abre se cierra"
    if renglon.key is None:
        return None  # vacío o comentario
    if not _NOMBRE.fullmatch(renglon.key):
        return "no empieza por el nombre de una variable; se escribe NOMBRE=valor"
    if renglon.value is None:
        return f"a {renglon.key} le falta el «=»; se escribe NOMBRE=valor"
    if "\n" in renglon.original.string.strip():
        return f"el valor de {renglon.key} ocupa varias líneas; ¿falta cerrar una comilla?"
    if renglon.value[:1] in _COMILLAS_DE_LIBRO and renglon.value[-1:] in _COMILLAS_DE_LIBRO:
        return f"{renglon.key} va entre comillas de imprenta; use las rectas, \" o '"
    if antes.get(renglon.key, renglon.value) != renglon.value:
        return f"{renglon.key} ya estaba más arriba con otro valor; deje uno"
    return None


def _linea(renglon: Binding) -> int:
    """Dónde empieza de verdad: dotenv cuenta con él los renglones vacíos de antes."""
    texto = renglon.original.string
    return renglon.original.line + texto[: len(texto) - len(texto.lstrip())].count("\n")
