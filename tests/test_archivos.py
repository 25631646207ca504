"""Los candados entre procesos."""

import errno
import fcntl
import os
import subprocess
import sys
import tempfile

import pytest

from fluxion_luigi.archivos import candado
from fluxion_luigi.errores import ErrorOcupado

TOMAR = """
import sys
import tempfile
from pathlib import Path
from fluxion_luigi.archivos import candado
with candado(Path(sys.argv[1]), 5, "x"):
    print("tomado", flush=True)
    sys.stdin.read()
"""


def test_un_candado_que_otro_proceso_tiene_se_dice_asi_y_se_toma_cuando_lo_suelta(tmp_path):
    ruta = tmp_path / "tienda_01.2025-03"
    otro = subprocess.Popen(
        [sys.executable, "-c", TOMAR, ruta], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert otro.stdout.readline() == b"tomado\n"
        frase = "Otra corrida está usando tienda_01 2025-03 y no terminó en 0 s"
        with pytest.raises(ErrorOcupado, match=frase), candado(ruta, 0.1, "tienda_01 2025-03"):
            pass
    finally:
        otro.communicate()
    with candado(ruta, 5, "tienda_01 2025-03"):
        pass


@pytest.fixture
def _sin_flock(monkeypatch, tmp_path):
    """Un disco que no sabe de candados (ENOSYS), y la carpeta temporal, en otro que sí."""
    temporal = tmp_path / "temporal"
    temporal.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporal))
    de_verdad = fcntl.flock

    def flock(fd: int, que: int) -> None:
        en_temporal = {p.stat().st_ino for p in temporal.rglob("*")}
        if os.fstat(fd).st_ino not in en_temporal:
            raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
        de_verdad(fd, que)

    monkeypatch.setattr(fcntl, "flock", flock)


@pytest.mark.usefixtures("_sin_flock")
@pytest.mark.parametrize("antes", [None, "", "1\notra-caja\n"])
def test_donde_el_disco_no_sabe_de_candados_lo_que_alli_quede_no_cierra_el_paso(tmp_path, antes):
    ruta = tmp_path / "staging" / "tienda_01.2025-03"
    ruta.parent.mkdir()
    if antes is not None:
        ruta.write_text(antes)
    for _ in range(2):
        with candado(ruta, 0, "tienda_01"):
            # Y sigue habiendo exclusión, en esta máquina.
            with pytest.raises(ErrorOcupado), candado(ruta, 0, "tienda_01"):
                pass
            with candado(ruta.with_name("tienda_02.2025-03"), 0, "tienda_02"):
                pass
