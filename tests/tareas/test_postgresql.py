"""RangoVentas contra un servidor PostgreSQL real."""

import contextlib
import shutil
from datetime import date

import pytest

from fluxion_luigi.errores import ErrorConciliacion
from fluxion_luigi.origen import columnas
from fluxion_luigi.origen.odbc import fuente, sesion
from fluxion_luigi.periodos import Rango
from tests.proyecto import RAIZ

pytestmark = pytest.mark.postgresql


def test_carga_lo_que_tiene_el_servidor(en_postgresql, postgresql):
    salida = en_postgresql.rango("2025-03", "2025-05")
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
    # Un mes sin una venta ni un producto se registra en cero.
    assert en_postgresql.consultar(
        "SELECT count(*), sum(filas) FROM control_dias WHERE dia >= '2025-05-01'"
    ) == [(31, 0)]


# -- los productos, aparte de las líneas

# Donde productos.sql elige las líneas de esos días.
FILTRO = "l.f_fecha < CAST(? AS DATE)\n    ) AS t\n"


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


@contextlib.contextmanager
def contando_las_veces(proyecto, servidor):
    """Con una secuencia `veces` que las consultas avanzan: la sesión ya no es de sólo lectura."""
    sesion = proyecto.carpeta / "sql" / "stellar_postgresql" / "sesion.sql"
    sesion.write_text("SET synchronize_seqscans = off")
    with contextlib.closing(servidor.conectar(proyecto.tiendas["tienda_01"]["base_datos"])) as c:
        c.execute("CREATE SEQUENCE veces")
        yield c


def test_un_producto_repetido_en_el_catalogo_aparta_los_dias_que_lo_vendieron(
    en_postgresql, postgresql
):
    """C7 sólo se vende el día 3: los demás días se cargan, y al corregirlo sólo se pide ése."""
    base = en_postgresql.tiendas["tienda_01"]["base_datos"]
    with contextlib.closing(postgresql.conectar(base)) as c:
        c.execute("UPDATE vad20.ma_transaccion SET codigo = 'C8' WHERE codigo IN ('C6', 'C7')")
        c.execute(
            "UPDATE vad20.ma_transaccion SET codigo = 'C7' "
            "WHERE f_fecha = DATE '2025-03-03' AND n_linea = 1 AND c_numero = '00000003'"
        )
        c.execute("ALTER TABLE vad20.ma_productos DROP CONSTRAINT ma_productos_pkey")
        c.execute("INSERT INTO vad20.ma_productos (c_codigo, c_descri) VALUES ('P3', 'otro')")
    en_postgresql.ajustes["intentos"] = "2"
    en_postgresql.escribir()
    salida = en_postgresql.rango("2025-03-01", "2025-03-05")
    assert salida.codigo == 30
    for palabras in ("2025-03-03", "código «C7»", "renglones distintos", "factura 00000003"):
        assert palabras in salida.error
    assert [d.day for _, d in sorted(en_postgresql.cargado())] == [1, 2, 4, 5]
    with contextlib.closing(postgresql.conectar(base)) as c:
        c.execute("DELETE FROM vad20.ma_productos WHERE c_descri = 'otro'")
    salida = en_postgresql.rango("2025-03-01", "2025-03-05")
    assert salida.codigo == 0, salida.todo
    assert en_postgresql.reporte()["detalle"][0]["dias"] == 1


def test_dos_consultas_que_no_dan_igual_el_codigo_se_dicen(con_sql_propio):
    cambiar(con_sql_propio, "productos.sql", "CAST(v.codigo AS", "CAST(lower(v.codigo) AS")
    salida = con_sql_propio.rango("2025-03-01", "2025-03-05")
    con_sql_propio.exigir_fallo(salida, "no conoce: «C", "letra por letra")


def test_un_codigo_vendido_entre_las_dos_consultas_se_resuelve_sin_leer_otra_vez(
    con_sql_propio, postgresql
):
    """La primera vez que se piden los productos, C7 «aún no se ha vendido»."""
    cambiar(
        con_sql_propio, "productos.sql", FILTRO,
        FILTRO.replace("\n", " AND ((SELECT nextval('veces')) > 1 OR l.codigo <> 'C7')\n", 1),
    )  # fmt: skip
    with contando_las_veces(con_sql_propio, postgresql):
        salida = con_sql_propio.rango("2025-03-01", "2025-03-05")
    assert salida.codigo == 0, salida.todo
    assert con_sql_propio.reporte()["detalle"][0]["intentos"] == 1
    assert con_sql_propio.consultar("SELECT count(*) FROM ventas_raw") == [(2500,)]
    assert con_sql_propio.consultar(
        "SELECT count(*), bool_and(en_catalogo), count(descripcion) FROM ventas_raw "
        "WHERE codigo = 'C7'"
    ) == [(5, True, 5)]


def test_un_producto_que_cambia_mientras_se_lee_sin_candados_se_resuelve_al_reintentar(
    con_sql_propio, postgresql
):
    """Se ve dos veces, con dos costos; la vez siguiente, una."""
    cambiar(con_sql_propio, "productos.sql", "CAST(p.costo AS", "CAST(p.costo + x.n AS")
    cambiar(
        con_sql_propio, "productos.sql", ") AS v\n",
        ") AS v CROSS JOIN (SELECT 0 AS n UNION ALL SELECT 1 WHERE nextval('veces') <= 2) AS x\n",
    )  # fmt: skip
    with contando_las_veces(con_sql_propio, postgresql):
        salida = con_sql_propio.rango("2025-03-01", "2025-03-05")
    assert salida.codigo == 0, salida.todo
    assert "renglones distintos" in salida.error
    assert con_sql_propio.consultar("SELECT count(*) FROM ventas_raw") == [(2500,)]


