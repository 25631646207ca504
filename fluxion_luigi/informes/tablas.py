"""Las tablas de los informes: caben en el ancho de la terminal, sea cual sea.

Si no caben, se doblan las celdas de las columnas elásticas; si ni así, cada renglón sale como una
ficha, una columna por línea. Nada se recorta.
"""

import re
import shutil
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import tabulate as biblioteca
from tabulate import tabulate
from wcwidth import wcswidth

from fluxion_luigi.legible import legible

# Lo que mide una tabla que no va a una terminal: un correo, un archivo.
SIN_TERMINAL = 100
SEPARACION = 2
# Una celda más angosta que esto ya no se lee.
MINIMO = 8
COMODO = 12


def ancho() -> int:
    """Columnas disponibles: las que diga COLUMNS, las de la terminal o `SIN_TERMINAL`."""
    return shutil.get_terminal_size((SIN_TERMINAL, 24)).columns


def tabla(
    filas: Sequence[Sequence[Any]],
    encabezados: Sequence[str],
    a_la_derecha: Sequence[str] = (),
    elasticas: Sequence[str] = (),
) -> str:
    """Una tabla que cabe.

    Args:
        a_la_derecha: los encabezados de las columnas que se alinean así, las de números.
        elasticas: los de las que se pueden doblar, si hace falta; primero cede la primera.
    """
    celdas = [[legible(str(c)) for c in fila] for fila in filas]
    medidas = medir([encabezados, *celdas])
    turnos = [list(encabezados).index(e) for e in elasticas if e in encabezados]
    angostas = _repartir(medidas, turnos, ancho() - SEPARACION * (len(medidas) - 1))
    if angostas is None:
        return _fichas(celdas, encabezados)
    doblar = [None if a == m else a for a, m in zip(angostas, medidas, strict=True)]
    with _sin_relleno():
        return tabulate(
            celdas,
            headers=encabezados,
            tablefmt="simple",
            colalign=["right" if e in a_la_derecha else "left" for e in encabezados],
            maxcolwidths=doblar if any(doblar) else None,
            maxheadercolwidths=doblar if any(doblar) else None,
            disable_numparse=True,
        )


@contextmanager
def _sin_relleno() -> Iterator[None]:
    """Sin los dos espacios que tabulate le suma al ancho de cada encabezado."""
    antes, biblioteca.MIN_PADDING = biblioteca.MIN_PADDING, 0
    try:
        yield
    finally:
        biblioteca.MIN_PADDING = antes


def doblar(texto: str, sangria: str = "") -> str:
    """Una frase, en los renglones que hagan falta; desde el segundo, con esa sangría."""
    texto = legible(texto)
    anchas = max(0, wcswidth(texto) - len(texto))  # las letras que ocupan dos columnas
    return textwrap.fill(
        texto, max(MINIMO, ancho() - anchas), subsequent_indent=sangria, break_on_hyphens=False
    )


def orden_doblada(orden: str, sangria: str) -> str:
    """Una orden que se puede copiar y pegar, en los renglones que hagan falta.

    Cada opción va con su valor. Una lista que no cabe se parte en sus comas, y sigue al principio
    del renglón: un espacio ahí la cortaría.
    """
    lineas, cabe = [], max(MINIMO, ancho() - len(" \\"))
    for palabra in re.split(r" (?=--)", orden):
        junta = f"{lineas[-1]} {palabra}" if lineas else sangria + palabra
        if lineas and len(junta) > cabe:
            lineas[-1] += " \\"
            junta = f"{sangria}  {palabra}"
        else:
            lineas = lineas[:-1]
        while len(junta) > cabe and (coma := junta.rfind(",", 0, cabe) + 1):
            lineas.append(junta[:coma] + "\\")
            junta = junta[coma:]
        lineas.append(junta)
    return "\n".join(lineas)


def medir(filas: Sequence[Sequence[str]]) -> list[int]:
    """Cuántas columnas de la terminal ocupa cada columna de la tabla."""
    return [max(map(_ancho_de, columna)) for columna in zip(*filas, strict=True)]


def _ancho_de(texto: str) -> int:
    return max((max(0, wcswidth(linea)) for linea in texto.splitlines()), default=0)


def _repartir(medidas: list[int], elasticas: list[int], caben: int) -> list[int] | None:
    """El ancho de cada columna para que quepan, o None si no hay modo.

    Las elásticas ceden por turno hasta quedar cómodas; si aún no caben, otra vez hasta el mínimo.
    """
    angostas = list(medidas)
    for piso in (COMODO, MINIMO):
        for i in elasticas:
            sobra = sum(angostas) - caben
            if sobra > 0 and angostas[i] > piso:
                angostas[i] = max(piso, angostas[i] - sobra)
    return angostas if sum(angostas) <= caben else None


def _fichas(celdas: list[list[str]], encabezados: Sequence[str]) -> str:
    """Cada renglón en varias líneas, `encabezado  valor`; la marca, delante del primero."""
    marca = not encabezados[0]
    titulos = [" ".join(e.split()) for e in encabezados[marca:]]
    queda = max(MINIMO, ancho() - SEPARACION - max(map(_ancho_de, titulos)))
    return "\n\n".join(
        tabulate(
            [par for par in zip(titulos, _sin_marca(fila, marca), strict=True) if par[1]],
            tablefmt="plain",
            maxcolwidths=[None, queda],
            disable_numparse=True,
        )
        for fila in celdas
    )


def _sin_marca(fila: list[str], marca: bool) -> list[str]:
    return [f"{fila[0]} {fila[1]}", *fila[2:]] if marca else fila
