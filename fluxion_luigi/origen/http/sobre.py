"""El sobre de una respuesta: lo que va alrededor de la lista de ventas.

La lista puede pesar gigas y no se mira: el principio se recorre octeto a octeto sólo hasta el `[`
que la abre, y el final se busca desde atrás. Del archivo se borra lo demás, en el mismo sitio, y
queda un JSON que es sólo la lista.
"""

import json
import mmap
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ijson
from ijson.common import IncompleteJSONError, JSONError

from fluxion_luigi.archivos import disco
from fluxion_luigi.origen.http.causas import Fallo
from fluxion_luigi.origen.http.respuestas import buscar, citar, de_error, es_html

# Lo que puede haber delante de la lista y detrás de ella.
_DELANTE = 1024 * 1024
_DETRAS = 256 * 1024
_BOM = b"\xef\xbb\xbf"
_BLANCOS = b" \t\r\n"
_ENTERO = re.compile(r"([0-9]{1,18})(\.0*)?")


@dataclass(frozen=True)
class Sobre:
    """Lo que decía el sobre; `pelada` si no lo había: la respuesta era la lista. `vacia`, ella."""

    dicho: Any
    pelada: bool
    vacia: bool

    def entero(self, donde: str) -> int | None:
        """El número de un lugar del sobre; None si no se dice. `Fallo` si lo que hay no lo es."""
        valor = None if self.pelada else buscar(self.dicho, donde)
        if valor is None:
            return None
        # Hay quien escribe un entero como 12.0.
        if not isinstance(valor, bool) and (n := _ENTERO.fullmatch(str(valor).strip())):
            return int(n[1])
        raise Fallo("sin_total", f"{donde}: {citar(json.dumps(valor))}")


def abrir(archivo: Path, lista: str, error: str) -> Sobre:
    """Deja en el archivo sólo la lista y devuelve lo que había alrededor.

    Args:
        lista: dónde está, como `ventas` o `datos.ventas`.
        error: lo que trae una respuesta que no es tal.

    Raises:
        Fallo: la respuesta no es lo que debe: vacía, una página, cortada, un error, sin lista.
        ErrorDisco: si el archivo no se puede escribir.
    """
    with disco(archivo), archivo.open("r+b") as f:
        cabeza = f.read(_DELANTE)
        _exigir_json(cabeza)
        inicio = _inicio(cabeza, lista)
        if inicio is None:
            raise _sin_lista(archivo, error)
        with mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as todo:
            fin, dicho = _fin(todo, cabeza[:inicio])
            vacia = fin - inicio < _DELANTE and not todo[inicio + 1 : fin].strip()
        if _es_error(dicho, error):
            raise de_error(dicho[error])
        f.seek(0)
        f.write(b" " * inicio)
        f.truncate(fin + 1)
    return Sobre(dicho, isinstance(dicho, list), vacia)


def _exigir_json(cabeza: bytes) -> None:
    if not cabeza.strip(_BLANCOS + _BOM):
        raise Fallo("vacia")
    texto = cabeza[:4096].decode("utf-8", "replace")
    if es_html(texto):
        raise Fallo("html", f"titulada {citar(texto)}")


def _inicio(cabeza: bytes, lista: str) -> int | None:
    """Dónde está el `[` que abre la lista; None si no hay ninguna."""
    desde = len(_BOM) if cabeza.startswith(_BOM) else 0
    sucesos = ijson.sendable_list()
    lector = ijson.parse_coro(sucesos)
    try:
        for i in range(desde, len(cabeza)):
            lector.send(cabeza[i : i + 1])
            if any(que == "start_array" and donde in ("", lista) for donde, que, _ in sucesos):
                return i
            sucesos.clear()
    except (JSONError, IncompleteJSONError):
        return None
    return None


def _fin(todo: mmap.mmap, cabeza: bytes) -> tuple[int, Any]:
    """Dónde está el `]` que cierra la lista, y lo que dice el sobre sin ella.

    Es el primero tras el cual lo que sigue cierra lo que quedó abierto delante: los de dentro de
    una línea dejarían de más, y uno dentro de un texto dejaría una comilla sin pareja.
    """
    delante = cabeza.removeprefix(_BOM) + b"["
    desde = max(len(cabeza) + 1, len(todo) - _DETRAS)
    i = todo.find(b"]", desde)
    while i >= 0:
        try:
            return i, json.loads(delante + todo[i:])
        except (ValueError, RecursionError):
            i = todo.find(b"]", i + 1)
    raise Fallo("cortada")


def _sin_lista(archivo: Path, error: str) -> Fallo:
    """Qué es lo que llegó, si no trae la lista."""
    if archivo.stat().st_size > _DELANTE:
        return Fallo("sin_lista")
    texto = archivo.read_bytes().decode("utf-8-sig", "replace")
    try:
        dicho = json.loads(texto)
    except (ValueError, RecursionError) as e:
        # Lo que acaba antes de tiempo es otra cosa que lo que nunca fue JSON.
        corta = getattr(e, "pos", 0) >= len(texto.rstrip()) or "Unterminated" in str(e)
        return Fallo("cortada" if corta else "no_json", citar(texto))
    if _es_error(dicho, error):
        return de_error(dicho[error])
    return Fallo("sin_lista", citar(texto))


def _es_error(dicho: Any, error: str) -> bool:
    """Si la respuesta dice de sí misma que es un error."""
    return isinstance(dicho, dict) and bool(error) and bool(dicho.get(error))
