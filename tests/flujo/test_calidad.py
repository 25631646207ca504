"""Las revisiones de calidad sobre un año de compras reales: qué dicen del año sano y del dañado."""

from collections import Counter
from datetime import date

import pytest

from fluxion_luigi.config.revisiones import Revision, leer
from fluxion_luigi.destino.calidad import Hallazgo
from fluxion_luigi.flujo import calidad
from fluxion_luigi.periodos import Rango
from tests.calidad import FALLAS, TIENDAS, plantar, un_anio
from tests.proyecto import RAIZ

# Falsas alarmas que se admiten en los 730 días de las dos tiendas: vaivenes de una muestra de
# hogares y rarezas de verdad, como un adorno de 3,99 cuyo precio usual es 0,01. Al operador le
# tocaría una por tienda cada tres meses.
FALSAS = 8
NO_HALLADAS = 2


def revisar(proyecto, corrida: str, rango: Rango | None = None) -> set[tuple[str, str, date]]:
    """Revisa lo cargado: las (revisión, tienda, día) que se hallaron."""
    dias = calidad.cargados(proyecto.config, (), rango)
    hallazgos, rotas, _ = calidad.verificar(proyecto.config, dias, corrida, lambda n, que: None)
    assert rotas == {}
    return {
        (h["revision"], h["tienda"], date.fromisoformat(d)) for h in hallazgos for d in h["dias"]
    }


@pytest.fixture(scope="module")
def anio(tmp_path_factory):
    return un_anio(tmp_path_factory.mktemp("calidad") / "p")


@pytest.fixture(scope="module")
def sano(anio):
    return revisar(anio, "primera")


@pytest.fixture(scope="module")
def plantadas(anio, sano):
    return plantar(anio)


@pytest.fixture(scope="module")
def halladas(anio, plantadas):
    return revisar(anio, "segunda")


def test_un_anio_de_ventas_sanas_casi_no_da_que_decir(sano):
    assert len(sano) <= FALSAS, sano
    assert {r for r, _, _ in sano} <= {
        "dias_fuera_de_lo_usual", "precios_absurdos", "precios_en_cero",
    }  # fmt: skip


def test_de_cincuenta_fallas_plantadas_se_escapan_a_lo_sumo_dos_y_cada_una_lleva_su_nombre(
    plantadas, halladas
):
    assert len(plantadas) == sum(veces for _, veces, _ in FALLAS) == 50
    assert len(plantadas - halladas) <= NO_HALLADAS, plantadas - halladas


def test_se_planta_al_menos_una_falla_de_cada_revision():
    buenas, malas = leer(RAIZ / "sql")
    assert malas == {}
    assert {r.nombre for r in buenas} == {r for r, _, _ in FALLAS}


def test_las_fallas_no_ensucian_los_dias_que_no_tocan(sano, plantadas, halladas):
    """Un día se puede nombrar por más de una cosa; uno que no se tocó, casi nunca."""
    tocados = {(t, d) for _, t, d in plantadas}
    de_mas = {x for x in halladas - sano if x[1:] not in tocados and x[0] != "dia_identico"}
    assert len(de_mas) <= NO_HALLADAS, de_mas


def test_lo_hallado_se_recuerda_como_nuevo_como_que_sigue_o_como_resuelto(anio, sano, halladas):
    dicho = calidad.vigentes(anio.config)
    estados = Counter(h["estado"] for h in dicho["hallazgos"])
    assert estados["nuevo"] > 20
    assert dicho["rotas"] == []
    assert dicho["revisiones"] == len(leer(RAIZ / "sql")[0])
    # Repetida sin que nada cambie, todo sigue.
    mayo = Rango(date(2017, 5, 1), date(2017, 5, 31))
    tercera = revisar(anio, "tercera", mayo)
    assert tercera == {h for h in halladas if h[2] in mayo}
    dicho = calidad.vigentes(anio.config)
    assert {h["estado"] for h in dicho["hallazgos"]} == {"sigue"}
    assert dicho["resueltos"] == 0


def test_hay_un_perfil_por_cada_dia_cargado(anio, halladas):
    assert anio.consultar(
        "SELECT count(*), count(DISTINCT (ubicacion_id, dia)), sum(lineas) FROM perfil_dias"
    ) == anio.consultar("SELECT count(*), count(*), sum(filas) FROM control_dias")
    assert anio.consultar("SELECT DISTINCT ubicacion_id FROM perfil_dias ORDER BY 1") == [
        (t,) for t in TIENDAS
    ]


@pytest.mark.parametrize(
    ("columnas", "ejemplos", "dice"),
    [
        (["caja", "linea"], [["001", ""]], "la suya (suya): 2, por ejemplo caja 001. Pregunte. Si"),
        ([], [[]], "la suya (suya): 2. Pregunte. Si"),
    ],
)
def test_el_motivo_de_un_dia_fuera_lleva_un_ejemplo_si_lo_hay(columnas, ejemplos, dice):
    suya = Revision("suya", "La suya", "error", "Algo.", "Pregunte.", "")
    hallazgo = Hallazgo(suya, date(2025, 3, 1), 2, columnas, ejemplos)
    assert calidad.motivo([hallazgo]).startswith(dice)
