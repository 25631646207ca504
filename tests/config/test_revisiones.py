"""La cabecera de una revisión de calidad: lo que dice, y lo que se dice de una mala."""

import pytest

from fluxion_luigi.config.revisiones import leer

BUENA = """-- titulo: Mucho
-- severidad: aviso
-- significa: Hay mucho
--   más de la cuenta.
-- que_hacer: Nada.
-- Esto ya es de la consulta.

SELECT dia FROM dias;
"""


def leida(carpeta, texto):
    (carpeta / "calidad").mkdir(exist_ok=True)
    (carpeta / "calidad" / "mucho.sql").write_text(texto, encoding="utf-8")
    return leer(carpeta)


def test_una_cabecera_entera_se_lee_y_lo_que_sigue_con_sangria_es_de_su_clave(tmp_path):
    texto = BUENA.replace("-- Esto ya es de la consulta.\n", "")
    [revision], malas = leida(tmp_path, texto)
    assert malas == {}
    assert (revision.nombre, revision.titulo, revision.severidad) == ("mucho", "Mucho", "aviso")
    assert revision.significa == "Hay mucho más de la cuenta."
    assert revision.consulta == "SELECT dia FROM dias"


@pytest.mark.parametrize(
    ("antes", "despues", "dice"),
    [
        ("-- titulo: Mucho\n", "", "le falta titulo"),
        ("aviso", "grave", "Su severidad es «grave»; debe ser error o aviso"),
        ("-- que_hacer", "-- quehacer", "le falta que_hacer"),
        ("-- significa", "-- otra: x\n-- significa", "no entiende «otra»"),
        ("SELECT dia FROM dias;\n", "", "No tiene consulta"),
    ],
)
def test_una_cabecera_mala_se_explica_y_no_estorba_a_las_demas(tmp_path, antes, despues, dice):
    (tmp_path / "calidad").mkdir()
    (tmp_path / "calidad" / "sana.sql").write_text(BUENA, encoding="utf-8")
    buenas, malas = leida(tmp_path, BUENA.replace(antes, despues))
    assert [r.nombre for r in buenas] == ["sana"]
    assert dice in malas["mucho"]


def test_un_comentario_al_final_no_deja_el_punto_y_coma_en_medio(tmp_path):
    [revision], malas = leida(tmp_path, f"{BUENA}\n-- fin\n\n".replace("-- Esto", "\n-- Esto"))
    assert (revision.consulta.splitlines()[-1], malas) == ("SELECT dia FROM dias", {})


def test_sin_carpeta_no_hay_revisiones(tmp_path):
    assert leer(tmp_path) == ([], {})
