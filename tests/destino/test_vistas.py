"""Las vistas dicen lo que dicen las líneas, todo está comentado y los textos nuevos llegan."""

import json
import shutil
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fluxion_luigi.destino import vistas
from fluxion_luigi.destino.base import para_escribir
from fluxion_luigi.destino.consultas import consulta
from fluxion_luigi.destino.migraciones import TABLAS
from fluxion_luigi.errores import ErrorConfiguracion, ErrorDestino
from fluxion_luigi.informes.estado.datos import componer
from tests.cadena import anotar, dias, proyecto_con
from tests.informes.estado import test_datos as cadena
from tests.proyecto import RAIZ, Proyecto

SQL = RAIZ / "sql"
VISTAS = sorted(p.stem for p in (SQL / "vistas").glob("*.sql"))
COLUMNAS = ("fecha", "ubicacion_id", "producto_id", "cantidad", "total", "subtotal", "costo",
            "tipo_documento", "factura", "caja", "descripcion", "departamento")  # fmt: skip


@pytest.fixture(scope="module")
def base():
    """Las tablas y las vistas en memoria, con una tienda que tiene nombre y otra que no."""
    conexion = duckdb.connect()
    for tabla in TABLAS:
        conexion.execute(consulta(SQL, tabla))
    vistas.poner_al_dia(conexion, SQL)
    conexion.execute("INSERT INTO tiendas VALUES ('a', 'Alfa', 'tienda', NULL, true, true)")
    yield conexion
    conexion.close()


def medida(escala: int, desde: int = -3000):
    numeros = st.integers(desde, 3000).map(lambda n: Decimal(n).scaleb(-escala))
    return st.none() | numeros


LINEA = st.tuples(
    st.integers(0, 2).map(lambda d: date(2025, 3, 1) + timedelta(d)), st.sampled_from("ab"),
    st.sampled_from(["P1", "P2", None]), medida(3), medida(2), medida(2), medida(2, 0),
    st.sampled_from(["VEN", "DEV", "DEV ", None]), st.sampled_from(["1", "2"]),
    st.sampled_from(["01", "02"]), st.sampled_from(["Ñame", "Yuca", None]),
    st.sampled_from(["Víveres", None]),
)  # fmt: skip


def llenar(conexion, lineas) -> list[dict]:
    """Deja esas líneas en la base, y las devuelve con lo que de cada una se calcula."""
    conexion.execute("DELETE FROM ventas_raw")
    marcas = ", ".join("?" * len(COLUMNAS))
    conexion.executemany(
        f"INSERT INTO ventas_raw ({', '.join(COLUMNAS)}) VALUES ({marcas})", lineas
    )
    filas = [dict(zip(COLUMNAS, linea, strict=True)) for linea in lineas]
    for f in filas:
        f["dev"] = (f["tipo_documento"] or "").strip() == "DEV" or (f["cantidad"] or 0) < 0
        sabido = None not in (f["subtotal"], f["costo"], f["cantidad"])
        f["margen"] = f["subtotal"] - f["costo"] * f["cantidad"] if sabido else None
    return filas


def suma(valores):
    valores = [v for v in valores if v is not None]
    return sum(valores) if valores else None


def resultado(filas) -> tuple:
    """Vendido, devuelto, neto y margen, a mano."""
    vendido = suma(f["total"] for f in filas if not f["dev"]) or Decimal(0)
    devuelto = suma(abs(f["total"]) for f in filas if f["dev"] and f["total"] is not None) or 0
    return vendido, devuelto, vendido - devuelto, suma(f["margen"] for f in filas)


def agrupadas(filas, *claves) -> dict:
    grupos = defaultdict(list)
    for f in filas:
        grupos[tuple(f[c] for c in claves)].append(f)
    return grupos


