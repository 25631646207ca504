"""VerificarSistema: un sistema POS recién escrito, y todo lo que tiene mal de una vez."""

import shutil
import sqlite3
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch

import pytest

from fluxion_luigi.errores import ErrorFluxion
from fluxion_luigi.esquema import OPCIONALES
from fluxion_luigi.flujo.sistema import examinar
from fluxion_luigi.informes import sistema as informe
from fluxion_luigi.tareas.parametros import Dia
from tests.nucleo import cargar, config_de
from tests.proyecto import RAIZ, Proyecto

VENTAS = """SELECT date(t.fecha) AS fecha, t.id AS factura, d.renglon AS linea, d.sku AS codigo,
    printf('%.3f', d.cant) AS cantidad, printf('%.2f', d.monto) AS total
FROM tickets AS t JOIN detalle AS d ON d.ticket = t.id WHERE t.fecha >= ? AND t.fecha < ?;
"""
CONTEO = """SELECT date(t.fecha) AS dia, COUNT(*) AS filas, printf('%.2f', SUM(d.monto)) AS total
FROM tickets AS t JOIN detalle AS d ON d.ticket = t.id WHERE t.fecha >= ? AND t.fecha < ?
GROUP BY date(t.fecha)
"""
BIEN = {"ventas.sql": VENTAS, "conteo.sql": CONTEO, "sistema.toml": 'formato_fecha = "%Y-%m-%d"'}


class Bodegon:
    """Una tienda cuyo POS no es ninguno de los que se entregan."""

    def __init__(self, proyecto: Proyecto):
        self.proyecto = proyecto
        self.sql = proyecto.carpeta / "sql"
        for suyo in ("destino", "lago", "turnos"):
            shutil.copytree(RAIZ / "sql" / suyo, self.sql / suyo)
        proyecto.ajustes["sql"] = str(self.sql)
        proyecto.con_tienda("bodegon_01", nombre="BODEGÓN AV. BOLÍVAR", sistema="bodegon")
        self.archivo = Path(proyecto.tiendas["bodegon_01"]["archivo"])
        self.archivo.parent.mkdir()
        with sqlite3.connect(self.archivo) as pos:
            pos.execute("CREATE TABLE tickets (id INTEGER, fecha DATETIME)")
            pos.execute("CREATE TABLE detalle (ticket, renglon INTEGER, sku TEXT, cant REAL, "
                        "monto REAL)")  # fmt: skip
        self.escribir(**BIEN)

    def vender(self, dia: str, tickets: int, desde: int = 0) -> None:
        """Unos tickets de tres renglones, numerados desde ese número."""
        with sqlite3.connect(self.archivo) as pos:
            for i in range(desde, desde + tickets):
                pos.execute("INSERT INTO tickets VALUES (?, ?)", (i, f"{dia} 10:15:00"))
                pos.executemany("INSERT INTO detalle VALUES (?, ?, 'SKU', 1.5, 12.35)",
                                [(i, n) for n in (1, 2, 3)])  # fmt: skip

    def escribir(self, **archivos: str) -> None:
        """Escribe archivos de su sistema POS."""
        (self.sql / "bodegon").mkdir(exist_ok=True)
        for nombre, texto in archivos.items():
            (self.sql / "bodegon" / nombre).write_text(texto)

    def verificar(self, *opciones: str, **mas):
        """La orden, con la tabla en una sola línea por renglón."""
        mas = {"COLUMNS": "2000", **mas}
        return self.proyecto.luigi("VerificarSistema", "--tienda", "bodegon_01", *opciones, **mas)

    def examinar(self, dia: str | None = None) -> tuple[bool, str]:
        """Lo que hace la orden, en este proceso: si sirve, y el informe, como el de `verificar`."""
        de_un_dia = date.fromisoformat(dia) if dia else None
        return examinado(self.proyecto, "bodegon_01", de_un_dia)


def examinado(proyecto: Proyecto, tienda: str, dia: date | None) -> tuple[bool, str]:
    config = config_de(proyecto)
    examen = examinar(config, config.tienda(tienda), dia)
    with patch.dict("os.environ", COLUMNS="2000"):
        return examen.sirve, informe.texto(examen)


