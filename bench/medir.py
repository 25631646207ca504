"""Mide un proceso desde fuera: reloj, CPU y memoria de él y de todos sus descendientes."""

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

PERIODO = 0.05
MB = 2**20


@dataclass
class Medida:
    """Lo que costó un proceso entero, del arranque a la salida.

    El CPU lo da el núcleo al recoger el proceso (`wait4`): suma el de sus descendientes, exacto.
    La memoria es PSS (la compartida se reparte entre quienes la usan), muestreada; el mayor
    proceso es el RSS máximo que anotó el núcleo, que no se escapa entre dos muestras.
    """

    segundos: float
    cpu: float
    pico: float = 0.0
    pico_rama: float = 0.0
    mayor_proceso: float = 0.0
    salida: str = ""


def medir(
    orden: Sequence[str], carpeta: Path, ambiente: Mapping[str, str], entrada: str, limite: float
) -> Medida:
    """Corre una orden hasta el final y devuelve lo que costó.

    Raises:
        RuntimeError: si sale con un código distinto de 0 o si no termina en `limite` segundos.
    """
    with tempfile.TemporaryFile() as salida, tempfile.TemporaryFile() as pedido:
        pedido.write(entrada.encode())
        pedido.seek(0)
        inicio = time.monotonic()
        proceso = subprocess.Popen(
            orden, cwd=carpeta, env=ambiente, stdin=pedido, stdout=salida, stderr=salida,
            start_new_session=True,
        )  # fmt: skip
        corte = threading.Timer(limite, _cortar, (proceso.pid,))
        corte.start()
        vigia = _Vigia(proceso.pid)
        vigia.start()
        _, estado, uso = os.wait4(proceso.pid, 0)
        segundos = time.monotonic() - inicio
        corte.cancel()
        vigia.terminar()
        proceso.returncode = os.waitstatus_to_exitcode(estado)
        salida.seek(0)
        texto = salida.read().decode("utf-8", "replace")
    if proceso.returncode:
        raise RuntimeError(
            f"Salió con {proceso.returncode} en {segundos:.0f} s: {' '.join(orden)}\n{texto[-3000:]}"
        )
    return Medida(
        segundos, uso.ru_utime + uso.ru_stime, vigia.pico / MB, vigia.pico_rama / MB,
        uso.ru_maxrss / 1024, texto,
    )  # fmt: skip


def _cortar(pid: int) -> None:
    os.killpg(pid, signal.SIGKILL)


class _Vigia(threading.Thread):
    """Anota el pico de memoria del árbol y el de la rama mayor (un hijo con los suyos)."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self._raiz = psutil.Process(pid)
        self._fin = threading.Event()
        self.pico = self.pico_rama = 0

    def run(self):
        while not self._fin.wait(PERIODO):
            try:
                ramas = [[h, *h.children(recursive=True)] for h in self._raiz.children()]
            except psutil.NoSuchProcess:
                return
            pesos = [sum(map(_pss, rama)) for rama in ramas]
            self.pico = max(self.pico, _pss(self._raiz) + sum(pesos))
            self.pico_rama = max(self.pico_rama, *pesos, 0)

    def terminar(self) -> None:
        self._fin.set()
        self.join()


def _pss(proceso: psutil.Process) -> int:
    try:
        return proceso.memory_full_info().pss
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0
