"""Una quincena larga: cada mañana su incremento, sobre un PostgreSQL al que le siguen vendiendo.

La de fin de año: cierran el mes y el año, hay ventas tarde, una anulación, una corrección de veinte
días, una tienda caída tres días, dos corridas a la vez, una muerta y una que cruza la medianoche.
Con HISTORIAS=1 empieza antes y sigue hasta marzo: dos meses sin correr y un 29 de febrero. Al final
cada día de la base es el de la tienda, y a ninguna se le preguntó de más.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.proyecto import RAIZ, Proyecto, cada_dia
from tests.rele import Rele
from tests.reloj import a_las, correr

pytestmark = pytest.mark.postgresql

TIENDAS = ("tienda_01", "tienda_02")
LARGA = bool(os.environ.get("HISTORIAS"))
PRIMERO = date(2023, 11, 10) if LARGA else date(2023, 12, 7)
POR_DIA = 30


class Cadena:
    """Dos tiendas en PostgreSQL, la segunda detrás de un relé, y lo que el servidor oyó."""

    def __init__(self, proyecto: Proyecto, servidor, sufijo: str):
        self.proyecto, self.servidor = proyecto, servidor
        self.bases = {t: f"pos_{sufijo}_{t}" for t in TIENDAS}
        self.rele = Rele(servidor.puerto)
        self.vendido_hasta = PRIMERO - timedelta(days=1)
        for t, base in self.bases.items():
            servidor.crear_pos(base)
            self.sql(t, f"ALTER DATABASE {base} SET log_statement = 'all'")
            proyecto.tiendas[t] = servidor.datos(base, apertura=PRIMERO)
        proyecto.tiendas["tienda_02"]["puerto"] = self.rele.puerto
        proyecto.ambiente.update(servidor.ambiente())
        proyecto.ajustes["conectividad_timeout"] = "60"
        proyecto.escribir()
        self.sql("tienda_01", "ALTER SYSTEM SET log_line_prefix = '%d %c '")
        self.sql("tienda_01", "SELECT pg_reload_conf()")
        self._log = servidor.carpeta / "log"
        self._oido = self._log.stat().st_size

    def sql(self, tienda: str, sentencia: str) -> None:
        """Lo que pasa en la tienda: una venta, una anulación."""
        with contextlib.closing(self.servidor.conectar(self.bases[tienda])) as c:
            c.execute("SET log_statement = 'none'")
            c.execute(sentencia)

    def vender_hasta(self, dia: date) -> None:
        """Las ventas de cada tienda, de un día en otro, hasta ese."""
        dias = (dia - self.vendido_hasta).days
        desde = self.vendido_hasta + timedelta(days=1)
        for n, (tienda, base) in enumerate(self.bases.items()):
            if dias > 0:
                self.servidor.vender(base, str(desde), dias, POR_DIA + n)
                self.sql(tienda, f"UPDATE vad20.ma_transaccion SET total = total + {n} "
                                 f"WHERE f_fecha >= '{desde}'")  # fmt: skip
        self.vendido_hasta = dia
        self.oido()

    def oido(self) -> dict[str, tuple[int, int]]:
        """Desde la última vez: por cada tienda, cuántas conexiones y cuántas consultas."""
        with self._log.open("rb") as f:
            f.seek(self._oido)
            nuevo = f.read().decode("utf-8", "replace")
        self._oido = self._log.stat().st_size
        sesiones, consultas = defaultdict(set), defaultdict(int)
        for base, sesion, texto in re.findall(
            r"^(\S+) (\S+) LOG:  (?:statement|execute [^:]*): (.*(?:\n\t.*)*)", nuevo, re.M
        ):
            sesiones[base].add(sesion)
            consultas[base] += bool(re.search(r"ma_transaccion|ma_codigos|pg_control", texto))
        return {t: (len(sesiones[b]), consultas[b]) for t, b in self.bases.items()}

    def manana(self, dia: date, *opciones: str, codigo: int = 0, hora: str = "06:00:00"):
        """El incremento de esa mañana, con lo vendido hasta la víspera."""
        self.vender_hasta(dia - timedelta(days=1))
        salida = correr(
            self.proyecto, f"{dia} {hora}", "IncrementoDiario", *opciones, workers=2
        )  # fmt: skip
        assert salida.codigo == codigo, salida.todo
        assert "Traceback" not in salida.todo
        return salida

    def cruzar_la_medianoche(self, dia: date) -> None:
        """El incremento de ese día, que empieza antes de la medianoche y acaba después.

        La segunda tienda calla desde que se llega a ella hasta que pasó la hora. Llegar no depende
        de la máquina: hay quince segundos para que la orden sepa qué día es, y sobran.
        """
        self.vender_hasta(dia - timedelta(days=1))
        self.rele.enmudecer()
        pasada = time.monotonic() + 17
        with subprocess.Popen(
            a_las(f"{dia} 23:59:45", self.proyecto.orden("IncrementoDiario", workers=2)),
            cwd=self.proyecto.carpeta, env=self.proyecto.entorno(), stderr=subprocess.PIPE,
            text=True,
        ) as proceso:  # fmt: skip
            self.rele.esperar_silencio()
            time.sleep(max(0, pasada - time.monotonic()))
            assert proceso.poll() is None, "acabó antes de la medianoche"
            self.rele.hablar()
            _, error = proceso.communicate(timeout=300)
        assert proceso.returncode == 0, error
        assert "Traceback" not in error

    def en_origen(self) -> dict:
        """Filas y total de cada tienda y día, según el servidor."""
        return {
            (t, d): suyo
            for t, b in self.bases.items()
            for d, suyo in self.servidor.contar(b).items()
        }


@pytest.fixture
def cadena(proyecto, postgresql):
    cadena = Cadena(proyecto, postgresql, f"q{os.getpid()}")
    yield cadena
    cadena.rele.cerrar()


def dia(texto: str) -> date:
    return date.fromisoformat(texto)


def test_manana_tras_manana_la_base_es_la_de_las_tiendas(cadena):
    proyecto = cadena.proyecto
    cadena.vender_hasta(dia("2023-12-27"))
    historia = correr(
        proyecto, "2023-12-28 05:00:00", "RangoVentas", "--desde", str(PRIMERO), "--hasta",
        "2023-12-27", workers=2,
    )  # fmt: skip
    assert historia.codigo == 0, historia.todo

    # Viernes: entran tarde ventas del 26, se corrige el 8 (firme) y se anula una del 27.
    cadena.vender_hasta(dia("2023-12-28"))
    cadena.servidor.vender(cadena.bases["tienda_01"], "2023-12-26", 1, 3)
    cadena.sql("tienda_01", "DELETE FROM vad20.ma_transaccion WHERE c_numero = "
               "(SELECT min(c_numero) FROM vad20.ma_transaccion WHERE f_fecha = '2023-12-27') "
               "AND f_fecha = '2023-12-27' AND n_linea = 1")  # fmt: skip
    cadena.sql("tienda_01", "UPDATE vad20.ma_transaccion SET total = total + 1 "
               "WHERE f_fecha = '2023-12-08'")  # fmt: skip
    cadena.oido()
    cadena.manana(dia("2023-12-29"))
    oido = cadena.oido()
    # Como mucho dos conexiones y seis consultas; otra vez, ninguna.
    assert all(1 <= c <= 2 and q <= 6 for c, q in oido.values())
    cadena.manana(dia("2023-12-29"), hora="07:00:00")
    assert set(cadena.oido().values()) == {(0, 0)}
    distintos = {k for k, v in cadena.en_origen().items() if proyecto.cargado().get(k) != v}
    assert distintos == {("tienda_01", dia("2023-12-08"))}  # eso se mira el domingo

    # Sábado, domingo y Año Nuevo, la segunda tienda no contesta. La otra sigue.
    bueno, cadena.rele.destino = cadena.rele.destino, 1
    for d in ("2023-12-30", "2023-12-31", "2024-01-01"):
        salida = cadena.manana(dia(d), codigo=30)
        assert "tienda_02" in salida.error
        assert salida.error.count("✗") == 1
    assert (
        proyecto.cargado()["tienda_01", dia("2023-12-08")]
        == cadena.en_origen()["tienda_01", dia("2023-12-08")]
    )
    assert proyecto.cargado().keys() == {
        k for k in cadena.en_origen() if k[0] != "tienda_02" or k[1] <= dia("2023-12-28")
    }
    cadena.rele.destino = bueno
    cadena.oido()

    # El 2, mueren a media carga; al repetir, dos a la vez. La segunda tienda repone sus tres días.
    cadena.vender_hasta(dia("2024-01-01"))
    morir = [sys.executable, "-m", "tests.muere", "antes_del_commit", "--",
             *proyecto.orden("IncrementoDiario")[3:]]  # fmt: skip
    muerta = subprocess.run(
        a_las("2024-01-02 06:00:00", morir), cwd=RAIZ, start_new_session=True,
        env=proyecto.entorno(LUIGI_CONFIG_PATH=str(proyecto.carpeta / "luigi.cfg")),
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert muerta.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL), muerta.stderr
    a_la_vez = [
        subprocess.Popen(
            a_las("2024-01-02 06:05:00", proyecto.orden("IncrementoDiario", *opciones)),
            cwd=proyecto.carpeta, env=proyecto.entorno(), stderr=subprocess.PIPE, text=True,
        )
        for opciones in ((), ("--tiendas", ",".join(reversed(TIENDAS))))
    ]  # fmt: skip
    for proceso in a_la_vez:
        _, error = proceso.communicate(timeout=300)
        assert proceso.returncode == 0, error
    assert proyecto.cargado() == cadena.en_origen()

    # La del 3 empieza antes de la medianoche y acaba después.
    cadena.cruzar_la_medianoche(dia("2024-01-03"))
    cadena.manana(dia("2024-01-04"))
    assert proyecto.cargado() == cadena.en_origen()

    if LARGA:
        hasta_marzo(cadena)
    else:
        sin_nada_nuevo(cadena, "2024-01-05", "2024-01-03")
    assert proyecto.sobras() == []
    assert not list(Path(proyecto.carpeta / "reportes").glob("*.en_curso.jsonl"))


def hasta_marzo(cadena) -> None:
    """Dos meses sin nadie, y el cierre de febrero."""
    proyecto = cadena.proyecto
    # Casi dos meses sin correr: se cargan los últimos quince días y se dice cómo cargar el resto.
    salida = cadena.manana(dia("2024-02-29"))
    hueco = {k for k in cadena.en_origen() if k not in proyecto.cargado()}
    assert {d for _, d in hueco} == {dia("2024-01-04") + timedelta(days=i) for i in range(41)}
    assert ("RangoVentas --desde 2024-01-02 --hasta 2024-02-13 --tiendas "
            "tienda_01,tienda_02") in salida.todo  # fmt: skip
    assert proyecto.reporte()["huecos"]["orden"] in salida.todo
    rango = correr(
        proyecto, "2024-02-29 08:00:00", "RangoVentas", "--desde", "2024-01-02", "--hasta",
        "2024-02-13", workers=2,
    )  # fmt: skip
    assert rango.codigo == 0, rango.todo

    # El 29 de febrero y el cierre del mes, como cualquier día.
    for d in ("2024-03-01", "2024-03-02"):
        cadena.manana(dia(d))
        assert all(c <= 2 and q <= 6 for c, q in cadena.oido().values())
    assert ("tienda_01", dia("2024-02-29")) in proyecto.cargado()
    sin_nada_nuevo(cadena, "2024-03-03", "2024-03-01")
    cadena.manana(dia("2024-03-04"))
    assert proyecto.cargado() == cadena.en_origen()


def sin_nada_nuevo(cadena, hoy: str, hasta: str) -> None:
    """Sin nada nuevo que leer, una conexión y una consulta; y lo confirmado no se pregunta más."""
    cadena.manana(dia(hoy), "--fecha", hasta)
    assert set(cadena.oido().values()) == {(1, 1)}
    if LARGA:
        cadena.manana(dia(hoy), "--fecha", hasta, hora="09:00:00")
        assert set(cadena.oido().values()) == {(0, 0)}


def test_el_29_de_febrero_es_un_dia_como_cualquiera(proyecto):
    """Está en la historia larga; esto lo mira siempre."""
    apertura = dia("2024-02-27")
    proyecto.con_tienda("tienda_01", cada_dia(str(apertura), "2024-02-29", 5), apertura=apertura)
    salida = correr(proyecto, "2024-03-01 06:00:00", "IncrementoDiario")
    assert salida.codigo == 0, salida.todo
    assert len(proyecto.cargado()) == 3
    assert proyecto.cargado() == proyecto.en_origen("2024-02-27", "2024-02-29")
