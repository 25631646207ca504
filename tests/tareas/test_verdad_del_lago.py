"""Con un lago la verdad es su control: lo que cargó un host vale en todos, haya marcador o no."""

import os
from datetime import date

from fluxion_luigi import cobertura
from tests import nucleo
from tests.lagos import EN_LAGO
from tests.proyecto import Proyecto, cada_dia, vender

UN_DIA = ("2025-03-02", "2025-03-02")
MES = ("2025-03-01", "2025-03-05")


def _otro_host(proyecto: Proyecto) -> Proyecto:
    """El mismo catálogo y el mismo lago, en otra carpeta: sin un solo marcador."""
    datos = str(proyecto.carpeta / proyecto.ajustes["lago_datos"])
    proyecto.ajustes["lago_datos"] = datos
    proyecto.escribir()
    return Proyecto(
        proyecto.carpeta.with_name("otro"), tiendas=proyecto.tiendas,
        ajustes=dict(proyecto.ajustes), ambiente=proyecto.ambiente, cadena=proyecto.cadena,
    )  # fmt: skip


@EN_LAGO
def test_lo_que_cargo_un_host_no_lo_vuelve_a_pedir_otro_salvo_que_se_le_diga(proyecto):
    proyecto.con_tienda("tienda_01", cada_dia(*MES, 40))
    archivo = proyecto.carpeta / "pos" / "tienda_01.sqlite"
    otro = _otro_host(proyecto)
    assert proyecto.rango(*MES).codigo == 0
    # El otro no tiene marcadores, y la tienda no está: no hay nada que preguntarle.
    os.rename(archivo, f"{archivo}.apagada")
    assert otro.rango(*MES).codigo == 0
    assert otro.marcadores() == ["tienda_01/2025-03.json"]
    os.rename(f"{archivo}.apagada", archivo)
    # Se pide otra vez un día: se lee de la tienda, y vale para los dos.
    vender(archivo, {"2025-03-02": 3})
    antes = otro.cargado()
    salida = otro.rango(*UN_DIA, "--recargar")
    assert salida.codigo == 0, salida.todo
    assert proyecto.cargado() == proyecto.en_origen(*MES) != antes
    assert not list((otro.carpeta / "markers" / ".anulados").rglob("*.json"))


@EN_LAGO
def test_un_renglon_de_control_de_otra_mano_no_impide_cargar_otra_vez_los_demas(proyecto):
    proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-04", 5))
    nucleo.cargar(proyecto, "2025-03-01", "2025-03-03")
    proyecto.a_mano(
        "INSERT INTO control_dias (ubicacion_id, dia) VALUES ('tienda_01', '2025-03-04')"
    )
    dias = [date(2025, 3, n) for n in (1, 2, 4)]
    cobertura.anular(proyecto.config, "tienda_01", "2025-03", dias)
    assert nucleo.pendientes(proyecto, "tienda_01", "2025-03-01", "2025-03-04") == dias
    assert nucleo.cargar(proyecto, "2025-03-01", "2025-03-04") == set()
    assert proyecto.exigir_dias_enteros() == proyecto.en_origen("2025-03-01", "2025-03-04")
    assert nucleo.pendientes(proyecto, "tienda_01", "2025-03-01", "2025-03-04") == []
