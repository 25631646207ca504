"""El latido de una corrida: le dice a un servicio de vigilancia que empezó, y cómo acabó.

Si la corrida no llega a hacerse (cron apagado, máquina nueva, disco lleno) nadie lo dice: lo nota
el servicio, porque el latido no llegó. Habla como healthchecks.io y los suyos
(https://healthchecks.io/docs/http_api/): un POST a la dirección con `/start`, sola o con `/fail`, y
en el cuerpo la frase de la corrida.

La dirección es un secreto: quien la sepa puede fingir que la corrida se hizo. No sale de aquí más
que por la tubería del proceso que llama. Es otro proceso porque sólo a uno se le puede poner un
límite que valga también para el DNS y para un servidor que contesta a gotas.
"""

import json
import os
import subprocess
import sys
from contextlib import suppress
from enum import StrEnum
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from fluxion_luigi import hijo, maquina

VARIABLE = "FLUXION_LATIDO_URL"
# Todo un aviso: arrancar, llamar y, si no contestan, llamar otra vez. Segundos.
PLAZO = 5.0
_CONECTAR, _CONTESTAR = 2.0, 2.0
_DE_NUEVO = (429, 500, 502, 503, 504)
# Lo que healthchecks.io dice con un 200 cuando no lo contó.
_SIN_CONTAR = {
    b"not found": "el servidor no conoce esa dirección",
    b"rate limited": "el servidor no lo contó: recibe demasiados seguidos",
}
# De la frase, lo que cabe en la página de cualquiera de esos servicios.
_LARGO = 2000


class Momento(StrEnum):
    """De qué se avisa."""

    INICIO = "inicio"
    EXITO = "exito"
    FALLO = "fallo"


_SUFIJOS = {Momento.INICIO: "/start", Momento.EXITO: "", Momento.FALLO: "/fail"}


def avisar(url: str, momento: Momento, frase: str) -> str | None:
    """Manda un latido. No levanta errores, y no tarda más de `PLAZO` segundos.

    Returns:
        None si llegó; si no, por qué, sin la dirección ni nada que la delate.
    """
    if reparo := _reparo(url):
        return reparo
    pedido = {"url": _con_sufijo(url.strip(), _SUFIJOS[momento]), "frase": frase[:_LARGO]}
    try:
        # En su propia sesión: un Ctrl-C que termina la corrida no le impide contarlo.
        hecho = subprocess.run(
            hijo.orden(__name__), input=json.dumps(pedido), capture_output=True, text=True,
            timeout=PLAZO, env=hijo.ambiente(), start_new_session=True,
        )  # fmt: skip
        return json.loads(hecho.stdout)["motivo"]
    except subprocess.TimeoutExpired:
        return f"no contestó en {PLAZO:.0f} s"
    except OSError as e:
        return f"no se pudo arrancar el proceso que avisa ({e.strerror})"
    except (ValueError, TypeError, KeyError):
        return "el proceso que avisa murió"


def _reparo(url: str) -> str | None:
    """Qué tiene mal la dirección, sin repetirla."""
    url = url.strip()
    if not url.isprintable() or " " in url:
        return f"{VARIABLE} lleva un espacio o un carácter que no se ve"
    try:
        partes = urlsplit(url)
        puerto = partes.port
    except ValueError:
        return f"{VARIABLE} no se entiende: su puerto o sus corchetes están mal"
    if partes.scheme not in ("http", "https"):
        return f"{VARIABLE} no empieza por https:// ni por http://"
    if not partes.hostname or puerto == 0:
        return f"{VARIABLE} no dice a qué servidor llamar"
    return None


def _con_sufijo(url: str, sufijo: str) -> str:
    """El sufijo va en la ruta, antes de lo que siga a un «?»."""
    partes = urlsplit(url)
    ruta = partes.path.rstrip("/") + sufijo if sufijo else partes.path
    return urlunsplit(partes._replace(path=ruta, fragment=""))


