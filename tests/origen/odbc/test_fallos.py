"""Lo que dicen de verdad los drivers, y la causa y el reintento que le corresponden."""

import contextlib
import re
import sqlite3
from datetime import date

import arrow_odbc
import pytest

from fluxion_luigi.errores import CLASES, ErrorDatos, ErrorOrigen, ErrorTiempo, ErrorTransitorio
from fluxion_luigi.origen.fuentes import sin_secreto
from fluxion_luigi.origen.odbc.causas import DRIVERS, FALLOS
from fluxion_luigi.origen.odbc.fallos import como_error, reconocer
from fluxion_luigi.origen.odbc.sesion import ANCHO_MAXIMO_TEXTO

# Cada causa, por las palabras con que se le dice al operador.
CAUSAS = {
    "driver": "driver ODBC",
    "nombre": "no se resuelve",
    "tls": "TLS",
    "base": "base de datos no existe",
    "clave": "usuario o la clave",
    "permiso": "permiso de lectura",
    "tabla": "falta una tabla",
    "columna": "falta una columna",
    "tiempo": "no contestó a tiempo",
    "interbloqueo": "interbloqueo",
    "sintaxis": "mal escrita",
    "escribe": "intenta escribir en la tienda",
    "tipo": "no es del tipo que la consulta espera",
    "intercalacion": "intercalaciones",
    "dato": "no puede convertir un dato",
    "danada": "páginas dañadas",
    "utf8": "no se puede leer como UTF-8",
    "largo": "más largo de lo que se lee",
    "fecha": "fuera de los años",
    "archivo": "no es una base de datos sana",
    "puerto": "el puerto está cerrado",
    "servidor": "no están disponibles ahora",
    "recursos": "sin memoria, sin disco",
    "movidos": "se movieron mientras se leían",
    "ocupada": "otro programa tiene ocupada",
    "corte": "se cortó la conexión",
}
# Las que se arreglan solas: volver a intentar tiene sentido. Las demás se repetirían igual.
PASAJERAS = {
    "tiempo", "interbloqueo", "puerto", "servidor", "recursos", "movidos", "ocupada", "corte",
}  # fmt: skip
# Las de un dato que sólo tienen unos días: se apartan y los demás siguen.
DE_DATOS = {"dato", "danada", "utf8", "largo", "fecha"}

MICROSOFT = "[Microsoft][ODBC Driver 18 for SQL Server]"
SERVIDOR = MICROSOFT + "[SQL Server]"
FREETDS = "[FreeTDS][SQL Server]"
ODBC = "[unixODBC][Driver Manager]"
CONSULTA = "\nError while executing the query"


def postgresql(texto: str, puerto: int = 5432) -> str:
    return f'connection to server at "192.0.2.3", port {puerto} failed: {texto}\n'


