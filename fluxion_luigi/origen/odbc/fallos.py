"""Qué significa lo que dice un driver ODBC cuando falla, según la tabla de `causas.py`.

Primero el número del servidor o del driver, después el SQLSTATE y al final las palabras: los dos
primeros no cambian con el idioma, y el SQLSTATE solo no alcanza. 42000 es en SQL Server tanto una
coma de más como una lectura que hay que repetir, y PostgreSQL da 08001 tanto para una clave mala
como para un puerto cerrado. Lo que no se reconoce se trata como pasajero (se reintenta).
"""

import re
from dataclasses import dataclass, replace

from fluxion_luigi.errores import ErrorFluxion
from fluxion_luigi.origen.odbc.causas import CORTE, DRIVERS, FALLOS, Fallo


@dataclass(frozen=True)
class _Mensaje:
    """Uno de los mensajes de un error: su SQLSTATE, su número y sus palabras."""

    palabras: str
    estado: str = ""
    numero: int = 0


_POR_NUMERO = {(d, n): f for f in FALLOS for d in DRIVERS for n in getattr(f, d)}
_POR_ESTADO = {e.lower(): f for f in FALLOS for e in f.estados}
_POR_PALABRAS = [(re.compile(f.palabras), f) for f in FALLOS if f.palabras]

# Nombres y valores citados: una tabla «outlets» o un valor '28000' no son la causa de nada.
_CITADO = re.compile(r"(?<!\w)'[^']*'|\"[^\"]*\"|«[^»]*»")
# Lo que arrow-odbc dice por su cuenta, sin mensaje de ODBC: detrás va el dato, que dice lo que sea.
_DE_ARROW = re.compile(r"external error: (?!odbc emitted)")
# Los códigos se buscan sólo donde cada biblioteca los pone: 28000 también es un puerto o un precio.
_ARROW = re.compile(
    r"^state: (\w{5}), native error: (-?\d+), message: (.*?)(?=^state: \w{5}, native|\Z)",
    re.S | re.M,
)
_PYODBC = re.compile(
    r"(?:\A|; )\[(\w{5})\] (.*?) \((-?\d+)\)(?: \(\w+\))?(?=; \[\w{5}\] |\s*\Z)", re.S
)


def reconocer(texto: str) -> Fallo:
    """La causa que corresponde a los números, los SQLSTATE y las palabras del driver."""
    causas = [f for m in _mensajes(texto.lower()) if (f := _causa(m))]
    fallo = min(causas, key=FALLOS.index, default=CORTE)
    nombre = re.search(fallo.nombra, texto, re.I) if fallo.nombra else None
    return replace(fallo, causa=f"{fallo.causa}: {nombre[1]}") if nombre else fallo


def como_error(texto: str, donde: str, fallo: Fallo | None = None) -> ErrorFluxion:
    """El error con su frase: dónde, qué pasó, qué hacer y, entero, lo que dijo el driver.

    Args:
        fallo: la causa, si se supo de otro modo que por sus palabras.
    """
    fallo = fallo or reconocer(texto)
    return fallo.error(f"{donde}: {fallo.causa}. {fallo.consejo}\nEl driver dijo: {texto.strip()}")


def _mensajes(texto: str) -> list[_Mensaje]:
    """Los mensajes de un error como los escriben arrow-odbc y pyodbc; si no, uno con todo."""
    if _DE_ARROW.match(texto):
        return [_Mensaje(texto)]
    texto = _CITADO.sub("''", texto)
    mensajes = [_Mensaje(m[3], m[1], int(m[2])) for m in _ARROW.finditer(texto)]
    mensajes += [_Mensaje(m[2], m[1], int(m[3])) for m in _PYODBC.finditer(texto)]
    return mensajes or [_Mensaje(texto)]


def _causa(mensaje: _Mensaje) -> Fallo | None:
    for driver in _quien_habla(mensaje.palabras):
        if fallo := _POR_NUMERO.get((driver, mensaje.numero)):
            return fallo
    if fallo := _por_estado(mensaje.estado):
        return fallo
    return next((f for patron, f in _POR_PALABRAS if patron.search(mensaje.palabras)), None)


def _quien_habla(palabras: str) -> tuple[str, ...]:
    """De quién puede ser el número de un mensaje, por las marcas con que empieza."""
    if "[freetds]" in palabras:  # marca igual lo suyo y lo del servidor; sus números no chocan
        return ("freetds", "sqlserver")
    if "[sql server]" in palabras:
        return ("sqlserver",)
    if "[microsoft]" in palabras:
        return ("microsoft",)
    return ("sqlite",) if "[sqlite]" in palabras else ()


def _por_estado(estado: str) -> Fallo | None:
    if estado == "42000":  # el cajón de sastre de SQL Server; los demás de su clase sí dicen algo
        return None
    return _POR_ESTADO.get(estado) or _POR_ESTADO.get(estado[:2])