@settings(max_examples=40)
@given(st.lists(LINEA, min_size=1, max_size=12))
def test_las_vistas_dan_lo_mismo_que_sumar_las_lineas_una_por_una(base, lineas):
    filas = llenar(base, lineas)
    hay = base.execute("SELECT total, margen, es_devolucion FROM ventas").fetchall()
    assert Counter(hay) == Counter((f["total"], f["margen"], f["dev"]) for f in filas)
    for vista, claves in (
        ("resultado_diario", ("fecha", "ubicacion_id")),
        ("ventas_por_departamento", ("fecha", "ubicacion_id", "departamento")),
        ("ventas_por_producto", ("fecha", "ubicacion_id", "producto_id")),
    ):
        hay = base.execute(
            f"SELECT {', '.join(claves)}, vendido, devuelto, neto, margen FROM {vista}"
        ).fetchall()
        n = len(claves)
        assert {f[:n]: f[n:] for f in hay} == {
            clave: resultado(suyas) for clave, suyas in agrupadas(filas, *claves).items()
        }
        assert len(hay) == len(agrupadas(filas, *claves))

    facturas = base.execute("SELECT sum(facturas) FROM resultado_diario").fetchone()[0]
    documentos = {(f["fecha"], f["ubicacion_id"], f["caja"], f["tipo_documento"], f["factura"])
                  for f in filas if not f["dev"]}  # fmt: skip
    assert facturas == len(documentos)

    hay = base.execute("SELECT producto_id, descripcion, ubicacion_id FROM productos").fetchall()
    productos = agrupadas((f for f in filas if f["producto_id"]), "producto_id")
    assert len(hay) == len(productos)
    for producto, descripcion, tienda in hay:
        suyas = productos[producto,]
        descritas = [f for f in suyas if f["descripcion"]] or suyas
        dia = max(f["fecha"] for f in descritas)
        de_ese_dia = [f for f in descritas if f["fecha"] == dia]
        assert tienda == min(f["ubicacion_id"] for f in de_ese_dia)
        assert descripcion in {f["descripcion"] for f in de_ese_dia}


def test_una_tienda_que_no_esta_en_la_tabla_conserva_sus_lineas(base):
    dia = date(2025, 3, 1)
    llenar(base, [(dia, t, "P1", 1, 2, 2, 1, "VEN", "1", "1", "x", "y") for t in "ab"])
    hay = base.execute("SELECT ubicacion_id, tienda FROM ventas ORDER BY 1").fetchall()
    assert hay == [("a", "Alfa"), ("b", None)]


def test_los_kilos_salen_de_la_cantidad_o_del_peso_de_cada_unidad(base):
    base.execute("DELETE FROM ventas_raw")
    base.execute(
        "INSERT INTO ventas_raw BY NAME SELECT unnest([1.25, 2, 2, 2]) AS cantidad, "
        "unnest([1, 0, NULL, 0]) AS tipo_peso, unnest([0, 0.5, 0.25, 0]) AS peso"
    )
    kilos = [k for (k,) in base.execute("SELECT kilos FROM ventas").fetchall()]
    assert kilos == [Decimal("1.25"), 1, Decimal("0.5"), None]


def test_la_base_dice_en_que_moneda_esta_cada_total(base):
    base.execute("DELETE FROM ventas_raw")
    base.execute(
        "INSERT INTO ventas_raw BY NAME SELECT unnest([DATE '2025-03-01', DATE '2025-03-02']) AS "
        "fecha, 'a' AS ubicacion_id, 10 AS total, unnest([NULL, 'usd']) AS moneda"
    )
    base.execute(
        "INSERT INTO control_dias BY NAME SELECT unnest([DATE '2025-03-01', DATE '2025-03-02']) AS "
        "dia, 'a' AS ubicacion_id, 1 AS filas, 10 AS total, unnest(['demo x', 'mi_api y']) AS pos, "
        "unnest([NULL, 'usd']) AS moneda"
    )
    try:
        for vista in ("ventas", "resultado_diario", "ventas_por_departamento",
                      "ventas_por_producto", "ventas_diarias"):  # fmt: skip
            hay = base.execute(f"SELECT moneda FROM {vista} ORDER BY fecha").fetchall()
            assert hay == [(None,), ("usd",)], vista
        assert base.execute("SELECT pos FROM ventas_diarias ORDER BY fecha").fetchall() == [
            ("demo x",), ("mi_api y",),
        ]  # fmt: skip
        assert base.execute("SELECT monedas FROM cobertura_mensual").fetchall() == [(["", "usd"],)]
    finally:
        base.execute("DELETE FROM control_dias")


def test_un_filtro_por_fecha_o_por_producto_llega_hasta_las_lineas(base):
    for vista, filtro in (
        ("ventas", "fecha = '2025-03-01'"), ("resultado_diario", "fecha = '2025-03-01'"),
        ("ventas_por_departamento", "fecha = '2025-03-01'"), ("devoluciones", "producto_id = 'P1'"),
        ("ventas_por_producto", "producto_id = 'P1'"), ("productos", "producto_id = 'P1'"),
    ):  # fmt: skip
        base.execute(f"EXPLAIN (FORMAT json) SELECT * FROM {vista} WHERE {filtro}")
        datos = [x for x in _lecturas(json.loads(base.fetchone()[1])) if "ventas_raw" in str(x)]
        assert datos, vista
        for lectura in datos:
            assert f"{filtro.split()[0]}=" in str(lectura.get("Filters")), (vista, lectura)


def _lecturas(nodos):
    """De un plan de DuckDB, lo que dice cada lectura de una tabla."""
    for nodo in nodos:
        if nodo["name"].strip() == "SEQ_SCAN":
            yield nodo["extra_info"]
        yield from _lecturas(nodo["children"])


