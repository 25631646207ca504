"""VerificarMuestra: lo cargado es, valor por valor, lo de la tienda leído de otro modo."""

import sqlite3

import pytest

from fluxion_luigi.errores import ErrorUso
from fluxion_luigi.tareas.muestra import VerificarMuestra
from tests.api import api, con_api
from tests.nucleo import cargar, tareas_de
from tests.proyecto import Proyecto, cada_dia
from tests.tsql import traducir


def test_una_muestra_de_lo_cargado_es_igual_y_sale_con_cero(con_marzo):
    salida = con_marzo.luigi("VerificarMuestra", "--dias", "2")
    assert salida.codigo == 0, salida.todo
    assert "Muestra de 4 día(s), valor por valor" in salida.fuera
    assert salida.fuera.count("✓") == 4


def test_un_valor_cambiado_aqui_se_dice_con_su_linea_y_los_dos_valores(dos_tiendas):
    cargar(dos_tiendas, "2025-03-05", "2025-03-05", "tienda_01")
    dos_tiendas.a_mano(
        "UPDATE ventas_raw SET cantidad = cantidad + 1 WHERE factura = '00000002' AND linea = 3",
        "DELETE FROM ventas_raw WHERE factura = '00000004'",
    )
    salida = dos_tiendas.luigi("VerificarMuestra", "--tiendas", "tienda_01")
    assert salida.codigo == 30
    for palabras in (
        "factura 00000002, linea 3: cantidad en la tienda «1.013», aquí «2.013»",
        "factura 00000004, linea 0: 1 en la tienda, 0 aquí", "y 3 línea(s) más", "--recargar",
    ):  # fmt: skip
        assert palabras in salida.todo, salida.todo


def tomar_muestra(proyecto: Proyecto, **opciones: str) -> None:
    """Lo que hace la orden, en este proceso."""
    with tareas_de(proyecto):
        VerificarMuestra.from_str_params(opciones).run()


def test_lo_que_cambio_en_el_catalogo_desde_que_se_cargo_no_es_una_diferencia(dos_tiendas, capsys):
    cargar(dos_tiendas, "2025-03-05", "2025-03-05", "tienda_01")
    with sqlite3.connect(dos_tiendas.tiendas["tienda_01"]["archivo"]) as pos:
        pos.execute("UPDATE productos SET descripcion = 'Ñame criollo'")
    tomar_muestra(dos_tiendas, tiendas="tienda_01")
    assert "descripcion (117)" in capsys.readouterr().out


def test_los_dias_se_eligen_entre_los_del_rango(con_marzo, capsys):
    tomar_muestra(con_marzo, desde="2025-03-07", hasta="2025-03-08", dias="9")
    assert "Muestra de 4 día(s)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("opciones", "dice"),
    [
        ({"desde": "2025-03"}, "Dé --desde y --hasta"),
        ({"tiendas": "tienda_77"}, "No existe «tienda_77»"),
    ],
)
def test_una_muestra_mal_pedida_se_explica(dos_tiendas, opciones, dice):
    with pytest.raises(ErrorUso, match=dice):
        tomar_muestra(dos_tiendas, **opciones)


def test_una_muestra_de_cero_dias_se_explica(dos_tiendas):
    salida = dos_tiendas.luigi("VerificarMuestra", "--dias", "0")
    assert salida.codigo == 40
    assert "--dias 0: debe ser" in salida.error


def test_sin_nada_cargado_se_dice(proyecto):
    proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-01", 1))
    with pytest.raises(ErrorUso, match="No hay ningún día firme y con ventas"):
        tomar_muestra(proyecto)


def test_una_tienda_que_no_contesta_se_dice(dos_tiendas):
    cargar(dos_tiendas, "2025-03-05", "2025-03-05")
    (dos_tiendas.carpeta / "pos" / "tienda_01.sqlite").write_bytes(b"no es una base" * 100)
    salida = dos_tiendas.luigi("VerificarMuestra")
    assert salida.codigo == 30
    assert "muestra del 2025-03-05: el archivo no es una base de datos sana" in salida.error
    assert "Traceback" not in salida.todo
    assert "✓  tienda_02" in salida.fuera  # la otra se comparó igual


@pytest.mark.postgresql
@pytest.mark.parametrize("sistema", ["stellar", "stellar_postgresql"])
def test_la_muestra_de_stellar_compara_todas_sus_columnas(en_postgresql, sistema):
    if sistema == "stellar":
        traducir(en_postgresql.carpeta / "sql")
        en_postgresql.ajustes["sql"] = str(en_postgresql.carpeta / "sql")
        en_postgresql.tiendas["tienda_01"]["sistema"] = sistema
        en_postgresql.escribir()
    cargar(en_postgresql, "2025-03-01", "2025-03-04")
    salida = en_postgresql.luigi("VerificarMuestra", "--dias", "2")
    assert salida.codigo == 0, salida.todo
    comparados = [r.split()[3:] for r in salida.fuera.splitlines() if r.startswith("✓")]
    assert comparados == [["500", "30", "0"]] * 2


def test_una_tienda_sin_otro_modo_de_leerse_se_dice_y_las_demas_se_comparan(proyecto):
    with api() as servidor:
        servidor.vender("SUC0", {"2025-03-05": 5})
        con_api(proyecto, "tienda_20", servidor, "SUC0")
        proyecto.con_tienda("tienda_01", {"2025-03-05": 5})
        cargar(proyecto, "2025-03-05", "2025-03-05")
        salida = proyecto.luigi("VerificarMuestra")
        assert salida.codigo == 0, salida.todo
        assert "✓  tienda_01" in salida.fuera
        assert "No se comparan:\n  El sistema «api_ventas» de tienda_20 habla HTTP" in salida.fuera
        assert "VerificarIntegridad --contra-origen" in salida.fuera
        # Si no había otra, no se comparó nada: eso no es un éxito.
        salida = proyecto.luigi("VerificarMuestra", "--tiendas", "tienda_20")
    assert salida.codigo == 30
    assert "habla HTTP: no hay otro modo de leerla" in salida.error
