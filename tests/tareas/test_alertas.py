"""Lo que va mal se le dice a alguien, una vez, y decirlo no cambia ninguna corrida."""

import subprocess
import sys
import threading
import time

import duckdb
import psutil
import pytest

from tests import reloj
from tests.cadena import anotar, dias
from tests.capacidades import exigir
from tests.proyecto import RAIZ, Proyecto, Salida, cada_dia
from tests.receptores import Webhook, webhook
from tests.tareas.test_errores import MONTAR, montado
from tests.vigilante import SECRETO

MARZO = ("RangoVentas", "--desde", "2025-03-01", "--hasta", "2025-03-03")
FALLO = "Fluxion, prueba: 1 alerta nueva"


@pytest.fixture
def una(proyecto) -> Proyecto:
    """Una tienda que vendió unos días. Sólo se dice lo que no puede ir y venir."""
    proyecto.ajustes["alertas_seguidas"] = "100"
    return proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-05", 10))


@pytest.fixture
def con_hueco(una) -> Proyecto:
    """A la tienda le falta el 2 de marzo."""
    anotar(una.config, [*dias("tienda_01", "2025-03-01", "2025-03-01"),
                        *dias("tienda_01", "2025-03-03", "2025-03-03")])  # fmt: skip
    return una


def por(proyecto: Proyecto, *webhooks: Webhook) -> Proyecto:
    """El proyecto, con esos canales en su `.env`."""
    (proyecto.carpeta / ".env").write_text(
        f'FLUXION_ALERTAS_URLS="{" ".join(w.url for w in webhooks)}"\n'
    )
    return proyecto


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
def sin_tienda(una) -> Proyecto:
    """La tienda no contesta: su archivo no existe. Es la corrida que menos cuesta que falle."""
    (una.carpeta / "pos" / "tienda_01.sqlite").unlink()
    return una


def test_la_corrida_que_falla_o_que_no_empieza_se_dice_una_vez_y_otra_cuando_se_arregla(una):
    una.con_tienda("tienda_02")  # su archivo no existe
    with webhook() as w:
        salida = por(una, w).luigi(*MARZO)
        assert salida.codigo == 30, salida.todo
        assert "Alertas dichas por: json." in salida.error
        [mensaje] = w.mensajes
        assert mensaje["title"] == FALLO
        for dicho in ("✗ RangoVentas falló", "tienda_02", "NO ALCANZABLE", "Desde: ",
                      "Qué hacer: luigi --module fluxion_luigi RangoVentas"):  # fmt: skip
            assert dicho in mensaje["message"]
        ronda = una.luigi("AlertasVentas")
        assert (ronda.codigo, len(w.mensajes)) == (0, 1), ronda.todo
        assert "✗ RangoVentas falló" in ronda.fuera
        (una.carpeta / "tiendas.toml").write_text("cadena = ")
        assert una.luigi(*MARZO).codigo == 40
        assert "✗ RangoVentas no empezó" in w.mensajes[1]["message"]
        assert "tiendas.toml" in w.mensajes[1]["message"]
        una.con_tienda("tienda_02", cada_dia("2025-03-01", "2025-03-03", 7))
        salida = una.luigi(*MARZO, workers=2)
    assert salida.codigo == 0, salida.todo
    assert "2 resueltas" in w.titulos[2]
    for dicho in ("✓ RangoVentas falló", "✓ RangoVentas no empezó",
                  "tienda_02 (TIENDA_02): tienda nueva"):  # fmt: skip
        assert dicho in w.mensajes[2]["message"]
    assert len(w.mensajes) == 3
    exigir_secreta(una, salida)


def test_sin_canales_la_corrida_no_mira_nada_y_simular_dice_que_se_sabria(sin_tienda):
    salida = sin_tienda.luigi(*MARZO)
    assert salida.codigo == 30
    assert "lerta" not in salida.todo
    assert not (sin_tienda.carpeta / "reportes" / "alertas.json").exists()
    simulada = sin_tienda.luigi("AlertasVentas", "--simular")
    assert "ponga los canales en FLUXION_ALERTAS_URLS" in simulada.fuera
    assert "✗ RangoVentas falló" in simulada.fuera


