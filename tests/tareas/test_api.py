"""Tiendas cuyo POS es una API, por la línea de órdenes, y a la vez que otras por ODBC."""

import json
import os
import shutil
import signal
import threading
from collections import Counter
from datetime import date

from tests.api import TOKEN, api, con_api
from tests.envios import cortada, espera_a
from tests.escuchas import esperar, puerto_cerrado
from tests.maldades import cambia, error, html, pierde, total
from tests.proyecto import RAIZ, cada_dia, hacer_pos
from tests.reloj import correr


def test_una_tienda_de_api_se_carga_como_las_demas_y_lo_malo_se_queda_fuera(proyecto):
    with api() as servidor:
        proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-08", 5))
        for n, id_ in enumerate(("tienda_20", "tienda_21")):
            servidor.vender(f"SUC{n}", cada_dia("2025-03-01", "2025-03-08", 23 + n))
            con_api(proyecto, id_, servidor, f"SUC{n}")
        servidor.hacer(error(500), None, cortada(), html(), None, total(1), pierde())
        servidor.hacer(total(1), sucursal="SUC0", dia="2025-03-04", siempre=True)
        servidor.hacer(
            cambia("financiero.venta_total_bs", "12,50"), sucursal="SUC0", dia="2025-03-07",
            siempre=True,
        )  # fmt: skip
        salida = proyecto.rango("2025-03-01", "2025-03-08", workers=3)
        assert salida.codigo == 30, salida.todo
        assert "Traceback" not in salida.todo
        assert TOKEN not in salida.todo
        for frase in (
            "2025-03-04", "la API dice que son 24 línea(s) y llegaron 23",
            "total = «12,50» no es un número de hasta 14 cifras y 4 decimales",
        ):  # fmt: skip
            assert frase in salida.error
        esperado = servidor.en_origen(
            {"tienda_20": "SUC0", "tienda_21": "SUC1"}, "2025-03-01", "2025-03-08"
        )
        fuera = {k for k in esperado if k[0] == "tienda_20" and k[1].day in (4, 7)}
        cargado = proyecto.cargado()
        assert {k: v for k, v in cargado.items() if k[0] != "tienda_01"} == {
            k: v for k, v in esperado.items() if k not in fuera
        }
        assert len(cargado) == 8 * 3 - 2
        assert servidor.dos_a_la_vez == []
        assert proyecto.sobras() == []
        assert set(proyecto.consultar("SELECT DISTINCT ubicacion_id, moneda FROM ventas_raw")) == {
            ("tienda_01", None), ("tienda_20", "bs"), ("tienda_21", "bs"),
        }  # fmt: skip

        # Ya corregido, se piden sólo esos días; y con todo cargado, ninguno.
        servidor.portarse_bien()
        antes = len(servidor.peticiones)
        salida = proyecto.rango("2025-03-01", "2025-03-08", workers=3)
        assert salida.codigo == 0, salida.todo
        assert {str(p.dias) for p in servidor.peticiones[antes:]} == {
            "20250304-20250304", "20250307-20250307", "20000101-20000101",
        }  # fmt: skip
        assert len(proyecto.cargado()) == 8 * 3
        antes = len(servidor.peticiones)
        assert proyecto.rango("2025-03-01", "2025-03-08").codigo == 0
        assert len(servidor.peticiones) == antes


