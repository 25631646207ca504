"""El envío por un canal, en otro proceso: sólo a uno se le puede poner un límite que valga siempre.

La dirección va por su entrada, y de él sólo vuelve una frase sin ella. Las palabras de la
biblioteca no se usan: nombran servidores, usuarios y tokens.
"""

import json
import logging
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from fluxion_luigi import hijo
from fluxion_luigi.config.alertas import VARIABLE, Canal

# Cómo cuenta apprise, y lo que usa por debajo, cada fallo; la primera que case.
_FALLOS = (
    (r"certificate|\bssl\b|sslerror|\btls\b", "su certificado no se pudo verificar"),
    (r"authentica|\b535\b|username and password", "rechaza el usuario o la clave"),
    (r"nameresolution|name or service|gaierror|getaddrinfo|name resolution", "el DNS no lo conoce"),
    (r"timed? ?out|timeout", "no contestó a tiempo"),
    (r"refused|unreachable|no route|connection", "no se pudo conectar, o cortó la llamada"),
)
_PROPIOS = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Carta:
    """Un mensaje para un canal."""

    canal: Canal
    titulo: str
    texto: str


def enviar(cartas: Sequence[Carta], plazo: float) -> list[str | None]:
    """Manda cada mensaje por su canal, todos a la vez. No levanta errores ni pasa del plazo.

    Args:
        plazo: segundos, para todos juntos.

    Returns:
        De cada uno, None si su canal lo tomó; si no, por qué, sin nada secreto.
    """
    limite = time.monotonic() + plazo
    # Procesos y no hilos: al salir de la corrida ya no se puede crear ninguno.
    procesos = [_empezar(carta) for carta in cartas]
    return [p if isinstance(p, str) else _resultado(p, limite, plazo) for p in procesos]


def _empezar(carta: Carta) -> subprocess.Popen | str:
    """El proceso que ya está mandando el mensaje, o por qué no se pudo ni empezar."""
    url = carta.canal.url
    if not url or not url.isprintable() or re.search(r"\s", url):
        return f"su dirección en {VARIABLE} no se entiende: va como servicio://…, sin espacios"
    try:
        # En su propia sesión: un Ctrl-C que termina la corrida no le impide contarlo.
        proceso = subprocess.Popen(
            hijo.orden(__name__), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env=hijo.ambiente(), start_new_session=True,
        )  # fmt: skip
    except OSError as e:
        return f"no se pudo arrancar el proceso que avisa ({e.strerror})"
    with suppress(OSError):  # si murió ya, se sabrá al no responder
        # El nombre de un archivo que no es UTF-8 llega como media letra: se escribe su código.
        texto = carta.texto.encode("utf-8", "backslashreplace").decode()
        pedido = json.dumps({"url": url, "titulo": carta.titulo, "texto": texto})
        proceso.stdin.write(pedido.encode())
        proceso.stdin.close()
    return proceso


def _resultado(proceso: subprocess.Popen, limite: float, plazo: float) -> str | None:
    try:
        # No es communicate: al que ya respondió, aunque otro agotara el plazo, se le oye igual.
        proceso.wait(max(0.0, limite - time.monotonic()))
        return json.loads(proceso.stdout.read())["motivo"]
    except subprocess.TimeoutExpired:
        return f"no contestó en {plazo:g} s"
    except (ValueError, TypeError, KeyError):
        return "el proceso que avisa murió"
    finally:
        if proceso.poll() is None:
            proceso.kill()
            proceso.wait()
        proceso.stdout.close()


def main() -> None:
    """El proceso que envía: recibe el mensaje, y responde por qué no llegó, o nada."""
    salida = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    # Un proxy del ambiente no tiene que ver con un servicio de esta misma máquina.
    ya = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = ",".join([ya, *_PROPIOS]).lstrip(",")
    try:
        motivo = _mandar(**json.load(sys.stdin))
    except Exception as e:
        motivo = f"falló el envío ({type(e).__name__})"
    salida.write(json.dumps({"motivo": motivo}))
    salida.flush()
    os._exit(0)  # sin esperar a nadie


def _mandar(url: str, titulo: str, texto: str) -> str | None:
    # Sólo quien envía paga su importación.
    from apprise import Apprise, AppriseAsset, NotifyFormat, OverflowMode, PersistentStoreMode

    dicho = _Dicho()
    for nombre in ("apprise", "urllib3"):
        logging.getLogger(nombre).handlers = [dicho]
        logging.getLogger(nombre).setLevel(logging.DEBUG)
        logging.getLogger(nombre).propagate = False
    ficha = AppriseAsset(app_id="Fluxion", app_desc="Fluxion Luigi", app_url="",
                         storage_mode=PersistentStoreMode.MEMORY)  # fmt: skip
    apprise = Apprise(asset=ficha)
    if not apprise.add(url):
        return f"su dirección en {VARIABLE} no se entiende, o apprise no conoce ese servicio"
    for servicio in apprise:
        if "overflow=" not in url:
            servicio.overflow_mode = OverflowMode.SPLIT  # lo que no cabe va en otro mensaje
        if servicio.service_name == "E-Mail" and "format=" not in url:
            servicio.notify_format = NotifyFormat.TEXT
    if apprise.notify(body=texto, title=titulo, body_format=NotifyFormat.TEXT):
        return None
    return dicho.motivo()


class _Dicho(logging.Handler):
    """Lo que la biblioteca cuenta, que no sale de aquí más que traducido."""

    def __init__(self):
        super().__init__()
        self._textos: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._textos.append(record.getMessage())

    def motivo(self) -> str:
        todo = "\n".join(self._textos)
        if codigo := re.search(r"\berror=(\d{3})\b", todo):
            return f"el servidor respondió HTTP {codigo[1]}"
        return next(
            (frase for patron, frase in _FALLOS if re.search(patron, todo, re.I)),
            "el servicio no lo tomó",
        )
