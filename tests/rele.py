"""Un relé TCP en loopback, delante de un servidor: deja pasar, enmudece o corta."""

import contextlib
import socket
import threading

TROZO = 65536


class Conexion:
    """Una conexión que pasó por el relé y los bytes que el servidor mandó por ella."""

    def __init__(self, cliente: socket.socket, servidor: socket.socket):
        self.cliente, self.servidor = cliente, servidor
        self.bytes = 0
        self.cerrada = False

    def cerrar(self) -> None:
        """Cierra los dos lados; despierta a quien esté leyendo de ellos."""
        self.cerrada = True
        for s in (self.cliente, self.servidor):
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)
            s.close()


class Rele:
    """Reenvía cada conexión a un puerto de loopback. `puerto` es el suyo."""

    def __init__(self, destino: int):
        self.destino = destino
        self.conexiones: list[Conexion] = []
        self.intentos = 0  # conexiones aceptadas, haya contestado el servidor o no
        self._cambio = threading.Condition()
        self._muda: int | None = None
        self._corte: int | None = None
        self._oido = socket.create_server(("127.0.0.1", 0))
        self.puerto = self._oido.getsockname()[1]
        threading.Thread(target=self._atender, daemon=True).start()

    @property
    def bytes(self) -> int:
        """Lo que el servidor ha mandado por todas las conexiones."""
        return sum(c.bytes for c in self.conexiones)

    @property
    def lugar(self) -> str:
        """Cómo lo nombran los mensajes."""
        return f"127.0.0.1:{self.puerto}"

    def enmudecer(self, tras: int = 0) -> None:
        """Desde ya, toda conexión calla al llegar a `tras` bytes del servidor, y sigue abierta."""
        self._cambiar(muda=tras, corte=self._corte)

    def cortar(self, tras: int = 0) -> None:
        """Corta, una sola vez, la primera conexión que llegue a `tras` bytes del servidor."""
        self._cambiar(muda=self._muda, corte=tras)

    def hablar(self) -> None:
        """Deja pasar todo otra vez, también por las conexiones que callaban."""
        self._cambiar(muda=None, corte=None)

    def esperar_silencio(self, segundos: float = 60) -> None:
        """Espera a que alguna conexión abierta haya llegado al silencio pedido."""
        self._esperar(lambda: any(self._calla(c) for c in self.conexiones), segundos)

    def esperar_corte(self, segundos: float = 60) -> None:
        """Espera a que el corte pedido haya ocurrido."""
        self._esperar(lambda: self._corte is None, segundos)

    def esperar_intentos(self, cuantos: int, segundos: float = 60) -> None:
        """Espera a que se hayan intentado en total tantas conexiones."""
        self._esperar(lambda: self.intentos >= cuantos, segundos)

    def cerrar(self) -> None:
        """Cierra todo; el relé ya no sirve."""
        self._oido.close()
        self.hablar()
        for c in self.conexiones:
            c.cerrar()

    def _cambiar(self, muda: int | None, corte: int | None) -> None:
        with self._cambio:
            self._muda, self._corte = muda, corte
            self._cambio.notify_all()

    def _esperar(self, condicion, segundos: float) -> None:
        with self._cambio:
            assert self._cambio.wait_for(condicion, segundos), f"nada en {segundos} s"

    def _atender(self) -> None:
        while True:
            try:
                cliente, _ = self._oido.accept()
            except OSError:
                return  # se cerró el relé
            with self._cambio:
                self.intentos += 1
                self._cambio.notify_all()
            try:
                servidor = socket.create_connection(("127.0.0.1", self.destino))
            except OSError:
                cliente.close()
                continue
            c = Conexion(cliente, servidor)
            self.conexiones.append(c)
            for pasar in (self._de_ida, self._de_vuelta):
                threading.Thread(target=self._vigilar, args=(pasar, c), daemon=True).start()

    @staticmethod
    def _vigilar(pasar, c: Conexion) -> None:
        with contextlib.suppress(OSError):
            pasar(c)
        c.cerrar()

    def _de_ida(self, c: Conexion) -> None:
        while datos := c.cliente.recv(TROZO):
            self._turno(c)
            c.servidor.sendall(datos)

    def _de_vuelta(self, c: Conexion) -> None:
        while datos := c.servidor.recv(TROZO):
            while datos:
                caben = self._turno(c)
                c.cliente.sendall(datos[:caben])
                with self._cambio:
                    c.bytes += len(datos[:caben])
                    self._cambio.notify_all()
                datos = datos[caben:]

    def _turno(self, c: Conexion) -> int:
        """Espera mientras la conexión deba callar; devuelve cuántos bytes caben hasta el tope."""
        with self._cambio:
            self._cambio.wait_for(lambda: c.cerrada or not self._calla(c))
            if self._corte is not None and c.bytes >= self._corte:
                self._corte = None
                raise ConnectionAbortedError
            topes = [t - c.bytes for t in (self._muda, self._corte) if t is not None]
            return min(topes, default=TROZO)

    def _calla(self, c: Conexion) -> bool:
        return not c.cerrada and self._muda is not None and c.bytes >= self._muda
