"""Lo que se confirma en un lago se lee otra vez: si ya no es lo que era, no está cargado."""

from contextlib import contextmanager
from datetime import date

import pytest

from fluxion_luigi.destino import carga
from fluxion_luigi.destino.base import para_escribir
from fluxion_luigi.errores import ErrorConciliacion, ErrorDestino
from tests.destino.test_carga import cargar, lote
from tests.lagos import EN_LAGO
from tests.proyecto import Proyecto

pytestmark = pytest.mark.postgresql
UN_DIA = date(2025, 3, 10)


def quitar_lineas(proyecto: Proyecto) -> None:
    """Otro programa, con el lago abierto para escribir."""
    with para_escribir(proyecto.config) as otra:
        otra.conexion.execute(
            "DELETE FROM ventas_raw WHERE fecha = ? AND linea % 3 = 0", [str(UN_DIA)]
        )


def perder_archivo(proyecto: Proyecto) -> None:
    """Un disco que dice que escribió."""
    for archivo in (proyecto.carpeta / "lago").rglob("*.parquet"):
        archivo.unlink()


@contextmanager
def justo_tras_confirmar(hacer, proyecto: Proyecto):
    """Al confirmar la primera carga que siga pasa eso."""
    original = carga.transaccion

    @contextmanager
    def envuelta(*args):
        with original(*args):
            yield
        hacer(proyecto)

    with pytest.MonkeyPatch.context() as m:
        m.setattr(carga, "transaccion", envuelta)
        yield


@EN_LAGO
@pytest.mark.parametrize(
    ("pasa", "error", "dice", "faltan"),
    [
        (quitar_lineas, ErrorConciliacion, "Quedan por cargar: repita la misma orden", [UN_DIA]),
        (perder_archivo, ErrorDestino, ".parquet", None),
    ],
    ids=["otro_las_cambia", "el_archivo_se_pierde"],
)  # fmt: skip
def test_lo_que_tras_confirmar_no_es_lo_comprobado_queda_por_cargar_y_se_dice(
    dos_tiendas, tmp_path, pasa, error, dice, faltan
):
    archivo = tmp_path / "v.parquet"
    antes = lote(archivo, 310)
    with justo_tras_confirmar(pasa, dos_tiendas), pytest.raises(error, match=dice) as e:
        cargar(dos_tiendas, antes, [])
    assert "sigue igual" not in str(e.value)
    faltan = faltan or list(antes.rango)
    consultar = dos_tiendas.consultar
    en_control = [d for (d,) in consultar("SELECT dia FROM control_dias ORDER BY dia")]
    assert en_control == [d for d in antes.rango if d not in faltan]
    por_que = dict(consultar("SELECT dia, causa FROM dias_fallidos"))
    assert sorted(por_que) == faltan
    assert "confirmado" in por_que[UN_DIA]
    assert [x for (x,) in consultar("SELECT accion FROM cargas ORDER BY cargado_en")] == [
        "carga", "olvido",
    ]  # fmt: skip


@EN_LAGO
def test_el_dia_que_no_quedo_como_se_comprobo_se_le_pide_otra_vez_a_la_tienda(
    dos_tiendas, tmp_path
):
    with justo_tras_confirmar(quitar_lineas, dos_tiendas), pytest.raises(ErrorConciliacion):
        cargar(dos_tiendas, lote(tmp_path / "v.parquet", 310), [])
    salida = dos_tiendas.rango("2025-03", "2025-03", "--tiendas", "tienda_01")
    assert salida.codigo == 0, salida.todo
    cual = ("tienda_01", UN_DIA)
    assert dos_tiendas.cargado()[cual] == dos_tiendas.en_origen(str(UN_DIA), str(UN_DIA))[cual]
    assert dos_tiendas.consultar("SELECT count(*) FROM dias_fallidos") == [(0,)]
