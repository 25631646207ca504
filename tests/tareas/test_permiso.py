"""El permiso de lo que no se deshace."""

import os
import threading

import pytest

from fluxion_luigi.errores import ErrorUso
from fluxion_luigi.tareas.permiso import permitido


def test_una_terminal_que_ya_no_esta_no_es_un_defecto(tmp_path):
    with pytest.raises(ErrorUso, match=r"No se cambió nada: la terminal .* no responde.*--si"):
        permitido("¿Se borra?", str(tmp_path / "no" / "esta"), si=False, simular=False)


@pytest.mark.parametrize("respuesta", ["n\n", "\n", "sip\n", ""])
def test_cualquier_respuesta_que_no_sea_si_es_que_no(tmp_path, respuesta):
    # Una tubería hace de terminal: una de verdad se la quedaría pytest, si lo corren sin ninguna.
    terminal, dicho = tmp_path / "terminal", []
    os.mkfifo(terminal)

    def contestar() -> None:
        dicho.append(terminal.read_text())
        terminal.write_text(respuesta)

    hilo = threading.Thread(target=contestar, daemon=True)
    hilo.start()
    with pytest.raises(ErrorUso, match="No se cambió nada: no se confirmó"):
        permitido("¿Se borra?", str(terminal), si=False, simular=False)
    hilo.join(60)
    assert dicho == ["¿Se borra? [s/N] "]
