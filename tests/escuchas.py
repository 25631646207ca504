"""Extremos reales para la conectividad: puertos de cada humor y espacios de red propios.

Todo escucha en loopback o dentro de un espacio de red que hace (y deshace) la propia prueba.
Como programa (`python -m tests.escuchas mudo 192.0.2.2 1433`) sostiene un puerto dentro de un
espacio hasta que se le cierra la entrada.
"""

import contextlib
import errno
import itertools
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tests.capacidades import Capacidad, ejecutar

RAIZ = Path(__file__).parent.parent
SEGUNDOS = 20  # lo que se espera, preguntando, a que algo pase
_numeros = itertools.count(1)


def esperar(que: Callable[[], object], segundos: float = SEGUNDOS):
    """Pregunta hasta que `que()` sea verdadero y lo devuelve. `AssertionError` si no llega."""
    limite = time.monotonic() + segundos
    while not (valor := que()):
        assert time.monotonic() < limite, f"no pasó en {segundos} s"
        time.sleep(0.02)
    return valor


def _conector(direccion: str) -> socket.socket:
    return socket.socket(socket.AF_INET6 if ":" in direccion else socket.AF_INET)


def puerto_cerrado(direccion: str = "127.0.0.1") -> int:
    """Un puerto donde no escucha nadie: quien llame será rechazado."""
    with _conector(direccion) as s:
        s.bind((direccion, 0))
        return s.getsockname()[1]


class Escucha:
    """Un puerto que acepta llamadas y las cuenta. Como contexto: al salir, ya no escucha."""

    cola = 100

    def __init__(self, direccion: str = "127.0.0.1", puerto: int = 0):
        self.direccion = direccion
        self._socket = _conector(direccion)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((direccion, puerto))
        self._socket.listen(self.cola)
        self.puerto = self._socket.getsockname()[1]
        self._abiertas: list[socket.socket] = []
        self._llamadas: list[tuple] = []  # de quién fue cada una
        self._propias = 0
        self._empezar()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.cerrar()

    def cerrar(self) -> None:
        """Deja de escuchar y suelta las llamadas."""
        # shutdown despierta al accept que espera; close solo no.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        for s in (self._socket, *self._abiertas):
            s.close()

    def llamadas(self) -> int:
        """Cuántas llamadas han llegado, sin las que hace este método.

        Las llamadas se atienden en orden: vista la propia, están vistas las que llegaron antes.
        """
        with _conector(self.direccion) as testigo:
            testigo.connect((self.direccion, self.puerto))
            de = testigo.getsockname()
            esperar(lambda: de in self._llamadas)
        self._propias += 1
        return len(self._llamadas) - self._propias

    def _empezar(self) -> None:
        threading.Thread(target=self._aceptar, daemon=True).start()

    def _aceptar(self) -> None:
        while True:
            try:
                llamada, de = self._socket.accept()
            except OSError:
                return
            self.atender(llamada)
            self._llamadas.append(de)

    def atender(self, llamada: socket.socket) -> None:
        """Qué se hace con una llamada."""
        raise NotImplementedError


class Mudo(Escucha):
    """Acepta y no dice nunca nada."""

    def atender(self, llamada):
        self._abiertas.append(llamada)


class CierraAlInstante(Escucha):
    """Acepta y cuelga."""

    def atender(self, llamada):
        llamada.close()


class Silencioso(Escucha):
    """Nadie acepta y la cola está llena: el núcleo no contesta a quien llame, ni sí ni no."""

    cola = 0

    def _empezar(self) -> None:
        while True:  # se llama a sí mismo hasta que deja de contestar
            llamada = _conector(self.direccion)
            self._abiertas.append(llamada)
            llamada.settimeout(0.3)
            try:
                llamada.connect((self.direccion, self.puerto))
            except TimeoutError:
                return


def icmp_permitido() -> bool:
    """Si este proceso puede mandar un eco ICMP, con privilegios o sin ellos."""
    for tipo in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            socket.socket(socket.AF_INET, tipo, socket.IPPROTO_ICMP).close()
        except OSError:
            continue
        return True
    return False