# (SQLSTATE, código nativo, mensaje, causa)
TEXTOS = [
    # unixODBC
    ("01000", 0, f"{ODBC}Can't open lib '/opt/x/libmsodbcsql-18.so' : file not found", "driver"),
    ("IM002", 0, f"{ODBC}Data source name not found, and no default driver specified", "driver"),
    # Microsoft, driver 18
    ("42S02", 208, f"{SERVIDOR}Invalid object name 'VAD20.dbo.MA_TRANSACCION'.", "tabla"),
    ("42S22", 207, f"{SERVIDOR}Invalid column name 'n_TipoPeso'.", "columna"),
    ("28000", 18456, f"{SERVIDOR}Login failed for user 'lector'.", "clave"),
    ("28000", 18456, f"{SERVIDOR}Login failed for user 'lector'. Reason: The account is disabled.",
     "clave"),
    ("42000", 4060, f'{SERVIDOR}Cannot open database "VAD20" requested by the login. '
     "The login failed.", "base"),
    ("42000", 229, f"{SERVIDOR}The SELECT permission was denied on the object 'MA_PRODUCTOS', "
     "database 'VAD20', schema 'dbo'.", "permiso"),
    # El usuario entra en VAD20, pero no está en VAD10.
    ("08004", 916, f'{SERVIDOR}The server principal "lector" is not able to access the database '
     '"VAD10" under the current security context.', "permiso"),
    ("08001", -1, f"{MICROSOFT}SSL Provider: [error:0A000086:SSL routines::certificate verify "
     "failed:self-signed certificate]", "tls"),
    ("08001", -1, f"{MICROSOFT}SSL Provider: [error:0A000102:SSL routines::unsupported protocol]",
     "tls"),
    ("08001", -1, f"{MICROSOFT}Encryption not supported on SQL Server.", "tls"),
    ("08S01", 54, f"{MICROSOFT}TCP Provider: Error code 0x36", "corte"),
    ("08S01", 10054, f"{MICROSOFT}TCP Provider: Error code 0x2746", "corte"),
    ("08S01", 0, f"{MICROSOFT}Communication link failure", "corte"),
    ("HY000", 596, f"{SERVIDOR}Cannot continue the execution because the session is in the kill "
     "state.", "corte"),
    ("HY000", 6005, f"{SERVIDOR}SHUTDOWN is in progress.", "servidor"),
    ("HYT00", 0, f"{MICROSOFT}Login timeout expired", "tiempo"),
    ("HYT00", 0, f"{MICROSOFT}Query timeout expired", "tiempo"),
    ("HYT00", 1222, f"{SERVIDOR}Lock request time out period exceeded.", "tiempo"),
    ("HY000", 1222, f"{SERVIDOR}Lock request time out period exceeded.", "tiempo"),
    ("40001", 1205, f"{SERVIDOR}Transaction (Process ID 61) was deadlocked on lock resources with "
     "another process and has been chosen as the deadlock victim. Rerun the transaction.",
     "interbloqueo"),
    ("22018", 245, f"{SERVIDOR}Conversion failed when converting the varchar value 'ABC' to data "
     "type int.", "dato"),
    ("22007", 241, f"{SERVIDOR}Conversion failed when converting date and/or time from character "
     "string.", "dato"),
    ("22003", 8115, f"{SERVIDOR}Arithmetic overflow error converting numeric to data type numeric.",
     "dato"),
    ("42000", 8114, f"{SERVIDOR}Error converting data type varchar to numeric.", "dato"),
    ("42000", 102, f"{SERVIDOR}Incorrect syntax near 'FROM'.", "sintaxis"),
    ("42000", 156, f"{SERVIDOR}Sintaxis incorrecta cerca de la palabra clave 'AS'.", "sintaxis"),
    ("42601", 1, 'ERROR: syntax error at or near "SELEC";' + CONSULTA, "sintaxis"),
    ("HY000", 1, '[SQLite]near "SELEC": syntax error (1)', "sintaxis"),
    # El mismo servidor, en español: cambian las palabras, no el SQLSTATE ni el código.
    ("42S02", 208, f"{SERVIDOR}El nombre de objeto 'VAD20.dbo.MA_TRANSACCION' no es válido.",
     "tabla"),
    ("42S22", 207, f"{SERVIDOR}El nombre de columna 'n_TipoPeso' no es válido.", "columna"),
    ("28000", 18456, f"{SERVIDOR}Error de inicio de sesión del usuario 'lector'.", "clave"),
    ("42000", 4060, f"{SERVIDOR}No se puede abrir la base de datos 'VAD20' solicitada por el "
     "inicio de sesión. Error de inicio de sesión.", "base"),
    ("42000", 229, f"{SERVIDOR}Se denegó el permiso SELECT en el objeto 'MA_PRODUCTOS', base de "
     "datos 'VAD20', esquema 'dbo'.", "permiso"),
    ("HY000", 1222, f"{SERVIDOR}Se excedió el tiempo de espera de la solicitud de bloqueo.",
     "tiempo"),
    # FreeTDS
    ("42S02", 208, f"{FREETDS}Invalid object name 'VAD20.dbo.MA_TRANSACCION'.", "tabla"),
    ("42S22", 207, f"{FREETDS}Invalid column name 'n_TipoPeso'.", "columna"),
    ("28000", 18456, f"{FREETDS}Login failed for user 'lector'.", "clave"),
    ("42000", 4060, f'{FREETDS}Cannot open database "VAD20" requested by the login. '
     "The login failed.", "base"),
    ("42000", 229, f"{FREETDS}The SELECT permission was denied on the object 'MA_PRODUCTOS', "
     "database 'VAD20', schema 'dbo'.", "permiso"),
    ("42000", 1222, f"{FREETDS}Lock request time out period exceeded.", "tiempo"),
    ("42000", 1205, f"{FREETDS}Transaction (Process ID 61) was deadlocked on lock resources with "
     "another process and has been chosen as the deadlock victim. Rerun the transaction.",
     "interbloqueo"),
    ("01000", 20017, f"{FREETDS}Unexpected EOF from the server", "corte"),
    ("08S01", 20004, f"{FREETDS}Read from the server failed", "corte"),
    ("08S01", 20006, f"{FREETDS}Write to the server failed", "corte"),
    ("08001", 0, f"{FREETDS}Unable to connect to data source", "corte"),
    ("HYT00", 0, f"{FREETDS}Timeout expired", "tiempo"),
    # psqlodbc
    ("08001", 101, postgresql('FATAL:  password authentication failed for user "lector"'), "clave"),
    ("08001", 101, postgresql('FATAL:  role "lector" is not permitted to log in'), "clave"),
    ("08001", 101, postgresql('FATAL:  no pg_hba.conf entry for host "192.0.2.1", user "lector", '
     'database "pos", no encryption'), "clave"),
    ("08001", 101, postgresql('FATAL:  database "pos" does not exist'), "base"),
    ("08001", 101, postgresql("server does not support SSL, but SSL was required"), "tls"),
    ("08001", 101, postgresql("SSL error: certificate verify failed"), "tls"),
    ("08001", 101, 'could not translate host name "tienda" to address: Name or service not known',
     "nombre"),
    ("08001", 101, postgresql("Connection refused\n\tIs the server running on that host and "
     "accepting TCP/IP connections?"), "puerto"),
    ("08001", 101, postgresql("Connection timed out"), "tiempo"),
    ("08001", 101, postgresql("timeout expired"), "tiempo"),
    ("08001", 101, postgresql("No route to host"), "corte"),
    ("08001", 101, postgresql("server closed the connection unexpectedly"), "corte"),
    ("08001", 101, postgresql("FATAL:  the database system is starting up"), "servidor"),
    ("08001", 101, postgresql("FATAL:  sorry, too many clients already"), "recursos"),
    ("08S01", 27, "could not receive data from server: SSL SYSCALL error: EOF detected", "corte"),
    # Así se ve un corte cuando la sesión va cifrada: no es un desacuerdo de TLS.
    ("08S01", 27, "consuming input failed: SSL error: unexpected eof while reading", "corte"),
    ("42P01", 1, 'ERROR: relation "vad20.ma_transaccion" does not exist;' + CONSULTA, "tabla"),
    ("42703", 1, "ERROR: column p.text2 does not exist;" + CONSULTA, "columna"),
    ("42501", 1, "ERROR: permission denied for table ma_productos;" + CONSULTA, "permiso"),
    ("42501", 1, "ERROR: permission denied for schema vad10;" + CONSULTA, "permiso"),
    ("57014", 1, "ERROR: canceling statement due to statement timeout;" + CONSULTA, "tiempo"),
    ("55P03", 1, "ERROR: canceling statement due to lock timeout;" + CONSULTA, "tiempo"),
    ("57P01", 1, "FATAL: terminating connection due to administrator command;" + CONSULTA,
     "servidor"),
    ("40P01", 1, "ERROR: deadlock detected;" + CONSULTA, "interbloqueo"),
    ("22P02", 1, 'ERROR: invalid input syntax for type numeric: "abc";' + CONSULTA, "dato"),
    ("22003", 1, "ERROR: numeric field overflow;" + CONSULTA, "dato"),
    ("42883", 1, "ERROR: operator does not exist: text >= date;" + CONSULTA, "tipo"),
    # El mismo servidor, en español.
    ("08001", 101, postgresql("FATAL:  la autentificación password falló para el usuario "
     "«lector»"), "clave"),
    ("08001", 101, postgresql("FATAL:  no existe la base de datos «pos»"), "base"),
    ("42P01", 1, "ERROR: no existe la relación «vad20.ma_transaccion»;" + CONSULTA, "tabla"),
    ("42703", 1, "ERROR: no existe la columna p.text2;" + CONSULTA, "columna"),
    ("42501", 1, "ERROR: permiso denegado a la tabla ma_productos;" + CONSULTA, "permiso"),
    ("57014", 1, "ERROR: cancelando la sentencia debido a que se agotó el tiempo de espera de "
     "sentencias;" + CONSULTA, "tiempo"),
    ("40P01", 1, "ERROR: se ha detectado un deadlock;" + CONSULTA, "interbloqueo"),
    # SQLite
    ("HY000", 1, "[SQLite]no such table: lineas (1)", "tabla"),
    ("HY000", 1, "[SQLite]no such column: l.caja (1)", "columna"),
    ("HY000", 26, "[SQLite]file is not a database (26)", "archivo"),
    ("HY000", 11, "[SQLite]database disk image is malformed (11)", "archivo"),
    ("HY000", 14, "[SQLite]unable to open database file (14)", "base"),
    ("HY000", 1, "[SQLite]connect failed", "base"),
    ("HY000", 5, "[SQLite]database is locked (5)", "ocupada"),
]  # fmt: skip

