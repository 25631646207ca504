"""RangoVentas contra un servidor PostgreSQL real."""

import contextlib
import shutil

import pytest

from tests.proyecto import RAIZ

pytestmark = pytest.mark.postgresql


def test_carga_lo_que_tiene_el_servidor(en_postgresql, postgresql):
    salida = en_postgresql.rango("2025-03", "2025-04")
    assert salida.codigo == 0, salida.todo
    base = en_postgresql.tiendas["tienda_01"]["base_datos"]
    cargado = {dia: v for (_, dia), v in en_postgresql.cargado().items()}
    assert cargado == postgresql.contar(base)
    assert sum(n for n, _ in cargado.values()) == 40 * 500
    muestra = en_postgresql.consultar(
        "SELECT descripcion, hora::VARCHAR, departamento FROM ventas_raw "
        "WHERE linea = 1 AND en_catalogo ORDER BY ALL LIMIT 1"
    )
    assert muestra == [("Producto ñandú 0", "00:00:01", "Víveres")]


# -- los productos, aparte de las líneas


@pytest.fixture
def con_sql_propio(en_postgresql):
    """La misma tienda con su copia de `sql/`, para cambiarle una consulta."""
    shutil.copytree(RAIZ / "sql", en_postgresql.carpeta / "sql")
    en_postgresql.ajustes["sql"] = str(en_postgresql.carpeta / "sql")
    en_postgresql.escribir()
    return en_postgresql


def cambiar(proyecto, archivo, antes, ahora):
    ruta = proyecto.carpeta / "sql" / "stellar_postgresql" / archivo
    texto = ruta.read_text(encoding="utf-8")
    assert antes in texto
    ruta.write_text(texto.replace(antes, ahora), encoding="utf-8")


def exigir_fallo_sin_cambios(proyecto, salida, *frases):
    assert salida.codigo == 30, salida.todo
    for frase in ("tienda_01", *frases):
        assert frase in salida.error
    assert "Traceback" not in salida.todo
    assert proyecto.cargado() == {}
    assert proyecto.marcadores() == []


def test_un_codigo_repetido_en_el_catalogo_se_nombra_y_no_se_carga_nada(en_postgresql, postgresql):
    base = en_postgresql.tiendas["tienda_01"]["base_datos"]
    with contextlib.closing(postgresql.conectar(base)) as c:
        c.execute("ALTER TABLE vad20.ma_codigos DROP CONSTRAINT ma_codigos_pkey")
        c.execute("INSERT INTO vad20.ma_codigos VALUES ('C7', 'otro')")
    salida = en_postgresql.rango("2025-03-01", "2025-03-05")
    exigir_fallo_sin_cambios(en_postgresql, salida, "renglones distintos", "«C7»")
    with contextlib.closing(postgresql.conectar(base)) as c:
        c.execute("DELETE FROM vad20.ma_codigos WHERE c_codnasa = 'otro'")
    assert en_postgresql.rango("2025-03-01", "2025-03-05").codigo == 0


def test_dos_consultas_que_no_dan_igual_el_codigo_se_dicen(con_sql_propio):
    cambiar(con_sql_propio, "productos.sql", "CAST(v.codigo AS", "CAST(lower(v.codigo) AS")
    salida = con_sql_propio.rango("2025-03-01", "2025-03-05")
    exigir_fallo_sin_cambios(con_sql_propio, salida, "no conoce: «C", "letra por letra")


def test_una_columna_que_no_da_ninguna_de_las_dos_se_nombra(con_sql_propio):
    cambiar(con_sql_propio, "productos.sql", "    CAST(p.c_marca AS VARCHAR(40)) AS marca,\n", "")
    salida = con_sql_propio.rango("2025-03-01", "2025-03-05")
    exigir_fallo_sin_cambios(con_sql_propio, salida, "ventas.sql", "Faltan: marca")


def test_un_codigo_vendido_entre_las_dos_consultas_se_resuelve_al_reintentar(
    con_sql_propio, postgresql
):
    """La primera vez que se piden los productos, C7 «aún no se ha vendido»."""
    base = con_sql_propio.tiendas["tienda_01"]["base_datos"]
    with contextlib.closing(postgresql.conectar(base)) as c:
        c.execute("CREATE SEQUENCE veces")
    sesion = con_sql_propio.carpeta / "sql" / "stellar_postgresql" / "sesion.sql"
    sesion.write_text("SET synchronize_seqscans = off")  # la cuenta de veces se escribe
    cambiar(
        con_sql_propio, "productos.sql", ") AS v\n",
        "AND ((SELECT nextval('veces')) > 1 OR t.codigo <> 'C7')) AS v\n",
    )  # fmt: skip
    salida = con_sql_propio.rango("2025-03-01", "2025-03-05")
    assert salida.codigo == 0, salida.todo
    assert "no conoce: «C7»" in salida.error
    assert con_sql_propio.reporte()["detalle"][0]["intentos"] == 2
    assert con_sql_propio.consultar("SELECT count(*) FROM ventas_raw") == [(2500,)]


def test_un_mes_sin_una_venta_ni_un_producto_se_registra_en_cero(en_postgresql):
    salida = en_postgresql.rango("2025-06", "2025-06")
    assert salida.codigo == 0, salida.todo
    assert en_postgresql.cargado() == {}
    assert en_postgresql.consultar("SELECT count(*), sum(filas) FROM control_dias") == [(30, 0)]