# -- contra la cobertura


@pytest.fixture(scope="module")
def con_historia(tmp_path_factory) -> Proyecto:
    """La cadena de las pruebas del informe de estado, con de todo."""
    ida = {"tienda_98": {"apertura": date(2025, 6, 1)}}
    proyecto = proyecto_con(tmp_path_factory.mktemp("vistas") / "proyecto", cadena.TIENDAS | ida)
    suyos = [
        *dias("tienda_98", "2025-06-10", "2025-06-13"),
        *dias("tienda_98", "2025-06-15", "2025-06-20"),
    ]
    anotar(proyecto.config, [*cadena.CARGADOS, *suyos], cadena.FALLIDOS)
    del proyecto.tiendas["tienda_98"]
    proyecto.escribir()
    # Lo de la tienda que ya no está en el catálogo se sabe desde la siguiente vez.
    with para_escribir(proyecto.config):
        pass
    return proyecto


def test_cobertura_mensual_cuenta_los_mismos_dias_que_estado_ventas(con_historia):
    hay = {
        (tienda, f"{mes:%Y-%m}"): tuple(resto)
        for mes, tienda, *resto in con_historia.consultar(
            "SELECT mes, ubicacion_id, dias, cargados, en_cero, faltan, lineas, total "
            "FROM cobertura_mensual"
        )
    }
    informe = componer(con_historia.config, cadena.BIMESTRE)
    assert hay == {
        (t["tienda"], mes): (
            x["dias"]["exigibles"], x["dias"]["firmes"] + x["dias"]["provisionales"],
            x["dias"]["en_cero"], x["dias"]["faltan"], x["registros"], Decimal(x["total"]),
        )
        for t in informe["tiendas"] for mes, x in t["meses"].items()
    }  # fmt: skip


def test_cobertura_mensual_no_dice_cien_si_falta_un_dia_y_cuenta_los_fallidos(con_historia):
    hay = con_historia.consultar(
        "SELECT ubicacion_id, cobertura, fallidos FROM cobertura_mensual "
        "WHERE mes = '2025-06-01' AND ubicacion_id <= 'tienda_03' ORDER BY 1"
    )
    assert hay == [("tienda_01", 100, 0), ("tienda_02", 90, 1), ("tienda_03", 0, 0)]


def test_ventas_diarias_tiene_los_dias_en_cero_y_el_nombre_de_la_tienda(con_historia):
    hay = con_historia.consultar(
        "SELECT tienda, lineas, total FROM ventas_diarias WHERE fecha = '2025-06-09' ORDER BY 1"
    )
    assert hay == [("ABRIO SIN DECIRLO", 0, 0), ("COMPLETA", 10, 15), ("EN CERO", 0, 0),
                   ("PARCIAL", 10, 15), ("PROVISIONAL", 10, 15),
                   ("SIN VENTAS NI APERTURA", 0, 0)]  # fmt: skip


# -- los lugares


def test_la_tabla_de_tiendas_es_el_catalogo_y_se_pone_al_dia_sola(proyecto):
    def tiendas():
        with para_escribir(proyecto.config):
            pass
        return proyecto.consultar("SELECT * FROM tiendas")

    proyecto.con_tienda("b", apertura=date(2025, 3, 1)).con_tienda("a", activa=False)
    proyecto.con_tienda("cd", tipo="distribucion")
    assert tiendas() == [
        ("b", "B", "tienda", date(2025, 3, 1), True, True),
        ("a", "A", "tienda", None, False, True),
        ("cd", "CD", "distribucion", None, True, True),
    ]
    bytes_ = proyecto.base.read_bytes()
    tiendas()
    assert proyecto.base.read_bytes() == bytes_
    with para_escribir(proyecto.config) as abierta:
        abierta.conexion.execute(
            "INSERT INTO control_dias (ubicacion_id, dia, filas) "
            "VALUES ('a', '2025-03-01', 1), ('z', '2025-03-01', 1)"
        )
    del proyecto.tiendas["a"], proyecto.tiendas["cd"]
    proyecto.tiendas["b"]["nombre"] = "Ñ's"
    proyecto.escribir()
    assert tiendas() == [
        ("b", "Ñ's", "tienda", date(2025, 3, 1), True, True),
        ("a", "A", "tienda", None, False, False),
        ("z", "z", "tienda", None, False, False),
    ]


# -- los textos


def test_todas_las_tablas_las_vistas_y_sus_columnas_estan_comentadas(con_historia):
    con = {"nada": "comment IS NULL OR comment = ''", "propio": "NOT internal"}
    faltan = con_historia.consultar(
        "SELECT table_name, column_name FROM duckdb_columns() "
        f"WHERE {con['propio']} AND ({con['nada']}) UNION ALL "
        f"SELECT view_name, '' FROM duckdb_views() WHERE {con['propio']} AND ({con['nada']}) "
        f"UNION ALL SELECT table_name, '' FROM duckdb_tables() WHERE {con['nada']}"
    )
    assert faltan == []
    hay = {t for (t,) in con_historia.consultar("SHOW TABLES")}
    assert hay == {*TABLAS, *VISTAS}