# Nombres y valores que llevan dentro las palabras o los códigos de otra causa.
CON_NOMBRES = [
    ("42S02", 208, f"{SERVIDOR}Invalid object name 'VAD20.dbo.OUTLETS'.", "tabla"),
    ("42S02", 208, f"{SERVIDOR}Invalid object name 'VAD20.dbo.MA_TIMEOUT'.", "tabla"),
    ("42S02", 208, f"{SERVIDOR}Invalid object name 'VAD28000.dbo.MA_TRANSACCION'.", "tabla"),
    ("42S22", 207, f"{SERVIDOR}Invalid column name 'c_Certificate'.", "columna"),
    ("42000", 4060, f'{SERVIDOR}Cannot open database "ssl_error_tls" requested by the login. '
     "The login failed.", "base"),
    ("28000", 18456, f"{SERVIDOR}Login failed for user 'outlets'.", "clave"),
    ("42000", 229, f"{SERVIDOR}The SELECT permission was denied on the object 'MA_OUTLETS', "
     "database 'VAD20', schema 'dbo'.", "permiso"),
    ("22018", 245, f"{SERVIDOR}Conversion failed when converting the varchar value '28000' to data "
     "type int.", "dato"),
    ("22018", 245, f"{SERVIDOR}Conversion failed when converting the varchar value 'timeout' to "
     "data type int.", "dato"),
    ("22P02", 1, 'ERROR: invalid input syntax for type integer: "42501";' + CONSULTA, "dato"),
    ("42P01", 1, 'ERROR: relation "vad20.outlets" does not exist;' + CONSULTA, "tabla"),
    ("42703", 1, "ERROR: column p.certificate_timeout does not exist;" + CONSULTA, "columna"),
    ("42501", 1, "ERROR: permission denied for table outlets;" + CONSULTA, "permiso"),
    ("08001", 101, postgresql('FATAL:  database "timeout_tls" does not exist'), "base"),
    ("08001", 101, postgresql('FATAL:  password authentication failed for user "tls_im002"'),
     "clave"),
    ("08001", 101, postgresql("Connection refused", puerto=42501), "puerto"),
    ("08001", 101, postgresql("Connection refused", puerto=28000), "puerto"),
    ("08001", 101, postgresql("server closed the connection unexpectedly", puerto=57014), "corte"),
    ("HY000", 1, "[SQLite]no such table: outlets (1)", "tabla"),
]  # fmt: skip


