"""La historia de la corrida no rompe la corrida: reporte, registro y terminal fallan solos."""

import logging
import os
import re
import subprocess
from contextlib import contextmanager, suppress

import pytest

from fluxion_luigi.tareas.registro import Archivo, Terminal
from tests.capacidades import exigir, sin_privilegios
from tests.proyecto import Proyecto, Salida, con_dos_tiendas
from tests.tareas.test_errores import MONTAR, montado

DIAS = "2025-03-01", "2025-03-06"
MARZO = ("RangoVentas", "--desde", DIAS[0], "--hasta", DIAS[1])
CARGADO = "2 tienda(s)-mes cargada(s) (1.200 filas)"


def correr(proyecto: Proyecto, *prefijo: str, orden=MARZO, workers=2, **ambiente) -> Salida:
    """La orden, con algo delante, como la da el operador."""
    hecho = subprocess.run(
        [*prefijo, *proyecto.orden(*orden, workers=workers)], cwd=proyecto.carpeta,
        env=proyecto.entorno(**ambiente), capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return Salida(hecho.returncode, hecho.stdout, hecho.stderr)


def sin_trazas(proyecto: Proyecto, salida: Salida) -> None:
    """Ni en la terminal ni en los registros."""
    assert "Traceback" not in salida.todo, salida.todo
    assert "Defecto" not in salida.todo, salida.todo
    for log in (proyecto.carpeta / "logs").glob("*.log"):
        assert "Traceback" not in log.read_text(), log.read_text()


def cargo_todo(proyecto: Proyecto, salida: Salida) -> None:
    """Los datos y el código de salida son los de siempre, y el resumen los cuenta."""
    assert salida.codigo == 0, salida.todo
    assert CARGADO in salida.fuera
    assert proyecto.cargado() == proyecto.en_origen(*DIAS)


def fallo_con(proyecto: Proyecto, salida: Salida, *frases: str, codigo: int = 30) -> None:
    assert salida.codigo == codigo, salida.todo
    sin_trazas(proyecto, salida)
    for frase in frases:
        assert frase in salida.error, salida.error


@contextmanager
def lleno(carpeta):
    """Un disco sin un byte libre en la carpeta."""
    exigir(MONTAR)
    carpeta.mkdir(parents=True, exist_ok=True)
    with montado(carpeta, "4k"):
        (carpeta / "relleno").write_bytes(b"x" * 4096)
        yield


@contextmanager
def ajena(carpeta, modo: int):
    """La carpeta, con los permisos que tendría la de otro usuario."""
    carpeta.mkdir(parents=True, exist_ok=True)
    carpeta.chmod(modo)
    try:
        yield sin_privilegios("dac_override", "dac_read_search")
    finally:
        carpeta.chmod(0o700)


def test_con_los_discos_de_logs_y_reportes_llenos_se_carga_y_el_resumen_sale_entero(dos_tiendas):
    with lleno(dos_tiendas.carpeta / "logs"), lleno(dos_tiendas.carpeta / "reportes"):
        salida = correr(dos_tiendas, orden=(*MARZO, "--recargar"))
        sin_trazas(dos_tiendas, salida)
    cargo_todo(dos_tiendas, salida)
    assert salida.error.count("no queda espacio") == 2  # una vez cada uno
    for dicho in ("sin su registro", "puede quedar sin reporte", "/logs/", "/reportes/"):
        assert salida.error.count(dicho) == 1
    assert "Registro: no se pudo escribir" in salida.fuera
    assert "Reporte: no se pudo escribir" in salida.fuera


def test_logs_y_reportes_de_otro_usuario_no_impiden_cargar(dos_tiendas):
    with (
        ajena(dos_tiendas.carpeta / "logs", 0o500),
        ajena(dos_tiendas.carpeta / "reportes", 0) as prefijo,
    ):
        salida = correr(dos_tiendas, *prefijo)
    cargo_todo(dos_tiendas, salida)
    sin_trazas(dos_tiendas, salida)
    assert salida.error.count("no hay permiso") == 2


@pytest.mark.parametrize("carpeta", ["markers", "datos"])
def test_sin_permiso_donde_van_los_datos_se_dice_antes_de_leer_la_tienda(dos_tiendas, carpeta):
    carpeta = dos_tiendas.de_datos(carpeta)
    with ajena(dos_tiendas.carpeta / carpeta, 0) as prefijo:
        salida = correr(dos_tiendas, *prefijo)
        fallo_con(dos_tiendas, salida, "No se pudo escribir en", "no hay permiso", f"/{carpeta}/")
    assert "DuckDB" not in salida.error
    assert not list(dos_tiendas.carpeta.glob("staging/*/*/*.parquet"))
    assert dos_tiendas.reporte()["tiendas_mes"]["fallida"] == 2


def test_con_todo_el_proyecto_en_un_disco_lleno_hay_frases_y_resumen(dos_tiendas, tmp_path):
    exigir(MONTAR)
    chico = Proyecto(tmp_path / "chico")
    with montado(chico.carpeta, "1m"):
        chico.tiendas = dos_tiendas.tiendas
        chico.escribir()
        with (chico.carpeta / "relleno").open("wb", buffering=0) as f, suppress(OSError):
            while f.write(b"x" * 4096):
                pass
        salida = correr(chico)
        fallo_con(chico, salida, "no queda espacio", "sin su registro", "sin reporte")
        assert len(salida.todo.splitlines()) < 60
        assert "2 fallida(s)" in salida.fuera


def test_una_base_cortada_se_llama_danada_y_no_se_toca(con_marzo):
    sana = con_marzo.base.read_bytes()
    for mala in (sana[:300_000], os.urandom(50_000)):
        con_marzo.base.write_bytes(mala)
        salida = correr(con_marzo)
        fallo_con(con_marzo, salida, f"La base {con_marzo.base} está dañada", codigo=35)
        assert "dañada" in con_marzo.reporte()["detalle"][0]["error"]
        assert con_marzo.base.read_bytes() == mala


def test_un_marcador_que_es_una_carpeta_solo_detiene_su_mes(dos_tiendas):
    (dos_tiendas.carpeta / "markers" / "tienda_01" / "2025-03.json").mkdir(parents=True)
    salida = correr(dos_tiendas)
    fallo_con(dos_tiendas, salida, "tienda_01/2025-03.json: hay una carpeta")
    assert {t for t, _ in dos_tiendas.cargado()} == {"tienda_02"}
    assert "1 tienda(s)-mes cargada(s) (480 filas)" in salida.fuera


def test_una_base_que_es_una_carpeta_se_dice(dos_tiendas):
    dos_tiendas.base.mkdir(parents=True)
    salida = correr(dos_tiendas)
    assert salida.codigo == 40
    assert "es una carpeta; escriba la ruta del archivo" in salida.error
    assert "Traceback" not in salida.todo


DIARIOS = {
    "binario": b"\xff\xfe\x00basura\n",
    "otro_json": b'[1, 2]\n"x"\n{"a": 1}\n7\n',
    "plan_raro": b'{"suceso": "inicio", "en": 7, "pid": "x", "plan": 3}\n',
    "fechas": b'{"suceso": "inicio", "en": "ayer", "empezada_en": [], "plan": [["a","b","c"]]}\n',
    "hondo": b"[" * 100_000,
    "vacio": b"",
}


@pytest.fixture(scope="module")
def sin_utf8(tmp_path_factory) -> tuple[Proyecto, Salida]:
    """Una corrida que halla esos diarios, en una terminal que no tiene acentos."""
    proyecto = con_dos_tiendas(Proyecto(tmp_path_factory.mktemp("sin_utf8") / "p"))
    reportes = proyecto.carpeta / "reportes"
    reportes.mkdir()
    for nombre, texto in DIARIOS.items():
        (reportes / f"corrida_{nombre}.en_curso.jsonl").write_bytes(texto)
    (reportes / "corrida_carpeta.en_curso.jsonl").mkdir()
    for ruta in reportes.iterdir():
        os.utime(ruta, (1e9, 1e9))
    return proyecto, correr(proyecto, PYTHONIOENCODING="ascii")


def test_los_diarios_estropeados_se_apartan_una_vez_y_la_corrida_tiene_su_reporte(sin_utf8):
    proyecto, primera = sin_utf8
    cargo_todo(proyecto, primera)
    sin_trazas(proyecto, primera)
    assert primera.error.count("no se entiende; se aparto en") == 3
    assert not list((proyecto.carpeta / "reportes").glob("*.en_curso.jsonl"))
    assert proyecto.reporte()["filas"] == 1200


def test_una_terminal_sin_utf8_lo_lee_todo(sin_utf8):
    proyecto, salida = sin_utf8
    cargo_todo(proyecto, salida)
    assert "ok 2/2" in salida.error
    assert "en el catalogo" in salida.error
    assert "\\u" not in salida.todo
    estado = proyecto.luigi("EstadoVentas", PYTHONIOENCODING="ascii")
    assert (estado.codigo, estado.error) == (0, "")


def sin_sitio(proyecto: Proyecto, salida: str, workers: int) -> subprocess.CompletedProcess:
    """La orden, con esa salida en un disco lleno: sale con 0 y el registro lo dice una vez."""
    with open("/dev/full", "w") as llena:
        tuberias = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, salida: llena}
        hecho = subprocess.run(
            proyecto.orden(*MARZO, workers=workers), cwd=proyecto.carpeta,
            env=proyecto.entorno(), text=True, timeout=120, **tuberias,
        )  # fmt: skip
    assert hecho.returncode == 0
    log = max((proyecto.carpeta / "logs").glob("*.log"), key=lambda p: p.stat().st_mtime_ns)
    assert log.read_text().count("No space left") == 1
    assert "Traceback" not in log.read_text() + (hecho.stderr or "")
    return hecho


