"""Receptores de alertas en loopback: un webhook HTTP y un servidor de correo, de verdad."""

import json
import ssl
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller

from tests.escuchas import puerto_cerrado
from tests.vigilante import SECRETO, Vigilante, bien, vigilando

CLAVE = "cl4ve-9b2e"


@dataclass
class Webhook:
    """Un webhook: los mensajes que llegaron, y su dirección como la escribe apprise."""

    vigilante: Vigilante
    esquema: str = "json"

    @property
    def url(self) -> str:
        return f"{self.esquema}://127.0.0.1:{self.vigilante.puerto}/{SECRETO}"

    @property
    def mensajes(self) -> list[dict]:
        return [json.loads(cuerpo) for _, cuerpo in self.vigilante.latidos]

    @property
    def titulos(self) -> list[str]:
        return [m["title"] for m in self.mensajes]


@contextmanager
def webhook(conducta=bien):
    """Un webhook con esa conducta (ver `vigilando`)."""
    with vigilando(conducta) as v:
        yield Webhook(v)


@contextmanager
def webhook_sin_certificado(carpeta: Path):
    """Uno que habla TLS con un certificado que nadie firmó."""
    llave, papel = carpeta / "llave.pem", carpeta / "papel.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj",
         "/CN=127.0.0.1", "-keyout", llave, "-out", papel],
        check=True, capture_output=True,
    )  # fmt: skip
    contexto = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    contexto.load_cert_chain(papel, llave)
    with vigilando(tls=contexto) as v:
        yield Webhook(v, "jsons")


@dataclass
class Correo:
    """Un servidor de correo: lo que recibió, o con qué lo rechaza."""

    puerto: int
    rechazo: str | None = None
    cartas: list[EmailMessage] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"mailto://127.0.0.1:{self.puerto}/?from=fluxion@cadena.invalid&to=guardia@cadena.invalid"

    async def handle_DATA(self, servidor, sesion, sobre):
        if self.rechazo:
            return self.rechazo
        self.cartas.append(message_from_bytes(sobre.content, policy=policy.default))
        return "250 recibida"


@contextmanager
def correo(rechazo: str | None = None):
    """Un servidor de correo que recibe, o que responde siempre ese rechazo."""
    buzon = Correo(puerto_cerrado(), rechazo)
    servidor = Controller(buzon, hostname="127.0.0.1", port=buzon.puerto)
    servidor.start()
    try:
        yield buzon
    finally:
        servidor.stop()
