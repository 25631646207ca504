"""Decir sin romper: lo que va a la terminal llega como se pueda; si no llega, la corrida sigue."""

import codecs
import os
import sys
import unicodedata
from contextlib import suppress

from fluxion_luigi.archivos import motivo
from fluxion_luigi.legible import legible
from fluxion_luigi.una_vez import UnaVez

# Cómo se escribe lo que la codificación de la terminal no tiene.
_LLANO = {
    "✓": "ok", "✅": "ok", "✗": "X", "❌": "X", "🟡": "!", "🟠": "!", "⚪": "-", "·": "-",
    "🆕": "*", "…": "...", "«": '"', "»": '"', "¿": "", "¡": "", "—": "-", "–": "-",
}  # fmt: skip
_ERRORES = "fluxion_llano"
_mudas = {1: UnaVez(), 2: UnaVez()}


def preparar() -> None:
    """Deja las dos salidas listas para cualquier texto, sea cual sea la terminal."""
    for nombre in ("stdout", "stderr"):
        if getattr(sys, nombre) is None:  # la cerraron (`>&-`)
            setattr(sys, nombre, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        with suppress(AttributeError, ValueError):  # no es un archivo: alguien la captura
            getattr(sys, nombre).reconfigure(errors=_ERRORES)


def escribir(corriente, texto: str) -> str | None:
    """Escribe y vacía. Si no se puede, esa salida queda muda y la corrida sigue.

    Returns:
        Por qué no se pudo, la primera vez que pasa en la corrida; None si se pudo, o ya se sabe.
    """
    try:
        corriente.write(texto)
        corriente.flush()
        return None
    except BrokenPipeError:  # quien leía se fue (`| head`): no es un fallo
        _callar(corriente)
        return None
    except (OSError, ValueError) as e:
        primera = _callar(corriente)
        return (motivo(e) if isinstance(e, OSError) else str(e)) if primera else None


def decir(texto: str) -> None:
    """Una línea por stderr, antes de que haya registro o cuando ya no lo hay."""
    escribir(sys.stderr, f"{legible(texto)}\n")


def _callar(corriente) -> bool:
    """Lo que aún quede por escribir, también al salir, va a ninguna parte."""
    numero = 2 if corriente is sys.stderr else 1
    with suppress(OSError, ValueError):
        nada = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nada, corriente.fileno())
        os.close(nada)
    return _mudas[numero].tomar()


def _llano(error: UnicodeError):
    if not isinstance(error, UnicodeEncodeError):
        raise error
    trozo = error.object[error.start : error.end]
    return "".join(map(_letra_llana, trozo)), error.end


def _letra_llana(letra: str) -> str:
    if letra in _LLANO:
        return _LLANO[letra]
    sin_acento = unicodedata.normalize("NFKD", letra).encode("ascii", "ignore").decode()
    return sin_acento or "?"


codecs.register_error(_ERRORES, _llano)
