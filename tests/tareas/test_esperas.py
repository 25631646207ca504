"""Lo que otro tiene se espera diciendo quién lo tiene, y Ctrl-C termina la espera en el acto."""

import os
import pty
import re
import select
import signal
import subprocess
import time
from contextlib import nullcontext

import pytest
from tenacity import wait_fixed

from fluxion_luigi import espera, marcadores
from fluxion_luigi.destino.base import para_escribir
from fluxion_luigi.flujo import candados, carga, extraccion
from fluxion_luigi.marcadores import Marcador
from fluxion_luigi.periodos import Rango
from tests.capacidades import Capacidad, ejecutar, exigir
from tests.tareas.test_errores import en_manos_de_otro
from tests.tareas.test_historia import MARZO, correr, fallo_con

UN_DIA = ("RangoVentas", "--desde", "2025-03-01", "--hasta", "2025-03-01", "--tiendas", "tienda_01")
CONTENEDOR = ("unshare", "--pid", "--fork", "--mount-proc")
OTROS_PROCESOS = Capacidad("hacer otro espacio de procesos", lambda: ejecutar(*CONTENEDOR, "true"))


@pytest.fixture
def cargada(dos_tiendas):
    """Con una base y un marcador: ya al planear hay que mirar la base."""
    config = dos_tiendas.config
    with para_escribir(config):
        pass
    marcador = Marcador("tienda_01", "2025-03", "otra-base", {})
    marcadores.agregar(config.ajustes.marcadores, marcador, config.ajustes.base)
    return dos_tiendas


@pytest.fixture
def _ctrl_c_llega():
    """Unas pruebas corridas al fondo nacen sordas a Ctrl-C, y sus hijos también."""
    antes = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, antes)


def linea_con(proceso: subprocess.Popen, texto: str) -> str:
    """La primera línea de stderr que lo dice."""
    for linea in proceso.stderr:
        if texto in linea:
            return linea
    raise AssertionError(f"acabó sin decir «{texto}»")


@pytest.mark.usefixtures("_ctrl_c_llega")
@pytest.mark.parametrize("workers", [1, 2])
def test_se_dice_enseguida_quien_tiene_la_base_y_ctrl_c_no_espera_mas(cargada, workers):
    with en_manos_de_otro(cargada.base) as otro:
        corrida = cargada.lanzar(*MARZO, workers=workers, FLUXION_ESPERA_BASE="600")
        linea = linea_con(corrida, "Esperando la base")
        assert f"{cargada.base}, en uso por el proceso {otro.pid} (python" in linea
        assert re.search(r"Hasta 59\d s más; Ctrl-C", linea)
        inicio = time.monotonic()
        os.killpg(corrida.pid, signal.SIGINT)
        fuera, error = corrida.communicate(timeout=200)
        assert time.monotonic() - inicio < 100  # y no los diez minutos
    assert corrida.returncode != 0
    assert "Traceback" not in fuera + error
    assert "Esperando" not in error
    assert "Interrumpida por SIGINT" in fuera
    assert cargada.reporte()["interrumpida_por"] == "SIGINT"


def test_en_una_terminal_la_espera_cuenta_hacia_atras_en_una_linea(cargada):
    nuestra, suya = pty.openpty()
    with en_manos_de_otro(cargada.base, segundos=300) as otro:
        corrida = subprocess.Popen(
            cargada.orden(*UN_DIA), cwd=cargada.carpeta, stderr=suya, stdout=subprocess.PIPE,
            env=cargada.entorno(FLUXION_ESPERA_BASE="300"),
        )  # fmt: skip
        os.close(suya)
        visto, quedan = b"", []
        while corrida.poll() is None or select.select([nuestra], [], [], 0)[0]:
            if select.select([nuestra], [], [], 0.1)[0]:
                try:
                    visto += os.read(nuestra, 4096)
                except OSError:  # se cerró el otro lado
                    break
            quedan = re.findall(rb"\r\x1b\[KQuedan (\d+) s: esperando la base ", visto)
            if len(quedan) >= 2:
                otro.kill()
        corrida.communicate()
    os.close(nuestra)
    assert corrida.returncode == 0
    assert len(quedan) >= 2, visto
    assert quedan == sorted(quedan, key=int, reverse=True)
    assert b"Ya no hay que esperar la base" in visto


