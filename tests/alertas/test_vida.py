"""La vida de una alerta: nueva, repetida, cambiada, acabada, vuelta; y lo que sabe cada canal."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from fluxion_luigi.alertas.memoria import Memoria
from fluxion_luigi.alertas.modelo import Alerta
from fluxion_luigi.alertas.vida import avanzar, dar_por_dichas, novedades, olvidar_canales

HUECO = Alerta("huecos:t1", "error", "faltan días", partes=("2025-03-01",), inmediata=True)
DISCO = Alerta("disco:/", "aviso", "se llena")


class Cadena:
    """Rondas seguidas, una por hora, con dos canales; cada una dice qué supo el que se pida."""

    def __init__(self, seguidas: int = 2):
        self.memoria, self.seguidas = Memoria(), seguidas
        self.ahora = datetime.fromisoformat("2025-03-10T06:00:00-04:00")

    def ronda(self, *alertas: Alerta | None, canales=("a",), **mas) -> list[tuple[str, str]]:
        """Las novedades del primer canal, que los nombrados toman. `None`: no se pudo mirar."""
        self.ahora += timedelta(hours=1)
        vistas = {} if alertas == (None,) else {"f": alertas}
        avanzar(self.memoria, vistas, self.ahora, self.seguidas)
        suyas = {c: novedades(self.memoria, c, "aviso", **mas) for c in canales or ("a",)}
        for c in canales:
            dar_por_dichas(self.memoria, c, suyas[c], self.ahora)
        n = next(iter(suyas.values()))
        return [
            (que, r.alerta.clave)
            for que, lista in (("+", n.nuevas), ("~", n.cambiadas), ("-", n.acabadas))
            for r in lista
        ]


def test_se_dice_una_vez_hasta_que_cambia_o_se_acaba_y_una_cuando_se_acaba_y_otra_si_vuelve():
    c = Cadena()
    assert c.ronda(HUECO) == [("+", "huecos:t1")]
    assert c.ronda(HUECO) == []
    crecio = replace(HUECO, partes=("2025-03-01", "2025-03-02"))
    assert c.ronda(crecio) == [("~", "huecos:t1")]
    assert c.ronda(crecio) == []
    assert c.ronda() == [("-", "huecos:t1")]
    assert c.ronda() == []
    assert c.ronda(HUECO) == [("+", "huecos:t1")]


def test_que_una_parte_se_vaya_no_es_noticia_y_que_vuelva_si():
    c, dos = Cadena(), replace(HUECO, partes=("1", "2"))
    c.ronda(dos)
    assert c.ronda(replace(HUECO, partes=("1",))) == []
    assert c.ronda(dos) == [("~", "huecos:t1")]


def test_que_empeore_es_un_cambio_y_que_mejore_no():
    c = Cadena(seguidas=1)
    assert c.ronda(DISCO) == [("+", "disco:/")]
    assert c.ronda(replace(DISCO, severidad="error")) == [("~", "disco:/")]
    assert c.ronda(DISCO) == []


def test_lo_que_va_y_viene_no_se_dice_hasta_verlo_las_veces_seguidas():
    c = Cadena(seguidas=2)
    for _ in range(3):
        assert c.ronda(DISCO) == []
        assert c.ronda() == []
    assert c.ronda(DISCO) == []
    assert c.ronda(DISCO) == [("+", "disco:/")]


def test_una_hora_rara_no_la_da_por_acabada():
    c = Cadena(seguidas=2)
    c.ronda(DISCO)
    c.ronda(DISCO)
    for _ in range(3):
        assert c.ronda() == []
        assert c.ronda(DISCO) == []
    assert c.ronda() == []
    assert c.ronda() == [("-", "disco:/")]


def test_no_poder_mirar_no_es_que_se_haya_acabado():
    c = Cadena()
    c.ronda(HUECO)
    assert [c.ronda(None) for _ in range(5)] == [[]] * 5
    assert c.ronda() == [("-", "huecos:t1")]


def test_sin_un_canal_que_la_tome_no_se_da_por_dicha():
    c = Cadena()
    assert c.ronda(HUECO, canales=()) == [("+", "huecos:t1")]
    assert c.ronda(HUECO, canales=()) == [("+", "huecos:t1")]
    assert c.ronda(HUECO) == [("+", "huecos:t1")]
    assert c.ronda(HUECO) == []


def test_lo_que_paso_y_se_acabo_sin_que_nadie_lo_supiera_se_dice_una_vez():
    c = Cadena()
    c.ronda(HUECO, canales=())
    assert c.ronda() == [("-", "huecos:t1")]
    assert c.ronda() == []
    assert c.memoria.acabadas == {}


def test_el_canal_que_fallo_la_recibe_despues_y_el_otro_no_la_repite():
    c = Cadena()
    assert c.ronda(HUECO, canales=("a",)) == [("+", "huecos:t1")]
    assert c.ronda(HUECO, canales=("b", "a")) == [("+", "huecos:t1")]
    assert c.ronda(HUECO, canales=("a", "b")) == []
    c.ronda(canales=("a",))
    assert c.ronda(canales=("b", "a")) == [("-", "huecos:t1")]
    assert c.memoria.acabadas == {}


def test_la_que_vuelve_antes_de_que_un_canal_supiera_su_fin_sigue_para_el():
    c = Cadena()
    c.ronda(HUECO, canales=("a", "b"))
    c.ronda(canales=("a",))
    assert c.ronda(HUECO, canales=("a", "b")) == [("+", "huecos:t1")]
    assert c.ronda(HUECO, canales=("b",)) == []


def test_un_hecho_que_ya_paso_se_dice_y_se_va_callado():
    c = Cadena()
    nueva = replace(HUECO, clave="nuevas:t1", sin_fin=True)
    assert c.ronda(nueva) == [("+", "nuevas:t1")]
    assert c.ronda() == []
    assert c.memoria.acabadas == {}


@pytest.mark.parametrize(("todo", "esperado"), [(False, [("+", "huecos:t1")]), (True, [])])
def test_en_silencio_esperan_los_avisos_y_si_se_pide_tambien_los_errores(todo, esperado):
    c = Cadena(seguidas=1)
    assert c.ronda(HUECO, DISCO, callado=True, todo=todo) == esperado
    assert ("+", "disco:/") in c.ronda(HUECO, DISCO)
    assert c.ronda(callado=True) == []
    assert len(c.ronda()) == 2


def test_un_canal_de_errores_no_recibe_avisos_ni_su_fin():
    c = Cadena(seguidas=1)
    avanzar(c.memoria, {"f": [HUECO, DISCO]}, c.ahora, 1)
    n = novedades(c.memoria, "guardia", "error")
    assert [r.alerta.clave for r in n.nuevas] == ["huecos:t1"]
    dar_por_dichas(c.memoria, "guardia", n, c.ahora)
    avanzar(c.memoria, {"f": []}, c.ahora, 1)
    n = novedades(c.memoria, "guardia", "error")
    assert [r.alerta.clave for r in n.acabadas] == ["huecos:t1"]


def test_de_un_canal_que_se_quita_no_se_espera_nada():
    c = Cadena()
    c.ronda(HUECO, canales=("a", "b"))
    c.ronda(canales=("a",))
    olvidar_canales(c.memoria, {"a"})
    assert c.memoria.acabadas == {}


def test_un_canal_caido_no_guarda_lo_acabado_para_siempre():
    c = Cadena()
    c.ronda(HUECO, canales=("a", "b"))
    c.ronda(canales=("a",))
    c.ahora += timedelta(days=31)
    c.ronda(None)
    assert c.memoria.acabadas == {}
