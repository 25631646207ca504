"""Los procesos hijos que hablan con una tienda: cómo se ordenan y cómo arrancan.

Ningún driver ODBC deja abandonar una lectura muda; a un proceso sí se le termina. Como hay dos por
tienda (la prueba y la lectura), su arranque cuenta. Y como llevan la clave, no corren nada que esté
en la carpeta donde uno está parado: ni un `queue.py` ni un `json.py`.
"""

import importlib
import os
import sys
import threading

_LOCALE = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
_RAIZ = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def orden(modulo: str) -> list[str]:
    """La orden que corre el `main` de un módulo en otro proceso. Sin secretos: se ve en `ps`.

    Va por la ruta de este archivo y con `-P`: ni la carpeta actual ni la suya entran en el camino
    donde Python busca sus módulos.
    """
    return [sys.executable, "-P", os.path.abspath(__file__), modulo]


def ambiente() -> dict[str, str]:
    """El ambiente del hijo.

    Los drivers traducen los acentos según el locale, y el de cron es C. De PYTHONPATH sale lo que
    sea la carpeta actual: un `sitecustomize.py` de ahí correría antes que nada.
    """
    camino = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    limpio = os.pathsep.join(p for p in camino if not de_la_carpeta_actual(p))
    return {**os.environ, "LC_ALL": _LOCALE, "PYTHONPATH": limpio}


def de_la_carpeta_actual(entrada: str) -> bool:
    """Si una entrada del camino de módulos depende de dónde se está parado, o es ese lugar."""
    if not os.path.isabs(entrada):
        return True
    try:
        return os.path.samefile(entrada, os.curdir)
    except OSError:
        return False


def postergar() -> None:
    """Pone al final del camino de módulos de este proceso lo que sea la carpeta actual.

    Así lo de Python y lo instalado ganan a cualquier archivo de ahí, y una tarea propia que viva en
    esa carpeta se sigue encontrando.
    """
    sys.path.sort(key=de_la_carpeta_actual)


def adelantar(modulo: str) -> None:
    """Importa un módulo en otro hilo, mientras se entra en la tienda: son viajes de ida y vuelta.

    Quien lo use lo importa otra vez, y espera sólo lo que falte.
    """
    threading.Thread(target=importlib.import_module, args=(modulo,), daemon=True).start()


if __name__ == "__main__":
    # El paquete, al final: lo de Python y lo instalado ganan a lo que esté junto a él.
    sys.path.append(_RAIZ)
    # Arrow importa NumPy si lo hay, y aquí no hace falta: 30 ms, 25 MB y los hilos de OpenBLAS.
    sys.modules["numpy"] = None
    sys.exit(importlib.import_module(sys.argv[1]).main())