@pytest.fixture
def con_sql_propio(proyecto) -> Proyecto:
    """Un proyecto con su copia de `sql/` y la base ya hecha."""
    shutil.copytree(SQL, proyecto.carpeta / "sql")
    proyecto.ajustes["sql"] = str(proyecto.carpeta / "sql")
    return proyecto.con_tienda("tienda_01")


def reabrir(proyecto: Proyecto) -> None:
    """Abre la base para escribir, como en otro proceso."""
    consulta.cache_clear()
    vistas._definiciones.cache_clear()
    with para_escribir(proyecto.config):
        pass


def test_si_cambia_el_texto_se_rehacen_y_si_no_la_base_no_cambia_un_byte(con_sql_propio):
    carpeta = con_sql_propio.carpeta / "sql"
    reabrir(con_sql_propio)
    bytes_ = con_sql_propio.base.read_bytes()
    reabrir(con_sql_propio)
    assert con_sql_propio.base.read_bytes() == bytes_
    (carpeta / "vistas" / "devoluciones.sql").unlink()
    (carpeta / "vistas" / "aaa.sql").write_text(
        "-- Días con ventas; 'según' ventas_diarias.\nSELECT\n    fecha,\n    total AS monto,"
        "  -- el monto;\n                     -- entero\nFROM ventas_diarias\n;\n"
    )
    tabla = carpeta / "destino" / "cargas.sql"
    tabla.write_text(tabla.read_text().replace("-- primer día", "-- el primero"))
    reabrir(con_sql_propio)
    hay = {t for (t,) in con_sql_propio.consultar("SHOW TABLES")}
    assert hay == {*TABLAS, *VISTAS, "aaa"} - {"devoluciones"}
    dichos = con_sql_propio.consultar(
        "SELECT column_name, comment FROM duckdb_columns() "
        "WHERE table_name = 'aaa' OR (table_name = 'cargas' AND column_name = 'desde') ORDER BY 1"
    )
    assert dichos == [("desde", "el primero"), ("fecha", "día de las ventas"),
                      ("monto", "el monto; entero")]  # fmt: skip
    [(dicho,)] = con_sql_propio.consultar(
        "SELECT comment FROM duckdb_views() WHERE view_name = 'aaa'"
    )
    assert dicho == "Días con ventas; 'según' ventas_diarias."


def test_una_vista_que_alguien_borro_vuelve(proyecto):
    proyecto.con_tienda("tienda_01")
    with para_escribir(proyecto.config) as abierta:
        abierta.conexion.execute("DROP VIEW productos")
    with para_escribir(proyecto.config):
        pass
    assert proyecto.consultar("SELECT * FROM productos") == []
    assert set(VISTAS) < {t for (t,) in proyecto.consultar("SHOW TABLES")}


def test_una_vista_mal_escrita_se_nombra_y_no_cambia_nada(con_sql_propio):
    reabrir(con_sql_propio)
    antes = con_sql_propio.base.read_bytes()
    (con_sql_propio.carpeta / "sql" / "vistas" / "mala.sql").write_text("SELECT x FROM no_hay")
    with pytest.raises(ErrorConfiguracion, match=r"vistas/mala\.sql está mal.*no se cambió nada"):
        reabrir(con_sql_propio)
    assert con_sql_propio.base.read_bytes() == antes
    (con_sql_propio.carpeta / "sql" / "vistas" / "mala.sql").write_text("SELECT * FROM mala")
    with pytest.raises(ErrorConfiguracion, match="círculo"):
        reabrir(con_sql_propio)


@pytest.mark.parametrize("que", ["VIEW ventas AS SELECT 1 AS x", "TABLE productos (a INTEGER)"])
def test_lo_que_otro_hizo_con_el_nombre_de_una_vista_se_nombra_y_no_se_pisa(proyecto, que):
    proyecto.con_tienda("tienda_01")
    with para_escribir(proyecto.config) as abierta:
        for vista in VISTAS:
            abierta.conexion.execute(f"DROP VIEW {vista}")
        abierta.conexion.execute(f"DELETE FROM definiciones; CREATE {que}")
    nombre = que.split()[1]
    with (
        pytest.raises(ErrorDestino, match=f"«{nombre}» que no hizo este proyecto.*RENAME TO"),
        para_escribir(proyecto.config),
    ):
        pass
    assert proyecto.consultar("SELECT count(*) FROM definiciones") == [(0,)]
