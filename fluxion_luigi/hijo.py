"""Los procesos hijos que hablan con una tienda: cómo se ordenan y cómo arrancan.

Ningún driver ODBC deja abandonar una lectura muda; a un proceso sí se le termina. Como hay dos por
tienda (la prueba y la lectura), su arranque cuenta.
"""

import importlib
import os
import sys

_LOCALE = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"


def orden(modulo: str) -> list[str]:
    """La orden que corre el `main` de un módulo en otro proceso. Sin secretos: se ve en `ps`."""
    return [sys.executable, "-m", "fluxion_luigi.hijo", modulo]


def ambiente() -> dict[str, str]:
    """El ambiente del hijo: los drivers traducen los acentos según el locale, y el de cron es C."""
    return {**os.environ, "LC_ALL": _LOCALE}


if __name__ == "__main__":
    # Arrow importa NumPy si lo hay, y aquí no hace falta: 30 ms, 25 MB y los hilos de OpenBLAS.
    sys.modules["numpy"] = None
    sys.exit(importlib.import_module(sys.argv[1]).main())
