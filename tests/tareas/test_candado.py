"""Dos órdenes iguales a la vez: el candado del proyecto, la base y lo que se pide."""

import json
import signal
import socket
from contextlib import contextmanager

import psutil

from fluxion_luigi.flujo.candados import candado_de
from tests.escuchas import esperar
from tests.proyecto import cada_dia

MARZO = ("RangoVentas", "--desde", "2025-03", "--hasta", "2025-03", "--tiendas", "tienda_01")
YA_CORRE = "Esta misma orden ya está corriendo"


@contextmanager
def corriendo(proyecto, *orden: str):
    """Una orden que no acaba mientras dure el contexto: alguien tiene la tienda."""
    with candado_de(proyecto.config, proyecto.tienda("tienda_01")):
        proceso = proyecto.lanzar(*orden)
        esperar(lambda: list(proyecto.carpeta.glob("reportes/conectividad/*.json")))
        yield proceso


def candados(proyecto) -> list:
    return list(proyecto.carpeta.glob("staging/.candados/orden.*"))


def test_la_misma_orden_escrita_de_otro_modo_no_corre_dos_veces_y_para_otra_base_si(dos_tiendas):
    con_otros_nombres = (
        "RangoVentas", "--hasta", "2025-03-31", "--desde", "2025-03-01", "--tiendas", "tienda_01",
    )  # fmt: skip
    with corriendo(dos_tiendas, *MARZO) as primera:
        repetida = dos_tiendas.luigi(*con_otros_nombres, workers=2)
        assert repetida.codigo == 10, repetida.todo
        assert f"{YA_CORRE}: la tiene el proceso {primera.pid} de " in repetida.error
        assert "Corrida" not in repetida.todo  # no llegó a ser una: no deja reporte
        # Cambia la base: es otra orden, y sólo la detiene que la tienda está tomada. (Los turnos de
        # un lago los guarda su catálogo, y los de un archivo, esta máquina: no se ven.)
        if not dos_tiendas.en_lago:
            otra = str(dos_tiendas.carpeta / "otra.duckdb")
            otra = dos_tiendas.luigi(*MARZO, FLUXION_BASE=otra, FLUXION_ESPERA_TIENDA="1")
            assert otra.codigo == 30, otra.todo
            assert YA_CORRE not in otra.todo
        # Y si de verdad se quieren dos, Luigi sabe pedirlo.
        assert dos_tiendas.luigi(*MARZO, "--no-lock", FLUXION_ESPERA_TIENDA="1").codigo == 30
    primera.communicate(timeout=60)
    assert primera.returncode == 0
    assert candados(dos_tiendas) == []


def test_lo_que_dejo_una_orden_muerta_no_cierra_el_paso(dos_tiendas):
    """Un contenedor que arranca con el mismo pid, o algo sin sentido: nada de eso es un candado."""
    with corriendo(dos_tiendas, *MARZO) as primera:
        primera.send_signal(signal.SIGKILL)
        primera.communicate()
    [ruta] = candados(dos_tiendas)
    yo = psutil.Process()
    firma = json.dumps({"pid": yo.pid, "nacio": yo.create_time(), "host": socket.gethostname()})
    for resto in (firma, "no es JSON"):
        ruta.write_text(resto)
        salida = dos_tiendas.luigi(*MARZO)
        assert salida.codigo == 0, salida.todo
    assert len(dos_tiendas.cargado()) == 31


def test_take_lock_le_dice_a_la_otra_que_pare_y_la_otra_lo_cuenta(proyecto):
    proyecto.con_tienda("tienda_01", cada_dia("2025-03-30", "2025-04-02", 5))
    orden = ("RangoVentas", "--desde", "2025-03-30", "--hasta", "2025-04-02")
    with corriendo(proyecto, *orden) as primera:
        segunda = proyecto.lanzar(*orden, "--take-lock")
    _, dicho = primera.communicate(timeout=60)
    assert primera.returncode == 25, dicho
    assert "Se pidió parar esta corrida" in dicho
    fuera, error = segunda.communicate(timeout=60)
    assert segunda.returncode == 0, fuera + error
    assert len(proyecto.cargado()) == 4