def main() -> None:
    """El proceso que llama: recibe la dirección y la frase, y responde por qué no llegó, o nada."""
    salida = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    motivo = _llamar(**json.load(sys.stdin))
    salida.write(json.dumps({"motivo": motivo}))
    salida.flush()
    os._exit(0)  # sin esperar a nadie: una respuesta a medias no retiene a la corrida


def _llamar(url: str, frase: str) -> str | None:
    import urllib3  # sólo quien late paga su importación, y la de urllib.request

    partes = urlsplit(url)
    credencial, _, servidor = partes.netloc.rpartition("@")
    cabeceras = urllib3.make_headers(basic_auth=_suya(credencial), user_agent="fluxion-luigi")
    partes = partes._replace(netloc=servidor)
    try:
        respuesta = _salida(urllib3, partes).request(
            "POST", urlunsplit(partes),
            body=frase.encode("utf-8", "backslashreplace"),
            headers={**cabeceras, "Content-Type": "text/plain; charset=utf-8"},
            preload_content=False,
        )  # fmt: skip
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as e:
        return _por_que(urllib3.exceptions, e)
    if 300 <= respuesta.status < 400:
        return (
            f"responde que se mudó (HTTP {respuesta.status}), y no se le sigue: ponga la dirección "
            f"nueva en {VARIABLE}"
        )
    if not 200 <= respuesta.status < 300:
        return f"el servidor respondió HTTP {respuesta.status}"
    with suppress(Exception):  # ya llegó: lo que le pase al cuerpo no importa
        cuerpo = respuesta.read1(100)
        return next((dicho for senal, dicho in _SIN_CONTAR.items() if senal in cuerpo), None)
    return None


def _suya(credencial: str | None) -> str | None:
    """El usuario y la clave de una dirección, en UTF-8: urllib3 sólo admite Latin-1."""
    return unquote(credencial).encode("utf-8", "replace").decode("latin-1") if credencial else None


def _salida(urllib3: Any, partes: Any):
    """Por dónde se llama: directo o por el proxy del ambiente, con un solo reintento."""
    from urllib.request import getproxies, proxy_bypass

    opciones = {
        "timeout": urllib3.Timeout(connect=_CONECTAR, read=_CONTESTAR),
        "retries": urllib3.Retry(
            total=1, redirect=False, allowed_methods=None, status_forcelist=_DE_NUEVO,
            raise_on_status=False, raise_on_redirect=False, respect_retry_after_header=False,
        ),
    }  # fmt: skip
    proxies = getproxies()
    proxy = proxies.get(partes.scheme) or proxies.get("all")
    if not proxy or maquina.es_esta(partes.hostname) or proxy_bypass(partes.netloc):
        return urllib3.PoolManager(**opciones)
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    credencial = urllib3.util.parse_url(proxy).auth
    cabeceras = urllib3.make_headers(proxy_basic_auth=_suya(credencial))
    return urllib3.ProxyManager(proxy, proxy_headers=cabeceras, **opciones)


def _por_que(fallos: Any, error: BaseException) -> str:
    """El fallo en palabras. Las de la biblioteca no se usan: nombran la dirección."""
    if isinstance(error, fallos.MaxRetryError) and error.reason is not None:
        error = error.reason
    # En orden: unos son casos de otros.
    for clase, frase in (
        (fallos.ProxySchemeUnknown, "no se entiende el proxy del ambiente"),
        (fallos.ProxyError, "el proxy del ambiente no deja pasar"),
        (fallos.LocationParseError, "el nombre del servidor está mal escrito"),
        (fallos.SSLError, "su certificado no se pudo verificar, o no habla TLS"),
        (fallos.NameResolutionError, "el DNS no conoce ese servidor"),
        (fallos.NewConnectionError, "no se pudo conectar"),
        (fallos.TimeoutError, "no contestó a tiempo"),
        (fallos.ProtocolError, "cortó la llamada, o no habla HTTP"),
    ):
        if isinstance(error, clase):
            return frase
    return f"falló la llamada ({type(error).__name__})"