def test_un_canal_que_cuelga_no_cambia_la_corrida_y_se_intenta_otra_vez(una):
    una.ajustes["alertas_plazo"] = "4"
    una.con_tienda("tienda_02")

    procesos, suelta = [], threading.Event()

    def cuelga_una_vez(pedido, n):
        procesos.extend(f"{p.info['cmdline']}" for p in psutil.process_iter(["cmdline"]))
        if n == 1:
            suelta.wait(60)
        pedido.responder(200)

    with webhook(cuelga_una_vez) as malo, webhook() as bueno:
        salida = por(una, malo, bueno).luigi(*MARZO)
        assert salida.codigo == 30, salida.todo
        assert una.reporte()["tiendas_mes"]["cargada"] == 1
        assert "El canal json no tomó las alertas: no contestó en 4 s" in salida.error
        assert "Alertas dichas por: json-2." in salida.error
        suelta.set()
        ronda = una.luigi("AlertasVentas")
        assert ronda.codigo == 0, ronda.todo
    assert (malo.titulos, bueno.titulos) == ([FALLO, FALLO], [FALLO])
    assert [p for p in procesos if "fluxion_luigi.alertas.envio" in p]
    assert [p for p in procesos if SECRETO in p] == []


def test_si_ningun_canal_la_toma_alertasventas_lo_dice_y_sale_con_error(con_hueco):
    with webhook(lambda pedido, n: pedido.responder(403)) as w:
        salida = por(con_hueco, w).luigi("AlertasVentas")
        assert salida.codigo == 30, salida.todo
        assert "json: el servidor respondió HTTP 403" in salida.error
        assert "(desde" in salida.fuera
        assert "sin avisar" in salida.fuera
    exigir_secreta(con_hueco, salida)


def test_dos_a_la_vez_la_mandan_una_sola_vez(con_hueco):
    def piensa(pedido, n):
        time.sleep(1)
        pedido.responder(200)

    with webhook(piensa) as w:
        por(con_hueco, w)
        juntas = [con_hueco.lanzar("AlertasVentas", "--no-lock") for _ in range(2)]
        dichos = ["".join(p.communicate(timeout=60)) for p in juntas]
    assert [p.returncode for p in juntas] == [0, 0], dichos
    assert w.titulos == [FALLO]
    assert "falta 1 día" in w.mensajes[0]["message"]


def test_la_que_murio_la_cuenta_la_siguiente_una_sola_vez(una):
    with webhook() as w:
        por(una, w)
        orden = una.orden(*MARZO)[3:]
        muerta = subprocess.run(
            [sys.executable, "-m", "tests.muere", "antes_del_commit", "--", *orden],
            cwd=una.carpeta, env=una.entorno(PYTHONPATH=str(RAIZ)), start_new_session=True,
            capture_output=True,
        )  # fmt: skip
        assert (muerta.returncode, w.mensajes) == (-9, [])
        salida = una.luigi(*MARZO)
        assert (salida.codigo, w.titulos) == (0, [FALLO]), salida.todo
        assert "✗ RangoVentas murió sin despedirse" in w.mensajes[0]["message"]
        una.luigi("AlertasVentas")
    assert len(w.mensajes) == 1


def test_con_la_base_tomada_se_dice_quien_la_tiene(con_hueco):
    con_hueco.ajustes["espera_base"] = "0.2"
    con_hueco.escribir()
    with webhook() as w, duckdb.connect(str(con_hueco.base)):
        salida = por(con_hueco, w).luigi(*MARZO)
    assert salida.codigo != 0
    assert w.titulos == [FALLO], salida.todo
    assert "✗ RangoVentas falló" in w.mensajes[0]["message"]
    assert "ventas.duckdb la tiene" in w.mensajes[0]["message"]


