"""Lo que el README invita a copiar corre, y lo que nombra existe."""

import re

import duckdb
import pytest

import fluxion_luigi
from fluxion_luigi import TAREAS, config, demo
from fluxion_luigi.config.ajustes import CLAVES
from fluxion_luigi.demo import rarezas
from fluxion_luigi.periodos import Rango
from tests.proyecto import RAIZ, Proyecto

README = (RAIZ / "README.md").read_text()
CONSULTAS = re.findall(r"^```sql\n(.*?)^```", README, re.M | re.S)
DOCUMENTOS = (
    "README.md", "CONTRIBUTING.md", "CHANGELOG.md", ".env.ejemplo", "luigi.cfg",
    "tiendas.ejemplo.toml",
)  # fmt: skip
DE_LUIGI = {"workers", "local-scheduler", "scheduler-host", "no-lock"}


@pytest.fixture(scope="module")
def en_julio(tmp_path_factory) -> Proyecto:
    """Dos tiendas de la demostración con la primera semana de julio, menos el día 4."""
    proyecto = Proyecto(tmp_path_factory.mktemp("readme") / "proyecto")
    for tienda in ("tienda_01", "tienda_02"):
        proyecto.con_tienda(tienda)
        demo.construir(proyecto.tienda(tienda), Rango.de_texto("20250701-20250707"))
    assert proyecto.rango("2025-07-01", "2025-07-07").codigo == 0
    with duckdb.connect(str(proyecto.base)) as base:
        base.execute("DELETE FROM ventas_raw WHERE fecha = '2025-07-04'")
        base.execute("DELETE FROM control_dias WHERE dia = '2025-07-04'")
    return proyecto


def test_hay_cinco_consultas():
    assert len(CONSULTAS) == 5


@pytest.mark.parametrize("consulta", CONSULTAS, ids=lambda c: c.splitlines()[0][3:])
def test_cada_consulta_del_readme_corre_y_trae_algo(en_julio, consulta):
    assert en_julio.consultar(consulta)


def test_las_consultas_dicen_lo_que_hay(en_julio):
    por_tienda = {f[1]: f[2:] for f in en_julio.consultar(CONSULTAS[0])}
    [(total, lineas)] = en_julio.consultar("SELECT sum(total), count(*) FROM ventas_raw")
    assert (sum(t for t, _ in por_tienda.values()), sum(n for _, n in por_tienda.values())) == (
        total, lineas,
    )  # fmt: skip
    assert [f[1:] for f in en_julio.consultar(CONSULTAS[4])] == [
        (t, 7, 6, 1, 85.71) for t in ("TIENDA_01", "TIENDA_02")
    ]


def test_el_readme_nombra_todas_las_vistas():
    readme = (RAIZ / "README.md").read_text()
    vistas = [v.stem for v in (RAIZ / "sql" / "vistas").glob("*.sql")]
    assert [v for v in vistas if f"`{v}`" not in readme] == []


def test_cada_enlace_interno_lleva_a_un_titulo():
    sin_codigo = re.sub(r"^```.*?^```", "", README, flags=re.M | re.S)
    titulos = re.findall(r"^#+ (.*)$", sin_codigo, re.M)
    anclas = {re.sub(r"[^\w -]", "", x.lower()).replace(" ", "-") for x in titulos}
    enlaces = re.findall(r"\]\(#([^)]+)\)", README)
    assert len(enlaces) > 20
    assert [e for e in enlaces if e not in anclas] == []


def test_cada_orden_que_se_nombra_tiene_sus_opciones():
    orden = re.compile(rf"\b({'|'.join(TAREAS)})((?: (?!--)[^\s`|]+|,? `?--[\w-]+`?)+)")
    vistas = 0
    for documento in DOCUMENTOS:
        for tarea, resto in orden.findall((RAIZ / documento).read_text().replace("\\\n", "")):
            parametros = getattr(fluxion_luigi, tarea).get_params()
            tiene = {n.replace("_", "-") for n, _ in parametros} | DE_LUIGI
            dichas = re.findall(r"--([\w-]+)", resto)
            assert [o for o in dichas if o not in tiene] == [], (documento, tarea)
            vistas += len(dichas)
    assert vistas > 50


@pytest.mark.parametrize("documento", DOCUMENTOS)
def test_cada_ajuste_y_cada_archivo_que_se_nombra_existe(documento):
    texto = (RAIZ / documento).read_text()
    variables = {v.lower() for v in re.findall(r"\bFLUXION_([A-Z][A-Z_]+[A-Z])\b", texto)}
    secretas = {"alertas_urls", "latido_url", "lago_usuario", "lago_clave"}
    assert variables <= {*CLAVES, *secretas}
    familias = {c.split("_")[0] for c in CLAVES if "_" in c}
    ajustes = {
        a for a in re.findall(r"`(\w+_\w+)(?: = [^`]+)?`", texto) if a.split("_")[0] in familias
    }
    otros = {"dias_fallidos", "dias_por_pedido", "segundos_por_pedido"}
    assert ajustes - otros <= set(CLAVES)
    carpetas = "sql|bench|despliegue|fluxion_luigi|tests|herramientas"
    rutas = re.findall(rf"`((?:{carpetas})/[\w/.@-]+)`", texto)
    assert [r for r in rutas if not (RAIZ / r).exists()] == []


def test_las_rarezas_que_el_readme_copia_las_dice_la_demostracion(monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "100")
    # Diga lo que diga el .env de quien la corre, y haya cargado lo que haya cargado.
    monkeypatch.setenv("FLUXION_CATALOGO", str(RAIZ / "tiendas.toml"))
    monkeypatch.setenv("FLUXION_BASE", str(tmp_path / "ventas.duckdb"))
    de_siempre = re.findall(r"^· (?:tienda_(?:16|19|12|07)|La API).*$", README, re.M)
    assert len(de_siempre) == 5
    dice = rarezas.texto(config.leer(RAIZ / "luigi.cfg")).splitlines()
    assert [x for x in de_siempre if x not in dice] == []
