"""Los sistemas POS que se entregan: sus consultas dan las columnas declaradas, sin ejecutarlas."""

import shutil

import pytest
import sqlglot
from sqlglot import exp

from fluxion_luigi.config import sistemas
from fluxion_luigi.errores import ErrorConfiguracion
from fluxion_luigi.esquema import (
    ANCHO_TEXTO,
    COLUMNAS,
    NOMBRES,
    OBLIGATORIAS,
    SI_LAS_DA,
    SUMAS,
)
from fluxion_luigi.origen.columnas import REPARO
from tests.proyecto import RAIZ

SQL = RAIZ / "sql"
DIALECTOS = {"demo": "sqlite", "stellar": "tsql", "stellar_postgresql": "postgres"}
DE_API = {"api_ventas"}
TEXTOS = {c.nombre for c in COLUMNAS if c.familia == "texto"} - SI_LAS_DA


def leer(nombre: str) -> sistemas.Sistema:
    return sistemas.leer(SQL, nombre).con_bases({"base_datos": "VAD20"})


def columnas(consulta: str, dialecto: str) -> dict[str, exp.Expression]:
    """Lo que entrega una consulta: el nombre de cada columna y de dónde sale."""
    lista = sqlglot.parse_one(consulta, read=dialecto).selects
    assert len({c.alias_or_name for c in lista}) == len(lista)
    return {c.alias_or_name: c.unalias() for c in lista}


def test_cada_sistema_tiene_su_dialecto_en_estas_pruebas():
    assert {p.parent.name for p in SQL.glob("*/sistema.toml")} == {*DIALECTOS, *DE_API}


@pytest.mark.parametrize("nombre", DIALECTOS)
def test_entre_sus_dos_consultas_dan_cada_columna_declarada_y_la_clave_en_ambas(nombre):
    sistema, dialecto = leer(nombre), DIALECTOS[nombre]
    de_ventas = set(columnas(sistema.ventas, dialecto)) - {REPARO}
    de_productos = set(columnas(sistema.productos, dialecto)) if sistema.productos else set()
    clave = set(sistema.clave_producto)
    assert (de_ventas | de_productos) - clave | {"ambiguo"} == set(NOMBRES) - SI_LAS_DA - clave
    assert de_ventas & de_productos == (clave if de_productos else set())
    for consulta in filter(None, (sistema.ventas, sistema.productos, sistema.conteo)):
        assert consulta.count("?") == 2


@pytest.mark.parametrize("nombre", DIALECTOS)
def test_la_cuenta_da_las_filas_y_todas_las_sumas(nombre):
    dadas = columnas(leer(nombre).conteo, DIALECTOS[nombre])
    assert list(dadas) == ["dia", "filas", "total", *SUMAS]


@pytest.mark.parametrize("nombre", DE_API)
def test_las_consultas_de_una_api_dan_columnas_declaradas_y_suman_las_que_dan(nombre):
    sistema = sistemas.leer(SQL, nombre)
    de_ventas = set(columnas(sistema.ventas, "duckdb")) - {REPARO}
    assert de_ventas <= set(NOMBRES)
    assert de_ventas >= {*OBLIGATORIAS, *SI_LAS_DA}
    sumas = [n for n in SUMAS if n in de_ventas]
    assert list(columnas(sistema.conteo, "duckdb")) == ["dia", "filas", "total", *sumas]
    assert list(columnas(sistema.facturas, "duckdb")) == ["dia", "factura", "total", "suma"]


