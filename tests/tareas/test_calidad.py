"""La calidad como la ve el operador: al cargar, con VerificarCalidad y en EstadoVentas."""

import json
import shutil
import sqlite3

import pytest

from fluxion_luigi import demo
from fluxion_luigi.destino.base import para_escribir
from fluxion_luigi.errores import ErrorUso
from fluxion_luigi.flujo import calidad
from fluxion_luigi.periodos import Rango
from fluxion_luigi.tareas.calidad import VerificarCalidad
from tests import lagos
from tests.nucleo import tareas_de
from tests.proyecto import RAIZ, Proyecto

MALO = "2025-07-04"
ROTA = """-- titulo: Rota
-- severidad: error
-- significa: Nada.
-- que_hacer: Nada.
SELECT dia, no_existe FROM dias
"""
NEGADA = """-- titulo: Ese día no
-- severidad: {}
-- significa: Ese día no se abrió.
-- que_hacer: Pregunte.
SELECT dia, lineas FROM dias WHERE dia = '{}'
"""


def en_el_pos(proyecto, sentencia: str) -> None:
    with sqlite3.connect(proyecto.tiendas["tienda_01"]["archivo"]) as pos:
        pos.execute(sentencia)
    pos.close()


def dias(proyecto, *, tabla: str = "perfil_dias", tienda: str = "tienda_01") -> list[int]:
    return [d.day for (d,) in proyecto.consultar(
        f"SELECT DISTINCT dia FROM {tabla} WHERE ubicacion_id = ? ORDER BY 1", tienda
    )]  # fmt: skip


@pytest.fixture(scope="module")
def tienda(tmp_path_factory, request) -> Proyecto:
    """Una tienda de demostración con una semana; el 4, tres líneas están dos veces."""
    proyecto = Proyecto(tmp_path_factory.mktemp("calidad") / "proyecto")
    lagos.poner_si_toca(proyecto, request)
    proyecto.con_tienda("tienda_01")
    demo.construir(proyecto.tienda("tienda_01"), Rango.de_texto("20250701-20250707"))
    en_el_pos(proyecto, f"INSERT INTO lineas SELECT * FROM lineas WHERE fecha = '{MALO}' LIMIT 3")
    shutil.copytree(RAIZ / "sql", proyecto.carpeta / "sql")
    proyecto.ajustes["sql"] = str(proyecto.carpeta / "sql")
    proyecto.escribir()
    return proyecto


@pytest.fixture(scope="module")
def cargada(tienda):
    """La misma, ya cargada con una revisión rota: la salida de la orden."""
    (tienda.carpeta / "sql" / "calidad" / "rota.sql").write_text(ROTA)
    return tienda.rango("2025-07-01", "2025-07-07")


def test_un_error_deja_fuera_su_dia_con_ejemplos_y_carga_los_demas(tienda, cargada):
    assert cargada.codigo == 30, cargada.todo
    for dicho in ("Líneas duplicadas (lineas_duplicadas) en 2025-07-04; no se cargan",
                  "Por ejemplo:", "1 día(s) sin cargar; los otros 6 ya están",
                  "en no_revisar de esa tienda", f"--desde {MALO} --hasta {MALO}"):  # fmt: skip
        assert dicho in cargada.todo
    assert "Traceback" not in cargada.todo
    assert [d.day for _, d in sorted(tienda.cargado())] == [1, 2, 3, 5, 6, 7]
    assert dias(tienda) == [1, 2, 3, 5, 6, 7]
    assert dias(tienda, tabla="dias_fallidos") == [4]
    [mes] = tienda.reporte()["detalle"]
    assert [(h["revision"], h["severidad"]) for h in mes["calidad"]] == [
        ("lineas_duplicadas", "error"), ("rota", "rota"),
    ]  # fmt: skip


def test_una_revision_rota_es_un_renglon_y_las_demas_corren(tienda, cargada):
    assert "sql/calidad/rota: No corre. DuckDB dijo: Binder Error" in cargada.error
    dicho = calidad.vigentes(tienda.config)
    assert [r["revision"] for r in dicho["rotas"]] == ["rota"]
    [hallazgo] = dicho["hallazgos"]
    assert (hallazgo["revision"], hallazgo["dias"], hallazgo["cuantas"], hallazgo["estado"]) == (
        "lineas_duplicadas", [MALO], 3, "nuevo",
    )  # fmt: skip
    (tienda.carpeta / "sql" / "calidad" / "rota.sql").unlink()