# Con el SQLSTATE que SQL Server usa para todo: (número, mensaje, causa). El mensaje va abreviado,
# en inglés o en español, porque quien decide es el número.
SQL_SERVER = [
    (601, "Could not continue scan with NOLOCK due to data movement.", "movidos"),
    (601, "No se puede seguir leyendo con NOLOCK porque se movieron los datos.", "movidos"),
    (605, "Attempt to fetch logical page (1:305) in database 7 failed.", "movidos"),
    (614, "Could not locate bookmark due to data movement.", "movidos"),
    (669, "The row object is inconsistent. Please rerun the query.", "movidos"),
    (6005, "SHUTDOWN is in progress.", "servidor"),
    (6005, "El cierre está en curso.", "servidor"),
    (921, "Database 'VAD20' has not been recovered yet. Wait and try again.", "servidor"),
    (922, "Database 'VAD20' is being recovered. Waiting until recovery is finished.", "servidor"),
    (927, "Database 'VAD20' cannot be opened. It is in the middle of a restore.", "servidor"),
    (942, "Database 'VAD20' cannot be opened because it is offline.", "servidor"),
    (945, "Database 'VAD20' cannot be opened due to inaccessible files or insufficient memory or "
     "disk space.", "servidor"),
    (983, "Unable to access availability database 'VAD20'.", "servidor"),
    (3947, "The transaction was aborted because the secondary compute failed to catch up redo.",
     "servidor"),
    (17142, "SQL Server service has been paused. No new connections will be allowed.", "servidor"),
    (17892, "Logon failed for login 'lector' due to trigger execution.", "servidor"),
    (18401, "Login failed for user 'lector'. Reason: Server is in script upgrade mode.",
     "servidor"),
    (40197, "The service has encountered an error processing your request.", "servidor"),
    (40613, "Database 'VAD20' on server 'x' is not currently available.", "servidor"),
    (42109, "The SQL pool is warming up. Please try again.", "servidor"),
    (41302, "The current transaction attempted to update a record that has been updated.",
     "interbloqueo"),
    (41839, "Transaction exceeded the maximum number of commit dependencies.", "interbloqueo"),
    (17197, "Login failed due to timeout; the connection has been closed.", "tiempo"),
    (4014, "A fatal error occurred while reading the input stream from the network.", "corte"),
    (916, 'The server principal "x" is not able to access the database "VAD10".', "permiso"),
    (701, "There is insufficient system memory in resource pool 'default' to run this query.",
     "recursos"),
    (701, "Memoria del sistema insuficiente en el grupo de recursos 'default'.", "recursos"),
    (1105, "Could not allocate space for object 'x' because the 'PRIMARY' filegroup is full.",
     "recursos"),
    (1204, "The instance of the SQL Server Database Engine cannot obtain a LOCK resource.",
     "recursos"),
    (10928, "Resource ID: 1. The request limit for the database is 90 and has been reached.",
     "recursos"),
    (10929, "The server is currently too busy to support requests.", "recursos"),
    (17809, "The maximum number of '10' user connections has already been reached.", "recursos"),
    (40501, "The service is currently busy. Retry the request after 10 seconds.", "recursos"),
    (49918, "Cannot process request. Not enough resources to process request.", "recursos"),
    (49919, "Too many create or update operations in progress.", "recursos"),
    (49920, "Too many operations in progress.", "recursos"),
    (1205, "La transacción fue elegida como sujeto del interbloqueo.", "interbloqueo"),
    (1222, "Se excedió el tiempo de espera de la solicitud de bloqueo.", "tiempo"),
    (8645, "A timeout occurred while waiting for memory resources.", "tiempo"),
    (596, "Cannot continue the execution because the session is in the kill state.", "corte"),
    (4060, 'Cannot open database "VAD20" requested by the login.', "base"),
    (911, "Database 'VAD10' does not exist.", "base"),
    (18456, "Error de inicio de sesión del usuario 'lector'.", "clave"),
    (18486, "Login failed for user 'lector' because the account is currently locked out.", "clave"),
    (297, "The user does not have permission to perform this action.", "permiso"),
    (468, 'Cannot resolve the collation conflict between "Latin1_General_CI_AS" and '
     '"Modern_Spanish_CI_AS" in the equal to operation.', "intercalacion"),
    (468, 'No se puede resolver el conflicto de intercalación entre "Latin1_General_CI_AS" y '
     '"Modern_Spanish_CI_AS" de la operación equal to.', "intercalacion"),
    (457, "Implicit conversion of varchar value to varchar cannot be performed.", "intercalacion"),
    (206, "Operand type clash: date is incompatible with int", "tipo"),
    (529, "Explicit conversion from data type date to int is not allowed.", "tipo"),
    (8117, "Operand data type varchar is invalid for sum operator.", "tipo"),
    (108, "The ORDER BY position number 9 is out of range of the number of items in the select "
     "list.", "sintaxis"),
    (8120, "Column 'x' is invalid in the select list.", "sintaxis"),
    (4104, 'The multi-part identifier "p.text2" could not be bound.', "columna"),
    (8114, "Error al convertir el tipo de datos varchar a numeric.", "dato"),
    (8115, "Error de desbordamiento aritmético al convertir numeric al tipo de datos numeric.",
     "dato"),
    (8152, "String or binary data would be truncated.", "dato"),
    (2628, "String or binary data would be truncated in table 'x', column 'y'.", "dato"),
    (220, "Arithmetic overflow error for data type tinyint, value = 300.", "dato"),
    (232, "Arithmetic overflow error for type int, value = 1e30.", "dato"),
    (235, "Cannot convert a char value to money. The char value has incorrect syntax.", "dato"),
    (241, "Error al convertir una cadena de caracteres en fecha y/u hora.", "dato"),
    (242, "The conversion of a varchar data type to a datetime data type resulted in an "
     "out-of-range value.", "dato"),
    (245, "Error de conversión al convertir el valor varchar 'ABC' al tipo de datos int.", "dato"),
    (248, "The conversion of the varchar value '99999999999' overflowed an int column.", "dato"),
    (295, "Conversion failed when converting character string to smalldatetime data type.", "dato"),
    (296, "The conversion of char data type to smalldatetime data type resulted in an out-of-range "
     "smalldatetime value.", "dato"),
    (298, "The conversion from datetime data type to smalldatetime data type resulted in a "
     "smalldatetime overflow error.", "dato"),
    (512, "Subquery returned more than 1 value.", "dato"),
    (8134, "Divide by zero error encountered.", "dato"),
    (9420, "XML parsing: line 1, character 8, illegal xml character", "dato"),
    (824, "SQL Server detected a logical consistency-based I/O error: incorrect checksum.",
     "danada"),
    # Sin número ni palabras conocidas, 42000 no dice nada: se reintenta.
    (99999, "Something new that nobody has seen.", "corte"),
    (3930, "The current transaction cannot be committed.", "corte"),
]  # fmt: skip

