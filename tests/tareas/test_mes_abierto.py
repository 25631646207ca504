"""El mes en curso: lo provisional se vuelve a pedir otro día, lo firme no se pide más.

El reloj se adelanta de verdad, desde fuera del programa, con la biblioteca faketime de Debian.
"""

import subprocess
from datetime import timedelta

import pytest

from fluxion_luigi.flujo import extraccion
from fluxion_luigi.periodos import Rango
from tests.proyecto import Proyecto, Salida, vender


def a_los(dias: int, proyecto: Proyecto, *orden: str) -> Salida:
    """Corre la orden como si hubieran pasado esos días."""
    hecho = subprocess.run(
        ["faketime", "-f", f"+{dias}d", *orden], cwd=proyecto.carpeta, env=proyecto.entorno(),
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    return Salida(hecho.returncode, hecho.stdout, hecho.stderr)


@pytest.fixture
def hoy(proyecto):
    return proyecto.config.hoy()


@pytest.fixture
def abierto(proyecto, hoy):
    """Una tienda con ventas de los últimos diez días, hoy incluido, y de los cinco siguientes."""
    dias = {str(hoy + timedelta(days=i)): 20 for i in range(-9, 6)}
    return proyecto.con_tienda("tienda_01", dias)


def pedidos(proyecto: Proyecto) -> int:
    """Cuántos días se cargaron en la última corrida."""
    return sum(m["dias"] or 0 for m in proyecto.reporte()["detalle"])


def rango(proyecto: Proyecto, desde, hasta, *opciones: str) -> list[str]:
    return proyecto.orden("RangoVentas", "--desde", str(desde), "--hasta", str(hasta), *opciones)


def test_repetir_hoy_es_gratis_y_manana_pide_solo_lo_nuevo_y_lo_provisional(abierto, hoy):
    orden = rango(abierto, hoy - timedelta(days=9), hoy + timedelta(days=5))
    assert a_los(0, abierto, *orden).codigo == 0
    assert pedidos(abierto) == 10
    assert a_los(0, abierto, *orden).codigo == 0
    assert pedidos(abierto) == 0
    # Con tres días de gracia: mañana se piden el nuevo, el de hoy y los dos anteriores.
    simulado = a_los(1, abierto, *orden, "--simular").fuera
    assert f"{hoy - timedelta(days=2)} a {hoy + timedelta(days=1)}" in simulado
    vender(abierto.carpeta / "pos" / "tienda_01.sqlite", {str(hoy - timedelta(days=1)): 3})
    salida = a_los(1, abierto, *orden)
    assert salida.codigo == 0, salida.todo
    assert pedidos(abierto) == 4
    assert abierto.cargado() == abierto.en_origen(
        str(hoy - timedelta(days=9)), str(hoy + timedelta(days=1))
    )
    # Lo que ya era firme no se pide más, ni un mes después.
    firmes = rango(abierto, hoy - timedelta(days=9), hoy - timedelta(days=3))
    assert a_los(30, abierto, *firmes).codigo == 0
    assert pedidos(abierto) == 0


def test_hoy_se_lee_en_una_ventana_aparte(abierto, hoy):
    """Aún se vende: si cambia mientras se lee, se repite un día y no los anteriores."""
    abierto.ajustes["segundos_por_ventana"] = "20"
    abierto.escribir()
    mes = Rango(max(hoy.replace(day=1), hoy - timedelta(days=9)), hoy)
    config, tienda = abierto.config, abierto.tienda("tienda_01")
    extraccion.extraer(config, tienda, mes, lambda avance: None)
    leidas = [v.rango for v in extraccion.carpeta(config, tienda, mes.mes).completa().ventanas]
    anteriores = [Rango(mes.desde, hoy - timedelta(days=1))] if hoy.day > 1 else []
    assert leidas == [*anteriores, Rango(hoy, hoy)]


def test_lo_de_hoy_no_es_verde_ni_se_pide_otra_vez_y_mas_tarde_se_dice_como(abierto, hoy):
    """Lo que se cargó a mediodía y nadie pidió más no puede salir, al mes siguiente, cumplido."""
    pos, dia, ayer = abierto.carpeta / "pos" / "tienda_01.sqlite", str(hoy), hoy - timedelta(days=1)
    assert a_los(0, abierto, *rango(abierto, ayer, hoy)).codigo == 0
    salida = a_los(0, abierto, *estado(abierto, str(ayer)))
    assert "🟡" in salida.fuera
    assert "Provisionales (aún pueden cambiar):" in salida.fuera
    assert "RangoVentas" not in salida.fuera
    vender(pos, {dia: 50})
    salida = a_los(5, abierto, *estado(abierto, dia))
    assert "✅" not in salida.fuera
    assert "De 1 día(s) de tiendas activas, 0 firmes, 1 provisionales, 0 faltan" in " ".join(
        salida.fuera.split()
    )
    assert f"1 día(s), {dia}: tienda_01" in salida.fuera
    sugerida = salida.fuera.replace("\\\n", " ").splitlines()[-1].split()
    assert sugerida[3:-1] == ["RangoVentas", "--desde", dia, "--hasta", dia, "--tiendas",
                              "tienda_01"]  # fmt: skip
    assert a_los(5, abierto, *abierto.orden(*sugerida[3:-1])).codigo == 0
    salida = a_los(5, abierto, *estado(abierto, dia))
    assert "✅" in salida.fuera
    assert "RangoVentas" not in salida.fuera
    assert abierto.cargado() == abierto.en_origen(str(ayer), dia)


def estado(proyecto: Proyecto, dia: str) -> list[str]:
    return proyecto.orden("EstadoVentas", "--desde", dia, "--hasta", dia)
