"""Las versiones de las tablas: una base de antes se lleva a la de ahora antes de cargar, o nada."""

import shutil
from pathlib import Path

import duckdb
import pytest

from fluxion_luigi.destino import migraciones
from fluxion_luigi.destino.base import para_escribir, para_leer
from fluxion_luigi.errores import ErrorDestino
from fluxion_luigi.esquema import NOMBRES, SI_LAS_DA
from tests.nucleo import cargar
from tests.proyecto import RAIZ

VERSION_1 = Path(__file__).parent / "version_1"
TABLAS_1 = ("identidad", "ventas_raw", "control_dias", "cargas")
TABLAS_3 = (*TABLAS_1, "dias_fallidos", "origenes", "version_esquema")


@pytest.fixture
def antigua(con_marzo):
    """Un proyecto con marzo cargado, y su base rehecha tal como la habría dejado la versión 1."""
    nueva = con_marzo.base.with_name("nueva.duckdb")
    con_marzo.base.rename(nueva)
    with duckdb.connect(str(con_marzo.base)) as base:
        base.execute(f"ATTACH '{nueva}' AS nueva (READ_ONLY)")
        for tabla in TABLAS_1:
            base.execute((VERSION_1 / f"{tabla}.sql").read_text())
            columnas = ", ".join(
                c for (c,) in base.execute(
                    "SELECT column_name FROM duckdb_columns() "
                    "WHERE database_name = 'ventas' AND table_name = ?", [tabla]
                ).fetchall()
            )  # fmt: skip
            base.execute(f"INSERT INTO {tabla} SELECT {columnas} FROM nueva.{tabla}")
        base.execute("DETACH nueva")
    nueva.unlink()
    return con_marzo


def forma(proyecto) -> dict[str, list[tuple]]:
    """Las tablas de la base y, de cada una, sus columnas y sus tipos."""
    tablas = [t for (t,) in proyecto.consultar("SHOW TABLES")]
    return {t: sorted(f[:2] for f in proyecto.consultar(f"DESCRIBE {t}")) for t in tablas}


def versiones(proyecto) -> list[int]:
    return [v for (v,) in proyecto.consultar("SELECT version FROM version_esquema ORDER BY 1")]


def test_hay_un_paso_por_version_sin_saltos():
    numeros = list(migraciones.pasos(RAIZ / "sql"))
    assert numeros == list(range(2, len(numeros) + 2))


def test_una_base_nueva_y_una_llevada_desde_la_primera_version_tienen_las_mismas_tablas(
    antigua, tmp_path
):
    antes = antigua.cargado()
    cargar(antigua, "2025-04-01", "2025-04-02", "tienda_01")
    llevada = forma(antigua)
    assert versiones(antigua) == list(range(2, migraciones.ultima(RAIZ / "sql") + 1))
    assert {k: v for k, v in antigua.cargado().items() if k in antes} == antes
    assert antigua.consultar("SELECT DISTINCT accion FROM cargas") == [("carga",)]
    antigua.base.unlink()
    with para_escribir(antigua.config):
        pass
    assert forma(antigua) == llevada
    assert versiones(antigua) == [migraciones.ultima(RAIZ / "sql")]


def test_una_base_de_antes_se_lee_sin_tocarla_y_lo_cargado_sigue_valiendo(antigua):
    bytes_ = antigua.base.read_bytes()
    salida = antigua.rango("2025-03", "2025-03")
    assert salida.codigo == 0
    assert "2 ya al día" in salida.fuera
    assert antigua.luigi("EstadoVentas", "--desde", "2025-03", "--hasta", "2025-03").codigo == 0
    assert antigua.base.read_bytes() == bytes_


def test_una_base_de_la_version_3_recibe_las_tiendas_y_las_vistas_y_conserva_lo_suyo(proyecto):
    proyecto.con_tienda("tienda_01")
    with para_escribir(proyecto.config):
        pass
    ahora = forma(proyecto)
    with para_escribir(proyecto.config) as base:
        vistas = [v for (v,) in base.conexion.execute(
            "SELECT view_name FROM duckdb_views() WHERE NOT internal"
        ).fetchall()]  # fmt: skip
        assert len(vistas) > 5
        deshacer = [
            *(f"DROP VIEW {v}" for v in vistas),
            *(f"DROP TABLE {t}" for t in migraciones.TABLAS if t not in TABLAS_3),
            *(f"ALTER TABLE ventas_raw DROP COLUMN {c}" for c in NOMBRES if c in SI_LAS_DA),
            *(f"ALTER TABLE control_dias DROP COLUMN {c}" for c in ("pos", "moneda")),
            "UPDATE version_esquema SET version = 3",
            "INSERT INTO control_dias (ubicacion_id, dia) VALUES ('ida', '2025-03-01')",
        ]
        base.conexion.execute("; ".join(deshacer))
    bytes_ = proyecto.base.read_bytes()
    with para_leer(proyecto.config) as base:
        assert base.version == 3
    assert proyecto.base.read_bytes() == bytes_
    with para_escribir(proyecto.config):
        pass
    assert versiones(proyecto) == [3, 4, 5, 6]
    assert forma(proyecto) == ahora
    assert proyecto.consultar("SELECT ubicacion_id FROM tiendas") == [("tienda_01",), ("ida",)]
    assert proyecto.consultar("SELECT ubicacion_id FROM control_dias") == [("ida",)]


def test_un_paso_que_falla_no_deja_nada_a_medias(antigua):
    shutil.copytree(RAIZ / "sql", antigua.carpeta / "sql")
    pasos = antigua.carpeta / "sql" / "destino" / "migraciones"
    (pasos / "0099_malo.sql").write_text("CREATE TABLE x (a INTEGER); SELECT * FROM no_existe;")
    antigua.ajustes["sql"] = str(antigua.carpeta / "sql")
    antigua.escribir()
    antes = forma(antigua)
    with pytest.raises(ErrorDestino, match="no_existe"):
        cargar(antigua, "2025-04-01", "2025-04-02", "tienda_01")
    assert forma(antigua) == antes


def test_una_base_de_un_programa_mas_nuevo_no_se_toca(dos_tiendas):
    with para_escribir(dos_tiendas.config):
        pass
    with duckdb.connect(str(dos_tiendas.base)) as base:
        base.execute("INSERT INTO version_esquema VALUES (99, now()::TIMESTAMP)")
    for abrir in (para_leer, para_escribir):
        with (
            pytest.raises(ErrorDestino, match=r"versión 99 .*Actualice el programa"),
            abrir(dos_tiendas.config),
        ):
            pass