# Los mismos números y palabras según quién los diga, y los de los demás.
DE_CADA_DRIVER = [
    # La red, contada por el driver de Microsoft: «SSL Provider» no es un desacuerdo de cifrado.
    ("08001", 10054, f"{MICROSOFT}SSL Provider: An existing connection was forcibly closed by the "
     "remote host.", "corte"),
    ("08S01", 10053, f"{MICROSOFT}TCP Provider: Error code 0x2745", "corte"),
    ("08S01", 64, f"{MICROSOFT}TCP Provider: The specified network name is no longer available.",
     "corte"),
    ("08001", 233, f"{MICROSOFT}Shared Memory Provider: No process is on the other end of the "
     "pipe.", "corte"),
    ("08001", 10060, f"{MICROSOFT}TCP Provider: Error code 0x274C", "tiempo"),
    ("08001", 258, f"{MICROSOFT}TCP Provider: Timeout error [258].", "tiempo"),
    ("08001", 10061, f"{MICROSOFT}TCP Provider: Error code 0x274D", "puerto"),
    ("08001", 11001, f"{MICROSOFT}TCP Provider: Error code 0x2AF9", "nombre"),
    # 102 es del servidor: en el driver no es una consulta mal escrita.
    ("08S01", 102, f"{MICROSOFT}TCP Provider: Error code 0x66", "corte"),
    ("01000", 20003, f"{FREETDS}Adaptive Server connection timed out", "tiempo"),
    ("08S01", 20008, f"{FREETDS}Unable to open socket", "corte"),
    ("08S01", 20013, f"{FREETDS}Unknown host machine name", "nombre"),
    ("HY000", 20047, f"{FREETDS}DBPROCESS is dead or not enabled", "corte"),
    ("HY000", 2404, f"{FREETDS}Some character(s) could not be converted into client's character "
     "set", "utf8"),
    # Sin la marca de SQL Server, 229 no es su permiso denegado.
    ("HY000", 229, "el driver falló", "corte"),
    ("40001", 1, "ERROR: could not serialize access due to concurrent update;" + CONSULTA,
     "interbloqueo"),
    ("25006", 1, "ERROR: cannot execute CREATE TABLE in a read-only transaction;" + CONSULTA,
     "escribe"),
    ("53100", 1, 'ERROR: could not extend file "base/1": No space left on device;' + CONSULTA,
     "recursos"),
    ("53300", 1, "FATAL: remaining connection slots are reserved;" + CONSULTA, "recursos"),
    ("57P03", 1, "FATAL: el sistema de base de datos está iniciándose;" + CONSULTA, "servidor"),
    ("08001", 101, postgresql("FATAL:  el sistema de base de datos está apagándose"), "servidor"),
    ("08001", 101, postgresql("FATAL:  lo siento, ya tenemos demasiados clientes"), "recursos"),
    ("57P05", 1, "FATAL: terminating connection due to idle-session timeout;" + CONSULTA, "corte"),
    ("3D000", 1, "FATAL: no existe la base de datos «pos»;" + CONSULTA, "base"),
    ("28P01", 1, "FATAL: la autentificación falló;" + CONSULTA, "clave"),
    ("3F000", 1, 'ERROR: schema "vad10" does not exist;' + CONSULTA, "tabla"),
    ("42883", 1, "ERROR: no existe la función sum(text);" + CONSULTA, "tipo"),
    ("42804", 1, "ERROR: CASE types text and integer cannot be matched;" + CONSULTA, "tipo"),
    ("42P22", 1, "ERROR: no se pudo determinar qué ordenamiento usar;" + CONSULTA, "intercalacion"),
    ("42803", 1, "ERROR: la columna «x» debe aparecer en la cláusula GROUP BY;" + CONSULTA,
     "sintaxis"),
    ("21000", 1, "ERROR: more than one row returned by a subquery;" + CONSULTA, "dato"),
    ("22008", 1, 'ERROR: date/time field value out of range: "2025-02-31";' + CONSULTA, "dato"),
    ("22012", 1, "ERROR: división por cero;" + CONSULTA, "dato"),
    ("22021", 1, 'ERROR: invalid byte sequence for encoding "UTF8": 0xca 0x46;' + CONSULTA, "utf8"),
    ("XX001", 1, "ERROR: invalid page in block 0 of relation base/5/1;" + CONSULTA, "danada"),
    # La comilla de un valor deja fuera de las comillas lo que sigue.
    ("22P02", 1, 'ERROR: invalid input syntax for type numeric: "tubo 5" timeout";' + CONSULTA,
     "dato"),
    ("HY000", 1, "[SQLite]integer overflow (1)", "dato"),
    ("HY000", 1, "[SQLite]malformed JSON (1)", "dato"),
    ("HY000", 1, "[SQLite]no such function: nada (1)", "sintaxis"),
    ("HY000", 8, "[SQLite]attempt to write a readonly database (8)", "escribe"),
    ("HY000", 6, "[SQLite]database table is locked (6)", "ocupada"),
    ("HY000", 13, "[SQLite]database or disk is full (13)", "recursos"),
]  # fmt: skip