def test_la_conectividad_de_una_api_dice_en_que_paso_se_queda(proyecto, tmp_path):
    uno, otro = tmp_path / "uno", tmp_path / "otro"
    uno.mkdir()
    otro.mkdir()
    with api() as servidor, api(tls=uno) as con_tls, api(tls=otro) as de_nadie:
        con_tls.vender("SUC0", {"2025-03-01": 2})
        con_api(proyecto, "tienda_30", con_tls, "SUC0")
        con_api(proyecto, "tienda_31", de_nadie, "SUC0")
        proyecto.ambiente["SSL_CERT_FILE"] = str(con_tls.certificado)
        servidor.vender("SUC0", {"2025-03-01": 2})
        for n, mas in enumerate((
            {}, {}, {"token_env": "TOKEN_VIEJO", "comparte_con": ["tienda_20"]},
            {"url": f"http://127.0.0.1:{puerto_cerrado()}"}, {"token_env": "TOKEN_QUE_FALTA"},
            {"url": "https://api.invalid"}, {"url": servidor.url.replace("http:", "https:")},
        )):  # fmt: skip
            sucursal = "SUC0" if n in (0, 2) else f"SUC9{n}"
            con_api(proyecto, f"tienda_2{n}", servidor, sucursal, **mas)
        proyecto.ambiente["TOKEN_VIEJO"] = "t0k3n-viejo"
        salida = proyecto.luigi("VerificarConectividad")
    assert salida.codigo == 30, salida.todo
    assert "t0k3n" not in salida.todo
    for frase in (
        "✅ CONECTADA tienda_20 TIENDA_20\n",
        "🟡 PUERTO OK tienda_21 TIENDA_21 (la API no conoce la sucursal)",
        "🟡 PUERTO OK tienda_22 TIENDA_22 (la API rechaza la credencial)",
        "rechaza la conexión)",
        "🟡 PUERTO OK tienda_24 TIENDA_24 (con su configuración no se puede probar)",
        "❌ NO ALCANZABLE tienda_25 TIENDA_25 (el nombre api.invalid no se resuelve)",
        "🟡 PUERTO OK tienda_26 TIENDA_26 (el servidor no habla TLS como debe)",
        "✅ CONECTADA tienda_30 TIENDA_30\n",
        "🟡 PUERTO OK tienda_31 TIENDA_31 (el certificado del servidor no es de confianza)",
    ):
        assert frase in salida.error
    [reporte] = (proyecto.carpeta / "reportes").glob("conectividad_*.json")
    enlaces = {t["tienda"]: t["enlace"] for t in json.loads(reporte.read_text())["tiendas"]}
    # De la que no llegó a hablar no se sabe.
    assert enlaces == dict.fromkeys(f"tienda_{n}" for n in (23, 24, 25, 26, 31)) | {
        "tienda_20": "en claro", "tienda_21": "en claro", "tienda_22": "en claro",
        "tienda_30": "cifrado y verificado",
    }  # fmt: skip
    assert "sin cifrar desde tienda_20 TIENDA_20, tienda_21 TIENDA_21, tienda_22 TIENDA_22." in (
        salida.fuera
    )
    assert "🟠 PING OK tienda_23" in salida.error
    for frase in (
        f"127.0.0.1 {servidor.puerto}", "en claro", "Corrija «sucursal» en el catálogo.",
        "«La sucursal «SUC91» no existe»", "Ponga en .env un token (o usuario y clave)",
        "Falta TOKEN_QUE_FALTA para entrar en su API", "Corrija «url» en el catálogo",
    ):  # fmt: skip
        assert frase in " ".join(salida.fuera.split())


def test_un_sistema_de_api_se_prueba_y_se_dice_todo_lo_que_tiene_mal(proyecto):
    sql = proyecto.carpeta / "sql"
    shutil.copytree(RAIZ / "sql", sql)
    proyecto.ajustes["sql"] = str(sql)
    with api() as servidor:
        servidor.vender("SUC0", {"2025-03-01": 7})
        con_api(proyecto, "tienda_20", servidor, "SUC0")
        un_dia = ("VerificarSistema", "--tienda", "tienda_20", "--dia", "2025-03-01")
        salida = proyecto.luigi(*un_dia)
        assert salida.codigo == 0, salida.todo
        for frase in ("✓  facturas.sql  Bien.", "Leído y conciliado: 7 líneas, total 96.3200"):
            assert frase in salida.fuera

        suyo = sql / "api_ventas"
        for archivo, antes, despues in (
            ("ventas.sql", "AS codigo,", "AS codgo,"),
            ("conteo.sql", "AS filas", "AS lineas"),
            ("facturas.sql", "FROM sumadas", "FROM sumads"),
        ):
            texto = (suyo / archivo).read_text()
            assert antes in texto
            (suyo / archivo).write_text(texto.replace(antes, despues))
        salida = proyecto.luigi(*un_dia)
        assert salida.codigo == 30, salida.todo
        dicho = " ".join(salida.fuera.split())
        for frase in (
            "ventas.sql Faltan: codigo.",
            "ventas.sql Sobran: codgo (¿es codigo?).",
            "conteo.sql Faltan: filas.",
            "conteo.sql Sobran: lineas",
            "facturas.sql Está mal: Catalog Error: Table with name sumads does not exist",
        ):
            assert frase in dicho

        (suyo / "sistema.toml").write_text(
            'fuente = "http"\nformato_fecha = "%Y-%m-%d"\nmoneda = "euros"\n[http]\n'
            'ruta = "ventas"\nlista = "ventas"\nclave = []\ntotl = "meta.total"\n'
            "[http.cuerpo]\ndesde = '{desde}'\n"
        )
        salida = proyecto.luigi(*un_dia)
    dicho = " ".join(salida.fuera.split())
    for frase in (
        "moneda es bs o usd.", "[http]: clave es una lista de campos.",
        "[http]: clave desconocida: totl (¿es total?).",
    ):  # fmt: skip
        assert frase in dicho