def test_lo_cargado_se_revisa_a_pedido_y_un_archivo_nuevo_es_una_revision_nueva(tienda, cargada):
    salida = tienda.luigi("VerificarCalidad", "--desde", "2025-07-05", "--hasta", "2025-07-07")
    assert (salida.codigo, "✓ Nada que decir" in salida.fuera) == (0, True), salida.todo
    nueva = tienda.carpeta / "sql" / "calidad" / "negada.sql"
    nueva.write_text(NEGADA.format("error", "2025-07-06"))
    salida = tienda.luigi("VerificarCalidad", "--tiendas", "tienda_01")
    assert salida.codigo == 30, salida.todo
    for dicho in ("Ese día no se abrió.", "Qué hacer: Pregunte.", "2025-07-06"):
        assert dicho in salida.fuera
    assert "Hay errores de calidad en lo cargado: tienda_01 (negada)" in salida.error
    informe = json.loads((tienda.carpeta / "reportes" / "calidad.json").read_text())
    assert [(h["revision"], h["estado"]) for h in informe["hallazgos"]] == [("negada", "nuevo")]
    assert informe["tiendas"] == {"tienda_01": 6}
    # Si deja de pasar, se dice; lo que dejó un día fuera sigue en pie.
    nueva.write_text(NEGADA.format("aviso", "2025-07-05"))
    salida = tienda.luigi("VerificarCalidad")
    assert salida.codigo == 0, salida.todo
    assert "Ya no están: 1 de antes." in salida.fuera
    salida = tienda.luigi("EstadoVentas", "--formato", "json")
    dicho = json.loads(salida.fuera)["calidad"]
    assert [(h["revision"], h["severidad"], h["estado"]) for h in dicho["hallazgos"]] == [
        ("lineas_duplicadas", "error", "sigue"), ("negada", "aviso", "nuevo"),
    ]  # fmt: skip
    assert dicho["resueltos"] == 1
    nueva.unlink()


def test_lo_que_se_acepta_en_el_catalogo_se_carga_y_se_olvida_con_sus_dias(tienda, cargada):
    tienda.tiendas["tienda_01"]["no_revisar"] = ["lineas_duplicadas", "inventada"]
    # Lo mal escrito se dice entero, se cargue la tienda que se cargue.
    tienda.con_tienda("tienda_03", activa=False, no_revisar=["inventada"])
    salida = tienda.rango("2025-07-01", "2025-07-07")
    assert salida.codigo == 0, salida.todo
    assert "inventada: No existe, y la nombra no_revisar de tienda_01, tienda_03" in salida.error
    assert dias(tienda) == [1, 2, 3, 4, 5, 6, 7]
    assert calidad.vigentes(tienda.config)["hallazgos"] == []
    assert tienda.consultar(
        "SELECT count(*) FROM calidad WHERE revision = 'lineas_duplicadas' AND resuelto_en IS NULL"
    ) == [(0,)]
    orden = ("--desde", "2025-07-01", "--hasta", "2025-07-02", "--tiendas", "tienda_01", "--si")
    assert tienda.luigi("OlvidarVentas", *orden).codigo == 0
    assert dias(tienda) == [3, 4, 5, 6, 7]
    tienda.tiendas["tienda_09"] = tienda.tiendas.pop("tienda_01")
    tienda.escribir()
    orden = ("--de", "tienda_01", "--a", "tienda_09", "--si")
    assert tienda.luigi("RenombrarTienda", *orden).codigo == 0
    assert dias(tienda, tienda="tienda_09") == [3, 4, 5, 6, 7]
    assert dias(tienda, tabla="calidad", tienda="tienda_09") == [4, 5, 6]


def test_una_base_de_antes_se_revisa_igual(tienda, cargada):
    """Sin perfil de nada: se hace al revisar, y desde entonces se sabe lo usual."""
    with para_escribir(tienda.config) as base:
        for tabla in ("perfil_dias", "revisiones", "calidad"):
            base.conexion.execute(f"DELETE FROM {tabla}")
    assert calidad.vigentes(tienda.config) is None
    [(cual, suyos)] = calidad.cargados(tienda.config, (), None).items()
    calidad.verificar(tienda.config, {cual: suyos[:1]}, "c", lambda n, que: None)
    assert len(dias(tienda, tienda=cual)) == len(suyos)


@pytest.mark.parametrize(
    ("opciones", "dice"),
    [
        ({"desde": "2025-03"}, "Dé --desde y --hasta"),
        ({"tiendas": "tienda_77"}, "No existe «tienda_77»"),
    ],
)
def test_una_revision_mal_pedida_se_explica(tienda, opciones, dice):
    with tareas_de(tienda), pytest.raises(ErrorUso, match=dice):
        VerificarCalidad.from_str_params(opciones)


def test_unos_dias_que_no_se_pueden_revisar_se_cargan_y_se_dice(tmp_path):
    """La cuenta del perfil se desborda: la calidad se queda sin mirar, y las ventas entran."""
    sql = tmp_path / "sql"
    shutil.copytree(RAIZ / "sql", sql)
    perfil = sql / "destino" / "calidad_dias.sql"
    texto = perfil.read_text()
    roto = texto.replace("abs(cantidad::DOUBLE * precio_unitario)", "CAST(codigo || 'x' AS INT)")
    perfil.write_text(roto)
    assert roto != texto
    proyecto = Proyecto(tmp_path / "p", ajustes={"sql": str(sql)})
    proyecto.con_tienda("tienda_01", {"2025-03-01": 5, "2025-03-02": 5})
    salida = proyecto.rango("2025-03-01", "2025-03-02")
    assert salida.codigo == 0, salida.todo
    assert "esos días no se pudieron revisar, y quedan como vienen" in salida.error
    assert proyecto.cargado() == proyecto.en_origen("2025-03-01", "2025-03-02")
    [rota] = calidad.vigentes(proyecto.config)["rotas"]
    assert rota["revision"] == "perfil_dias"
    assert proyecto.consultar("FROM perfil_dias") == []
    perfil.write_text(texto)
    todo = calidad.cargados(proyecto.config, (), None)
    calidad.verificar(proyecto.config, todo, "c", lambda n, que: None)
    assert calidad.vigentes(proyecto.config)["rotas"] == []
