"""Los malos modos de llegar: cortes, goteos, compresión y una respuesta enorme.

Se piden como las demás maldades: `servidor.hacer(cortada(), gotea(0.2))`.
"""

import gzip
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fluxion_luigi.demo.forma import Linea, escribir
from tests.api import Maldad, Manejador, Respuesta, entera
from tests.ventas_api import PRODUCTO, TASA


def _enviada(como: Callable[[Respuesta, Manejador], None]) -> Maldad:
    def hecha(r: Respuesta) -> None:
        r.enviar = como

    return hecha


def cortada(fraccion: float = 0.5) -> Maldad:
    """La conexión se corta (un RST) con esa parte del cuerpo enviada."""

    def enviar(r: Respuesta, por: Manejador) -> None:
        cuerpo = r.octetos
        por.encabezar(r, Content_Length=len(cuerpo))
        por.wfile.write(cuerpo[: int(len(cuerpo) * fraccion)])
        _cortar(por)

    return _enviada(enviar)


def cuelga() -> Maldad:
    """Se corta antes de decir nada."""
    return _enviada(lambda _, por: _cortar(por))


def _cortar(por: Manejador) -> None:
    por.acabar()
    por.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    por.connection.close()
    por.close_connection = True


def truncada(fraccion: float = 0.5, *, con: str = "longitud") -> Maldad:
    """Acaba antes de tiempo, sin error de la conexión.

    Args:
        con: cómo se supo lo que faltaba: "longitud" (Content-Length), "trozos" (falta el último) o
            "nada" (el cuerpo va hasta que se cierra: sólo el JSON lo delata).
    """

    def enviar(r: Respuesta, por: Manejador) -> None:
        cuerpo = r.octetos
        parte = cuerpo[: int(len(cuerpo) * fraccion)]
        if con == "longitud":
            por.encabezar(r, Content_Length=len(cuerpo))
        elif con == "trozos":
            por.encabezar(r, Transfer_Encoding="chunked")
            parte = _trozo(parte)
        else:
            por.encabezar(r, Connection="close")
        por.wfile.write(parte)
        por.acabar()
        por.close_connection = True

    return _enviada(enviar)


def gotea(pausa: float, de_a: int = 1) -> Maldad:
    """El cuerpo, de a tantos octetos, con esa pausa entre ellos."""

    def enviar(r: Respuesta, por: Manejador) -> None:
        cuerpo = r.octetos
        por.encabezar(r, Content_Length=len(cuerpo))
        for i in range(0, len(cuerpo), de_a):
            por.wfile.write(cuerpo[i : i + de_a])
            time.sleep(pausa)

    return _enviada(enviar)


def tarda(segundos: float) -> Maldad:
    """Responde bien, pasado ese tiempo."""

    def enviar(r: Respuesta, por: Manejador) -> None:
        time.sleep(segundos)
        entera(r, por)

    return _enviada(enviar)


def espera_a(suceso: threading.Event, tope: float = 60) -> Maldad:
    """Responde bien, cuando la prueba lo diga."""

    def enviar(r: Respuesta, por: Manejador) -> None:
        suceso.wait(tope)
        entera(r, por)

    return _enviada(enviar)


def comprimida(como: str = "gzip", *, mala: bool = False) -> Maldad:
    """En gzip o deflate; `mala`, con unos octetos cambiados en medio."""

    def hecha(r: Respuesta) -> None:
        cuerpo = gzip.compress(r.octetos) if como == "gzip" else zlib.compress(r.octetos)
        if mala:
            medio = len(cuerpo) // 2
            cuerpo = cuerpo[:medio] + bytes(8) + cuerpo[medio + 8 :]
        r.cuerpo, r.cabeceras["Content-Encoding"] = cuerpo, como

    return hecha


@dataclass(frozen=True)
class Enorme:
    """Una respuesta de tantos megas, hecha al vuelo: ni aquí ni allá cabe en la memoria.

    `filas` y `total` (en bolívares) son los suyos.
    """

    megas: int
    dia: str

    @property
    def _renglon(self) -> bytes:
        linea = Linea(
            fecha=date.fromisoformat(self.dia), hora="10:15:30", factura="#" * 12, linea=7,
            codigo_barras="759", cantidad=Decimal("1.250"), precio=Decimal("1.50"),
            costo=Decimal("1.00"), total=_MONTO, impuesto=Decimal("0.25"),
            impuesto_porcentaje=Decimal(16), total_factura=10 * _MONTO, tasa=TASA,
            producto=PRODUCTO,
        )  # fmt: skip
        return escribir(linea.json()).replace(b'"linea": 7', b'"linea": %d') + b","

    @property
    def filas(self) -> int:
        return self.megas * 1_000_000 // len(self._renglon) // 10 * 10

    @property
    def total(self) -> Decimal:
        return self.filas * _MONTO

    def __call__(self, r: Respuesta) -> None:
        r.enviar = self._enviar

    def _enviar(self, r: Respuesta, por: Manejador) -> None:
        por.encabezar(r, Transfer_Encoding="chunked")
        for bloque in self._bloques():
            por.wfile.write(_trozo(bloque))
        por.acabar()
        por.wfile.write(b"0\r\n\r\n")

    def _bloques(self) -> Iterator[bytes]:
        renglon, filas = self._renglon.replace(b"#" * 12, b"%012d"), self.filas
        yield b'{"ventas": ['
        for factura in range(filas // 10):
            bloque = b"".join(renglon % (factura, n) for n in range(10))
            yield bloque[:-1] if factura == filas // 10 - 1 else bloque
        yield b'], "meta": {"total_registros": %d}}' % filas


_MONTO = Decimal("18.90")


def _trozo(octetos: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(octetos), octetos)
