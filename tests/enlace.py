"""Un enlace lento en loopback, delante de un servidor: lo que una VPN tarda y lo que le cabe.

Lo que se manda llega `tarda` segundos después, y por cada sentido pasan `bits` por segundo entre
todas sus conexiones. Nada se pierde ni se adelanta.
"""

import queue
import socket
import threading
import time
from dataclasses import dataclass, field

# Lo que sale de una vez: a 20 Mbit/s, 3 ms.
TROZO = 8192
# Lo que un hilo tarda de más en despertar no se le quita al enlace.
DESPERTAR = 0.010


@dataclass
class _Sentido:
    """La ida o la vuelta: de quién es el turno de pasar, y cuánto ha pasado."""

    bits: float
    bytes: int = 0
    _libre: float = 0.0
    _turno: threading.Lock = field(default_factory=threading.Lock)

    def pasar(self, cuantos: int) -> float:
        """Espera a que esos bytes quepan; devuelve el instante en que acaban de entrar."""
        with self._turno:
            self._libre = max(time.monotonic() - DESPERTAR, self._libre) + 8 * cuantos / self.bits
            self.bytes += cuantos
            entran = self._libre
        time.sleep(max(0.0, entran - time.monotonic()))
        return max(entran, time.monotonic())


class Enlace:
    """Reenvía cada conexión a un puerto de loopback, como una VPN. `puerto` es el suyo.

    Args:
        tarda: segundos que tarda un byte en llegar, en cada sentido.
        bits: los que pasan por segundo, en cada sentido.
    """

    def __init__(self, destino: int, tarda: float = 0.030, bits: float = 20e6):
        self._destino, self._tarda = destino, tarda
        self.ida, self.vuelta = _Sentido(bits), _Sentido(bits)
        self.conexiones = 0
        self._oido = socket.create_server(("127.0.0.1", 0))
        self.puerto = self._oido.getsockname()[1]
        threading.Thread(target=self._atender, daemon=True).start()

    def cerrar(self) -> None:
        """No acepta más conexiones; las que haya acaban con sus extremos."""
        self._oido.close()

    def _atender(self) -> None:
        while True:
            try:
                cliente, _ = self._oido.accept()
            except OSError:
                return  # se cerró el enlace
            self.conexiones += 1
            threading.Thread(target=self._unir, args=(cliente,), daemon=True).start()

    def _unir(self, cliente: socket.socket) -> None:
        time.sleep(2 * self._tarda)  # el saludo de TCP también viaja
        try:
            servidor = socket.create_connection(("127.0.0.1", self._destino))
        except OSError:
            cliente.close()
            return
        for s in (cliente, servidor):
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._tubo(cliente, servidor, self.ida)
        self._tubo(servidor, cliente, self.vuelta)

    def _tubo(self, de: socket.socket, a: socket.socket, sentido: _Sentido) -> None:
        viajan: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
        for hacer, extremo in ((self._meter, de), (self._sacar, a)):
            threading.Thread(target=hacer, args=(extremo, sentido, viajan), daemon=True).start()

    def _meter(self, de: socket.socket, sentido: _Sentido, viajan) -> None:
        datos = b" "
        while datos:
            try:
                datos = de.recv(TROZO)
            except OSError:
                datos = b""
            viajan.put((sentido.pasar(len(datos)) + self._tarda, datos))

    @staticmethod
    def _sacar(a: socket.socket, _: _Sentido, viajan) -> None:
        while True:
            llega, datos = viajan.get()
            time.sleep(max(0.0, llega - time.monotonic()))
            try:
                if not datos:
                    a.shutdown(socket.SHUT_RDWR)
                    a.close()
                    return
                a.sendall(datos)
            except OSError:
                a.close()
                return
