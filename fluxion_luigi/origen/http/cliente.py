"""El cliente de una API: pide, entra, insiste y deja la respuesta en un archivo.

Es urllib3 y no httpx porque ya está aquí (latido.py), da la respuesta a trozos según llegan, con
los comprimidos deshechos y el largo comprobado, y separa los tiempos de conectar y de leer.

No sigue redirecciones: la credencial no va a donde diga un tercero. No usa el proxy del ambiente,
sólo el que diga el sistema: una API de tienda está en la VPN, y un proxy puesto para otra cosa es
quien contesta con páginas.
"""

import json
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import urllib3
from tenacity import RetryCallState, Retrying, retry_if_exception, wait_exponential_jitter

from fluxion_luigi.config.http import poner
from fluxion_luigi.origen.fuentes import sin_secreto
from fluxion_luigi.origen.http import descarga
from fluxion_luigi.origen.http.causas import DE_TIEMPO, Fallo
from fluxion_luigi.origen.http.entrada import Entradas
from fluxion_luigi.origen.http.pedido import Pedido
from fluxion_luigi.origen.http.respuestas import exigir_buena, por_que
from fluxion_luigi.origen.http.turnos import turno

# Lo más que se espera porque la API lo pida. Si pide más no se le pide antes: lo hará otra corrida.
ESPERA_MAXIMA = 300.0
# Lo que agota su tiempo se intenta a lo sumo estas veces: cada una ya son muchos minutos.
_AGOTADAS = 2
# Mientras se espera, un latido por segundo: el vigía no distingue una pausa de un cuelgue.
_LATIDO = 1.0


class Cliente:
    """Una API a la que se le hace un pedido a la vez, por una conexión que se reutiliza."""

    def __init__(self, pedido: Pedido):
        self._pedido = pedido
        self._red = _red(pedido)
        self._intentos, self._plazo = pedido.intentos, float(pedido.http.segundos_por_pedido)
        self._entradas = Entradas(pedido, self._enviar)
        self._pausa = wait_exponential_jitter(
            multiplier=pedido.pausa_inicial, max=pedido.pausa_maxima, jitter=1
        )

    def bajar(
        self, huecos: dict[str, str], mas: dict[str, Any], archivo: Path,
        revisar: Callable[[Path], Any], latido: Callable[[], None],
    ) -> Any:  # fmt: skip
        """Pide unas ventas, las deja en un archivo y devuelve lo que `revisar` saque de él.

        Lo pasajero se reintenta con pausas que crecen, o lo que la API pida esperar; también lo que
        `revisar` encuentre que está mal en lo que llegó.

        Args:
            huecos: los valores de `{sucursal}`, `{desde}` y `{hasta}`.
            mas: lo que se agrega al cuerpo, la página por ejemplo.

        Raises:
            Fallo: el del último intento.
            ErrorDisco: si no se puede escribir.
        """

        def una_vez() -> Any:
            with turno(self._pedido.candados, latido):
                self._pedir(huecos, mas, archivo, latido)
            return revisar(archivo)

        return Retrying(
            retry=retry_if_exception(lambda e: isinstance(e, Fallo) and e.causa.pasajera),
            stop=self._basta,
            wait=self._esperar,
            sleep=lambda segundos: _dormir(segundos, latido),
            reraise=True,
        )(self._con_token_al_dia, una_vez)

    @contextmanager
    def con_prisa(self, plazo: float) -> Iterator[None]:
        """Mientras dure, un solo intento y esos segundos para cada pedido."""
        antes = self._intentos, self._plazo
        self._intentos, self._plazo = 1, plazo
        yield
        self._intentos, self._plazo = antes

    def _con_token_al_dia(self, hacer: Callable[[], Any]) -> Any:
        """Lo hace; si el token había vencido y hay de dónde, con otro y una vez más."""
        with self._sin_secretos():
            try:
                return hacer()
            except Fallo as e:
                if e.nombre != "rechazada" or not self._entradas.renovar():
                    raise
            return hacer()

    def _basta(self, estado: RetryCallState) -> bool:
        fallo, intentos = estado.outcome.exception(), self._intentos
        if fallo.nombre in DE_TIEMPO:
            intentos = min(intentos, _AGOTADAS)
        return estado.attempt_number >= intentos or fallo.esperar > ESPERA_MAXIMA

    @contextmanager
    def _sin_secretos(self) -> Iterator[None]:
        """Lo que salga mal se dice sin ellos, aunque la API los repita."""
        try:
            yield
        except Fallo as e:
            raise Fallo(e.nombre, sin_secreto(e.detalle, self._entradas.secretos), e.esperar) from e

    def _esperar(self, estado: RetryCallState) -> float:
        return max(estado.outcome.exception().esperar, self._pausa(estado))

    def _pedir(
        self, huecos: dict[str, str], mas: dict[str, Any], archivo: Path, latido
    ) -> None:  # fmt: skip
        h = self._pedido.http
        ruta = poner(h.ruta, {k: quote(v, safe="") for k, v in huecos.items()})
        cabeceras = self._entradas.cabeceras()
        fin = time.monotonic() + self._plazo
        latido()
        respuesta = self._enviar(h.metodo, ruta, {**poner(h.cuerpo, huecos), **mas}, cabeceras)
        try:
            exigir_buena(respuesta, self._pedido.url)
            descarga.guardar(respuesta, archivo, fin, latido)
        finally:
            _soltar(respuesta)

    def _enviar(self, metodo: str, ruta: str, cuerpo: dict[str, Any], cabeceras: dict[str, str]):
        """Manda un pedido y devuelve la respuesta, sin su cuerpo todavía. `Fallo` si no la hay."""
        con = {"fields": cuerpo} if metodo == "GET" else {"body": json.dumps(cuerpo).encode()}
        if metodo == "POST":
            cabeceras = {**cabeceras, "Content-Type": "application/json"}
        try:
            return self._red.request(
                metodo, self._pedido.url + ruta, headers=cabeceras, preload_content=False,
                redirect=False, timeout=self._tiempos(), **con,
            )  # fmt: skip
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as e:
            raise por_que(e) from None

    def _tiempos(self) -> urllib3.Timeout:
        # Antes que el vigía del lector, para poder decir qué pasó.
        silencio = max(1.0, self._pedido.timeout_sin_avance * 3 / 4)
        return urllib3.Timeout(
            connect=min(self._pedido.timeout_conexion, self._plazo),
            read=min(silencio, self._plazo),
        )

    def cerrar(self) -> None:
        """Suelta la conexión."""
        self._red.clear()


def _red(pedido: Pedido):
    """Por dónde se llama: una conexión, con sus certificados."""
    contexto = ssl.create_default_context(cafile=pedido.ca or None)
    opciones = {
        "num_pools": 1, "maxsize": 1, "retries": False, "ssl_context": contexto,
    }  # fmt: skip
    if pedido.http.proxy:
        return urllib3.ProxyManager(pedido.http.proxy, **opciones)
    return urllib3.PoolManager(**opciones)


def _soltar(respuesta: urllib3.BaseHTTPResponse) -> None:
    """Devuelve la conexión si la respuesta se leyó entera; si no, la cierra."""
    if not respuesta.isclosed():
        respuesta.close()
    respuesta.release_conn()


def _dormir(segundos: float, latido: Callable[[], None]) -> None:
    fin = time.monotonic() + segundos
    while (falta := fin - time.monotonic()) > 0:
        latido()
        time.sleep(min(falta, _LATIDO))
