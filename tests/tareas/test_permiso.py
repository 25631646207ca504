"""El permiso de lo que no se deshace."""

import os

import pytest

from fluxion_luigi.errores import ErrorUso
from fluxion_luigi.tareas.permiso import permitido


def test_una_terminal_que_ya_no_esta_no_es_un_defecto(tmp_path):
    with pytest.raises(ErrorUso, match=r"No se cambió nada: la terminal .* no responde.*--si"):
        permitido("¿Se borra?", str(tmp_path / "no" / "esta"), si=False, simular=False)


@pytest.mark.parametrize("respuesta", ["n\n", "\n", "sip\n", "\x04"])
def test_cualquier_respuesta_que_no_sea_si_es_que_no(respuesta):
    nuestra, suya = os.openpty()
    os.write(nuestra, respuesta.encode())
    try:
        with pytest.raises(ErrorUso, match="No se cambió nada: no se confirmó"):
            permitido("¿Se borra?", os.ttyname(suya), si=False, simular=False)
    finally:
        os.close(nuestra)
        os.close(suya)
