"""Lo que cada driver y cada servidor dicen al fallar: causa, qué hacer y si reintentar sirve.

Sólo la tabla; quien la lee es `fallos.py`. Cada número, SQLSTATE o frase está en una sola causa, y
el orden importa: si un error trae varios mensajes, manda la causa que está antes. De dónde sale
cada cosa:

- SQL Server: «Database Engine events and errors», learn.microsoft.com/sql/relational-databases/
  errors-events. Los pasajeros, además, en SqlConfigurableRetryFactory (Microsoft.Data.SqlClient) y
  SqlServerTransientExceptionDetector (EF Core).
- Microsoft: los errores de red del propio driver, con números de Winsock o de Windows
  (learn.microsoft.com/windows/win32/winsock/windows-sockets-error-codes-2).
- FreeTDS: la enumeración TDSERRNO de su include/freetds/tds.h.
- SQLite: sqlite.org/rescode.html.
- SQLSTATE de cinco letras, o de dos para toda su clase: postgresql.org/docs/current/
  errcodes-appendix.html y el apéndice A de ODBC. Faltan adrede los que un driver usa para todo:
  01000, 08001, 08S01, HY000 y, en SQL Server, 42000.
"""

from dataclasses import dataclass

from fluxion_luigi.errores import (
    ErrorBase,
    ErrorDatos,
    ErrorFluxion,
    ErrorOrigen,
    ErrorServidor,
    ErrorTiempo,
    ErrorTransitorio,
)

# El driver de Microsoft da números de Windows y el servidor los suyos, y chocan: 233 es un corte en
# el primero y una columna sin nulos en el segundo. Por eso cada uno tiene su campo.
DRIVERS = ("sqlserver", "microsoft", "freetds", "sqlite")


@dataclass(frozen=True)
class Fallo:
    """Una causa: cómo se dice, qué hacer, con qué error sale y cómo se reconoce."""

    causa: str
    consejo: str
    error: type[ErrorFluxion] = ErrorOrigen
    sqlserver: tuple[int, ...] = ()
    microsoft: tuple[int, ...] = ()
    freetds: tuple[int, ...] = ()
    sqlite: tuple[int, ...] = ()
    estados: tuple[str, ...] = ()
    # Expresión regular sobre el texto en minúsculas y sin lo que va entre comillas.
    palabras: str = ""
    # Expresión regular cuyo grupo es el nombre de lo que falta, tal como lo dice el driver.
    nombra: str = ""


PUERTO_CERRADO = Fallo(
    "el puerto está cerrado",
    "Revise que el servicio de base de datos esté corriendo y el firewall.", ErrorServidor,
    microsoft=(10061,), palabras=r"connection refused|actively refused",
)  # fmt: skip
CORTE = Fallo(
    "se cortó la conexión o el driver falló", "Revise la VPN de la tienda.", ErrorTransitorio,
    sqlserver=(596, 3980, 4014, 17830),
    microsoft=(53, 64, 233, 10050, 10051, 10053, 10054, 10064, 10065),
    # 20009 es un puerto cerrado o mudo: FreeTDS no dice cuál, y quien lee mira el puerto.
    freetds=(20001, 20002, 20004, 20006, 20008, 20009, 20017, 20047),
    estados=("57P05",),
)  # fmt: skip

