"""Un nombre mal escrito y el que quizá se quiso escribir."""

import difflib
import unicodedata
from collections.abc import Iterable


def parecido(nombre: str, validos: Iterable[str]) -> str | None:
    """El más parecido de los válidos, si alguno se le parece."""
    llanos = {_llano(v): v for v in validos}
    cercanos = difflib.get_close_matches(_llano(nombre), llanos, 1, cutoff=0.7)
    return llanos[cercanos[0]] if cercanos else None


def con_parecido(nombre: str, validos: Iterable[str]) -> str:
    """El nombre y, si alguno de los válidos se le parece, cuál: `totl (¿es total?)`."""
    otro = parecido(nombre, validos)
    return f"{nombre} (¿es {otro}?)" if otro else nombre


def _llano(texto: str) -> str:
    """Sin mayúsculas, acentos ni signos, que es donde más se tropieza."""
    sueltos = unicodedata.normalize("NFKD", texto.lower())
    return "".join(letra for letra in sueltos if letra.isalnum())
