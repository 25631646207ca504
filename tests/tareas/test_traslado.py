"""MudarBase: de un archivo a un lago y de vuelta, sin perder ni repetir un día."""

import os

from tests import lagos
from tests.proyecto import Proyecto


def _al_lago(proyecto: Proyecto, postgresql) -> tuple[str, Proyecto]:
    """Un lago nuevo para mudarse a él, y el mismo proyecto como quedará."""
    otro = Proyecto(proyecto.carpeta.with_name("despues"), cadena=proyecto.cadena)
    lagos.poner(otro, postgresql)
    proyecto.ajustes["lago_datos"] = str(otro.carpeta / "lago")
    proyecto.ambiente |= otro.ambiente
    proyecto.escribir()
    otro.ajustes |= {"lago_datos": str(otro.carpeta / "lago")}
    otro.tiendas = proyecto.tiendas
    otro.escribir()
    return otro.ajustes["base"], otro


def test_una_base_se_muda_a_un_lago_y_vuelve_con_todo_lo_suyo(con_marzo, postgresql):
    lago, otro = _al_lago(con_marzo, postgresql)
    antes = con_marzo.cargado()
    mirada = con_marzo.luigi("MudarBase", "--destino", lago, "--simular")
    assert mirada.codigo == 0, mirada.todo
    assert "62 día(s) por llevar" in mirada.fuera

    ida = con_marzo.luigi("MudarBase", "--destino", lago)
    assert ida.codigo == 0, ida.todo
    assert otro.cargado() == antes
    # Repetida, no toca nada; y en el lago no hay nada que pedirle a ninguna tienda.
    otra_vez = con_marzo.luigi("MudarBase", "--destino", lago)
    assert "0 día(s) por llevar" in otra_vez.fuera
    assert "62 ya está(n)" in otra_vez.fuera
    assert otro.rango("2025-03", "2025-03").codigo == 0
    assert otro.marcadores() == []
    sana = otro.luigi("VerificarIntegridad", "--desde", "2025-03", "--hasta", "2025-03")
    assert sana.codigo == 0, sana.todo

    # Abril, ya en el lago; y de vuelta, a un archivo nuevo que no tiene que pedir nada.
    assert otro.rango("2025-04-01", "2025-04-15").codigo == 0
    vuelta = otro.carpeta / "vuelta.duckdb"
    assert otro.luigi("MudarBase", "--destino", str(vuelta)).codigo == 0
    en_el_lago = otro.cargado()
    assert en_el_lago == otro.en_origen("2025-03-01", "2025-04-15")
    otro.ajustes["base"] = str(vuelta)
    otro.escribir()
    assert otro.cargado() == en_el_lago
    for id_ in list(otro.tiendas):  # nadie les pregunta nada: podrían no estar
        os.rename(otro.tiendas[id_]["archivo"], f"{otro.tiendas[id_]['archivo']}.apagada")
    libre = otro.rango("2025-03", "2025-04-15")
    assert libre.codigo == 0, libre.todo


def test_una_mudanza_que_muere_sigue_y_lo_que_no_se_puede_se_dice(con_marzo, postgresql):
    lago, otro = _al_lago(con_marzo, postgresql)
    con_marzo.luigi("OlvidarVentas", "--desde", "2025-03-10", "--hasta", "2025-03-31",
                    "--tiendas", "tienda_02", "--si")  # fmt: skip
    assert con_marzo.luigi("MudarBase", "--destino", lago).codigo == 0
    assert con_marzo.rango("2025-03", "2025-03").codigo == 0
    # A la mitad: lo de una tienda está, y de la otra, nueve días.
    resto = con_marzo.luigi("MudarBase", "--destino", lago)
    assert "22 día(s) por llevar" in resto.fuera
    assert otro.cargado() == con_marzo.cargado() == con_marzo.en_origen("2025-03-01", "2025-03-31")

    misma = con_marzo.luigi("MudarBase", "--destino", "otra.duckdb")
    assert misma.codigo == 30 or misma.codigo == 35 or misma.codigo == 1, misma.todo
    assert "es de la misma clase que la base de ahora" in misma.todo
    assert "Traceback" not in misma.todo
