"""La base en un lago DuckLake: lo mismo que en un archivo, y muchos a la vez."""

import contextlib
import re
import shutil
import subprocess
from datetime import UTC, date, datetime
from decimal import Decimal

import duckdb
import pytest
from psycopg.conninfo import conninfo_to_dict

from fluxion_luigi.destino import carga, conexion_lago, lago
from fluxion_luigi.destino.base import para_escribir, para_leer
from fluxion_luigi.destino.carga import confirmar
from fluxion_luigi.errores import (
    ErrorBaseDanada,
    ErrorConciliacion,
    ErrorConfiguracion,
    ErrorDestino,
    ErrorDiaVaciado,
    ErrorDisco,
)
from tests import lagos
from tests.destino.test_carga import cargar, lote
from tests.lagos import EN_LAGO, EN_LOS_DOS
from tests.proyecto import RAIZ, Proyecto, cada_dia, con_dos_tiendas, vender

pytestmark = pytest.mark.postgresql
README = RAIZ / "README.md"
VISTAS = (
    "ventas", "ventas_diarias", "cobertura_mensual", "productos", "devoluciones",
    "resultado_diario", "ventas_por_departamento", "ventas_por_producto",
)  # fmt: skip


@pytest.fixture(scope="module")
def cargado(tmp_path_factory, catalogos):
    """Dos tiendas con marzo en un lago, cargado por la línea de órdenes; y su retrato."""
    proyecto = Proyecto(tmp_path_factory.mktemp("lago") / "proyecto")
    lagos.poner(proyecto, catalogos)
    con_dos_tiendas(proyecto)
    salida = proyecto.rango("2025-03", "2025-03", workers=3)
    assert salida.codigo == 0, salida.todo
    return proyecto


def archivos(proyecto: Proyecto) -> list[str]:
    """Los de ventas que hay en la carpeta del lago, estén o no en él."""
    raiz = proyecto.carpeta / "lago" / "main" / "ventas_raw"
    return sorted(str(p.relative_to(raiz)) for p in raiz.rglob("*.parquet"))


def suyos(proyecto: Proyecto) -> list[str]:
    """Los que el lago dice tener."""
    hay = proyecto.consultar("SELECT data_file FROM ducklake_list_files('lago', 'ventas_raw')")
    return [a.split("/ventas_raw/")[1] for (a,) in hay]


def test_las_ventas_quedan_en_el_lago_un_archivo_por_tienda_y_mes_en_orden_de_fecha(cargado):
    assert cargado.cargado() == cargado.en_origen("2025-03-01", "2025-03-31")
    assert cargado.marcadores() == ["tienda_01/2025-03.json", "tienda_02/2025-03.json"]
    assert cargado.sobras() == []
    hay = suyos(cargado)
    assert archivos(cargado) == sorted(hay)
    assert [a.rsplit("/", 1)[0] for a in sorted(hay)] == [
        f"ubicacion_id=tienda_0{n}/year=2025/month=3" for n in (1, 2)
    ]
    for (fechas,) in cargado.consultar(
        "SELECT list(fecha ORDER BY file_row_number) FROM read_parquet(?, file_row_number = true) "
        "GROUP BY filename",
        [str(cargado.carpeta / "lago" / "main" / "ventas_raw" / a) for a in hay],
    ):
        assert fechas == sorted(fechas)


@pytest.mark.parametrize("destino", ["archivo"], indirect=True)
def test_las_vistas_dicen_lo_mismo_que_en_un_archivo(cargado, con_marzo):
    with lagos.abierto(cargado) as c:
        for vista in VISTAS:
            columnas = [
                n
                for n, *_ in c.execute(f"DESCRIBE {vista}").fetchall()
                if n not in ("corrida_id", "confirmado_en", "pos")
            ]
            texto = f"SELECT {', '.join(columnas)} FROM {vista} ORDER BY ALL"
            assert c.execute(texto).fetchall() == con_marzo.consultar(texto), vista


