"""despliegue/: lo que se instala en la máquina para que corra solo cada mañana.

Los archivos se prueban como quedan en su sitio, con la carpeta del proyecto donde dicen
/srv/fluxion: los revisan cron y systemd, y sus órdenes corren en el ambiente que cada uno les da.
"""

import configparser
import os
import re
import shlex
import subprocess
import sys
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.capacidades import Capacidad, exigir
from tests.proyecto import RAIZ, Proyecto, Salida, cada_dia

ARCHIVOS = RAIZ / "despliegue"
UNIDADES = sorted(p.name for p in ARCHIVOS.iterdir() if p.suffix in (".service", ".timer"))
# Lo único que pone el cron de Debian, y la ruta que pone systemd.
DE_CRON = {"PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", "LOGNAME": "fluxion", "HOME": "/no/existe"}
DE_SYSTEMD = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="cron y systemd son de Linux.")


def revisar_crontab(texto: str) -> Salida:
    """Lo que dice de un crontab el de esta máquina: `-n` en Debian, `-T` en cronie."""
    with tempfile.NamedTemporaryFile("w") as archivo:
        archivo.write(texto)
        archivo.flush()
        for opcion in ("-n", "-T"):
            hecho = subprocess.run(
                ["crontab", opcion, archivo.name], capture_output=True, text=True,
                env={**os.environ, "LC_ALL": "C"},
            )  # fmt: skip
            if "invalid option" not in hecho.stderr:
                break
    return Salida(hecho.returncode, hecho.stdout, hecho.stderr)


def _con_cron() -> None:
    hecho = revisar_crontab("30 5 * * * true\n")
    if hecho.codigo != 0:
        raise OSError(hecho.todo)


REVISAR_CRONTAB = Capacidad("usar el crontab de la máquina", _con_cron)


@pytest.fixture
def ayer() -> date:
    """El día que carga el incremento, en la hora de la cadena."""
    return (datetime.now(ZoneInfo("America/Caracas")) - timedelta(days=1)).date()


@pytest.fixture
def instalado(proyecto) -> Proyecto:
    """Un proyecto con lo que hay en /srv/fluxion: su entorno y despliegue/ ya con su carpeta.

    Que en el nombre lleva espacios y acentos.
    """
    suya = proyecto.carpeta.with_name("Fluxión de aquí")
    suya.symlink_to(proyecto.carpeta)
    for carpeta in ("logs", "despliegue"):
        (proyecto.carpeta / carpeta).mkdir()
    (proyecto.carpeta / ".venv").symlink_to(sys.prefix)
    (proyecto.carpeta / "README.md").symlink_to(RAIZ / "README.md")
    for archivo in ARCHIVOS.iterdir():
        suyo = proyecto.carpeta / "despliegue" / archivo.name
        suyo.write_text(archivo.read_text().replace("/srv/fluxion", str(suya)))
        suyo.chmod(archivo.stat().st_mode)
    return proyecto


def unidad(proyecto: Proyecto, nombre: str) -> configparser.ConfigParser:
    leida = configparser.ConfigParser(interpolation=None)
    leida.optionxform = str
    leida.read(proyecto.carpeta / "despliegue" / nombre)
    return leida


def la_de_cron(proyecto: Proyecto) -> list[str]:
    """La orden del crontab, como la corre cron: `/bin/sh -c` desde la carpeta del usuario."""
    (renglon,) = re.findall(
        r"^30 5 \* \* \* (.*)$", (proyecto.carpeta / "despliegue/fluxion.crontab").read_text(), re.M
    )
    assert "%" not in renglon  # para cron es un fin de línea
    return ["/bin/sh", "-c", renglon]


def correr(orden: list[str], carpeta: Path | str, ambiente: dict[str, str]) -> Salida:
    """Corre con ese ambiente y ninguna otra variable."""
    hecho = subprocess.run(
        orden, cwd=carpeta, env=ambiente, capture_output=True, timeout=120, stdin=subprocess.DEVNULL
    )
    return Salida(hecho.returncode, hecho.stdout.decode(), hecho.stderr.decode())


def con_ventas(proyecto: Proyecto, ayer: date) -> Proyecto:
    return proyecto.con_tienda("tienda_01", cada_dia(str(ayer), str(ayer), 30), apertura=ayer)


def exigir_cargado(proyecto: Proyecto, ayer: date) -> None:
    assert proyecto.cargado() == proyecto.en_origen(str(ayer), str(ayer))
    assert [m["dias"] for m in proyecto.reporte()["detalle"] if m["dias"]] == [1]


