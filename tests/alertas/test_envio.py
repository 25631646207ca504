"""Un mensaje llega por el canal, o se sabe por qué no, a tiempo y sin nada secreto."""

import time

import pytest

from fluxion_luigi.alertas.envio import Carta, enviar
from fluxion_luigi.config.alertas import Canal
from tests.escuchas import Mudo, puerto_cerrado
from tests.receptores import CLAVE, correo, webhook, webhook_sin_certificado
from tests.vigilante import SECRETO


def mandar(url: str, plazo: float = 15) -> str | None:
    """Por qué no llegó, sin un secreto y sin tardar más que el plazo."""
    inicio = time.monotonic()
    carta = Carta(Canal("x", url), "Fluxion: ñandú", "✗ falta <un> día\n  ¿qué? & más")
    [motivo] = enviar([carta], plazo)
    assert time.monotonic() - inicio < plazo + 2
    for secreto in (SECRETO, CLAVE):
        assert secreto not in (motivo or "")
    return motivo


def test_llega_por_un_webhook_y_por_correo_letra_por_letra():
    with webhook() as w, correo() as c:
        assert mandar(w.url) is None
        assert mandar(c.url) is None
    [mensaje] = w.mensajes
    assert mensaje["title"] == "Fluxion: ñandú"
    assert mensaje["message"] == "✗ falta <un> día\n  ¿qué? & más"
    [carta] = c.cartas
    assert carta["Subject"] == "Fluxion: ñandú"
    assert "✗ falta <un> día\n  ¿qué? & más" in carta.get_content().replace("\r\n", "\n")


def test_lo_que_no_cabe_en_un_mensaje_va_en_varios():
    with webhook() as w:
        largo = "\udcff" + "x" * 40_000  # y una letra que no lo es
        assert enviar([Carta(Canal("x", w.url), "t", largo)], 15) == [None]
    assert sum(m["message"].count("x") for m in w.mensajes) == 40_000


def test_el_que_rechaza_dice_con_que():
    with webhook(lambda pedido, n: pedido.responder(500, SECRETO.encode())) as w:
        assert mandar(w.url) == "el servidor respondió HTTP 500"
    with correo(f"554 no se acepta {SECRETO}") as c:
        assert mandar(c.url) is not None


def test_el_lento_no_pasa_del_plazo():
    with webhook(lambda pedido, n: pedido.gotear()) as w:
        assert mandar(w.url, plazo=1.5) == "no contestó en 1.5 s"


def test_un_correo_mudo_no_pasa_del_plazo():
    with Mudo() as mudo:
        url = f"mailto://ana:{CLAVE}@127.0.0.1:{mudo.puerto}/?from=a@b.invalid&to=c@b.invalid"
        assert mandar(url, plazo=2) == "no contestó en 2 s"


def test_un_certificado_que_nadie_firmo_no_se_acepta(tmp_path):
    with webhook_sin_certificado(tmp_path) as w:
        assert mandar(w.url) == "su certificado no se pudo verificar"
    assert w.vigilante.latidos == []


def test_el_que_no_esta_se_dice():
    assert "no se pudo conectar" in mandar(f"json://127.0.0.1:{puerto_cerrado()}/{SECRETO}")


@pytest.mark.parametrize("url", ["", f"nada://{SECRETO}", f"json://a b/{SECRETO}", "slack://x"])
def test_una_direccion_que_no_se_entiende_se_dice_sin_repetirla(url):
    assert "FLUXION_ALERTAS_URLS no se entiende" in mandar(url)
