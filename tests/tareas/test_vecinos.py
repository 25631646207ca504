"""Lado a lado: varias órdenes y varios proyectos bajo un luigid que también se cae."""

import shutil
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from fluxion_luigi.flujo.candados import candado_de
from tests.escuchas import esperar, puerto_cerrado
from tests.luigid import Luigid
from tests.proyecto import Proyecto

MARZO = ("RangoVentas", "--desde", "2025-03", "--hasta", "2025-03")
ABRIL = ("RangoVentas", "--desde", "2025-04-01", "--hasta", "2025-04-15")
UNA = ("--tiendas", "tienda_01")


@pytest.fixture
def central(tmp_path):
    """Un luigid arrancado en otra carpeta: no conoce el luigi.cfg del proyecto."""
    with Luigid(tmp_path / "luigid") as luigid:
        yield luigid


def la_que_lee(proyecto: Proyecto) -> str:
    """La tarea que lee una tienda: con un lago, la misma que carga."""
    return "CargaVentas" if proyecto.en_lago else "ExtraccionVentas"


@contextmanager
def leyendo(proyecto: Proyecto, luigid: Luigid, *orden: str, **mas):
    """Una orden que no acaba de leer tienda_01 mientras dure el contexto."""
    with candado_de(proyecto.config, proyecto.tienda("tienda_01")):
        lanzada = luigid.lanzar(proyecto, *orden, **mas)
        esperar(lambda: luigid.corriendo() == [la_que_lee(proyecto)])
        yield lanzada


def test_dos_ordenes_para_una_tienda_esperan_su_turno_y_dicen_a_quien(
    dos_tiendas, central, tmp_path
):
    """La segunda es de otro proyecto, que a esa tienda la llama de otro modo."""
    lectora = la_que_lee(dos_tiendas)
    otro = Proyecto(tmp_path / "otro").con_tienda("caja_9")
    otro.tiendas["caja_9"]["archivo"] = dos_tiendas.tiendas["tienda_01"]["archivo"]
    otro.escribir()
    with leyendo(dos_tiendas, central, *MARZO, *UNA) as primera:
        segunda = central.lanzar(otro, *ABRIL)
        segunda.hasta_que_diga(f"Esperando turno para caja_9 2025-04: la tiene {lectora} ")
        apurada = central.luigi(dos_tiendas, *ABRIL, *UNA, FLUXION_ESPERA_TIENDA="1")
        assert apurada.codigo == 25, apurada.todo
        assert f"Pasaron 1 s esperando turno: la tiene {lectora}" in apurada.error
        [mes] = dos_tiendas.reporte()["detalle"]
        assert mes["clase_error"] == "ocupado"
        assert f"(proceso {primera.pid} en " in mes["error"]
    for orden in (primera, segunda):
        salida = orden.terminar()
        assert salida.codigo == 0, salida.todo
    assert {t for t, _ in otro.cargado()} == {"caja_9"}
    assert len(otro.cargado()) == 15
    assert len(dos_tiendas.cargado()) == 31


@pytest.mark.parametrize("de_golpe", [False, True], ids=["guardando", "olvidando"])
def test_luigid_se_reinicia_en_medio_y_la_corrida_sigue_hasta_el_final(
    dos_tiendas, central, de_golpe
):
    with leyendo(dos_tiendas, central, *MARZO, *UNA) as corrida:
        central.parar(de_golpe=de_golpe)
    # Lo que leía acaba mientras no hay a quién decírselo.
    corrida.hasta_que_diga("dejó de contestar")
    central.arrancar()
    salida = corrida.terminar()
    assert salida.codigo == 0, salida.todo
    assert ("se reinició" in salida.todo) == de_golpe
    assert "Traceback" not in salida.todo
    origen = dos_tiendas.en_origen("2025-03-01", "2025-03-31")
    assert dos_tiendas.cargado() == {k: v for k, v in origen.items() if k[0] == "tienda_01"}


def test_un_luigid_que_no_vuelve_se_espera_un_tiempo_y_se_dice(dos_tiendas, central):
    with leyendo(dos_tiendas, central, *MARZO, FLUXION_ESPERA_SCHEDULER="1") as corrida:
        central.parar(de_golpe=True)
    salida = corrida.terminar()
    assert salida.codigo == 40, salida.todo
    assert "No responde el scheduler central" in salida.todo
    assert "Traceback" not in salida.todo


