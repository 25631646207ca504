"""La limpieza quita lo que por su edad o su dueño ya no hace falta, y nada más."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fluxion_luigi import cobertura, corrida
from fluxion_luigi.archivos import candado
from fluxion_luigi.flujo import limpieza
from fluxion_luigi.flujo.candados import candado_de
from tests.proyecto import Proyecto, cada_dia

DIA = 86_400
OTRA = "20250301T060000Z-beef"
LEYENDO = ".20250201-20250207.parquet.parcial"


def poner(ruta: Path, dias: float, texto: str = "x") -> Path:
    """Un archivo que se escribió hace esos días, y su carpeta también."""
    ruta.parent.mkdir(parents=True, exist_ok=True)
    ruta.write_text(texto)
    return envejecer(ruta, dias)


def envejecer(ruta: Path, dias: float) -> Path:
    hace = time.time() - dias * DIA
    for r in (*(ruta.rglob("*") if ruta.is_dir() else ()), ruta):
        os.utime(r, (hace, hace))
    return ruta


def en_staging(proyecto: Proyecto, dias: float, mes: str = "2025-03", tienda="tienda_01") -> Path:
    """La carpeta de una tienda-mes leída hace esos días."""
    carpeta = proyecto.carpeta / "staging" / tienda / mes
    poner(carpeta / "20250301-20250307.parquet", dias)
    return envejecer(carpeta, dias)


def sobran(proyecto: Proyecto) -> set[Path]:
    return {s.ruta for s in limpieza.planear(proyecto.config)}


def limpiar(proyecto: Proyecto) -> set[Path]:
    """Lo que se quitó: lo mismo que se dijo que se quitaría."""
    sobras = limpieza.planear(proyecto.config)
    quitadas, fallos = limpieza.quitar(proyecto.config, sobras)
    assert (quitadas, fallos) == (sobras, [])
    assert limpieza.planear(proyecto.config) == []
    return {s.ruta for s in quitadas}


def tomada(proyecto: Proyecto, mes: str):
    """Como la tiene quien lee o carga ese mes de la tienda."""
    proyecto.solo_en_archivo("un proceso no se quita a sí mismo un turno del lago")
    return candado_de(proyecto.config, proyecto.tienda("tienda_01"), mes, espera=0)


@pytest.fixture
def en_curso(proyecto):
    """Otra corrida, viva, con un plan: tiene su diario tomado, como toda corrida."""
    reportes = proyecto.carpeta / "reportes"
    reportes.mkdir()
    diario = corrida.Diario(reportes, OTRA).ruta
    inicio = {"suceso": "inicio", "en": "x", "plan": [["tienda_01", "UNO", "20250301-20250331"]]}
    diario.write_text(str(inicio).replace("'", '"') + "\n")
    programa = (
        "import fcntl, sys; f = open(sys.argv[1]); fcntl.flock(f, fcntl.LOCK_EX); "
        "print('tomado', flush=True); sys.stdin.read()"
    )
    proceso = subprocess.Popen(
        [sys.executable, "-c", programa, str(diario)], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert proceso.stdout.readline() == "tomado\n"
    yield proceso
    proceso.communicate()


@pytest.fixture
def uno(proyecto):
    return proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-31", 3))


def test_cada_clase_tiene_su_edad_y_solo_se_miran_los_archivos_propios(uno):
    uno.ajustes.update(edad_reportes="10", edad_registros="20", edad_staging="5")
    uno.escribir()
    reportes, logs = uno.carpeta / "reportes", uno.carpeta / "logs"
    viejos = {
        poner(reportes / "corrida_a.json", 11),
        poner(reportes / "corrida_a.anulados.json", 11),
        poner(reportes / "corrida_b.ilegible.jsonl", 11),
        poner(reportes / "conectividad_20250101.json", 11),
        poner(reportes / "conectividad" / "tienda_01.json", 11),
        poner(logs / "corrida_a.log", 21),
        envejecer(poner(en_staging(uno, 6) / LEYENDO, 6).parent, 6),
        en_staging(uno, 6, tienda="ya_no_esta"),
    }
    quedan = [
        poner(reportes / "corrida_c.json", 9),
        poner(reportes / "mis_notas.json", 900),
        poner(logs / "corrida_c.log", 19),
        poner(logs / "cron.log", 900),
        en_staging(uno, 4, "2025-04"),
        en_staging(uno, 0, "2025-02"),
        poner(uno.carpeta / "staging" / "tienda_01" / "abcd-ef" / "nota", 900),
        en_staging(uno, 2, "2025-13"),
        en_staging(uno, 2, "0202-03"),
        poner(reportes / "corrida_d.json" / "nota", 900),
        poner(uno.carpeta / "markers" / "tienda_01" / "2025-03.json", 900),
        poner(uno.carpeta / "markers" / "corrida_a.json", 900),
        poner(uno.carpeta / "datos" / "ventas.duckdb.wal", 900),
    ]
    assert limpiar(uno) == viejos
    assert not any(v.exists() for v in viejos)
    assert all(q.exists() for q in quedan)


def test_los_temporales_de_quien_ya_no_esta(uno):
    staging, muerto = uno.carpeta / "staging", subprocess.Popen(["true"])
    muerto.wait()
    reciclado = poner(staging / f".duckdb.{os.getppid()}" / "bloque", 0).parent
    viejos = {
        poner(staging / f".duckdb.{muerto.pid}" / "bloque", 0).parent,
        envejecer(reciclado, 9_000),  # de antes de que naciera quien hoy tiene ese número
        poner(staging / "tienda_01" / "2025-02" / LEYENDO, 2),
        poner(uno.carpeta / "reportes" / ".corrida_a.json.77.parcial", 2),
        poner(uno.carpeta / "markers" / "tienda_01" / ".2025-03.json.77.parcial", 2),
        poner(uno.carpeta / "markers" / ".anulados" / "tienda_01" / ".2025-03.json.7.parcial", 2),
        poner(staging / ".revisiones" / "c2" / ".tienda_01.json.7.parcial", 2),
        poner(uno.base.with_name(".ventas.duckdb.parcial"), 2),
        poner(uno.base.with_name(".ventas.duckdb.parcial.wal"), 2),
        envejecer(poner(staging / ".revisiones" / "c1" / "tienda_01.json", 2).parent, 2),
        poner(staging / ".candados" / "tienda_01.2025-02", 2),
        poner(staging / ".candados" / "orden.abc", 2),
    }
    quedan = [
        poner(staging / f".duckdb.{os.getpid()}" / "bloque", 0).parent,
        poner(staging / "tienda_01" / "2025-04" / LEYENDO, 0),
        poner(uno.carpeta / "datos" / ".mio.parcial", 900),
        poner(staging / ".revisiones" / "c2" / "tienda_01.json", 0),
        poner(staging / ".candados" / "tienda_01.consulta", 0),
    ]
    assert limpiar(uno) == viejos
    assert all(q.exists() for q in quedan)


def test_lo_de_una_corrida_en_curso_se_queda_y_lo_de_una_acabada_no(uno, en_curso):
    suyos = {
        en_staging(uno, 400),
        poner(uno.carpeta / "logs" / f"corrida_{OTRA}.log", 400),
        poner(uno.carpeta / "reportes" / f"corrida_{OTRA}.anulados.json", 400),
        envejecer(poner(uno.carpeta / "staging" / ".revisiones" / OTRA / "t.json", 2).parent, 2),
        # Su proceso puede ser de otro contenedor, que desde aquí no se ve.
        poner(uno.carpeta / "staging" / ".duckdb.4000000" / "bloque", 0.5).parent,
    }
    ajeno = en_staging(uno, 400, "2025-04")
    assert limpiar(uno) == {ajeno}
    en_curso.communicate()
    assert limpiar(uno) == suyos


def test_de_lo_ya_cargado_se_quita_lo_que_no_se_acaba_de_leer_ni_es_de_nadie(uno, monkeypatch):
    monkeypatch.setattr(cobertura, "pendientes", lambda *_: [])
    en_staging(uno, 0)  # quizá de una corrida que no pudo escribir su diario
    en_staging(uno, 2, tienda="ya_no_esta")
    abril = en_staging(uno, 2, "2025-04")
    assert limpiar(uno) == {abril}


def test_una_ventana_a_medio_leer_no_se_le_quita_a_quien_la_lee(uno, en_curso):
    """Con la tienda muda, o la máquina suspendida, pasa un día sin que se le escriba nada."""
    leyendo = poner(uno.carpeta / "staging" / "tienda_01" / "2025-03" / LEYENDO, 2)
    assert sobran(uno) == set()
    en_curso.communicate()
    with tomada(uno, "2025-03"):
        assert sobran(uno) == set()
    assert limpiar(uno) == {leyendo}


def test_lo_de_una_corrida_que_empezo_despues_de_planear_se_queda(uno, en_curso, monkeypatch):
    marzo = en_staging(uno, 400)
    with monkeypatch.context() as antes:
        antes.setattr(corrida, "en_curso", lambda reportes: set())
        planeado = limpieza.planear(uno.config)
    assert {s.ruta for s in planeado} == {marzo}
    assert limpieza.quitar(uno.config, planeado) == ([], [])
    assert marzo.is_dir()


def test_lo_ajeno_se_queda_aunque_se_le_parezca(uno):
    staging, reportes = uno.carpeta / "staging", uno.carpeta / "reportes"
    ajenos = [
        poner(staging / "fotos" / "2025-03" / "playa.jpg", 900),
        poner(staging / "tienda_01" / "2025-03" / "notas.txt", 900),
        poner(staging / "tienda_01" / "2025-03" / "pos_2" / "notas.txt", 900),
        poner(staging / ".mio.parcial", 900),
        poner(staging / ".duckdb.respaldo" / "x", 900),
        poner(staging / ".duckdb.4000000.bak", 900),
        poner(reportes / ".mio.parcial", 900),
        poner(reportes / "otro" / ".corrida_a.json.77.parcial", 900),
        poner(uno.carpeta / "markers" / "tienda_01" / ".mio.parcial", 900),
    ]
    envejecer(staging, 900)
    abril = en_staging(uno, 900, "2025-04")
    assert limpiar(uno) == {abril}
    assert [a for a in ajenos if not a.exists()] == []


def test_los_enlaces_no_se_siguen(uno, tmp_path):
    staging, fuera = uno.carpeta / "staging", tmp_path / "fuera"
    guardado = poner(fuera / "2025-03" / "20250301-20250307.parquet", 900)
    con_uno = en_staging(uno, 900, "2025-04")
    enlaces = {
        staging / "tienda_01" / "2025-03": fuera / "2025-03",
        staging / "tienda_02": fuera,
        staging / "todo": Path("."),
        staging / "yo": Path("yo"),
        staging / ".duckdb.4000000": fuera,
        con_uno / "20250401-20250402.parquet": guardado,
        uno.carpeta / "reportes" / "corrida_a.json": guardado,
    }
    hace = time.time() - 900 * DIA
    for enlace, destino in enlaces.items():
        enlace.parent.mkdir(parents=True, exist_ok=True)
        enlace.symlink_to(destino)
        os.utime(enlace, (hace, hace), follow_symlinks=False)
    os.utime(con_uno, (hace, hace))
    envejecer(fuera, 900)
    quitados = {staging / ".duckdb.4000000", uno.carpeta / "reportes" / "corrida_a.json", con_uno}
    assert limpiar(uno) == quitados
    assert guardado.exists()


def test_con_todo_en_una_misma_carpeta_cada_cosa_se_quita_una_vez_y_lo_demas_queda(uno):
    uno.ajustes.update(dict.fromkeys(("reportes", "logs", "staging", "marcadores"), "todo"))
    uno.ajustes["base"] = "todo/ventas.duckdb"
    uno.escribir()
    todo = uno.carpeta / "todo"
    carpeta = poner(todo / "tienda_01" / "2025-03" / "manifiesto.json", 900).parent
    viejos = {
        envejecer(carpeta, 900),
        poner(todo / "corrida_a.json", 900),
        poner(todo / "corrida_a.log", 900),
        poner(todo / ".estado.html.77.parcial", 900),
        poner(todo / ".ventas.duckdb.parcial", 900),
        poner(todo / "tienda_01" / ".2025-03.json.77.parcial", 900),
    }
    quedan = [
        poner(todo / "tienda_01" / "2025-03.json", 900),
        poner(todo / "ventas.duckdb.wal", 900),
        poner(todo / "estado.html", 900),
    ]
    assert limpiar(uno) == viejos
    assert all(q.exists() for q in quedan)


def test_lo_que_alguien_tiene_tomado_se_queda(uno):
    staging = uno.carpeta / "staging"
    de_la_tienda, de_otra = staging / ".candados" / "tienda_01.2025-03", staging / ".candados" / "x"
    carpeta = en_staging(uno, 400)
    with tomada(uno, "2025-03"), candado(de_otra, 0, "x"):
        envejecer(staging / ".candados", 400)
        assert sobran(uno) == set()
    assert limpiar(uno) == {carpeta, de_la_tienda, de_otra}


def test_lo_que_se_tomo_o_se_volvio_a_leer_despues_de_planear_se_queda(uno):
    marzo, abril = en_staging(uno, 400), en_staging(uno, 400, "2025-04")
    planeado = limpieza.planear(uno.config)
    assert {s.ruta for s in planeado} == {marzo, abril}
    poner(marzo / "manifiesto.json", 0)
    with tomada(uno, "2025-04"):
        assert limpieza.quitar(uno.config, planeado) == ([], [])
    assert marzo.exists()
    assert abril.exists()
