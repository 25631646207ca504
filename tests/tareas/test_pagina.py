"""La página del scheduler en un navegador: con una corrida en marcha, con un fallo y después."""

import json
import re
import shlex
import signal
import subprocess
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from fluxion_luigi import config
from fluxion_luigi.errores import ErrorDatos
from fluxion_luigi.tareas import pagina
from fluxion_luigi.tareas.historia import frase_de_muerte
from fluxion_luigi.tareas.tienda_mes import CargaVentas
from tests.capacidades import exigir
from tests.escuchas import esperar
from tests.luigid import Luigid, Propio
from tests.navegador import NAVEGAR, navegador
from tests.proyecto import LUIGI, cada_dia
from tests.rele import Rele

# Bytes: dentro de la tercera semana de 500 líneas por día. Las dos primeras llegan en un instante.
BUENA_PARTE = 1_300_000


@pytest.fixture
def cadena(en_postgresql, postgresql):
    """tienda_01 detrás de un relé, tienda_02 que se lee en el acto y tienda_03, que no está."""
    rele = Rele(postgresql.puerto)
    en_postgresql.tiendas["tienda_01"]["puerto"] = rele.puerto
    en_postgresql.ajustes |= {"conectividad_timeout": "20", "ventana_filas": "1"}
    en_postgresql.con_tienda("tienda_02", cada_dia("2025-03-01", "2025-03-31", 20))
    en_postgresql.con_tienda("tienda_03")
    en_postgresql.rele = rele
    yield en_postgresql
    rele.cerrar()


def preguntar(central: Luigid, que: str, **datos):
    pedido = urlencode({"data": json.dumps(datos)})
    with urlopen(f"http://127.0.0.1:{central.puerto}/api/{que}?{pedido}") as respuesta:
        return json.load(respuesta)["response"]


def tareas(central: Luigid) -> list[dict]:
    """Todas las que conoce, en el estado que sea."""
    return [
        tarea
        for estado in ("DONE", "FAILED", "RUNNING", "PENDING")
        for tarea in preguntar(central, "task_list", status=estado, upstream_status="").values()
    ]


@pytest.mark.postgresql
def test_quien_mira_la_pagina_sabe_como_va_que_fallo_y_que_hacer(cadena, tmp_path):
    exigir(NAVEGAR)
    with Propio(tmp_path / "luigid", cadena) as central, navegador() as web:
        cadena.rele.enmudecer(tras=BUENA_PARTE)
        lanzada = central.lanzar(
            cadena, "RangoVentas", "--desde", "2025-03", "--hasta", "2025-03", workers=3
        )
        lanzada.hasta_que_diga("tienda_02 2025-03: 620 filas")
        cadena.rele.esperar_silencio()
        raiz = next(t for t in tareas(central) if t["name"] == "RangoVentas")
        corrida = raiz["params"]["vez"].split()[1]
        esperar(lambda: preguntar(central, "task_list", status="FAILED", upstream_status=""))
        esperar(lambda: all(t["progress_percentage"] for t in tareas(central)
                            if t["status"] == "RUNNING"))  # fmt: skip

        # En marcha: qué se lee, cuánto va, y la corrida entera en la tarea que se pidió.
        web.lista(central.puerto)
        leyendo = web.fila("RUNNING", "ExtraccionVentas")
        assert "tienda=tienda_01, desde=2025-03-01, hasta=2025-03-31" in leyendo.inner_text()
        assert "False" not in leyendo.inner_text()
        mensaje, por_ciento = web.mensaje(leyendo)
        assert re.fullmatch(r"tienda_01 2025-03: \d+ de 31 días, [\d.]+ de 15\.500 filas", mensaje)
        assert 0 < int(por_ciento.strip().rstrip("%")) < 100
        web.lista(central.puerto)
        mensaje, por_ciento = web.mensaje(web.fila("RangoVentas"))
        assert "De 3 tienda(s)-mes van 1 cargada(s) (620 filas), 1 con fallo" in mensaje
        assert "✗ tienda_03 2025-03: tienda_03 (TIENDA_03, " in mensaje
        assert f"Reporte: {cadena.carpeta}/reportes/corrida_{corrida}.json" in mensaje
        assert por_ciento.strip() == "66%"
        web.lista(central.puerto)
        en_marcha = web.enlace(web.fila("RUNNING", "ExtraccionVentas"))
        assert f"Corrida {corrida}: 2025-03-01 a 2025-03-31" in en_marcha
        assert "van 1 cargada(s)" in en_marcha

        # El fallo: su frase entera a la vista, sin traza.
        web.lista(central.puerto)
        causa, _ = web.error(web.fila("FAILED", "ConectividadTienda", "tienda_03"))
        assert causa.endswith("tienda_03.sqlite. Revise «archivo» en el catálogo.")
        assert "Traceback" not in causa
        ancho = web.pagina.locator("#errorModal pre").first.evaluate(
            "e => e.scrollWidth - e.clientWidth"
        )
        assert ancho == 0, "la frase no cabe y se corta"

        # Después: desde cualquiera de sus tareas, el reporte dice cómo reintentar lo que falta.
        cadena.rele.hablar()
        assert lanzada.terminar().codigo == 30
        assert {t["tracking_url"] for t in tareas(central)} == {
            f"../../reportes/corrida_{corrida}"
        }  # fmt: skip
        web.lista(central.puerto)
        final = web.enlace(web.fila("UPSTREAM_FAILED", "RangoVentas"))
        assert "2 tienda(s)-mes cargada(s) (16.120 filas), 0 ya al día" in final
        assert "--desde 2025-03-01 --hasta 2025-03-31 --tiendas tienda_03" in final
        perdida = web.ir(f"http://127.0.0.1:{central.puerto}/reportes/corrida_20200101T000000Z-0")
        assert perdida.startswith("No hay reporte de la corrida 20200101T000000Z-0")
        assert web.fuera == []


