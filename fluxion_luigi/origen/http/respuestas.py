"""Qué quiere decir lo que contesta una API, o que no conteste: siempre un `Fallo` con su causa."""

import contextlib
import json
import re
import ssl
from typing import Any
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3 import exceptions as fallos

from fluxion_luigi.origen.http.causas import Fallo

# De una respuesta mala se lee esto para decir qué dijo, y se cita menos.
_LEIDO, _CITA = 64 * 1024, 300
_HTML = re.compile(r"\s*(<!doctype|<html|<\?xml|<head|<body)", re.IGNORECASE)
_TITULO = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_SUCURSAL = re.compile(r"sucursal|branch|tienda", re.IGNORECASE)
_NO_ESTA = re.compile(
    r"no existe|no encontrad|inexistente|desconocid|inv[aá]lid|not found|unknown|invalid",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"token|sesi[oó]n|session|autentic|autoriz|unauthor", re.IGNORECASE)
_VENCIDO = re.compile(r"venc|expir|caduc|inv[aá]lid|invalid", re.IGNORECASE)
_POR_CODIGO = {
    400: "pedido", 401: "rechazada", 403: "prohibida", 404: "ruta", 405: "ruta", 407: "proxy",
    408: "silencio", 410: "ruta", 422: "pedido", 425: "limite", 429: "limite",
    502: "no_disponible", 503: "no_disponible", 504: "no_disponible",
}  # fmt: skip
_RETRY = urllib3.Retry()


def exigir_buena(respuesta: urllib3.BaseHTTPResponse, url: str) -> None:
    """Que la respuesta sea un 200 de la API. `Fallo` si no, con lo que dijo."""
    codigo = respuesta.status
    if 200 <= codigo < 300:
        return
    if 300 <= codigo < 400:
        a_donde = urlsplit(urljoin(url, respuesta.headers.get("Location", "")))
        # Sin el usuario y la clave que el servidor pusiera en ella.
        host = a_donde.netloc.rpartition("@")[2]
        raise Fallo("redirige", f"HTTP {codigo}, a {a_donde.scheme}://{host}")
    with contextlib.suppress(fallos.HTTPError, OSError):
        dicho = _texto(respuesta)
        raise _de_codigo(codigo, dicho, _espera(respuesta))
    raise _de_codigo(codigo, "", _espera(respuesta))


def de_error(dicho: Any) -> Fallo:
    """El de una respuesta que dice que algo salió mal, en su propio `error`."""
    if isinstance(dicho, dict):
        dicho = dicho.get("mensaje") or dicho.get("message") or json.dumps(dicho)
    texto = citar(str(dicho))
    if _SUCURSAL.search(texto) and _NO_ESTA.search(texto):
        return Fallo("sucursal", texto)
    if _TOKEN.search(texto) and _VENCIDO.search(texto):
        return Fallo("rechazada", texto)
    return Fallo("dice", texto)


def por_que(error: BaseException) -> Fallo:
    """Por qué no hubo respuesta, o no llegó entera. Las palabras de la biblioteca no se usan."""
    if isinstance(error, fallos.MaxRetryError) and error.reason is not None:
        error = error.reason
    if isinstance(error, fallos.ProxyError):
        return Fallo("proxy")
    causa = error.__cause__ or error.__context__ or (error.args[0] if error.args else None)
    for e in (error, causa):
        if isinstance(e, ssl.SSLCertVerificationError):
            return Fallo("certificado", e.verify_message)
        if isinstance(e, ConnectionRefusedError):
            return Fallo("puerto")
    # En orden: unos son casos de otros.
    for clase, nombre in (
        (fallos.SSLError, "tls"),
        (fallos.NameResolutionError, "dns"),
        (fallos.NewConnectionError, "red"),
        (fallos.ConnectTimeoutError, "red"),
        (fallos.TimeoutError, "silencio"),
        (fallos.DecodeError, "comprimida"),
    ):
        if isinstance(error, clase):
            return Fallo(nombre)
    return Fallo("corte")


def buscar(dicho: Any, donde: str) -> Any:
    """Lo que hay en ese lugar (`meta.total`) de una respuesta; None si no está."""
    for clave in donde.split(".") if donde else ():
        if not isinstance(dicho, dict):
            return None
        dicho = dicho.get(clave)
    return dicho if donde else None


def breve(respuesta: urllib3.BaseHTTPResponse) -> Any:
    """Una respuesta corta, entendida; None si no es JSON."""
    try:
        return json.loads(_texto(respuesta))
    except (ValueError, RecursionError):
        return None


def citar(texto: str) -> str:
    """Lo que dijo la API, para una frase: en una línea y corto; de una página, su título."""
    if es_html(texto):
        titulo = _TITULO.search(texto)
        texto = titulo[1] if titulo else "sin título"
    texto = " ".join("".join(c if c.isprintable() else " " for c in texto).split())
    return f"«{texto[:_CITA]}{'…' if len(texto) > _CITA else ''}»" if texto else ""


def es_html(texto: str) -> bool:
    """Si parece una página web."""
    return bool(_HTML.match(texto))


def _texto(respuesta: urllib3.BaseHTTPResponse) -> str:
    return respuesta.read(_LEIDO, decode_content=True).decode("utf-8", "replace")


def _de_codigo(codigo: int, dicho: str, espera: float) -> Fallo:
    nombre = _POR_CODIGO.get(codigo) or ("pedido" if codigo < 500 else "falla")
    if codigo in (400, 404, 422) and not es_html(dicho) and _SUCURSAL.search(dicho):
        nombre = "sucursal" if _NO_ESTA.search(dicho) else nombre
    detalle = f"HTTP {codigo}"
    if cita := citar(_mensaje(dicho)):
        detalle += f", {'una página titulada ' if es_html(dicho) else ''}{cita}"
    return Fallo(nombre, detalle, espera)


def _mensaje(dicho: str) -> str:
    """De un error en JSON, su frase; de lo demás, todo."""
    with contextlib.suppress(ValueError, RecursionError):
        datos = json.loads(dicho)
        for clave in ("error", "mensaje", "message", "detail"):
            if isinstance(datos, dict) and isinstance(datos.get(clave), str):
                return datos[clave]
    return dicho


def _espera(respuesta: urllib3.BaseHTTPResponse) -> float:
    """Los segundos que la API pide esperar: los dice así o con una fecha."""
    try:
        return _RETRY.get_retry_after(respuesta) or 0.0
    except fallos.InvalidHeader:
        return 0.0
