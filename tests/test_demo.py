"""La demostración: acaba bien, deja justo las rarezas que dice, y sus órdenes las remedian."""

import re
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date
from decimal import Decimal

import pytest
import urllib3

from fluxion_luigi.config import catalogo
from fluxion_luigi.demo import api, lago, lugares, pos, rarezas
from tests.capacidades import exigir
from tests.escuchas import puerto_cerrado
from tests.postgresql import CORRER_POSTGRESQL
from tests.proyecto import RAIZ, Proyecto, Salida

# Las mismas tiendas raras, con menos meses.
CHICA = {
    "tienda_08": date(2025, 4, 1),
    "tienda_13": date(2025, 7, 10),
    "tienda_15": date(2025, 7, 1),
    "tienda_16": date(2025, 5, 1),
}
MUDANZA = date(2025, 7, 16)


def demo(proyecto: Proyecto, *opciones: str) -> Salida:
    hecho = subprocess.run(
        [sys.executable, "-m", "fluxion_luigi.demo", *opciones], cwd=proyecto.carpeta,
        env=proyecto.entorno(), capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    return Salida(hecho.returncode, hecho.stdout, hecho.stderr)


def con_api(proyecto: Proyecto, puerto: int) -> None:
    """Una tienda que habla con la API desde siempre, y otra que se mudó a ella."""
    en_la_api = {
        "sistema": "api_ventas", "url": f"http://127.0.0.1:{puerto}", "token_env": api.TOKEN,
    }  # fmt: skip
    for id_, sucursal in (("tienda_07", "SUC007"), ("tienda_12", "SUC012")):
        proyecto.con_tienda(id_, apertura=date(2025, 7, 1))
        suya = proyecto.tiendas[id_]
        antes = {clave: suya.pop(clave) for clave in ("sistema", "driver", "archivo")}
        ahora = {**en_la_api, "sucursal": sucursal}
        suya |= {"pos": [antes, {"desde": MUDANZA, **ahora}]} if id_ == "tienda_07" else ahora
    proyecto.escribir()


@pytest.fixture(scope="module")
def chica(tmp_path_factory) -> Proyecto:
    proyecto = Proyecto(tmp_path_factory.mktemp("demo") / "p")
    for id_, apertura in CHICA.items():
        proyecto.con_tienda(id_, apertura=apertura)
    con_api(proyecto, puerto_cerrado())
    return proyecto


def en_los_archivos(proyecto: Proyecto) -> dict[tuple[str, date], tuple[int, Decimal]]:
    """Filas y total de cada tienda y día, según los archivos de cada uno de sus POS."""
    salida, catalogo_ = {}, proyecto.config.catalogo
    for t in catalogo_.tiendas.values():
        for con_uno, dias in lugares.archivos(catalogo_, t):
            with closing(sqlite3.connect(con_uno.archivo)) as base:
                for dia, n, centimos in base.execute(
                    "SELECT fecha, count(*), sum(total_centimos) FROM lineas GROUP BY fecha"
                ):
                    assert date.fromisoformat(dia) in dias
                    salida[t.id, date.fromisoformat(dia)] = (n, Decimal(centimos) / 100)
    return salida


@pytest.fixture(scope="module")
def corrida(chica) -> tuple[Salida, rarezas.Dias]:
    """Lo que dijo, y lo que faltaba al acabar."""
    salida = demo(chica)
    return salida, rarezas.faltan(chica.config, rarezas.PERIODO)


def test_acaba_con_0_y_falta_justo_lo_que_dice(corrida):
    salida, faltaba = corrida
    assert salida.codigo == 0, salida.todo
    assert "Salió con 30, como debía" in salida.fuera
    assert faltaba == {
        "tienda_08": [date(2025, 4, d) for d in range(12, 31)]
        + [date(2025, 5, d) for d in range(1, 32)],
        "tienda_13": [rarezas.DIA_MALO],
        "tienda_15": [date(2025, 7, d) for d in range(1, 32)],
    }
    for frase in (
        "tienda_13 (TIENDA_13): el 2025-07-18 escanearon un código",
        "tienda_15 (TIENDA_15): está caída",
        "tienda_08 (TIENDA_08): un hueco de 50 días, 2025-04-12 a 2025-05-31",
        "tienda_16 (TIENDA_16): abrió el 2025-05-01",
        "2024-12-25 y 2025-01-01: cerrado",
        "tienda_12 (TIENDA_12): su POS es una API HTTP",
        f"tienda_07 (TIENDA_07): se mudó a esa API el {MUDANZA}",
    ):
        assert frase in salida.fuera


def test_la_api_se_para_al_acabar_y_se_arranca_a_mano(chica, corrida):
    [url] = lugares.urls(chica.config.catalogo.tiendas.values())
    with pytest.raises(urllib3.exceptions.HTTPError):
        urllib3.request("POST", url + api.RUTA, retries=False)
    arrancada = subprocess.Popen(
        [sys.executable, *rarezas.ARRANCAR_API.split()[1:]], cwd=chica.carpeta,
        env=chica.entorno(), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert url in arrancada.stdout.readline()
    assert urllib3.request("POST", url + api.RUTA, retries=False).status == 401
    arrancada.send_signal(signal.SIGINT)
    assert (arrancada.communicate(timeout=20), arrancada.returncode) == (("", None), 0)
    with pytest.raises(urllib3.exceptions.HTTPError):
        urllib3.request("POST", url + api.RUTA, retries=False)


def test_las_ordenes_que_da_lo_remedian_y_entonces_ya_no_las_da(chica, corrida):
    explicado = corrida[0].fuera.split("Lo raro")[1]
    cargas = [x.split()[3:] for x in explicado.splitlines() if " RangoVentas " in x]
    assert demo(chica, "--reparar").codigo == 0
    for tarea, *opciones in cargas:
        salida = chica.luigi(tarea, *(o for o in opciones if o != "--local-scheduler"))
        assert salida.codigo == 0, salida.todo
    assert len(cargas) == 2
    assert rarezas.faltan(chica.config, rarezas.PERIODO) == {}
    assert chica.cargado() == en_los_archivos(chica)
    assert "RangoVentas" not in rarezas.texto(chica.config)
    assert "nada que reparar" in demo(chica, "--reparar").fuera


def test_un_fallo_que_no_es_de_los_suyos_si_es_un_fallo(proyecto):
    proyecto.con_tienda("tienda_01", apertura=date(2025, 7, 31))
    archivo = proyecto.carpeta / "pos" / "tienda_01.sqlite"
    archivo.parent.mkdir()
    archivo.write_text("esto no es una base")
    salida = demo(proyecto)
    assert salida.codigo == 1
    assert salida.error.endswith("✗ Esa orden salió con 30, y debía salir con 0.\n")
    assert "EstadoVentas" not in salida.fuera


def test_no_toca_las_tiendas_de_un_catalogo_de_verdad(proyecto):
    proyecto.tiendas["tienda_01"] = {
        "nombre": "X", "sistema": "stellar", "driver": "FreeTDS", "host": "tienda-01.invalid",
        "puerto": 1433, "base_datos": "VAD20",
    }  # fmt: skip
    proyecto.escribir()
    proyecto.con_tienda("tienda_02")
    proyecto.tiendas["tienda_03"] = {
        "nombre": "X", "sistema": "api_ventas", "url": "https://api.invalid", "sucursal": "SUC003",
    }  # fmt: skip
    proyecto.escribir()
    salida = demo(proyecto)
    assert salida.codigo == 1
    assert "no es el de demostración (tienda_01, tienda_03…)" in salida.error
    assert not (proyecto.carpeta / "demo").exists()


def test_cada_tienda_sale_siempre_igual_y_cierra_en_navidad(proyecto):
    lineas = []
    for vez in ("una", "otra"):
        proyecto.con_tienda("tienda_01", archivo=str(proyecto.carpeta / f"{vez}.sqlite"))
        tienda = proyecto.tienda("tienda_01")
        assert pos.construir(tienda)
        assert not pos.construir(tienda)
        with sqlite3.connect(tienda.archivo) as base:
            lineas.append(base.execute("SELECT * FROM lineas").fetchall())
    assert lineas[0] == lineas[1]
    dias = {linea[0] for linea in lineas[0]}
    assert set(map(str, pos.HISTORIA)) - dias == set(map(str, pos.CERRADOS))


def test_las_tiendas_raras_son_del_catalogo_de_demostracion():
    tiendas = {t.id: t for t in catalogo.leer(RAIZ / "tiendas.toml").elegir(())}
    raras = {rarezas.CAIDA, rarezas.CON_LINEA_MALA, rarezas.CON_HUECO, *rarezas.CON_HISTORIA}
    assert raras <= tiendas.keys()
    assert sum(t.apertura is None for t in tiendas.values()) == 3


def test_en_un_lago_se_cuentan_las_tiendas_mes_que_cargo_cada_host():
    lineas = (
        "✓ 6/31 tienda_07 2025-07 (desde el 16): 1.327 filas", "🟡 2/31 tienda_13 2025-07: 9 filas",
        "✓ 7/31 tienda_07 2025-07 (hasta el 15): 1.224 filas", "Esperando tienda_12 2025-07 de …",
        "✓ tienda_15 2025-07: ya la cargó otra corrida (…) mientras ésta esperaba: 31 día(s)",
    )  # fmt: skip
    dichas = [lago.cargada(x) for x in lineas]
    assert dichas == ["tienda_07 2025-07", "tienda_13 2025-07", "tienda_07 2025-07", None, None]


def test_en_un_lago_dos_hosts_se_reparten_la_cadena_y_no_queda_nada_encendido(proyecto):
    exigir(CORRER_POSTGRESQL)
    for id_ in ("tienda_01", "tienda_13"):
        proyecto.con_tienda(id_, apertura=date(2025, 7, 1))
    hecho = subprocess.run(
        [sys.executable, "-m", "fluxion_luigi.demo.lago"], cwd=proyecto.carpeta,
        env=proyecto.entorno(), capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert hecho.returncode == 0, hecho.stdout + hecho.stderr
    dichas = re.search(r"host_1, (\d) tienda\(s\)-mes y host_2, (\d) ", hecho.stdout).groups()
    assert sum(map(int, dichas)) == 2
    assert "Registros:" in hecho.stdout
    assert "faltan 1 día(s): 2025-07-18" in hecho.stdout
    puertos = map(int, re.findall(r"127\.0\.0\.1:(\d+)", hecho.stdout))
    for puerto in set(puertos):
        with socket.socket() as s:
            assert s.connect_ex(("127.0.0.1", puerto)) != 0
    # Con la base de siempre no se hizo nada.
    assert not (proyecto.carpeta / "datos").exists()