def test_la_manana_baja_una_vez_lo_nuevo_y_no_los_dias_que_no_hacen_falta(proyecto):
    with api() as servidor:
        servidor.vender("SUC0", cada_dia("2025-03-01", "2025-03-20", 5))
        con_api(proyecto, "tienda_20", servidor, "SUC0")
        sin_uno = ("RangoVentas", "--desde", "2025-03-12", "--hasta", "2025-03-18")
        assert correr(proyecto, "2025-03-19 06:00:00", *sin_uno).codigo == 0
        antes = len(servidor.peticiones)
        # Faltan el 6 (y los de hasta el 11) y el 19; el 17 y el 18 son provisionales.
        salida = correr(proyecto, "2025-03-20 06:00:00", "IncrementoDiario")
        assert salida.codigo == 0, salida.todo
        pedidos = Counter(str(p.dias)[:8] for p in servidor.peticiones[antes:])
    assert pedidos == {f"202503{n:02d}": 1 for n in (*range(5, 12), 17, 18, 19)}
    # Apagada, cuesta segundos: no se le espera como a mitad de una lectura.
    proyecto.ajustes |= {"intentos": "2", "espera_servidor": "600"}
    proyecto.escribir()
    salida = correr(proyecto, "2025-03-21 06:00:00", "IncrementoDiario")
    assert salida.codigo == 30
    assert "rechaza la conexión" in salida.error
    assert salida.error.count("Intento ") == 1


def test_una_api_que_deja_de_atender_a_la_mitad_no_cuesta_los_dias_que_ya_dio(proyecto):
    """Una, caída; otra, con la credencial ya vencida."""
    proyecto.ajustes["intentos"] = "1"
    with api() as servidor:
        for n, estado in enumerate((503, 401)):
            servidor.vender(f"SUC{n}", cada_dia("2025-03-01", "2025-03-07", 5))
            con_api(proyecto, f"tienda_2{n}", servidor, f"SUC{n}")
            for dia in cada_dia(f"2025-03-0{5 - n}", "2025-03-07", 1):
                servidor.hacer(error(estado), sucursal=f"SUC{n}", dia=dia, siempre=True)
        salida = proyecto.rango("2025-03-01", "2025-03-07", workers=2)
        assert salida.codigo == 30, salida.todo
        dados = {"tienda_20": range(1, 5), "tienda_21": range(1, 4)}
        assert {(t, d.day) for t, d in proyecto.cargado()} == {
            (t, d) for t, dias in dados.items() for d in dias
        }
        for frase in (
            "2025-03-05: la API no está disponible (HTTP 503",
            "2025-03-04: tienda_21 (", "la API rechaza la credencial",
            "RangoVentas --desde 2025-03-04 --hasta 2025-03-07 --tiendas tienda_20,tienda_21",
        ):  # fmt: skip
            assert frase in salida.todo

        servidor.portarse_bien()
        antes = len(servidor.peticiones)
        assert proyecto.rango("2025-03-01", "2025-03-07", workers=2).codigo == 0
        assert len(proyecto.cargado()) == 2 * 7
        pedidos = Counter(p.dias.desde.day for p in servidor.peticiones[antes:])
    assert pedidos == {1: 2, 4: 1, 5: 2, 6: 2, 7: 2}  # y un día sin ventas, al probar cada una
    assert proyecto.sobras() == []


def test_morir_mientras_baja_no_deja_nada_a_medias_y_se_repite(proyecto):
    """También con una tienda que se mudó a la API a mitad de mes."""
    suelta = threading.Event()
    with api() as servidor:
        viejo = proyecto.carpeta / "pos" / "viejo.sqlite"
        hacer_pos(viejo, cada_dia("2025-03-01", "2025-03-12", 3))
        servidor.vender("SUC0", cada_dia("2025-03-01", "2025-03-12", 9))
        nueva = {"sistema": "api_ventas", "url": servidor.url, "sucursal": "SUC0",
                 "token_env": "API_TOKEN"}  # fmt: skip
        proyecto.tiendas["tienda_20"] = {"nombre": "Mudada", "pos": [
            {"sistema": "demo", "driver": "SQLite3", "archivo": str(viejo)},
            {"desde": date(2025, 3, 6), **nueva},
        ]}  # fmt: skip
        proyecto.ambiente |= servidor.ambiente
        proyecto.escribir()
        servidor.hacer(espera_a(suelta), dia="2025-03-09")
        corrida = proyecto.lanzar("RangoVentas", "--desde", "2025-03-01", "--hasta", "2025-03-12")
        try:
            esperar(lambda: servidor.de("SUC0", "2025-03-09"))
        finally:
            os.killpg(corrida.pid, signal.SIGKILL)
            corrida.communicate(timeout=20)
            suelta.set()
        assert all(d.day < 6 for _, d in proyecto.cargado())
        salida = proyecto.rango("2025-03-01", "2025-03-12")
        assert salida.codigo == 0, salida.todo
        filas = {d.day: n for (_, d), (n, _) in proyecto.cargado().items()}
        assert filas == {n: 3 if n < 6 else 9 for n in range(1, 13)}
        assert proyecto.sobras() == []
        assert {str(p.dias)[:8] for p in servidor.peticiones if p.dias} == {
            "20000101", *(f"202503{n:02d}" for n in range(6, 13)),
        }  # fmt: skip