def test_una_base_en_manos_de_otro_contenedor_se_dice_asi(cargada):
    exigir(OTROS_PROCESOS)
    with en_manos_de_otro(cargada.base) as otro:
        salida = correr(cargada, *CONTENEDOR, workers=1, FLUXION_ESPERA_BASE="1")
    fallo_con(cargada, salida, "otro contenedor u otra máquina", codigo=35)
    assert str(otro.pid) not in salida.error
    assert "proceso 0" not in salida.error


def test_una_tienda_tomada_se_dice_y_si_otra_corrida_la_cargo_se_cuenta(dos_tiendas, monkeypatch):
    """Dos órdenes que se cruzan: la segunda no dice que cargó cero filas."""
    config, tienda = dos_tiendas.config, dos_tiendas.tienda("tienda_01")
    marzo = Rango.de_texto("20250301-20250331")
    with candados.candado_de(config, tienda):
        corrida = dos_tiendas.lanzar(*MARZO, "--tiendas", "tienda_01")
        linea = linea_con(corrida, "Esperando tienda_01")
        assert f"en uso por el proceso {os.getpid()} " in linea
        # La otra corrida, que es este proceso: el candado ya lo tiene.
        monkeypatch.setattr(extraccion, "candado_de", lambda *_: nullcontext())
        extraccion.extraer(config, tienda, marzo, lambda _: None)
        carga.cargar(config, tienda, marzo, "la-otra", aceptar_vacios=False, avanzo=lambda *_: None)
    fuera, error = corrida.communicate(timeout=60)
    assert corrida.returncode == 0, error
    assert (
        "✓ tienda_01 2025-03: ya la cargó otra corrida (la-otra) mientras ésta esperaba: 6 "
        "día(s), 720 filas"
    ) in error
    assert "0 tienda(s)-mes cargada(s) (0 filas), 1 ya al día" in fuera
    [mes] = dos_tiendas.reporte()["detalle"]
    assert (mes["estado"], mes["cargada_por"], mes["filas"]) == ("al_dia", ["la-otra"], None)


def test_donde_no_hay_terminal_la_espera_dice_una_linea_por_minuto(caplog, monkeypatch):
    monkeypatch.setattr(espera, "CALLADOS", 0.05)
    monkeypatch.setattr(espera, "CADA", 0.3)
    monkeypatch.setattr(espera, "pausa_creciente", lambda **_: wait_fixed(0.05))
    empezo = time.monotonic()

    def fijas() -> list[str]:
        return [r.getMessage() for r in caplog.records if getattr(r, "fijo", False)]

    def intentar():
        if len(fijas()) < 2:
            raise BlockingIOError
        return "ya"

    with caplog.at_level("INFO", "fluxion.espera"):
        dicho = espera.insistir(
            intentar, lambda e: isinstance(e, BlockingIOError), 100, "la base", lambda _: "alguien"
        )
    assert dicho == "ya"
    assert len(fijas()) == 2
    assert time.monotonic() - empezo >= 2 * 0.3, "dijo más de una por minuto"
    assert re.match(r"Esperando la base, en uso por alguien: quedan \d+ s\.", fijas()[0])


def test_lo_que_tiene_otra_tarea_de_la_misma_corrida_se_espera_callando(caplog, monkeypatch):
    monkeypatch.setattr(espera, "CALLADOS", 0.05)
    monkeypatch.setattr(espera, "pausa_creciente", lambda **_: wait_fixed(0.05))
    for propio, dicho in ((True, 0), (False, 1)):
        caplog.clear()
        with caplog.at_level("INFO", "fluxion.espera"), pytest.raises(BlockingIOError):
            espera.insistir(
                lambda: (_ for _ in ()).throw(BlockingIOError()), lambda _: True, 0.3, "la base",
                lambda _: "alguien", lambda _, propio=propio: propio,
            )  # fmt: skip
        assert sum("en uso por" in r.getMessage() for r in caplog.records) == dicho
