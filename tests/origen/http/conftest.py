"""Lo que comparten las pruebas de la fuente HTTP."""

import pytest

from tests.api import api
from tests.origen.http.abierta import SUCURSAL, Abierta
from tests.proyecto import cada_dia


@pytest.fixture
def servidor():
    """La API, con diez días de marzo de 2025, de siete líneas cada uno."""
    with api() as hecha:
        hecha.vender(SUCURSAL, cada_dia("2025-03-01", "2025-03-10", 7))
        yield hecha


@pytest.fixture
def abrir(proyecto, servidor, monkeypatch):
    """Abre la tienda de la API; se le puede cambiar su tabla [http]."""
    for nombre, valor in servidor.ambiente.items():
        monkeypatch.setenv(nombre, valor)
    proyecto.ajustes |= {"intentos": "3", "timeout_sin_avance": "4", "timeout_conexion": "2"}
    proyecto.escribir()
    return lambda **http: Abierta(proyecto, servidor, **http)
