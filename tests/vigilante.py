"""Un servicio de vigilancia en loopback: guarda los latidos y contesta como se le pida."""

import ssl
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Lo que hace secreta a la dirección.
SECRETO = "s3cr3t0-7f1d"


@dataclass
class Vigilante:
    """Los latidos que llegaron: a qué ruta, con qué cuerpo y con qué cabeceras."""

    puerto: int
    latidos: list[tuple[str, str]] = field(default_factory=list)
    cabeceras: list[Message] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.puerto}/{SECRETO}"

    @property
    def rutas(self) -> list[str]:
        """Lo que sigue al secreto en cada latido."""
        return [ruta.removeprefix(f"/{SECRETO}") for ruta, _ in self.latidos]


def bien(pedido, n):
    pedido.responder(200, b"OK")


@contextmanager
def vigilando(conducta=bien, tls: ssl.SSLContext | None = None):
    """Un vigilante con esa conducta: recibe el pedido y cuántos van, y lo contesta (o no)."""

    class Pedido(BaseHTTPRequestHandler):
        def do_POST(self):
            cuerpo = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
            vigilante.latidos.append((self.path, cuerpo))
            vigilante.cabeceras.append(self.headers)
            with suppress(OSError):  # quien llamaba se cansó
                conducta(self, len(vigilante.latidos))

        def responder(self, codigo, cuerpo=b"", **cabeceras):
            self.send_response(codigo)
            for nombre, valor in cabeceras.items():
                self.send_header(nombre, valor)
            self.send_header("Content-Length", str(len(cuerpo)))
            self.end_headers()
            self.wfile.write(cuerpo)

        def gotear(self):
            for letra in b"HTTP/1.1 200 OK\r\n" * 20:
                self.wfile.write(bytes([letra]))
                time.sleep(0.2)

        def log_message(self, *_):
            """Nada por stderr."""

    servidor = ThreadingHTTPServer(("127.0.0.1", 0), Pedido)
    if tls:
        servidor.socket = tls.wrap_socket(
            servidor.socket, server_side=True, do_handshake_on_connect=False
        )
    servidor.daemon_threads = True
    servidor.block_on_close = False
    vigilante = Vigilante(servidor.server_address[1])
    threading.Thread(target=servidor.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield vigilante
    finally:
        servidor.shutdown()
        servidor.server_close()
