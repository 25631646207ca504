"""Lo que un SQL Server oye de verdad: la clave, el cifrado y la dirección, con los dos drivers."""

import contextlib
import locale

import arrow_odbc
import pyodbc
import pytest

from fluxion_luigi import hijo
from fluxion_luigi.config import Credencial, Sistema, Tienda
from fluxion_luigi.errores import ErrorConfiguracion
from fluxion_luigi.origen.odbc import cadena
from tests.tds import EXIGIDO, TODO, Entrada, PuertaTds

SISTEMA = Sistema("s", "", "", "", "", "", (), "", '""', (), {})
EN_CLARO = {"FreeTDS": {"Encryption": "off"}, "microsoft": {"Encrypt": False}}
CLAVES = [
    "sencilla", "a}b", "a}", "}a", "{a}", "{", "}", "{}", "}}", "}}}", "{{a}}", "a;b", "a;b}c",
    "a=b", " a b ", "'", '"', "%41", "a\\b", "UID=sa;x", "a{b;c", "a}b;Driver=SQLite3", "#!@$^&*()",
    "x" * 128,
]  # fmt: skip
CON_LETRAS = ["ñandú", "ñandú€", "Ünïcödé}", "日本"]


@pytest.fixture(autouse=True)
def _como_los_hijos():
    """Con el locale que el programa les pone a sus procesos: ODBC traduce la clave según él."""
    antes = locale.setlocale(locale.LC_CTYPE)
    locale.setlocale(locale.LC_CTYPE, hijo.ambiente()["LC_ALL"])
    yield
    locale.setlocale(locale.LC_CTYPE, antes)


def tienda(driver: str, puerto: int = 1433, host: str = "127.0.0.1", **opciones) -> Tienda:
    return Tienda(
        "tienda_01", "T", "s", driver, host=host, puerto=puerto, base_datos="VAD20",
        opciones=opciones,
    )  # fmt: skip


def por_pyodbc(texto: str) -> None:
    with contextlib.closing(pyodbc.connect(texto, timeout=10)):
        pass


def por_arrow(texto: str) -> None:
    arrow_odbc.connect(texto, login_timeout_sec=10)


CAMINOS = pytest.mark.parametrize("entrar", [por_pyodbc, por_arrow])
DRIVERS = pytest.mark.parametrize("driver", ["FreeTDS", "microsoft"])


def llamar(puerta: PuertaTds, entrar, driver: str, clave: str = "c", **opciones) -> str:
    """Llama a la puerta, que siempre dice que no; devuelve lo que dijo el driver."""
    suya = tienda(driver, puerta.puerto, puerta.direccion, **opciones)
    texto = cadena.construir(suya, SISTEMA, Credencial("lector", clave))
    with pytest.raises((pyodbc.Error, arrow_odbc.Error)) as e:
        entrar(texto)
    return str(e.value)


# -- la clave


@pytest.mark.parametrize(
    ("driver", "claves"),
    [("FreeTDS", CLAVES), ("microsoft", [*CLAVES, *CON_LETRAS, "};", "a};b"])],
    ids=["freetds", "microsoft"],
)
@CAMINOS
def test_toda_clave_llega_tal_cual(entrar, driver, claves):
    with PuertaTds() as puerta:
        for clave in claves:
            llamar(puerta, entrar, driver, clave, **EN_CLARO[driver])
        assert puerta.entradas == [Entrada("lector", c, "VAD20") for c in claves]


@pytest.mark.parametrize(
    ("driver", "clave", "dice"),
    [
        *(("FreeTDS", c, "fuera de ASCII") for c in CON_LETRAS),
        ("FreeTDS", "};", "«};» dentro"),
        ("FreeTDS", "aQz};bQz", "«};» dentro"),
        ("microsoft", "Qz😀", "fuera del plano básico"),
    ],
)
def test_una_clave_que_el_driver_cambiaria_no_se_manda(driver, clave, dice):
    with pytest.raises(ErrorConfiguracion, match=dice) as e:
        cadena.construir(tienda(driver), SISTEMA, Credencial("lector", clave))
    assert "la clave" in str(e.value)
    assert "Qz" not in str(e.value)
    assert e.value.consejo


def test_tampoco_un_usuario_ni_una_base():
    with pytest.raises(ErrorConfiguracion, match="el usuario con letras fuera de ASCII"):
        cadena.construir(tienda("FreeTDS"), SISTEMA, Credencial("peña", "c"))


# -- el cifrado


@CAMINOS
@DRIVERS
def test_si_no_se_dice_otra_cosa_se_exige_cifrar_y_la_clave_no_sale_en_claro(entrar, driver):
    with PuertaTds() as puerta:
        dicho = llamar(puerta, entrar, driver)
        assert puerta.cifrados[0] in (TODO, EXIGIDO)
        assert puerta.entradas == []
    assert "Login failed" not in dicho


@DRIVERS
def test_un_servidor_viejo_se_admite_si_el_catalogo_lo_dice(driver):
    relajado = {"FreeTDS": {"encryption": "request"}, "microsoft": {"ENCRYPT": "optional"}}
    with PuertaTds() as puerta:
        assert "Login failed" in llamar(puerta, por_arrow, driver, **relajado[driver])
        assert len(puerta.entradas) == 1


def test_una_opcion_dicha_dos_veces_viaja_una_la_de_la_tienda():
    texto = cadena.construir(tienda("FreeTDS", ENCRYPTION="off", tds_version="7.3"), SISTEMA, None)
    assert texto.lower().count("encryption=") == 1
    assert "ENCRYPTION=off;" in texto
    assert texto.lower().count("tds_version=") == 1


@pytest.mark.parametrize(
    ("driver", "opciones", "protege"),
    [
        ("FreeTDS", {}, cadena.CIFRADO),
        ("FreeTDS", {"encryption": "Request"}, cadena.SOLO_LA_CLAVE),
        ("FreeTDS", {"Encryption": False}, cadena.EN_CLARO),
        ("/opt/libtdsodbc.so", {}, cadena.CIFRADO),
        ("microsoft", {}, cadena.VERIFICADO),
        ("ODBC Driver 17 for SQL Server", {}, cadena.VERIFICADO),
        ("microsoft", {"TrustServerCertificate": True}, cadena.CIFRADO),
        ("microsoft", {"TrustServerCertificate": "yes", "Encrypt": "strict"}, cadena.VERIFICADO),
        ("microsoft", {"encrypt": "no"}, cadena.SOLO_LA_CLAVE),
        ("microsoft", {"Encrypt": False}, cadena.SOLO_LA_CLAVE),
        ("PostgreSQL Unicode", {}, cadena.EN_CLARO),
        ("PostgreSQL Unicode", {"SSLmode": "prefer"}, cadena.EN_CLARO),
        ("PostgreSQL Unicode", {"sslmode": "require"}, cadena.CIFRADO),
        ("PostgreSQL Unicode", {"SSLmode": "verify-full"}, cadena.VERIFICADO),
        ("Otro", {}, ""),
    ],
)
def test_como_viajan_las_ventas_de_cada_una(driver, opciones, protege):
    assert cadena.proteccion(tienda(driver, **opciones), SISTEMA) == protege


# -- la dirección


@DRIVERS
def test_a_una_direccion_ipv6_se_llega(driver):
    with PuertaTds("::1") as puerta:
        assert "Login failed" in llamar(puerta, por_arrow, driver, **EN_CLARO[driver])
        assert len(puerta.entradas) == 1
