"""Una corrida se le anuncia a quien la vigila, y que no se pueda no la cambia en nada."""

import os
import signal
import threading

import pytest

from tests.escuchas import esperar
from tests.proyecto import Proyecto, Salida, cada_dia
from tests.vigilante import SECRETO, vigilando

MARZO = ("RangoVentas", "--desde", "2025-03-01", "--hasta", "2025-03-03")


def correr(proyecto: Proyecto, url: str, *orden: str, workers: int = 1) -> Salida:
    """La orden, con esa dirección de latido en el ambiente."""
    return proyecto.luigi(*(orden or MARZO), workers=workers, FLUXION_LATIDO_URL=url)


def exigir_secreta(proyecto: Proyecto, salida: Salida) -> None:
    """La dirección no quedó en la salida ni en ningún archivo del proyecto."""
    assert SECRETO not in salida.todo
    con_ella = [
        str(p)
        for p in proyecto.carpeta.rglob("*")
        if p.is_file() and p.name != ".env" and SECRETO.encode() in p.read_bytes()
    ]
    assert con_ella == []


@pytest.fixture
def una_tienda(proyecto):
    return proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-05", 10))


def test_se_anuncia_una_vez_que_empieza_y_una_que_acaba_con_su_frase(una_tienda):
    with vigilando() as v:
        (una_tienda.carpeta / ".env").write_text(f"FLUXION_LATIDO_URL={v.url}\n")
        simulada = una_tienda.luigi(*MARZO, "--simular")
        assert (simulada.codigo, v.latidos) == (0, [])
        salida = una_tienda.luigi(*MARZO, workers=2)
    assert salida.codigo == 0, salida.todo
    assert v.rutas == ["/start", ""]
    (_, empieza), (_, acaba) = v.latidos
    reporte = una_tienda.reporte()
    assert empieza.startswith(f"Corrida {reporte['corrida']}. Ventas de 2025-03-01 a 2025-03-03")
    assert "1 tienda(s)-mes cargada(s) (30 filas)" in acaba
    assert [(x["aviso"], x["enviado"], x["motivo"]) for x in reporte["latido"]] == [
        ("inicio", True, None), ("exito", True, None),
    ]  # fmt: skip
    assert "latido" not in salida.todo
    exigir_secreta(una_tienda, salida)


def test_un_fallo_se_anuncia_con_la_tienda_que_falta(una_tienda):
    una_tienda.con_tienda("tienda_02")  # su archivo no existe
    with vigilando() as v:
        salida = correr(una_tienda, v.url, "IncrementoDiario", "--fecha", "2025-03-03")
        assert salida.codigo == 30, salida.todo
        assert v.rutas == ["/start", "/fail"]
        assert "Faltan: tienda_02" in v.latidos[1][1]
        assert una_tienda.reporte()["latido"][1]["aviso"] == "fallo"
        una_tienda.base.write_bytes(b"esto no es una base de DuckDB")
        salida = correr(una_tienda, v.url, "IncrementoDiario", "--fecha", "2025-03-04")
        assert salida.codigo == 35, salida.todo
        assert v.rutas[-1] == "/fail"
        assert "Faltan: tienda_01, tienda_02" in v.latidos[-1][1]
        # Sin catálogo no hay ni corrida que lo cuente.
        (una_tienda.carpeta / "tiendas.toml").write_text("cadena = ")
        salida = correr(una_tienda, v.url, "IncrementoDiario")
    assert salida.codigo == 40, salida.todo
    assert "tiendas.toml" in salida.error
    assert "Traceback" not in salida.todo
    assert v.rutas == ["/start", "/fail", "/start", "/fail", "/fail"]
    assert "La corrida no empezó" in v.latidos[-1][1]


@pytest.mark.parametrize(
    ("archivo", "texto"), [("tiendas.toml", "cadena ="), ("luigi.cfg", "[fluxion]\nintentos = x\n")]
)
def test_la_que_no_llega_a_empezar_se_anuncia_como_fallo(una_tienda, archivo, texto):
    (una_tienda.carpeta / archivo).write_text(texto)
    with vigilando() as v:
        (una_tienda.carpeta / ".env").write_text(f"FLUXION_LATIDO_URL={v.url}\n")
        assert una_tienda.luigi(*MARZO, "--simular").codigo == 40
        assert una_tienda.luigi("EstadoVentas").codigo != 0
        assert v.latidos == []
        salida = una_tienda.luigi(*MARZO)
    assert salida.codigo == 40, salida.todo
    assert v.rutas == ["/fail"]
    assert v.latidos[0][1].startswith("La corrida no empezó (configuracion)")
    exigir_secreta(una_tienda, salida)


def test_un_vigilante_roto_no_cambia_la_corrida_y_se_dice_una_vez(una_tienda):
    with vigilando(lambda pedido, n: pedido.responder(500)) as v:
        salida = correr(una_tienda, v.url)
    assert salida.codigo == 0, salida.todo
    assert salida.error.count("El latido (inicio) no llegó: el servidor respondió HTTP 500") == 1
    assert salida.error.count("latido") == 1
    assert [x["enviado"] for x in una_tienda.reporte()["latido"]] == [False, False]
    exigir_secreta(una_tienda, salida)
    mal_escrita = correr(una_tienda, f"hc.invalid/{SECRETO}")
    assert mal_escrita.codigo == 0
    assert "FLUXION_LATIDO_URL no empieza por https://" in mal_escrita.error
    exigir_secreta(una_tienda, mal_escrita)
    assert una_tienda.cargado() == una_tienda.en_origen("2025-03-01", "2025-03-03")


def test_la_que_mandan_terminar_se_anuncia_como_fallo_aunque_aun_esperara_al_vigilante(una_tienda):
    terminada = threading.Event()

    def piensa(pedido, n):
        terminada.wait(4)  # un latido no espera más de cinco segundos
        pedido.responder(200, b"OK")

    with vigilando(piensa) as v:
        proceso = una_tienda.lanzar(*MARZO, FLUXION_LATIDO_URL=v.url)
        esperar(lambda: v.latidos)
        os.killpg(proceso.pid, signal.SIGTERM)
        terminada.set()
        dicho = "".join(proceso.communicate(timeout=60))
    assert proceso.returncode == 143, dicho
    assert v.rutas == ["/start", "/fail"]
    assert "Interrumpida por SIGTERM" in v.latidos[1][1]
    assert "Faltan: tienda_01" in v.latidos[1][1]
