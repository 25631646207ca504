"""MantenerLago: menos archivos y snapshots, y nadie que esté leyendo se queda sin los suyos."""

import os
import time
from datetime import date

from fluxion_luigi.flujo import carga, extraccion
from fluxion_luigi.periodos import Rango
from tests import lagos
from tests.proyecto import cada_dia


def cargar(proyecto, dia):
    """Un día de tienda_01, como lo cargan las tareas."""
    config, tienda, rango = proyecto.config, proyecto.tienda("tienda_01"), Rango(dia, dia)
    extraccion.extraer(config, tienda, rango, lambda *_: None)
    carga.cargar(config, tienda, rango, "c", aceptar_vacios=False, avanzo=lambda *_: None)


@lagos.EN_LAGO
def test_se_juntan_los_archivos_de_un_mes_y_quien_lee_no_pierde_los_suyos(proyecto):
    proyecto.ajustes["lago_gracia"] = "0"
    proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-03", 30)).escribir()
    for dia in range(1, 4):
        cargar(proyecto, date(2025, 3, dia))
    antes = proyecto.cargado()
    carpeta = proyecto.carpeta / "lago" / "main" / "ventas_raw"
    assert len(list(carpeta.rglob("*.parquet"))) == 3
    suelto = next(carpeta.rglob("*.parquet")).with_name("de-una-carga-que-murio.parquet")
    reciente = suelto.with_name("de-una-carga-en-curso.parquet")
    # Quien comparte la carpeta con el lago no pierde lo suyo.
    ajenos = [proyecto.carpeta / "lago" / c / "de-otro.parquet" for c in ("", "otro", "main/otra")]
    for archivo in (suelto, reciente, *ajenos):
        archivo.parent.mkdir(exist_ok=True)
        archivo.write_bytes(b"a medias")
    for archivo in (suelto, *ajenos):
        os.utime(archivo, (0, time.time() - 30 * 3600))

    mirada = proyecto.luigi("MantenerLago", "--simular")
    assert mirada.codigo == 0, mirada.todo
    assert "1 archivo(s) de sobra sería(n) borrado(s)" in mirada.fuera
    # Con la gracia de siempre sólo se juntan: los de antes siguen para quien los esté leyendo.
    con_gracia = proyecto.luigi("MantenerLago", FLUXION_LAGO_GRACIA="24")
    assert "archivo(s) quedaron en" in con_gracia.fuera
    assert reciente.exists()
    assert not suelto.exists()
    assert len(list(carpeta.rglob("*.parquet"))) == 5
    with lagos.abierto(proyecto) as lector:
        version = "SELECT min(snapshot_id) FROM ducklake_snapshots('lago')"
        [(primera,)] = lector.execute(version).fetchall()
        assert primera <= 1
    sin_gracia = proyecto.luigi("MantenerLago")
    assert sin_gracia.codigo == 0, sin_gracia.todo
    assert "archivo(s) de sobra fue(ron) borrado(s)" in sin_gracia.fuera
    assert len(list(carpeta.rglob("*.parquet"))) == 2
    assert proyecto.cargado() == antes
    assert all(a.exists() for a in ajenos)


def test_un_archivo_no_tiene_que_mantenerse_y_se_dice(con_marzo):
    con_marzo.solo_en_archivo("es de un archivo")
    salida = con_marzo.luigi("MantenerLago")
    assert salida.codigo == 30
    assert "no hay nada que mantener" in salida.error
