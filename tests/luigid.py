"""Un luigid de verdad, en un puerto libre de loopback, que se puede matar y volver a arrancar."""

import json
import subprocess
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import psutil

from tests.escuchas import esperar
from tests.postgresql import puerto_libre
from tests.proyecto import LUIGI, Proyecto, Salida


class Luigid:
    """El scheduler central. Como contexto: al salir ya no corre.

    Args:
        cfg: el `luigi.cfg` que lee; si falta, ninguno, como quien lo arranca en otra carpeta.
    """

    def __init__(self, carpeta: Path, cfg: Path | None = None):
        carpeta.mkdir()
        self.carpeta, self.cfg, self.puerto = carpeta, cfg, puerto_libre()
        self.proceso: subprocess.Popen | None = None

    def __enter__(self) -> "Luigid":
        self.arrancar()
        return self

    def __exit__(self, *_) -> None:
        self.parar()

    @property
    def opciones(self) -> tuple[str, ...]:
        """Las opciones de `luigi` que lo usan."""
        return ("--scheduler-host", "127.0.0.1", "--scheduler-port", str(self.puerto))

    @property
    def arranque(self) -> list[str]:
        """Cómo se arranca: el de Luigi, a secas."""
        return [
            str(LUIGI.with_name("luigid")), "--port", str(self.puerto), "--address", "127.0.0.1",
            "--state-path", str(self.carpeta / "estado"),
        ]  # fmt: skip

    @property
    def dicho(self) -> str:
        """Todo lo que lleva dicho."""
        return (self.carpeta / "salida").read_text()

    def escuchas(self) -> set[str]:
        """En qué direcciones escucha."""
        conexiones = psutil.Process(self.proceso.pid).net_connections()
        return {c.laddr.ip for c in conexiones if c.status == "LISTEN"}

    def pagina(self, ruta: str) -> str:
        """Una de sus páginas."""
        with urlopen(f"http://127.0.0.1:{self.puerto}/{ruta}") as pagina:
            return pagina.read().decode()

    def arrancar(self) -> None:
        """Lo arranca y espera a que escuche."""
        proyecto = Proyecto(self.carpeta / "ambiente")
        cfg = {"LUIGI_CONFIG_PATH": str(self.cfg)} if self.cfg else {}
        with (self.carpeta / "salida").open("a") as salida:
            self.proceso = subprocess.Popen(
                self.arranque, cwd=self.carpeta, stdout=salida, stderr=salida,
                env=proyecto.entorno(**cfg),
            )  # fmt: skip
        esperar(self.escuchas)

    def parar(self, *, de_golpe: bool = False) -> None:
        """Lo termina; de golpe, sin dejarle guardar lo que sabía."""
        if self.proceso.poll() is None:
            (self.proceso.kill if de_golpe else self.proceso.terminate)()
        self.proceso.wait()

    def corriendo(self) -> list[str]:
        """Las tareas que, para él, corren ahora."""
        return self.tareas("RUNNING")

    def tareas(self, estado: str) -> list[str]:
        """Las que, para él, están en ese estado."""
        pedido = urlencode({"data": json.dumps({"status": estado, "upstream_status": ""})})
        hay = json.loads(self.pagina(f"api/task_list?{pedido}"))["response"]
        return sorted(t["name"] for t in hay.values())

    def orden(self, proyecto: Proyecto, tarea: str, *opciones: str, workers: int = 1) -> list[str]:
        """Una orden del proyecto que usa este luigid, salvo que sus opciones digan otro."""
        partes = proyecto.orden(tarea, *self.opciones, *opciones, workers=workers)
        partes.remove("--local-scheduler")
        return partes

    def luigi(self, proyecto: Proyecto, *orden: str, workers: int = 1, **ambiente) -> Salida:
        """La corre y espera."""
        hecho = subprocess.run(
            self.orden(proyecto, *orden, workers=workers), cwd=proyecto.carpeta,
            env=proyecto.entorno(**ambiente), capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        return Salida(hecho.returncode, hecho.stdout, hecho.stderr)

    def lanzar(self, proyecto: Proyecto, *orden: str, workers: int = 1, **ambiente) -> "Lanzada":
        """La corre sin esperar."""
        archivo = proyecto.carpeta / f"dicho_{len(list(proyecto.carpeta.glob('dicho_*')))}"
        with archivo.open("w") as salida:
            proceso = subprocess.Popen(
                self.orden(proyecto, *orden, workers=workers), cwd=proyecto.carpeta,
                env=proyecto.entorno(**ambiente), stdout=salida, stderr=salida,
            )  # fmt: skip
        return Lanzada(proceso, archivo)


class Propio(Luigid):
    """El del proyecto, `fluxion-scheduler`, con su configuración y arrancado desde otra carpeta."""

    def __init__(self, carpeta: Path, proyecto: Proyecto):
        super().__init__(carpeta, proyecto.carpeta / "luigi.cfg")

    @property
    def arranque(self) -> list[str]:
        return [str(LUIGI.with_name("fluxion-scheduler")), "--port", str(self.puerto)]


class Lanzada:
    """Una orden que corre al lado, y lo que lleva dicho."""

    def __init__(self, proceso: subprocess.Popen, archivo: Path):
        self._proceso, self._archivo = proceso, archivo

    @property
    def pid(self) -> int:
        return self._proceso.pid

    @property
    def dicho(self) -> str:
        return self._archivo.read_text()

    def hasta_que_diga(self, texto: str) -> None:
        """Espera a que lo diga."""
        esperar(lambda: texto in self.dicho or self._proceso.poll() is not None)
        assert texto in self.dicho, self.dicho

    def matar(self) -> None:
        """La mata como un corte de luz."""
        self._proceso.kill()
        self._proceso.wait()

    def terminar(self) -> Salida:
        """Espera a que acabe."""
        codigo = self._proceso.wait(timeout=120)
        return Salida(codigo, self.dicho, "")