def test_el_estado_y_la_calidad_no_saben_que_es_un_lago(cargado):
    estado = cargado.luigi("EstadoVentas", "--desde", "2025-03", "--hasta", "2025-03")
    assert estado.codigo == 0, estado.todo
    assert "100%" in estado.fuera
    assert cargado.luigi("VerificarCalidad").codigo == 0
    publicar = cargado.luigi("PublicarBase")
    assert "no hace falta una copia" in publicar.todo
    assert "Traceback" not in estado.todo + publicar.todo


def test_quien_mira_mientras_se_recarga_ve_cada_dia_entero_antes_o_despues(cargado):
    antes = cargado.cargado()
    for id_ in ("tienda_01", "tienda_02"):
        mas = {f"2025-03-{d:02d}": 7 for d in range(1, 32)}
        vender(cargado.carpeta / "pos" / f"{id_}.sqlite", mas)
    despues = cargado.en_origen("2025-03-01", "2025-03-31")
    corrida = cargado.lanzar(
        "RangoVentas", "--desde", "2025-03", "--hasta", "2025-03", "--recargar", workers=2
    )
    vistas, mezcladas = 0, set()
    with lagos.abierto(cargado) as c:
        while corrida.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                corrida.wait(0.1)
            visto = c.execute(
                "SELECT ubicacion_id, dia, d.filas, d.total, v.filas, v.total "
                "FROM control_dias AS d "
                "JOIN (SELECT ubicacion_id, fecha AS dia, count(*) AS filas, sum(total) AS total "
                "FROM ventas_raw GROUP BY ALL) AS v USING (ubicacion_id, dia)"
            ).fetchall()
            assert len(visto) == len(antes)
            for tienda, dia, *resto in visto:
                assert tuple(resto[:2]) == tuple(resto[2:])
                assert tuple(resto[:2]) in (antes[tienda, dia], despues[tienda, dia])
            mezcladas.add(sum(tuple(v[2:4]) == despues[v[0], v[1]] for v in visto))
            vistas += 1
    assert corrida.returncode == 0, corrida.communicate()
    assert mezcladas <= {0, 31, 62}  # cada tienda-mes, de una vez
    assert vistas > 2
    assert cargado.cargado() == despues


@EN_LAGO
def test_lo_que_choca_con_otro_se_hace_otra_vez_y_lo_que_no_se_acepta_no_deja_archivos(
    dos_tiendas, tmp_path, monkeypatch
):
    cargar(dos_tiendas, lote(tmp_path / "v.parquet", 40), [])
    monkeypatch.setattr(lago.EnLago, "turno", lambda self: contextlib.nullcontext())
    veces, agregar = [], lago.EnLago._agregar

    def con_otro_en_medio(self, escritos):
        """La primera vez, otro cambia la tabla del control mientras ésta trabaja."""
        veces.append(1)
        if len(veces) == 1:
            with para_escribir(dos_tiendas.config) as base:
                confirmar(base, "tienda_01", [date(2025, 3, 1)], datetime.now(UTC))
        return agregar(self, escritos)

    with monkeypatch.context() as m:
        m.setattr(lago.EnLago, "_agregar", con_otro_en_medio)
        cargar(dos_tiendas, lote(tmp_path / "v.parquet", 31), [])
    assert len(veces) > 1
    assert sum(n for n, _ in dos_tiendas.cargado().values()) == 31
    hay = archivos(dos_tiendas)

    sin_el_primero = lote(tmp_path / "v.parquet", 31)
    del sin_el_primero.origen[date(2025, 3, 1)]
    with (
        pytest.raises(ErrorDiaVaciado, match="responde vacío para 2025-03-01"),
        para_escribir(dos_tiendas.config) as base,
    ):
        carga.cargar(
            base, "tienda_01", [sin_el_primero], "c", aceptar_vacios=False, avanzo=lambda *_: None
        )
    malo = lote(tmp_path / "v.parquet", 35)
    malo.origen[date(2025, 3, 1)] = malo.origen[date(2025, 3, 1)]._replace(total=Decimal(99))
    with pytest.raises(ErrorConciliacion):
        cargar(dos_tiendas, malo, [])
    assert archivos(dos_tiendas) == hay
    assert sum(n for n, _ in dos_tiendas.cargado().values()) == 31


