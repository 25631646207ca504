"""Un rango grande y terminado: 17 tiendas por 13 meses se repiten en segundos y sin abrir nada."""

import resource
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

from fluxion_luigi import marcadores
from fluxion_luigi.conciliacion import Conteo
from fluxion_luigi.destino.base import para_escribir
from fluxion_luigi.destino.carga import cargar
from fluxion_luigi.destino.lote import Lote
from fluxion_luigi.origen.columnas import ESQUEMA
from fluxion_luigi.periodos import Rango, meses

RANGO = Rango(date(2024, 9, 1), date(2025, 9, 30))


def dejar_cargado(proyecto, tmp_path) -> None:
    """Carga una línea por día con el mismo código que una corrida, sin pasar por las tiendas.

    La primera tienda; las demás son copias suyas.
    """
    dias, cuando = list(RANGO), datetime(2025, 11, 1, tzinfo=UTC)
    columnas = {c.name: pa.nulls(len(dias), c.type) for c in ESQUEMA}
    columnas["fecha"] = pa.array(dias, pa.date32())
    columnas["total"] = pa.array([Decimal("1.50")] * len(dias), pa.decimal128(18, 4))
    archivo = tmp_path / "dias.parquet"
    pq.write_table(pa.table(columnas, schema=ESQUEMA), archivo)
    conteos = {d: Conteo(1, Decimal("1.5")) for d in dias}
    lote = Lote(RANGO, str(archivo), len(dias), True, cuando, conteos, {}, {})
    config = proyecto.config
    with para_escribir(config) as base:
        una, *otras = proyecto.tiendas
        cargados = cargar(base, una, [lote], "corrida", aceptar_vacios=False)
        for tabla in ("ventas_raw", "control_dias"):
            base.conexion.execute(
                f"INSERT INTO {tabla} SELECT c.* REPLACE (otra AS ubicacion_id) "
                f"FROM {tabla} AS c, (SELECT unnest($1) AS otra)", [otras],
            )  # fmt: skip
    for tienda in proyecto.tiendas:
        for mes in meses(RANGO):
            hechos = {d: marcadores.DiaCargado(cargados[d], cuando, "corrida") for d in mes}
            marcador = marcadores.Marcador(tienda, mes.mes, base.id, hechos)
            marcadores.agregar(config.ajustes.marcadores, marcador, config.ajustes.base)


def de_los_hijos() -> float:
    """Segundos de procesador: los de reloj dependen de qué más haga la máquina."""
    hijos = resource.getrusage(resource.RUSAGE_CHILDREN)
    return hijos.ru_utime + hijos.ru_stime


def test_repetir_17_tiendas_por_13_meses_toma_menos_de_5_segundos(proyecto, tmp_path):
    for n in range(1, 18):
        proyecto.con_tienda(f"tienda_{n:02d}")  # sin archivo: abrirla sería un fallo
    dejar_cargado(proyecto, tmp_path)
    antes = proyecto.base.stat()
    inicio = de_los_hijos()
    salida = proyecto.rango("2024-09", "2025-09", workers=3)
    tardo = de_los_hijos() - inicio
    assert salida.codigo == 0, salida.todo
    assert proyecto.reporte()["tiendas_mes"]["al_dia"] == 221
    assert tardo < 5  # toma uno
    despues = proyecto.base.stat()
    assert (despues.st_mtime_ns, despues.st_size) == (antes.st_mtime_ns, antes.st_size)


def test_un_rango_por_hacer_le_da_al_scheduler_tres_tareas_por_tienda_mes_a_lo_sumo(proyecto):
    for n in range(1, 4):
        proyecto.con_tienda(f"tienda_{n:02d}")
    salida = proyecto.rango("2024-09", "2025-09")
    assert salida.codigo == 30  # no hay archivos: fallan las tres pruebas de conectividad
    log = next((proyecto.carpeta / "logs").glob("*.log")).read_text()
    programadas = {
        linea.split("task ")[1].split()[0] for linea in log.splitlines() if "Informed" in linea
    }
    assert len(programadas) == 3 * 13 * 2 + 3 + 1
