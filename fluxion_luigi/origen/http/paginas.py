"""Una respuesta que viene en páginas, bajada entera: una lista por página."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from fluxion_luigi.config.http import Http, Paginas
from fluxion_luigi.origen.http.causas import Fallo
from fluxion_luigi.origen.http.respuestas import buscar
from fluxion_luigi.origen.http.sobre import Sobre

Bajar = Callable[[dict[str, Any], Path], Sobre]


def bajar_todas(http: Http, bajar: Bajar, archivo: Path) -> tuple[list[Path], Sobre]:
    """Baja las páginas que haya, cada una a su archivo.

    Mientras se leen, las filas se mueven de una a otra: al unirlas se quitan las repetidas, y la
    que falte se nota porque no son las que dice el total.

    Args:
        bajar: pide una con lo que se agregue al cuerpo, y la deja en un archivo.
        archivo: cómo se llama la primera; las demás, parecido.

    Returns:
        Los archivos, y el sobre de la última.

    Raises:
        Fallo: si una falla, o si no acaban nunca.
    """
    if http.paginas is None:
        return [archivo], bajar({}, archivo)
    archivos: list[Path] = []
    pedir = _por_cursor if http.paginas.por == "cursor" else _por_numero
    for sobre in pedir(http.paginas, bajar, _nombres(archivo, archivos)):
        ultimo = sobre
    return archivos, ultimo


def _nombres(archivo: Path, archivos: list[Path]) -> Callable[[], Path]:
    def otro() -> Path:
        archivos.append(archivo.with_suffix(f".{len(archivos)}{archivo.suffix}"))
        return archivos[-1]

    return otro


def _por_cursor(paginas: Paginas, bajar: Bajar, otro: Callable[[], Path]) -> Iterator[Sobre]:
    vistos: set[str] = set()
    mas: dict[str, Any] = {}
    while True:
        sobre = bajar(mas, otro())
        yield sobre
        cursor = buscar(sobre.dicho, paginas.siguiente)
        if cursor is None or cursor == "":
            return
        if str(cursor) in vistos:
            raise Fallo("paginas", f"el cursor {cursor} sale dos veces")
        vistos.add(str(cursor))
        mas = {paginas.pide: cursor}


def _por_numero(paginas: Paginas, bajar: Bajar, otro: Callable[[], Path]) -> Iterator[Sobre]:
    numero, anterior = paginas.primera, b""
    while True:
        archivo = otro()
        sobre = bajar({paginas.pide: numero}, archivo)
        yield sobre
        ultima = sobre.entero(paginas.cuantas)
        acaba = sobre.vacia if ultima is None else numero - paginas.primera + 1 >= ultima
        if acaba:
            return
        with archivo.open("rb") as f:
            huella = hashlib.file_digest(f, "sha256").digest()
        if huella == anterior:
            raise Fallo("paginas", f"la {numero} es igual a la de antes")
        anterior, numero = huella, numero + 1