@EN_LOS_DOS
def test_los_ejemplos_de_un_hallazgo_vuelven_letra_por_letra(dos_tiendas):
    raros = [["a,b", "o'x]", "NULL", "", "ñ [1", "{k:v}", 'dice "q"', "lin\nea", " x ", "\\"], []]
    horas = {"a=b, c": 1, "o'k": 3, '"': 4, "": 5}
    with para_escribir(dos_tiendas.config) as base:
        base.conexion.execute(
            "INSERT INTO calidad BY NAME SELECT 'r' AS revision, ? AS ejemplos", [raros]
        )
        base.conexion.execute(
            "INSERT INTO perfil_dias BY NAME SELECT ?::MAP(VARCHAR, BIGINT) AS cajas",
            [{"key": list(horas), "value": list(horas.values())}],
        )
    assert dos_tiendas.consultar("SELECT ejemplos FROM calidad") == [(raros,)]
    assert dos_tiendas.consultar("SELECT cajas FROM perfil_dias") == [(horas,)]


@EN_LAGO
def test_cada_cosa_que_falta_o_no_es_suya_se_dice_en_una_frase(dos_tiendas, monkeypatch, tmp_path):
    def dice(error, frase, **ambiente):
        config = dos_tiendas.config
        config.ajustes.ambiente.update(ambiente)
        with pytest.raises(error, match=frase) as e, para_escribir(config):
            pass
        assert "Traceback" not in str(e.value)
        assert "clave de prueba" not in str(e.value)

    datos = dos_tiendas.carpeta / "lago"
    datos.write_text("un archivo donde va la carpeta")
    dice(ErrorDisco, "hay un archivo donde debe ir una carpeta")
    datos.unlink()
    with monkeypatch.context() as m:
        m.setattr(conexion_lago.importlib.util, "find_spec", lambda nombre: None)
        dice(ErrorConfiguracion, r"falta la extensión postgres_scanner.*\[lago\]")
    cargar(dos_tiendas, lote(tmp_path / "v.parquet", 40), [])
    dice(ErrorDestino, "FLUXION_LAGO_USUARIO y FLUXION_LAGO_CLAVE|usuario y la clave",
         FLUXION_LAGO_CLAVE="otra clave")  # fmt: skip

    # La carpeta sin montar, y la de otro lago.
    datos.rename(datos.with_name("lejos"))
    dice(ErrorDestino, "no tiene su fluxion_base_id.csv.*la misma carpeta compartida")
    shutil.copytree(datos.with_name("lejos"), datos, dirs_exist_ok=True)
    (datos / "fluxion_base_id.csv").write_text("otro\n")
    dice(ErrorDestino, "es la de otro lago")
    shutil.rmtree(datos)
    datos.with_name("lejos").rename(datos)

    # Un archivo que alguien borró: se dice cuál, y que la base está dañada.
    for parquet in datos.rglob("main/ventas_raw/**/*.parquet"):
        parquet.rename(parquet.with_suffix(".aparte"))
    with (
        pytest.raises(ErrorBaseDanada, match="le falta un archivo"),
        para_leer(dos_tiendas.config) as base,
    ):
        base.hacer("leer_dia", tienda="tienda_01", dia=date(2025, 3, 1))
    danada = dos_tiendas.luigi("VerificarIntegridad")
    assert danada.codigo == 30
    assert "«lago_datos» otra carpeta" in " ".join(danada.fuera.split())
    assert "mv " not in danada.todo
    for aparte in datos.rglob("*.aparte"):
        aparte.rename(aparte.with_suffix(".parquet"))

    with para_escribir(dos_tiendas.config) as base:
        base.conexion.execute("INSERT INTO version_esquema VALUES (999, now()::TIMESTAMP)")
    dice(ErrorDestino, "en la versión 999 y este programa conoce hasta")
    dos_tiendas.cadena = "otra cadena"
    dos_tiendas.escribir()
    dice(ErrorDestino, "guarda las ventas de la cadena «prueba»")


