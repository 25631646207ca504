"""Los ajustes de las alertas: qué canales hay, qué se les dice y a qué hora no."""

from datetime import time

import pytest

from fluxion_luigi.config.alertas import VARIABLE, Severidades, Silencios, canales
from fluxion_luigi.errores import ErrorConfiguracion


def nombrados(texto: str) -> list[tuple[str, str]]:
    return [(c.nombre, c.url) for c in canales({VARIABLE: texto})]


def test_las_direcciones_van_separadas_y_con_su_nombre_o_el_de_su_servicio():
    assert nombrados("") == []
    assert nombrados(" slack://a/b  guardia=mailto://x/?to=uno@x.invalid,dos@x.invalid ") == [
        ("slack", "slack://a/b"),
        ("guardia", "mailto://x/?to=uno@x.invalid,dos@x.invalid"),
    ]
    assert [n for n, _ in nombrados("json://a,json://b, x=ntfy://c json://d")] == [
        "json", "json-2", "x", "json-3",
    ]  # fmt: skip


def test_una_que_no_se_entiende_es_un_canal_que_falla_y_no_se_muestra():
    [canal] = canales({VARIABLE: "hooks.invalid/s3cr3t0"})
    assert (canal.nombre, canal.url) == ("canal", "")
    assert "s3cr3t0" not in repr(canales({VARIABLE: "json://s3cr3t0"}))


def test_la_severidad_y_el_silencio_son_de_todos_o_de_un_canal():
    s = Severidades.de_texto("aviso, guardia=error")
    assert (s.de("correo"), s.de("guardia")) == ("aviso", "error")
    h = Silencios.de_texto("22:00-06:00, guardia=nunca")
    assert h.calla("correo", time(5, 59))
    assert not h.calla("guardia", time(5, 59))
    assert Severidades.de_texto("") == Severidades()
    assert Silencios.de_texto("") == Silencios()


@pytest.mark.parametrize(
    ("horas", "dentro", "fuera"),
    [
        ("22:00-06:00", ["22:00", "23:59", "00:00", "05:59"], ["21:59", "06:00", "12:00"]),
        ("12:00-14:00", ["12:00", "13:59"], ["11:59", "14:00", "00:00"]),
        ("00:00-00:00", [], ["00:00", "12:00"]),
    ],
)
def test_las_horas_de_silencio_pueden_cruzar_la_medianoche(horas, dentro, fuera):
    s = Silencios.de_texto(horas)
    assert all(s.calla("x", time.fromisoformat(h)) for h in dentro)
    assert not any(s.calla("x", time.fromisoformat(h)) for h in fuera)


@pytest.mark.parametrize(
    ("clave", "valor", "frase"),
    [
        ("alertas_severidad", "grave", "debe ser aviso o error"),
        ("alertas_severidad", "=error", "no nombra un canal"),
        ("alertas_silencio", "22-6", "debe ser como 22:00-06:00"),
        ("alertas_silencio", "correo=25:00-06:00", "debe ser como 22:00-06:00"),
        ("alertas_seguidas", "0", "entre 1 y 100"),
        ("alertas_plazo", "nan", "entre 1 y 120"),
    ],
)
def test_lo_mal_escrito_se_dice(proyecto, clave, valor, frase):
    proyecto.ajustes[clave] = valor
    proyecto.escribir()
    with pytest.raises(ErrorConfiguracion, match=frase):
        _ = proyecto.config


def test_un_nombre_de_variable_mal_escrito_se_dice_sin_su_valor(proyecto, monkeypatch):
    monkeypatch.setenv("FLUXION_ALERTA_URLS", "json://s3cr3t0")
    with pytest.raises(ErrorConfiguracion, match="FLUXION_ALERTAS_URLS") as e:
        _ = proyecto.config
    assert "s3cr3t0" not in str(e.value)
