"""Lo que hace una revisión que alguien escribió: la que se equivoca es un renglón, y nada más."""

from datetime import date

import pytest

from fluxion_luigi.config.revisiones import Revision
from fluxion_luigi.destino import calidad
from fluxion_luigi.destino.base import para_escribir
from tests.proyecto import Proyecto

DIA, OTRO = date(2025, 3, 1), date(2025, 3, 2)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """Una base con dos días en mano, sin una línea."""
    proyecto = Proyecto(tmp_path_factory.mktemp("calidad") / "p").con_tienda("tienda_01")
    with para_escribir(proyecto.config) as abierta:
        calidad.poner_en_mano(
            abierta, "tienda_01", [DIA, OTRO], None, comparte_con=[], hoy=date(2025, 4, 1)
        )
        yield abierta


def revisada(base, consulta: str, severidad: str = "error") -> calidad.Revisado:
    suya = Revision("suya", "La suya", severidad, "Algo.", "Nada.", consulta)
    despues = Revision("despues", "La otra", "aviso", "Algo.", "Nada.", "SELECT dia FROM dias")
    hecho = calidad.revisar(base, [suya, despues], "")
    assert [h.dia for h in hecho.hallazgos if h.revision is despues] == [DIA, OTRO]
    return hecho


@pytest.mark.parametrize(
    "consulta",
    [
        "SELECT dia + TIME '09:30' AS dia, lineas FROM dias",
        "SELECT dia::VARCHAR AS dia, lineas FROM dias",
        "SELECT dia, lineas AS hallado FROM dias",
        "SELECT dia FROM dias",
    ],
)  # fmt: skip
def test_el_dia_se_deja_fuera_lo_escriba_como_lo_escriba_la_revision(base, consulta):
    assert sorted(revisada(base, consulta).errores()) == [DIA, OTRO]


def test_el_renglon_que_dice_valer_por_cero_no_ofende(base):
    hecho = revisada(base, f"SELECT dia, (dia = '{OTRO}')::INT * 3 AS cuantas FROM dias")
    [[hallazgo]] = hecho.errores().values()
    assert (hallazgo.dia, hallazgo.cuantas) == (OTRO, 3)


@pytest.mark.parametrize(
    ("consulta", "dice"),
    [
        ("SELECT dia FROM dias; SELECT 2", 'syntax error at or near ";"'),
        ("DELETE FROM perfil_dias", "syntax error"),
        ("SELECT lineas FROM dias", 'column "dia" not found'),
        ("SELECT 'lunes' AS dia", "lunes"),
    ],
)
def test_la_que_no_corre_dice_por_que(base, consulta, dice):
    assert dice in revisada(base, consulta).rotas["suya"]


def test_la_que_no_acaba_nunca_se_deja_y_se_dice(base, monkeypatch):
    monkeypatch.setattr(calidad, "PLAZO", 0.2)
    sin_fin = "SELECT dia, count(*) AS x FROM dias, range(1000000), range(1000000) GROUP BY dia"
    assert "No acabó en 0.2 s" in revisada(base, sin_fin).rotas["suya"]


def test_millones_de_renglones_son_una_cuenta_y_tres_ejemplos(base):
    hecho = revisada(base, "SELECT dia, range AS n FROM dias, range(1000000)")
    hallazgo = hecho.hallazgos[0]
    assert (hallazgo.cuantas, len(hallazgo.ejemplos)) == (1000000, 3)
