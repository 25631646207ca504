"""Lo que va a la terminal llega como se pueda."""

import io

import pytest

from fluxion_luigi.tareas import salida


@pytest.mark.parametrize(
    ("codificacion", "llega"),
    [
        ("utf-8", "✓ «Ñame» 🟡 … ¿sí?"),
        ("latin-1", "ok «Ñame» ! ... ¿sí?"),
        ("cp1252", "ok «Ñame» ! … ¿sí?"),
        ("ascii", 'ok "Name" ! ... si?'),
    ],
)
def test_lo_que_la_codificacion_no_tiene_se_escribe_llano(codificacion, llega):
    crudo = io.BytesIO()
    corriente = io.TextIOWrapper(crudo, encoding=codificacion, errors="fluxion_llano")
    assert salida.escribir(corriente, "✓ «Ñame» 🟡 … ¿sí?") is None
    assert crudo.getvalue().decode(codificacion) == llega


def test_un_nombre_de_archivo_que_no_es_texto_tambien_se_dice():
    crudo = io.BytesIO()
    corriente = io.TextIOWrapper(crudo, encoding="utf-8", errors="fluxion_llano")
    salida.escribir(corriente, "ventas\udcff.duckdb")
    assert crudo.getvalue() == b"ventas?.duckdb"
