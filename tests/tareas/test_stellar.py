"""Las reglas de Stellar y sus valores difíciles, en los dos dialectos: o llegan o se nombran."""

import contextlib
from datetime import date
from decimal import Decimal

import pytest

from tests.proyecto import Proyecto
from tests.tsql import traducir

pytestmark = pytest.mark.postgresql
DIA = date(2025, 3, 2)
ENORME = 10**15


class Tienda:
    """Una tienda Stellar en PostgreSQL, con lo que cada prueba le ponga."""

    def __init__(self, proyecto: Proyecto, servidor, base: str, sistema: str):
        servidor.crear_pos(base)
        self.proyecto, self.servidor, self.base, self.sistema = proyecto, servidor, base, sistema
        if sistema == "stellar":
            traducir(proyecto.carpeta / "sql")
            proyecto.ajustes["sql"] = str(proyecto.carpeta / "sql")
        proyecto.ajustes |= {"intentos": "1", "conectividad_timeout": "20"}
        proyecto.tiendas["tienda_01"] = servidor.datos(base, sistema=sistema)
        proyecto.ambiente.update(servidor.ambiente())
        proyecto.escribir()

    def hacer(self, *sentencias: str) -> None:
        with contextlib.closing(self.servidor.conectar(self.base)) as c:
            for sentencia in sentencias:
                c.execute(sentencia)

    def vender(self, numero: int, dia: int = 1, **valores) -> None:
        """Una línea del `dia` de marzo; los valores, en SQL."""
        comun = {
            "c_numero": f"'F{numero}'", "n_linea": "1", "f_fecha": f"'2025-03-{dia:02d}'",
            "h_hora": "'1899-12-30 10:00:00'", "codigo": "'759'", "cantidad": "1", "precio": "2",
            "subtotal": "2", "impuesto": "0.32", "total": "2.32", "c_caja": "'01'",
            "c_localidad": "'01'", "c_concepto": "'VEN'",
        }  # fmt: skip
        fila = {**comun, **valores}
        columnas, suyos = ", ".join(fila), ", ".join(fila.values())
        self.hacer(f"INSERT INTO vad20.ma_transaccion ({columnas}) VALUES ({suyos})")

    def cargar(self, codigo: int = 0):
        salida = self.proyecto.rango("2025-03-01", "2025-03-03")
        assert salida.codigo == codigo, salida.todo
        assert "Traceback" not in salida.todo
        return salida

    def tres_dias_con_el_segundo(self, **valores) -> None:
        """Tres días de una venta; la del segundo, con esos valores."""
        for dia in (1, 2, 3):
            self.vender(dia, dia, **(valores if dia == 2 else {}))

    def exigir_fuera_el_segundo(self, *palabras: str) -> None:
        """Los días 1 y 3 se cargan; el 2 se queda fuera y se dicen esas palabras."""
        salida = self.cargar(30)
        for palabra in ("2025-03-02", *palabras):
            assert palabra in salida.error, salida.todo
        assert "VPN" not in salida.error
        assert sorted(d.day for _, d in self.proyecto.cargado()) == [1, 3]
        [mes] = self.proyecto.reporte()["detalle"]
        assert list(mes["dias_fuera"]) == ["2025-03-02"]
        assert self.proyecto.consultar("SELECT dia FROM dias_fallidos") == [(DIA,)]


@pytest.fixture(params=["stellar", "stellar_postgresql"])
def tienda(proyecto, postgresql, request) -> Tienda:
    base = f"stellar_{abs(hash(request.node.nodeid)) % 10**9}"
    return Tienda(proyecto, postgresql, base, request.param)


LIBRES = [
    f"ALTER TABLE vad20.ma_transaccion ALTER COLUMN {columna} TYPE {tipo}"
    for columna, tipo in (
        ("cantidad", "NUMERIC"), ("precio", "NUMERIC"), ("subtotal", "NUMERIC"),
        ("impuesto", "NUMERIC"), ("total", "NUMERIC"), ("c_numero", "TEXT"), ("codigo", "TEXT"),
        ("c_caja", "TEXT"), ("c_localidad", "TEXT"), ("c_concepto", "TEXT"), ("n_linea", "NUMERIC"),
    )
]  # fmt: skip


# -- un día malo no cuesta el mes, y se nombra hasta su línea