FALLOS: tuple[Fallo, ...] = (
    # -- lo que dice arrow-odbc de un dato: no trae números, y detrás de sus palabras va el dato
    Fallo("un texto es más largo de lo que se lee",
          "De cada texto se leen hasta unos 1000 octetos (una ñ ocupa dos), o su ancho declarado "
          "si es menor. Acórtelo en el POS o recórtelo en el .sql que lo lee.", ErrorDatos,
          palabras=r"\Aexternal error: a value \(at least one\) is too large"),
    Fallo("un texto no se puede leer como UTF-8",
          "Corríjalo en el POS o conviértalo en el .sql que lo lee.", ErrorDatos,
          freetds=(2404,), estados=("22021", "22P05"),
          palabras=r"\Aexternal error: datasource returned invalid utf-8|invalid byte sequence"),
    Fallo("una fecha queda fuera de los años 1677 a 2262",
          "Corríjala en el POS, o léala con menos decimales de segundo en su .sql.", ErrorDatos,
          palabras=r"\Aexternal error: timestamp is not representable"),
    # -- lo que está mal puesto en esta máquina
    Fallo("falta el driver ODBC", "Instale el driver o corrija «driver» en el catálogo.",
          estados=("IM002", "IM003"), palabras=r"can't open lib|data source name not found"),
    Fallo("el nombre del servidor no se resuelve", "Corrija «host» en el catálogo o el DNS.",
          microsoft=(11001,), freetds=(20012, 20013),
          palabras=r"could not translate host name|name or service not known|no such host|"
          r"getaddrinfo"),
    # -- el servidor está, pero ahora no puede; antes que la base o la clave, con las que se junta
    Fallo("el servidor o la base no están disponibles ahora",
          "Se reintenta; si sigue, espere a que arranque, se restaure o vuelva a estar en línea.",
          ErrorServidor,
          sqlserver=(615, 904, 913, 921, 922, 924, 926, 927, 929, 941, 942, 945, 952, 954, 955, 956,
                     976, 983, 988, 3947, 3948, 3953, 4221, 6005, 17142, 17143, 17187, 17188, 17892,
                     18401, 18451, 18461, 40143, 40197, 40540, 40613, 42108, 42109),
          estados=("57P01", "57P02", "57P03"),
          palabras=r"database system is (starting|shutting|in recovery|not yet)|administrator "
          r"command|sistema de base de datos está (inici|apag|en modo)"),
    Fallo("el servidor está sin memoria, sin disco o con demasiadas conexiones",
          "Se reintenta; si sigue, libere recursos en el servidor de la tienda.", ErrorTransitorio,
          sqlserver=(701, 802, 1101, 1105, 1121, 1132, 1204, 1214, 1220, 8628, 8651, 9002, 10928,
                     10929, 10930, 10936, 17189, 17300, 17803, 17809, 40501, 49918, 49919, 49920),
          freetds=(20010,), sqlite=(7, 13), estados=("53",),
          palabras=r"too many (clients|connections)|remaining connection slots|out of memory|"
          r"demasiados clientes"),
    # -- entrar
    Fallo("la base de datos no existe o no se puede abrir",
          "Corrija «base_datos», «bases» o «archivo» en el catálogo; si el servidor acaba de "
          "arrancar, espere a que la abra.", ErrorBase,
          sqlserver=(911, 4060, 4063, 4064), sqlite=(14,), estados=("3D000", "57P04"),
          nombra=r"(?:database|base de datos) ['\"«]([^'\"»]+)",
          palabras=r"cannot open database|database '' does not exist|no existe la base de datos|"
          r"\[sqlite\]connect failed"),
    Fallo("el servidor rechaza el usuario o la clave",
          "Corrija las credenciales en .env y los permisos del usuario en la tienda.",
          sqlserver=(18450, 18452, 18456, 18470, 18486, 18487, 18488), freetds=(20014,),
          estados=("28",),
          palabras=r"password authentication failed|autentificación password falló|login failed|"
          r"no password supplied|role '' does not exist|not permitted to log in|"
          r"no pg_hba.conf entry"),
    Fallo("el usuario no tiene permiso de lectura, porque no está en la base",
          "Créelo también en esa base del servidor, con permiso SELECT; si la base es otra, "
          "corrija «base_datos» o «bases» en el catálogo.",
          sqlserver=(916,), palabras=r"is not able to access the database",
          nombra=r"(?:database|base de datos) ['\"«]([^'\"»]+)"),
    Fallo("el usuario no tiene permiso de lectura", "Dé permiso SELECT sobre esa tabla.",
          sqlserver=(229, 230, 262, 297, 300, 923, 8189), sqlite=(3, 23), estados=("42501",),
          palabras=r"permission (was )?denied",
          nombra=r"(?:object|objeto|table|tabla|view|vista|schema|esquema) ['\"«]?([\w.$#@-]+)"),
    # -- la consulta
    Fallo("la consulta intenta escribir en la tienda",
          "Este programa sólo lee: quite de los .sql de ese sistema lo que no sea SELECT.",
          sqlserver=(3906,), sqlite=(8,), estados=("25006",),
          palabras=r"readonly database|read-only (transaction|database)"),
    Fallo("falta una tabla que la consulta lee",
          "Si falta su base entera, corrija «base_datos» o «bases» en el catálogo; si no, revise "
          "«sistema», y los .sql de ese sistema.",
          sqlserver=(208, 1088), estados=("42P01", "42S02", "3F000"),
          palabras=r"no such table|invalid object name|relation '' does not exist",
          nombra=r"(?:object name|nombre de objeto|relation|relación|schema|such table:) "
          r"['\"«]?([\w.$#@-]+)"),
    Fallo("falta una columna que la consulta lee",
          "Revise los .sql de ese sistema (VerificarSistema dice cuál).",
          sqlserver=(207, 4104), estados=("42703", "42S22"),
          palabras=r"no such column|invalid column name|column \S+ does not exist",
          nombra=r"(?:column name|nombre de columna|column|columna|such column:) "
          r"['\"«]?([\w.$#@-]+)"),
    Fallo("se comparan textos de intercalaciones (collations) distintas",
          "Ponga COLLATE DATABASE_DEFAULT en esa comparación del .sql de ese sistema.",
          sqlserver=(446, 448, 449, 451, 456, 457, 468), estados=("42P21", "42P22"),
          palabras=r"collation conflict|conflicto de intercalación"),
    Fallo("una columna no es del tipo que la consulta espera",
          "Revise si una columna del POS cambió de tipo y corrija el .sql que la lee.",
          sqlserver=(206, 240, 256, 257, 260, 306, 402, 403, 529, 8116, 8117),
          estados=("42804", "42846", "42883")),
    Fallo("la consulta está mal escrita para ese servidor",
          "Corrija el .sql de ese sistema con lo que dijo el driver.",
          sqlserver=(102, 104, 105, 107, 108, 116, 130, 137, 144, 145, 147, 156, 170, 174, 189, 195,
                     205, 209, 319, 1013, 8120, 8155, 8156),
          estados=("42", "0A000"),
          palabras=r"\bsyntax error\b|incorrect syntax|sintaxis incorrecta|no such function"),
    Fallo("el servidor y el driver no acuerdan el cifrado (TLS)",
          "Ajuste el cifrado en «opciones» del catálogo: con un certificado propio de la tienda, "
          "TrustServerCertificate; con un servidor viejo, Encrypt (o Encryption, en FreeTDS); el "
          "catálogo de ejemplo dice cómo.",
          palabras=r"\bcertificate\b|ssl provider|ssl_choose|encryption not supported|\btls\b|"
          r"ssl error(?!: unexpected eof)|server does not support ssl"),
    # -- lo que pasa mientras se lee
    Fallo("los datos se movieron mientras se leían",
          "Se reintenta: pasa al leer sin bloqueos mientras la tienda vende.", ErrorTransitorio,
          sqlserver=(601, 605, 614, 617, 669, 2816)),
    Fallo("la consulta fue víctima de un interbloqueo", "Se reintenta.", ErrorTransitorio,
          sqlserver=(1203, 1205, 1221, 3960, 3966, 41301, 41302, 41305, 41325, 41839),
          estados=("40001", "40P01"),
          palabras=r"\bdeadlock"),
    Fallo("otro programa tiene ocupada la base", "Se reintenta; si sigue, cierre ese programa.",
          ErrorTransitorio, sqlite=(5, 6, 15)),
    Fallo("la tienda no contestó a tiempo", "Se reintenta y, si sigue, con ventanas más cortas.",
          ErrorTiempo,
          sqlserver=(845, 1222, 3950, 8645, 17197), microsoft=(121, 258, 10060), freetds=(20003,),
          estados=("HYT00", "HYT01", "55P03", "57014"),
          palabras=r"\btimeout\b|\btimed out\b|lock request time out"),
    Fallo("el servidor no puede convertir un dato que tiene guardado",
          "Corríjalo en el POS; si la columna cambió de tipo, corrija el .sql que la lee.",
          ErrorDatos,
          sqlserver=(220, 232, 234, 235, 236, 237, 241, 242, 244, 245, 248, 292, 293, 294, 295, 296,
                     298, 512, 517, 535, 536, 537, 542, 2628, 8114, 8115, 8134, 8152, 8169, 8170,
                     9402, 9411, 9413, 9420, 9421, 9436, 9455, 13609),
          sqlite=(18, 20), estados=("21000", "22"),
          palabras=r"conversion failed|error converting|out[ -]of[ -]range|invalid input syntax|"
          r"(arithmetic|numeric field|integer) overflow|would be truncated|divi(de|sion) by zero|"
          r"malformed json|error de conversión|error al convertir|desbordamiento|"
          r"fuera de(l)? (rango|intervalo)"),
    Fallo("la base de la tienda tiene páginas dañadas",
          "Pida a la tienda que la revise (en SQL Server, DBCC CHECKDB) y la restaure.", ErrorDatos,
          sqlserver=(211, 610, 682, 683, 684, 685, 823, 824, 829, 832),
          estados=("XX001", "XX002")),
    Fallo("el archivo no es una base de datos sana", "Revise «archivo» en el catálogo.",
          sqlite=(11, 26), palabras=r"is not a database|file is encrypted|disk image"),
    PUERTO_CERRADO,
    # Es todo lo que dice FreeTDS si el servidor cuelga, y también si no cifra como se le exige.
    Fallo("se cortó la conexión al entrar, sin decir por qué",
          "Revise la VPN de la tienda; si pasa siempre, quizá el servidor es viejo y no cifra: "
          "pruebe con Encryption = \"request\" en «opciones» del catálogo.",
          ErrorTransitorio, palabras=r"\[freetds\].*unable to connect to data source"),
    CORTE,
)  # fmt: skip
