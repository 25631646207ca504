"""Los sistemas POS que se entregan: sus consultas dan las columnas declaradas, sin ejecutarlas."""

import shutil

import pytest
import sqlglot
from sqlglot import exp

from fluxion_luigi.config import sistemas
from fluxion_luigi.errores import ErrorConfiguracion
from fluxion_luigi.esquema import ANCHO_TEXTO, COLUMNAS, NOMBRES, SUMAS
from fluxion_luigi.origen.columnas import OPCIONALES, REPARO
from tests.proyecto import RAIZ

SQL = RAIZ / "sql"
DIALECTOS = {"demo": "sqlite", "stellar": "tsql", "stellar_postgresql": "postgres"}
TEXTOS = {c.nombre for c in COLUMNAS if c.familia == "texto"}


def leer(nombre: str) -> sistemas.Sistema:
    return sistemas.leer(SQL, nombre).con_bases({"base_datos": "VAD20"})


def columnas(consulta: str, dialecto: str) -> dict[str, exp.Expression]:
    """Lo que entrega una consulta: el nombre de cada columna y de dónde sale."""
    lista = sqlglot.parse_one(consulta, read=dialecto).selects
    assert len({c.alias_or_name for c in lista}) == len(lista)
    return {c.alias_or_name: c.unalias() for c in lista}


def test_cada_sistema_tiene_su_dialecto_en_estas_pruebas():
    assert {p.parent.name for p in SQL.glob("*/ventas.sql")} == set(DIALECTOS)


@pytest.mark.parametrize("nombre", DIALECTOS)
def test_entre_sus_dos_consultas_dan_cada_columna_declarada_y_la_clave_en_ambas(nombre):
    sistema, dialecto = leer(nombre), DIALECTOS[nombre]
    de_ventas = set(columnas(sistema.ventas, dialecto)) - {REPARO}
    de_productos = set(columnas(sistema.productos, dialecto)) if sistema.productos else set()
    clave = set(sistema.clave_producto)
    assert (de_ventas | de_productos) - clave | OPCIONALES == set(NOMBRES) - clave | OPCIONALES
    assert de_ventas & de_productos == (clave if de_productos else set())
    for consulta in filter(None, (sistema.ventas, sistema.productos, sistema.conteo)):
        assert consulta.count("?") == 2


@pytest.mark.parametrize("nombre", DIALECTOS)
def test_la_cuenta_da_las_filas_y_todas_las_sumas(nombre):
    dadas = columnas(leer(nombre).conteo, DIALECTOS[nombre])
    assert list(dadas) == ["dia", "filas", "total", *SUMAS]


@pytest.mark.parametrize("nombre", ["stellar", "stellar_postgresql"])
def test_ningun_texto_se_recorta_sin_que_se_vea(nombre):
    """Cada texto sale una letra más ancho de lo que cabe; en SQL Server, con todas las letras."""
    sistema, dialecto = leer(nombre), DIALECTOS[nombre]
    dadas = columnas(sistema.ventas, dialecto) | columnas(sistema.productos, dialecto)
    for columna in (*TEXTOS, "principal"):
        if not isinstance(dadas[columna], exp.Cast):
            # «principal» se convierte adentro: se busca de dónde viene.
            arbol = sqlglot.parse_one(sistema.ventas, read=dialecto)
            dadas[columna] = next(
                a.this for a in arbol.find_all(exp.Alias)
                if a.alias == columna and isinstance(a.this, exp.Cast)
            )  # fmt: skip
        tipo = dadas[columna].to
        assert int(tipo.expressions[0].name) == ANCHO_TEXTO + 1, columna
        assert tipo.this == getattr(
            exp.DataType.Type, "NVARCHAR" if nombre == "stellar" else "VARCHAR"
        ), columna


def test_los_nombres_de_las_bases_los_ponen_el_catalogo_y_el_sistema():
    crudo = sistemas.leer(SQL, "stellar")
    assert "VAD" not in crudo.ventas + crudo.productos + crudo.conteo + crudo.identidad
    puesto = crudo.con_bases({"base_datos": "VAD20 sur", "maestros": "MA]E"})
    assert "[VAD20 sur].dbo.MA_TRANSACCION" in puesto.ventas
    assert "[MA]]E].dbo.MA_GRUPOS" in puesto.productos
    assert "[VAD10].dbo.MA_GRUPOS" in crudo.con_bases({"base_datos": "X"}).productos


def test_una_base_que_nadie_dijo_se_nombra_con_la_consulta_que_la_pide(tmp_path):
    shutil.copytree(SQL / "stellar", tmp_path / "stellar")
    (tmp_path / "stellar" / "sistema.toml").write_text('formato_fecha = "%Y%m%d"\n')
    with pytest.raises(ErrorConfiguracion, match=r"productos\.sql .*\{maestros\}.*«bases»"):
        sistemas.leer(tmp_path, "stellar").con_bases({"base_datos": "VAD20"})


def test_un_productos_sql_vacio_no_vale_como_si_no_estuviera(tmp_path):
    shutil.copytree(SQL / "stellar", tmp_path / "stellar")
    (tmp_path / "stellar" / "productos.sql").write_text("-- por hacer\n")
    with pytest.raises(ErrorConfiguracion, match=r"productos\.sql está vacío"):
        sistemas.leer(tmp_path, "stellar")


@pytest.mark.parametrize(
    ("linea", "dice"),
    [
        ("bases = { maestros = 5 }", "tabla de nombres de base"),
        ('bases = "VAD10"', "tabla de nombres de base"),
        ('comillas = ""', "una o dos letras"),
        ('clave_producto = "codigo"', "lista de columnas"),
        ("formato_fecha = 5", "formato_fecha es un texto"),
        ("formato_fecha = ", "sistema.toml|incompleto o mal"),
    ],
)
def test_un_sistema_toml_mal_escrito_se_explica(tmp_path, linea, dice):
    shutil.copytree(SQL / "demo", tmp_path / "demo")
    base = "" if linea.startswith("formato") else 'formato_fecha = "%Y"\n'
    (tmp_path / "demo" / "sistema.toml").write_text(base + linea + "\n")
    with pytest.raises(ErrorConfiguracion, match=dice):
        sistemas.leer(tmp_path, "demo")