@pytest.mark.parametrize(
    ("valores", "palabras"),
    [
        ({"total": str(ENORME)}, ("otal", str(ENORME))),
        ({"total": f"-{ENORME}"}, ("otal", f"-{ENORME}")),
        ({"cantidad": f"{ENORME}0"}, ("antidad", str(ENORME))),
        ({"precio": "1e30"}, ("recio", "1000000000000000000000000000000")),
        ({"impuesto": str(ENORME)}, ("mpuesto", str(ENORME))),
        ({"subtotal": "'NaN'"}, ("ubtotal", "NaN")),
        ({"total": "'NaN'"}, ("otal", "NaN")),
        ({"total": "'Infinity'"}, ("otal", "Infinity")),
        ({"n_linea": "3000000000"}, ("linea", "3000000000")),
        ({"n_linea": "1.5"}, ("linea", "1.5")),
        ({"total": "1e35"}, ("otal", "1" + "0" * 35)),
        ({"c_numero": "repeat('9', 256)"}, ("factura", "(256 letras)")),
        ({"c_caja": "repeat('☕', 300)"}, ("caja", "☕", "texto de hasta 255 letras")),
        ({"codigo": "repeat('7', 400)"}, ("codigo", "texto de hasta 255 letras")),
    ],
)
def test_un_valor_que_no_cabe_deja_fuera_su_dia_con_la_clave_de_su_linea(tienda, valores, palabras):
    tienda.hacer(*LIBRES)
    tienda.tres_dias_con_el_segundo(**valores)
    clave = ("caja 01", "documento VEN") if "c_caja" not in valores else ("documento VEN",)
    factura = ("factura F2",) if "c_numero" not in valores else ()
    tienda.exigir_fuera_el_segundo(*palabras, *clave, *factura)
    # Corregido en la tienda, la misma orden pide sólo ese día.
    tienda.hacer("DELETE FROM vad20.ma_transaccion WHERE f_fecha = '2025-03-02'")
    tienda.vender(9, 2)
    tienda.cargar()
    [mes] = tienda.proyecto.reporte()["detalle"]
    assert (mes["dias"], mes["filas"]) == (1, 1)
    assert tienda.proyecto.consultar("SELECT count(*) FROM dias_fallidos") == [(0,)]


def test_un_nan_que_es_la_unica_linea_de_su_dia_tampoco_concilia(tienda):
    tienda.hacer(*LIBRES)
    tienda.vender(1, 2, total="'NaN'", cantidad="'NaN'")
    salida = tienda.proyecto.rango("2025-03-02", "2025-03-02")
    assert salida.codigo == 30
    assert "factura F1" in salida.error
    assert tienda.proyecto.cargado() == {}


def test_lo_que_el_servidor_mismo_no_puede_convertir_se_busca_partiendo_hasta_su_dia(tienda):
    """Una hora en texto que no es hora: falla la consulta entera, sin decir qué línea."""
    tienda.hacer(
        "ALTER TABLE vad20.ma_transaccion ALTER COLUMN h_hora TYPE TEXT",
        "CREATE FUNCTION to_char(TEXT, TEXT) RETURNS TEXT LANGUAGE SQL AS "
        "'SELECT to_char(CAST($1 AS TIMESTAMP), $2)'",
    )
    for dia in range(1, 9):
        tienda.vender(dia, dia, h_hora="'tarde'" if dia == 5 else "'1899-12-30 10:00:00'")
    salida = tienda.proyecto.rango("2025-03-01", "2025-03-08")
    assert salida.codigo == 30
    assert "2025-03-05" in salida.error
    assert "tarde" in salida.error
    assert "VPN" not in salida.error
    assert sorted(d.day for _, d in tienda.proyecto.cargado()) == [1, 2, 3, 4, 6, 7, 8]


def test_un_producto_con_un_valor_imposible_deja_fuera_los_dias_que_lo_vendieron(tienda):
    tienda.hacer(
        "ALTER TABLE vad20.ma_productos ALTER COLUMN n_costoact TYPE NUMERIC",
        "INSERT INTO vad20.ma_codigos VALUES ('malo', 'PM')",
        f"INSERT INTO vad20.ma_productos (c_codigo, n_costoact) VALUES ('PM', {ENORME})",
    )
    tienda.tres_dias_con_el_segundo(codigo="'malo'")
    tienda.exigir_fuera_el_segundo("código «malo»", f"costo = «{ENORME}", "factura F2")


