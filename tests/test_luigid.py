"""`fluxion-scheduler`: el scheduler central del proyecto, en loopback y con memoria."""

import subprocess

import pytest

from fluxion_luigi import luigid
from tests.luigid import Propio
from tests.proyecto import LUIGI, RAIZ, Proyecto, cada_dia

MARZO = ("RangoVentas", "--desde", "2025-03-01", "--hasta", "2025-03-03")


def rechazado(proyecto: Proyecto, *opciones: str) -> str:
    """No arranca: la frase que lo dice, que es todo lo que dice."""
    hecho = subprocess.run(
        [LUIGI.with_name("fluxion-scheduler"), *opciones], cwd="/", capture_output=True, text=True,
        env=proyecto.entorno(LUIGI_CONFIG_PATH=str(proyecto.carpeta / "luigi.cfg")), timeout=60,
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
        for pagina in ("history", "history/by_name/RangoVentas", "tasklist/RangoVentas"):
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
