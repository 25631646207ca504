"""`fluxion-scheduler`: el scheduler central del proyecto, en loopback y con memoria."""

import pickle
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from fluxion_luigi import luigid
from tests.capacidades import sin_privilegios
from tests.luigid import Propio
from tests.proyecto import LUIGI, RAIZ, Proyecto, cada_dia

MARZO = ("RangoVentas", "--desde", "2025-03-01", "--hasta", "2025-03-03")


def rechazado(proyecto: Proyecto, *opciones: str, antes: Sequence[str] = ()) -> str:
    """No arranca: la frase que lo dice, que es todo lo que dice."""
    hecho = subprocess.run(
        [*antes, LUIGI.with_name("fluxion-scheduler"), *opciones], cwd="/",
        env=proyecto.entorno(LUIGI_CONFIG_PATH=str(proyecto.carpeta / "luigi.cfg")), timeout=60,
        capture_output=True, text=True,
    )  # fmt: skip
    assert hecho.returncode == 1, hecho.stderr
    assert hecho.stdout == "", hecho.stdout
    (frase,) = [r for r in hecho.stderr.splitlines() if " INFO " not in r]
    assert frase.startswith("✗ ")
    return frase


def cambiar(proyecto: Proyecto, antes: str, ahora: str) -> None:
    """Cambia un renglón de su luigi.cfg."""
    cfg = proyecto.carpeta / "luigi.cfg"
    assert antes in cfg.read_text()
    cfg.write_text(cfg.read_text().replace(antes, ahora))


def test_atiende_solo_en_loopback_cuenta_lo_que_corre_y_no_lo_olvida_al_reiniciarse(
    proyecto, tmp_path
):
    proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-03", 20))
    with Propio(tmp_path / "central", proyecto) as central:
        assert central.escuchas() == {"127.0.0.1"}
        # Lo que mandaría una página cualquiera, abierta en el mismo navegador.
        pausa = f"http://127.0.0.1:{central.puerto}/api/pause"
        with pytest.raises(HTTPError, match="403"):
            urlopen(Request(pausa, headers={"Sec-Fetch-Site": "cross-site"}))
        assert '"paused": false' in central.pagina("api/is_paused")
        hecho = central.luigi(proyecto, *MARZO)
        assert hecho.codigo == 0, hecho.todo
        metricas = central.pagina("metrics")
        assert 'luigi_task_done_total{family="CargaVentas"} 1.0' in metricas
        assert 'luigi_task_execution_time_seconds{family="RangoVentas"}' in metricas
        assert "200 POST" not in central.dicho  # ni un renglón por cada latido

        central.parar()
        assert central.proceso.returncode == 0
        central.arrancar()
        assert "RangoVentas" in central.tareas("DONE")
        # Las de Luigi son una lista sin fin de botones y un gráfico que pide programas a Internet.
        for pagina in ("tasklist", "tasklist/RangoVentas"):
            assert "Luigi Task History" in central.pagina(pagina), pagina
        for pagina in ("history", "history/by_name/RangoVentas"):
            assert "RangoVentas" in central.pagina(pagina), pagina
        # Muere sin poder guardar: lo que corrió sigue en la historia.
        central.parar(de_golpe=True)
        central.arrancar()
        assert "DONE" in central.pagina("history")
    guardado = sorted(p.name for p in (proyecto.carpeta / "datos" / "luigid").iterdir())
    assert guardado == ["estado.pickle", "historia.sqlite"]
    assert f"http://127.0.0.1:{central.puerto}" in central.dicho
    assert "Traceback" not in central.dicho


def test_un_puerto_ocupado_es_una_frase_y_el_de_siempre_es_el_de_las_ordenes(proyecto, tmp_path):
    """Un solo lugar para los dos: [core] de luigi.cfg."""
    with Propio(tmp_path / "central", proyecto) as central:
        frase = rechazado(proyecto, "--port", str(central.puerto))
        assert f"El puerto {central.puerto} de 127.0.0.1 ya lo tiene otro programa" in frase
        cambiar(proyecto, "[core]", f"[core]\ndefault-scheduler-port = {central.puerto}")
        assert f"El puerto {central.puerto} " in rechazado(proyecto)


