"""La API de ventas de una cadena, en loopback: sana mientras no se le pida una maldad.

Sus ventas están en memoria (`tests.ventas_api`). Apunta cada petición y `hacer` dice qué hará con
las próximas (`tests.apuntes`); las maldades están en `tests.maldades`.

    with api() as servidor:
        servidor.vender("SUC001", cada_dia("2025-03-01", "2025-03-31", 120))
        servidor.hacer(error(500), None, ocupado(1), sucursal="SUC001", dia="2025-03-04")
        con_api(proyecto, "tienda_20", servidor, "SUC001")
"""

import base64
import itertools
import json
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from fluxion_luigi.demo.forma import Linea, escribir, sobre
from tests.apuntes import ENTRADA, VENTAS, Peticion, Planes, Registro
from tests.ventas_api import Ventas

TOKEN, USUARIO, CLAVE = "t0k3n-5e8c", "fluxion", "cl4ve-2d7a"
VARIABLE_TOKEN, VARIABLE_USUARIO, VARIABLE_CLAVE = "API_TOKEN", "API_USUARIO", "API_CLAVE"


@dataclass
class Respuesta:
    """Lo que se va a contestar. Una maldad lo cambia antes de que salga.

    `cuerpo`, si se dice, va en lugar del JSON de `objeto`; `enviar`, si se dice, en lugar del
    envío de siempre (`entera`): recibe esta respuesta y el manejador de la conexión.
    """

    api: "Api"
    peticion: Peticion
    objeto: Any = None
    estado: int = 200
    tipo: str = "application/json; charset=utf-8"
    cabeceras: dict[str, str] = field(default_factory=dict)
    cuerpo: bytes | None = None
    enviar: Callable[["Respuesta", "Manejador"], None] | None = None

    @property
    def octetos(self) -> bytes:
        return escribir(self.objeto) if self.cuerpo is None else self.cuerpo

    def negar(self, estado: int, motivo: str) -> None:
        self.estado, self.objeto = estado, {"error": motivo}


Maldad = Callable[[Respuesta], None]


