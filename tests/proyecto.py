"""Un proyecto completo en una carpeta temporal, usado como lo usa el operador: por órdenes."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fluxion_luigi import config
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.demo import ESQUEMA
from fluxion_luigi.periodos import Rango

RAIZ = Path(__file__).parent.parent
LUIGI = Path(sys.executable).with_name("luigi")
# Ajustes para que las pruebas no esperen lo que esperaría una corrida de verdad.
RAPIDO = {
    "pausa_inicial": "0.05",
    "segundos_por_ventana": "0",
    "pausa_maxima": "0.2",
    "espera_base": "20",
    "espera_servidor": "3",
    "conectividad_timeout": "10",
    "conectividad_vigencia": "0.001",
    # Los feriados de un país se calculan una vez por base, y aquí cada prueba hace la suya.
    "pais": "",
}


@dataclass
class Salida:
    """Lo que dejó una orden."""

    codigo: int
    fuera: str
    error: str

    @property
    def todo(self) -> str:
        return self.fuera + self.error


@dataclass
class Proyecto:
    """La carpeta de un proyecto: su luigi.cfg, su catálogo y sus tiendas SQLite."""

    carpeta: Path
    tiendas: dict[str, dict] = field(default_factory=dict)
    ajustes: dict[str, str] = field(default_factory=dict)
    ambiente: dict[str, str] = field(default_factory=dict)
    cadena: str = "prueba"
    # Las API de sus tiendas que hablan HTTP (`tests.api.con_api`), por su dirección.
    apis: dict[str, Any] = field(default_factory=dict)
    # Cómo se retrata lo que la base tenga fuera de la carpeta (`tests.lagos.poner`).
    retratar_base: Callable[[], Callable[[], None]] = lambda: lambda: None

    def __post_init__(self):
        self.carpeta.mkdir(parents=True, exist_ok=True)
        self.escribir()

    # -- configuración

    def escribir(self) -> None:
        """Escribe luigi.cfg (el del proyecto, con los ajustes de la prueba) y el catálogo."""
        original = (RAIZ / "luigi.cfg").read_text(encoding="utf-8").split("[fluxion]")[0]
        claves = {"sql": str(RAIZ / "sql"), **RAPIDO, **self.ajustes}
        lineas = "\n".join(f"{k} = {v}" for k, v in claves.items())
        (self.carpeta / "luigi.cfg").write_text(f"{original}[fluxion]\n{lineas}\n")
        (self.carpeta / "tiendas.toml").write_text(self.catalogo())

    def catalogo(self) -> str:
        """El catálogo en TOML."""
        partes = [f"cadena = {json.dumps(self.cadena)}"]
        for id_, datos in self.tiendas.items():
            partes.append(f"\n[tiendas.{id_}]")
            partes += [f"{k} = {_toml(v)}" for k, v in datos.items() if k != "pos"]
            for pos in datos.get("pos", ()):  # los POS que tuvo, si cambió
                partes.append(f"[[tiendas.{id_}.pos]]")
                partes += [f"{k} = {_toml(v)}" for k, v in pos.items()]
        return "\n".join(partes) + "\n"

    def con_tienda(self, id_: str, dias: dict[str, int] | None = None, **datos) -> "Proyecto":
        """Agrega una tienda SQLite con tantas líneas por día como diga `dias`."""
        archivo = self.carpeta / "pos" / f"{id_}.sqlite"
        self.tiendas[id_] = {
            "nombre": id_.upper(), "sistema": "demo", "driver": "SQLite3",
            "archivo": str(archivo), **datos,
        }  # fmt: skip
        self.escribir()
        if dias is not None:
            hacer_pos(archivo, dias)
        return self

    def retratar(self) -> Callable[[], None]:
        """Guarda el proyecto como está. Lo que devuelve lo deja otra vez así.

        Con esto unas pruebas que empiezan por la misma carga la hacen una sola vez.
        """
        copia = self.carpeta.with_name(f"{self.carpeta.name}.retrato")
        shutil.copytree(self.carpeta, copia)
        antes = deepcopy((self.tiendas, self.ajustes, self.ambiente, self.cadena))
        reponer_base = self.retratar_base()

        def reponer() -> None:
            shutil.rmtree(self.carpeta)
            shutil.copytree(copia, self.carpeta)
            self.tiendas, self.ajustes, self.ambiente, self.cadena = deepcopy(antes)
            reponer_base()

        return reponer

    @property
    def config(self) -> Configuracion:
        """La configuración, leída de nuevo, para llamar al núcleo sin Luigi."""
        leida = config.leer(self.carpeta / "luigi.cfg")
        if not self.en_lago:
            return leida
        # Las credenciales del catálogo van en el ambiente de las órdenes, no en el de pytest.
        ambiente = {**leida.ajustes.ambiente, **self.ambiente}
        return Configuracion(replace(leida.ajustes, ambiente=ambiente))

    def tienda(self, id_: str) -> Tienda:
        return self.config.tienda(id_)

    # -- órdenes

    def entorno(self, **mas: str) -> dict[str, str]:
        limpio = {k: v for k, v in os.environ.items() if not k.startswith("FLUXION_")}
        limpio.pop("LUIGI_CONFIG_PATH", None)
        return {**limpio, **self.ambiente, **mas}

    def orden(self, tarea: str, *opciones: str, workers: int = 1) -> list[str]:
        partes = [str(LUIGI), "--module", "fluxion_luigi", tarea, *opciones]
        return [*partes, "--local-scheduler", "--workers", str(workers)]

    def luigi(self, tarea: str, *opciones: str, workers: int = 1, **ambiente: str) -> Salida:
        """Corre `luigi --module fluxion_luigi …` en la carpeta del proyecto y espera."""
        hecho = subprocess.run(
            self.orden(tarea, *opciones, workers=workers), cwd=self.carpeta,
            env=self.entorno(**ambiente), capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        return Salida(hecho.returncode, hecho.stdout, hecho.stderr)

    def rango(self, desde: str, hasta: str, *opciones: str, **mas) -> Salida:
        """`RangoVentas --desde … --hasta …`."""
        return self.luigi("RangoVentas", "--desde", desde, "--hasta", hasta, *opciones, **mas)

    def lanzar(self, tarea: str, *opciones: str, workers: int = 1, **ambiente: str):
        """Como `luigi`, pero sin esperar: devuelve el proceso, en su propio grupo."""
        return subprocess.Popen(
            self.orden(tarea, *opciones, workers=workers), cwd=self.carpeta,
            env=self.entorno(**ambiente), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, start_new_session=True,
        )  # fmt: skip

    def exigir_fallo(self, salida: Salida, *frases: str) -> None:
        """Salió con 30, con la tienda y esas frases en la terminal, sin traza y sin cargar nada."""
        assert salida.codigo == 30, salida.todo
        for frase in ("tienda_01", *frases):
            assert frase in salida.error
        assert "Traceback" not in salida.todo
        assert self.cargado() == {}
        assert self.marcadores() == []

    # -- lo que quedó

    @property
    def en_lago(self) -> bool:
        """Si carga en un lago (`tests.lagos.poner`)."""
        return self.ajustes.get("base", "").startswith("ducklake:")

    @property
    def base(self) -> Path:
        self.solo_en_archivo("mira el archivo de la base, y un lago no lo tiene")
        return Path(self.ajustes.get("base", self.carpeta / "datos" / "ventas.duckdb"))

    def solo_en_archivo(self, por_que: str) -> None:
        """Si todas van sobre un lago (PRUEBAS_DESTINO), ésta no sirve: se dice y se deja."""
        if self.en_lago and os.environ.get("PRUEBAS_DESTINO") == "lago":
            pytest.skip(por_que)

    def de_datos(self, carpeta: str) -> str:
        """La misma carpeta; «datos» es donde vayan los de la base."""
        return self.ajustes["lago_datos"] if carpeta == "datos" and self.en_lago else carpeta

    def base_tal_cual(self):
        """Lo que no puede cambiar si la base no cambia: sus octetos, o el snapshot del lago."""
        if self.en_lago:
            from tests import lagos

            return lagos.snapshot(self)
        return self.base.read_bytes()

    def hay_base(self) -> bool:
        """Si ya existe la base en que carga."""
        return self.base_tal_cual() is not None if self.en_lago else self.base.exists()

    def foto(self) -> dict:
        """La base y los marcadores, tal cual."""
        marcadores = (self.carpeta / "markers").rglob("*.json")
        return {p: p.read_bytes() for p in marcadores} | {"base": self.base_tal_cual()}

    def consultar(self, sql: str, *valores) -> list[tuple]:
        """Una consulta a la base de destino; vacío si la base no existe."""
        if self.en_lago:
            from tests import lagos

            return lagos.consultar(self, sql, valores)
        if not self.base.exists():
            return []
        with duckdb.connect(str(self.base), read_only=True) as conexion:
            return conexion.execute(sql, valores).fetchall()

    def a_mano(self, *ordenes: str) -> None:
        """Cambia la base sin ninguna orden del proyecto, como podría hacer cualquiera."""
        from tests import lagos

        if self.en_lago:
            abierta = lagos.abierto(self, solo_lectura=False)
        else:
            abierta = duckdb.connect(str(self.base))
        with abierta as base:
            for sql in ordenes:
                base.execute(sql)

    def cargado(self) -> dict[tuple[str, date], tuple[int, Decimal]]:
        """Filas y total de cada tienda y día en `ventas_raw`."""
        filas = self.consultar(
            "SELECT ubicacion_id, fecha, count(*), sum(total) FROM ventas_raw GROUP BY ALL"
        )
        return {(t, d): (n, total) for t, d, n, total in filas}

    def exigir_dias_enteros(self) -> dict[tuple[str, date], tuple[int, Decimal]]:
        """Cada día cargado tiene las filas que dice su control, ni una más ni una menos."""
        if ("ventas_raw",) not in self.consultar("SHOW TABLES"):
            return {}
        control = self.consultar(
            "SELECT ubicacion_id, dia, filas, total FROM control_dias WHERE filas > 0"
        )
        cargado = self.cargado()
        assert len(control) == len({c[:2] for c in control})
        assert {c[:2]: c[2:] for c in control} == cargado
        return cargado

    def en_origen(self, desde: str, hasta: str) -> dict[tuple[str, date], tuple[int, Decimal]]:
        """Lo mismo, según las tiendas: cada día, el POS que tenían entonces."""
        salida = {}
        for id_, datos in self.tiendas.items():
            # Gana el último que ya era el suyo.
            for pos in datos.get("pos", [{}]):
                primero = max(desde, str(pos.get("desde", desde)))
                salida = {k: v for k, v in salida.items() if k[0] != id_ or str(k[1]) < primero}
                suyas = self._segun({**datos, **pos}, primero, hasta)
                salida |= {(id_, dia): vendido for dia, vendido in suyas.items()}
        return salida

    def _segun(self, pos: dict, desde: str, hasta: str) -> dict[date, tuple[int, Decimal]]:
        """Lo que un POS, un archivo SQLite o una sucursal de una API, tiene en esos días."""
        if "sucursal" in pos:
            return self.apis[pos["url"]].vendido(pos["sucursal"], desde, hasta)
        with sqlite3.connect(pos["archivo"]) as base:
            filas = base.execute(
                "SELECT fecha, count(*), sum(total_centimos) FROM lineas "
                "WHERE fecha BETWEEN ? AND ? GROUP BY fecha", (desde, hasta)
            )  # fmt: skip
            return {date.fromisoformat(d): (n, Decimal(c) / 100) for d, n, c in filas}

    def reporte(self) -> dict:
        """El JSON de la última corrida."""
        reportes = [
            p
            for p in (self.carpeta / "reportes").glob("corrida_*.json")
            if "anulados" not in p.name
        ]
        return json.loads(max(reportes, key=lambda p: p.stat().st_mtime_ns).read_text())

    def sobras(self) -> list[str]:
        """Lo que quedó en staging (menos los candados) y los archivos a medio escribir.

        Menos los `.<proceso>.parcial` de un reporte o de un marcador: los deja quien muere en ese
        instante, no estorban a nadie y los quita `LimpiarArchivos`.
        """
        quedan = [
            p
            for p in (self.carpeta / "staging").rglob("*")
            if ".candados" not in p.parts and p.is_file()
        ]
        a_medias = set(self.carpeta.rglob("*.parcial")) - {*quedan}
        quedan += [p for p in a_medias if not re.search(r"\.\d+\.parcial$", p.name)]
        quedan += list((self.carpeta / "reportes").glob("*.en_curso.jsonl"))
        return sorted(str(p.relative_to(self.carpeta)) for p in quedan)

    def marcadores(self) -> list[str]:
        raiz = self.carpeta / "markers"
        return sorted(str(p.relative_to(raiz)) for p in raiz.rglob("*.json"))


def con_dos_tiendas(proyecto: Proyecto) -> Proyecto:
    """Le da dos tiendas con ventas de todo marzo de 2025 y la primera mitad de abril."""
    for id_, n in (("tienda_01", 120), ("tienda_02", 80)):
        proyecto.con_tienda(id_, cada_dia("2025-03-01", "2025-04-15", n))
    return proyecto


def hacer_pos(archivo: Path, dias: dict[str, int]) -> None:
    """Hace el archivo POS de una tienda, con un producto y `n` líneas en cada día."""
    archivo.parent.mkdir(parents=True, exist_ok=True)
    archivo.unlink(missing_ok=True)
    with sqlite3.connect(archivo) as pos:
        pos.executescript(ESQUEMA)
        pos.execute("INSERT INTO departamentos VALUES ('01', 'Víveres')")
        pos.execute(
            "INSERT INTO productos VALUES "
            "('P1', 'Ñame', 'La Ceiba', 'kg', '01', 1, 1, 100, 150, 16)"
        )
        pos.execute("INSERT INTO codigos VALUES ('759', 'P1')")
    vender(archivo, dias)


def vender(archivo: Path, dias: dict[str, int], cambio: Callable[[int], int] = lambda i: i) -> None:
    """Agrega `n` líneas en cada día, en facturas nuevas; sus montos salen de `cambio(i)` y del
    nombre de la tienda."""
    suyo = zlib.crc32(archivo.stem.encode()) % 997  # dos tiendas no venden lo mismo al céntimo
    with sqlite3.connect(archivo) as pos:
        for dia, n in dias.items():
            [(ya,)] = pos.execute("SELECT count(*) FROM lineas WHERE fecha = ?", (dia,))
            pos.executemany(
                "INSERT INTO lineas VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
                [
                    (dia, f"{8 + i % 12:02d}:15:30", f"{ya + i // 5:08d}", i % 5, "001", "01",
                     "VEN", "759" if i % 50 else "no-esta", 1000 + i, 150,
                     1234 + suyo + cambio(i), 170)
                    for i in range(n)
                ],
            )  # fmt: skip


def borrar_ventas(archivo: Path, dia: str) -> None:
    """Deja un día sin una sola línea."""
    with sqlite3.connect(archivo) as pos:
        pos.execute("DELETE FROM lineas WHERE fecha = ?", (dia,))


def cada_dia(desde: str, hasta: str, n: int) -> dict[str, int]:
    """`n` líneas en cada día del rango."""
    return {str(d): n for d in Rango(date.fromisoformat(desde), date.fromisoformat(hasta))}


def _toml(valor) -> str:
    if isinstance(valor, bool):
        return str(valor).lower()
    if isinstance(valor, date):
        return str(valor)
    if isinstance(valor, list) and valor and isinstance(valor[0], dict):
        tablas = (", ".join(f"{k} = {_toml(v)}" for k, v in tabla.items()) for tabla in valor)
        return "[" + ", ".join(f"{{{tabla}}}" for tabla in tablas) + "]"
    if isinstance(valor, list):
        return json.dumps(valor)
    if isinstance(valor, dict):
        return "{" + ", ".join(f"{k} = {json.dumps(str(v))}" for k, v in valor.items()) + "}"
    return json.dumps(valor, ensure_ascii=False)