@pytest.fixture
def bodegon(proyecto) -> Bodegon:
    return Bodegon(proyecto)


def test_tres_archivos_con_lo_obligatorio_se_verifican_y_cargan_de_punta_a_punta(bodegon):
    # Más de 32 bits: el driver de SQLite, si no se le dice, recorta un INTEGER en silencio.
    bodegon.vender("2025-03-01", 10, desde=9_000_000_000)
    salida = bodegon.verificar("--dia", "2025-03-01")
    assert salida.codigo == 0, salida.todo
    assert "Leído y conciliado: 30 líneas, total 370.5000." in salida.fuera
    assert "Sin caja ni tipo_documento" in salida.fuera
    assert "No suma, y no se conciliará: cantidad." in salida.fuera
    assert not bodegon.proyecto.hay_base()
    assert bodegon.proyecto.sobras() == []
    assert cargar(bodegon.proyecto, "2025-03-01", "2025-03-02") == set()
    columnas = ", ".join(f"count({n})" for n in sorted(OPCIONALES))
    [(filas, total, factura, *de_mas)] = bodegon.proyecto.consultar(
        f"SELECT count(*), sum(total), min(factura), {columnas} FROM ventas_raw"
    )
    assert (filas, total, factura) == (30, Decimal("370.5"), "9000000000")
    assert set(de_mas) == {0}  # nada se inventa


def test_todo_lo_que_la_carpeta_tiene_mal_sale_de_una_vez(bodegon):
    bodegon.vender("2025-03-01", 1)
    bodegon.escribir(**{
        "ventas.sql": VENTAS.replace("AS factura", "AS facturas").replace("AS total", "AS Total_")
        .replace("printf('%.3f', d.cant)", "d.cant"),
        "conteo.sql": CONTEO.replace("AND t.fecha < ?", "").replace("AS total", "AS impuesto"),
        "productos.sql": "SELECT sku AS codigo FROM no_esta WHERE ? < ?",
        "muestra.sql": VENTAS.replace("AS total", "AS caja").replace("AS factura", "AS ticket"),
        "sesion.sql": "-- por hacer",
        "sistema.toml": 'formato_fecha = "%Y-%m-%d"\ncomilla = "[]"\nclave_producto = ["sku"]',
        "identida.sql": "SELECT 1",
    })  # fmt: skip
    salida = bodegon.verificar()
    assert salida.codigo == 30
    assert "Traceback" not in salida.todo
    renglones = [" ".join(r.split()) for r in salida.fuera.splitlines()]
    for empieza in (
        "✗ productos.sql Falta una tabla que la consulta",
        "✗ ventas.sql Faltan: total, factura.",
        "✗ ventas.sql Sobran: facturas (¿es factura?), Total_ (¿es total?).",
        "✗ ventas.sql Llegan como coma flotante: cantidad.",
        "✗ conteo.sql Lleva 1 parámetro(s) ? y deben ser 2",
        "✗ conteo.sql Faltan: total.",
        "✗ conteo.sql Suma impuesto, que ventas.sql no da",
        "! muestra.sql Da columnas que no hay: ticket.",
        "! muestra.sql Da caja, que ventas.sql no da",
        "✗ sesion.sql Está vacío.",
        "✗ sistema.toml Clave desconocida: comilla (¿es comillas?).",
        "✗ sistema.toml clave_producto debe llevar «codigo»",
        "! identida.sql No se usa",
    ):
        assert any(r.startswith(empieza) for r in renglones), (empieza, salida.fuera)


