"""Los ajustes: quién gana, contra qué se resuelven las rutas, qué se rechaza."""

import subprocess
import sys

import pytest

from fluxion_luigi import config
from fluxion_luigi.config.ajustes import CLAVES, Ajustes
from fluxion_luigi.config.base import Lago
from fluxion_luigi.errores import ErrorConfiguracion
from tests.capacidades import sin_privilegios
from tests.proyecto import RAIZ


def campo(clave: str):
    return Ajustes.__dataclass_fields__[clave]


@pytest.fixture
def cfg(tmp_path, monkeypatch):
    """Escribe un luigi.cfg (y un .env) y lo lee."""
    monkeypatch.delenv("FLUXION_INTENTOS", raising=False)

    def leer(texto: str, punto_env: str = ""):
        (tmp_path / "luigi.cfg").write_text(f"[fluxion]\n{texto}\n", encoding="utf-8")
        (tmp_path / ".env").write_text(punto_env, encoding="utf-8")
        return config.leer(tmp_path / "luigi.cfg").ajustes

    return leer


def test_el_ambiente_gana_sobre_punto_env_y_este_sobre_luigi_cfg(cfg, monkeypatch):
    assert cfg("intentos = 2").intentos == 2
    assert cfg("intentos = 2", "FLUXION_INTENTOS=3").intentos == 3
    monkeypatch.setenv("FLUXION_INTENTOS", "5")
    assert cfg("intentos = 2", "FLUXION_INTENTOS=3").intentos == 5


def test_las_rutas_parten_de_la_carpeta_de_luigi_cfg(cfg, tmp_path, monkeypatch):
    monkeypatch.chdir("/")
    ajustes = cfg("base = otra/v.duckdb\nlogs = /var/log/ventas")
    assert ajustes.base.ruta == tmp_path / "otra" / "v.duckdb"
    assert ajustes.staging == tmp_path / "staging"
    assert str(ajustes.logs) == "/var/log/ventas"


def test_todos_los_problemas_salen_en_un_mensaje(cfg):
    with pytest.raises(ErrorConfiguracion) as e:
        cfg("chunk = 1\nintentos = 0\nzona_horaria = Marte/Olimpo\npausa_inicial = poca")
    texto = str(e.value)
    assert "4 problema(s)" in texto
    for parte in ("«chunk»", "chunk_filas", "intentos = 0", "Marte/Olimpo", "pausa_inicial"):
        assert parte in texto


def test_una_variable_casi_igual_a_una_clave_se_pregunta_y_una_credencial_no(cfg, monkeypatch):
    monkeypatch.setenv("FLUXION_VENTANA_FILA", "9")
    with pytest.raises(ErrorConfiguracion, match=r"FLUXION_VENTANA_FILA: .*FLUXION_VENTANA_FILAS"):
        cfg("")
    monkeypatch.delenv("FLUXION_VENTANA_FILA")
    assert cfg("", "FLUXION_USUARIO_T01=u\nFLUXION_CLAVE_T01=c\nFLUXION_CORRIDA=x").intentos == 4


def test_la_direccion_del_latido_mal_nombrada_se_pregunta_sin_repetirla(cfg):
    assert cfg("", "FLUXION_LATIDO_URL=https://hc.invalid/s3cr3t0").intentos == 4
    with pytest.raises(ErrorConfiguracion, match=r"FLUXION_LATIDO_URI: .*FLUXION_LATIDO_URL") as e:
        cfg("", "FLUXION_LATIDO_URI=https://hc.invalid/s3cr3t0")
    assert "s3cr3t0" not in str(e.value)


def test_los_valores_del_ambiente_no_se_ven_al_imprimir_la_configuracion(cfg, monkeypatch):
    monkeypatch.setenv("UNA_CLAVE", "secretisima")
    ajustes = cfg("", "OTRA_CLAVE=reservada")
    assert ajustes.ambiente["OTRA_CLAVE"] == "reservada"
    for texto in (repr(ajustes), str(config.Configuracion(ajustes))):
        assert "secretisima" not in texto
        assert "reservada" not in texto


