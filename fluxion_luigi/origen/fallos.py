"""Qué significa lo que dice un driver ODBC cuando falla.

El SQLSTATE solo no alcanza: una sesión cortada a media lectura es 08S01 en el driver de Microsoft
y 01000 en FreeTDS, y PostgreSQL da 08001 tanto para una clave mala como para un puerto cerrado.
Por eso mandan las palabras, y lo que no se reconoce se trata como pasajero (se reintenta).
"""

import re
from dataclasses import dataclass

from fluxion_luigi.errores import ErrorFluxion, ErrorOrigen, ErrorTiempo, ErrorTransitorio


@dataclass(frozen=True)
class Fallo:
    """Una causa reconocida: su nombre, qué hacer y si tiene sentido reintentar."""

    causa: str
    consejo: str
    error: type[ErrorFluxion] = ErrorOrigen


_RED = ErrorTransitorio
_CONOCIDOS: tuple[tuple[str, Fallo], ...] = (
    (r"can't open lib|im002|im003|data source name not found",
     Fallo("falta el driver ODBC", "Instale el driver o corrija «driver» en el catálogo.")),
    (r"could not translate host name|name or service not known|no such host|getaddrinfo",
     Fallo("el nombre del servidor no se resuelve", "Corrija «host» en el catálogo o el DNS.")),
    (r"certificate|ssl provider|ssl_choose|encryption not supported|tls|ssl error|"
     r"server does not support ssl",
     Fallo("el servidor y el driver no acuerdan el cifrado (TLS)",
           "Ajuste el cifrado en «opciones» del catálogo (por ejemplo TrustServerCertificate).")),
    (r"cannot open database|database \"[^\"]*\" does not exist|3d000|connect failed|"
     r"unable to open database file",
     Fallo("la base de datos no existe o no se puede abrir",
           "Corrija «base_datos» (o «archivo») en el catálogo.")),
    (r"password authentication failed|login failed|28000|28p01|no password supplied|"
     r"role \"[^\"]*\" does not exist|adaptive server connection failed|no pg_hba.conf entry",
     Fallo("el servidor rechaza el usuario o la clave",
           "Corrija las credenciales en .env y los permisos del usuario en la tienda.")),
    (r"permission denied|permission was denied|42501",
     Fallo("el usuario no tiene permiso de lectura", "Dé permiso SELECT sobre esa tabla.")),
    (r"42p01|42s02|no such table|invalid object name|relation .* does not exist",
     Fallo("falta una tabla que la consulta lee",
           "Revise «base_datos» y «sistema» en el catálogo y el ventas.sql de ese sistema.")),
    (r"42703|42s22|no such column|invalid column name|column .* does not exist",
     Fallo("falta una columna que la consulta lee", "Revise el ventas.sql de ese sistema POS.")),
    (r"hyt00|hyt01|57014|timeout|timed out|statement timeout",
     Fallo("la tienda no contestó a tiempo", "Se reintenta con ventanas más cortas.", ErrorTiempo)),
    (r"state: (40001|40p01)|deadlock",
     Fallo("la consulta fue víctima de un interbloqueo", "Se reintenta.", _RED)),
    (r"state: (42|22)\w{3}|conversion failed|error converting|out of range|"
     r"invalid input syntax|arithmetic overflow",
     Fallo("el servidor no puede ejecutar la consulta con los datos que tiene",
           "Revise si una columna del POS cambió de tipo y corrija el ventas.sql.")),
    (r"is not a database|file is encrypted|malformed|disk image",
     Fallo("el archivo no es una base de datos sana", "Revise «archivo» en el catálogo.")),
    (r"connection refused|actively refused",
     Fallo("el puerto está cerrado",
           "Revise que el servicio de base de datos esté corriendo y el firewall.", _RED)),
)  # fmt: skip
_CORTE = Fallo("se cortó la conexión o el driver falló", "Revise la VPN de la tienda.", _RED)


def reconocer(texto: str) -> Fallo:
    """La causa que corresponde a las palabras del driver."""
    minusculas = texto.lower()
    for patron, fallo in _CONOCIDOS:
        if re.search(patron, minusculas):
            return fallo
    return _CORTE


def como_error(texto: str, donde: str) -> ErrorFluxion:
    """El error con su frase: dónde, qué pasó, qué hacer y, entero, lo que dijo el driver."""
    fallo = reconocer(texto)
    return fallo.error(f"{donde}: {fallo.causa}. {fallo.consejo}\nEl driver dijo: {texto.strip()}")


def sin_secreto(texto: str, *secretos: str) -> str:
    """El texto sin las claves, por si un driver las repitiera."""
    for secreto in secretos:
        if secreto:
            texto = texto.replace(secreto, "***")
    return texto
