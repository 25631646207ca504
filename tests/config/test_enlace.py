"""Cómo se llega a una tienda: lo que el catálogo admite, lo que explica y lo que no repite."""

import pytest

from fluxion_luigi.config import catalogo
from fluxion_luigi.config.enlace import direccion_de_api, familia, valor
from fluxion_luigi.errores import ErrorConfiguracion

SECRETO = "S3creta#2025"


@pytest.fixture
def leer(tmp_path):
    """Lee un catálogo de una tienda, con esas líneas y esas otras en [predeterminados]."""

    def hacer(*lineas: str, comunes: str = "puerto = 1433"):
        propias = "\n".join(lineas)
        if not any(linea.startswith("driver") for linea in lineas):
            comunes += '\ndriver = "FreeTDS"'
        (tmp_path / "tiendas.toml").write_text(
            'cadena = "c"\n[predeterminados]\nsistema = "stellar"\nbase_datos = "VAD20"\n'
            f"{comunes}\n"
            f'[tiendas.tienda_01]\nnombre = "AV. BOLIVAR"\n{propias}\n', encoding="utf-8",
        )  # fmt: skip
        return catalogo.leer(tmp_path / "tiendas.toml").tiendas["tienda_01"]

    return hacer


def problemas(leer, *lineas: str, **mas) -> str:
    with pytest.raises(ErrorConfiguracion) as e:
        leer(*lineas, **mas)
    return str(e.value)


# -- el host


@pytest.mark.parametrize(
    ("escrito", "host", "lugar"),
    [
        ("tienda-01.invalid", "tienda-01.invalid", "tienda-01.invalid:1433/VAD20"),
        (" 192.0.2.7 ", "192.0.2.7", "192.0.2.7:1433/VAD20"),
        ("::1", "::1", "[::1]:1433/VAD20"),
        ("[::1]", "::1", "[::1]:1433/VAD20"),
        ("[2001:db8:0:0::5]", "2001:db8::5", "[2001:db8::5]:1433/VAD20"),
    ],
)
def test_el_host_queda_como_lo_entienden_los_drivers(leer, escrito, host, lugar):
    tienda = leer(f'host = "{escrito}"')
    assert (tienda.host, tienda.lugar) == (host, lugar)


def test_con_el_puerto_de_la_instancia_en_la_tienda_sobra_su_nombre(leer):
    tienda = leer(r"host = 'tienda-01.invalid\SQLEXPRESS'", "puerto = 50123")
    assert tienda.lugar == "tienda-01.invalid:50123/VAD20"


@pytest.mark.parametrize(
    ("escrito", "dice"),
    [
        # 1433, de [predeterminados], sería otra instancia del mismo servidor: otra base.
        (r"tienda-01.invalid\SQLEXPRESS", "nombra la instancia SQLEXPRESS: agregue a esta tienda"),
        (r"192.0.2.7\POS$1", "nombra la instancia POS$1"),
        *(
            (h, "escriba sus cuatro números, de 0 a 255 y sin ceros delante")
            for h in (
                "198.51.100." + "010",
                "127.1",
                "0x7f.1",
                "2130706433",
                "1.2.3",
                "999." + "1.1.1",
            )
        ),
        *((h, "no es un nombre ni una dirección") for h in (".", "-h")),
        ("tienda-01.invalid,1433", 'host = "tienda-01.invalid" y puerto = 1433'),
        ("192.0.2.7, 50123", 'host = "192.0.2.7" y puerto = 50123'),
        ("tienda-01.invalid:1433", 'host = "tienda-01.invalid" y puerto = 1433'),
        ("[2001:db8::5]:1433", 'host = "2001:db8::5" y puerto = 1433'),
        ("[2001:db8::5],1433", 'host = "2001:db8::5" y puerto = 1433'),
        ("tcp:tienda-01.invalid", "sin «tcp:» delante"),
        ("sqlserver://tienda-01.invalid", "sin «sqlserver://» delante"),
        ("[2001:db8::5", "no es un nombre ni una dirección"),
        ("(local)", "no es un nombre ni una dirección"),
        ("una tienda", "no es un nombre ni una dirección"),
    ],
)
def test_un_host_que_dice_mas_que_un_host_se_explica(leer, escrito, dice):
    texto = problemas(leer, f"host = '{escrito}'")
    assert dice in texto
    assert "DNS" not in texto


def test_dos_formas_de_la_misma_direccion_son_la_misma_base(tmp_path):
    (tmp_path / "t.toml").write_text(
        'cadena = "c"\n[predeterminados]\nsistema = "s"\ndriver = "FreeTDS"\npuerto = 1\n'
        'base_datos = "V"\n[tiendas.a]\nnombre = "A"\nhost = "[::1]"\n'
        '[tiendas.b]\nnombre = "B"\nhost = "0:0:0:0:0:0:0:1"\n'
    )
    with pytest.raises(ErrorConfiguracion, match="a y b apuntan a la misma base"):
        catalogo.leer(tmp_path / "t.toml")


# -- una clave donde no va


