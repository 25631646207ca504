"""El catálogo se revisa entero y lo dice todo de una vez."""

from datetime import date

import pytest

from fluxion_luigi.config import catalogo
from fluxion_luigi.errores import ErrorConfiguracion, ErrorUso

BUENO = """
cadena = "mi cadena"
[predeterminados]
sistema = "stellar"
driver = "FreeTDS"
puerto = 1433
base_datos = "VAD20"
[predeterminados.opciones]
Encrypt = "no"
[tiendas.tienda_01]
nombre = "PERIFERICO"
host = "127.0.0.1"
[tiendas.tienda_16]
nombre = "TOCUYITO"
host = "127.0.0.2"
apertura = 2025-03-01
opciones = { Encrypt = "yes", TDS_Version = "7.3" }
[tiendas.tienda_10]
nombre = "CERRADA"
host = "127.0.0.3"
activa = false
[tiendas.cedi_01]
nombre = "CEDI"
tipo = "distribucion"
host = "127.0.0.4"
"""


@pytest.fixture
def leer(tmp_path):
    def hacer(texto: str):
        (tmp_path / "tiendas.toml").write_text(texto, encoding="utf-8")
        return catalogo.leer(tmp_path / "tiendas.toml")

    return hacer


def problemas(leer, texto: str) -> str:
    with pytest.raises(ErrorConfiguracion) as e:
        leer(texto)
    return str(e.value)


def test_lo_predeterminado_vale_para_todas_y_cada_una_puede_cambiarlo(leer):
    hay = leer(BUENO)
    assert hay.cadena == "mi cadena"
    assert hay.tiendas["tienda_01"].lugar == "127.0.0.1:1433/VAD20"
    assert hay.tiendas["tienda_01"].opciones == {"Encrypt": "no"}
    assert hay.tiendas["tienda_16"].opciones == {"Encrypt": "yes", "TDS_Version": "7.3"}
    assert hay.tiendas["tienda_16"].apertura == date(2025, 3, 1)


def test_sin_pedir_ninguna_se_eligen_las_activas_que_venden(leer):
    assert [t.id for t in leer(BUENO).elegir(())] == ["tienda_01", "tienda_16"]


@pytest.mark.parametrize("id_", ["tienda_99", "cedi_01", "tienda_10"])
def test_pedir_una_que_no_existe_no_vende_o_esta_inactiva_se_explica(leer, id_):
    with pytest.raises(ErrorUso, match=id_):
        leer(BUENO).elegir((id_,))


def test_pedir_dos_veces_la_misma_la_pide_una(leer):
    assert [t.id for t in leer(BUENO).elegir(("tienda_01", "tienda_01"))] == ["tienda_01"]


@pytest.mark.parametrize(
    ("cambio", "dice"),
    [
        ('nombre = "PERIFERICO"', 'nombres = "X"', ),
    ],
)  # fmt: skip
def test_una_clave_desconocida_dice_cuales_valen(leer, cambio, dice):
    texto = problemas(leer, BUENO.replace(cambio, dice))
    assert "«nombres»" in texto
    assert "apertura" in texto


@pytest.mark.parametrize(
    ("linea", "dice"),
    [
        ('apertura = "2025-03-01"', "una fecha AAAA-MM-DD sin comillas"),
        ("activa = 1", "activa debe ser true o false"),
        ('puerto = "1433"', "puerto debe ser un número entero"),
        ("puerto = 70000", "puerto debe estar entre 1 y 65535"),
        ('tipo = "kiosco"', "tipo debe ser uno de tienda, mayorista, distribucion"),
        ('bases = "VAD10"', "bases debe ser una tabla"),
        ('bases = { maestros = "VAD10]; DROP" }', "maestros = 'VAD10]; DROP' no es un nombre"),
        ("bases = { maestros = 10 }", "maestros = 10 no es un nombre de base de datos"),
        ('base_datos = "V;UID=sa"', "base_datos = 'V;UID=sa' no es un nombre"),
        ('comparte_con = "tienda_01"', "comparte_con debe ser una lista"),
        ('comparte_con = ["tienda_77"]', "nombra «tienda_77», que no está en el catálogo"),
        ('comparte_con = [["tienda_01"]]', "que no está en el catálogo"),
        ('bases = { base_datos = "X" }', "base_datos va fuera de «bases»"),
        ('archivo = "pos;x.sqlite"', "archivo lleva un «;»"),
    ],
)
def test_un_valor_de_otro_tipo_se_explica(leer, linea, dice):
    texto = BUENO + f'[tiendas.tienda_20]\nnombre = "X"\nhost = "127.0.0.9"\n{linea}\n'
    assert dice in problemas(leer, texto)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1 ".strip()])
def test_dos_entradas_sobre_la_misma_base_se_rechazan(leer, host):
    texto = BUENO + f'[tiendas.tienda_20]\nnombre = "X"\nhost = "{host}"\nbase_datos = "vad20"\n'
    assert "tienda_01 y tienda_20 apuntan a la misma base" in problemas(leer, texto)


def test_dos_entradas_sobre_la_misma_base_valen_si_el_catalogo_lo_dice(leer):
    texto = BUENO + '[tiendas.tienda_20]\nnombre = "X"\nhost = "127.0.0.1"\n'
    assert leer(texto + 'comparte_con = ["tienda_01"]\n').tiendas["tienda_20"]
    otra = leer(texto + 'base_datos = "VAD20_SUR"\nbases = { maestros = "VAD10 sur" }\n')
    assert otra.tiendas["tienda_20"].bases == {"maestros": "VAD10 sur"}


def test_todos_los_problemas_salen_juntos(leer):
    texto = problemas(leer, "otra = 1\n[tiendas.Tienda-1]\nnombre = 3\n")
    for parte in ("«otra»", "falta cadena", "el id sólo lleva", "falta sistema", "falta driver"):
        assert parte in texto


def test_un_toml_roto_dice_donde(leer):
    assert "line 2" in problemas(leer, "cadena = 'x'\notra cosa\n")


def test_un_catalogo_que_falta_dice_como_hacerlo(tmp_path):
    with pytest.raises(ErrorConfiguracion, match=r"tiendas\.ejemplo\.toml"):
        catalogo.leer(tmp_path / "no-esta.toml")
