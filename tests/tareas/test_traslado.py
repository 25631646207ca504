"""MudarBase: de un archivo a un lago y de vuelta, sin perder ni repetir un día."""

import os
import signal

from tests import lagos
from tests.proyecto import Proyecto


def _con_lago(proyecto: Proyecto, carpeta, postgresql) -> tuple[str, Proyecto]:
    """Un lago nuevo para mudarse a él, y el mismo proyecto como quedará."""
    otro = Proyecto(carpeta, tiendas=proyecto.tiendas, cadena=proyecto.cadena)
    lagos.poner(otro, postgresql)
    otro.ajustes["lago_datos"] = proyecto.ajustes["lago_datos"] = str(carpeta / "lago")
    proyecto.ambiente |= otro.ambiente
    for p in (proyecto, otro):
        p.escribir()
    return otro.ajustes["base"], otro


def test_una_base_se_muda_a_un_lago_y_vuelve_con_todo_lo_suyo(con_marzo, tmp_path, postgresql):
    con_marzo.solo_en_archivo("empieza en un archivo")
    lago, otro = _con_lago(con_marzo, tmp_path / "despues", postgresql)
    # Muere con una tienda llevada; repetida, lleva la otra y nada dos veces.
    muere = con_marzo.lanzar("MudarBase", "--destino", lago)
    for linea in muere.stderr:
        if "1/2 tienda_01 2025-03" in linea:
            break
    os.killpg(muere.pid, signal.SIGKILL)
    muere.communicate()
    sigue = con_marzo.luigi("MudarBase", "--destino", lago)
    assert sigue.codigo == 0, sigue.todo
    assert "por llevar" in sigue.fuera
    assert "62 día(s) por llevar" not in sigue.fuera
    assert otro.cargado() == con_marzo.cargado()

    # En el lago no hay nada que pedirle a ninguna tienda, y lo nuevo ya se carga ahí.
    hecho = otro.rango("2025-03", "2025-04-02")
    assert hecho.codigo == 0, hecho.todo
    assert {m: n for m, n in otro.reporte()["tiendas_mes"].items() if n} == {
        "cargada": 2, "al_dia": 2,
    }  # fmt: skip
    assert [m for m in otro.marcadores() if "2025-03" in m] == [
        "tienda_01/2025-03.json", "tienda_02/2025-03.json",
    ]  # fmt: skip
    sana = otro.luigi("VerificarIntegridad")
    assert sana.codigo == 0, sana.todo
    assert "Todo coincide." in sana.fuera

    # De vuelta, a un archivo nuevo que no tiene que pedir nada: las tiendas podrían no estar.
    vuelta = otro.carpeta / "vuelta.duckdb"
    assert otro.luigi("MudarBase", "--destino", str(vuelta)).codigo == 0
    otro.ajustes["base"] = str(vuelta)
    otro.escribir()
    assert otro.cargado() == otro.en_origen("2025-03-01", "2025-04-02")
    for datos in otro.tiendas.values():
        os.rename(datos["archivo"], f"{datos['archivo']}.apagada")
    libre = otro.rango("2025-03", "2025-04-02")
    assert libre.codigo == 0, libre.todo
    # Lo que aquí se olvida y allá sigue, se dice.
    otro.ajustes["base"] = lago
    otro.escribir()
    olvida = ("--desde", "2025-03-20", "--hasta", "2025-03-21", "--tiendas", "tienda_02", "--si")
    assert otro.luigi("OlvidarVentas", *olvida).codigo == 0
    simulada = otro.luigi("MudarBase", "--destino", str(vuelta), "--simular")
    assert "tienda_02: 2025-03-20 a 2025-03-21 sólo está(n) en" in simulada.todo
    otro.ajustes["base"] = str(vuelta)
    otro.escribir()
    misma = otro.luigi("MudarBase", "--destino", "otra.duckdb")
    assert misma.codigo != 0
    assert "es de la misma clase que la base de ahora" in misma.error
    assert "Traceback" not in misma.todo
    con_clave = otro.luigi("MudarBase", "--destino", "ducklake:postgres:dbname=v password=secreta")
    assert con_clave.codigo == 40
    assert "van en el ambiente" in con_clave.error
    assert "secreta" not in con_clave.todo