@pytest.mark.parametrize(
    ("puesto", "dice"),
    [
        ("sqlite:////proc/no/historia.sqlite", "/proc/no"),
        ("postgresql+nadie://u:secreta@localhost/h", "db_connection, en [task_history]"),
    ],
)
def test_una_historia_que_no_se_puede_usar_es_una_frase_sin_su_clave(proyecto, puesto, dice):
    cambiar(proyecto, luigid.HISTORIA, puesto)
    frase = rechazado(proyecto)
    assert dice in frase
    assert "secreta" not in frase


def test_una_historia_que_otro_tiene_tomada_no_detiene_las_corridas(proyecto, tmp_path):
    proyecto.con_tienda("tienda_01")
    with Propio(tmp_path / "central", proyecto) as central:
        historia = proyecto.carpeta / "datos" / "luigid" / "historia.sqlite"
        with closing(sqlite3.connect(historia, isolation_level=None)) as otro:
            otro.execute("BEGIN EXCLUSIVE")
            hecho = central.luigi(proyecto, *MARZO, "--simular")
        assert hecho.codigo == 0, hecho.todo
        assert "dejó de contestar" not in hecho.todo
        assert central.dicho.count("La historia de las tareas no se deja escribir") == 1
        assert "Traceback" not in central.dicho


@pytest.mark.parametrize("nombre", ["estado.pickle", "historia.sqlite"])
def test_lo_que_no_podra_escribir_se_dice_al_arrancar_y_no_al_terminar(proyecto, nombre):
    """Lo deja así quien una vez lo arrancó como root."""
    suyo = proyecto.carpeta / "datos" / "luigid" / nombre
    suyo.parent.mkdir(parents=True)
    suyo.touch()
    suyo.chmod(0o444)
    frase = rechazado(proyecto, antes=sin_privilegios("dac_override"))
    assert f"{nombre}: no hay permiso" in frase


@pytest.mark.parametrize(
    "escrito", [b"\x80\x04}", pickle.dumps({"de": "otro"})], ids=["cortado", "de_otro"]
)
def test_un_estado_estropeado_se_aparta_y_no_lo_detiene(proyecto, tmp_path, escrito):
    estado = proyecto.carpeta / "datos" / "luigid" / "estado.pickle"
    estado.parent.mkdir(parents=True)
    estado.write_bytes(escrito)
    with Propio(tmp_path / "central", proyecto) as central:
        assert central.tareas("DONE") == []
    assert "El estado guardado no se entiende" in central.dicho
    assert "Traceback" not in central.dicho
    assert estado.with_name("estado.pickle.ilegible").read_bytes() == escrito
    assert estado.exists()


def test_una_historia_estropeada_se_dice_con_que_hacer(proyecto):
    historia = proyecto.carpeta / "datos" / "luigid" / "historia.sqlite"
    historia.parent.mkdir(parents=True)
    historia.write_bytes(b"esto no es una base" * 300)
    assert "Si está estropeada, quítela de ahí: se hace otra." in rechazado(proyecto)


@pytest.mark.parametrize("puerto", ["0", "70000", "ocho"])
def test_un_puerto_que_no_lo_es_se_dice(proyecto, puerto):
    cambiar(proyecto, "[core]", f"[core]\ndefault-scheduler-port = {puerto}")
    assert f"«{puerto}» no es un puerto" in rechazado(proyecto)


def test_un_luigi_cfg_que_luigi_no_lee_es_una_frase(proyecto):
    (proyecto.carpeta / "luigi.cfg").write_text("workers = 3\n")
    assert "No se entiende" in rechazado(proyecto)


def test_lo_que_vale_si_luigi_cfg_no_lo_dice_es_lo_que_dice():
    escrito = (RAIZ / "luigi.cfg").read_text()
    assert f"\nstate_path = {luigid.ESTADO}\n" in escrito
    assert f"\ndb_connection = {luigid.HISTORIA}\n" in escrito


def test_make_scheduler_lo_arranca():
    hecho = subprocess.run(
        ["make", "--no-print-directory", "-n", "scheduler", "PUERTO=8099"],
        cwd=RAIZ,
        capture_output=True,
        text=True,
    )
    assert hecho.stdout.rstrip().endswith(".venv/bin/fluxion-scheduler --port 8099"), hecho.stderr
