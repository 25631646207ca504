"""Las alertas en el informe de estado: las que dejó la última ronda, sin enviar nada."""

import json

import pytest

from fluxion_luigi.alertas import memoria, vida
from fluxion_luigi.alertas.modelo import Alerta
from fluxion_luigi.informes.estado import alertas
from tests.cadena import proyecto_con

HUECO = Alerta("huecos:t1", "error", "t1: faltan días", "el 2", "luigi …", "t1", inmediata=True)
DISCO = Alerta("disco:/", "aviso", "se llena", inmediata=True)
DUDOSA = Alerta("publicada", "aviso", "vieja")


@pytest.fixture
def config(tmp_path):
    """Con lo que dejó una ronda: dos vivas, una por confirmar y un canal que la tomó."""
    config = proyecto_con(tmp_path / "p", {"t1": {}}).config
    recuerdo, ahora = memoria.Memoria(), config.ahora()
    vida.avanzar(recuerdo, {"f": [DISCO, HUECO, DUDOSA]}, ahora, 2)
    vida.dar_por_dichas(recuerdo, "correo", vida.novedades(recuerdo, "correo", "error"), ahora)
    recuerdo.canales["guardia"] = {"canal": "guardia", "estado": "falla", "en": recuerdo.en,
                                   "error": "no contestó", "fallas": 1,
                                   "desde": recuerdo.en}  # fmt: skip
    memoria.escribir(config, recuerdo)
    return config


def test_dice_las_confirmadas_con_desde_cuando_y_si_se_avisaron_y_como_va_cada_canal(config):
    datos = alertas.guardadas(config)
    assert datos["vivas"] == [
        {"clave": "huecos:t1", "severidad": "error", "titulo": "t1: faltan días",
         "detalle": "el 2", "tienda": "t1", "desde": datos["en"], "que_hacer": "luigi …",
         "avisada_en": datos["en"]},
        {"clave": "disco:/", "severidad": "aviso", "titulo": "se llena", "detalle": "",
         "tienda": None, "desde": datos["en"], "que_hacer": "", "avisada_en": None},
    ]  # fmt: skip
    assert datos["canales"] == [
        {"canal": "guardia", "estado": "falla", "en": datos["en"], "error": "no contestó"}
    ]
    assert json.dumps(datos)


def test_en_la_terminal_caben_y_dicen_si_se_avisaron(config):
    cabeza, hueco, disco, canal = alertas.lineas(alertas.guardadas(config))
    assert cabeza.startswith("Alertas (2), según la ronda del ")
    assert hueco.startswith("  ✗ t1: faltan días (desde ")
    assert "avisada" in hueco
    assert "sin avisar" in disco
    assert canal == "  El canal guardia no tomó las últimas: no contestó"


def test_sin_ronda_no_hay_nada_que_decir(tmp_path):
    config = proyecto_con(tmp_path / "p", {"t1": {}}).config
    assert alertas.guardadas(config) is None
    assert alertas.lineas(None) == []
    memoria.escribir(config, memoria.Memoria(en=config.ahora().isoformat()))
    [linea] = alertas.lineas(alertas.guardadas(config))
    assert linea.startswith("Alertas: ninguna, según la ronda del ")