def test_una_verificacion_que_falla_tambien_se_lo_dice_a_alguien_y_luego_que_ya_no(con_hueco):
    con_hueco.ajustes["espera_base"] = "0.2"
    con_hueco.escribir()
    with webhook() as w:
        por(con_hueco, w)
        with duckdb.connect(str(con_hueco.base)):
            assert con_hueco.luigi("VerificarCalidad").codigo == 30
        [mensaje] = w.mensajes
        for dicho in ("✗ VerificarCalidad falló", "ventas.duckdb la tiene"):
            assert dicho in mensaje["message"]
        assert con_hueco.luigi("VerificarCalidad", workers=2).codigo == 0
        assert "✓ VerificarCalidad falló" in w.mensajes[1]["message"]
        # Lo que pide mal una persona no es noticia.
        nada = ("--desde", "2020-01", "--hasta", "2020-01")
        assert con_hueco.luigi("VerificarCalidad", *nada).codigo == 30
        (con_hueco.carpeta / "tiendas.toml").write_text("cadena = ")
        assert con_hueco.luigi("VerificarIntegridad", "--reparar").codigo == 40
        assert "✗ VerificarIntegridad no empezó" in w.mensajes[2]["message"]
        con_hueco.escribir()
        salida = con_hueco.luigi("VerificarIntegridad")
    assert salida.codigo == 30, salida.todo
    for dicho in ("✗ VerificarIntegridad falló", "sin remediar", "los datos no cuadran",
                  "✓ VerificarIntegridad no empezó"):  # fmt: skip
        assert dicho in w.mensajes[3]["message"]
    assert len(w.mensajes) == 4


def test_con_luigi_cfg_mal_tambien_se_dice_y_lo_que_escribe_mal_una_persona_no(una):
    una.ajustes["chunk_filas"] = "muchas"
    una.escribir()
    with webhook() as w:
        salida = por(una, w).luigi(*MARZO)
        assert salida.codigo == 40
        assert w.titulos == ["Fluxion, sin configuración: 1 alerta nueva"]
        assert "chunk_filas = muchas" in w.mensajes[0]["message"]
        del una.ajustes["chunk_filas"]
        una.escribir()
        assert una.luigi(*MARZO, "--tiendas", "tienda_99").codigo == 40
    assert len(w.mensajes) == 1


def test_con_el_disco_de_los_reportes_lleno_se_dice_igual(sin_tienda):
    exigir(MONTAR)
    carpeta = sin_tienda.carpeta / "reportes"
    carpeta.mkdir()
    with webhook() as w, montado(carpeta, "4k"):
        (carpeta / "relleno").write_bytes(b"x" * 4096)
        salida = por(sin_tienda, w).luigi(*MARZO)
    assert salida.codigo == 30, salida.todo
    assert "✗ RangoVentas falló" in w.mensajes[0]["message"]
    assert "quizá se repita" in salida.error
    assert "Traceback" not in salida.todo


def test_las_horas_de_silencio_cruzan_la_medianoche_y_lo_callado_se_dice_despues(con_hueco):
    con_hueco.ajustes |= {"alertas_silencio": "22:00-06:00", "alertas_silencio_errores": "1"}
    con_hueco.escribir()
    with webhook() as w:
        por(con_hueco, w)
        ronda = reloj.correr(con_hueco, "2025-03-05 00:30:00", "AlertasVentas")
        assert (ronda.codigo, w.mensajes) == (0, []), ronda.todo
        assert "falta 1 día" in ronda.fuera
        reloj.correr(con_hueco, "2025-03-05 06:30:00", "AlertasVentas")
    assert w.titulos == [FALLO]
    assert "Desde: 2025-03-05 00:30" in w.mensajes[0]["message"]


def test_simular_muestra_lo_que_se_mandaria_y_probar_manda_una_prueba(con_hueco):
    with webhook() as w:
        simulada = por(con_hueco, w).luigi("AlertasVentas", "--simular")
        assert (simulada.codigo, w.mensajes) == (0, []), simulada.todo
        assert f"--- A json: {FALLO}" in simulada.fuera
        assert "dichas" not in simulada.todo
        assert "falta 1 día" in simulada.fuera
        assert not (con_hueco.carpeta / "reportes" / "alertas.json").exists()
        prueba = con_hueco.luigi("AlertasVentas", "--probar")
    assert "json: tomó el mensaje de prueba" in prueba.fuera
    assert w.titulos == ["Fluxion, prueba: prueba de las alertas"]
