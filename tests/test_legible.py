"""Lo que traen los datos se muestra, y no hace nada."""

import pytest

from fluxion_luigi.legible import legible


@pytest.mark.parametrize(
    ("texto", "visto"),
    [
        ("✓ «Ñame» 🟡\tcaja\u00a01\n", "✓ «Ñame» 🟡\tcaja\u00a01\n"),
        ("\x1b[2Jcaja\x07", "\\x1b[2Jcaja\\x07"),
        ("cobrado \u202e001", "cobrado \\u202e001"),
        ("una\r\ndos\rtres\u2028", "una\ndos\\rtres\\u2028"),
        ("ventas\udcff.duckdb\n", "ventas\udcff.duckdb\n"),
    ],
)
def test_lo_que_no_se_ve_va_escrito(texto, visto):
    assert legible(texto) == visto
