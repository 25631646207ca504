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


def _es(palabras: str, *, estado: str = "", nativo: str = "") -> re.Pattern[str]:
    """Cómo se reconoce: por sus palabras, o por el SQLSTATE o el código nativo del servidor.

    Los códigos no dependen del idioma del servidor; se buscan sólo donde pyodbc y arrow-odbc los
    ponen, porque 28000 también puede ser un puerto o un importe.
    """
    partes = [palabras]
    if estado:
        partes.append(rf"\[(?:{estado})\]|\bstate: (?:{estado}),")
    if nativo:
        partes.append(rf" \((?:{nativo})\)(?:;| \(|$)|\bnative error: (?:{nativo}),")
    return re.compile("|".join(partes))


_RED = ErrorTransitorio
_CONOCIDOS: tuple[tuple[re.Pattern[str], Fallo], ...] = (
    (_es(r"can't open lib|data source name not found", estado="im002|im003"),
     Fallo("falta el driver ODBC", "Instale el driver o corrija «driver» en el catálogo.")),
    (_es(r"could not translate host name|name or service not known|no such host|getaddrinfo"),
     Fallo("el nombre del servidor no se resuelve", "Corrija «host» en el catálogo o el DNS.")),
    (_es(r"cannot open database|database '' does not exist|no existe la base de datos|"
         r"\[sqlite\]connect failed|unable to open database file", estado="3d000", nativo="4060"),
     Fallo("la base de datos no existe o no se puede abrir",
           "Corrija «base_datos» (o «archivo») en el catálogo.")),
    (_es(r"password authentication failed|autentificación password falló|login failed|"
         r"no password supplied|role '' does not exist|not permitted to log in|"
         r"no pg_hba.conf entry", estado="28000|28p01", nativo="18456"),
     Fallo("el servidor rechaza el usuario o la clave",
           "Corrija las credenciales en .env y los permisos del usuario en la tienda.")),
    (_es(r"permission denied|permission was denied|is not able to access the database",
         estado="42501", nativo="229|230|916"),
     Fallo("el usuario no tiene permiso de lectura", "Dé permiso SELECT sobre esa tabla.")),
    (_es(r"no such table|invalid object name|relation '' does not exist", estado="42p01|42s02",
         nativo="208"),
     Fallo("falta una tabla que la consulta lee",
           "Revise «base_datos» y «sistema» en el catálogo, y el ventas.sql o el "
           "productos.sql de ese sistema.")),
    (_es(r"no such column|invalid column name|column \S+ does not exist", estado="42703|42s22",
         nativo="207"),
     Fallo("falta una columna que la consulta lee",
           "Revise el ventas.sql o el productos.sql de ese sistema.")),
    (_es(r"\bcertificate\b|ssl provider|ssl_choose|encryption not supported|\btls\b|"
         r"ssl error(?!: unexpected eof)|server does not support ssl"),
     Fallo("el servidor y el driver no acuerdan el cifrado (TLS)",
           "Ajuste el cifrado en «opciones» del catálogo (por ejemplo TrustServerCertificate).")),
    (_es(r"\bdeadlock", estado="40001|40p01", nativo="1205"),
     Fallo("la consulta fue víctima de un interbloqueo", "Se reintenta.", _RED)),
    (_es(r"\btimeout\b|\btimed out\b|lock request time out", estado="hyt00|hyt01|57014",
         nativo="1222"),
     Fallo("la tienda no contestó a tiempo",
           "Se reintenta y, si sigue, con ventanas más cortas.", ErrorTiempo)),
    (_es(r"\bsyntax error\b|incorrect syntax|sintaxis incorrecta", estado="42601",
         nativo="102|156"),
     Fallo("la consulta está mal escrita para ese servidor",
           "Corrija el .sql de ese sistema con lo que dijo el driver.")),
    (_es(r"conversion failed|error converting|out of range|invalid input syntax|"
         r"arithmetic overflow", estado=r"42\w{3}|22\w{3}"),
     Fallo("el servidor no puede ejecutar la consulta con los datos que tiene",
           "Revise si una columna del POS cambió de tipo y corrija el .sql que la lee.")),
    (_es(r"is not a database|file is encrypted|malformed|disk image"),
     Fallo("el archivo no es una base de datos sana", "Revise «archivo» en el catálogo.")),
    (_es(r"connection refused|actively refused"),
     Fallo("el puerto está cerrado",
           "Revise que el servicio de base de datos esté corriendo y el firewall.", _RED)),
)  # fmt: skip
_CORTE = Fallo("se cortó la conexión o el driver falló", "Revise la VPN de la tienda.", _RED)
# Nombres y valores citados: una tabla «outlets» o un valor '28000' no son la causa de nada.
_CITADO = re.compile(r"(?<!\w)'[^']*'|\"[^\"]*\"|«[^»]*»")


def reconocer(texto: str) -> Fallo:
    """La causa que corresponde a las palabras y los códigos del driver."""
    sin_nombres = _CITADO.sub("''", texto.lower())
    for patron, fallo in _CONOCIDOS:
        if patron.search(sin_nombres):
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
            # En la cadena de conexión la clave va con sus llaves dobles.
            texto = texto.replace(secreto.replace("}", "}}"), "***").replace(secreto, "***")
    return texto