def test_una_salida_que_no_admite_nada_no_cambia_el_resultado(dos_tiendas):
    assert CARGADO in sin_sitio(dos_tiendas, "stderr", 2).stdout
    assert dos_tiendas.cargado() == dos_tiendas.en_origen(*DIAS)
    hecho = sin_sitio(dos_tiendas, "stdout", 1)  # ya está todo: sólo falta decirlo
    assert hecho.stderr.count("No se pudo mostrar el informe") == 1


def test_con_las_salidas_cerradas_tambien_se_corre(dos_tiendas):
    orden = " ".join(dos_tiendas.orden(*MARZO, "--simular"))
    hecho = subprocess.run(
        f"exec {orden} >&- 2>&-", shell=True, cwd=dos_tiendas.carpeta, env=dos_tiendas.entorno()
    )
    assert hecho.returncode == 0


def test_un_defecto_sin_registro_muestra_su_traza_en_la_terminal():
    """Si el archivo no se puede escribir, decir «el detalle está en él» sería mentir."""
    try:
        raise ZeroDivisionError("prueba")
    except ZeroDivisionError as e:
        suceso = logging.LogRecord("x", 40, "", 1, "m", (), (type(e), e, e.__traceback__))
    Archivo.roto = True
    try:
        dicho = Terminal().format(suceso)
    finally:
        Archivo.roto = False
    assert re.search(r"✗ Defecto del programa: .*la traza\.\nTraceback", dicho)
