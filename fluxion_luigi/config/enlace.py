"""Lo que el catálogo dice de cómo se llega a una base: host, driver, opciones y credenciales.

Cada función revisa una cosa y devuelve lo que tiene de malo. Ninguna repite un valor que pudiera
ser una clave: los problemas salen en la terminal y en los registros.
"""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

Familia = Literal["sqlite", "postgresql", "freetds", "microsoft", "otra"]
Opcion = str | int | float | bool

_PISTAS: tuple[tuple[str, Familia], ...] = (
    ("sqlite", "sqlite"),
    ("freetds", "freetds"),
    ("tdsodbc", "freetds"),
    ("postgres", "postgresql"),
    ("psqlodbc", "postgresql"),
    ("sql server", "microsoft"),
    ("msodbcsql", "microsoft"),
    ("microsoft", "microsoft"),
)
_DE_SIEMPRE = {"http": ":80", "https": ":443"}
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NOMBRE_DE_HOST = re.compile(r"\w[\w.-]{0,252}")
# Un nombre no acaba en una parte que sea un número.
_CASI_NUMERO = re.compile(r"\d+|0x[0-9a-f]*", re.I)
_CON_PUERTO = re.compile(r"\[?(?P<host>[^\[\],]+?)\]?\s*(?:,|(?<!:):)\s*(?P<puerto>\d{1,5})")
_CON_INSTANCIA = re.compile(r"(?P<host>[^\\]+)\\(?P<instancia>[\w$#-]+)")
_SECRETO = re.compile(r"pwd|pass|clave|contrase|secre|token", re.I)
# Las opciones que ya tienen su sitio en el catálogo: dichas dos veces, cada driver hace caso a una.
_CON_SITIO = {
    "driver": "driver", "server": "host", "servername": "host", "address": "host", "addr": "host",
    "port": "puerto", "database": "base_datos", "uid": "usuario_env", "user": "usuario_env",
    "user id": "usuario_env", "username": "usuario_env", "dsn": "host y driver",
    "filedsn": "host y driver", "savefile": "host y driver",
}  # fmt: skip
# Las que protegen el enlace: un valor mal escrito no se descubre con las ventas ya en claro.
_PROTECCION: dict[Familia, dict[str, tuple[str, ...]]] = {
    "freetds": {"encryption": ("require", "request", "off", "strict")},
    "microsoft": {
        "encrypt": ("yes", "no", "mandatory", "optional", "strict"),
        "trustservercertificate": ("yes", "no"),
    },
    "postgresql": {
        "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
    },
}
# Cómo entiende cada familia un sí y un no: psqlodbc lee «True» como 0, y el de Microsoft no admite
# «true» ni 1.
_SI_Y_NO: dict[Familia, tuple[str, str]] = {"microsoft": ("yes", "no"), "freetds": ("yes", "no")}
_PALABRAS = {"true": True, "false": False}


def familia(driver: str) -> Familia:
    """A qué familia pertenece un driver, por su nombre o por la ruta de su biblioteca."""
    nombre = driver.lower()
    return next((cual for pista, cual in _PISTAS if pista in nombre), "otra")


def valor(cual: Familia, clave: str, dicho: Opcion) -> str:
    """El valor de una opción como lo entiende esa familia de drivers."""
    if isinstance(dicho, str):
        dicho = _PALABRAS.get(dicho.strip().lower(), dicho)
    if not isinstance(dicho, bool):
        return str(dicho)
    if cual == "freetds" and clave.lower() == "encryption":
        return "require" if dicho else "off"
    return _SI_Y_NO.get(cual, ("1", "0"))[not dicho]


def direccion(host: str, *, con_su_puerto: bool) -> tuple[str, str]:
    """El host como lo entienden los drivers, y lo que tiene de malo (vacío si nada).

    Args:
        con_su_puerto: el puerto lo dice la misma tienda, y no [predeterminados]. Entonces sobra el
            nombre de la instancia: los drivers van al puerto.
    """
    host = host.strip()
    if re.search(r"[@;={}]", host):
        return host, (
            "host lleva más que un nombre o una dirección; el usuario y la clave van en .env y lo "
            "demás, en su propia clave"
        )
    if marca := re.match(r"(\w+://|tcp:|np:|lpc:|admin:)", host, re.I):
        return host, f"host es sólo el nombre o la dirección, sin «{marca[0]}» delante"
    sin_corchetes = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        return str(ipaddress.ip_address(sin_corchetes)), ""
    except ValueError:
        pass  # no es una dirección: será un nombre
    if m := _CON_PUERTO.fullmatch(host):
        return host, f'host lleva el puerto: escriba host = "{m["host"]}" y puerto = {m["puerto"]}'
    if m := _CON_INSTANCIA.fullmatch(host):
        if con_su_puerto:
            return direccion(m["host"], con_su_puerto=True)
        return host, (
            f"host nombra la instancia {m['instancia']}: agregue a esta tienda su «puerto», el TCP "
            "de esa instancia (en SQL Server Configuration Manager, «Protocolos», TCP/IP)"
        )
    if _CASI_NUMERO.fullmatch(host.rstrip(".").rpartition(".")[2]):
        # El sistema los tomaría por otra: un «010» es un 8, y a «127.1» le pone dos ceros en medio.
        return host, (
            "host parece una dirección y no lo es: escriba sus cuatro números, de 0 a 255 y sin "
            "ceros delante"
        )
    if _NOMBRE_DE_HOST.fullmatch(host):
        return host, ""
    return host, "host no es un nombre ni una dirección"


