"""Mide un proceso desde fuera: reloj, CPU y memoria de él y de todos sus descendientes."""

import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

PERIODO = 0.25
MB = 2**20


@dataclass
class Medida:
    """Lo que costó un proceso entero, del arranque a la salida.

    El CPU lo da el núcleo al recoger el proceso (`wait4`): suma el de sus descendientes, exacto.
    La memoria es PSS (la compartida se reparte entre quienes la usan), muestreada; la del mayor
    proceso es su RSS máximo según el núcleo (VmHWM), que no se escapa entre dos muestras.
    `cpu_resto` es lo que gastó mientras tanto el resto de la máquina: el servidor y lo ajeno.
    `red`, los MB que pasaron por loopback, que es por donde llega el servidor.
    """

    segundos: float
    cpu: float
    cpu_resto: float
    red: float
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
        inicio, ocupado, red = time.monotonic(), _cpu_de_la_maquina(), _bytes_por_loopback()
        proceso = subprocess.Popen(
            orden, cwd=carpeta, env=ambiente, stdin=pedido, stdout=salida, stderr=salida,
            start_new_session=True,
        )  # fmt: skip
        corte = threading.Timer(limite, _cortar, (proceso.pid,))
        corte.start()
        vigia = _Vigia(proceso.pid)
        vigia.start()
        try:
            _, estado, uso = os.wait4(proceso.pid, 0)
        except BaseException:  # Ctrl-C: nada queda corriendo
            _cortar(proceso.pid)
            raise
        segundos, ocupado = time.monotonic() - inicio, _cpu_de_la_maquina() - ocupado
        red = _bytes_por_loopback() - red
        corte.cancel()
        vigia.terminar()
        proceso.returncode = os.waitstatus_to_exitcode(estado)
        salida.seek(0)
        texto = salida.read().decode("utf-8", "replace")
    if proceso.returncode:
        raise RuntimeError(
            f"Salió con {proceso.returncode} en {segundos:.0f} s: {' '.join(orden)}\n"
            f"{texto[-3000:]}"
        )
    cpu = uso.ru_utime + uso.ru_stime
    return Medida(
        segundos, cpu, max(0.0, ocupado - cpu), red / MB, vigia.pico / MB, vigia.pico_rama / MB,
        vigia.mayor / MB, texto,
    )  # fmt: skip


def _cpu_de_la_maquina() -> float:
    t = psutil.cpu_times()
    return t.user + t.nice + t.system + t.irq + t.softirq


def _bytes_por_loopback() -> int:
    redes = psutil.net_io_counters(pernic=True)
    return sum(r.bytes_recv for nombre, r in redes.items() if nombre.startswith("lo"))


def _cortar(pid: int) -> None:
    os.killpg(pid, signal.SIGKILL)


class _Vigia(threading.Thread):
    """Anota el pico del árbol, el de la rama mayor (un hijo con los suyos) y el de un proceso."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self._raiz = psutil.Process(pid)
        self._fin = threading.Event()
        self.pico = self.pico_rama = self.mayor = 0

    def run(self):
        while not self._fin.wait(PERIODO):
            pesos = [sum(map(self._pesar, [h, *_hijos(h, True)])) for h in _hijos(self._raiz)]
            self.pico = max(self.pico, self._pesar(self._raiz) + sum(pesos))
            self.pico_rama = max(self.pico_rama, *pesos, 0)

    def terminar(self) -> None:
        self._fin.set()
        self.join()

    def _pesar(self, proceso: psutil.Process) -> int:
        """El PSS de un proceso ahora; de paso, anota su RSS máximo."""
        try:
            self.mayor = max(self.mayor, _rss_maximo(proceso.pid))
            return proceso.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied, OSError):
            return 0


def _hijos(proceso: psutil.Process, todos: bool = False) -> list[psutil.Process]:
    try:
        return proceso.children(recursive=todos)
    except psutil.NoSuchProcess:
        return []


def _rss_maximo(pid: int) -> int:
    # No sirve el ru_maxrss de wait4: hereda el de quien arrancó el proceso.
    estado = Path(f"/proc/{pid}/status").read_text()
    dato = re.search(r"VmHWM:\s+(\d+) kB", estado)
    return int(dato[1]) * 1024 if dato else 0