@pytest.mark.parametrize(
    "linea",
    [
        f'clave_env = "{SECRETO}"',
        f'usuario_env = "{SECRETO}"',
        f'opciones = {{ PWD = "{SECRETO}" }}',
        f'opciones = {{ Password = "{SECRETO}" }}',
        f'opciones = {{ AccessToken = "{SECRETO}" }}',
        f'opciones = {{ UID = "{SECRETO}" }}',
        f'opciones = {{ pqopt = "{{password={SECRETO}}}" }}',
        f'opciones = {{ Encryption = "{SECRETO}" }}',
        f'opciones = {{ Encryption = "off;PWD={SECRETO}" }}',
        f'opciones = {{ "a={SECRETO}" = "x" }}',
        f'host = "sa:{SECRETO}@tienda-01.invalid"',
        f'host = "tienda-01.invalid;PWD={SECRETO}"',
        f'driver = "DRIVER={{FreeTDS}};PWD={SECRETO}"',
        f'base_datos = "VAD20;PWD={SECRETO}"',
        f'bases = {{ maestros = "VAD10;Password={SECRETO}" }}',
    ],
)
def test_una_clave_fuera_de_su_sitio_se_rechaza_sin_repetirla(leer, linea):
    host = () if linea.startswith("host") else ('host = "tienda-01.invalid"',)
    texto = problemas(leer, linea, *host)
    assert "[tiendas.tienda_01]" in texto
    assert SECRETO not in texto


def test_una_clave_que_parece_nombre_de_variable_tampoco_se_repite(proyecto):
    proyecto.con_tienda("tienda_01", usuario_env="PRUEBA_USUARIO", clave_env="S3creta2025")
    proyecto.escribir()
    with pytest.raises(ErrorConfiguracion) as e:
        proyecto.config.credencial(proyecto.tienda("tienda_01"))
    assert "PRUEBA_USUARIO y la variable que nombra clave_env" in str(e.value)
    assert "S3creta" not in str(e.value)


# -- las opciones


@pytest.mark.parametrize(
    ("linea", "dice"),
    [
        ('opciones = { Port = "5000" }', "eso va en puerto"),
        ('opciones = { database = "otra" }', "eso va en base_datos"),
        ('opciones = { SAVEFILE = "x.dsn" }', "opciones no lleva SAVEFILE"),
        ("opciones = { Fetch = [1] }", "Fetch debe ser un texto, un número o true o false"),
        ('opciones = { ConnSettings = "a;b" }', "ConnSettings parte la cadena"),
        ('opciones = { Encryption = "si" }', "Encryption debe ser require, request, off o strict"),
    ],
)
def test_una_opcion_que_no_puede_ser_se_explica(leer, linea, dice):
    assert dice in problemas(leer, 'host = "tienda-01.invalid"', linea)


@pytest.mark.parametrize(
    ("driver", "linea", "dice"),
    [
        ("microsoft", 'Encrypt = "si"', "Encrypt debe ser yes, no, mandatory"),
        ("microsoft", "TrustServerCertificate = 1", "TrustServerCertificate debe ser yes o no"),
        ("PostgreSQL Unicode", 'SSLmode = "required"', "SSLmode debe ser disable"),
    ],
)
def test_un_cifrado_mal_escrito_se_dice_antes_de_salir_en_claro(leer, driver, linea, dice):
    lineas = (f'driver = "{driver}"', f"opciones = {{ {linea} }}", 'host = "tienda-01.invalid"')
    assert dice in problemas(leer, *lineas)


@pytest.mark.parametrize(
    ("driver", "clave", "dicho", "viaja"),
    [
        ("PostgreSQL Unicode", "UseDeclareFetch", True, "1"),
        ("PostgreSQL Unicode", "UseDeclareFetch", False, "0"),
        ("PostgreSQL Unicode", "UseDeclareFetch", "True", "1"),
        ("/opt/psqlodbcw.so", "UseDeclareFetch", 1, "1"),
        ("ODBC Driver 18 for SQL Server", "Encrypt", True, "yes"),
        ("microsoft", "TrustServerCertificate", "true", "yes"),
        ("/opt/libmsodbcsql-18.so", "Encrypt", False, "no"),
        ("FreeTDS", "Encryption", True, "require"),
        ("FreeTDS", "Encryption", False, "off"),
        ("FreeTDS", "TDS_Version", 7.3, "7.3"),
        ("FreeTDS", "UseNTLMv2", True, "yes"),
        ("SQLite3", "StepAPI", True, "1"),
        ("Otro", "Algo", True, "1"),
        ("Otro", "Algo", "a True", "a True"),
    ],
)
def test_un_si_o_un_no_viaja_como_lo_entiende_cada_driver(driver, clave, dicho, viaja):
    assert valor(familia(driver), clave, dicho) == viaja


@pytest.mark.parametrize(
    "otra", ["https://API.invalid:443/v1/", "HTTPS://api.invalid/v1", " https://api.invalid/v1 "]
)
def test_una_direccion_de_api_se_escribe_de_un_solo_modo(otra):
    assert direccion_de_api(otra) == ("https://api.invalid/v1", "")