def por_pyodbc(estado: str, nativo: int, mensaje: str) -> str:
    """Como lo cuenta pyodbc, con quien se verifica la conectividad."""
    return f"[{estado}] {mensaje} ({nativo}) (SQLDriverConnect)"


def por_arrow(estado: str, nativo: int, mensaje: str) -> str:
    """Como lo cuenta arrow-odbc, con quien se leen las ventas."""
    return (
        "ODBC emitted an error calling 'SQLExecDirect':\n"
        f"State: {estado}, Native error: {nativo}, Message: {mensaje}"
    )


def por_arrow_a_medias(estado: str, nativo: int, mensaje: str) -> str:
    """Como lo cuenta arrow-odbc si pasa cuando ya llegaban filas."""
    return "External error: " + por_arrow(estado, nativo, mensaje).replace(
        "SQLExecDirect", "SQLFetch"
    )


def exigir(texto: str, causa: str) -> None:
    """La causa de ese texto, y si se reintenta."""
    fallo = reconocer(texto)
    assert CAUSAS[causa] in fallo.causa, texto
    assert issubclass(fallo.error, ErrorTransitorio) is (causa in PASAJERAS)
    assert (fallo.error is ErrorDatos) is (causa in DE_DATOS)
    assert fallo.consejo.endswith(".")


@pytest.mark.parametrize("driver", [por_pyodbc, por_arrow])
@pytest.mark.parametrize(("estado", "nativo", "mensaje", "causa"), TEXTOS)
def test_lo_que_dice_un_driver_tiene_su_causa(driver, estado, nativo, mensaje, causa):
    exigir(driver(estado, nativo, mensaje), causa)


@pytest.mark.parametrize("driver", [por_pyodbc, por_arrow])
@pytest.mark.parametrize(("estado", "nativo", "mensaje", "causa"), CON_NOMBRES)
def test_un_nombre_o_un_valor_no_cambia_la_causa(driver, estado, nativo, mensaje, causa):
    exigir(driver(estado, nativo, mensaje), causa)