class Api(Ventas, Registro, Planes):
    """El servidor, sus ventas y lo que le pidieron.

    - `acceso`: "token" (`TOKEN`, o los que da `POST /entrada` por `vigencia` segundos), "basic" o
      "libre".
    - `sin_sucursal`: cómo dice que una sucursal no existe, "error" (con un 200) o "404".
    - `por_pagina`: si no es 0, las líneas que da a lo más de una vez. La página se pide con
      `pagina` (desde 1) o con `cursor` (el `meta.siguiente` de la anterior).
    - `forma`: cómo se escribe una línea. `demora`: segundos que tarda cada respuesta.
    """

    def __init__(self, puerto: int, host: str, certificado: Path | None):
        super().__init__()
        self.puerto, self.host, self.certificado = puerto, host, certificado
        self.acceso, self.vigencia = "token", 3600.0
        self.sin_sucursal, self.por_pagina, self.demora = "error", 0, 0.0
        self.forma: Callable[[Linea], dict] = Linea.json
        self._tokens = {TOKEN: float("inf")}
        self._emitidos = itertools.count(1)

    @property
    def url(self) -> str:
        return f"http{'s' if self.certificado else ''}://{self.host}:{self.puerto}"

    def tienda(self, sucursal: str, **mas) -> dict[str, Any]:
        """Lo que de una tienda suya dice el catálogo; cómo entra, según `acceso`."""
        por = {
            "token": {"token_env": VARIABLE_TOKEN},
            "basic": {"usuario_env": VARIABLE_USUARIO, "clave_env": VARIABLE_CLAVE},
            "libre": {},
        }
        return {
            "nombre": sucursal, "sistema": "api_ventas", "url": self.url, "sucursal": sucursal,
            **por[self.acceso], **mas,
        }  # fmt: skip

    @property
    def ambiente(self) -> dict[str, str]:
        """Las variables que nombra `tienda`."""
        return {VARIABLE_TOKEN: TOKEN, VARIABLE_USUARIO: USUARIO, VARIABLE_CLAVE: CLAVE}

    def vencer(self) -> None:
        """Ningún token de los dados vale ya."""
        self._tokens.clear()

    # -- cómo contesta

    def responder(self, p: Peticion) -> Respuesta:
        """Lo que toca contestar, con su maldad puesta."""
        respuesta = Respuesta(self, p)
        if p.ruta == ENTRADA:
            self._entrar(respuesta)
        elif not self._vale(p.autorizacion):
            respuesta.negar(401, "Credenciales inválidas o vencidas")
            return respuesta
        elif p.ruta.endswith(VENTAS):
            self._ventas(respuesta)
        else:
            respuesta.negar(404, f"No hay nada en {p.ruta}")
        if maldad := self.tomar(p):
            maldad(respuesta)
        return respuesta

    def _vale(self, autorizacion: str | None) -> bool:
        if self.acceso == "libre":
            return True
        tipo, _, valor = (autorizacion or "").partition(" ")
        if self.acceso == "basic":
            return autorizacion == _BASIC
        return tipo == "Bearer" and self._tokens.get(valor, 0) > time.monotonic()

    def _entrar(self, r: Respuesta) -> None:
        dicho = r.peticion.pedido
        if (dicho.get("usuario"), dicho.get("clave")) == (USUARIO, CLAVE) or (
            r.peticion.autorizacion == _BASIC
        ):
            token = f"{TOKEN}-{next(self._emitidos)}"
            self._tokens[token] = time.monotonic() + self.vigencia
            r.objeto = {"token": token, "vence_en": self.vigencia}
        else:
            r.negar(401, "Usuario o clave inválidos")

    def _ventas(self, r: Respuesta) -> None:
        p = r.peticion
        if p.sucursal not in self.lineas:
            estado = 404 if self.sin_sucursal == "404" else 200
            r.negar(estado, f"La sucursal «{p.sucursal}» no existe")
        elif p.dias is None:
            r.negar(200, "fecha_desde y fecha_hasta deben ser fechas, AAAA-MM-DD")
        else:
            r.objeto = self._pagina(p.pedido, self.pedidas(p.pedido, p.dias))

    def _pagina(self, pedido: dict, suyas: list[Linea]) -> dict:
        if not self.por_pagina:
            return sobre(map(self.forma, suyas), len(suyas))
        cuantas = min(int(pedido.get("por_pagina") or self.por_pagina), self.por_pagina)
        if pedido.get("pagina"):
            empieza = (int(pedido["pagina"]) - 1) * cuantas
        else:
            empieza = int((pedido.get("cursor") or "c0").removeprefix("c"))
        acaba = empieza + cuantas
        objeto = sobre(map(self.forma, suyas[empieza:acaba]), len(suyas))
        objeto["meta"] |= {
            "pagina": empieza // cuantas + 1,
            "paginas": -(-len(suyas) // cuantas),
            "siguiente": f"c{acaba}" if acaba < len(suyas) else None,
        }
        return objeto


_BASIC = "Basic " + base64.b64encode(f"{USUARIO}:{CLAVE}".encode()).decode()


class Manejador(BaseHTTPRequestHandler):
    """Una conexión, y sus peticiones una tras otra."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    api: Api

    def setup(self):
        super().setup()
        self.conexion = self.api.conectar()

    def do_POST(self):
        ruta = urlsplit(self.path)
        cuerpo = self.rfile.read(int(self.headers["Content-Length"] or 0))
        pedido = {**dict(parse_qsl(ruta.query)), **(json.loads(cuerpo) if cuerpo else {})}
        cabeceras = {nombre.lower(): valor for nombre, valor in self.headers.items()}
        self.peticion = Peticion(ruta.path, pedido, cabeceras, self.conexion)
        self.api.apuntar(self.peticion)
        try:
            time.sleep(self.api.demora)
            respuesta = self.api.responder(self.peticion)
            (respuesta.enviar or entera)(respuesta, self)
        except OSError:  # quien llamaba se cansó
            self.close_connection = True
        finally:
            self.acabar()

    do_GET = do_POST

    def encabezar(self, respuesta: Respuesta, **cabeceras: object) -> None:
        """El estado y las cabeceras; las de la respuesta ganan."""
        self.peticion.estado = respuesta.estado
        self.send_response(respuesta.estado)
        suyas = {nombre.replace("_", "-"): valor for nombre, valor in cabeceras.items()}
        for nombre, valor in {
            "Content-Type": respuesta.tipo,
            **suyas,
            **respuesta.cabeceras,
        }.items():
            self.send_header(nombre, str(valor))
        self.end_headers()

    def acabar(self) -> None:
        """La petición ya no está en curso. Se llama antes del último octeto: quien lo recibe puede
        pedir otra cosa enseguida, y eso no son dos a la vez."""
        self.peticion.acabo = self.peticion.acabo or time.monotonic()

    def log_message(self, *_):
        """Nada por stderr."""


def entera(respuesta: Respuesta, por: Manejador) -> None:
    """El envío de siempre: la longitud y el cuerpo."""
    cuerpo = respuesta.octetos
    por.encabezar(respuesta, Content_Length=len(cuerpo))
    por.wfile.write(cuerpo[:-1])
    por.acabar()
    por.wfile.write(cuerpo[-1:])


@contextmanager
def api(*, host: str = "127.0.0.1", tls: Path | None = None):
    """Un servidor mientras dure el bloque.

    Args:
        host: dónde escucha; con otra dirección de loopback hace de «otro host».
        tls: una carpeta donde hacer un certificado que nadie firmó (`Api.certificado`).
    """
    suyo = type("Suyo", (Manejador,), {})
    servidor = ThreadingHTTPServer((host, 0), suyo)
    servidor.daemon_threads = True
    servidor.handle_error = lambda *_: None  # un saludo TLS que el cliente dejó a medias
    papel = None
    if tls:
        papel, contexto = _certificado(tls, host)
        servidor.socket = contexto.wrap_socket(
            servidor.socket, server_side=True, do_handshake_on_connect=False
        )
    suyo.api = Api(servidor.server_address[1], host, papel)
    threading.Thread(target=servidor.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield suyo.api
    finally:
        servidor.shutdown()
        with suppress(OSError):
            servidor.server_close()


def _certificado(carpeta: Path, host: str) -> tuple[Path, ssl.SSLContext]:
    llave, papel = carpeta / "llave.pem", carpeta / "papel.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj",
         f"/CN={host}", "-addext", f"subjectAltName=IP:{host}", "-keyout", llave, "-out", papel],
        check=True, capture_output=True,
    )  # fmt: skip
    contexto = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    contexto.load_cert_chain(papel, llave)
    return papel, contexto


def con_api(proyecto, id_: str, de: Api, sucursal: str, **datos) -> None:
    """Agrega a un proyecto una tienda que habla con esa API, y las variables con que entra."""
    proyecto.tiendas[id_] = de.tienda(sucursal, **{"nombre": id_.upper(), **datos})
    usar_api(proyecto, de)


def usar_api(proyecto, de: Api) -> None:
    """Le deja a un proyecto las variables con que se entra en esa API, y qué ha vendido."""
    proyecto.ambiente |= de.ambiente
    proyecto.apis[de.url] = de
    proyecto.escribir()
