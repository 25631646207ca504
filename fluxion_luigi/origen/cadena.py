"""La cadena de conexión ODBC de una tienda, para cualquier driver."""

import re
from pathlib import Path
from typing import Literal

import pyodbc

from fluxion_luigi.config import Credencial, Sistema, Tienda
from fluxion_luigi.errores import ErrorConfiguracion

Familia = Literal["sqlite", "postgresql", "freetds", "microsoft", "otra"]

# Lo que cada familia necesita para no fallar ni perder tipos o acentos. El catálogo y el sistema
# POS pueden cambiarlo. FreeTDS entrega DATE como texto antes del protocolo 7.3. El driver de SQLite
# recorta a 32 bits, sin decirlo, los enteros de una columna INTEGER.
_PROPIAS: dict[Familia, dict[str, str]] = {
    "sqlite": {"BigInt": "1"},
    "freetds": {"TDS_Version": "7.4", "ClientCharset": "UTF-8"},
    "microsoft": {"ApplicationIntent": "ReadOnly"},
}


def familia(driver: str) -> Familia:
    """A qué familia pertenece un driver, por su nombre o por la ruta de su biblioteca."""
    nombre = driver.lower()
    for pista, cual in (
        ("sqlite", "sqlite"),
        ("freetds", "freetds"),
        ("tdsodbc", "freetds"),
        ("postgres", "postgresql"),
        ("psqlodbc", "postgresql"),
        ("sql server", "microsoft"),
        ("msodbcsql", "microsoft"),
    ):
        if pista in nombre:
            return cual
    return "otra"


def exigir_driver(tienda: Tienda) -> None:
    """Comprueba que el driver esté instalado, por nombre o por ruta.

    Raises:
        ErrorConfiguracion: si no está; lista los que hay.
    """
    hay = pyodbc.drivers()
    if tienda.driver in hay or ("/" in tienda.driver and Path(tienda.driver).is_file()):
        return
    raise ErrorConfiguracion(
        f"{tienda.id} pide el driver ODBC «{tienda.driver}», que no está instalado. "
        f"Los instalados son: {', '.join(sorted(hay)) or 'ninguno'}. "
        "Instálelo o corrija «driver» en el catálogo."
    )


def construir(tienda: Tienda, sistema: Sistema, credencial: Credencial | None) -> str:
    """La cadena de conexión, con las claves entre llaves para que sobrevivan sus símbolos.

    Lleva la clave dentro: no se registra, no se muestra y no pasa por argumentos de proceso.
    """
    cual = familia(tienda.driver)
    partes = {"Driver": _entre_llaves(tienda.driver)}
    if tienda.archivo:
        # sqliteodbc no entiende llaves en la ruta.
        partes["Database"] = str(tienda.archivo)
    elif cual == "microsoft":
        partes["Server"] = f"{tienda.host},{tienda.puerto}"
        partes["Database"] = _si_hace_falta(tienda.base_datos)
    else:
        partes["Server"] = tienda.host
        partes["Port"] = str(tienda.puerto)
        partes["Database"] = _si_hace_falta(tienda.base_datos)
    if credencial:
        partes["UID"] = _si_hace_falta(credencial.usuario)
        if credencial.clave:
            # Siempre entre llaves: sin ellas psqlodbc descifra los % de la clave.
            partes["PWD"] = _entre_llaves(credencial.clave)
    opciones = {**_PROPIAS.get(cual, {}), **sistema.opciones, **tienda.opciones}
    return "".join(f"{k}={v};" for k, v in {**partes, **opciones}.items())


def _entre_llaves(valor: str) -> str:
    return "{" + valor.replace("}", "}}") + "}"


def _si_hace_falta(valor: str) -> str:
    """Entre llaves sólo si lleva símbolos: psqlodbc no las entiende en UID ni en Database."""
    return valor if re.fullmatch(r"[\w.\-\\]*", valor) else _entre_llaves(valor)
