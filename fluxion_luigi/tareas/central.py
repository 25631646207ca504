"""El trato con el scheduler central: no se cae con él, no pasa por un proxy y espera su turno.

Luigi no deja elegir su cliente ni su worker desde `luigi.cfg`: se le ponen al importar las tareas.
"""

import json
import logging
import os
import time
import urllib.request
from http.client import HTTPException
from urllib.parse import urlsplit

import luigi.interface
import luigi.lock
from luigi.rpc import RemoteScheduler, RPCError
from tenacity import (
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_after_delay,
    wait_fixed,
)

from fluxion_luigi import config, maquina
from fluxion_luigi.tareas import candado
from fluxion_luigi.tareas.turno import Trabajador

registro = logging.getLogger("fluxion.scheduler")

# El avance que ve la página: si no se puede decir, la lectura ni espera ni falla por él.
_AVANCE = ("/api/set_task_status_message", "/api/set_task_progress_percentage")
_SIN_AVISAR = 10.0
# El latido se repite solo cada segundo; mientras insiste, Luigi no deja empezar nada.
_LATIDO = "/api/ping"
_FALLOS = (OSError, HTTPException, RPCError)


def instalar() -> None:
    """Le pone a Luigi el cliente, el worker y el candado de este proyecto."""
    luigi.interface._WorkerSchedulerFactory = Fabrica
    luigi.lock.acquire_for = candado.tomar


class Fabrica(luigi.interface._WorkerSchedulerFactory):
    """Con qué trabaja una orden: lo de Luigi, menos lo que aquí es distinto."""

    def create_remote_scheduler(self, url):
        return Central(url)

    def create_worker(self, scheduler, worker_processes, assistant=False):
        return Trabajador(
            scheduler=scheduler, worker_processes=worker_processes, assistant=assistant
        )


class Central(RemoteScheduler):
    """El cliente de luigid.

    Que no esté se sabe en segundos; si ya contestó y se cae, se le espera `espera_scheduler`.
    """

    def __init__(self, url: str):
        sin_proxy(url)
        super().__init__(url)
        self._contesto = False
        self._avisado = False
        self._callar_hasta = 0.0

    def tiene(self, camino: str) -> bool:
        """Si este scheduler sirve eso a un navegador; un luigid cualquiera no."""
        try:
            self._fetcher.fetch(self._url + camino, None, self._connect_timeout)
        except _FALLOS:
            return False
        return True

    def _fetch(self, url_suffix, body):
        if url_suffix in _AVANCE:
            return self._fetch_del_avance(url_suffix, body)
        insistir = Retrying(
            retry=retry_if_exception_type(_FALLOS),
            stop=self._hasta_cuando(url_suffix),
            wait=wait_fixed(self._rpc_retry_wait),
            before_sleep=self._avisar,
            reraise=True,
        )
        try:
            pagina = insistir(self._pedir, url_suffix, body)
        except _FALLOS as e:
            raise RPCError(f"{self._url}: {e}.{_pista_del_proxy(self._url)}", e) from None
        self._contesto, self._avisado = True, False
        return pagina

    def _fetch_del_avance(self, url_suffix, body):
        if time.monotonic() >= self._callar_hasta:
            try:
                return self._pedir(url_suffix, body)
            except _FALLOS:
                self._callar_hasta = time.monotonic() + _SIN_AVISAR
        return json.dumps({"response": None})

    def _pedir(self, url_suffix, body) -> str:
        pagina = self._fetcher.fetch(self._url + url_suffix, body, self._connect_timeout)
        try:
            json.loads(pagina)["response"]
        except (ValueError, LookupError, TypeError):
            raise RPCError(f"ahí contesta otro programa, no luigid ({pagina[:60]!r})") from None
        return pagina

    def _hasta_cuando(self, url_suffix):
        if url_suffix == _LATIDO:
            return stop_after_attempt(1)
        if self._contesto:
            return stop_after_delay(config.actual().ajustes.espera_scheduler)
        return stop_after_attempt(self._rpc_retry_attempts)

    def _avisar(self, _) -> None:
        if self._contesto and not self._avisado:
            self._avisado = True
            registro.warning(
                "El scheduler central (%s) dejó de contestar. Lo que se está leyendo sigue, y a él "
                "se le espera hasta %.0f s.",
                self._url, config.actual().ajustes.espera_scheduler,
            )  # fmt: skip


def sin_proxy(url: str) -> None:
    """Que un `http_proxy` del ambiente no se meta con un scheduler de esta misma máquina."""
    host = urlsplit(url).hostname or ""
    if not maquina.es_esta(host):
        return
    ya = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    todos = ",".join([*filter(None, [ya]), host, *([f"[{host}]"] if ":" in host else [])])
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = todos


def _pista_del_proxy(url: str) -> str:
    partes = urlsplit(url)
    proxy = urllib.request.getproxies().get(partes.scheme)
    if not proxy or urllib.request.proxy_bypass(partes.hostname or ""):
        return ""
    return (
        f" El ambiente manda pasar por un proxy ({partes.scheme}_proxy): si luigid está en su red, "
        f"agregue {partes.hostname} a no_proxy."
    )
