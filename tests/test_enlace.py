"""El enlace de mentira tarda lo que dice y deja pasar lo que dice, y el proyecto lo aprovecha."""

import socket
import threading
import time

import pytest

from fluxion_luigi.config import sistemas
from fluxion_luigi.origen.odbc.sesion import FILAS_POR_LOTE, PRODUCTOS_POR_LOTE
from tests.enlace import Enlace
from tests.proyecto import RAIZ


@pytest.fixture
def eco():
    """Un servidor que contesta «sí» a lo primero que oye, y luego manda un megabyte y cuelga."""
    oido = socket.create_server(("127.0.0.1", 0))

    def atender() -> None:
        con, _ = oido.accept()
        con.recv(10)
        con.sendall(b"s")
        con.recv(10)
        con.sendall(b"x" * 1_000_000)
        con.close()

    threading.Thread(target=atender, daemon=True).start()
    yield oido.getsockname()[1]
    oido.close()


def test_una_pregunta_tarda_su_ida_y_su_vuelta_y_lo_largo_lo_que_cabe(eco):
    enlace = Enlace(eco, tarda=0.05, bits=16e6)
    with socket.create_connection(("127.0.0.1", enlace.puerto)) as con:
        con.sendall(b"hola")
        con.recv(1)
        inicio = time.monotonic()
        con.sendall(b"ya")
        recibidos = 0
        while trozo := con.recv(65536):
            recibidos += len(trozo)
        tomo = time.monotonic() - inicio
    enlace.cerrar()
    assert recibidos == 1_000_000
    assert enlace.vuelta.bytes == 1_000_001
    # Medio segundo de bits y un viaje; ni menos, ni mucho más aunque la máquina esté ocupada.
    assert 0.55 < tomo < 3


def test_los_lotes_dividen_el_fetch_que_si_no_cuesta_dos_viajes():
    """Medido por un enlace de 30 ms: lotes de 1.006 filas hacían un viaje de más por cada Fetch."""
    fetch = int(sistemas.leer(RAIZ / "sql", "stellar_postgresql").opciones["Fetch"])
    assert fetch % FILAS_POR_LOTE == fetch % PRODUCTOS_POR_LOTE == 0
