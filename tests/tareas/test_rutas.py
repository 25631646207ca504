"""El nombre de una carpeta se toma al pie de la letra, lleve lo que lleve."""

import shutil

import pytest

from fluxion_luigi.flujo import carga, extraccion
from fluxion_luigi.periodos import Rango
from tests import nucleo
from tests.proyecto import Proyecto, cada_dia

DIAS = ("2025-03-01", "2025-03-03")


def cargar(proyecto: Proyecto) -> None:
    assert nucleo.cargar(proyecto, *DIAS) == set()
    assert proyecto.cargado() == proyecto.en_origen(*DIAS)


# Cada renglón es un camino. Lo que parece una columna de Hive va lejos de lo que parece un patrón,
# no sea que lo uno tape lo otro.
CAMINOS = (
    ("caja=9", "a b", "it's"), ("fecha=2020-01-01", "100%", "{x}"),
    ("ambiente=prod", "ñandú ☕", "$HOME"), ("v[1]", '"q"'), ("v*", "--"), ("[!a]", "\\x["),
)  # fmt: skip


@pytest.mark.parametrize("nombres", CAMINOS, ids=lambda n: n[0])
def test_bajo_carpetas_de_cualquier_nombre_se_carga_lo_que_tiene_la_tienda(tmp_path, nombres):
    proyecto = Proyecto(tmp_path.joinpath(*nombres, "proyecto"))
    cargar(proyecto.con_tienda("tienda_01", cada_dia(*DIAS, 7)))
    assert proyecto.consultar("SELECT DISTINCT caja FROM ventas_raw") == [("001",)]
    assert nucleo.pendientes(proyecto, "tienda_01", *DIAS) == []


def test_bajo_una_carpeta_con_todos_esos_nombres_corren_las_ordenes(tmp_path):
    proyecto = Proyecto(tmp_path.joinpath(*(n for nombres in CAMINOS for n in nombres)))
    proyecto.con_tienda("tienda_01", cada_dia(*DIAS, 7))
    for dicho in ("1 tienda(s)-mes cargada(s)", "1 ya al día"):
        salida = proyecto.rango(*DIAS)
        assert salida.codigo == 0, salida.todo
        assert dicho in salida.fuera
    assert proyecto.cargado() == proyecto.en_origen(*DIAS)
    estado = proyecto.luigi("EstadoVentas", "--desde", DIAS[0], "--hasta", DIAS[1])
    assert "✅  tienda_01" in estado.fuera, estado.todo


def test_dos_proyectos_hermanos_cuyos_nombres_parecen_patrones_no_se_mezclan(tmp_path):
    for n, nombre in enumerate(["v1", "v[1]", "v?", "v*"]):
        base = {"base": str(tmp_path / f"base_{n}.duckdb")}
        proyecto = Proyecto(tmp_path / nombre, ajustes=base)
        cargar(proyecto.con_tienda("tienda_01", cada_dia(*DIAS, 5 + n)))


def test_lo_que_se_carga_es_lo_que_se_comprobo_aunque_cambien_el_archivo(proyecto, monkeypatch):
    """Entre comprobar el staging y leerlo, otro archivo toma su nombre."""
    proyecto.con_tienda("tienda_01", cada_dia(*DIAS, 7))
    config, tramo = proyecto.config, Rango.de_texto("20250301-20250303")
    tienda = config.tienda("tienda_01")
    extraccion.extraer(config, tienda, tramo, lambda a: None)
    [ventana] = extraccion.carpeta(config, tienda, tramo.mes).completa().ventanas
    original = carga.para_escribir

    def y_cambia_el_archivo(config):
        otro = ventana.archivo.with_name("otro.parquet")
        shutil.copy(ventana.archivo, otro)
        otro.write_bytes(otro.read_bytes()[:-50] + b"x" * 50)
        otro.replace(ventana.archivo)
        return original(config)

    monkeypatch.setattr(carga, "para_escribir", y_cambia_el_archivo)
    carga.cargar(config, tienda, tramo, "c", aceptar_vacios=False, avanzo=lambda *_: None)
    assert proyecto.cargado() == proyecto.en_origen(*DIAS)
