"""Los candados entre procesos."""

import subprocess
import sys

import pytest

from fluxion_luigi.archivos import candado
from fluxion_luigi.errores import ErrorOcupado

TOMAR = """
import sys
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