def test_dos_consultas_que_no_casan_en_nada_no_llenan_la_memoria(con_sql_propio, monkeypatch):
    """No se apartan todas las líneas de la ventana: se dice en cuanto son demasiadas."""
    cambiar(con_sql_propio, "productos.sql", "CAST(v.codigo AS", "CAST('x' || v.codigo AS")
    con_sql_propio.ajustes["chunk_filas"] = "1000"
    con_sql_propio.escribir()
    for clave, valor in con_sql_propio.ambiente.items():
        monkeypatch.setenv(clave, valor)
    monkeypatch.setattr(sesion, "MAXIMO_APARTADAS", 2500)
    convertir, lotes_de_ventas = columnas.Entrega.al_esquema, []

    def contando(entrega, lote):
        lotes_de_ventas.append(entrega.archivo)
        return convertir(entrega, lote)

    pedido = fuente.pedido(con_sql_propio.config, con_sql_propio.tienda("tienda_01"))
    conexion = sesion.abrir(pedido, 15, str(con_sql_propio.carpeta))
    marzo = Rango(date(2025, 3, 1), date(2025, 3, 31))
    conexion.preparar(marzo, lambda: None)
    monkeypatch.setattr(columnas.Entrega, "al_esquema", contando)
    with pytest.raises(ErrorConciliacion, match="no conoce"):
        list(conexion.leer(marzo, lambda: None)[1])
    assert lotes_de_ventas == ["ventas.sql"] * 3


def test_los_productos_se_piden_una_vez_para_todo_el_mes_y_la_columna_que_no_dan_queda_vacia(
    con_sql_propio, postgresql
):
    cambiar(
        con_sql_propio, "productos.sql", FILTRO,
        FILTRO.replace("\n", " AND ((SELECT nextval('veces')) > 0 OR l.codigo IS NULL)\n", 1),
    )  # fmt: skip
    # Una opcional, que tampoco da ventas.sql.
    cambiar(con_sql_propio, "productos.sql", "    CAST(p.marca AS VARCHAR(256)) AS marca,\n", "")
    with contando_las_veces(con_sql_propio, postgresql) as c:
        salida = con_sql_propio.rango("2025-03", "2025-03")
        assert salida.codigo == 0, salida.todo
        assert c.execute("SELECT last_value FROM veces").fetchval() == 1
    assert con_sql_propio.reporte()["detalle"][0]["ventanas"] == 5
    assert con_sql_propio.consultar("SELECT count(*), count(marca) FROM ventas_raw") == [
        (31 * 500, 0)
    ]


def test_unos_productos_de_tantos_dias_que_agotan_el_tiempo_se_piden_por_ventana(con_sql_propio):
    """Dos milisegundos por línea: seis segundos los seis días, dos cada ventana."""
    lento = FILTRO.replace("\n", " AND pg_sleep(0.001) IS NOT NULL\n", 1)
    cambiar(con_sql_propio, "productos.sql", FILTRO, lento)
    con_sql_propio.ajustes |= {"timeout_sin_avance": "6", "ventana_dias": "2"}
    con_sql_propio.escribir()
    salida = con_sql_propio.rango("2025-03-01", "2025-03-06")
    assert salida.codigo == 0, salida.todo
    [mes] = con_sql_propio.reporte()["detalle"]
    assert (mes["ventanas"], mes["partidas"], mes["intentos"]) == (3, 0, 4), salida.error


def test_unos_productos_que_llegan_despacio_pero_sin_parar_no_son_un_silencio(
    con_sql_propio, postgresql
):
    """Seis mil códigos a dos milisegundos cada uno, con seis segundos de paciencia."""
    with contextlib.closing(
        postgresql.conectar(con_sql_propio.tiendas["tienda_01"]["base_datos"])
    ) as c:
        c.execute("UPDATE vad20.ma_transaccion SET codigo = f_fecha::DATE || c_numero || n_linea")
    cambiar(
        con_sql_propio, "productos.sql", "CASE WHEN p.codigo IS NULL",
        "CASE WHEN pg_sleep(0.001) IS NULL OR p.codigo IS NULL",
    )  # fmt: skip
    cambiar(con_sql_propio, "sistema.toml", "Fetch = 25000", "Fetch = 500")
    con_sql_propio.ajustes |= {"timeout_sin_avance": "6", "intentos": "1", "ventana_dias": "12"}
    con_sql_propio.escribir()
    salida = con_sql_propio.rango("2025-03-01", "2025-03-12")
    assert salida.codigo == 0, salida.todo
    [mes] = con_sql_propio.reporte()["detalle"]
    assert (mes["ventanas"], mes["filas"]) == (1, 6_000), salida.error
    assert mes["segundos_extraccion"] > 8


def test_unos_productos_lentos_no_achican_las_ventanas(con_sql_propio):
    """Cuestan casi lo mismo por dos días que por siete: con menos días sólo se pagan más veces."""
    cambiar(
        con_sql_propio, "productos.sql", ") AS v\n", ") AS v CROSS JOIN pg_sleep(1.5)\n"
    )  # fmt: skip
    con_sql_propio.ajustes |= {"segundos_por_ventana": "1", "ventana_filas": "1"}
    con_sql_propio.escribir()
    assert con_sql_propio.rango("2025-03", "2025-03").codigo == 0
    [mes] = con_sql_propio.reporte()["detalle"]
    assert mes["ventanas"] == 2
