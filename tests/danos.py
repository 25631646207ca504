"""Archivos estropeados al azar: cortados, revueltos, con un valor de otro tipo.

Una clase de archivo nueva no necesita más que su estropeador: `bytes` o uno de los de aquí, que
saben además cambiar un valor por otro sin romper la forma.
"""

import json
import re
from collections.abc import Callable
from random import Random
from typing import Any

Estropeador = Callable[[bytes, Random], bytes]

PALABRAS = (
    "", " ", "x", "-1", "0", "1", "1e999", "nan", "inf", "99999999999999999999", "9" * 5000, "1_0",
    "١", "0x1F", "true", "false", "null", "[]", "{}", "[[[]]]", '""', '"', "'", '"x', "${NADA}",
    "$", "~nadie/x", "../../../..", "/", "a" * 300, "ñandú", "\ufeff", "\u202e", "\x1b[31m", "%s",
    "2025-02-30", "0001-01-01", "9999-12-31T23:59:59+00:00", "sNaN", "NaN", "Infinity", "{base}",
    ";", "#", "America", "C:\\datos\\x", "20250307-20250301", "0202", "?", "*", "1,5",
)  # fmt: skip
VALORES = (
    None, True, False, 0, -1, 1.5, 10**30, float("inf"), float("nan"), "", "x", "sNaN", "NaN", "-1",
    [], {}, [[]], [None], {"x": None}, {"": []}, "0001-01-01", "9999-12-31", "2025-02-30",
    "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59-04:00", "2025-03-01T00:00:00", "\ud800",
    "20250307-20250301", "2020301-2020302", "../../otra", "\0", "a" * 3000,
)  # fmt: skip


def en_bytes(crudo: bytes, azar: Random) -> bytes:
    """Lo que le pasa a un archivo cualquiera: el disco, el editor, una copia a medias."""
    donde = azar.randrange(len(crudo) + 1)
    hasta = min(len(crudo), donde + azar.randrange(1, 40))
    lineas = crudo.splitlines(keepends=True)
    return azar.choice([
        lambda: b"",
        lambda: crudo[:donde],
        lambda: crudo[donde:],
        lambda: crudo[:donde] + crudo[hasta:],
        lambda: crudo[:donde] + azar.randbytes(hasta - donde + 1) + crudo[hasta:],
        lambda: crudo[:donde] + azar.choice([b"\0", b"\xe9", b"\xff\xfe", b"\r", b'"', b"[", b"="])
        + crudo[donde:],
        lambda: crudo + crudo,
        lambda: b"".join(azar.sample(lineas, len(lineas))),
        lambda: b"\xef\xbb\xbf" + crudo,
        lambda: crudo.decode("latin-1").encode("utf-16"),
        lambda: crudo.decode("latin-1").encode("utf-16-le"),
        lambda: crudo.replace(b"\n", azar.choice([b"\r\n", b"\r", b" "])),
        lambda: crudo.replace(azar.choice([b'"', b"=", b"]", b"}", b":"]), b""),
        lambda: b"[" * 100_000 + crudo,
    ])()  # fmt: skip


def en_claves(crudo: bytes, azar: Random) -> bytes:
    """De un archivo de `clave = valor` (luigi.cfg, .env, TOML), un valor o un nombre por otro."""
    if azar.random() < 0.3:
        return en_bytes(crudo, azar)
    lineas = crudo.decode().split("\n")
    con_valor = [i for i, linea in enumerate(lineas) if "=" in linea]
    cual = azar.choice(con_valor)
    nombre, igual, valor = lineas[cual].partition("=")
    palabra = azar.choice(PALABRAS)
    lineas[cual] = azar.choice([
        f"{nombre}= {palabra}", f"{nombre}={palabra}", f'{nombre}= "{palabra}"',
        f"{nombre}= {valor}{palabra}", f"{palabra}{igual}{valor}", f"{nombre}: {valor}",
        f"{nombre}", f"{lineas[cual]}\n{lineas[cual]}", f"{nombre.upper()}={valor}",
        f"[{nombre}]", f"{nombre}= 2025-01-01", f"{nombre}= {{ x = 1 }}", f"{nombre}= [1, 'a']",
    ])  # fmt: skip
    return "\n".join(lineas).encode("utf-8", "surrogatepass")


def en_json(crudo: bytes, azar: Random) -> bytes:
    """De un JSON, un valor por otro de otro tipo, una clave de menos o una cambiada."""
    if azar.random() < 0.25:
        return en_bytes(crudo, azar)
    datos = json.loads(crudo)
    nodos = list(_nodos(datos))
    padre, clave = azar.choice(nodos)
    valor = azar.choice(VALORES)
    if azar.random() < 0.6:
        padre[clave] = valor
    elif isinstance(padre, dict) and azar.random() < 0.5:
        padre[str(valor)] = padre.pop(clave)
    else:
        del padre[clave]
    return json.dumps(azar.choice([datos, datos, datos, datos, [datos], valor])).encode()


def en_lineas_json(crudo: bytes, azar: Random) -> bytes:
    """De un archivo con un JSON en cada línea, una de ellas."""
    if azar.random() < 0.25:
        return en_bytes(crudo, azar)
    lineas = crudo.splitlines()
    cual = azar.randrange(len(lineas))
    lineas[cual] = en_json(lineas[cual], azar)
    return b"\n".join(lineas) + b"\n"


def en_sql(crudo: bytes, azar: Random) -> bytes:
    """De una consulta, además, un hueco que nadie llena."""
    if azar.random() < 0.8:
        return en_bytes(crudo, azar)
    return re.sub(
        rb"\w+", b"{%s}" % azar.choice([b"nada", b"base_datos", b"0", b""]), crudo, count=1
    )


def _nodos(datos: Any):
    """Cada sitio de un JSON donde hay un valor: su contenedor y su clave."""
    pares = datos.items() if isinstance(datos, dict) else enumerate(datos)
    for clave, valor in list(pares):
        yield datos, clave
        if isinstance(valor, dict | list):
            yield from _nodos(valor)
