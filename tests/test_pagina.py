"""Lo que el scheduler del proyecto agrega a luigid: reportes, y una página que no sale de aquí."""

import json
import subprocess
import sys
from datetime import date
from urllib.request import urlopen

import pytest

from fluxion_luigi import config, corrida, pagina
from fluxion_luigi.corrida import Diario
from fluxion_luigi.errores import ErrorConfiguracion
from fluxion_luigi.periodos import Rango
from tests.luigid import Propio

FEBRERO = str(Rango(date(2025, 2, 1), date(2025, 2, 28)))
ID = "20250301T060000Z-1a2b"


@pytest.fixture
def reportes(proyecto, monkeypatch):
    """La carpeta de reportes de un proyecto, que es el de este proceso."""
    monkeypatch.setattr(config, "actual", lambda: proyecto.config)
    carpeta = proyecto.carpeta / "reportes"
    carpeta.mkdir()
    return carpeta


def test_de_una_corrida_que_murio_se_dice_hasta_donde_llego(reportes):
    diario = Diario(reportes, ID)
    inicio = {"suceso": "inicio", "en": "2025-03-01T06:00:00+00:00", "desde": "2025-02-01",
              "hasta": "2025-02-28", "plan": [["tienda_01", "UNA", FEBRERO]],
              "pid": 2**30}  # fmt: skip
    diario.ruta.write_text(json.dumps(inicio) + "\n")
    assert corrida.abandonados(reportes) != []
    texto = pagina.texto_de(ID)
    assert "De 1 tienda(s)-mes van 0 cargada(s) (0 filas)" in texto
    assert "Murió sin escribir su reporte" in texto
    diario.ruta.write_text(json.dumps(inicio | {"plan": [["a", "b", "c"]]}) + "\n")
    assert "no se entiende" in pagina.texto_de(ID)


def test_un_reporte_de_otra_version_se_da_como_esta(reportes):
    (reportes / f"corrida_{ID}.json").write_text('{"corrida": "x"}')
    assert pagina.texto_de(ID) == '{"corrida": "x"}'
    assert pagina.texto_de("20250301T060000Z-ffff") is None


def test_la_pagina_no_le_pide_nada_a_internet(proyecto, tmp_path):
    """Ni la hoja que trae tipos de letra, ni nada que Luigi le agregue mañana."""
    with Propio(tmp_path / "luigid", proyecto) as central:
        raiz = f"http://127.0.0.1:{central.puerto}/static/visualiser"
        with urlopen(f"{raiz}/index.html") as pagina:
            assert pagina.headers["Content-Security-Policy"].startswith("default-src 'self'")
        with urlopen(f"{raiz}/lib/AdminLTE/css/AdminLTE.min.css") as hoja:
            texto = hoja.read().decode()
        assert "@import" not in texto
        assert ".info-box" in texto


def test_un_luigi_cfg_mal_escrito_se_dice_y_no_arranca(proyecto):
    proyecto.ajustes["intentos"] = "cero"
    proyecto.escribir()
    hecho = subprocess.run(
        [sys.executable, "-m", "fluxion_luigi.luigid", "--port", "1"], cwd=proyecto.carpeta,
        env=proyecto.entorno(), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert hecho.returncode == 1
    assert "intentos = cero" in hecho.stderr
    assert "Traceback" not in hecho.stderr


@pytest.mark.parametrize(
    ("url", "dicho"),
    [
        ("file:///datos/reportes", "un navegador no abre file://"),
        ("reportes", "debe empezar por http"),
        ("https://yo:secreto@ejemplo.invalid/reportes", "lleva una clave"),
    ],
)
def test_una_direccion_de_reportes_que_no_sirve_se_dice(proyecto, url, dicho):
    proyecto.ajustes["url_reportes"] = url
    proyecto.escribir()
    with pytest.raises(ErrorConfiguracion, match=dicho) as error:
        _ = proyecto.config
    assert "secreto" not in str(error.value)
