"""Lo que el README invita a copiar corre."""

import re

import duckdb
import pytest

from fluxion_luigi import demo
from fluxion_luigi.periodos import Rango
from tests.proyecto import RAIZ, Proyecto

CONSULTAS = re.findall(r"^```sql\n(.*?)^```", (RAIZ / "README.md").read_text(), re.M | re.S)


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
