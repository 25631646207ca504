"""Una ronda: lo que ve, lo que recuerda de otra y lo que no la detiene."""

import pytest

from fluxion_luigi.alertas import fuentes, memoria, mensaje, reparto, ronda
from fluxion_luigi.alertas.modelo import Alerta, Registro
from fluxion_luigi.alertas.vida import Novedades, novedades
from fluxion_luigi.config.alertas import Canal
from tests.cadena import anotar, dias, proyecto_con

EN = "2025-03-10T06:00:00-04:00"


@pytest.fixture
def config(tmp_path):
    """Dos tiendas con datos de hace mucho; a una le falta un día."""
    config = proyecto_con(tmp_path / "p", {"t1": {}, "t2": {}}).config
    anotar(config, [f for f in dias("t1", "2025-06-01", "2025-06-05") if f[1].day != 3])
    return config


def vivas(config) -> dict[str, bool]:
    """Las que se recuerdan, y si están confirmadas."""
    return {c: r.confirmada for c, r in memoria.leer(config).registros.items()}


def test_lo_visto_se_recuerda_de_una_ronda_a_otra_y_simular_no_deja_nada(config):
    ronda.hacer(config, simular=True)
    assert vivas(config) == {}
    ronda.hacer(config)
    assert vivas(config) == {"huecos:t1": True, "sin_datos:t1": False, "sin_datos:t2": False}
    ronda.hacer(config)
    assert all(vivas(config).values())


def test_las_primeras_tiendas_no_son_nuevas_y_la_que_llega_despues_si(config):
    ronda.hacer(config)
    anotar(config, dias("t2", "2025-06-01", "2025-06-05"))
    ronda.hacer(config)
    assert "nuevas:t2" in vivas(config)
    assert "nuevas:t1" not in vivas(config)


def test_una_fuente_que_no_puede_mirar_no_calla_a_las_demas(config, monkeypatch, caplog):
    ronda.hacer(config)
    monkeypatch.setattr(fuentes, "_huecos", lambda *_: 1 / 0)
    monkeypatch.setattr(fuentes, "discos", lambda _: [Alerta("d", "error", "d", inmediata=True)])
    ronda.hacer(config)
    assert vivas(config)["huecos:t1"]  # no se supo: sigue como estaba
    assert vivas(config)["d"]
    assert "al mirar «huecos» para las alertas" in caplog.text


def test_con_la_base_danada_o_el_catalogo_roto_eso_es_la_alerta(config):
    config.ajustes.base.ruta.write_bytes(b"esto no es una base")
    hecha = ronda.hacer(config)
    estado = hecha.memoria.registros["estado"]
    assert "dañada" in estado.alerta.detalle
    config.ajustes.base.ruta.unlink()
    config.ajustes.catalogo.write_text("cadena = ")
    hecha = ronda.hacer(type(config)(config.ajustes))
    assert "tiendas.toml" in hecha.memoria.registros["estado"].alerta.detalle
    assert reparto.cadena(type(config)(config.ajustes)) == "p"


def test_de_un_canal_que_no_toma_nada_se_enteran_los_demas(config):
    recuerdo, canal = memoria.Memoria(), Canal("correo", "mailto://x")
    for _ in range(2):
        assert reparto.caidos(config, recuerdo) == []
        reparto.anotar(recuerdo, canal, "no contestó", config.ahora())
    [a] = reparto.caidos(config, recuerdo)
    assert (a.titulo, a.detalle) == ("El canal correo no toma las alertas", "no contestó")
    recuerdo.registros[a.clave] = Registro(a, "canales", a.desde, confirmada=True)
    assert len(novedades(recuerdo, "otro", "aviso").nuevas) == 1
    assert not novedades(recuerdo, "correo", "aviso")
    reparto.anotar(recuerdo, canal, None, config.ahora())
    assert reparto.caidos(config, recuerdo) == []


def test_un_mensaje_dice_que_paso_desde_cuando_y_que_hacer_y_no_crece_sin_fin():
    grave = Registro(Alerta("a", "error", "falta 1 día", "el 2", "recárguelo"), "f", EN)
    leve = Registro(Alerta("b", "aviso", "se llena"), "f", EN)
    vieja = Registro(Alerta("c", "error", "falló"), "f", EN, acabo="2025-03-11T07:30:00-04:00")
    n = Novedades([grave], [leve], [vieja])
    assert mensaje.titulo("prueba", n) == (
        "Fluxion, prueba: 1 alerta nueva, 1 que cambió, 1 resuelta"
    )
    assert mensaje.texto(n) == (
        "NUEVAS\n\n✗ falta 1 día\n  el 2\n  Desde: 2025-03-10 06:00\n  Qué hacer: recárguelo\n\n"
        "CAMBIARON\n\n! se llena\n  Desde: 2025-03-10 06:00\n\n"
        "SE RESOLVIERON\n\n✓ falló (pasó y se acabó antes de poder decirlo)\n"
        "  Desde 2025-03-10 06:00 hasta 2025-03-11 07:30"
    )
    muchas = mensaje.texto(Novedades(nuevas=[grave] * 100, cambiadas=[leve] * 3))
    assert muchas.count("falta 1 día") == mensaje.CITADAS
    assert "… y 60 más" in muchas
    assert "… y 3 más" in muchas