def test_un_luigi_cfg_que_no_se_entiende_se_dice(tmp_path):
    (tmp_path / "luigi.cfg").write_text("esto no es\nuna configuracion")
    with pytest.raises(ErrorConfiguracion, match=r"luigi\.cfg"):
        config.leer(tmp_path / "luigi.cfg")


def test_una_ruta_de_configuracion_que_no_existe_se_dice(tmp_path, monkeypatch):
    from fluxion_luigi.config import ajustes

    monkeypatch.setenv("LUIGI_CONFIG_PATH", str(tmp_path / "no-esta.cfg"))
    with pytest.raises(ErrorConfiguracion, match=r"no-esta\.cfg"):
        ajustes.ubicar()


@pytest.mark.parametrize(
    "pierde", ['rmdir "$PWD"', 'chmod 0 "$PWD"'], ids=["se_borro", "no_deja_entrar"]
)
def test_desde_una_carpeta_perdida_se_halla_el_del_proyecto(tmp_path, pierde):
    """`sudo -u fluxion luigi …` deja a quien corre en la carpeta de otro."""
    carpeta = tmp_path / "perdida"
    carpeta.mkdir()
    guion = f'{pierde}; exec "$0" -c "$1"'
    hallar = "from fluxion_luigi.config import ajustes; print(ajustes.ubicar())"
    hecho = subprocess.run(
        [*sin_privilegios("dac_override", "dac_read_search"), "/bin/sh", "-c", guion,
         sys.executable, hallar],
        cwd=carpeta, env={}, capture_output=True, text=True,
    )  # fmt: skip
    assert (hecho.stdout.strip(), hecho.stderr) == (str(RAIZ / "luigi.cfg"), "")


def test_una_ruta_puede_nombrar_variables_del_ambiente_y_de_punto_env(cfg, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "casa"))
    assert cfg("base = $HOME/v.duckdb").base.ruta == tmp_path / "casa" / "v.duckdb"
    assert cfg("base = ~/v.duckdb").base.ruta == tmp_path / "casa" / "v.duckdb"
    leidos = cfg("base = ${DATOS}_2/v.duckdb", f"DATOS={tmp_path}/d")
    assert leidos.base.ruta == tmp_path / "d_2" / "v.duckdb"
    assert cfg("logs = l$$s").logs == tmp_path / "l$s"


@pytest.mark.parametrize(
    ("ruta", "dice"),
    [
        ("$NO_ESTA/v.duckdb", "nombra $NO_ESTA, que no está en el ambiente"),
        ("precio$/v.duckdb", "un $ que no nombra una variable"),
        ("v?.duckdb", "«?»"),
        ("", "está vacía"),
        ("$VACIA", "nombra $VACIA, que está vacía"),
        ("${VACIA}/v.duckdb", "nombra $VACIA, que está vacía"),
        ('"datos/v.duckdb"', "va sin comillas"),
        ("datos/v.duckdb\n  otra", "salto de línea"),
        ("~nadie_se_llama_asi/v.duckdb", "no se puede seguir"),
        (".", "es una carpeta"),
    ],
)
def test_una_ruta_que_no_se_puede_seguir_al_pie_de_la_letra_se_rechaza(
    cfg, ruta, dice, monkeypatch
):
    monkeypatch.setenv("VACIA", "")
    with pytest.raises(ErrorConfiguracion) as e:
        cfg(f"base = {ruta}")
    assert dice in str(e.value)


def queja(cfg, *args) -> str:
    with pytest.raises(ErrorConfiguracion) as e:
        cfg(*args)
    return str(e.value)