@pytest.mark.parametrize(
    ("linea", "dice"),
    [
        ('fuente = "soap"', "fuente es odbc o http"),
        ("", "Falta la tabla [http]"),
        ("[http]\nmetodo = 5", "[http]: metodo es un texto. [http]: falta ruta."),
        ("dias_por_pedido = 0", "[http]: dias_por_pedido va de 1 a 366."),
        ('ruta = "ventas"', "ruta empieza por «/»; la dirección va en «url» del catálogo"),
        ('metodo = "PUT"', '[http]: metodo es "GET" o "POST".'),
        ('proxy = "http://u:clave@proxy.invalid"', "proxy es una dirección sin usuario ni clave"),
        ('cuerpo = {d = "{desde}"}', "[http]: ni cuerpo ni ruta llevan {hasta}: traería siempre"),
        ('cuerpo = {d = "{desde} {hasta} {mes}"}', "no se sabe qué es {mes}; se ponen {sucursal}"),
        ('cabeceras = {X = "{sucursal}"}', "[http.cabeceras]: no se sabe qué es {sucursal}"),
        ('paginas = {por = "cursor", pide = "c"}', "[http.paginas]: falta siguiente"),
        ('paginas = {por = "letra", pide = "c"}', '[http.paginas]: por es "cursor" o "numero".'),
        ('entrada = {ruta = "/e"}', "[http.entrada]: falta token. [http.entrada]: falta cuerpo."),
        ('listas = "v"', "[http]: clave desconocida: listas (¿es lista?)."),
    ],
)
def test_una_tabla_http_mal_escrita_se_explica(tmp_path, linea, dice):
    carpeta = tmp_path / "otra"
    shutil.copytree(SQL / "api_ventas", carpeta)
    buena = {
        "ruta": '"/ventas"', "lista": '"ventas"', "clave": '["numero_factura", "linea"]',
        "cuerpo": '{d = "{desde}", h = "{hasta}"}',
    }  # fmt: skip
    clave, _, valor = linea.partition(" = ")
    tabla = {**buena, clave: valor} if clave and clave not in ("fuente", "[http]\nmetodo") else {}
    propia = "[http]\n" + "\n".join(f"{k} = {v}" for k, v in tabla.items()) if tabla else linea
    fuente = "" if clave == "fuente" else 'fuente = "http"\n'
    (carpeta / "sistema.toml").write_text(
        f'{fuente}formato_fecha = "%Y-%m-%d"\nmoneda = "bs"\n{propia}\n'
    )
    with pytest.raises(ErrorConfiguracion) as e:
        sistemas.leer(tmp_path, "otra")
    assert dice in str(e.value).replace("sistema.toml: ", "")


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
    with pytest.raises(ErrorConfiguracion, match=r"productos\.sql: .*\{maestros\}.*«bases»"):
        sistemas.leer(tmp_path, "stellar").con_bases({"base_datos": "VAD20"})


def test_un_productos_sql_vacio_no_vale_como_si_no_estuviera(tmp_path):
    shutil.copytree(SQL / "stellar", tmp_path / "stellar")
    (tmp_path / "stellar" / "productos.sql").write_text("-- por hacer\n")
    with pytest.raises(ErrorConfiguracion, match=r"productos\.sql: Está vacío"):
        sistemas.leer(tmp_path, "stellar")


@pytest.mark.parametrize(
    ("linea", "dice"),
    [
        ("bases = { maestros = 5 }", "tabla de nombres de base"),
        ('bases = "VAD10"', "tabla de nombres de base"),
        ('comillas = ""', "una o dos letras"),
        ('clave_producto = "codigo"', "lista de columnas"),
        ('clave_producto = ["principal"]', "debe llevar «codigo»"),
        (
            'formato_feca = "%Y"',
            r"formato_feca \(¿es formato_fecha\?\).*Falta formato_f",
        ),
        ('formato_fecha = "%Y-%m"', "no distingue unos días de otros"),
        ("opciones = { A = [1] }", "un texto, un número o true o false"),
        ("formato_fecha = 5", "formato_fecha es un texto"),
        ("formato_fecha = ", "sistema.toml|incompleto o mal"),
    ],
)
def test_un_sistema_toml_mal_escrito_se_explica(tmp_path, linea, dice):
    shutil.copytree(SQL / "demo", tmp_path / "demo")
    base = "" if linea.startswith("formato") else 'formato_fecha = "%Y%m%d"\n'
    (tmp_path / "demo" / "sistema.toml").write_text(base + linea + "\n")
    with pytest.raises(ErrorConfiguracion, match=dice):
        sistemas.leer(tmp_path, "demo")


