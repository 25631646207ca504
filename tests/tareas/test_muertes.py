"""Matar la corrida en cualquier punto no cuesta nada: la misma orden la termina bien."""

import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from tests.clases import HTTP, ODBC, con_tiendas, vender
from tests.muere import DE_API, PUNTOS, PUNTOS_DE_LAGO
from tests.proyecto import RAIZ, Proyecto, cada_dia

RANGO = ("--desde", "2025-03", "--hasta", "2025-03")
MARZO = ("2025-03-01", "2025-03-31")
# De a dos días por ventana, que basta para que haya varias.
QUINCENA, DIEZ = ("2025-03-01", "2025-03-15"), ("2025-03-01", "2025-03-10")
# Cada historia muere en esos puntos, uno tras otro y cada vez con tres días más por cargar, y la
# última orden la termina. Lo que pasa al leer depende de la clase de POS, y lo que pasa al
# confirmar, del destino: de una API y de un lago se prueban siempre unos puntos. Con HISTORIAS=1,
# todos, y cada uno en su historia.
AL_LEER = (
    "a_medio_crear_la_base", "dentro_de_una_ventana", "entre_ventanas", "antes_de_la_ficha",
    "antes_del_manifiesto",
)  # fmt: skip
AL_CARGAR = ("tras_el_manifiesto", "entre_tandas", "a_medio_cargar", "antes_del_commit")
# Quien muere antes de su reporte es la primera: a otra la mataría el de la que murió antes.
AL_CONFIRMAR = (
    "antes_del_reporte", "a_medio_confirmar", "tras_el_commit", "tras_el_marcador",
    "a_medio_borrar_el_staging",
)  # fmt: skip
HISTORIAS = [
    *(("archivo", ODBC, historia, 3) for historia in (AL_LEER, AL_CARGAR, AL_CONFIRMAR)),
    ("archivo", ODBC, ("antes_del_reporte", "antes_del_commit"), 1),
    ("archivo", HTTP, ("mientras_baja", "entre_ventanas"), 3),
    ("lago", ODBC, ("con_el_archivo_escrito", "tras_el_commit"), 3),
]
if os.environ.get("HISTORIAS"):
    # Lo de una API, y en un lago, no se inserta por tandas.
    de_todas = PUNTOS.keys() - {"entre_tandas"}
    HISTORIAS = [
        *(("archivo", ODBC, (punto,), 3) for punto in sorted(PUNTOS)),
        *(("archivo", ODBC, (punto,), 1) for punto in ("antes_del_commit", "antes_del_reporte")),
        *(("archivo", HTTP, (punto,), 3) for punto in sorted(de_todas | DE_API.keys())),
        *(("lago", ODBC, (punto,), 3) for punto in sorted(de_todas | PUNTOS_DE_LAGO.keys())),
    ]


@pytest.fixture(params=[ODBC, HTTP])
def una(proyecto, request):
    """Una tienda de cada clase, con diez días de ventas."""
    proyecto.ajustes["ventana_dias"] = "2"
    with con_tiendas(proyecto, request.param, {"tienda_01": cada_dia(*DIEZ, 10)}):
        yield proyecto


@pytest.fixture
def dos(proyecto, request):
    """Dos tiendas de la clase que se pida, con quince días de ventas."""
    proyecto.ajustes["ventana_dias"] = "2"
    if proyecto.en_lago:  # lo que tenía la que murió se espera menos que los 15 s de siempre
        proyecto.ajustes["lago_vida"] = "8"
    dias = {"tienda_01": cada_dia(*QUINCENA, 12), "tienda_02": cada_dia(*QUINCENA, 8)}
    with con_tiendas(proyecto, request.param, dias):
        yield proyecto