@pytest.mark.parametrize("clave", [c for c in CLAVES if "entre" in campo(c).metadata])
def test_cada_numero_tiene_su_rango_y_lo_dice(cfg, clave):
    minimo, maximo = campo(clave).metadata["entre"]
    assert getattr(cfg(f"{clave} = {minimo}"), clave) == minimo
    assert getattr(cfg(f"{clave} = {maximo}"), clave) == maximo
    que = "entero" if campo(clave).type is int else "(decimales con punto)"
    for malo in ("nan", "inf", "-1", str(maximo * 10), "", "cien", "1e999", "0x10"):
        texto = queja(cfg, f"{clave} = {malo}")
        assert f"{clave} = {malo}: debe ser un número {que} entre {minimo} y {maximo}" in texto


def test_la_memoria_que_duckdb_no_aguanta_se_rechaza_y_dice_de_donde_vino(cfg, monkeypatch):
    monkeypatch.setenv("FLUXION_MEMORIA_DUCKDB_MB", "1")
    assert "FLUXION_MEMORIA_DUCKDB_MB = 1: debe ser un número entero entre 64" in queja(cfg, "")


@pytest.mark.parametrize("clave", ["base", "staging", "sql", "zona_horaria", "intentos"])
@pytest.mark.parametrize("valor", ["", "   "])
def test_una_variable_vacia_no_vale_por_lo_predeterminado(cfg, monkeypatch, clave, valor):
    monkeypatch.setenv(f"FLUXION_{clave.upper()}", valor)
    assert f"FLUXION_{clave.upper()} = {valor}:" in queja(cfg, "")


@pytest.mark.parametrize("zona", ["America", "../etc", "x" * 300, "/etc/localtime", "Caracas"])
def test_una_zona_horaria_que_no_lo_es_se_dice(cfg, zona):
    assert "no es una zona horaria" in queja(cfg, f"zona_horaria = {zona}")


@pytest.mark.parametrize(
    "variable", ["fluxion_base", "FLUXION_BASES", "FLUXIN_BASE", "Fluxion-base"]
)
def test_una_variable_casi_igual_a_una_clave_se_pregunta(cfg, variable):
    assert f"variable {variable}: ¿quiso decir FLUXION_BASE?" in queja(cfg, "", f"{variable}=x")


@pytest.mark.parametrize("seccion", ["Fluxion", "FLUXION", "fluxon", " fluxion "])
def test_una_seccion_casi_igual_no_se_salta_callando(tmp_path, seccion):
    (tmp_path / "luigi.cfg").write_text(f"[{seccion}]\nbase = otra.duckdb\n")
    with pytest.raises(ErrorConfiguracion, match=r"¿quiso decir \[fluxion\]\?"):
        config.leer(tmp_path / "luigi.cfg")


def test_un_valor_que_no_es_utf8_se_dice_sin_romper_la_terminal(cfg, monkeypatch):
    monkeypatch.setenv("FLUXION_BASE", "caf\udce9.duckdb")
    texto = queja(cfg, "")
    assert "otro carácter que no se ve" in texto
    texto.encode("utf-8")


def test_un_luigi_cfg_y_un_punto_env_con_bom_se_leen_igual(tmp_path):
    bom = "\ufeff"
    (tmp_path / "luigi.cfg").write_text(bom + "[fluxion]\r\nintentos = 2\r\n", encoding="utf-8")
    (tmp_path / ".env").write_text(bom + "FLUXION_VENTANA_DIAS=3\r\n", encoding="utf-8")
    leidos = config.leer(tmp_path / "luigi.cfg").ajustes
    assert (leidos.intentos, leidos.ventana_dias) == (2, 3)


def test_publicada_puede_faltar_y_parte_de_la_carpeta_de_luigi_cfg(cfg, tmp_path):
    assert cfg("").publicada is None
    assert cfg("publicada =").publicada is None
    assert cfg("publicada = bi/v.duckdb").publicada == tmp_path / "bi" / "v.duckdb"
    assert cfg("publicada = bi/v.duckdb", "FLUXION_PUBLICADA=").publicada is None


