"""Los contendientes: cómo se arranca cada uno y cómo se comprueba lo que dejó."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import duckdb

from bench.datos import CONSULTA, MES, VISTA, Tienda
from bench.enlace import PorEnlace
from fluxion_luigi import config
from fluxion_luigi.esquema import COLUMNAS, SI_LAS_DA
from fluxion_luigi.origen.odbc import fuente
from fluxion_luigi.origen.odbc.pedido import Pedido
from fluxion_luigi.origen.odbc.sesion import ANCHO_MAXIMO_TEXTO
from tests.postgresql import CLAVE, USUARIO, Servidor
from tests.proyecto import LUIGI, RAIZ, Proyecto

CHUNK = 50_000
# Los lotes del límite caben enteros en su memoria y dividen el Fetch: así es como más rápido va.
LOTE_DEL_LIMITE = 5_000
MEMORIA_DEL_LIMITE_MB = 64
BASE = "datos/ventas.duckdb"  # la de luigi.cfg


@dataclass(frozen=True)
class Caso:
    """Qué se carga: unas tiendas del servidor, con tantas a la vez.

    `saltos`, cuántas veces pasa por loopback lo que manda el servidor: dos, si hay un enlace.
    """

    servidor: Servidor | PorEnlace
    tiendas: Sequence[Tienda]
    a_la_vez: int = 1
    saltos: int = 1

    @property
    def filas(self) -> int:
        return sum(t.filas for t in self.tiendas)

    @property
    def esperado(self) -> tuple[int, Decimal]:
        """Lo que todo contendiente debe dejar: filas y total, a la centésima."""
        return self.filas, round(sum(t.total for t in self.tiendas), 2)


@dataclass(frozen=True)
class Preparado:
    """Una corrida lista para medir."""

    orden: list[str]
    ambiente: dict[str, str]
    entrada: str
    comprobar: Callable[[str], tuple[int, Decimal]]


@dataclass(frozen=True)
class Contendiente:
    """Un modo de hacer el trabajo."""

    clave: str
    nombre: str
    preparar: Callable[[Caso, Path], Preparado]


def _proyecto(caso: Caso, carpeta: Path) -> Preparado:
    ambiente = _ambiente(caso, carpeta)
    orden = [
        str(LUIGI), "--module", "fluxion_luigi", "RangoVentas", "--desde", str(MES.desde),
        "--hasta", str(MES.hasta), "--local-scheduler", "--workers", str(caso.a_la_vez),
    ]  # fmt: skip
    return Preparado(orden, ambiente, "", _contar(carpeta / BASE, "ventas_raw"))


def _limite(*consultas: str) -> Callable[[Caso, Path], Preparado]:
    """Lee con esas consultas (si no se dan, la de todos)."""

    def preparar(caso: Caso, carpeta: Path) -> Preparado:
        pedido = _pedido(caso, carpeta)
        pedido["consultas"] = [pedido[c] for c in consultas or ("consulta",)]
        return _corredor("limite", pedido, _lo_que_dijo)

    return preparar


def _guion(caso: Caso, carpeta: Path) -> Preparado:
    return _corredor("guion", _pedido(caso, carpeta), _contar(carpeta / "banco.duckdb", "ventas"))


def _dlt(backend: str, opciones: dict) -> Callable[[Caso, Path], Preparado]:
    def preparar(caso: Caso, carpeta: Path) -> Preparado:
        pedido = {
            "urls": [
                f"postgresql+psycopg2://{USUARIO}:{quote(CLAVE)}@127.0.0.1:"
                f"{caso.servidor.puerto}/{t.base}"
                for t in caso.tiendas
            ],
            "vista": VISTA, "base": str(carpeta / "banco.duckdb"), "chunk": CHUNK,
            "a_la_vez": caso.a_la_vez, "backend": backend, "opciones": opciones,
        }  # fmt: skip
        return _corredor("con_dlt", pedido, _contar(carpeta / "banco.duckdb", "pos.ventas"))

    return preparar


PROYECTO = Contendiente("proyecto", "este proyecto (RangoVentas)", _proyecto)
LIMITE = Contendiente("limite", "límite del driver (leer y tirar)", _limite())
LIMITE_PROPIO = Contendiente(
    "limite_propio", "límite, con las consultas del proyecto", _limite("productos", "ventas")
)
GUION = Contendiente("guion", "script (pandas + pyodbc)", _guion)
DLT_PYARROW = Contendiente("dlt_pyarrow", "dlt, pyarrow", _dlt("pyarrow", {}))
DLT_CONNECTORX = Contendiente(
    "dlt_connectorx", "dlt, connectorx", _dlt("connectorx", {"return_type": "arrow_stream"})
)
TODOS = (PROYECTO, LIMITE, LIMITE_PROPIO, GUION, DLT_PYARROW, DLT_CONNECTORX)


def _ambiente(caso: Caso, carpeta: Path) -> dict[str, str]:
    """El ambiente del proyecto: una copia de su luigi.cfg, que lo deja todo en esta carpeta."""
    shutil.copy(RAIZ / "luigi.cfg", carpeta)
    tiendas = {t.id: caso.servidor.datos(t.base) for t in caso.tiendas}
    catalogo = Proyecto(carpeta / "catalogo", tiendas).catalogo()
    (carpeta / "tiendas.toml").write_text(catalogo, encoding="utf-8")
    limpio = {k: v for k, v in os.environ.items() if not k.startswith("FLUXION_")}
    return {
        **limpio,
        **caso.servidor.ambiente(),
        "FLUXION_SQL": str(RAIZ / "sql"),
        "LUIGI_CONFIG_PATH": str(carpeta / "luigi.cfg"),
        "PYTHONPATH": str(RAIZ),
    }


def _pedido(caso: Caso, carpeta: Path) -> dict:
    """Lo que necesita un lector ODBC, con la misma cadena que usa el proyecto."""
    anterior = dict(os.environ)
    os.environ.update(_ambiente(caso, carpeta))
    try:
        configuracion = config.leer(carpeta / "luigi.cfg")
        pedidos = [
            Pedido(**fuente.pedido(configuracion, configuracion.tienda(t.id))) for t in caso.tiendas
        ]
    finally:
        os.environ.clear()
        os.environ.update(anterior)
    uno = pedidos[0]
    return {
        "cadenas": [p.cadena for p in pedidos], "sesion": list(uno.sesion),
        "consulta": CONSULTA, "productos": uno.productos, "ventas": uno.ventas,
        "fechas": [d.strftime(uno.formato_fecha) for d in (MES.desde, MES.fin_abierto)],
        "columnas": ", ".join(
            f"{c.nombre} {c.duckdb}" for c in COLUMNAS if c.nombre not in {"ambiguo", *SI_LAS_DA}
        ),
        "base": str(carpeta / "banco.duckdb"), "a_la_vez": caso.a_la_vez, "chunk": CHUNK,
        "lote": LOTE_DEL_LIMITE, "memoria_odbc_mb": MEMORIA_DEL_LIMITE_MB,
        "ancho_maximo": ANCHO_MAXIMO_TEXTO,
    }  # fmt: skip


def _corredor(modulo: str, pedido: dict, comprobar) -> Preparado:
    orden = [sys.executable, "-m", f"bench.corredores.{modulo}"]
    ambiente = {**os.environ, "PYTHONPATH": str(RAIZ)}
    return Preparado(orden, ambiente, json.dumps(pedido), comprobar)


def _contar(archivo: Path, tabla: str) -> Callable[[str], tuple[int, Decimal]]:
    def contar(_: str) -> tuple[int, Decimal]:
        with duckdb.connect(str(archivo), read_only=True) as base:
            filas, total = base.execute(f"SELECT count(*), sum(total) FROM {tabla}").fetchone()
        return filas, round(Decimal(total), 2)

    return contar


def _lo_que_dijo(salida: str) -> tuple[int, Decimal]:
    filas, total = json.loads(salida.splitlines()[-1])
    return filas, round(Decimal(total), 2)
