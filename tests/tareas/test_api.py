"""Tiendas cuyo POS es una API, por la línea de órdenes, y a la vez que otras por ODBC."""

from tests.api import TOKEN, api, con_api
from tests.envios import cortada
from tests.maldades import cambia, error, html, juntas, pierde, total, vence
from tests.proyecto import cada_dia


def test_una_tienda_de_api_se_carga_como_las_demas_y_lo_malo_se_queda_fuera(proyecto):
    with api() as servidor:
        proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-31", 5))
        for n, id_ in enumerate(("tienda_20", "tienda_21")):
            servidor.vender(f"SUC{n}", cada_dia("2025-03-01", "2025-03-31", 23 + n))
            con_api(proyecto, id_, servidor, f"SUC{n}")
        servidor.hacer(error(500), None, cortada(), html(), None, total(1), pierde())
        servidor.hacer(total(1), sucursal="SUC0", dia="2025-03-09", siempre=True)
        servidor.hacer(
            cambia("financiero.venta_total_bs", "12,50"), sucursal="SUC0", dia="2025-03-15",
            siempre=True,
        )  # fmt: skip
        salida = proyecto.rango("2025-03", "2025-03", workers=3)
        assert salida.codigo == 30, salida.todo
        assert "Traceback" not in salida.todo
        assert TOKEN not in salida.todo
        for frase in (
            "2025-03-09", "la API dice que son 24 línea(s) y llegaron 23",
            "total = «12,50» no es un número de hasta 14 cifras y 4 decimales",
        ):  # fmt: skip
            assert frase in salida.error
        esperado = servidor.en_origen(
            {"tienda_20": "SUC0", "tienda_21": "SUC1"}, "2025-03-01", "2025-03-31"
        )
        fuera = {k for k in esperado if k[0] == "tienda_20" and k[1].day in (9, 15)}
        cargado = proyecto.cargado()
        assert {k: v for k, v in cargado.items() if k[0] != "tienda_01"} == {
            k: v for k, v in esperado.items() if k not in fuera
        }
        assert len(cargado) == 31 * 3 - 2
        assert servidor.dos_a_la_vez == []
        assert proyecto.sobras() == []
        assert set(proyecto.consultar("SELECT DISTINCT ubicacion_id, moneda FROM ventas_raw")) == {
            ("tienda_01", None), ("tienda_20", "bs"), ("tienda_21", "bs"),
        }  # fmt: skip

        # Ya corregido, se piden sólo esos días; y con todo cargado, ninguno.
        servidor.portarse_bien()
        antes = len(servidor.peticiones)
        salida = proyecto.rango("2025-03", "2025-03", workers=3)
        assert salida.codigo == 0, salida.todo
        assert {str(p.dias) for p in servidor.peticiones[antes:]} == {
            "20250309-20250309", "20250315-20250315", "20000101-20000101",
        }  # fmt: skip
        assert len(proyecto.cargado()) == 31 * 3
        antes = len(servidor.peticiones)
        assert proyecto.rango("2025-03", "2025-03").codigo == 0
        assert len(servidor.peticiones) == antes


def test_la_conectividad_de_una_api_dice_en_que_paso_se_queda(proyecto):
    with api() as servidor, api() as cerrado:
        servidor.vender("SUC0", cada_dia("2025-03-01", "2025-03-02", 2))
        con_api(proyecto, "tienda_20", servidor, "SUC0")
        con_api(proyecto, "tienda_21", servidor, "SUC9")
        con_api(proyecto, "tienda_22", servidor, "SUC0", token_env="TOKEN_VIEJO")
        con_api(proyecto, "tienda_23", cerrado, "SUC1")
        con_api(proyecto, "tienda_24", servidor, "SUC2", token_env="TOKEN_QUE_FALTA")
        con_api(proyecto, "tienda_25", servidor, "SUC3", url="https://api.invalid")
        proyecto.ambiente["TOKEN_VIEJO"] = "t0k3n-viejo"
        proyecto.tiendas["tienda_22"]["comparte_con"] = ["tienda_20"]
        proyecto.escribir()
        url = cerrado.url
        cerrado_ya = cerrado.puerto
    assert url.endswith(str(cerrado_ya))
    with api() as servidor:
        servidor.vender("SUC0", cada_dia("2025-03-01", "2025-03-02", 2))
        for tienda in ("tienda_20", "tienda_21", "tienda_22", "tienda_24"):
            proyecto.tiendas[tienda]["url"] = servidor.url
        proyecto.escribir()
        salida = proyecto.luigi("VerificarConectividad")
    print(salida.todo)