@pytest.mark.parametrize("driver", [por_pyodbc, por_arrow, por_arrow_a_medias])
@pytest.mark.parametrize("marca", [SERVIDOR, FREETDS], ids=["microsoft", "freetds"])
@pytest.mark.parametrize(("numero", "mensaje", "causa"), SQL_SERVER)
def test_en_sql_server_manda_el_numero(driver, marca, numero, mensaje, causa):
    exigir(driver("42000", numero, marca + mensaje), causa)


@pytest.mark.parametrize("driver", [por_pyodbc, por_arrow, por_arrow_a_medias])
@pytest.mark.parametrize(("estado", "nativo", "mensaje", "causa"), DE_CADA_DRIVER)
def test_un_numero_vale_para_quien_lo_dice(driver, estado, nativo, mensaje, causa):
    exigir(driver(estado, nativo, mensaje), causa)


@pytest.mark.parametrize("campo", [*DRIVERS, "estados"])
def test_cada_numero_y_cada_sqlstate_tienen_una_sola_causa(campo):
    todos = [codigo for f in FALLOS for codigo in getattr(f, campo)]
    assert todos
    assert len(todos) == len(set(todos))


@pytest.mark.parametrize(
    ("mensajes", "causa"),
    [
        # Así los junta pyodbc: el de la base explica por qué no se entró.
        ([("28000", 18456, f"{SERVIDOR}Login failed for user 'sa'."),
          ("28000", 4060, f'{SERVIDOR}Cannot open database "VAD20" requested by the login. '
           "The login failed.")], "base"),
        ([("28000", 18456, f"{FREETDS}Login failed for user 'sa'."),
          ("08S01", 20002, f"{FREETDS}Adaptive Server connection failed"),
          ("08001", 0, f"{FREETDS}Unable to connect to data source")], "clave"),
        ([("08001", -1, f"{MICROSOFT}SSL Provider: [error:0A000086:SSL routines::certificate "
           "verify failed:self-signed certificate]"),
          ("08001", -1, f"{MICROSOFT}Client unable to establish connection. For solutions related "
           "to encryption errors, see https://go.microsoft.com/fwlink/?linkid=2226722")], "tls"),
        ([("08001", 10060, f"{MICROSOFT}TCP Provider: Error code 0x274C"),
          ("HYT00", 0, f"{MICROSOFT}Login timeout expired"),
          ("08001", 10060, f"{MICROSOFT}A network-related or instance-specific error has occurred "
           "while establishing a connection to 192.0.2.3. Server is not found or not accessible.")],
         "tiempo"),
        # La base existe: se está recuperando.
        ([("28000", 18456, f"{SERVIDOR}Login failed for user 'sa'."),
          ("42000", 4060, f'{SERVIDOR}Cannot open database "VAD20" requested by the login.'),
          ("42000", 922, f"{SERVIDOR}Database 'VAD20' is being recovered.")], "servidor"),
        ([("42S22", 207, f"{SERVIDOR}Invalid column name 'n_TipoPeso'."),
          ("42000", 8180, f"{SERVIDOR}Statement(s) could not be prepared.")], "columna"),
    ],
    ids=["base", "clave", "tls", "red", "recuperandose", "preparada"],
)  # fmt: skip
def test_de_varios_mensajes_juntos_manda_el_que_explica(mensajes, causa):
    exigir("; ".join(por_pyodbc(*m) for m in mensajes), causa)


def test_un_puerto_que_freetds_no_puede_abrir_se_reintenta():
    texto = por_pyodbc(
        "08S01", 20009, f"{FREETDS}Unable to connect: Adaptive Server is unavailable or does not "
        "exist",
    )  # fmt: skip
    assert issubclass(reconocer(texto).error, ErrorTransitorio)
    assert not re.search("base de datos no existe|usuario o la clave", reconocer(texto).causa)


def test_freetds_que_no_pudo_entrar_sin_decir_por_que_no_es_una_clave_mala():
    """20002 solo es una sesión que se cayó al entrar; la clave mala trae además su 18456."""
    texto = por_arrow("08S01", 20002, f"{FREETDS}Adaptive Server connection failed")
    assert "usuario o la clave" not in reconocer(texto).causa
    assert issubclass(reconocer(texto).error, ErrorTransitorio)


@pytest.mark.parametrize("texto", ["", "algo que nadie ha visto", "[HY000] General error (0)"])
def test_lo_que_no_se_reconoce_se_reintenta(texto):
    exigir(texto, "corte")


# -- lo que arrow-odbc dice de un dato, con un SQLite de verdad


def leer(tmp_path, texto: str) -> ErrorDatos:
    """El error de leer ese texto, que es una expresión de SQLite."""
    archivo = tmp_path / "tienda.db"
    with contextlib.closing(sqlite3.connect(archivo)) as base:
        base.execute("CREATE TABLE articulos (nombre TEXT)")
        base.execute(f"INSERT INTO articulos VALUES ({texto})")
        base.commit()
    conexion = arrow_odbc.connect(f"Driver={{SQLite3}};Database={archivo};")
    lotes = conexion.read_arrow_batches(
        "SELECT nombre FROM articulos", max_text_size=ANCHO_MAXIMO_TEXTO, fetch_concurrently=True
    )
    with pytest.raises(arrow_odbc.Error) as fallo:
        list(lotes)
    exigir(str(fallo.value), "largo" if "too large" in str(fallo.value) else "utf8")
    return como_error(str(fallo.value), "tienda_01")


