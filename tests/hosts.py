"""Varios hosts de una cadena en esta máquina: cada uno con su carpeta y su reloj.

Y quien los mira mientras tanto: cuántos le preguntan a la vez a una tienda, según el servidor de
la tienda, y qué ven los que leen el lago.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pyodbc

from tests import lagos
from tests.luigid import Luigid
from tests.postgresql import Servidor
from tests.proyecto import RAIZ, Proyecto, Salida

# Con segundos de vida en vez de quince, un corte se prueba en segundos.
VIDA = 4
DE_HOST = {"lago_vida": str(VIDA), "espera_scheduler": "60", "espera_tienda": "120"}


class Host:
    """Uno: un proyecto en su carpeta que carga en el lago de todos.

    Args:
        reloj: cuántos segundos se adelanta el suyo; menos de cero, si se atrasa.
    """

    def __init__(self, proyecto: Proyecto, luigid: Luigid, reloj: float = 0):
        self.proyecto, self.luigid, self.reloj = proyecto, luigid, reloj
        self.proceso: subprocess.Popen | None = None
        self._dicho = proyecto.carpeta / "dicho"

    @property
    def dicho(self) -> str:
        """Todo lo que lleva dicho."""
        return self._dicho.read_text()

    def lanzar(self, *orden: str, muere: str = "", workers: int = 1) -> None:
        """Corre una orden sin esperarla; `muere` es un punto de `tests.muere`."""
        partes = self.luigid.orden(self.proyecto, *orden, workers=workers)
        if muere:
            partes = [sys.executable, "-m", "tests.muere", muere, "--", *partes[3:]]
        camino = os.pathsep.join([str(RAIZ / "tests" / "reloj_de_host"), str(RAIZ)])
        ambiente = self.proyecto.entorno(PYTHONPATH=camino, RELOJ_DE_HOST=str(self.reloj))
        with self._dicho.open("a") as salida:
            self.proceso = subprocess.Popen(
                partes, cwd=self.proyecto.carpeta, stdout=salida, stderr=salida, env=ambiente,
                start_new_session=True,
            )  # fmt: skip

    def terminar(self, segundos: float = 240) -> Salida:
        """Espera a que acabe."""
        return Salida(self.proceso.wait(segundos), self.dicho, "")

    def apagar(self) -> None:
        """Lo apaga de golpe, si sigue."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.proceso.pid, signal.SIGKILL)
        self.proceso.wait()


class Mirada:
    """Algo que se mira una y otra vez, en otro hilo, mientras dura el contexto."""

    def __init__(self, mirar: Callable[[], None], cada: float):
        self._mirar, self._cada = mirar, cada
        self._fin = threading.Event()
        self._hilo = threading.Thread(target=self._seguir)
        self.veces, self.fallo = 0, None

    def __enter__(self) -> "Mirada":
        self._hilo.start()
        return self

    def __exit__(self, *_) -> None:
        self._fin.set()
        self._hilo.join()
        assert self.fallo is None, self.fallo

    def _seguir(self) -> None:
        while not self._fin.wait(self._cada):
            try:
                self._mirar()
                self.veces += 1
            except Exception as e:
                self.fallo = e
                return


def preguntas(servidor: Servidor, a_la_vez: dict[str, int]) -> Callable[[], None]:
    """Anota cuántas sesiones, a lo sumo, tenía cada tienda a la vez preguntando por sus ventas."""
    conexion = servidor.conectar()

    def mirar() -> None:
        for base, n in conexion.execute(
            "SELECT datname, count(*) FROM pg_stat_activity "
            "WHERE query ILIKE '%ma_transaccion%' AND pid <> pg_backend_pid() GROUP BY 1"
        ).fetchall():
            a_la_vez[base] = max(n, a_la_vez.get(base, 0))

    return mirar


def lector(proyecto: Proyecto, enteros: dict, partidos: set) -> Callable[[], None]:
    """Anota los días que vio con otra cosa que todas sus filas.

    Mira siempre por la misma conexión: abrirla cuesta más que mirar.
    """
    abierta = contextlib.ExitStack()
    conexion = None

    def mirar() -> None:
        nonlocal conexion
        try:
            conexion = conexion or abierta.enter_context(lagos.abierto(proyecto))
            vistos = conexion.execute(
                "SELECT ubicacion_id, fecha, count(*), sum(total) FROM ventas_raw GROUP BY ALL"
            ).fetchall()
        except Exception:  # el catálogo está apagado, o el lago aún no existe
            conexion = abierta.close()
            return
        for tienda, dia, *visto in vistos:
            if tuple(visto) != enteros.get((tienda, dia)):
                partidos.add((tienda, dia, *visto))

    return mirar


def poner_en_lago(carpeta: Path, base: str, datos: Path, **mas) -> Proyecto:
    """El proyecto de un host, que carga en ese lago."""
    ajustes = {**DE_HOST, "base": base, "lago_datos": str(datos)}
    proyecto = Proyecto(carpeta, ajustes=ajustes, **mas)
    proyecto.ambiente |= lagos.CREDENCIALES
    proyecto.escribir()
    return proyecto


def tiene_turno(catalogo: Servidor, base: str, host: Host) -> bool:
    """Si un host, que corre sus tareas en su proceso principal, tiene ahora algo tomado."""
    nombre = base.split("dbname=")[1].split()[0]
    with contextlib.suppress(pyodbc.Error), contextlib.closing(catalogo.conectar(nombre)) as c:
        texto = f"SELECT 1 FROM fluxion_turnos WHERE pid = {host.proceso.pid}"
        return c.execute(texto).fetchone() is not None
    return False  # aún no hay ni tabla


def esperar(que: Callable[[], object], segundos: float) -> bool:
    """Si pasó a tiempo."""
    limite = time.monotonic() + segundos
    while time.monotonic() < limite:
        if que():
            return True
        time.sleep(0.1)
    return False
