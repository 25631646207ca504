"""La API de ventas de la demostración: un servidor HTTP en loopback sobre los archivos de `pos`.

    python -m fluxion_luigi.demo.api CARPETA PUERTO

Responde por cada `SUCURSAL.sqlite` de la carpeta hasta que se le interrumpe. Si el ambiente trae
`DEMO_API_TOKEN`, exige ese token.
"""

import argparse
import hmac
import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from fluxion_luigi.demo.forma import Linea, Producto, escribir, sobre
from fluxion_luigi.errores import ErrorFluxion, ErrorUso

RUTA = "/ventas"
TOKEN = "DEMO_API_TOKEN"
ALMACEN = ("001", "Piso de venta")
_LISTO = "listo"
_SEGUNDOS_PARA_PARAR = 5

_LINEAS = """
SELECT
    l.fecha, l.hora, l.factura, l.linea, l.codigo, l.cantidad_milesimas, l.precio_centimos,
    l.total_centimos, l.impuesto_centimos,
    sum(l.total_centimos) OVER (PARTITION BY l.fecha, l.factura) AS factura_centimos,
    p.producto_id, p.descripcion, p.marca, p.presentacion, p.costo_centimos,
    p.impuesto_porcentaje, d.descripcion AS departamento
FROM lineas AS l
LEFT JOIN codigos AS c ON c.codigo = l.codigo
LEFT JOIN productos AS p ON p.producto_id = c.producto_id
LEFT JOIN departamentos AS d ON d.departamento_id = p.departamento_id
WHERE l.fecha BETWEEN ? AND ?
ORDER BY l.fecha, l.factura, l.linea
"""