@pytest.mark.parametrize(
    ("valor", "motivo"),
    [
        ("datos/ventas.duckdb", "es la misma base"),
        ("enlace.duckdb", "es la misma base"),
        ("dura.duckdb", "es la misma base"),
        ("bi/", "escriba la ruta del archivo"),
        (".", "es una carpeta"),
        ("que?.duckdb", "con «?»"),
        ("$NO_ESTA/x", "nombra $NO_ESTA"),
    ],
)
def test_una_publicada_imposible_se_explica(cfg, tmp_path, valor, motivo):
    (tmp_path / "datos").mkdir()
    (tmp_path / "datos" / "ventas.duckdb").write_text("x")
    (tmp_path / "enlace.duckdb").symlink_to("datos/ventas.duckdb")
    (tmp_path / "dura.duckdb").hardlink_to(tmp_path / "datos" / "ventas.duckdb")
    with pytest.raises(ErrorConfiguracion) as e:
        cfg(f"publicada = {valor}")
    assert "publicada" in str(e.value)
    assert motivo in str(e.value)


LAGO = "ducklake:postgres:dbname=ventas host=catalogo.invalid port=5432"


def test_la_base_puede_ser_un_lago(cfg, tmp_path):
    ajustes = cfg(f"base = {LAGO}\nlago_datos = lago")

    assert ajustes.es_lago
    assert ajustes.base == Lago(LAGO.removeprefix("ducklake:postgres:"), str(tmp_path / "lago"))
    assert ajustes.base.nombre == LAGO
    assert cfg(f"base = {LAGO.replace('ducklake', 'DuckLake')}\nlago_datos = lago") == ajustes


@pytest.mark.parametrize(
    ("texto", "frase"),
    [
        (f"base = {LAGO}\nlago_datos = /d/year=2025/lago\n", "ya nombra, ahí dentro"),
        (f"base = {LAGO}\n", "lago_datos: falta decir en qué carpeta"),
        (f"base = {LAGO}\nlago_datos = lago\npublicada = p.duckdb\n", "publicada: con un lago no"),
        ("base = ducklake:metadata.ducklake\nlago_datos = lago\n", "el catálogo de un lago va en"),
        (f"base = {LAGO} clave=x\nlago_datos = lago\n", "no es una conexión de PostgreSQL"),
        ("base = ducklake:postgres:host=h.invalid\nlago_datos = lago\n", "agregue dbname=…"),
        (f"base = {LAGO} user=u password='muy secreta'\n", "van en el ambiente"),
        ("base = ducklake:postgres:postgresql://u:secreta@h.invalid/v\n", "van en el ambiente"),
        (f"base = {LAGO} password=muy secreta\n", "no es una conexión de PostgreSQL"),
        (f"base = {LAGO} password=muy secreta=\n", "no es una conexión de PostgreSQL"),
        (f"base = {LAGO} pasword=secreta\n", "¿quiso decir password"),
        (f"base = {LAGO} sslpassword=secreta\n", "van en el ambiente"),
        (f"base = {LAGO} hots=secreta\n", "¿quiso decir host"),
        ("base = ducklake:postgres:postgresql://u:se%creta-secreta@h/v\n", "no es una conexión"),
        # Lo que querría ser un lago no es el nombre de un archivo.
        ("base = postgresql://u:secreta@h.invalid/v\n", "escriba ducklake:postgres:"),
        ("base = postgres:dbname=v password=secreta\n", "escriba ducklake:postgres:"),
        ("base = duclake:postgres:dbname=v\n", "escriba ducklake:postgres:"),
        ("base = dbname=v host=h.invalid\n", "escriba ducklake:postgres:"),
        ("base = s3://cubo/ventas.duckdb\n", "escriba ducklake:postgres:"),
    ],
)
def test_un_lago_mal_escrito_es_una_frase_sin_claves(cfg, texto, frase):
    with pytest.raises(ErrorConfiguracion, match=frase) as e:
        cfg(texto)
    assert "secreta" not in str(e.value)