# -- nada cambia en el camino


def test_los_textos_de_cualquier_alfabeto_y_de_255_letras_llegan_iguales(tienda):
    tienda.hacer(*LIBRES, "ALTER TABLE vad20.ma_productos ALTER COLUMN c_descri TYPE TEXT",
                 "ALTER TABLE vad20.ma_productos ALTER COLUMN c_marca TYPE TEXT")  # fmt: skip
    textos = ["CAFÉ ☕", "Καφές ελληνικός", "ñ" * 255, "🍕" * 127, "T☕", "T★"]
    for i, texto in enumerate(textos):
        codigo = f"{i}{texto}"[:255]
        tienda.hacer(
            f"INSERT INTO vad20.ma_codigos VALUES ('{codigo[:30]}', 'P{i}')",
            f"INSERT INTO vad20.ma_productos (c_codigo, c_descri, c_marca) "
            f"VALUES ('P{i}', '{texto}', '{texto}')",
        )
        tienda.vender(i, c_numero=f"'{texto}'", codigo=f"'{codigo[:30]}'")
    tienda.cargar()
    assert tienda.proyecto.consultar(
        "SELECT factura, descripcion, marca FROM ventas_raw ORDER BY producto_id"
    ) == [(t, t, t) for t in textos]


@pytest.mark.parametrize("tipo", ["DOUBLE PRECISION", "REAL", "NUMERIC", "NUMERIC(20, 8)"])
def test_los_montos_con_mas_decimales_se_redondean_igual_en_la_cuenta_que_en_las_lineas(
    tienda, tipo
):
    for columna in ("cantidad", "precio", "subtotal", "impuesto", "total"):
        tienda.hacer(f"ALTER TABLE vad20.ma_transaccion ALTER COLUMN {columna} TYPE {tipo}")
    for i in range(40):
        tienda.vender(i, total=f"{i}.00005", cantidad="0.33335", subtotal="1.23456",
                      impuesto="0.00004")  # fmt: skip
    tienda.cargar()
    [(filas, total, cantidad)] = tienda.proyecto.consultar(
        "SELECT count(*), sum(total), sum(cantidad) FROM ventas_raw"
    )
    assert filas == 40
    assert abs(total - 780) < Decimal("0.01")
    assert abs(cantidad - Decimal("13.33")) < Decimal("0.03")


def test_las_filas_sin_fecha_se_cuentan_y_se_dicen(tienda):
    tienda.vender(1)
    for i in range(3):
        tienda.vender(10 + i, f_fecha="NULL")
    salida = tienda.cargar()
    assert salida.fuera.count("tienda_01: 3 línea(s) sin fecha en la tienda") == 1
    assert tienda.proyecto.reporte()["detalle"][0]["sin_fecha"] == 3
    assert tienda.proyecto.consultar("SELECT count(*) FROM ventas_raw") == [(1,)]


def test_las_milesimas_del_ultimo_segundo_no_llevan_la_hora_a_medianoche(tienda):
    tienda.vender(1, h_hora="'1899-12-30 23:59:59.997'")
    tienda.cargar()
    assert tienda.proyecto.consultar("SELECT hora::VARCHAR FROM ventas_raw") == [("23:59:59",)]


# -- las claves de verdad de Stellar

PRODUCTO = (
    "INSERT INTO vad20.ma_productos (c_codigo, c_descri, c_departamento, c_grupo, c_subgrupo) "
    "VALUES ('{0}', 'producto {0}', '{1}', 'G', 'S')"
)
JERARQUIA = [
    "INSERT INTO vad10.ma_departamentos VALUES ('01', 'Víveres'), ('02', 'Limpieza')",
    "INSERT INTO vad20.ma_codigos VALUES ('A', 'PA'), ('B', 'PB')",
    PRODUCTO.format("PA", "01"),
    PRODUCTO.format("PB", "02"),
]