class EspaciosDeRed:
    """Dos espacios de red unidos por un cable, sin salida a ninguna otra parte.

    No toda máquina deja hacerlos: `HACER_REDES`. Las direcciones son de las reservadas para
    ejemplos (RFC 5737): no son de nadie, ni siquiera dentro de una red privada.

    Desde «aquí» (192.0.2.1) se ve: `VIVO`, que contesta; `AUSENTE`, una dirección de la misma red
    que no tiene nadie; `PERDIDO`, al otro lado de un router que se traga los paquetes sin decir
    nada; y `SIN_RUTA`, adonde no hay camino.
    """

    VIVO, AUSENTE, PERDIDO, SIN_RUTA = "192.0.2.2", "192.0.2.3", "198.51.100.5", "203.0.113.1"

    def __init__(self):
        propio = f"fx{os.getpid()}n{next(_numeros)}"
        self.aqui, self.alla = f"{propio}a", f"{propio}b"
        self._etc = Path("/etc/netns") / self.aqui
        self._procesos: list[subprocess.Popen] = []

    def __enter__(self):
        try:
            self._hacer()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for proceso in self._procesos:
            proceso.stdin.close()
            proceso.wait()
        shutil.rmtree(self._etc, ignore_errors=True)
        for espacio in (self.aqui, self.alla):
            subprocess.run(["ip", "netns", "del", espacio], capture_output=True)

    def _hacer(self) -> None:
        for espacio in (self.aqui, self.alla):
            _ip("netns", "add", espacio)
            _ip("-n", espacio, "link", "set", "lo", "up")
        cable = ("link", "add", "v0", "netns", self.aqui, "type", "veth")
        _ip(*cable, "peer", "name", "v0", "netns", self.alla)
        for espacio, direccion in ((self.aqui, "192.0.2.1"), (self.alla, self.VIVO)):
            _ip("-n", espacio, "addr", "add", f"{direccion}/24", "dev", "v0")
            _ip("-n", espacio, "link", "set", "v0", "up")
        _ip("-n", self.aqui, "route", "add", "198.51.100.0/24", "via", self.VIVO)
        _ip("-n", self.alla, "route", "add", "blackhole", "198.51.100.0/24")
        self._fijar(self.alla, "ip_forward", "1")

    @staticmethod
    def dentro(espacio: str) -> list[str]:
        """El prefijo de una orden que corre dentro de un espacio."""
        return ["ip", "netns", "exec", espacio]

    def callar_el_eco(self, callado: bool) -> None:
        """Si `VIVO` deja sin contestar los ecos, como el firewall de Windows."""
        self._fijar(self.alla, "icmp_echo_ignore_all", str(int(callado)))

    def permitir_icmp(self, permitido: bool) -> None:
        """Si «aquí» cualquiera puede mandar un eco sin ser root (`ping_group_range`)."""
        self._fijar(self.aqui, "ping_group_range", "0 2147483647" if permitido else "1 0")

    def _fijar(self, espacio: str, ajuste: str, valor: str) -> None:
        """Un ajuste de IPv4 del núcleo, que cada espacio tiene el suyo."""
        ejecutar(*self.dentro(espacio), "tee", f"/proc/sys/net/ipv4/{ajuste}", input=valor)

    def resolver(self, hosts: str = "", dns: str = "") -> None:
        """El `/etc/hosts` y el DNS que ven las órdenes que corren «aquí»."""
        self._etc.mkdir(parents=True, exist_ok=True)
        (self._etc / "hosts").write_text(hosts)
        (self._etc / "resolv.conf").write_text(f"nameserver {dns}\n" if dns else "")

    def escuchar(self, espacio: str, clase: str, direccion: str, puerto: int) -> None:
        """Sostiene un puerto dentro de un espacio hasta que éste se deshaga."""
        proceso = subprocess.Popen(
            [*self.dentro(espacio), sys.executable, "-m", "tests.escuchas", clase, direccion,
             str(puerto)], cwd=RAIZ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._procesos.append(proceso)
        assert proceso.stdout.readline() == "listo\n"


def _ip(*orden: str) -> None:
    ejecutar("ip", *orden)


def _hacer_y_deshacer() -> None:
    if sys.platform != "linux":
        raise OSError(errno.ENOTSUP, "not supported: sólo Linux los tiene")
    with EspaciosDeRed() as red:
        red.resolver()


HACER_REDES = Capacidad("hacer espacios de red", _hacer_y_deshacer)


if __name__ == "__main__":
    with {"mudo": Mudo, "silencioso": Silencioso}[sys.argv[1]](sys.argv[2], int(sys.argv[3])):
        print("listo", flush=True)
        sys.stdin.read()