def test_con_lo_poco_que_da_cron_carga_lo_de_ayer_y_lo_deja_escrito_con_sus_acentos(
    instalado, ayer
):
    con_ventas(instalado, ayer)
    hecho = correr(la_de_cron(instalado), "/", DE_CRON)
    # Sin nada que decir, cron no escribe a nadie.
    assert (hecho.codigo, hecho.fuera, hecho.error) == (0, "", "")
    exigir_cargado(instalado, ayer)
    dicho = (instalado.carpeta / "logs/cron.log").read_text(encoding="utf-8")
    assert "✓ tienda_01" in dicho


def test_la_orden_del_servicio_corre_hasta_sin_una_sola_variable(instalado, ayer):
    """systemd da más que eso: ni PATH, ni HOME, ni LANG, ni TZ hacen falta."""
    con_ventas(instalado, ayer)
    servicio = unidad(instalado, "fluxion-incremento.service")["Service"]
    hecho = correr(shlex.split(servicio["ExecStart"]), servicio["WorkingDirectory"], {})
    assert hecho.codigo == 0, hecho.todo
    exigir_cargado(instalado, ayer)
    assert "✓ tienda_01" in hecho.todo


def test_un_fallo_bajo_cron_sale_con_su_codigo_y_avisa(instalado):
    instalado.con_tienda("tienda_01")  # su base no existe
    hecho = correr(la_de_cron(instalado), "/", DE_CRON)
    assert hecho.codigo == 30, hecho.todo
    assert hecho.fuera == "Fluxion: IncrementoDiario salió con 30: vea logs/cron.log\n"
    assert "tienda_01" in (instalado.carpeta / "logs/cron.log").read_text(encoding="utf-8")


def test_sin_donde_dejar_su_registro_la_de_cron_carga_igual_y_lo_dice_cron(instalado, ayer):
    con_ventas(instalado, ayer)
    (instalado.carpeta / "logs").rmdir()
    (instalado.carpeta / "logs").write_text("esto no es una carpeta")
    hecho = correr(la_de_cron(instalado), "/", DE_CRON)
    assert hecho.codigo == 0, hecho.todo
    exigir_cargado(instalado, ayer)
    assert "La corrida sigue, pero sin su registro" in hecho.error


def test_el_aviso_de_systemd_nombra_al_que_fallo_y_su_codigo(instalado):
    orden = unidad(instalado, "fluxion-aviso@.service")["Service"]["ExecStart"]
    hecho = correr(
        shlex.split(orden.replace("%i", "fluxion-incremento.service")), instalado.carpeta,
        {**DE_SYSTEMD, "MONITOR_EXIT_STATUS": "30", "JOURNAL_STREAM": "8:1"},
    )  # fmt: skip
    assert (hecho.codigo, hecho.error) == (0, "")
    assert hecho.fuera == (
        "Fluxion: fluxion-incremento.service falló: vea journalctl -u fluxion-incremento.service "
        "(salió con 30)\n"
    )


def test_cron_entiende_el_crontab():
    exigir(REVISAR_CRONTAB)
    texto = (ARCHIVOS / "fluxion.crontab").read_text()
    hecho = revisar_crontab(texto)
    assert hecho.codigo == 0, hecho.todo
    assert revisar_crontab(texto.replace("30 5 * * *", "30 25 * * *")).codigo != 0


def test_systemd_entiende_los_servicios(instalado):
    def verificar() -> Salida:
        return correr(
            ["systemd-analyze", "verify", "--man=no", *UNIDADES],
            instalado.carpeta / "despliegue", {**DE_SYSTEMD, "LC_ALL": "C"},
        )  # fmt: skip

    hecho = verificar()
    # Una clave que no conoce la dice y la pasa por alto, con código 0; y en Documentation no admite
    # espacios.
    quejas = [r for r in hecho.todo.splitlines() if "Invalid URL, ignoring" not in r]
    assert (hecho.codigo, quejas) == (0, [])
    reloj = instalado.carpeta / "despliegue/fluxion-incremento.timer"
    reloj.write_text(reloj.read_text().replace("Persistent=", "Persistentes="))
    assert "Persistentes" in verificar().todo


def test_el_timer_da_la_hora_de_caracas_y_lo_que_falla_llama_al_aviso(instalado):
    reloj = unidad(instalado, "fluxion-incremento.timer")["Timer"]
    assert reloj["Persistent"] == "true"
    hecho = correr(
        ["systemd-analyze", "calendar", "--iterations=1", reloj["OnCalendar"]], "/",
        {**DE_SYSTEMD, "TZ": "UTC", "LC_ALL": "C"},
    )  # fmt: skip
    assert re.search(r"\b09:30:00 UTC", hecho.fuera), hecho.todo
    for nombre in ("fluxion-incremento.service", "fluxion-scheduler.service"):
        assert unidad(instalado, nombre)["Unit"]["OnFailure"] == "fluxion-aviso@%n.service"
