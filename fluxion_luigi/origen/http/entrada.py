"""Con qué se entra en una API: un token, usuario y clave, o un token que se saca con ellos."""

import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

import urllib3

from fluxion_luigi.config.http import poner
from fluxion_luigi.origen.http.causas import Fallo
from fluxion_luigi.origen.http.pedido import Pedido
from fluxion_luigi.origen.http.respuestas import breve, buscar, exigir_buena, por_que

# Un token se renueva un poco antes de que venza.
_HOLGURA = 10.0


def secretos(credencial: Mapping[str, str]) -> list[str]:
    """Lo de una credencial que no puede salir: el token o la clave, y como va en su cabecera."""
    suyos = [credencial[n] for n in ("token", "clave") if n in credencial]
    return [*suyos, _basica(credencial)] if "clave" in credencial else suyos


def _basica(credencial: Mapping[str, str]) -> str:
    """El usuario y la clave como van en la cabecera, que es en base 64: no los esconde."""
    dicha = f"{credencial.get('usuario', '')}:{credencial.get('clave', '')}"
    return b64encode(dicha.encode()).decode()


class Entradas:
    """Las cabeceras con que se pide, y el token de ahora si se saca de una ruta de entrada."""

    def __init__(self, pedido: Pedido, enviar: Callable[..., urllib3.BaseHTTPResponse]):
        self._pedido, self._enviar = pedido, enviar
        self._token: str | None = None
        # Con los tokens que se han sacado, que la corrida no conoce.
        self.secretos = secretos(pedido.credencial)
        self._vence = float("inf")

    def cabeceras(self) -> dict[str, str]:
        """Las de un pedido. Si hace falta entrar, entra. `Fallo` si no se puede."""
        todas = self._todas()
        for nombre, valor in todas.items():
            # El protocolo no admite otra cosa: la biblioteca lo diría con el valor a la vista.
            if not (valor.isascii() and valor.isprintable()):
                raise Fallo("indecible", nombre)
        return todas

    def _todas(self) -> dict[str, str]:
        credencial, comunes = dict(self._pedido.credencial), {
            "Accept": "application/json", "Accept-Encoding": "gzip, deflate",
            "User-Agent": "fluxion-luigi",
        }  # fmt: skip
        if self._pedido.http.entrada:
            if self._token is None or time.monotonic() >= self._vence:
                self._entrar()
            credencial = {"token": self._token}
        if self._pedido.http.cabeceras:
            return {**comunes, **poner(self._pedido.http.cabeceras, credencial)}
        if token := credencial.get("token"):
            return {**comunes, "Authorization": f"Bearer {token}"}
        if credencial.get("usuario"):
            return {**comunes, "Authorization": f"Basic {_basica(credencial)}"}
        return comunes

    def renovar(self) -> bool:
        """Olvida el token, para que el próximo pedido saque otro; si no hay de dónde, False."""
        self._token = None
        return self._pedido.http.entrada is not None

    def _entrar(self) -> None:
        entrada = self._pedido.http.entrada
        cuerpo = poner(entrada.cuerpo, self._pedido.credencial)
        respuesta = self._enviar("POST", entrada.ruta, cuerpo, {"Accept": "application/json"})
        exigir_buena(respuesta, self._pedido.url)
        try:
            dicho = breve(respuesta)
        except (urllib3.exceptions.HTTPError, OSError) as e:
            raise por_que(e) from None
        token = buscar(dicho, entrada.token)
        if not isinstance(token, str) or not token:
            raise Fallo("sin_token")
        self._token, self._vence = token, self._hasta(dicho, entrada.vence)
        self.secretos.append(token)

    @staticmethod
    def _hasta(dicho: Mapping[str, Any] | None, donde: str) -> float:
        """Hasta cuándo vale, en el reloj monótono; siempre, si la API no lo dice."""
        try:
            return time.monotonic() + float(buscar(dicho, donde)) - _HOLGURA
        except (TypeError, ValueError):
            return float("inf")
