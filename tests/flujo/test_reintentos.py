"""La paciencia con una tienda: cuánto se insiste y cuánto se espera a un servidor."""

import dataclasses
import logging
import time

import pytest

from fluxion_luigi.errores import (
    ErrorBase,
    ErrorConciliacion,
    ErrorOrigen,
    ErrorServidor,
    ErrorTiempo,
    ErrorTransitorio,
)
from fluxion_luigi.flujo.reintentos import Reintentos

# Un SQL Server que se reinicia: hasta qué segundo dice cada cosa.
REINICIO = [
    (1, ErrorTransitorio("se cortó")),
    (60, ErrorServidor("puerto cerrado")),
    (75, ErrorTransitorio("colgó sin decir nada")),
    (90, ErrorBase("aún no se abre")),
]


class Tienda:
    """Un servidor de mentira y su reloj: las pausas pasan sin esperar."""

    def __init__(self, monkeypatch, *fallos):
        self.ahora, self.intentos, self.fallos = 0.0, 0, fallos
        monkeypatch.setattr(time, "monotonic", lambda: self.ahora)
        monkeypatch.setattr(time, "sleep", self._pasar)

    def _pasar(self, segundos: float) -> None:
        self.ahora += segundos

    def pedir(self) -> str:
        self.intentos += 1
        for hasta, fallo in self.fallos:
            if self.ahora < hasta:
                raise fallo
        return "ventas"


@pytest.fixture
def ajustes(proyecto):
    """Los de siempre: los de las pruebas no esperan casi nada."""
    return dataclasses.replace(
        proyecto.config.ajustes, pausa_inicial=2.0, pausa_maxima=60.0, espera_servidor=120.0
    )


def test_un_servidor_que_se_reinicia_se_espera_minuto_y_medio(monkeypatch, ajustes, caplog):
    tienda = Tienda(monkeypatch, *REINICIO)
    with caplog.at_level(logging.WARNING, "fluxion.extraccion"):
        assert Reintentos(ajustes).insistir(tienda.pedir) == "ventas"
    assert 90 <= tienda.ahora < 105
    assert tienda.intentos < 20
    esperas = [m for m in caplog.messages if "se espera a que arranque" in m]
    quedan = [int(m.split("hasta ")[1].split(" s más")[0]) for m in esperas]
    assert len(quedan) > 5
    assert quedan == sorted(quedan, reverse=True)
    assert all("puerto cerrado" in m or "aún no" in m or "colgó" in m for m in esperas)


def test_al_que_no_vuelve_se_le_espera_lo_que_dicen_los_ajustes(monkeypatch, ajustes):
    tienda = Tienda(monkeypatch, (10_000, ErrorServidor("puerto cerrado")))
    with pytest.raises(ErrorServidor):
        Reintentos(ajustes).insistir(tienda.pedir)
    assert 120 <= tienda.ahora < 135


@pytest.mark.parametrize("fallo", [ErrorTransitorio("corte"), ErrorTiempo(), ErrorConciliacion()])
def test_lo_demas_se_intenta_las_veces_de_siempre(monkeypatch, ajustes, fallo):
    tienda = Tienda(monkeypatch, (10_000, fallo))
    with pytest.raises(type(fallo)):
        Reintentos(ajustes).insistir(tienda.pedir)
    assert tienda.intentos == 4
    assert tienda.ahora < 20


@pytest.mark.parametrize("fallo", [ErrorBase("no existe"), ErrorOrigen("clave mala")])
def test_lo_que_se_repetiria_no_se_insiste(monkeypatch, ajustes, fallo):
    tienda = Tienda(monkeypatch, (10_000, fallo))
    with pytest.raises(type(fallo)):
        Reintentos(ajustes).insistir(tienda.pedir)
    assert tienda.intentos == 1


def test_con_un_solo_intento_no_se_espera_a_nadie(monkeypatch, ajustes):
    tienda = Tienda(monkeypatch, *REINICIO[1:])
    with pytest.raises(ErrorServidor):
        Reintentos(dataclasses.replace(ajustes, intentos=1)).insistir(tienda.pedir)
    assert tienda.intentos == 1


def test_lo_que_se_puede_partir_no_agota_su_tiempo_cuatro_veces(monkeypatch, ajustes):
    tienda = Tienda(monkeypatch, (10_000, ErrorTiempo()))
    with pytest.raises(ErrorTiempo):
        Reintentos(ajustes).insistir(tienda.pedir, agotadas=2)
    assert tienda.intentos == 2
    with pytest.raises(ErrorTiempo):
        Reintentos(dataclasses.replace(ajustes, intentos=1)).insistir(tienda.pedir, agotadas=2)
    assert tienda.intentos == 3


def test_cada_pregunta_empieza_con_toda_la_paciencia(monkeypatch, ajustes):
    paciencia = Reintentos(ajustes)
    tienda = Tienda(monkeypatch, (100, ErrorServidor("puerto cerrado")))
    assert paciencia.insistir(tienda.pedir) == "ventas"
    tienda.fallos = ((200, ErrorServidor("puerto cerrado")),)
    assert paciencia.insistir(tienda.pedir) == "ventas"
    # Y una base que falta ya no se toma por un servidor que arranca.
    tienda.fallos, tienda.intentos = ((10_000, ErrorBase("no existe")),), 0
    with pytest.raises(ErrorBase):
        paciencia.insistir(tienda.pedir)
    assert tienda.intentos == 1
