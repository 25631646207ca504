"""La base de destino: sus tablas, su formato y su identidad."""

import re

import duckdb
import pytest

from fluxion_luigi.destino.archivo import FORMATO
from fluxion_luigi.destino.base import para_escribir, para_leer
from fluxion_luigi.esquema import COLUMNAS
from tests.nucleo import cargar
from tests.proyecto import RAIZ


def test_ventas_raw_tiene_las_columnas_y_los_tipos_del_esquema_declarado(dos_tiendas):
    with para_escribir(dos_tiendas.config) as base:
        hay = {n: t for n, t, *_ in base.conexion.execute("DESCRIBE ventas_raw").fetchall()}
    declaradas = {c.nombre: c.duckdb for c in COLUMNAS}
    assert hay == {**declaradas, "ubicacion_id": "VARCHAR", "corrida_id": "VARCHAR"}


def test_las_primeras_columnas_son_las_que_el_usuario_conoce(dos_tiendas):
    with para_escribir(dos_tiendas.config) as base:
        hay = [n for n, *_ in base.conexion.execute("DESCRIBE ventas_raw").fetchall()]
    assert hay[:6] == [
        "fecha", "ubicacion_id", "producto_id", "cantidad", "precio_unitario", "total",
    ]  # fmt: skip


def test_no_hay_indices_ni_claves(dos_tiendas):
    cargar(dos_tiendas, "2025-03-01", "2025-03-02", "tienda_01")
    assert dos_tiendas.consultar("SELECT * FROM duckdb_indexes()") == []
    restricciones = dos_tiendas.consultar("SELECT constraint_type FROM duckdb_constraints()")
    assert restricciones == []


def test_la_base_se_crea_con_el_formato_que_lee_duckdb_1_5(dos_tiendas):
    with para_escribir(dos_tiendas.config):
        pass
    with duckdb.connect(str(dos_tiendas.base), read_only=True) as c:
        etiquetas = dict(c.execute("SELECT database_name, tags FROM duckdb_databases()").fetchall())
    assert etiquetas["ventas"]["storage_version"].startswith(FORMATO)


def test_abrir_otra_vez_conserva_la_identidad_y_cada_base_tiene_la_suya(dos_tiendas):
    ids = []
    for _ in range(2):
        with para_escribir(dos_tiendas.config) as base:
            ids.append(base.id)
    dos_tiendas.base.unlink()
    with para_escribir(dos_tiendas.config) as base:
        ids.append(base.id)
    assert ids[0] == ids[1] != ids[2]


def test_leer_una_base_que_no_existe_no_la_crea(dos_tiendas):
    with para_leer(dos_tiendas.config) as base:
        assert base is None
    assert not dos_tiendas.base.exists()


def test_las_filas_de_una_tienda_quedan_en_orden_de_fecha_aunque_lleguen_desordenadas(proyecto):
    from tests.proyecto import vender

    proyecto.con_tienda("tienda_01", {"2025-03-05": 30})
    vender(proyecto.carpeta / "pos" / "tienda_01.sqlite", {"2025-03-01": 30, "2025-03-03": 30})
    # Sin el índice, SQLite las devuelve como se insertaron.
    import sqlite3

    with sqlite3.connect(proyecto.carpeta / "pos" / "tienda_01.sqlite") as pos:
        pos.execute("DROP INDEX lineas_fecha")
    cargar(proyecto, "2025-03-01", "2025-03-31")
    fechas = [f for (f,) in proyecto.consultar("SELECT fecha FROM ventas_raw")]
    assert len(fechas) == 90
    assert fechas == sorted(fechas)


def test_todo_el_sql_de_destino_se_usa():
    nombres = {p.stem for p in (RAIZ / "sql" / "destino").glob("*.sql")}
    codigo = "".join(
        p.read_text()
        for carpeta in ("destino", "flujo")
        for p in (RAIZ / "fluxion_luigi" / carpeta).glob("*.py")
    )
    assert [n for n in sorted(nombres) if f'"{n}"' not in codigo] == []


def test_ninguna_conexion_instala_ni_carga_extensiones_por_su_cuenta(dos_tiendas):
    ajenas = [
        p.name
        for p in (RAIZ / "fluxion_luigi").rglob("*.py")
        if re.search(r"duckdb\.(connect|sql|query|execute|read_\w+|from_\w+)\(?", p.read_text())
    ]
    assert sorted(ajenas) == ["archivo.py", "conexion_lago.py", "motor.py"]
    ajustes = "autoinstall_known_extensions", "autoload_known_extensions"
    pregunta = f"SELECT {', '.join(f'current_setting({a!r})' for a in ajustes)}"
    for abrir in (para_escribir, para_leer):
        with abrir(dos_tiendas.config) as base:
            assert base.conexion.execute(pregunta).fetchone() == (False, False)


@pytest.mark.parametrize("tarea", ["EstadoVentas", "RangoVentas"])
def test_una_base_que_es_de_sqlite_se_dice_sin_bajar_nada_de_internet(dos_tiendas, tarea):
    pos = dos_tiendas.tiendas["tienda_02"]["archivo"]
    fechas = ("--desde", "2025-03-01", "--hasta", "2025-03-01")
    salida = dos_tiendas.luigi(tarea, *fechas, FLUXION_BASE=pos)
    assert salida.codigo in (30, 35), salida.todo
    assert f"No se pudo usar la base {pos}" in salida.todo
    assert "http" not in salida.todo
    assert "Traceback" not in salida.todo
