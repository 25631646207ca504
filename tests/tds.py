"""La puerta de un SQL Server, en loopback: lo justo de TDS 7 para oír quién llama y decirle que no.

Entiende el PRELOGIN y el LOGIN7 (MS-TDS, learn.microsoft.com/openspecs/windows_protocols/ms-tds) y
anota el usuario, la clave y la base que llegaron de verdad. Nunca cifra: lo que el cliente exija
se ve en `cifrados`, y a quien no admita hablar en claro no le sirve.
"""

import contextlib
import socket
import struct
import threading
from dataclasses import dataclass

from tests.escuchas import Escucha

# Lo que un cliente dice del cifrado en su PRELOGIN.
SOLO_LA_ENTRADA, TODO, NO_SABE, EXIGIDO = 0, 1, 2, 3
_PRELOGIN, _LOGIN7, _RESPUESTA = 0x12, 0x10, 0x04


@dataclass(frozen=True)
class Entrada:
    """Con qué quiso entrar un cliente."""

    usuario: str
    clave: str
    base: str


class PuertaTds(Escucha):
    """Rechaza a todo el que llega con un error de SQL Server, 18456 si no se dice otro."""

    def __init__(self, *args, numero: int = 18456, dice: str = "Login failed for user 'x'.", **mas):
        self.numero, self.dice = numero, dice
        self.cifrados: list[int] = []
        self.entradas: list[Entrada] = []
        super().__init__(*args, **mas)

    def atender(self, llamada):
        """Cada cliente en su hilo."""
        self._abiertas.append(llamada)
        threading.Thread(target=self._atender, args=(llamada,), daemon=True).start()

    def _atender(self, llamada: socket.socket) -> None:
        with contextlib.suppress(OSError, EOFError), llamada:
            while True:
                tipo, datos = _paquete(llamada)
                if tipo == _PRELOGIN:
                    self.cifrados.append(_opciones(datos)[1][0])
                    _responder(llamada, _prelogin())
                elif tipo == _LOGIN7:
                    self.entradas.append(_entrada(datos))
                    _responder(llamada, self._error())
                    return

    def _error(self) -> bytes:
        """Un ERROR y el DONE que lo cierra."""
        servidor = "POS".encode("utf-16-le")
        cuerpo = struct.pack("<iBBH", self.numero, 1, 14, len(self.dice))
        cuerpo += self.dice.encode("utf-16-le") + bytes([3]) + servidor + bytes(1)
        cuerpo += struct.pack("<I", 1)
        return struct.pack("<BH", 0xAA, len(cuerpo)) + cuerpo + struct.pack("<BHHQ", 0xFD, 2, 0, 0)


def _paquete(llamada: socket.socket) -> tuple[int, bytes]:
    """El tipo y los datos de un mensaje, aunque venga en varios paquetes."""
    datos, ultimo = b"", False
    while not ultimo:
        tipo, estado, largo = struct.unpack(">BBH4x", _exactos(llamada, 8))
        datos += _exactos(llamada, largo - 8)
        ultimo = estado & 1
    return tipo, datos


def _exactos(llamada: socket.socket, cuantos: int) -> bytes:
    datos = b""
    while len(datos) < cuantos:
        if not (trozo := llamada.recv(cuantos - len(datos))):
            raise EOFError
        datos += trozo
    return datos


def _responder(llamada: socket.socket, datos: bytes) -> None:
    llamada.sendall(struct.pack(">BBHHBB", _RESPUESTA, 1, 8 + len(datos), 0, 1, 0) + datos)


def _opciones(datos: bytes) -> dict[int, bytes]:
    """Las opciones de un PRELOGIN: un índice de (opción, dónde, cuánto) y detrás sus valores."""
    hay, i = {}, 0
    while datos[i] != 0xFF:
        opcion, donde, cuanto = struct.unpack_from(">BHH", datos, i)
        hay[opcion], i = datos[donde : donde + cuanto], i + 5
    return hay


def _prelogin() -> bytes:
    """La versión 15 y que aquí no se cifra."""
    version, cifrado = struct.pack(">BBHH", 15, 0, 2000, 0), bytes([NO_SABE])
    indice = struct.pack(">BHHBHHB", 0, 11, len(version), 1, 11 + len(version), 1, 0xFF)
    return indice + version + cifrado


def _entrada(login: bytes) -> Entrada:
    def texto(campo: int, revuelto: bool = False) -> str:
        donde, letras = struct.unpack_from("<HH", login, campo)
        crudo = login[donde : donde + 2 * letras]
        if revuelto:  # cada octeto, con un XOR y sus mitades cambiadas de sitio
            crudo = bytes(((o ^ 0xA5) << 4 | (o ^ 0xA5) >> 4) & 0xFF for o in crudo)
        return crudo.decode("utf-16-le")

    return Entrada(usuario=texto(40), clave=texto(44, revuelto=True), base=texto(68))