@pytest.mark.parametrize("letra", ["x", "ñ"])
def test_un_texto_que_no_cabe_es_un_dato_malo(tmp_path, letra):
    """El ancho va en bytes: una ñ ocupa dos."""
    largo = ANCHO_MAXIMO_TEXTO // len(letra.encode()) + 1
    error = leer(tmp_path, f"'{letra * largo}'")
    assert "un texto es más largo de lo que se lee" in str(error)
    assert f"Some({len(letra.encode()) * largo})" in str(error)
    assert "hasta unos 1000 octetos" in str(error)


@pytest.mark.parametrize(
    "bytes_", [b"CAF\xe9", b"\xe9; [28000] Login failed for user (18456)",
               b"\xe9\nState: 40001, Native error: 1205, Message: deadlock"],
)  # fmt: skip
def test_un_texto_que_no_es_utf8_es_un_dato_malo_diga_lo_que_diga(tmp_path, bytes_):
    error = leer(tmp_path, f"CAST(X'{bytes_.hex()}' AS TEXT)")
    assert "un texto no se puede leer como UTF-8" in str(error)


@pytest.mark.parametrize(
    ("factura", "causa"),
    [("printf('%01001d', 7)", "no es un texto de hasta 255 letras"),
     ("CAST(X'CA46E9' AS TEXT)", "un texto no se puede leer como UTF-8")],
    ids=["largo", "utf8"],
)  # fmt: skip
def test_un_dato_malo_no_se_reintenta_ni_se_culpa_a_la_red(proyecto, factura, causa):
    proyecto.con_tienda("tienda_01", {"2025-03-01": 5})
    with contextlib.closing(sqlite3.connect(proyecto.tiendas["tienda_01"]["archivo"])) as pos:
        pos.execute(f"UPDATE lineas SET factura = {factura} WHERE linea = 3")
        pos.commit()
    salida = proyecto.rango("2025-03-01", "2025-03-01")
    proyecto.exigir_fallo(salida, causa, "1 día(s) sin cargar")
    assert "se reintenta" not in salida.error
    assert "VPN" not in salida.error
    assert {d["clase_error"] for d in proyecto.reporte()["detalle"]} == {"dias"}


def test_una_fecha_que_arrow_no_representa_es_un_dato_malo():
    """Sólo sale de un datetime2(7) de SQL Server, que lleva nanosegundos."""
    exigir("External error: Timestamp is not representable in arrow: 0001-01-01 00:00:00\n"
           "Timestamps with nanoseconds precision are represented using a signed 64 Bit integer.",
           "fecha")  # fmt: skip


def test_un_error_de_datos_puede_llevar_sus_dias():
    assert CLASES["datos"] is ErrorDatos
    assert ErrorDatos("x").dias == {}
    error = ErrorDatos("x", {date(2025, 3, 1): "malo"})
    assert str(error) == "x"
    assert error.dias == {date(2025, 3, 1): "malo"}
    assert isinstance(error, ErrorOrigen)


def test_solo_lo_que_agota_el_tiempo_parte_la_ventana():
    """Un corte se repite igual; una espera agotada se repite con menos días."""
    espera = como_error(por_arrow("HYT00", 0, f"{MICROSOFT}Query timeout expired"), "x")
    corte = como_error(por_arrow("08S01", 0, f"{MICROSOFT}Communication link failure"), "x")
    assert isinstance(espera, ErrorTiempo)
    assert not isinstance(corte, ErrorTiempo)


def test_el_error_dice_donde_que_paso_que_hacer_y_lo_que_dijo_el_driver():
    texto = por_arrow(*TEXTOS[2][:3])
    error = como_error(texto, "tienda_01 (h:1/b), ventana 2025-03-01 a 2025-03-07")
    assert type(error) is ErrorOrigen
    primera, *resto = str(error).split("\n")
    assert primera == (
        "tienda_01 (h:1/b), ventana 2025-03-01 a 2025-03-07: falta una tabla que la consulta lee: "
        "VAD20.dbo.MA_TRANSACCION. Si falta su base entera, corrija «base_datos» o «bases» en el "
        "catálogo; si no, revise «sistema», y los .sql de ese sistema."
    )
    assert "\n".join(resto) == f"El driver dijo: {texto}"


def test_una_clave_que_el_driver_repite_no_se_ve():
    assert sin_secreto("PWD={s3creta};s3creta", ["s3creta"]) == "PWD={***};***"
    assert sin_secreto("sin clave que quitar", [""]) == "sin clave que quitar"


def test_una_clave_con_llaves_que_el_driver_repite_como_viaja_no_se_ve():
    """En la cadena de conexión una llave va doble: así la repite un driver."""
    assert "s3c" not in sin_secreto("Driver={X};PWD={s3c}}reta};", ["s3c}reta"])
