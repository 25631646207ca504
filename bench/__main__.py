"""`python -m bench`: levanta el servidor, corre a todos y escribe el resultado."""

import argparse
import compileall
import os
import shutil
import sys
import tempfile
from pathlib import Path

from filelock import FileLock, Timeout

from bench import informe
from bench.carrera import correr
from bench.contendientes import (
    DLT_CONNECTORX,
    DLT_PYARROW,
    GUION,
    LIMITE,
    LIMITE_PROPIO,
    PROYECTO,
    Caso,
)
from bench.datos import crear_tienda, fabrica
from bench.enlace import por_enlace
from bench.mananas import mananas
from tests.postgresql import Servidor
from tests.proyecto import RAIZ

CANDADO = "/tmp/banco_de_medidas.candado"


def main() -> int:
    """Corre el banco entero y devuelve el código de salida."""
    opciones = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    opciones.add_argument(
        "--rapido", action="store_true", help="una décima de las líneas y una vuelta, para probarlo"
    )
    opciones.add_argument(
        "--vueltas", type=int, default=3, choices=range(1, 10), metavar="N",
        help="cuántas veces se mide cada uno (3); con varias tiendas, una menos",
    )  # fmt: skip
    pedido = opciones.parse_args()
    rapido = pedido.rapido
    try:
        with FileLock(CANDADO, timeout=0):
            resultado = _en_su_carpeta(rapido, pedido.vueltas)
    except Timeout:
        print(f"✗ Ya corre otro banco ({CANDADO}); a la vez se estorban. Espere.", file=sys.stderr)
        return 1
    except RuntimeError as e:
        print(f"✗ {e}", file=sys.stderr)
        return 1
    print(f"\n{informe.texto(resultado)}\n")
    if rapido:
        print("Con tan pocas líneas pesan los arranques: estas cifras no valen y no se guardan.")
        return 0
    for archivo in informe.guardar(resultado):
        print(f"Escrito: {archivo}")
    return 0


def _en_su_carpeta(rapido: bool, vueltas: int) -> informe.Resultado:
    # Como queda cualquiera que se usa, y como pip dejó a los demás: sin esto, y con
    # PYTHONDONTWRITEBYTECODE, se compilaría en cada proceso.
    compileall.compile_dir(RAIZ / "fluxion_luigi", quiet=1)
    carpeta = Path(tempfile.mkdtemp(prefix="banco_", dir="/tmp"))
    try:
        carpeta.chmod(0o755)
        servidor = Servidor()
        try:
            return _correr(servidor, carpeta, rapido, vueltas)
        finally:
            servidor.borrar()
    finally:
        shutil.rmtree(carpeta, ignore_errors=True)


def _correr(servidor: Servidor, carpeta: Path, rapido: bool, vueltas: int) -> informe.Resultado:
    entre, vueltas = (10, 1) if rapido else (1, vueltas)
    carga = os.getloadavg()[0]
    casos = _crear_casos(servidor, carpeta, 1_000_000 // entre)
    todos = (PROYECTO, LIMITE, LIMITE_PROPIO, GUION, DLT_PYARROW, DLT_CONNECTORX)
    sin_limite = (PROYECTO, GUION, DLT_PYARROW, DLT_CONNECTORX)
    una, varias, grande, mes = casos
    por_la_vpn = (PROYECTO, LIMITE_PROPIO, GUION, DLT_PYARROW)
    with por_enlace(servidor) as lejos:
        caso = Caso(lejos, mes.tiendas, saltos=2)
        enlace = correr(caso, por_la_vpn, vueltas, carpeta, _avisar("por el enlace"))
    return informe.Resultado(
        una=correr(una, todos, vueltas, carpeta, _avisar("una tienda")),
        varias=correr(varias, sin_limite, max(1, vueltas - 1), carpeta, _avisar("varias tiendas")),
        grande=correr(grande, (PROYECTO,), 1, carpeta, _avisar("mes grande")),
        enlace=enlace,
        mananas=mananas(servidor, carpeta, 12_000 // entre, vueltas, _avisar("la mañana")),
        carga_media=carga,
    )


def _crear_casos(servidor: Servidor, carpeta: Path, filas: int) -> list[Caso]:
    """Una tienda con `filas` líneas, ocho que las suman, una con cinco veces más y un mes real."""
    cantidades = {"tienda_a": filas, "tienda_g": 5 * filas, "tienda_e": 15 * filas // 100}
    # Unas pocas más o menos cada una: dos tiendas con los mismos días serían la misma.
    cantidades |= {f"tienda_{n}": filas // 8 + 10 * (2 * n - 9) for n in range(1, 9)}
    tiendas = {}
    with fabrica() as reales:
        for nombre, n in cantidades.items():
            print(f"· {nombre}: {n:,} líneas".replace(",", "."), flush=True)
            tiendas[nombre] = crear_tienda(servidor, reales, nombre, n, carpeta)
    grupo = [tiendas[f"tienda_{n}"] for n in range(1, 9)]
    return [
        Caso(servidor, [tiendas["tienda_a"]]),
        Caso(servidor, grupo, a_la_vez=3),
        Caso(servidor, [tiendas["tienda_g"]]),
        Caso(servidor, [tiendas["tienda_e"]]),
    ]


def _avisar(caso: str):
    return lambda texto: print(f"· {caso}, {texto}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
