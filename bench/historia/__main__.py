"""`python -m bench.historia`: hace la historia, la carga, la mide y escribe el resultado."""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from bench.__main__ import CANDADO
from bench.historia import datos, informe
from bench.historia.hechura import Historia
from bench.historia.medidas import medir_sobre
from bench.historia.pasos import Paso

# Lo que ocupan a la vez el staging y la base, con holgura.
BYTES_POR_LINEA = 160


def main() -> int:
    """Corre la historia entera y devuelve el código de salida."""
    opciones = argparse.ArgumentParser(prog="python -m bench.historia", description=__doc__)
    opciones.add_argument(
        "--rapido", action="store_true", help="una centésima de las líneas, para probarlo"
    )
    opciones.add_argument(
        "--conservar", type=Path, metavar="CARPETA",
        help="hace ahí la historia y la deja; si ya está, la mide sin hacerla otra vez",
    )  # fmt: skip
    pedido = opciones.parse_args()
    filas = datos.FILAS // 100 if pedido.rapido else datos.FILAS
    carga_media = os.getloadavg()[0]
    try:
        with FileLock(CANDADO, timeout=0), _carpeta(pedido.conservar) as raiz:
            pasos = _correr(Historia(raiz, filas))
    except Timeout:
        print(f"✗ Ya corre otro banco ({CANDADO}); a la vez se estorban. Espere.", file=sys.stderr)
        return 1
    except RuntimeError as e:
        print(f"✗ {e}", file=sys.stderr)
        return 1
    print(f"\n{informe.tabla(pasos)}\n")
    if pedido.rapido:
        print("Con tan pocas líneas pesan los arranques: estas cifras no valen y no se guardan.")
        return 0
    for archivo in informe.guardar(pasos, filas, carga_media):
        print(f"Escrito: {archivo}")
    return 0


@contextmanager
def _carpeta(conservar: Path | None) -> Iterator[Path]:
    """La carpeta donde se hace todo; si no se quiere conservar, una temporal que se borra."""
    if conservar:
        yield conservar.absolute()
        return
    raiz = Path(tempfile.mkdtemp(prefix="historia_"))
    try:
        yield raiz
    finally:
        shutil.rmtree(raiz, ignore_errors=True)


def _correr(historia: Historia) -> list[Paso]:
    def decir(texto: str) -> None:
        print(f"· {texto}", flush=True)

    pasos = historia.hecha or []
    if not pasos:
        _exigir_espacio(historia)
        decir(f"{historia.filas:,} líneas en {historia.raiz}".replace(",", "."))
        pasos += _dichos(historia.hacer(decir), decir)
    return pasos + _dichos(medir_sobre(historia, decir), decir)


def _dichos(pasos: Iterator[Paso], decir: Callable[[str], None]) -> list[Paso]:
    hechos = []
    for paso in pasos:
        decir(f"{paso.que}: {informe.medido(paso)} {paso.nota}".rstrip())
        hechos.append(paso)
    return hechos


def _exigir_espacio(historia: Historia) -> None:
    raiz = historia.raiz
    if raiz.exists() and any(raiz.iterdir()):
        raise RuntimeError(f"En {raiz} ya hay algo, y no es esta historia. Diga otra carpeta.")
    raiz.mkdir(parents=True, exist_ok=True)
    hay, hace_falta = shutil.disk_usage(raiz).free, historia.filas * BYTES_POR_LINEA
    if hay < hace_falta:
        raise RuntimeError(
            f"En {raiz} hay {hay / 2**30:.1f} GB libres y hacen falta {hace_falta / 2**30:.1f}. "
            "Libere espacio, o diga otra carpeta con --conservar o con TMPDIR."
        )


if __name__ == "__main__":
    sys.exit(main())
