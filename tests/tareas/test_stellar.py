"""Las reglas de Stellar y sus valores difíciles, en los dos dialectos: o llegan o se nombran.

Lo que hay en el POS de una tienda es un escenario, y los escenarios se cargan juntos: en cada base
de PostgreSQL leen dos tiendas, una por dialecto.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pytest

from tests.proyecto import Proyecto, Salida
from tests.tsql import traducir

pytestmark = pytest.mark.postgresql
SISTEMAS = ("stellar", "stellar_postgresql")
ENORME = 10**15


@dataclass
class Pos:
    """La base de una tienda Stellar, con lo que cada escenario le ponga."""

    servidor: object
    base: str

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


@dataclass
class Corrida:
    """Una orden que cargó los escenarios de un grupo, con sus dos tiendas cada uno."""

    proyecto: Proyecto
    poses: dict[str, Pos]
    salida: Salida
    reporte: dict

    def filas(self, escenario: str, sistema: str, columnas: str, orden: str = "1") -> list[tuple]:
        """Esas columnas de lo que se cargó de la tienda, en orden."""
        return self.proyecto.consultar(
            f"SELECT {columnas} FROM ventas_raw WHERE ubicacion_id = ? ORDER BY {orden}",
            id_de(escenario, sistema),
        )

    def dias(self, escenario: str, sistema: str) -> list[int]:
        """Los días de marzo que se cargaron de la tienda."""
        filas = self.filas(escenario, sistema, "DISTINCT day(fecha)")
        return [dia for (dia,) in filas]

    def mes(self, escenario: str, sistema: str) -> dict:
        """Lo que el reporte dice de la tienda."""
        [mes] = [
            m for m in self.reporte["detalle"] if m["tienda"] == id_de(escenario, sistema)
        ]  # fmt: skip
        return mes


def id_de(escenario: str, sistema: str) -> str:
    return f"{escenario}_en_{sistema}"


Escenarios = dict[str, Callable[[Pos], None]]
QUE_LLEGAN: Escenarios = {}
CON_UN_DIA_FUERA: Escenarios = {}


def en(grupo: Escenarios):
    """Anota una función, que prepara un POS, como escenario de ese grupo."""

    def anotar(preparar):
        grupo[preparar.__name__] = preparar
        return preparar

    return anotar


def cargar(carpeta, servidor, escenarios: Escenarios, hasta: str, **ajustes: str) -> Corrida:
    """Prepara cada escenario en su base y los carga todos con una orden."""
    proyecto = Proyecto(carpeta / "p", ambiente=servidor.ambiente())
    traducir(proyecto.carpeta / "sql")
    proyecto.ajustes |= {
        "sql": str(proyecto.carpeta / "sql"), "intentos": "1", "conectividad_timeout": "20",
        **ajustes,
    }  # fmt: skip
    poses = {e: Pos(servidor, f"stellar_{e}") for e in escenarios}
    todas = [id_de(e, s) for e in escenarios for s in SISTEMAS]
    for escenario, pos in poses.items():
        servidor.crear_pos(pos.base)
        escenarios[escenario](pos)
        for sistema in SISTEMAS:
            # Venden casi lo mismo, y aquí no se trata de descubrir copias.
            proyecto.tiendas[id_de(escenario, sistema)] = servidor.datos(
                pos.base, sistema=sistema, comparte_con=todas
            )
    proyecto.escribir()
    salida = proyecto.rango("2025-03-01", hasta, workers=2)
    assert "Traceback" not in salida.todo
    assert "VPN" not in salida.error
    return Corrida(proyecto, poses, salida, proyecto.reporte())


@pytest.fixture(scope="module")
def llegadas(postgresql, tmp_path_factory) -> Corrida:
    """Los escenarios en los que todo llega."""
    corrida = cargar(tmp_path_factory.mktemp("llegan"), postgresql, QUE_LLEGAN, "2025-03-03")
    assert corrida.salida.codigo == 0, corrida.salida.todo
    return corrida


@pytest.fixture(scope="module")
def con_dia_fuera(postgresql, tmp_path_factory) -> Corrida:
    """Los escenarios con un día que no puede cargarse."""
    carpeta = tmp_path_factory.mktemp("fuera")
    corrida = cargar(carpeta, postgresql, CON_UN_DIA_FUERA, "2025-03-08")
    assert corrida.salida.codigo == 30, corrida.salida.todo
    return corrida


@pytest.fixture(params=SISTEMAS)
def sistema(request) -> str:
    return request.param


LIBRES = [
    f"ALTER TABLE vad20.ma_transaccion ALTER COLUMN {columna} TYPE {tipo}"
    for columna, tipo in (
        ("cantidad", "NUMERIC"), ("precio", "NUMERIC"), ("subtotal", "NUMERIC"),
        ("impuesto", "NUMERIC"), ("total", "NUMERIC"), ("c_numero", "TEXT"), ("codigo", "TEXT"),
        ("c_caja", "TEXT"), ("c_localidad", "TEXT"), ("c_concepto", "TEXT"), ("n_linea", "NUMERIC"),
    )
]  # fmt: skip


# -- un día malo no cuesta el mes, y se nombra hasta su línea

# Cada uno en su día, los pares de marzo: las ventanas son de dos, y el otro día es bueno.
MALOS = dict(
    zip(range(2, 30, 2), [
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
    ], strict=True)
)  # fmt: skip


def de_dos_en_dos(pos: Pos) -> None:
    pos.hacer(*LIBRES)
    for dia in range(1, 29):
        pos.vender(dia, dia, **(MALOS[dia][0] if dia in MALOS else {}))


@pytest.fixture(scope="module")
def malos(postgresql, tmp_path_factory) -> Corrida:
    """Veintiocho días, la mitad con un valor que no cabe."""
    corrida = cargar(
        tmp_path_factory.mktemp("malos"), postgresql, {"malos": de_dos_en_dos}, "2025-03-28",
        ventana_dias="2",
    )  # fmt: skip
    assert corrida.salida.codigo == 30, corrida.salida.todo
    return corrida


@pytest.mark.parametrize("dia", MALOS)
def test_un_valor_que_no_cabe_se_nombra_con_la_clave_de_su_linea(malos, sistema, dia):
    valores, palabras = MALOS[dia]
    clave = ("caja 01", "documento VEN") if "c_caja" not in valores else ("documento VEN",)
    factura = (f"factura F{dia}",) if "c_numero" not in valores else ()
    dicho = malos.mes("malos", sistema)["dias_fuera"][f"2025-03-{dia:02d}"]
    assert dicho in malos.salida.error
    for palabra in (*palabras, *clave, *factura):
        assert palabra in dicho


def test_los_dias_con_un_valor_que_no_cabe_quedan_fuera_y_corregidos_se_piden_solo_ellos(malos):
    fuera = [f"2025-03-{dia:02d}" for dia in MALOS]
    for sistema in SISTEMAS:
        assert list(malos.mes("malos", sistema)["dias_fuera"]) == fuera
        assert malos.dias("malos", sistema) == list(range(1, 29, 2))
    fallidos = "SELECT ubicacion_id, dia::VARCHAR FROM dias_fallidos ORDER BY ALL"
    esperados = [(id_de("malos", s), dia) for s in SISTEMAS for dia in fuera]
    assert malos.proyecto.consultar(fallidos) == esperados
    pos = malos.poses["malos"]
    pos.hacer("DELETE FROM vad20.ma_transaccion WHERE extract(day FROM f_fecha) % 2 = 0")
    for dia in MALOS:
        pos.vender(100 + dia, dia)
    salida = malos.proyecto.rango("2025-03-01", "2025-03-28", workers=2)
    assert salida.codigo == 0, salida.todo
    meses = malos.proyecto.reporte()["detalle"]
    assert [(m["dias"], m["filas"]) for m in meses] == [(len(MALOS), len(MALOS))] * 2
    assert malos.proyecto.consultar(fallidos) == []


@en(CON_UN_DIA_FUERA)
def solo_un_nan(pos: Pos) -> None:
    pos.hacer(*LIBRES)
    pos.vender(1, 2, total="'NaN'", cantidad="'NaN'")


def test_un_nan_que_es_la_unica_linea_de_su_dia_tampoco_concilia(con_dia_fuera, sistema):
    fuera = con_dia_fuera.mes("solo_un_nan", sistema)["dias_fuera"]
    assert list(fuera) == ["2025-03-02"]
    assert "factura F1" in fuera["2025-03-02"]
    assert fuera["2025-03-02"] in con_dia_fuera.salida.error
    assert con_dia_fuera.dias("solo_un_nan", sistema) == []


@en(CON_UN_DIA_FUERA)
def hora_en_texto(pos: Pos) -> None:
    pos.hacer(
        "ALTER TABLE vad20.ma_transaccion ALTER COLUMN h_hora TYPE TEXT",
        "CREATE FUNCTION to_char(TEXT, TEXT) RETURNS TEXT LANGUAGE SQL AS "
        "'SELECT to_char(CAST($1 AS TIMESTAMP), $2)'",
    )
    for dia in range(1, 9):
        pos.vender(dia, dia, h_hora="'tarde'" if dia == 5 else "'1899-12-30 10:00:00'")


def test_lo_que_el_servidor_mismo_no_puede_convertir_se_busca_partiendo_hasta_su_dia(
    con_dia_fuera, sistema
):
    """Una hora en texto que no es hora: falla la consulta entera, sin decir qué línea."""
    fuera = con_dia_fuera.mes("hora_en_texto", sistema)["dias_fuera"]
    assert list(fuera) == ["2025-03-05"]
    assert "tarde" in fuera["2025-03-05"]
    assert fuera["2025-03-05"] in con_dia_fuera.salida.error
    assert con_dia_fuera.dias("hora_en_texto", sistema) == [1, 2, 3, 4, 6, 7, 8]


@en(CON_UN_DIA_FUERA)
def producto_imposible(pos: Pos) -> None:
    pos.hacer(
        "ALTER TABLE vad20.ma_productos ALTER COLUMN n_costoact TYPE NUMERIC",
        "INSERT INTO vad20.ma_codigos VALUES ('malo', 'PM')",
        f"INSERT INTO vad20.ma_productos (c_codigo, n_costoact) VALUES ('PM', {ENORME})",
    )
    for dia in (1, 2, 3):
        pos.vender(dia, dia, **({"codigo": "'malo'"} if dia == 2 else {}))


def test_un_producto_con_un_valor_imposible_deja_fuera_los_dias_que_lo_vendieron(
    con_dia_fuera, sistema
):
    fuera = con_dia_fuera.mes("producto_imposible", sistema)["dias_fuera"]
    assert list(fuera) == ["2025-03-02"]
    for palabra in ("código «malo»", f"costo = «{ENORME}", "factura F2"):
        assert palabra in fuera["2025-03-02"]
    assert fuera["2025-03-02"] in con_dia_fuera.salida.error
    assert con_dia_fuera.dias("producto_imposible", sistema) == [1, 3]


# -- nada cambia en el camino

TEXTOS = ["CAFÉ ☕", "Καφές ελληνικός", "ñ" * 255, "🍕" * 127, "T☕", "T★"]


@en(QUE_LLEGAN)
def textos(pos: Pos) -> None:
    pos.hacer(*LIBRES, "ALTER TABLE vad20.ma_productos ALTER COLUMN c_descri TYPE TEXT",
              "ALTER TABLE vad20.ma_productos ALTER COLUMN c_marca TYPE TEXT")  # fmt: skip
    for i, texto in enumerate(TEXTOS):
        codigo = f"{i}{texto}"[:30]
        pos.hacer(
            f"INSERT INTO vad20.ma_codigos VALUES ('{codigo}', 'P{i}')",
            f"INSERT INTO vad20.ma_productos (c_codigo, c_descri, c_marca) "
            f"VALUES ('P{i}', '{texto}', '{texto}')",
        )
        pos.vender(i, c_numero=f"'{texto}'", codigo=f"'{codigo}'")


def test_los_textos_de_cualquier_alfabeto_y_de_255_letras_llegan_iguales(llegadas, sistema):
    columnas = "factura, descripcion, marca"
    assert llegadas.filas("textos", sistema, columnas, "producto_id") == [(t, t, t) for t in TEXTOS]


# Los montos, en cuatro tipos que guardan más decimales.
TIPOS = {
    "doble": "DOUBLE PRECISION", "simple": "REAL", "libre": "NUMERIC", "ocho": "NUMERIC(20, 8)",
}  # fmt: skip


def montos(pos: Pos, tipo: str) -> None:
    for columna in ("cantidad", "precio", "subtotal", "impuesto", "total"):
        pos.hacer(f"ALTER TABLE vad20.ma_transaccion ALTER COLUMN {columna} TYPE {tipo}")
    for i in range(40):
        pos.vender(i, total=f"{i}.00005", cantidad="0.33335", subtotal="1.23456",
                   impuesto="0.00004")  # fmt: skip


for _nombre, _tipo in TIPOS.items():
    QUE_LLEGAN[f"montos_{_nombre}"] = lambda pos, tipo=_tipo: montos(pos, tipo)


@pytest.mark.parametrize("tipo", TIPOS)
def test_los_montos_con_mas_decimales_se_redondean_igual_en_la_cuenta_que_en_las_lineas(
    llegadas, sistema, tipo
):
    [(filas, total, cantidad)] = llegadas.filas(
        f"montos_{tipo}", sistema, "count(*), sum(total), sum(cantidad)"
    )
    assert filas == 40
    assert abs(total - 780) < Decimal("0.01")
    assert abs(cantidad - Decimal("13.33")) < Decimal("0.03")


@en(QUE_LLEGAN)
def sin_fecha(pos: Pos) -> None:
    pos.vender(1)
    for i in range(3):
        pos.vender(10 + i, f_fecha="NULL")


def test_las_filas_sin_fecha_se_cuentan_y_se_dicen(llegadas, sistema):
    dicho = f"{id_de('sin_fecha', sistema)}: 3 línea(s) sin fecha en la tienda"
    assert llegadas.salida.fuera.count(dicho) == 1
    assert llegadas.mes("sin_fecha", sistema)["sin_fecha"] == 3
    assert llegadas.filas("sin_fecha", sistema, "count(*)") == [(1,)]


@en(QUE_LLEGAN)
def milesimas(pos: Pos) -> None:
    pos.vender(1, h_hora="'1899-12-30 23:59:59.997'")


def test_las_milesimas_del_ultimo_segundo_no_llevan_la_hora_a_medianoche(llegadas, sistema):
    assert llegadas.filas("milesimas", sistema, "hora::VARCHAR") == [("23:59:59",)]


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


def jerarquia(llegadas, escenario: str, sistema: str) -> list[tuple]:
    return llegadas.filas(escenario, sistema, "producto_id, departamento, grupo, subgrupo")


@en(QUE_LLEGAN)
def grupo_repetido(pos: Pos) -> None:
    pos.hacer(
        *JERARQUIA,
        "ALTER TABLE vad10.ma_grupos ADD c_departamento VARCHAR(20)",
        "ALTER TABLE vad10.ma_subgrupos ADD c_in_departamento VARCHAR(20), "
        "ADD c_in_grupo VARCHAR(20)",
        "INSERT INTO vad10.ma_grupos VALUES ('G', 'Granos', '01'), ('G', 'Cloros', '02')",
        "INSERT INTO vad10.ma_subgrupos VALUES ('S', 'Arroz', '01', 'G'), "
        "('S', 'Otro', '01', 'H'), ('S', 'Gel', '02', 'G')",
    )
    pos.vender(1, codigo="'A'")
    pos.vender(2, codigo="'B'")


def test_un_grupo_que_esta_en_dos_departamentos_es_el_del_departamento_del_producto(
    llegadas, sistema
):
    assert jerarquia(llegadas, "grupo_repetido", sistema) == [
        ("PA", "Víveres", "Granos", "Arroz"), ("PB", "Limpieza", "Cloros", "Gel"),
    ]  # fmt: skip


VACIOS = {"nulo": "NULL", "sin_letras": "''", "sin_columna": None}


def departamento_vacio(pos: Pos, vacio: str | None) -> None:
    pos.hacer(*JERARQUIA)
    if vacio is not None:
        pos.hacer(
            f"ALTER TABLE vad10.ma_grupos ADD c_departamento VARCHAR(20) DEFAULT {vacio}",
            f"ALTER TABLE vad10.ma_subgrupos ADD c_in_departamento VARCHAR(20) DEFAULT {vacio}, "
            f"ADD c_in_grupo VARCHAR(20) DEFAULT {vacio}",
        )
    pos.hacer(
        "INSERT INTO vad10.ma_grupos VALUES ('G', 'Granos')",
        "INSERT INTO vad10.ma_subgrupos VALUES ('S', 'Arroz')",
    )
    pos.vender(1, codigo="'A'")
    pos.vender(2, codigo="'B'")


for _nombre, _vacio in VACIOS.items():
    QUE_LLEGAN[f"depto_{_nombre}"] = lambda pos, vacio=_vacio: departamento_vacio(pos, vacio)


@pytest.mark.parametrize("vacio", VACIOS)
def test_con_el_departamento_vacio_o_sin_esa_columna_el_grupo_es_el_del_codigo_solo(
    llegadas, sistema, vacio
):
    assert jerarquia(llegadas, f"depto_{vacio}", sistema) == [
        ("PA", "Víveres", "Granos", "Arroz"), ("PB", "Limpieza", "Granos", "Arroz"),
    ]  # fmt: skip


DOS_PRODUCTOS = [
    "ALTER TABLE vad20.ma_codigos DROP CONSTRAINT ma_codigos_pkey",
    "INSERT INTO vad20.ma_codigos VALUES ('DOS', 'P2'), ('DOS', 'P1'), ('DOS', 'P0'), ('A', 'P1')",
    "INSERT INTO vad20.ma_productos (c_codigo, c_descri) VALUES ('P1', 'uno'), ('P2', 'dos'), "
    "('P3', 'tres')",
]


@en(QUE_LLEGAN)
def producto_en_la_linea(pos: Pos) -> None:
    pos.hacer(*DOS_PRODUCTOS, "ALTER TABLE vad20.ma_transaccion ADD cod_principal VARCHAR(20)")
    for i, (codigo, principal) in enumerate(
        [("DOS", "'P2'"), ("DOS", "'P1'"), ("DOS", "'P3'"), ("DOS", "NULL"), ("DOS", "'nada'"),
         ("A", "'P2'")]
    ):  # fmt: skip
        pos.vender(i, codigo=f"'{codigo}'", cod_principal=principal)


def test_de_un_codigo_con_dos_productos_decide_el_que_dice_la_linea(llegadas, sistema):
    columnas = "producto_id, descripcion, ambiguo"
    assert llegadas.filas("producto_en_la_linea", sistema, columnas, "factura") == [
        ("P2", "dos", False), ("P1", "uno", False), ("P3", "tres", False),
        ("P1", "uno", True), ("P1", "uno", True), ("P1", "uno", False),
    ]  # fmt: skip
    [dicha] = [
        linea for linea in llegadas.salida.error.splitlines()
        if f" {id_de('producto_en_la_linea', sistema)} " in linea
    ]  # fmt: skip
    assert "2 de un código con varios productos" in dicha
    assert llegadas.proyecto.consultar(
        "SELECT sum(ambiguos) FROM control_dias WHERE ubicacion_id = ?",
        id_de("producto_en_la_linea", sistema),
    ) == [(2,)]


@en(QUE_LLEGAN)
def sin_producto_en_la_linea(pos: Pos) -> None:
    pos.hacer(*DOS_PRODUCTOS)
    pos.vender(1, codigo="'DOS'")
    pos.vender(2, codigo="'A'")


def test_sin_la_columna_del_producto_de_la_linea_se_toma_el_menor_que_este_en_el_catalogo(
    llegadas, sistema
):
    columnas = "producto_id, ambiguo"
    assert llegadas.filas("sin_producto_en_la_linea", sistema, columnas, "factura") == [
        ("P1", True), ("P1", False),
    ]  # fmt: skip