def direccion_de_api(url: str) -> tuple[str, str]:
    """La dirección base de una API, sin barra final ni el puerto de siempre, y lo que tiene de malo
    (vacío si nada)."""
    url = url.strip().rstrip("/")
    try:
        partes = urlsplit(url)
        puerto = partes.port != 0
    except ValueError:
        return url, "url no es una dirección, como https://api.invalid"
    if partes.username or partes.password or partes.query or partes.fragment:
        return url, (
            "url lleva más que la dirección; el usuario, la clave o el token van en .env, y lo que "
            "se pide, en su sistema"
        )
    if url and not (partes.scheme in ("http", "https") and partes.hostname and puerto):
        return url, "url no es una dirección, como https://api.invalid"
    if not url:
        return url, ""
    # Escrita de un solo modo: dos que son la misma se comparan, y se turnan, como la misma.
    donde = partes.netloc.lower().removesuffix(_DE_SIEMPRE[partes.scheme])
    return f"{partes.scheme}://{donde}{partes.path}", ""


def problema_de_variable(clave: str, nombre: str) -> str:
    """Lo malo de `usuario_env` o `clave_env` (vacío si nada), sin repetir lo que dicen."""
    if not nombre or _VARIABLE.fullmatch(nombre):
        return ""
    return (
        f"{clave} debe ser el nombre de una variable de ambiente (letras sin acento, números y _), "
        "y el valor va en .env; lo escrito no se repite aquí por si es una clave"
    )


def visible(dicho: Any) -> str:
    """Un valor mal escrito, para mostrarlo; si parece llevar una clave, no."""
    return "(algo con una clave)" if _SECRETO.search(str(dicho)) else repr(dicho)


def parece_variable(nombre: str) -> bool:
    """Si se puede mostrar: escrito como una variable, no es una clave puesta por error."""
    return nombre.isupper()


def problema_de_driver(driver: str) -> str:
    """Lo malo de `driver`: una cadena de conexión entera, por ejemplo, que traería la clave."""
    if re.search(r"[;{}]", driver):
        return "driver es el nombre de un driver o la ruta de su biblioteca, no una cadena entera"
    return ""


def problemas_de_opciones(opciones: Mapping[str, Any], driver: str) -> Iterator[str]:
    """Lo malo de `opciones`, ya juntas las de [predeterminados] y las de la tienda."""
    cual = familia(driver)
    for clave, dicho in opciones.items():
        nombre = clave.strip().lower()
        if _SECRETO.search(clave):
            yield f"opciones no lleva claves ({clave}): diga en clave_env qué variable la tiene"
        elif nombre in _CON_SITIO:
            yield f"opciones no lleva {clave}: eso va en {_CON_SITIO[nombre]}"
        elif not re.fullmatch(r"[\w .-]+", clave):
            yield "opciones tiene un nombre que no es de una opción"
        elif not isinstance(dicho, Opcion):
            yield f"opciones: {clave} debe ser un texto, un número o true o false"
        elif isinstance(dicho, str) and not re.fullmatch(r"[^;{}\x00-\x1f]*|\{[^}]*\}", dicho):
            yield f"opciones: el valor de {clave} parte la cadena de conexión"
        elif isinstance(dicho, str) and re.search(r"(pwd|password)\s*=", dicho, re.I):
            yield f"opciones: {clave} lleva una clave; diga en clave_env qué variable la tiene"
        else:
            validos = _PROTECCION.get(cual, {}).get(nombre)
            if validos and valor(cual, clave, dicho).lower() not in validos:
                yield f"opciones: {clave} debe ser {', '.join(validos[:-1])} o {validos[-1]}"