def matar_en(proyecto: Proyecto, punto: str, workers: int, hasta: str) -> None:
    """Corre la orden hasta el punto dado y comprueba que murió y que no quedó ningún proceso."""
    entorno = proyecto.entorno()
    entorno["PYTHONPATH"] = str(RAIZ)
    rango = ("--desde", MARZO[0], "--hasta", hasta)
    orden = proyecto.orden("RangoVentas", *rango, workers=workers)[3:]
    muerta = subprocess.Popen(
        [sys.executable, "-m", "tests.muere", punto, "--", *orden], cwd=proyecto.carpeta,
        env=entorno, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert muerta.wait(timeout=120) == -signal.SIGKILL
    sin_procesos(muerta.pid)


def sin_procesos(sesion: int) -> None:
    """Espera a que no quede nadie de esa sesión."""
    limite = time.monotonic() + 15
    while vivos := [p.pid for p in psutil.process_iter() if _sesion(p.pid) == sesion]:
        assert time.monotonic() < limite, f"siguen vivos: {vivos}"
        time.sleep(0.05)


def _sesion(pid: int) -> int | None:
    try:
        zombi = psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
        return None if zombi else os.getsid(pid)
    except (ProcessLookupError, psutil.Error):
        return None


# Con varios workers muere además lo que las otras tareas hacían: es lo más difícil. Con uno, un
# punto de la carga y uno del principal; los de la lectura están más abajo.
@pytest.mark.parametrize(
    ("destino", "dos", "puntos", "workers"), HISTORIAS, indirect=["destino", "dos"]
)
def test_tras_un_kill_9_la_misma_orden_deja_exactamente_las_filas_del_origen(dos, puntos, workers):
    origen = dos.en_origen(*QUINCENA)
    for n, punto in enumerate(puntos, 1):
        matar_en(dos, punto, workers, QUINCENA[1] if n == len(puntos) else f"2025-03-{3 * n:02d}")
        assert dos.exigir_dias_enteros().items() <= origen.items()
    salida = dos.rango(*QUINCENA, workers=workers)
    assert salida.codigo == 0, salida.todo
    assert dos.cargado() == origen
    assert dos.marcadores() == ["tienda_01/2025-03.json", "tienda_02/2025-03.json"]
    assert dos.sobras() == []
    # La que murió dejó su reporte, que escribió la siguiente; si ya lo tenía todo, está completa.
    reportes = [p.read_text() for p in (dos.carpeta / "reportes").glob("corrida_*.json")]
    estados = [json.loads(r)["estado"] for r in reportes]
    murieron = ["completa" if p == "antes_del_reporte" else "interrumpida" for p in puntos]
    assert sorted(estados) == sorted([*murieron, "completa"])


def test_lo_ya_leido_antes_de_morir_no_se_vuelve_a_leer_salvo_lo_que_cambio(una):
    matar_en(una, "entre_ventanas", 1, DIEZ[1])
    reponer = una.retratar()
    assert una.rango(*DIEZ).codigo == 0
    detalle = una.reporte()["detalle"][0]
    assert detalle["ventanas"] == 5
    assert detalle["intentos"] == 3  # dos ya estaban
    assert una.cargado() == una.en_origen(*DIEZ)

    # Con --recargar no se usa nada de lo que dejó.
    reponer()
    assert una.rango(*DIEZ, "--recargar").codigo == 0
    assert una.reporte()["detalle"][0]["intentos"] == 5
    assert una.cargado() == una.en_origen(*DIEZ)

    reponer()
    vender(una, "tienda_01", {"2025-03-02": 9})
    assert una.rango(*DIEZ).codigo == 0
    assert una.reporte()["detalle"][0]["intentos"] == 4  # la del cambio, otra vez
    assert una.cargado() == una.en_origen(*DIEZ)


def test_si_la_consulta_cambio_lo_ya_leido_no_sirve(proyecto):
    proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-07", 5))
    sql = proyecto.carpeta / "sql"
    subprocess.run(["cp", "-r", proyecto.config.ajustes.sql, sql], check=True)
    proyecto.ajustes = {"sql": str(sql)}
    proyecto.escribir()
    matar_en(proyecto, "tras_el_manifiesto", 1, "2025-03-07")
    ventas = sql / "demo" / "ventas.sql"
    ventas.write_text(ventas.read_text().replace("substr(l.caja,", "substr('C' || l.caja,"))
    assert proyecto.rango("2025-03-01", "2025-03-07").codigo == 0
    assert proyecto.consultar("SELECT DISTINCT caja FROM ventas_raw") == [("C001",)]


def test_una_carga_no_se_conforma_con_el_staging_de_otros_dias(proyecto):
    from fluxion_luigi.errores import ErrorStaging
    from fluxion_luigi.flujo import carga, extraccion
    from fluxion_luigi.periodos import Rango

    proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-31", 5))
    config, tienda = proyecto.config, proyecto.tienda("tienda_01")
    extraccion.extraer(config, tienda, Rango.de_texto("20250316-20250331"), lambda *_: None)
    with pytest.raises(ErrorStaging, match="de otra corrida"):
        carga.cargar(
            config, tienda, Rango.de_texto("20250301-20250315"), "c", aceptar_vacios=False,
            avanzo=lambda *_: None,
        )  # fmt: skip
    assert not proyecto.hay_base()


def test_un_proceso_de_tarea_que_muere_es_un_fallo_con_su_frase(dos_tiendas):
    corrida = dos_tiendas.lanzar("RangoVentas", *RANGO, workers=3)
    limite = time.monotonic() + 60
    victima = None
    while victima is None and corrida.poll() is None and time.monotonic() < limite:
        lectores = [p for p in psutil.Process(corrida.pid).children(recursive=True)
                    if "fluxion_luigi.flujo.lector" in " ".join(_orden(p))]  # fmt: skip
        victima = lectores[0].parent() if lectores else None
        time.sleep(0.01)
    assert victima is not None
    victima.kill()
    fuera, error = corrida.communicate(timeout=120)
    assert corrida.returncode == 30, fuera + error
    assert dos_tiendas.reporte()["tiendas_mes"]["fallida"] == 1
    assert dos_tiendas.rango("2025-03", "2025-03").codigo == 0
    assert dos_tiendas.cargado() == dos_tiendas.en_origen("2025-03-01", "2025-03-31")


def _orden(proceso: psutil.Process) -> list[str]:
    try:
        return proceso.cmdline()
    except psutil.Error:
        return []


@pytest.mark.parametrize(
    ("clase", "workers", "dias", "cuando_haya"),
    [
        (ODBC, 1, cada_dia(*MARZO, 1200), "*.json"),
        (ODBC, 3, cada_dia(*MARZO, 1200), "*.json"),
        (HTTP, 3, cada_dia(*QUINCENA, 10), "descargas/*/*.json"),
    ],
    ids=["odbc-1", "odbc-3", "http-3"],
)
def test_si_matan_solo_al_proceso_principal_sus_hijos_terminan_con_el(
    proyecto, clase, workers, dias, cuando_haya
):
    with con_tiendas(proyecto, clase, {"tienda_01": dias}):
        corrida = proyecto.lanzar("RangoVentas", *RANGO, workers=workers)
        limite = time.monotonic() + 60
        while not list(proyecto.carpeta.glob(f"staging/tienda_01/2025-03/{cuando_haya}")):
            assert corrida.poll() is None
            assert time.monotonic() < limite
            time.sleep(0.01)
        corrida.kill()
        corrida.wait()
        sin_procesos(corrida.pid)
        assert proyecto.rango("2025-03", "2025-03").codigo == 0
        assert proyecto.cargado() == proyecto.en_origen(*MARZO)
        assert proyecto.sobras() == []


@pytest.fixture
def _ctrl_c_llega():
    """Unas pruebas corridas al fondo (`make test &`) nacen sordas a Ctrl-C, y sus hijos también."""
    antes = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, antes)


