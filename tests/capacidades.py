"""Lo que algunas pruebas piden a la máquina y no todas dan: se averigua haciéndolo, una vez.

Ser root no dice nada: en un contenedor lo es cualquiera, y no puede ni montar un disco. Quien
hace algo así declara al lado su `Capacidad` y la pide con `exigir`; la prueba que no la tiene se
salta con la frase que dice qué falta, y el final de la corrida las nombra (`resumen`). Con
PRUEBAS_COMPLETAS=1, como corre CI, que falte algo es un fallo.
"""

import errno
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

INICIO = "Aquí no se puede "
# Cómo dice el sistema que no deja. Otra queja (un programa que no está, una opción mal escrita) es
# un fallo de las pruebas, no de la máquina. La última, de `ip netns exec` dentro de un chroot.
NEGADO = re.compile(
    "not permitted|permission denied|must be superuser|read-only file system|not supported"
    "|not allowed to use|unknown device type|mount --make-rslave",
    re.IGNORECASE,
)
# Números de linux/capability.h.
NUMEROS = {"dac_override": 1, "dac_read_search": 2, "net_admin": 12, "net_raw": 13, "sys_admin": 21}


@dataclass(frozen=True)
class Capacidad:
    """Algo que no toda máquina deja hacer: cómo se llama y cómo se intenta."""

    que: str
    intentar: Callable[[], object]


def exigir(capacidad: Capacidad) -> None:
    """Sigue si la máquina la da; si no, salta la prueba (o la falla, si se pidieron completas)."""
    if negativa := _negativa(capacidad):
        frase = f"{INICIO}{capacidad.que}: {negativa}"
        if os.environ.get("PRUEBAS_COMPLETAS") == "1":
            pytest.fail(frase, pytrace=False)
        pytest.skip(frase)


def resumen(saltadas: Iterable[tuple[str, str]]) -> list[str]:
    """De (prueba, razón), las que se saltaron por falta de algo, agrupadas por lo que faltó."""
    grupos = defaultdict(list)
    for prueba, razon in saltadas:
        if INICIO in razon:
            grupos[razon[razon.index(INICIO) :]].append(prueba)
    lineas = []
    for frase, pruebas in sorted(grupos.items()):
        lineas += [f"{frase}. Sin correr, {len(pruebas)}:", *(f"  {p}" for p in sorted(pruebas))]
    return lineas


def ejecutar(*orden: str | Path, **mas) -> None:
    """Corre una orden del sistema, con sus quejas en inglés, que es como las lee `exigir`."""
    subprocess.run(
        orden, check=True, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}, **mas
    )


def sin_privilegios(*cuales: str) -> list[str]:
    """El prefijo de una orden que corre sin esas capacidades de Linux, se tengan o no."""
    if sys.platform != "linux":
        return []
    prefijo = ["setpriv", "--bounding-set=" + ",".join(f"-{c}" for c in cuales)]

    def renunciar() -> None:
        # setpriv no se queja de lo que no pudo quitar: se mira con qué se queda quien corre.
        estado = subprocess.check_output([*prefijo, "cat", "/proc/self/status"], text=True)
        quedan = int(re.search(r"^CapEff:\s*(\w+)", estado, re.M)[1], 16)
        if any(quedan >> NUMEROS[c] & 1 for c in cuales):
            raise PermissionError(errno.EPERM, "setpriv: operation not permitted")

    exigir(Capacidad(f"renunciar a {' ni a '.join(cuales)}", renunciar))
    return prefijo


@cache
def _negativa(capacidad: Capacidad) -> str:
    """Lo que dijo el sistema al negarla; vacío si la da."""
    try:
        capacidad.intentar()
    except (OSError, subprocess.CalledProcessError) as e:
        dicho = str(getattr(e, "stderr", None) or e).strip()
        if not NEGADO.search(dicho):
            raise
        return dicho.splitlines()[0].rstrip(".")
    return ""