@pytest.mark.parametrize(
    ("estaba", "queda", "en_ventas", "en_conteo"),
    [
        ("printf('%.2f', ", "(0 + ", *["Llegan como coma flotante: total. El dinero "] * 2),
        ("date(t.fecha) AS", "t.fecha || '' AS", "10:15:00» no es un día",
         "no entrega una cuenta: dia = "),
    ],
)  # fmt: skip
def test_sin_pedir_un_dia_se_mira_uno_reciente_que_dice_los_tipos(
    bodegon, estaba, queda, en_ventas, en_conteo
):
    """Sobre cero filas, el driver de SQLite dice que una suma es un texto."""
    bodegon.vender(str(date.today() - timedelta(days=5)), 2)
    bodegon.escribir(**{n: BIEN[n].replace(estaba, queda) for n in ("ventas.sql", "conteo.sql")})
    sirve, texto = bodegon.examinar()
    assert not sirve
    for archivo, dice in (("ventas.sql", en_ventas), ("conteo.sql", en_conteo)):
        suyos = [r for r in texto.splitlines() if r.startswith(f"✗  {archivo}  ")]
        assert any(dice in r for r in suyos), texto
        if "flotante" in dice:  # lo que en SQLite sí se puede hacer
            assert any("printf('%.2f', monto)" in r for r in suyos)


def test_sin_pedir_un_dia_se_dice_cual_se_miro_o_que_no_se_vio_ninguno(bodegon):
    sirve, texto = bodegon.examinar()
    assert sirve, texto
    assert "no se vio ni una venta" in texto
    dia = str(date.today() - timedelta(days=5))
    bodegon.vender(dia, 2)
    sirve, texto = bodegon.examinar()
    assert sirve, texto
    assert f"se miraron las primeras líneas del {dia}" in texto


def test_sin_llegar_a_la_tienda_se_revisa_lo_que_se_puede(bodegon):
    bodegon.archivo.unlink()
    bodegon.proyecto.tiendas["bodegon_01"]["activa"] = False
    bodegon.proyecto.escribir()
    bodegon.escribir(**{"ventas.sql": VENTAS.replace("FROM tickets", "FROM {maestros}.tickets")})
    salida = bodegon.verificar()
    assert salida.codigo == 30
    for dicho in ("BODEGÓN AV. BOLÍVAR", "nombra {maestros} y no se sabe cuál es", "no existe el "
                  "archivo", "Bien escrito; sin probar en la tienda."):  # fmt: skip
        assert dicho in salida.fuera


def test_un_dia_que_no_concilia_o_repite_lineas_se_dice(bodegon):
    bodegon.vender("2025-03-01", 1)
    bodegon.vender("2025-03-01", 1)  # el mismo ticket dos veces: la unión lo duplica
    sirve, texto = bodegon.examinar("2025-03-01")
    assert sirve, texto
    assert "9 línea(s) repiten localidad, caja, documento, factura y línea" in texto
    bodegon.escribir(**{"ventas.sql": VENTAS.replace("JOIN", "LEFT JOIN").replace(
        "WHERE", "WHERE d.renglon > 1 AND")})  # fmt: skip
    sirve, texto = bodegon.examinar("2025-03-01")
    assert not sirve
    assert "No concilia bodegon_01, 2025-03-01" in texto
    sirve, texto = bodegon.examinar("2025-03-02")
    assert (sirve, "no tiene ventas ese día" in texto) == (True, True)


@pytest.mark.parametrize(
    ("dia", "dice"),
    [("2025-03", "es un mes: escriba un día"), ("2025-02-30", "no existe en el calendario")],
)
def test_un_dia_mal_pedido_se_explica(dia, dice):
    with pytest.raises(ErrorFluxion, match=dice):
        Dia().parse(dia)


def test_los_sistemas_que_se_entregan_pasan(dos_tiendas):
    salida = dos_tiendas.luigi("VerificarSistema", "--tienda", "tienda_01", "--dia", "2025-03-05")
    assert salida.codigo == 0, salida.todo
    assert "Leído y conciliado: 120 líneas" in " ".join(salida.fuera.split())
    assert "!" not in salida.fuera


@pytest.mark.postgresql
def test_stellar_en_postgresql_pasa(en_postgresql):
    sirve, texto = examinado(en_postgresql, "tienda_01", date(2025, 3, 5))
    assert sirve, texto
    assert "Leído y conciliado: 500 líneas" in texto
    assert "!" not in texto
