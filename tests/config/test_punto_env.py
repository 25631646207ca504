"""El `.env`: cada renglón vale o se dice cuál no, por su número y sin mostrar lo que lleva."""

import os

import pytest

from fluxion_luigi.config import punto_env
from fluxion_luigi.errores import ErrorConfiguracion


@pytest.fixture
def leer(tmp_path):
    def hacer(texto: str | bytes):
        crudo = texto.encode() if isinstance(texto, str) else texto
        (tmp_path / ".env").write_bytes(crudo)
        return punto_env.leer(tmp_path / ".env")

    return hacer


def test_lo_que_se_escribe_de_costumbre_se_lee(leer):
    texto = (
        "# credenciales\n\nexport A=1\r\nB = dos # comentario\nC='con espacios # y ${nada}'\n"
        'D="una \\"comilla\\" y dos\\nlineas"\nE=\n  F=a=b\nA=1\n'
    )
    assert leer(texto) == {
        "A": "1", "B": "dos", "C": "con espacios # y ${nada}", "D": 'una "comilla" y dos\nlineas',
        "E": "", "F": "a=b",
    }  # fmt: skip


@pytest.mark.parametrize("marca", ["\ufeff", ""])
def test_el_primer_renglon_vale_con_bom_y_sin_el(leer, marca):
    assert leer(marca + "VENTAS_CLAVE=s3creta\n") == {"VENTAS_CLAVE": "s3creta"}


@pytest.mark.parametrize(
    ("renglon", "dice"),
    [
        ('CLAVE="s3creta', "toda comilla que se abre se cierra"),
        ("CLAVE='s3creta", "toda comilla que se abre se cierra"),
        ('CLAVE="s3creta"s3creta', "no se entiende"),
        ("CLAVE: s3creta", "se escribe NOMBRE=valor"),
        ("s3creta:", "no empieza por el nombre de una variable"),
        ("CLAVE:s3creta", "no empieza por el nombre de una variable"),
        ("CLAVE:=s3creta", "no empieza por el nombre de una variable"),
        ("CLAVE s3creta", "se escribe NOMBRE=valor"),
        ("set CLAVE=s3creta", "se escribe NOMBRE=valor"),
        ("$env:CLAVE=s3creta", "no empieza por el nombre de una variable"),
        ("=s3creta", "se escribe NOMBRE=valor"),
        ("CLAVE", "a CLAVE le falta el «=»"),
        ("CLAVE=“s3creta”", "comillas de imprenta"),
        ('CLAVE="s3creta\nOTRA=x\nMAS="', "el valor de CLAVE ocupa varias líneas"),
        ("ANTES=s3creta", "ANTES ya estaba más arriba con otro valor"),
    ],
)
def test_un_renglon_que_no_se_entiende_se_nombra_y_no_se_muestra(leer, renglon, dice):
    with pytest.raises(ErrorConfiguracion) as e:
        leer(f"ANTES=1\n\n\n{renglon}\n# fin\nDESPUES=2\n")
    assert "línea 4: " in str(e.value)
    assert dice in str(e.value)
    assert "s3creta" not in str(e.value)


@pytest.mark.parametrize(
    ("crudo", "linea"),
    [("A=1\nCLAVE=ñ".encode("latin-1"), 2), ("A=1".encode("utf-16"), 1),
     ("A=1".encode("utf-16-le"), 1), (b"A=1\n\nB=\0", 3)],
)  # fmt: skip
def test_uno_que_no_es_utf8_dice_en_que_linea(leer, crudo, linea):
    with pytest.raises(ErrorConfiguracion, match=rf"UTF-8 \(línea {linea}\)"):
        leer(crudo)


def test_uno_que_no_se_puede_leer_no_vale_por_ninguno(tmp_path):
    assert punto_env.leer(tmp_path / "no-esta") == {}
    os.symlink(tmp_path / "no-esta", tmp_path / "roto")
    (tmp_path / "carpeta").mkdir()
    for cual in ("roto", "carpeta"):
        with pytest.raises(ErrorConfiguracion, match=cual):
            punto_env.leer(tmp_path / cual)
