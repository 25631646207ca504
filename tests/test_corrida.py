"""El diario de una corrida: se sabe si murió, se entiende lo que se pueda y no estorba a nadie."""

import json
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxion_luigi import corrida
from fluxion_luigi.corrida import Diario, abandonados
from fluxion_luigi.informes import reporte

ABRIR = """
import os, sys
from pathlib import Path
from fluxion_luigi import corrida
diario = corrida.Diario(Path(sys.argv[1]), corrida.id_actual())
diario.abrir(pid=os.getpid(), plan=[])
print("abierto", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def diario(tmp_path, monkeypatch) -> Diario:
    """El de esta corrida, sin abrir."""
    monkeypatch.setenv("FLUXION_CORRIDA", "esta")
    monkeypatch.setattr(Diario, "_memoria", None)
    monkeypatch.setattr(Diario, "_tomado", None)
    return Diario(tmp_path / "reportes", "esta")


def test_un_diario_esta_vivo_mientras_viva_su_proceso_y_no_mientras_exista_su_pid(tmp_path):
    otro = subprocess.Popen(
        [sys.executable, "-c", ABRIR, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "FLUXION_CORRIDA": "otra"},
    )  # fmt: skip
    try:
        assert otro.stdout.readline() == b"abierto\n"
        assert abandonados(tmp_path) == []
    finally:
        otro.kill()
        otro.wait()
    [muerto] = abandonados(tmp_path)
    assert muerto.corrida == "otra"
    # Un contenedor que arranca otra vez tiene los mismos números: los de un vivo no lo reviven.
    muerto.ruta.write_text(json.dumps({"suceso": "inicio", "en": "x", "pid": os.getpid()}))
    assert len(abandonados(tmp_path)) == 1


def test_uno_recien_creado_y_aun_vacio_no_esta_muerto(tmp_path):
    nuevo = tmp_path / "corrida_x.en_curso.jsonl"
    nuevo.touch()
    assert abandonados(tmp_path) == []
    os.utime(nuevo, (1e9, 1e9))
    assert [d.corrida for d in abandonados(tmp_path)] == ["x"]


def test_lo_que_se_anota_sin_poder_escribir_se_recuerda_y_se_avisa_una_vez(diario, caplog):
    diario.ruta.parent.write_text("un archivo donde va la carpeta")
    diario.abrir(plan=[])
    diario.anotar("carga", tienda="tienda_01")
    assert [s["suceso"] for s in diario.sucesos()] == ["inicio", "carga"]
    assert sum("puede quedar sin reporte" in r.getMessage() for r in caplog.records) == 1


def test_un_hijo_y_su_padre_escriben_en_el_mismo_diario(diario):
    diario.abrir(plan=[])
    if (hijo := os.fork()) == 0:
        diario.anotar("carga", tienda="tienda_01")
        os._exit(0)
    os.waitpid(hijo, 0)
    diario.anotar("fin")
    assert [s["suceso"] for s in diario.sucesos()] == ["inicio", "carga", "fin"]
    assert diario.ruta.read_text().count("\n") == 3


BUENO = "".join(
    json.dumps(s) + "\n"
    for s in (
        {"suceso": "inicio", "en": "2025-10-01T10:00:00+00:00", "pid": 1, "opciones": [],
         "empezada_en": "2025-10-01T10:00:00+00:00", "excluidos": [],
         "plan": [["tienda_01", "UNO", "20250301-20250331"]]},
        {"suceso": "fallo", "en": "2025-10-01T10:00:01+00:00", "tienda": "tienda_01",
         "mes": "2025-03", "clase": "disco", "texto": "No."},
    )
).encode()  # fmt: skip


@given(st.integers(0, len(BUENO)), st.binary(max_size=20), st.integers(0, 60))
def test_un_diario_estropeado_da_un_reporte_o_se_aparta_y_no_vuelve(
    tmp_path_factory, donde, ruido, quita
):
    carpeta = tmp_path_factory.mktemp("reportes")
    ruta = carpeta / "corrida_x.en_curso.jsonl"
    ruta.write_bytes(BUENO[:donde] + ruido + BUENO[donde + quita :])
    os.utime(ruta, (1e9, 1e9))
    [muerto] = abandonados(carpeta)
    try:
        datos = reporte.componer(muerto.corrida, muerto.sucesos())
        assert datos["estado"] == "interrumpida"
        muerto.borrar()
    except (TypeError, ValueError, KeyError, AttributeError):  # historia lo aparta
        assert muerto.apartar().read_bytes() == BUENO[:donde] + ruido + BUENO[donde + quita :]
    assert abandonados(carpeta) == []
    assert corrida.id_actual() != "x"
