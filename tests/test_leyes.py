"""Las leyes: pase lo que pase, en el orden que pase, el destino acaba igual al origen."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from fluxion_luigi.periodos import Rango, agrupar, meses
from tests import lagos
from tests.clases import CLASES, MUDADA, ODBC, con_tiendas, vender
from tests.muere import PUNTOS
from tests.proyecto import RAIZ, Proyecto, cada_dia

PUNTOS = sorted(PUNTOS)
PRIMERO, DIAS = date(2025, 3, 25), 14  # dos meses, para que haya más de un marcador
ULTIMO = PRIMERO + timedelta(days=DIAS - 1)

un_dia = st.integers(0, DIAS - 1).map(lambda n: PRIMERO + timedelta(days=n))
un_rango = st.tuples(un_dia, un_dia).map(lambda par: (min(par), max(par)))
suceso = st.one_of(
    st.tuples(st.just("cargar"), un_rango),
    st.tuples(st.just("recargar"), un_rango),
    st.tuples(st.just("matar"), un_rango, st.one_of(st.floats(0.2, 1.6), st.sampled_from(PUNTOS))),
    st.tuples(st.just("vender"), un_dia),
    st.tuples(st.just("borrar_marcador"), st.sampled_from(["2025-03", "2025-04"])),
    st.tuples(st.just("borrar_base")),
    st.tuples(st.just("copiar_base")),
    st.tuples(st.just("restaurar_base")),
)


class Mundo:
    """Un proyecto al que le pasan cosas."""

    def __init__(self, proyecto: Proyecto):
        self.proyecto, self.muertes = proyecto, 0
        self.copia = proyecto.carpeta / "copia.duckdb"

    def cargar(self, rango, *opciones):
        salida = self.proyecto.rango(*map(str, rango), *opciones, workers=2)
        assert salida.codigo == 0, salida.todo

    def recargar(self, rango):
        self.cargar(rango, "--recargar")

    def matar(self, rango, cuando):
        """A esos segundos, o en un punto de `tests.muere`; puede que ya haya acabado."""
        orden = self.proyecto.orden(
            "RangoVentas", "--desde", str(rango[0]), "--hasta", str(rango[1]), workers=2
        )
        en_un_punto = isinstance(cuando, str)
        if en_un_punto:
            orden = [sys.executable, "-m", "tests.muere", cuando, "--", *orden[3:]]
        corrida = subprocess.Popen(
            orden, cwd=self.proyecto.carpeta, start_new_session=True,
            env=self.proyecto.entorno(PYTHONPATH=str(RAIZ)),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        with contextlib.suppress(subprocess.TimeoutExpired):
            corrida.communicate(timeout=120 if en_un_punto else cuando)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(corrida.pid, signal.SIGKILL)
        corrida.communicate()  # sus hijos también la tienen abierta: hasta que muera el último
        assert corrida.returncode in (0, -signal.SIGKILL)
        self.muertes += corrida.returncode == -signal.SIGKILL

    def vender(self, dia):
        vender(self.proyecto, "tienda_01", {str(dia): 3})

    def borrar_marcador(self, mes):
        (self.proyecto.carpeta / "markers" / "tienda_01" / f"{mes}.json").unlink(missing_ok=True)

    def borrar_base(self):
        self.proyecto.base.unlink(missing_ok=True)
        self.proyecto.base.with_name("ventas.duckdb.wal").unlink(missing_ok=True)

    def copiar_base(self):
        if self.proyecto.base.exists():
            shutil.copy(self.proyecto.base, self.copia)

    def restaurar_base(self):
        if self.copia.exists():
            self.borrar_base()
            shutil.copy(self.copia, self.proyecto.base)


@contextmanager
def un_mundo(clase: str, servidor=None):
    """Uno nuevo, con una tienda de esa clase y otra por ODBC, mientras dure el bloque.

    Args:
        servidor: el del catálogo, si carga en un lago; allí la otra sólo va en las largas.
    """
    dias = cada_dia(str(PRIMERO), str(ULTIMO), 15)
    with tempfile.TemporaryDirectory() as carpeta:
        proyecto = Proyecto(Path(carpeta), ajustes={"ventana_dias": "2"})
        if servidor:
            proyecto.ajustes["lago_vida"] = "8"  # lo que se espera a la que murió
            lagos.poner(proyecto, servidor)
        if AL_AZAR or not servidor:
            proyecto.con_tienda("tienda_02", dias)
        with con_tiendas(proyecto, clase, {"tienda_01": dias}):
            yield Mundo(proyecto)


def en(*dias: str) -> date | tuple[date, ...]:
    """Un día (`"03-25"`) o un rango."""
    fechas = tuple(date.fromisoformat(f"2025-{dia}") for dia in dias)
    return fechas if len(fechas) > 1 else fechas[0]


# Lo que se corre siempre: cada suceso, con rangos que se cruzan, y lo que pasa tras una muerte o
# una base de antes. Para buscar otras al azar, que toma minutos: HISTORIAS=50 y este archivo.
CONOCIDAS = (
    [("matar", en("03-25", "04-07"), "a_medio_cargar"), ("vender", en("04-03")),
     ("cargar", en("03-27", "04-05")), ("copiar_base",), ("vender", en("04-03")),
     ("recargar", en("04-01", "04-04")), ("restaurar_base",), ("borrar_marcador", "2025-04")],
    [("cargar", en("03-25", "03-27")), ("matar", en("03-26", "04-02"), "tras_el_commit"),
     ("vender", en("03-26")),
     ("borrar_base",), ("matar", en("03-31", "04-07"), "dentro_de_una_ventana")],
)  # fmt: skip
# Sin lo que sólo le pasa a un archivo: copiarlo, reponerlo, borrarlo.
DE_UN_LAGO = [
    ("matar", en("03-27", "04-05"), "antes_del_commit"), ("vender", en("04-03")),
    ("recargar", en("03-31", "04-03")), ("borrar_marcador", "2025-04"),
]  # fmt: skip
AL_AZAR = int(os.environ.get("HISTORIAS", "0"))


@settings(
    max_examples=AL_AZAR or 1, deadline=None, suppress_health_check=list(HealthCheck),
    print_blob=True, phases=[Phase.explicit, *([Phase.generate] if AL_AZAR else [])],
)  # fmt: skip
@given(st.sampled_from(CLASES), st.lists(suceso, min_size=3, max_size=7))
@example(ODBC, CONOCIDAS[0])
@example(MUDADA, CONOCIDAS[1])
def test_cualquier_secuencia_de_rangos_muertes_y_cambios_acaba_en_las_filas_del_origen(
    clase, sucesos
):
    contar(sucesos, clase)


def test_tambien_en_un_lago(catalogos):
    contar(DE_UN_LAGO, ODBC, catalogos)


def contar(sucesos, clase: str, servidor=None) -> None:
    """Le pasa todo eso a un proyecto, y al final está lo que dicen las tiendas."""
    with un_mundo(clase, servidor) as mundo:
        for nombre, *datos in sucesos:
            getattr(mundo, nombre)(*datos)
            mundo.proyecto.exigir_dias_enteros()
        mundo.cargar((PRIMERO, ULTIMO))
        mundo.proyecto.exigir_dias_enteros()
        if AL_AZAR:  # las conocidas ya recargan
            mundo.recargar((PRIMERO, ULTIMO))
            mundo.proyecto.exigir_dias_enteros()
        else:
            assert mundo.muertes == [s[0] for s in sucesos].count("matar")
        assert mundo.proyecto.cargado() == mundo.proyecto.en_origen(str(PRIMERO), str(ULTIMO))
        assert mundo.proyecto.sobras() == []


fechas = st.dates(date(2000, 1, 1), date(2060, 12, 31))
rangos = st.tuples(fechas, st.integers(0, 800)).map(
    lambda par: Rango(par[0], par[0] + timedelta(days=par[1]))
)


@given(rangos)
def test_los_meses_de_un_rango_lo_cubren_sin_huecos_ni_cruces(rango):
    partes = meses(rango)
    assert [d for p in partes for d in p] == list(rango)
    assert all(p.desde.replace(day=1) == p.hasta.replace(day=1) for p in partes)


@given(st.sets(fechas, max_size=60), st.integers(1, 10))
def test_agrupar_dias_en_ventanas_no_pierde_ni_agrega_dias(dias, maximo):
    ventanas = agrupar(dias, maximo)
    assert [d for v in ventanas for d in v] == sorted(dias)
    assert all(len(v) <= maximo for v in ventanas)


@given(rangos)
def test_un_rango_escrito_y_leido_es_el_mismo(rango):
    assert Rango.de_texto(str(rango)) == rango


def test_agrupar_no_depende_del_orden_de_los_dias():
    dias = list(Rango(date(2025, 1, 1), date(2025, 2, 10)))
    mezclados = random.Random(1).sample(dias, len(dias))
    assert agrupar(mezclados, 7) == agrupar(dias, 7)
