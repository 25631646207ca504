"""Los textos de otros (una tienda, un driver, el catálogo), como se pueden mostrar sin peligro."""

import re
import unicodedata

# Lo que mueve el cursor, borra la pantalla o da la vuelta al renglón, y no se ve.
_SIN_LETRA = ("Cc", "Cf", "Zl", "Zp")
_DUDOSO = re.compile(r"[^ -~\n\t]")


def legible(texto: str) -> str:
    r"""El mismo texto, en que los caracteres de control se ven, `\x1b`, y ya no hacen nada."""
    return _DUDOSO.sub(_letra, texto.replace("\r\n", "\n"))


def _letra(hallada: re.Match) -> str:
    letra = hallada[0]
    return ascii(letra)[1:-1] if unicodedata.category(letra) in _SIN_LETRA else letra
