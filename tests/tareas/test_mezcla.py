"""Una quincena de una cadena sembrada, en una corrida: tiendas por ODBC, de una API y mudadas."""

import sqlite3
from collections import Counter
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

from fluxion_luigi.config import Tienda
from fluxion_luigi.demo import api as de_la_demo
from fluxion_luigi.demo import pos
from fluxion_luigi.periodos import Rango
from tests.api import Api, api, con_api
from tests.clases import mudada
from tests.envios import comprimida, cortada
from tests.maldades import con_exponente, error, error_en_200, html, numeros, ocupado, repite
from tests.proyecto import Proyecto

QUINCENA = Rango(date(2025, 3, 1), date(2025, 3, 16))
DIAS = ("2025-03-01", "2025-03-16")
COSTURA = {"tienda_05": "2025-03-08", "tienda_06": "2025-03-16"}


def archivo(proyecto: Proyecto, nombre: str) -> Path:
    """Unos días de ventas inventadas, siempre las mismas para ese nombre."""
    suyo = proyecto.carpeta / "pos" / f"{nombre}.sqlite"
    pos.construir(Tienda(nombre, nombre, "demo", "SQLite3", archivo=suyo), QUINCENA)
    return suyo


def sembrar(proyecto: Proyecto, servidor: Api, sucursal: str) -> None:
    """Lo mismo, en una sucursal de la API."""
    for linea in de_la_demo.leer(archivo(proyecto, sucursal), QUINCENA.desde, QUINCENA.hasta):
        servidor.lineas[sucursal][linea.fecha].append(linea)


def de_archivo(ruta: Path, dias: tuple[str, str]) -> Counter:
    with closing(sqlite3.connect(ruta)) as base:
        return Counter(
            (date.fromisoformat(d), f, n, Decimal(cantidad) / 1000, Decimal(total) / 100)
            for d, f, n, cantidad, total in base.execute(
                "SELECT fecha, factura, linea, cantidad_milesimas, total_centimos FROM lineas "
                "WHERE fecha BETWEEN ? AND ?", dias
            )
        )  # fmt: skip


def de_api(servidor: Api, sucursal: str, desde: str) -> Counter:
    return Counter(
        (linea.fecha, linea.factura, linea.linea, linea.cantidad, linea.total, linea.costo,
         linea.en_dolares(linea.total), linea.tasa, linea.fiscal)
        for dia, lineas in servidor.lineas[sucursal].items() for linea in lineas
        if str(dia) >= desde
    )  # fmt: skip


def cargadas(proyecto: Proyecto, id_: str, columnas: str) -> Counter:
    return Counter(proyecto.consultar(
        f"SELECT fecha, factura, linea, cantidad, total{columnas} FROM ventas_raw "
        f"WHERE ubicacion_id = '{id_}' AND moneda IS {'NOT ' if columnas else ''}NULL"
    ))  # fmt: skip


def test_una_quincena_de_tiendas_de_cada_clase_queda_linea_por_linea_como_en_su_pos(proyecto):
    de_odbc, de_la_api = ("tienda_01", "tienda_02"), ("tienda_20", "tienda_21")
    with api() as servidor:
        servidor.forma = lambda linea: linea.json(textos=linea.linea % 2 == 0)
        for id_ in de_odbc:
            proyecto.con_tienda(id_)
            archivo(proyecto, id_)
        for id_ in (*de_la_api, *COSTURA):
            sembrar(proyecto, servidor, f"SUC_{id_}")
        for id_ in de_la_api:
            con_api(proyecto, id_, servidor, f"SUC_{id_}")
        for id_, dia in COSTURA.items():
            archivo(proyecto, id_)
            mudada(proyecto, id_, servidor, f"SUC_{id_}", dia)
        # Cada una a un día, que quien insiste no agote sus intentos en uno.
        for dia, maldad in enumerate((
            error(500), ocupado(0.1), error_en_200(), cortada(), html(), repite(),
            numeros(con_exponente), comprimida(),
        ), 8):  # fmt: skip
            servidor.hacer(maldad, dia=f"2025-03-{dia:02d}")

        salida = proyecto.rango(*DIAS, workers=3)
        assert salida.codigo == 0, salida.todo
        assert "Traceback" not in salida.todo
        assert proyecto.cargado() == proyecto.en_origen(*DIAS)
        assert servidor.dos_a_la_vez == []
        assert not any(plan.maldades for plan in servidor._planes)
        assert proyecto.sobras() == []
        for id_ in (*de_odbc, *COSTURA):
            hasta = COSTURA.get(id_, "2025-04-01")
            esperado = de_archivo(archivo(proyecto, id_), DIAS)
            assert cargadas(proyecto, id_, "") == Counter(
                {linea: n for linea, n in esperado.items() if str(linea[0]) < hasta}
            )
        for id_ in (*de_la_api, *COSTURA):
            suyas = cargadas(proyecto, id_, ", costo, total_usd, tasa_usd, fiscal")
            assert suyas == de_api(servidor, f"SUC_{id_}", COSTURA.get(id_, "2025-03-01"))

        # Otra vez no cuesta nada; y lo cargado sigue siendo lo de cada tienda.
        antes = len(servidor.peticiones)
        assert proyecto.rango(*DIAS, workers=3).codigo == 0
        assert len(servidor.peticiones) == antes
        integridad = ("--contra-origen", "--desde", DIAS[0], "--hasta", DIAS[1])
        salida = proyecto.luigi("VerificarIntegridad", *integridad)
        assert salida.codigo == 0, salida.todo