def carpeta_nueva(tmp_path, **archivos: str | bytes) -> None:
    """Un sistema `nuevo` que está bien, salvo lo que se diga; None quita el archivo."""
    bien = {"ventas.sql": "SELECT 1 FROM l WHERE f >= ? AND f < ?",
            "conteo.sql": "SELECT 1 FROM l WHERE f >= ? AND f < ?",
            "sistema.toml": 'formato_fecha = "%Y%m%d"'}  # fmt: skip
    (tmp_path / "nuevo").mkdir()
    for archivo, texto in (bien | {n.replace("__", "."): t for n, t in archivos.items()}).items():
        if texto is not None:
            octetos = texto if isinstance(texto, bytes) else texto.encode()
            (tmp_path / "nuevo" / archivo).write_bytes(octetos)


def test_con_tres_archivos_basta(tmp_path):
    carpeta_nueva(tmp_path)
    assert sistemas.leer(tmp_path, "nuevo").productos == ""


def test_un_comentario_con_interrogaciones_un_punto_y_coma_o_la_marca_de_windows_no_estorban(
    tmp_path,
):
    consulta = "/* ¿y? */ SELECT 'a -- ?' AS x, 1 -- ¿cuál?\nFROM l WHERE f >= ? AND f < ?;\n"
    carpeta_nueva(
        tmp_path, ventas__sql=b"\xef\xbb\xbf" + consulta.encode(),
        sistema__toml=b'\xef\xbb\xbfformato_fecha = "%Y%m%d"\nopciones = { Cache = true, N = 5 }',
    )  # fmt: skip
    sistema = sistemas.leer(tmp_path, "nuevo")
    assert sistema.ventas == "SELECT 'a -- ?' AS x, 1  \nFROM l WHERE f >= ? AND f < ?"
    assert sistema.opciones == {"Cache": True, "N": 5}


@pytest.mark.parametrize(
    ("archivos", "dice"),
    [
        ({"conteo__sql": None}, "conteo.sql: Falta, y es obligatorio."),
        ({"ventas__sql": None, "venta__sql": "x"}, "ventas.sql: Falta, y es obligatorio; ¿será "
         "venta.sql, con otro nombre?"),
        ({"sistema__toml": None}, "sistema.toml: Falta"),
        ({"conteo__sql": "SELECT 1 WHERE f = ?"}, "conteo.sql: Lleva 1 parámetro(s) ?"),
        ({"identidad__sql": "SELECT ?"}, "identidad.sql: Lleva 1 parámetro(s) ? y no recibe"),
        ({"ventas__sql": "SELECT 'ñ'".encode("latin-1")}, "ventas.sql: No está en UTF-8"),
        ({"ventas__sql": "SELECT 1".encode("utf-16")}, "ventas.sql: No está en UTF-8"),
        ({"ventas__sql": "SELECT 1".encode("utf-16-le")}, "ventas.sql: No está en UTF-8"),
        ({"sistema__toml": "a = " + "[" * 5000}, "sistema.toml: No es TOML válido"),
    ],
)  # fmt: skip
def test_todo_lo_que_una_carpeta_tiene_mal_sale_de_una_vez(tmp_path, archivos, dice):
    carpeta_nueva(tmp_path, **{"sesion__sql": "-- nada", **archivos})
    with pytest.raises(ErrorConfiguracion) as error:
        sistemas.leer(tmp_path, "nuevo")
    assert dice in str(error.value)
    assert "sesion.sql: Está vacío" in str(error.value)


def test_un_sistema_que_no_existe_dice_cuales_hay(tmp_path):
    carpeta_nueva(tmp_path)
    with pytest.raises(ErrorConfiguracion, match="Los que hay son: nuevo"):
        sistemas.leer(tmp_path, "nuebo")
