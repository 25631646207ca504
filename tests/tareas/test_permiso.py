"""El permiso de lo que no se deshace."""

import pytest

from fluxion_luigi.errores import ErrorUso
from fluxion_luigi.tareas.permiso import permitido


def test_una_terminal_que_ya_no_esta_no_es_un_defecto(tmp_path):
    with pytest.raises(ErrorUso, match=r"No se cambió nada: la terminal .* no responde.*--si"):
        permitido("¿Se borra?", str(tmp_path / "no" / "esta"), si=False, simular=False)
