"""Lo que comparten las pruebas."""

import compileall
import os
import signal

import pytest
from hypothesis import settings

from tests import lagos
from tests.capacidades import exigir, resumen
from tests.postgresql import CORRER_POSTGRESQL, Servidor
from tests.proyecto import RAIZ, Proyecto, con_dos_tiendas

# Cuánto tarda un ejemplo depende de lo que más haga la máquina: no es un fallo.
settings.register_profile("sin_prisa", deadline=None)
settings.load_profile("sin_prisa")


def pytest_configure(config):
    """Deja las señales como las tiene cualquiera y compilado el paquete, una vez y antes que nada.

    Con PYTHONDONTWRITEBYTECODE, que es común en un contenedor, lo compilaría otra vez cada orden y
    cada hijo suyo: un tercio de lo que cuesta una.
    """
    # Quien arranca las pruebas en segundo plano, o con nohup, las deja sordas a estas señales; las
    # órdenes lo heredarían, y aquí se prueba qué hacen al recibirlas.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(RAIZ / "fluxion_luigi", quiet=1)


def pytest_collection_modifyitems(items):
    """Primero las que corren órdenes enteras: así ninguna larga se queda sola al final."""
    items.sort(key=lambda prueba: prueba.path.parent.name != "tareas")


def pytest_terminal_summary(terminalreporter):
    """Un salto no esconde un hueco: al final se dice qué faltó y qué quedó sin probar."""
    saltadas = [(s.nodeid, s.longrepr[2]) for s in terminalreporter.stats.get("skipped", [])]
    if lineas := resumen(saltadas):
        terminalreporter.section("Lo que en esta máquina no se pudo probar")
        terminalreporter.write("\n".join([*lineas, ""]))


@pytest.fixture
def destino(request) -> str:
    """Dónde carga el proyecto: «archivo» o «lago».

    Las que piden los dos llevan `tests.lagos.EN_LOS_DOS`; las demás, lo que diga PRUEBAS_DESTINO.
    """
    return getattr(request, "param", os.environ.get("PRUEBAS_DESTINO", "archivo"))


@pytest.fixture
def proyecto(tmp_path, destino, request) -> Proyecto:
    """Un proyecto vacío en una carpeta temporal."""
    proyecto = Proyecto(tmp_path / "proyecto")
    if destino == "lago":
        lagos.poner(proyecto, request.getfixturevalue("catalogos"))
    return proyecto


@pytest.fixture
def dos_tiendas(proyecto) -> Proyecto:
    """Dos tiendas con ventas de todo marzo de 2025 y la primera mitad de abril."""
    return con_dos_tiendas(proyecto)


def _cargar_marzo(proyecto):
    salida = con_dos_tiendas(proyecto).rango("2025-03", "2025-03")
    assert salida.codigo == 0, salida.todo
    return proyecto, proyecto.retratar()


@pytest.fixture(scope="session")
def _marzo_en_archivo(tmp_path_factory):
    return _cargar_marzo(Proyecto(tmp_path_factory.mktemp("marzo") / "proyecto"))


@pytest.fixture(scope="session")
def _marzo_en_lago(tmp_path_factory, catalogos):
    proyecto = Proyecto(tmp_path_factory.mktemp("marzo_en_lago") / "proyecto")
    lagos.poner(proyecto, catalogos)
    return _cargar_marzo(proyecto)


@pytest.fixture
def con_marzo(destino, request) -> Proyecto:
    """Las dos tiendas, con marzo ya cargado por una corrida: la misma para toda la sesión."""
    proyecto, reponer = request.getfixturevalue(f"_marzo_en_{destino}")
    reponer()
    return proyecto


@pytest.fixture(scope="session")
def postgresql():
    """Un servidor PostgreSQL real, uno para toda la sesión."""
    exigir(CORRER_POSTGRESQL)
    servidor = Servidor()
    yield servidor
    servidor.borrar()


@pytest.fixture(scope="session")
def catalogos():
    """El servidor PostgreSQL de los catálogos de los lagos: las pruebas matan al de las tiendas."""
    exigir(CORRER_POSTGRESQL)
    servidor = Servidor()
    yield servidor
    servidor.borrar()


@pytest.fixture(scope="session")
def pos_molde(postgresql) -> str:
    """Una base con 40 días de ventas, de 500 líneas, desde el 1 de marzo de 2025; para copiarla."""
    postgresql.crear_pos("molde")
    postgresql.vender("molde", "2025-03-01", dias=40, por_dia=500)
    return "molde"


@pytest.fixture
def en_postgresql(proyecto, postgresql, pos_molde, request) -> Proyecto:
    """Una tienda en PostgreSQL, con lo que se vendió en el molde."""
    base = f"pos_{abs(hash(request.node.nodeid)) % 10**9}"
    postgresql.copiar_pos(pos_molde, base)
    proyecto.tiendas["tienda_01"] = postgresql.datos(base)
    proyecto.ambiente.update(postgresql.ambiente())
    proyecto.escribir()
    return proyecto