def test_la_orden_que_ofrece_luigi_para_repetir_sirve_y_los_reportes_pueden_estar_en_otra_parte(
    dos_tiendas, tmp_path
):
    """Con el luigid de Luigi, que no sirve reportes: la tarea dice dónde está, sin enlace."""
    (tmp_path / "proyecto/pos/tienda_02.sqlite").write_bytes(b"no es SQLite" * 100)
    with Luigid(tmp_path / "luigid") as central:
        orden = ("RangoVentas", "--desde", "2025-03-01", "--hasta", "2025-03-02")
        assert central.luigi(dos_tiendas, *orden, FLUXION_MEMORIA_DUCKDB_MB="64").codigo == 30
        raiz = next(t for t in tareas(central) if t["name"] == "RangoVentas")
        assert raiz["tracking_url"] is None
        assert "Reporte: " in raiz["status_message"]
        [fallida] = preguntar(central, "task_list", status="FAILED", upstream_status="")
        dicho = preguntar(central, "fetch_error", task_id=fallida)
        assert "Traceback" not in json.loads(dicho["error"])
        opciones = [
            f"--{clave.replace('_', '-')} {json.dumps(valor)}"
            for clave, valor in dicho["taskParams"].items()
        ]
        repetir = f"luigi --module {dicho['taskModule']} {dicho['taskFamily']} {' '.join(opciones)}"
        hecho = subprocess.run(
            [LUIGI, *shlex.split(repetir)[1:], "--local-scheduler"], cwd=dos_tiendas.carpeta,
            env=dos_tiendas.entorno(), capture_output=True, text=True,
        )  # fmt: skip
        assert hecho.returncode == 30, hecho.stderr  # la orden se entiende; la tienda sigue mal

        url = "http://ejemplo.invalid/reportes/"
        central.luigi(dos_tiendas, *orden, "--recargar", FLUXION_URL_REPORTES=url)
        enlaces = {t["tracking_url"] for t in tareas(central)} - {None}
        corrida = dos_tiendas.reporte()["corrida"]
        assert enlaces == {f"{url}corrida_{corrida}.json"}


def test_un_proceso_que_murio_de_pronto_se_dice_en_palabras():
    dicho = "Task CargaVentas_tienda_01_abc died unexpectedly with exit code {}"
    assert "por SIGKILL. Suele ser el sistema, cuando falta memoria" in frase_de_muerte(
        dicho.format(-signal.SIGKILL)
    )
    assert "de pronto, con código 3." in frase_de_muerte(dicho.format(3))
    assert frase_de_muerte("tienda_01: no responde") is None
    muerta = {"status": "FAILED", "expl": json.dumps(dicho.format(3))}
    assert "died" not in pagina.explicar(muerta)["expl"]
    assert pagina.explicar({"status": "DONE", "expl": '""'}) == {"status": "DONE", "expl": '""'}


def test_una_carga_fallida_lleva_la_orden_que_la_repite(dos_tiendas, monkeypatch):
    monkeypatch.setattr(config, "actual", lambda: dos_tiendas.config)
    tarea = CargaVentas(tienda="tienda_01", desde="2025-03-01", hasta="2025-03-31")
    frase, orden = tarea.on_failure(ErrorDatos("Un valor no cabe.")).split("\n\n")
    assert frase == "Un valor no cabe."
    assert orden.endswith(" RangoVentas --desde 2025-03-01 --hasta 2025-03-31 --tiendas tienda_01")