def test_un_grupo_que_esta_en_dos_departamentos_es_el_del_departamento_del_producto(tienda):
    tienda.hacer(
        *JERARQUIA,
        "ALTER TABLE vad10.ma_grupos ADD c_departamento VARCHAR(20)",
        "ALTER TABLE vad10.ma_subgrupos ADD c_in_departamento VARCHAR(20), "
        "ADD c_in_grupo VARCHAR(20)",
        "INSERT INTO vad10.ma_grupos VALUES ('G', 'Granos', '01'), ('G', 'Cloros', '02')",
        "INSERT INTO vad10.ma_subgrupos VALUES ('S', 'Arroz', '01', 'G'), "
        "('S', 'Otro', '01', 'H'), ('S', 'Gel', '02', 'G')",
    )
    tienda.vender(1, codigo="'A'")
    tienda.vender(2, codigo="'B'")
    tienda.cargar()
    assert jerarquia(tienda) == [
        ("PA", "Víveres", "Granos", "Arroz"), ("PB", "Limpieza", "Cloros", "Gel"),
    ]  # fmt: skip


@pytest.mark.parametrize("vacio", ["NULL", "''", None])
def test_con_el_departamento_vacio_o_sin_esa_columna_el_grupo_es_el_del_codigo_solo(tienda, vacio):
    tienda.hacer(*JERARQUIA)
    if vacio is not None:
        tienda.hacer(
            f"ALTER TABLE vad10.ma_grupos ADD c_departamento VARCHAR(20) DEFAULT {vacio}",
            f"ALTER TABLE vad10.ma_subgrupos ADD c_in_departamento VARCHAR(20) DEFAULT {vacio}, "
            f"ADD c_in_grupo VARCHAR(20) DEFAULT {vacio}",
        )
    tienda.hacer(
        "INSERT INTO vad10.ma_grupos VALUES ('G', 'Granos')",
        "INSERT INTO vad10.ma_subgrupos VALUES ('S', 'Arroz')",
    )
    tienda.vender(1, codigo="'A'")
    tienda.vender(2, codigo="'B'")
    tienda.cargar()
    assert jerarquia(tienda) == [
        ("PA", "Víveres", "Granos", "Arroz"), ("PB", "Limpieza", "Granos", "Arroz"),
    ]  # fmt: skip


def jerarquia(tienda) -> list[tuple]:
    return tienda.proyecto.consultar(
        "SELECT producto_id, departamento, grupo, subgrupo FROM ventas_raw ORDER BY 1"
    )


DOS_PRODUCTOS = [
    "ALTER TABLE vad20.ma_codigos DROP CONSTRAINT ma_codigos_pkey",
    "INSERT INTO vad20.ma_codigos VALUES ('DOS', 'P2'), ('DOS', 'P1'), ('DOS', 'P0'), ('A', 'P1')",
    "INSERT INTO vad20.ma_productos (c_codigo, c_descri) VALUES ('P1', 'uno'), ('P2', 'dos'), "
    "('P3', 'tres')",
]


def test_de_un_codigo_con_dos_productos_decide_el_que_dice_la_linea(tienda):
    tienda.hacer(*DOS_PRODUCTOS, "ALTER TABLE vad20.ma_transaccion ADD cod_principal VARCHAR(20)")
    for i, (codigo, principal) in enumerate(
        [("DOS", "'P2'"), ("DOS", "'P1'"), ("DOS", "'P3'"), ("DOS", "NULL"), ("DOS", "'nada'"),
         ("A", "'P2'")]
    ):  # fmt: skip
        tienda.vender(i, codigo=f"'{codigo}'", cod_principal=principal)
    salida = tienda.cargar()
    assert tienda.proyecto.consultar(
        "SELECT producto_id, descripcion, ambiguo FROM ventas_raw ORDER BY factura"
    ) == [
        ("P2", "dos", False), ("P1", "uno", False), ("P3", "tres", False),
        ("P1", "uno", True), ("P1", "uno", True), ("P1", "uno", False),
    ]  # fmt: skip
    assert "2 de un código con varios productos" in salida.error
    assert tienda.proyecto.consultar("SELECT sum(ambiguos) FROM control_dias") == [(2,)]


def test_sin_la_columna_del_producto_de_la_linea_se_toma_el_menor_que_este_en_el_catalogo(tienda):
    tienda.hacer(*DOS_PRODUCTOS)
    tienda.vender(1, codigo="'DOS'")
    tienda.vender(2, codigo="'A'")
    tienda.cargar()
    assert tienda.proyecto.consultar(
        "SELECT producto_id, ambiguo FROM ventas_raw ORDER BY factura"
    ) == [("P1", True), ("P1", False)]