@EN_LAGO
def test_el_lago_de_otro_programa_no_se_toca(dos_tiendas):
    with contextlib.closing(conexion_lago.abrir(dos_tiendas.config, crea=True)) as c:
        c.execute("CREATE SCHEMA otro; CREATE TABLE otro.clientes AS SELECT 1 AS n")
    dice = "es un lago que no hizo este proyecto: tiene una tabla clientes"
    with pytest.raises(ErrorDestino, match=dice), para_escribir(dos_tiendas.config):
        pass
    with lagos.abierto(dos_tiendas) as c:
        assert c.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("clientes",)]


def test_con_el_catalogo_caido_la_orden_lo_dice_y_repetida_acaba(tmp_path):
    servidor = lagos.Servidor()
    try:
        proyecto = Proyecto(tmp_path / "proyecto")
        nombre = lagos.poner(proyecto, servidor)
        # Y el search_path del servidor no esconde el lago.
        with contextlib.closing(servidor.conectar()) as c:
            c.execute(f"ALTER DATABASE {nombre} SET search_path = otro")
        proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-06", 40))
        assert proyecto.rango("2025-03-01", "2025-03-03").codigo == 0
        servidor.matar()
        caida = proyecto.rango("2025-03-01", "2025-03-06")
        assert caida.codigo != 0
        assert "No se pudo entrar en el catálogo del lago" in caida.todo
        assert "Traceback" not in caida.todo
        assert "clave de prueba" not in caida.todo
        servidor.arrancar()
        # Una conexión de antes de la caída no estorba a este mismo proceso.
        assert len(proyecto.cargado()) == 3
        assert proyecto.rango("2025-03-01", "2025-03-06").codigo == 0
        assert proyecto.cargado() == proyecto.en_origen("2025-03-01", "2025-03-06")
    finally:
        servidor.borrar()


def test_bi_lee_con_duckdb_y_un_usuario_que_solo_lee(cargado, catalogos, monkeypatch):
    """Lo que dice el README: nada del proyecto, sólo DuckDB y el ambiente de libpq."""
    catalogo = conninfo_to_dict(cargado.config.ajustes.base.catalogo)["dbname"]
    with contextlib.closing(catalogos.conectar(catalogo)) as c:
        c.execute("CREATE ROLE bi LOGIN PASSWORD 'clave de bi'")
        permisos = re.search(r"^GRANT SELECT.*?^```", README.read_text(), re.M | re.S)[0]
        for permiso in permisos.strip("`\n").split(";\n"):
            c.execute(permiso)
    assert cargado.rango("2025-04-01", "2025-04-02", "--tiendas", "tienda_01").codigo == 0
    monkeypatch.setenv("PGUSER", "bi")
    monkeypatch.setenv("PGPASSWORD", "clave de bi")
    with duckdb.connect() as c:
        for nombre in ("postgres_scanner", "ducklake"):
            c.execute(f"LOAD '{conexion_lago._extension(nombre)}'")
        c.execute(f"ATTACH '{cargado.ajustes['base']}' AS lago (READ_ONLY)")
        c.execute("USE lago")
        [(filas,)] = c.execute("SELECT sum(lineas) FROM ventas_diarias").fetchall()
        [(lineas,)] = c.execute("SELECT count(*) FROM ventas").fetchall()
        with pytest.raises(duckdb.Error, match="read-only"):
            c.execute("DELETE FROM ventas_raw")
    assert filas == lineas == sum(n for n, _ in cargado.cargado().values())