def test_lo_que_falla_en_un_proyecto_no_le_pasa_al_otro(dos_tiendas, central, tmp_path):
    """La misma orden, a la vez, en dos copias del proyecto; en una faltan las tiendas."""
    otro = Proyecto(tmp_path / "otro").con_tienda("tienda_01").con_tienda("tienda_02")
    sin_tiendas, completa = (central.lanzar(p, *MARZO, workers=3) for p in (otro, dos_tiendas))
    salida = sin_tiendas.terminar()
    assert salida.codigo == 30, salida.todo
    assert "Esperando turno" not in salida.todo  # lo que falló no tiene turno que esperar
    salida = completa.terminar()
    assert salida.codigo == 0, salida.todo
    assert dos_tiendas.cargado() == dos_tiendas.en_origen("2025-03-01", "2025-03-31")
    # Y la corrida siguiente no hereda el fallo que el scheduler recuerda.
    for tienda in dos_tiendas.tiendas.values():
        pos = otro.carpeta / "pos"
        pos.mkdir(exist_ok=True)
        shutil.copy(tienda["archivo"], pos)
    salida = central.luigi(otro, *MARZO, workers=3)
    assert salida.codigo == 0, salida.todo
    assert otro.cargado() == dos_tiendas.cargado()


def test_un_proxy_del_ambiente_no_se_mete_con_un_luigid_de_la_misma_maquina(dos_tiendas, central):
    proxy = f"http://127.0.0.1:{puerto_cerrado()}"
    for host, otros in (("127.0.0.1", {}), ("localhost", {"no_proxy": "ejemplo.invalid"})):
        salida = central.luigi(
            dos_tiendas, "EstadoVentas", "--scheduler-host", host, http_proxy=proxy, **otros
        )
        assert salida.codigo == 0, salida.todo


class OtroPrograma(BaseHTTPRequestHandler):
    """Un servidor web cualquiera, en el puerto donde se esperaba a luigid."""

    def do_POST(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>hola</html>")

    def log_message(self, *_):
        """Calla."""


def test_lo_que_contesta_en_lugar_de_luigid_se_dice(dos_tiendas, tmp_path):
    luigid = Luigid(tmp_path / "luigid")  # sin arrancar
    with ThreadingHTTPServer(("127.0.0.1", luigid.puerto), OtroPrograma) as servidor:
        threading.Thread(target=servidor.serve_forever, daemon=True).start()
        otro = luigid.luigi(dos_tiendas, "EstadoVentas")
        servidor.shutdown()
    por_proxy = luigid.luigi(
        dos_tiendas, "EstadoVentas", "--scheduler-host", "luigid.invalid",
        http_proxy=f"http://127.0.0.1:{puerto_cerrado()}",
    )  # fmt: skip
    for salida, dice in (
        (otro, "ahí contesta otro programa"), (por_proxy, "agregue luigid.invalid a no_proxy")
    ):  # fmt: skip
        assert salida.codigo == 40, salida.todo
        assert dice in salida.todo
        assert "Traceback" not in salida.todo


def test_la_tienda_de_una_orden_que_mataron_se_espera_hasta_que_luigid_la_suelta(
    dos_tiendas, tmp_path
):
    """Luigi da por muerto a quien calla un minuto: aquí, seis segundos."""
    cfg = tmp_path / "luigid.cfg"
    cfg.write_text("[scheduler]\nworker_disconnect_delay = 6\n")
    with Luigid(tmp_path / "luigid", cfg) as central:
        with leyendo(dos_tiendas, central, *MARZO, *UNA) as primera:
            # Ya espera cuando la otra muere: cuánto tarda en arrancar no cambia nada.
            segunda = central.lanzar(dos_tiendas, *ABRIL, *UNA)
            segunda.hasta_que_diga(
                f"Esperando turno para tienda_01 2025-04: la tiene {la_que_lee(dos_tiendas)}"
            )
            primera.matar()
        salida = segunda.terminar()
    assert salida.codigo == 0, salida.todo
    assert len(dos_tiendas.cargado()) == 15