def _a_medias(proyecto: Proyecto, workers: int) -> subprocess.Popen:
    """Una corrida que ya leyó algo y a la que aún le falta."""
    proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-31", 1200))
    corrida = proyecto.lanzar("RangoVentas", *RANGO, workers=workers)
    limite = time.monotonic() + 60
    while not list(proyecto.carpeta.glob("staging/tienda_01/2025-03/*.json")):
        assert time.monotonic() < limite
        time.sleep(0.01)
    return corrida


def _se_conto(proyecto: Proyecto, corrida: subprocess.Popen, senal: str, codigo: int) -> None:
    fuera, error = corrida.communicate(timeout=60)
    assert corrida.returncode == codigo, fuera + error
    assert "Traceback" not in fuera + error, error
    assert f"✗ Interrumpida por {senal}: " in error
    assert "la misma orden la retoma" in error
    assert f"Interrumpida por {senal}." in fuera
    [log] = (proyecto.carpeta / "logs").glob("*.log")
    assert f"Interrumpida por {senal}: " in log.read_text()
    reporte = proyecto.reporte()
    assert (reporte["estado"], reporte["interrumpida_por"]) == ("interrumpida", senal)
    sin_procesos(corrida.pid)


@pytest.mark.usefixtures("_ctrl_c_llega")
@pytest.mark.parametrize("workers", [1, 3])
def test_ctrl_c_termina_sin_traza_y_sin_dejar_procesos(proyecto, workers):
    corrida = _a_medias(proyecto, workers)
    os.killpg(corrida.pid, signal.SIGINT)
    _se_conto(proyecto, corrida, "SIGINT", -signal.SIGINT)
    assert proyecto.rango("2025-03", "2025-03").codigo == 0
    assert proyecto.cargado() == proyecto.en_origen("2025-03-01", "2025-03-31")


@pytest.mark.parametrize(
    ("senal", "matar", "workers", "codigo"),
    [("SIGTERM", os.kill, 3, 143), ("SIGTERM", os.killpg, 1, 143), ("SIGHUP", os.killpg, 3, 129)],
)
def test_que_otro_la_termine_tambien_se_cuenta(proyecto, senal, matar, workers, codigo):
    """Un `kill` le llega sólo al principal; lo que apaga un servicio, o una terminal, a todos."""
    corrida = _a_medias(proyecto, workers)
    matar(corrida.pid, getattr(signal, senal))
    _se_conto(proyecto, corrida, senal, codigo)


def test_con_nohup_cerrar_la_terminal_no_la_termina(dos_tiendas):
    corrida = subprocess.Popen(
        ["nohup", *dos_tiendas.orden("RangoVentas", *RANGO, workers=2)], cwd=dos_tiendas.carpeta,
        env=dos_tiendas.entorno(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        stdin=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    while not list(dos_tiendas.carpeta.glob("logs/*.log")):
        assert corrida.poll() is None
        time.sleep(0.01)
    os.killpg(corrida.pid, signal.SIGHUP)
    fuera, error = corrida.communicate(timeout=60)
    assert corrida.returncode == 0, fuera + error
