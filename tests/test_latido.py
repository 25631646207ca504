"""El latido llega, o se sabe por qué no en pocos segundos y sin repetir su dirección."""

import base64
import time

import pytest
from urllib3 import exceptions

from fluxion_luigi import latido
from fluxion_luigi.latido import Momento, avisar
from tests.escuchas import CierraAlInstante, puerto_cerrado
from tests.vigilante import SECRETO, vigilando


@pytest.fixture(autouse=True)
def sin_proxy(monkeypatch):
    for nombre in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(nombre, raising=False)
        monkeypatch.delenv(nombre.upper(), raising=False)


def test_empieza_acaba_y_falla_en_las_rutas_de_siempre_con_su_frase():
    with vigilando() as v:
        assert [avisar(v.url, m, "Corrida de ñame: «ok»") for m in Momento] == [None, None, None]
    assert v.rutas == ["/start", "", "/fail"]
    assert {cuerpo for _, cuerpo in v.latidos} == {"Corrida de ñame: «ok»"}
    assert v.cabeceras[0]["Content-Type"] == "text/plain; charset=utf-8"


def test_el_sufijo_va_en_la_ruta_y_el_usuario_en_su_cabecera():
    with vigilando() as v:
        url = f" http://ana:cl%40ve@127.0.0.1:{v.puerto}/{SECRETO}/?rid=7#x "
        assert avisar(url, Momento.FALLO, "") is None
        assert avisar(url, Momento.EXITO, "") is None
    assert [r for r, _ in v.latidos] == [f"/{SECRETO}/fail?rid=7", f"/{SECRETO}/?rid=7"]
    credencial = v.cabeceras[0]["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(credencial) == b"ana:cl@ve"


def test_una_clave_con_cualquier_letra_llega_en_utf8():
    with vigilando() as v:
        url = f"http://ana:se%C3%B1al€@127.0.0.1:{v.puerto}/{SECRETO}"
        assert avisar(url, Momento.EXITO, "") is None
    credencial = v.cabeceras[0]["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(credencial).decode() == "ana:señal€"


def test_una_frase_larga_se_recorta_y_unas_letras_imposibles_no_lo_impiden():
    with vigilando() as v:
        assert avisar(v.url, Momento.EXITO, "\udcff" + "x" * 10_000) is None
    [(_, cuerpo)] = v.latidos
    assert 1900 < len(cuerpo) < 2100


def tropieza_una_vez(pedido, n):
    pedido.responder(503 if n == 1 else 200, b"OK")


def test_un_tropiezo_se_reintenta_una_vez():
    with vigilando(tropieza_una_vez) as v:
        assert avisar(v.url, Momento.EXITO, "") is None
    assert len(v.latidos) == 2


RESPUESTAS = {
    "roto": (lambda p, n: p.responder(500), 2, "HTTP 500"),
    "no_esta": (lambda p, n: p.responder(404), 1, "HTTP 404"),
    "no_lo_conoce": (lambda p, n: p.responder(200, b"OK (not found)"), 1, "no conoce"),
    "no_lo_cuenta": (lambda p, n: p.responder(200, b"OK (rate limited)"), 1, "no lo contó"),
    "se_mudo": (
        lambda p, n: p.responder(301, Location=f"http://otro.invalid/{SECRETO}"), 1, "HTTP 301",
    ),
    "cuelga": (lambda p, n: p.connection.close(), 2, "cortó la llamada"),
}  # fmt: skip


@pytest.mark.parametrize("caso", RESPUESTAS)
def test_lo_que_el_servidor_contesta_mal_se_dice(caso):
    conducta, llamadas, dicho = RESPUESTAS[caso]
    with vigilando(conducta) as v:
        motivo = avisar(v.url, Momento.EXITO, "")
    assert dicho in motivo
    assert SECRETO not in motivo
    assert len(v.latidos) == llamadas


def test_un_cuerpo_que_no_acaba_no_deshace_un_latido_que_llego():
    def a_medias(pedido, n):
        pedido.send_response(200)
        pedido.send_header("Content-Length", "1000")
        pedido.end_headers()
        pedido.wfile.write(b"OK")
        time.sleep(4)

    inicio = time.monotonic()
    with vigilando(a_medias) as v:
        assert avisar(v.url, Momento.EXITO, "") is None
    assert time.monotonic() - inicio < 3


@pytest.mark.parametrize("conducta", [lambda p, n: time.sleep(30), lambda p, n: p.gotear()])
def test_un_servidor_mudo_o_que_contesta_a_gotas_no_retiene_a_nadie(conducta, monkeypatch):
    monkeypatch.setattr(latido, "PLAZO", 1.0)
    inicio = time.monotonic()
    with vigilando(conducta) as v:
        assert avisar(v.url, Momento.EXITO, "") == "no contestó en 1 s"
    assert time.monotonic() - inicio < 3


def test_un_servidor_mudo_se_llama_dos_veces_y_el_plazo_alcanza_para_las_dos():
    with vigilando(lambda p, n: time.sleep(30)) as v:
        inicio = time.monotonic()
        assert avisar(v.url, Momento.EXITO, "").startswith("no contestó")
        assert time.monotonic() - inicio < latido.PLAZO + 2
    assert len(v.latidos) == 2


def test_quien_no_esta_o_no_habla_http_se_dice():
    assert avisar(f"http://127.0.0.1:{puerto_cerrado()}/x", Momento.EXITO, "") == (
        "no se pudo conectar"
    )
    with CierraAlInstante() as otro:
        assert "cortó" in avisar(f"http://127.0.0.1:{otro.puerto}/x", Momento.EXITO, "")
    with vigilando() as v:
        assert "TLS" in avisar(v.url.replace("http:", "https:"), Momento.EXITO, "")


def test_que_el_dns_no_lo_conozca_se_dice_sin_su_nombre():
    # Sin llamar a nadie: de un nombre que no existe se pregunta fuera de esta máquina.
    error = exceptions.NameResolutionError("vigilante.invalid", None, OSError("no such host"))
    dicho = latido._por_que(exceptions, exceptions.MaxRetryError(None, SECRETO, error))
    assert dicho == "el DNS no conoce ese servidor"


@pytest.mark.parametrize(
    ("url", "dicho"),
    [
        (f"127.0.0.1/{SECRETO}", "no empieza por https://"),
        (f"ftp://127.0.0.1/{SECRETO}", "no empieza por https://"),
        (f"https:///{SECRETO}", "no dice a qué servidor"),
        (f"http://127.0.0.1:puerto/{SECRETO}", "su puerto"),
        (f"http://[::1/{SECRETO}", "sus corchetes"),
        (f"http://127.0.0.1/{SECRETO} y algo", "un espacio"),
        (f"http://127.0.0.1/\n{SECRETO}", "no se ve"),
    ],
)
def test_una_direccion_mal_escrita_se_explica_sin_repetirla(url, dicho):
    motivo = avisar(url, Momento.EXITO, "")
    assert dicho in motivo
    assert motivo.startswith("FLUXION_LATIDO_URL ")
    assert SECRETO not in motivo


def test_un_servidor_con_un_nombre_imposible_se_dice_sin_repetirlo():
    assert avisar("http://mal..escrito/x", Momento.EXITO, "") == (
        "el nombre del servidor está mal escrito"
    )


def test_se_pasa_por_el_proxy_del_ambiente_menos_hacia_esta_maquina(monkeypatch):
    with vigilando() as proxy, vigilando() as v:
        monkeypatch.setenv("http_proxy", f"http://ana:clave@127.0.0.1:{proxy.puerto}")
        assert avisar(v.url, Momento.EXITO, "") is None
        assert avisar(f"http://vigilante.invalid/{SECRETO}", Momento.INICIO, "f") is None
        assert (v.rutas, len(proxy.latidos)) == ([""], 1)
        assert proxy.latidos == [(f"http://vigilante.invalid/{SECRETO}/start", "f")]
        assert proxy.cabeceras[0]["Proxy-Authorization"].startswith("Basic ")
    monkeypatch.setenv("http_proxy", "socks9://127.0.0.1:1")
    assert "proxy" in avisar("http://vigilante.invalid/x", Momento.EXITO, "")
