"""Lo que una API de verdad contesta mal, una cosa por función: `servidor.hacer(error(500))`.

Cómo llega mal está en `tests.envios`. `juntas` suma dos.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

from fluxion_luigi.demo.forma import numero
from tests.api import Api, Maldad, Respuesta

PROXY = (
    b"<!DOCTYPE html><html><head><title>Acceso a Internet</title></head>"
    b"<body><h1>Su sesi\xc3\xb3n en el proxy ha vencido</h1></body></html>"
)


def juntas(*maldades: Maldad) -> Maldad:
    """Todas, en orden, sobre una misma respuesta."""

    def hecha(r: Respuesta) -> None:
        for maldad in maldades:
            maldad(r)

    return hecha


# -- otra respuesta


def dice(objeto: Any, estado: int = 200) -> Maldad:
    """Cualquier JSON: un número, un texto, un objeto sin lista."""

    def hecha(r: Respuesta) -> None:
        r.estado, r.objeto = estado, objeto

    return hecha


def error_en_200(texto: str = "Tiempo de espera agotado en la base de datos") -> Maldad:
    return dice({"error": texto})


def error(estado: int, cuerpo: bytes = b"upstream error", tipo: str = "text/plain") -> Maldad:
    """Un estado HTTP con un cuerpo que no es JSON."""

    def hecha(r: Respuesta) -> None:
        r.estado, r.cuerpo, r.tipo = estado, cuerpo, tipo

    return hecha


def ocupado(espera: float | None = None, *, en_fecha: bool = False, estado: int = 429) -> Maldad:
    """Un 429 (o 503) que pide esperar esos segundos, dichos así o como fecha HTTP."""

    def hecha(r: Respuesta) -> None:
        error(estado, b"too many requests")(r)
        if espera is not None:
            cuando = datetime.now(UTC) + timedelta(seconds=espera)
            r.cabeceras["Retry-After"] = (
                format_datetime(cuando, usegmt=True) if en_fecha else f"{espera:g}"
            )

    return hecha


def html(estado: int = 200) -> Maldad:
    """La página de un proxy."""
    return error(estado, PROXY, "text/html; charset=utf-8")


def vacia(estado: int = 200) -> Maldad:
    """Un cuerpo sin un octeto."""
    return error(estado, b"", "application/json")


def tipo(cual: str) -> Maldad:
    """Otro Content-Type sobre la misma respuesta."""

    def hecha(r: Respuesta) -> None:
        r.tipo = cual

    return hecha


def redirige(url: str, estado: int = 307) -> Maldad:
    """A otra dirección, entera. 307 y 308 conservan el POST."""

    def hecha(r: Respuesta) -> None:
        error(estado, b"")(r)
        r.cabeceras["Location"] = url

    return hecha


def rota(r: Respuesta) -> None:
    """El JSON, mal a la mitad y bien al principio y al final."""
    octetos = r.octetos
    r.cuerpo = octetos[: len(octetos) // 2] + octetos[len(octetos) // 2 :].replace(b":", b"=", 1)


# -- otros datos


def cambia_todo(como: Callable[[Any], Any]) -> Maldad:
    """El objeto entero, por lo que devuelva `como`."""

    def hecha(r: Respuesta) -> None:
        r.objeto = como(r.objeto)

    return hecha


def pelada() -> Maldad:
    """La lista sola, sin sobre."""
    return cambia_todo(lambda o: o["ventas"])


def sin_lista() -> Maldad:
    return cambia_todo(lambda o: {"meta": o["meta"]})


def lista(valor: Any) -> Maldad:
    """Otra cosa donde va la lista (`[]`, `None`), con el total que tenía."""
    return cambia_todo(lambda o: {**o, "ventas": valor})


def sin_total() -> Maldad:
    return cambia_todo(lambda o: {"ventas": o["ventas"]})


def total(diferencia: int) -> Maldad:
    """Un total_registros que no cuadra."""

    def otro(o: dict) -> dict:
        registros = o["meta"]["total_registros"] + diferencia
        return {**o, "meta": {**o["meta"], "total_registros": registros}}

    return cambia_todo(otro)


def cambia(campo: str, valor: Any, i: int = 0) -> Maldad:
    """Un campo de la línea `i`: `linea`, `financiero.venta_total_bs`; de una lista, su objeto.

    `valor` puede ser `numero("1.89e1")`: se escribe con esas cifras.
    """

    def hecha(r: Respuesta) -> None:
        *camino, ultimo = campo.split(".")
        en = r.objeto["ventas"][i]
        for paso in camino:
            en = en[paso][0]
        en[ultimo] = valor

    return hecha


def cambia_en(campo: str, como: Callable[[Any], Any]) -> Maldad:
    """Un campo de todas las líneas, por lo que devuelva `como`."""

    def otro(o: dict) -> dict:
        return {**o, "ventas": [{**x, campo: como(x[campo])} for x in o["ventas"]]}

    return cambia_todo(otro)


def quita(campo: str, i: int = 0) -> Maldad:
    """La línea `i`, sin ese campo."""

    def hecha(r: Respuesta) -> None:
        del r.objeto["ventas"][i][campo]

    return hecha


def pierde(i: int = 0) -> Maldad:
    """Falta la línea `i`; el total dice que está."""

    def hecha(r: Respuesta) -> None:
        del r.objeto["ventas"][i]

    return hecha


def repite(i: int = 0, **distinto: Any) -> Maldad:
    """La línea `i` dos veces; la segunda, con lo `distinto`. El total las cuenta como una."""

    def hecha(r: Respuesta) -> None:
        r.objeto["ventas"].append({**r.objeto["ventas"][i], **distinto})

    return hecha


def numeros(como: Callable[[Decimal], Any]) -> Maldad:
    """Todos los montos, escritos de otro modo: `con_exponente`, `str`."""

    def otro(x: Any) -> Any:
        if isinstance(x, dict):
            return {k: otro(v) for k, v in x.items()}
        if isinstance(x, list):
            return [otro(v) for v in x]
        return como(x) if isinstance(x, Decimal) else x

    return cambia_todo(otro)


def con_exponente(monto: Decimal) -> str:
    """`18.90` como `1.890E+1`, con las mismas cifras."""
    return numero(f"{monto:E}")


# -- datos que se mueven


def luego(que: Callable[[Api], object]) -> Maldad:
    """Responde bien, y entonces a las ventas les pasa algo: la próxima petición ya lo ve."""

    def hecha(r: Respuesta) -> None:
        r.cuerpo = r.octetos
        que(r.api)

    return hecha


def crece(sucursal: str, dia: str, n: int = 1) -> Maldad:
    """El día está abierto: tras cada respuesta tiene `n` líneas más."""
    return luego(lambda servidor: servidor.vender(sucursal, {dia: n}))


def entra_una(sucursal: str, dia: str) -> Maldad:
    """Entra una línea por delante: la página siguiente repite la última de ésta."""

    def entrar(servidor: Api) -> None:
        suyas = servidor.lineas[sucursal][date.fromisoformat(dia)]
        suyas.insert(0, replace(suyas[0], factura=f"{suyas[0].factura}-{len(suyas)}"))

    return luego(entrar)


def se_va_una(sucursal: str, dia: str) -> Maldad:
    """Se anula la primera: la página siguiente se salta una."""
    return luego(lambda servidor: servidor.lineas[sucursal][date.fromisoformat(dia)].pop(0))


def vence(r: Respuesta) -> None:
    """Desde esta respuesta, ningún token vale."""
    r.api.vencer()
