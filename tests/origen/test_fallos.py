"""Lo que dicen de verdad los drivers, y la causa y el reintento que le corresponden."""

import re

import pytest

from fluxion_luigi.errores import ErrorOrigen, ErrorTiempo, ErrorTransitorio
from fluxion_luigi.origen.fallos import como_error, reconocer, sin_secreto

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
    "consulta": "no puede ejecutar la consulta",
    "archivo": "no es una base de datos sana",
    "puerto": "el puerto está cerrado",
    "corte": "se cortó la conexión",
}
# Las que se arreglan solas: volver a intentar tiene sentido. Las demás se repetirían igual.
PASAJERAS = {"tiempo", "interbloqueo", "puerto", "corte"}

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
    ("HY000", 6005, f"{SERVIDOR}SHUTDOWN is in progress.", "corte"),
    ("HYT00", 0, f"{MICROSOFT}Login timeout expired", "tiempo"),
    ("HYT00", 0, f"{MICROSOFT}Query timeout expired", "tiempo"),
    ("HYT00", 1222, f"{SERVIDOR}Lock request time out period exceeded.", "tiempo"),
    ("HY000", 1222, f"{SERVIDOR}Lock request time out period exceeded.", "tiempo"),
    ("40001", 1205, f"{SERVIDOR}Transaction (Process ID 61) was deadlocked on lock resources with "
     "another process and has been chosen as the deadlock victim. Rerun the transaction.",
     "interbloqueo"),
    ("22018", 245, f"{SERVIDOR}Conversion failed when converting the varchar value 'ABC' to data "
     "type int.", "consulta"),
    ("22007", 241, f"{SERVIDOR}Conversion failed when converting date and/or time from character "
     "string.", "consulta"),
    ("22003", 8115, f"{SERVIDOR}Arithmetic overflow error converting numeric to data type numeric.",
     "consulta"),
    ("42000", 8114, f"{SERVIDOR}Error converting data type varchar to numeric.", "consulta"),
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
    ("08001", 101, postgresql("FATAL:  the database system is starting up"), "corte"),
    ("08001", 101, postgresql("FATAL:  sorry, too many clients already"), "corte"),
    ("08S01", 27, "could not receive data from server: SSL SYSCALL error: EOF detected", "corte"),
    # Así se ve un corte cuando la sesión va cifrada: no es un desacuerdo de TLS.
    ("08S01", 27, "consuming input failed: SSL error: unexpected eof while reading", "corte"),
    ("42P01", 1, 'ERROR: relation "vad20.ma_transaccion" does not exist;' + CONSULTA, "tabla"),
    ("42703", 1, "ERROR: column p.text2 does not exist;" + CONSULTA, "columna"),
    ("42501", 1, "ERROR: permission denied for table ma_productos;" + CONSULTA, "permiso"),
    ("42501", 1, "ERROR: permission denied for schema vad10;" + CONSULTA, "permiso"),
    ("57014", 1, "ERROR: canceling statement due to statement timeout;" + CONSULTA, "tiempo"),
    ("55P03", 1, "ERROR: canceling statement due to lock timeout;" + CONSULTA, "tiempo"),
    ("57P01", 1, "FATAL: terminating connection due to administrator command;" + CONSULTA, "corte"),
    ("40P01", 1, "ERROR: deadlock detected;" + CONSULTA, "interbloqueo"),
    ("22P02", 1, 'ERROR: invalid input syntax for type numeric: "abc";' + CONSULTA, "consulta"),
    ("22003", 1, "ERROR: numeric field overflow;" + CONSULTA, "consulta"),
    ("42883", 1, "ERROR: operator does not exist: text >= date;" + CONSULTA, "consulta"),
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
    ("HY000", 5, "[SQLite]database is locked (5)", "corte"),
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
     "type int.", "consulta"),
    ("22018", 245, f"{SERVIDOR}Conversion failed when converting the varchar value 'timeout' to "
     "data type int.", "consulta"),
    ("22P02", 1, 'ERROR: invalid input syntax for type integer: "42501";' + CONSULTA, "consulta"),
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


def por_pyodbc(estado: str, nativo: int, mensaje: str) -> str:
    """Como lo cuenta pyodbc, con quien se verifica la conectividad."""
    return f"[{estado}] {mensaje} ({nativo}) (SQLDriverConnect)"


def por_arrow(estado: str, nativo: int, mensaje: str) -> str:
    """Como lo cuenta arrow-odbc, con quien se leen las ventas."""
    return (
        "ODBC emitted an error calling 'SQLExecDirect':\n"
        f"State: {estado}, Native error: {nativo}, Message: {mensaje}"
    )


def exigir(texto: str, causa: str) -> None:
    """La causa de ese texto, y si se reintenta."""
    fallo = reconocer(texto)
    assert CAUSAS[causa] in fallo.causa, texto
    assert issubclass(fallo.error, ErrorTransitorio) is (causa in PASAJERAS)
    assert fallo.consejo.endswith(".")


@pytest.mark.parametrize("driver", [por_pyodbc, por_arrow])
@pytest.mark.parametrize(("estado", "nativo", "mensaje", "causa"), TEXTOS)
def test_lo_que_dice_un_driver_tiene_su_causa(driver, estado, nativo, mensaje, causa):
    exigir(driver(estado, nativo, mensaje), causa)


@pytest.mark.parametrize("driver", [por_pyodbc, por_arrow])
@pytest.mark.parametrize(("estado", "nativo", "mensaje", "causa"), CON_NOMBRES)
def test_un_nombre_o_un_valor_no_cambia_la_causa(driver, estado, nativo, mensaje, causa):
    exigir(driver(estado, nativo, mensaje), causa)


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
    ],
    ids=["base", "clave", "tls", "red"],
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
        "tienda_01 (h:1/b), ventana 2025-03-01 a 2025-03-07: falta una tabla que la consulta lee. "
        "Revise «base_datos» y «sistema» en el catálogo, y el ventas.sql o el productos.sql de "
        "ese sistema."
    )
    assert "\n".join(resto) == f"El driver dijo: {texto}"


def test_una_clave_que_el_driver_repite_no_se_ve():
    assert sin_secreto("PWD={s3creta};s3creta", "s3creta") == "PWD={***};***"
    assert sin_secreto("sin clave que quitar", "") == "sin clave que quitar"


def test_una_clave_con_llaves_que_el_driver_repite_como_viaja_no_se_ve():
    """En la cadena de conexión una llave va doble: así la repite un driver."""
    assert "s3c" not in sin_secreto("Driver={X};PWD={s3c}}reta};", "s3c}reta")
