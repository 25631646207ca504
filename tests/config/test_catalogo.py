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


DE_API = """
[sistemas.mi_api]
url = "https://api.invalid/"
token_env = "API_TOKEN"
[tiendas.tienda_20]
nombre = "DE LA API"
sistema = "mi_api"
sucursal = "SUC020"
"""
MUDADA = """
[tiendas.tienda_05]
nombre = "MUDADA"
usuario_env = "SUYO"
[[tiendas.tienda_05.pos]]
host = "127.0.0.5"
[[tiendas.tienda_05.pos]]
desde = 2025-06-15
sistema = "otro"
host = "127.0.0.6"
base_datos = "NUEVA"
[[tiendas.tienda_05.pos]]
desde = 2025-08-01
sistema = "mi_api"
sucursal = "SUC005"
"""


@pytest.fixture
def leer_con_api(tmp_path):
    (tmp_path / "sql" / "mi_api").mkdir(parents=True)
    (tmp_path / "sql" / "mi_api" / "sistema.toml").write_text('fuente = "http"\n')

    def hacer(texto: str, hoy: date = date.max):
        (tmp_path / "tiendas.toml").write_text(texto, encoding="utf-8")
        return catalogo.leer(tmp_path / "tiendas.toml", tmp_path / "sql", hoy)

    return hacer


def test_una_tienda_de_una_api_no_pide_driver_ni_hereda_lo_que_no_usa(leer_con_api):
    tienda = leer_con_api(BUENO.replace("puerto = 1433", PARA_BASES) + DE_API).tiendas["tienda_20"]
    assert tienda.lugar == "https://api.invalid#SUC020"
    assert (tienda.driver, tienda.host, tienda.puerto, tienda.opciones) == ("", "", 0, {})
    assert (tienda.usuario_env, tienda.clave_env, tienda.token_env) == ("", "", "API_TOKEN")


PARA_BASES = 'puerto = 1433\nusuario_env = "DE_LAS_BASES"\nclave_env = "CLAVE"'


@pytest.mark.parametrize(
    ("linea", "dice"),
    [
        ('url = "api.invalid"', "url no es una dirección"),
        ('url = "https://u:clave@api.invalid"', "url lleva más que la dirección"),
        ('url = "https://api.invalid:0"', "url no es una dirección"),
        ('host = "127.0.0.9"', "sobra host: el sistema «mi_api» es de fuente http"),
        ('token_env = "una clave"', "token_env debe ser el nombre de una variable"),
        ("desde = 2025-01-01", "clave desconocida «desde»"),
        ("pos = []", "pos está vacía"),
    ],
)
def test_lo_malo_de_una_tienda_de_api_se_explica(leer_con_api, linea, dice):
    texto = problemas(leer_con_api, BUENO + DE_API + linea + "\n")
    assert dice in texto
    assert "u:clave" not in texto


def test_dos_tiendas_con_la_misma_url_y_sucursal_son_la_misma_base(leer_con_api):
    otra = DE_API.split("\n[tiendas")[1].replace("tienda_20", "tienda_21")
    texto = problemas(leer_con_api, BUENO + DE_API + "[tiendas" + otra)
    assert "tienda_20 y tienda_21 apuntan a la misma base" in texto
    leer_con_api(BUENO + DE_API + "[tiendas" + otra.replace("SUC020", "SUC021"))


def test_una_tienda_que_se_mudo_tiene_cada_dia_el_pos_que_le_toca(leer_con_api):
    tienda = leer_con_api(BUENO + DE_API + MUDADA).tiendas["tienda_05"]
    assert tienda.pos == "mi_api https://api.invalid#SUC005"
    assert [v.pos for v in tienda.anteriores] == [
        "stellar 127.0.0.5:1433/VAD20", "otro 127.0.0.6:1433/NUEVA",
    ]  # fmt: skip
    for dia, sistema in (
        (date(2020, 1, 1), "stellar"), (date(2025, 6, 14), "stellar"), (date(2025, 6, 15), "otro"),
        (date(2025, 7, 31), "otro"), (date(2025, 8, 1), "mi_api"), (date(2030, 1, 1), "mi_api"),
    ):  # fmt: skip
        assert tienda.en(dia).sistema == sistema
    assert tienda.en(date(2025, 6, 14)).usuario_env == "SUYO"
    partes = tienda.por_pos([date(2025, 8, 2), date(2025, 6, 14), date(2025, 8, 1)])
    assert [(p.sistema, [str(d) for d in dias]) for p, dias in partes] == [
        ("stellar", ["2025-06-14"]), ("mi_api", ["2025-08-01", "2025-08-02"]),
    ]  # fmt: skip
    assert tienda.es_de_otro(date(2025, 6, 14), tienda.pos)
    assert not tienda.es_de_otro(date(2025, 6, 14), "stellar otro-nombre:1433/VAD20")
    assert not tienda.es_de_otro(date(2025, 6, 14), "")


def test_una_mudanza_que_aun_no_llega_deja_la_tienda_con_el_pos_de_hoy(leer_con_api):
    tienda = leer_con_api(BUENO + DE_API + MUDADA, date(2025, 7, 1)).tiendas["tienda_05"]
    assert tienda.sistema == "otro"
    assert [v.sistema for v in tienda.anteriores] == ["stellar"]
    assert [v.sistema for v in tienda.siguientes] == ["mi_api"]


def test_lo_malo_de_una_mudanza_sale_todo_junto(leer_con_api):
    sin_fecha = MUDADA.replace("desde = 2025-08-01\n", "")
    assert "al pos 3 le falta desde" in problemas(leer_con_api, BUENO + DE_API + sin_fecha)
    al_reves = MUDADA.replace("2025-08-01", "2025-06-15").replace(
        'host = "127.0.0.5"', 'host = "127.0.0.5"\ndesde = 2025-01-01'
    )
    texto = problemas(leer_con_api, BUENO + DE_API + al_reves)
    assert "después de 2025-06-15 viene 2025-06-15" in texto
    assert "el primer pos no lleva desde" in texto
    rota = MUDADA.replace('sistema = "otro"', 'nombre = "X"').replace('host = "127.0.0.6"', "")
    texto = problemas(leer_con_api, BUENO + DE_API + rota)
    assert "[[tiendas.tienda_05.pos]] 2: clave desconocida «nombre»" in texto
    mismo = MUDADA.replace("127.0.0.6", "127.0.0.5").replace('base_datos = "NUEVA"', "")
    texto = problemas(leer_con_api, BUENO + DE_API + mismo.replace('sistema = "otro"', ""))
    assert "sus pos 1 y 2 son el mismo (stellar 127.0.0.5:1433/VAD20)" in texto


def test_el_pos_de_antes_de_una_tampoco_puede_ser_el_de_otra(leer_con_api):
    texto = problemas(leer_con_api, BUENO + DE_API + MUDADA.replace("127.0.0.5", "127.0.0.1"))
    assert "tienda_01 y tienda_05 apuntan a la misma base" in texto
