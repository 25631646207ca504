"""Las reglas de Stellar y sus valores difíciles, en los dos dialectos: o llegan o se nombran.

Lo que hay en el POS de una tienda es un escenario, y los escenarios se cargan juntos: en cada base
de PostgreSQL leen dos tiendas, una por dialecto. En un POS está todo lo que cabe sin estorbarse:
cada uno cuesta dos lectores.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
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
    por_hacer: list[str] = field(default_factory=list)

    def hacer(self, *sentencias: str) -> None:
        """Las anota: se mandan todas por una conexión, que es lo que cuesta."""
        self.por_hacer += sentencias

    def mandar(self) -> None:
        with contextlib.closing(self.servidor.conectar(self.base)) as c:
            for sentencia in self.por_hacer:
                c.execute(sentencia)
        self.por_hacer.clear()

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
    """Una orden que cargó unos escenarios, con sus dos tiendas cada uno."""

    proyecto: Proyecto
    poses: dict[str, Pos]
    salida: Salida
    reporte: dict

    def filas(
        self, escenario: str, sistema: str, columnas: str, orden: str = "1", dia: int = 1
    ) -> list[tuple]:
        """Esas columnas de lo que se cargó de la tienda en un día de marzo, en orden."""
        return self.proyecto.consultar(
            f"SELECT {columnas} FROM ventas_raw WHERE ubicacion_id = ? AND day(fecha) = ? "
            f"ORDER BY {orden}", id_de(escenario, sistema), dia,
        )  # fmt: skip

    def dias(self, escenario: str, sistema: str) -> list[int]:
        """Los días de marzo que se cargaron de la tienda."""
        filas = self.proyecto.consultar(
            "SELECT DISTINCT day(fecha) FROM ventas_raw WHERE ubicacion_id = ? ORDER BY 1",
            id_de(escenario, sistema),
        )
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


def llega(preparar):
    """Anota una función, que prepara un POS, como escenario en el que todo llega."""
    QUE_LLEGAN[preparar.__name__] = preparar
    return preparar


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
        pos.mandar()
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

# Cada uno es la única línea de su día, los pares de marzo; los impares son buenos. Cada
# ventana que tropieza cuesta un lector: son de quince días.
MALOS = dict(
    zip(range(2, 32, 2), [
        ({"total": str(ENORME)}, ("otal", str(ENORME))),
        ({"total": f"-{ENORME}"}, ("otal", f"-{ENORME}")),
        ({"cantidad": f"{ENORME}0"}, ("antidad", str(ENORME))),
        ({"precio": "1e30"}, ("recio", "1000000000000000000000000000000")),
        ({"impuesto": str(ENORME)}, ("mpuesto", str(ENORME))),
        ({"subtotal": "'NaN'"}, ("ubtotal", "NaN")),
        ({"total": "'NaN'", "cantidad": "'NaN'"}, ("NaN",)),
        ({"total": "'Infinity'"}, ("otal", "Infinity")),
        ({"n_linea": "3000000000"}, ("linea", "3000000000")),
        ({"n_linea": "1.5"}, ("linea", "1.5")),
        ({"total": "1e35"}, ("otal", "1" + "0" * 35)),
        ({"c_numero": "repeat('9', 256)"}, ("factura", "(256 letras)")),
        ({"c_caja": "repeat('☕', 300)"}, ("caja", "☕", "texto de hasta 255 letras")),
        ({"codigo": "repeat('7', 400)"}, ("codigo", "texto de hasta 255 letras")),
        # Lo imposible está en su producto.
        ({"codigo": "'malo'"}, ("código «malo»", f"costo = «{ENORME}")),
    ], strict=True)
)  # fmt: skip


def de_dos_en_dos(pos: Pos) -> None:
    pos.hacer(
        *LIBRES,
        "ALTER TABLE vad20.ma_productos ALTER COLUMN n_costoact TYPE NUMERIC",
        "INSERT INTO vad20.ma_codigos VALUES ('malo', 'PM')",
        f"INSERT INTO vad20.ma_productos (c_codigo, n_costoact) VALUES ('PM', {ENORME})",
    )
    for dia in range(1, 31):
        pos.vender(dia, dia, **(MALOS[dia][0] if dia in MALOS else {}))


def hora_en_texto(pos: Pos) -> None:
    """Una hora en texto que no es hora: falla la consulta entera, sin decir qué línea."""
    pos.hacer(
        "ALTER TABLE vad20.ma_transaccion ALTER COLUMN h_hora TYPE TEXT",
        "CREATE FUNCTION to_char(TEXT, TEXT) RETURNS TEXT LANGUAGE SQL AS "
        "'SELECT to_char(CAST($1 AS TIMESTAMP), $2)'",
    )
    for dia in range(1, 9):
        pos.vender(dia, dia, h_hora="'tarde'" if dia == 5 else "'1899-12-30 10:00:00'")


@pytest.fixture(scope="module")
def malos(postgresql, tmp_path_factory) -> Corrida:
    """Treinta días, la mitad con un valor que no cabe; y otra tienda, con una hora que no es."""
    corrida = cargar(
        tmp_path_factory.mktemp("malos"), postgresql,
        {"malos": de_dos_en_dos, "hora_en_texto": hora_en_texto}, "2025-03-30", ventana_dias="15",
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
        assert malos.dias("malos", sistema) == list(range(1, 31, 2))
    fallidos = "SELECT dia::VARCHAR FROM dias_fallidos WHERE ubicacion_id = ? ORDER BY ALL"
    tienda = id_de("malos", SISTEMAS[0])
    assert malos.proyecto.consultar(fallidos, tienda) == [(dia,) for dia in fuera]
    pos = malos.poses["malos"]
    pos.hacer("DELETE FROM vad20.ma_transaccion WHERE extract(day FROM f_fecha) % 2 = 0")
    for dia in MALOS:
        pos.vender(100 + dia, dia)
    pos.mandar()
    salida = malos.proyecto.rango("2025-03-01", "2025-03-30", "--tiendas", tienda)
    assert salida.codigo == 0, salida.todo
    [mes] = malos.proyecto.reporte()["detalle"]
    assert (mes["dias"], mes["filas"]) == (len(MALOS), len(MALOS))
    assert malos.proyecto.consultar(fallidos, tienda) == []


def test_lo_que_el_servidor_mismo_no_puede_convertir_se_busca_partiendo_hasta_su_dia(
    malos, sistema
):
    fuera = malos.mes("hora_en_texto", sistema)["dias_fuera"]
    assert list(fuera) == ["2025-03-05"]
    assert "tarde" in fuera["2025-03-05"]
    assert fuera["2025-03-05"] in malos.salida.error
    assert malos.dias("hora_en_texto", sistema) == [1, 2, 3, 4, 6, 7, 8]


# -- nada cambia en el camino

TEXTOS = ["CAFÉ ☕", "Καφές ελληνικός", "ñ" * 255, "🍕" * 127, "T☕", "T★"]


# De los montos y la cantidad, con más decimales de los que se guardan.
DECIMALES = {"cantidad": "0.33335", "subtotal": "1.23456", "impuesto": "0.00004"}


@llega
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
    for i in range(40):
        pos.vender(i, 2, total=f"{i}.00005", **DECIMALES)
    pos.vender(1, 3, h_hora="'1899-12-30 23:59:59.997'")
    for i in range(3):
        pos.vender(10 + i, f_fecha="NULL")


def test_los_textos_de_cualquier_alfabeto_y_de_255_letras_llegan_iguales(llegadas, sistema):
    columnas = "factura, descripcion, marca"
    assert llegadas.filas("textos", sistema, columnas, "producto_id") == [(t, t, t) for t in TEXTOS]


@pytest.mark.parametrize("escenario", ["textos", "con_columnas", "sin_columnas"])
def test_los_montos_con_mas_decimales_se_redondean_igual_en_la_cuenta_que_en_las_lineas(
    llegadas, sistema, escenario
):
    [(filas, total, cantidad)] = llegadas.filas(
        escenario, sistema, "count(*), sum(total), sum(cantidad)", dia=2
    )
    assert filas == 40
    assert abs(total - 780) < Decimal("0.01")
    assert abs(cantidad - Decimal("13.33")) < Decimal("0.03")


def test_las_filas_sin_fecha_se_cuentan_y_se_dicen(llegadas, sistema):
    dicho = f"{id_de('textos', sistema)}: 3 línea(s) sin fecha en la tienda"
    assert llegadas.salida.fuera.count(dicho) == 1
    assert llegadas.mes("textos", sistema)["sin_fecha"] == 3
    assert llegadas.mes("textos", sistema)["filas"] == len(TEXTOS) + 40 + 1


def test_las_milesimas_del_ultimo_segundo_no_llevan_la_hora_a_medianoche(llegadas, sistema):
    assert llegadas.filas("textos", sistema, "hora::VARCHAR", dia=3) == [("23:59:59",)]


# -- las claves de verdad de Stellar

# Las columnas que hay bases que no tienen: el departamento del grupo y del subgrupo, el grupo de
# éste y el producto de la línea.
COLUMNAS = [
    "ALTER TABLE vad10.ma_grupos ADD c_departamento VARCHAR(20)",
    "ALTER TABLE vad10.ma_subgrupos ADD c_in_departamento VARCHAR(20), ADD c_in_grupo VARCHAR(20)",
    "ALTER TABLE vad20.ma_transaccion ADD cod_principal VARCHAR(20)",
]
DEPARTAMENTOS = "INSERT INTO vad10.ma_departamentos VALUES ('01', 'Víveres'), ('02', 'Limpieza')"
DOS_PRODUCTOS = [
    "ALTER TABLE vad20.ma_codigos DROP CONSTRAINT ma_codigos_pkey",
    "INSERT INTO vad20.ma_codigos VALUES ('DOS', 'P2'), ('DOS', 'P1'), ('DOS', 'P0'), ('A', 'P1')",
    "INSERT INTO vad20.ma_productos (c_codigo, c_descri) VALUES ('P1', 'uno'), ('P2', 'dos'), "
    "('P3', 'tres')",
]
# El producto que dice cada línea, y su código.
PRINCIPALES = [
    ("DOS", "'P2'"), ("DOS", "'P1'"), ("DOS", "'P3'"), ("DOS", "NULL"), ("DOS", "'nada'"),
    ("A", "'P2'"),
]  # fmt: skip
# Los tipos de los montos y la cantidad: los dos de coma flotante, y dos con más decimales.
TIPOS = {
    "cantidad": "DOUBLE PRECISION", "precio": "DOUBLE PRECISION", "total": "REAL",
    "subtotal": "NUMERIC", "impuesto": "NUMERIC(20, 8)",
}  # fmt: skip
OTROS_TIPOS = {
    "cantidad": "REAL", "precio": "REAL", "total": "DOUBLE PRECISION",
    "subtotal": "NUMERIC(20, 8)", "impuesto": "DOUBLE PRECISION",
}  # fmt: skip


def vender_de(pos: Pos, departamento: str, grupo: str, subgrupo: str) -> None:
    """Un producto de esa jerarquía, y una línea suya."""
    producto = f"{grupo}-{departamento}"
    pos.hacer(
        f"INSERT INTO vad20.ma_codigos VALUES ('{producto}', '{producto}')",
        "INSERT INTO vad20.ma_productos (c_codigo, c_descri, c_departamento, c_grupo, c_subgrupo) "
        f"VALUES ('{producto}', 'x', '{departamento}', '{grupo}', '{subgrupo}')",
    )
    pos.vender(1, codigo=f"'{producto}'")


def vender_con_decimales(pos: Pos, tipos: dict[str, str]) -> None:
    for columna, tipo in tipos.items():
        pos.hacer(f"ALTER TABLE vad20.ma_transaccion ALTER COLUMN {columna} TYPE {tipo}")
    for i in range(40):
        pos.vender(i, 2, total=f"{i}.00005", **DECIMALES)


@llega
def con_columnas(pos: Pos) -> None:
    """El grupo G está en dos departamentos; el de N es nulo, y el de V no tiene letras."""
    pos.hacer(
        *COLUMNAS, DEPARTAMENTOS, *DOS_PRODUCTOS,
        "INSERT INTO vad10.ma_grupos VALUES ('G', 'Granos', '01'), ('G', 'Cloros', '02'), "
        "('N', 'Nulo', NULL), ('V', 'Vacío', '')",
        "INSERT INTO vad10.ma_subgrupos VALUES ('S', 'Arroz', '01', 'G'), "
        "('S', 'Otro', '01', 'H'), ('S', 'Gel', '02', 'G'), ('SN', 'Uno', NULL, NULL), "
        "('SV', 'Dos', '', '')",
    )  # fmt: skip
    for departamento in ("01", "02"):
        for grupo, subgrupo in (("G", "S"), ("N", "SN"), ("V", "SV")):
            vender_de(pos, departamento, grupo, subgrupo)
    vender_con_decimales(pos, TIPOS)
    for i, (codigo, principal) in enumerate(PRINCIPALES):
        pos.vender(i, 3, codigo=f"'{codigo}'", cod_principal=principal)


@llega
def sin_columnas(pos: Pos) -> None:
    pos.hacer(
        DEPARTAMENTOS, *DOS_PRODUCTOS,
        "INSERT INTO vad10.ma_grupos VALUES ('G', 'Granos')",
        "INSERT INTO vad10.ma_subgrupos VALUES ('S', 'Arroz')",
    )  # fmt: skip
    for departamento in ("01", "02"):
        vender_de(pos, departamento, "G", "S")
    vender_con_decimales(pos, OTROS_TIPOS)
    pos.vender(1, 3, codigo="'DOS'")
    pos.vender(2, 3, codigo="'A'")


def jerarquias(llegadas, escenario: str, sistema: str) -> dict[str, tuple]:
    """De cada producto, su departamento, su grupo y su subgrupo."""
    filas = llegadas.filas(escenario, sistema, "producto_id, departamento, grupo, subgrupo")
    return {producto: suya for producto, *suya in filas}


def test_un_grupo_que_esta_en_dos_departamentos_es_el_del_departamento_del_producto(
    llegadas, sistema
):
    hay = jerarquias(llegadas, "con_columnas", sistema)
    assert hay["G-01"] == ["Víveres", "Granos", "Arroz"]
    assert hay["G-02"] == ["Limpieza", "Cloros", "Gel"]


def test_con_el_departamento_vacio_o_sin_esa_columna_el_grupo_es_el_del_codigo_solo(
    llegadas, sistema
):
    hay = jerarquias(llegadas, "con_columnas", sistema)
    assert len(hay) == 6
    assert hay["N-01"] == ["Víveres", "Nulo", "Uno"]
    assert hay["N-02"] == ["Limpieza", "Nulo", "Uno"]
    assert hay["V-01"] == ["Víveres", "Vacío", "Dos"]
    assert hay["V-02"] == ["Limpieza", "Vacío", "Dos"]
    assert jerarquias(llegadas, "sin_columnas", sistema) == {
        "G-01": ["Víveres", "Granos", "Arroz"], "G-02": ["Limpieza", "Granos", "Arroz"],
    }  # fmt: skip


def test_de_un_codigo_con_dos_productos_decide_el_que_dice_la_linea(llegadas, sistema):
    columnas = "producto_id, descripcion, ambiguo"
    assert llegadas.filas("con_columnas", sistema, columnas, "factura", dia=3) == [
        ("P2", "dos", False), ("P1", "uno", False), ("P3", "tres", False),
        ("P1", "uno", True), ("P1", "uno", True), ("P1", "uno", False),
    ]  # fmt: skip
    [dicha] = [
        linea for linea in llegadas.salida.error.splitlines()
        if f" {id_de('con_columnas', sistema)} " in linea
    ]  # fmt: skip
    assert "2 de un código con varios productos" in dicha
    assert llegadas.proyecto.consultar(
        "SELECT sum(ambiguos) FROM control_dias WHERE ubicacion_id = ?",
        id_de("con_columnas", sistema),
    ) == [(2,)]


def test_sin_la_columna_del_producto_de_la_linea_se_toma_el_menor_que_este_en_el_catalogo(
    llegadas, sistema
):
    columnas = "producto_id, ambiguo"
    assert llegadas.filas("sin_columnas", sistema, columnas, "factura", dia=3) == [
        ("P1", True), ("P1", False),
    ]  # fmt: skip