def tasa(dia: date) -> Decimal:
    """Los bolívares por dólar de un día: suben un poco cada semana."""
    return Decimal("36.4500") + Decimal("0.3125") * ((dia - date(2024, 7, 1)).days // 7)


class Api(ThreadingHTTPServer):
    """El servidor. `puerto` es el suyo, también si se le pidió el 0."""

    daemon_threads = True

    def __init__(self, carpeta: Path, puerto: int = 0, token: str = ""):
        self.carpeta, self.token = carpeta, token
        super().__init__(("127.0.0.1", puerto), _Pedido)

    @property
    def puerto(self) -> int:
        return self.server_address[1]

    def responder(self, pedido: Mapping[str, Any]) -> dict[str, Any]:
        """Lo que se contesta a un pedido, con sus errores: la API los dice con un 200."""
        archivos = {a.stem: a for a in self.carpeta.glob("*.sqlite")}
        archivo = archivos.get(pedido.get("sucursal"))
        if not archivo:
            return {"error": f"La sucursal «{pedido.get('sucursal')}» no existe"}
        try:
            desde, hasta = (date.fromisoformat(pedido[f"fecha_{c}"]) for c in ("desde", "hasta"))
        except (KeyError, TypeError, ValueError):
            return {"error": "fecha_desde y fecha_hasta deben ser fechas, AAAA-MM-DD"}
        if pedido.get("almacen", ALMACEN[0]) != ALMACEN[0]:
            return sobre([], 0)
        horas = (pedido.get("hora_desde", ""), pedido.get("hora_hasta", "99"))
        # Los montos van como números; en una sucursal de código par, como textos.
        textos = archivo.stem[-1:] in tuple("02468")
        lineas = [
            linea.json(textos=textos)
            for linea in leer(archivo, desde, hasta)
            if horas[0] <= linea.hora <= horas[1]
        ]
        return sobre(lineas, len(lineas))


def leer(archivo: Path, desde: date, hasta: date) -> Iterator[Linea]:
    """Las líneas de una tienda entre dos días, incluidos. `sqlite3.Error` si no se puede."""
    with closing(sqlite3.connect(f"{archivo.resolve().as_uri()}?mode=ro", uri=True)) as base:
        base.row_factory = sqlite3.Row
        for fila in base.execute(_LINEAS, (str(desde), str(hasta))):
            yield _linea(fila)


def _linea(f: sqlite3.Row) -> Linea:
    dia = date.fromisoformat(f["fecha"])
    numero = int(f["factura"])
    return Linea(
        fecha=dia,
        hora=f["hora"],
        factura=f"{dia:%y%m%d}-{numero:06d}",
        linea=f["linea"],
        codigo_barras=f["codigo"],
        cantidad=_partido(f["cantidad_milesimas"], 1000),
        precio=_partido(f["precio_centimos"], 100),
        costo=_partido(f["costo_centimos"], 100),
        total=_partido(f["total_centimos"], 100),
        impuesto=_partido(f["impuesto_centimos"], 100),
        impuesto_porcentaje=_partido(f["impuesto_porcentaje"], 1),
        total_factura=_partido(f["factura_centimos"], 100),
        tasa=tasa(dia),
        producto=Producto(
            codigo=f["producto_id"],
            descripcion=f["descripcion"],
            marca=f["marca"],
            categoria=f["departamento"],
            unidad=f["presentacion"],
        ),
        almacen=ALMACEN,
        promocion="QUINCENA" if numero % 40 == 0 else None,
        fiscal=numero % 25 != 0,
    )


def _partido(entero: int | None, partes: int) -> Decimal | None:
    return None if entero is None else Decimal(entero) / partes


class _Pedido(BaseHTTPRequestHandler):
    """Un pedido. La conexión queda abierta para el siguiente."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Api

    def do_POST(self):
        cuerpo = self.rfile.read(int(self.headers["Content-Length"] or 0))
        with suppress(ConnectionError):  # quien llamaba se cansó
            self._contestar(*self._atender(cuerpo))

    def _atender(self, cuerpo: bytes) -> tuple[int, dict]:
        if self.path != RUTA:
            return 404, {"error": f"No hay nada en {self.path}"}
        dado = self.headers["Authorization"] or ""
        if self.server.token and not hmac.compare_digest(
            dado.encode(), f"Bearer {self.server.token}".encode()
        ):
            return 401, {"error": "El token no es válido"}
        try:
            pedido = json.loads(cuerpo)
            return 200, self.server.responder(pedido)
        except (ValueError, AttributeError):
            return 400, {"error": "El cuerpo debe ser un objeto JSON"}
        except sqlite3.Error as e:
            return 500, {"error": f"La base de la sucursal falló: {e}"}

    def _contestar(self, estado: int, objeto: dict) -> None:
        cuerpo = escribir(objeto)
        self.send_response(estado)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(cuerpo)))
        self.end_headers()
        self.wfile.write(cuerpo)

    def log_message(self, *_):
        """Nada por stderr: lo que importa lo dice quien pregunta."""


@contextmanager
def sirviendo(carpeta: Path, puerto: int, token: str = "") -> Iterator[int]:
    """La API en otro proceso mientras dure el bloque; da el puerto en que escucha.

    Se para sola al salir, también por un error; y, si quien la arrancó muere, se para con él.

    Raises:
        ErrorUso: si no pudo arrancar; dice por qué.
    """
    orden = [sys.executable, "-m", __spec__.name, str(carpeta), str(puerto), "--con-quien-la-llama"]
    proceso = subprocess.Popen(
        orden, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, TOKEN: token}, start_new_session=True,
    )  # fmt: skip
    try:
        palabra, _, resto = proceso.stdout.readline().strip().partition(" ")
        if palabra != _LISTO:
            raise ErrorUso(f"{palabra} {resto}".strip() or "La API de demostración no arrancó.")
        yield int(resto)
    finally:
        _parar(proceso)


def _parar(proceso: subprocess.Popen) -> None:
    proceso.stdin.close()
    try:
        proceso.wait(_SEGUNDOS_PARA_PARAR)
    except subprocess.TimeoutExpired:
        proceso.kill()
        proceso.wait()
    proceso.stdout.close()


def main() -> int:
    """Sirve hasta que se le interrumpe. Sale con 1, y una frase, si no puede."""
    opciones = argparse.ArgumentParser(prog="python -m fluxion_luigi.demo.api")
    opciones.add_argument("carpeta", type=Path, help="donde están los archivos SQLite")
    opciones.add_argument("puerto", type=int, help="en 127.0.0.1; 0, uno cualquiera")
    opciones.add_argument(
        "--con-quien-la-llama", action="store_true", help="acaba cuando se cierra su entrada"
    )
    dadas = opciones.parse_args()
    try:
        with _escuchar(dadas.carpeta, dadas.puerto) as api:
            print(f"{_LISTO} {api.puerto}", flush=True)
            _servir(api, dadas.con_quien_la_llama)
    except ErrorFluxion as e:
        print(e, flush=True)
        return 1
    return 0


def _escuchar(carpeta: Path, puerto: int) -> Api:
    try:
        return Api(carpeta, puerto, os.environ.get(TOKEN, ""))
    except (OSError, OverflowError) as e:
        raise ErrorUso(
            f"La API de demostración no puede escuchar en 127.0.0.1:{puerto}: "
            f"{getattr(e, 'strerror', None) or e}. Si es otra demostración, párela; si es otro "
            "programa, cambie el puerto en la url de su catálogo."
        ) from None


def _servir(api: Api, con_quien_la_llama: bool) -> None:
    with suppress(KeyboardInterrupt):
        if not con_quien_la_llama:
            api.serve_forever()
        threading.Thread(target=api.serve_forever, args=(0.05,), daemon=True).start()
        sys.stdin.read()
        api.shutdown()


if __name__ == "__main__":
    sys.exit(main())
