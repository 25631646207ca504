"""VerificarConectividad por la línea de órdenes, y la puerta de cada tienda en RangoVentas."""

import contextlib
import json
import re
import shlex
import subprocess
import time
from datetime import date, timedelta

import psutil
import pytest

from fluxion_luigi import config
from fluxion_luigi.tareas.puerta import ConectividadTienda
from tests.escuchas import CierraAlInstante, Mudo, Silencioso, puerto_cerrado
from tests.luigid import Luigid
from tests.postgresql import puerto_libre
from tests.proyecto import LUIGI, Proyecto, Salida, cada_dia
from tests.rele import Rele

MESES = ("2025-03", "2025-04", "2025-05")
POSTGRESQL = pytest.mark.postgresql


def en_red(host: str, puerto: int, **mas) -> dict:
    """Lo que el catálogo dice de una tienda que vive en un host."""
    return {
        "nombre": "EN RED", "sistema": "stellar_postgresql", "driver": "PostgreSQL Unicode",
        "host": host, "puerto": puerto, "base_datos": "pos",
        "usuario_env": "PRUEBA_USUARIO", "clave_env": "PRUEBA_CLAVE", **mas,
    }  # fmt: skip


def verificar(proyecto: Proyecto, *opciones: str, **mas) -> Salida:
    return proyecto.luigi("VerificarConectividad", *opciones, **mas)


def informe(proyecto: Proyecto) -> dict:
    """El JSON de la última verificación."""
    hay = (proyecto.carpeta / "reportes").glob("conectividad_*.json")
    return json.loads(max(hay, key=lambda p: p.stat().st_mtime_ns).read_text())


def estados(proyecto: Proyecto) -> dict[str, str]:
    return {t["tienda"]: t["estado"] for t in informe(proyecto)["tiendas"]}


@pytest.fixture(params=["1 worker", "3 workers", "scheduler central"])
def luigi(request, proyecto, tmp_path):
    """Corre una orden del proyecto de cada una de las tres maneras de usar Luigi."""
    if request.param != "scheduler central":
        workers = int(request.param[0])
        yield lambda *orden, **mas: proyecto.luigi(*orden, workers=workers, **mas)
        return
    with Luigid(tmp_path / "luigid", proyecto.carpeta / "luigi.cfg") as central:
        yield lambda *orden, **mas: central.luigi(proyecto, *orden, workers=3, **mas)


def rango(luigi, desde: str, hasta: str, *opciones: str, **mas) -> Salida:
    return luigi("RangoVentas", "--desde", desde, "--hasta", hasta, *opciones, **mas)


# -- VerificarConectividad: lo que muestra


def test_la_tabla_el_resumen_y_el_codigo_de_una_cadena_a_medias(proyecto):
    """20 lugares: 10 con el puerto abierto, 9 cerrados y uno inactivo, que no cuenta."""
    with Mudo() as abierta:
        for i in range(10):
            proyecto.tiendas[f"abierta_{i}"] = en_red(f"127.0.0.{i + 1}", abierta.puerto)
            if i == 0:
                continue
            proyecto.tiendas[f"cerrada_{i}"] = en_red(f"127.0.0.{i + 1}", puerto_cerrado())
        proyecto.tiendas["inactiva_1"] = en_red("127.0.0.1", 1, activa=False)
        with contextlib.ExitStack() as pila:
            for i in range(1, 10):  # el mismo puerto, en las demás direcciones
                pila.enter_context(Mudo(f"127.0.0.{i + 1}", abierta.puerto))
            proyecto.escribir()
            salida = verificar(proyecto, "--rapida", "--timeout", "10", workers=10)
    assert salida.codigo == 30
    assert "Traceback" not in salida.todo
    assert "10/19 tiendas con puertos abiertos (52.6%)" in salida.fuera
    cabeza, _, *filas = salida.fuera.splitlines()[:22]
    assert cabeza.split() == ["tienda", "nombre", "host", "puerto", "estado", "tiempo"]
    assert [f.split()[0] for f in filas] == list(proyecto.tiendas)
    de = {f.split()[0]: f for f in filas}
    assert re.search(
        rf"EN RED +127\.0\.0\.1 +{abierta.puerto} +✅ PUERTO OK +\d+ms$", de["abierta_0"]
    )
    assert re.search(r"EN RED +127\.0\.0\.2 +\d+ +🟠 PING OK +\d+ms$", de["cerrada_1"])
    assert de["inactiva_1"].rstrip().endswith("⚪ INACTIVA")


def test_todo_bien_sale_con_cero_aunque_haya_inactivas(proyecto):
    for id_ in ("tienda_01", "tienda_02"):
        proyecto.con_tienda(id_, {"2025-03-01": 3})
    proyecto.tiendas["vieja"] = en_red("127.0.0.1", 1, activa=False)
    proyecto.escribir()
    salida = verificar(proyecto, "--timeout", "20")
    assert salida.codigo == 0, salida.todo
    assert "2/2 tiendas con puertos abiertos (100.0%), 2 conectadas" in salida.fuera
    assert "QUÉ HACER" not in salida.fuera
    assert estados(proyecto) == {
        "tienda_01": "CONECTADA", "tienda_02": "CONECTADA", "vieja": "INACTIVA",
    }  # fmt: skip


@POSTGRESQL
def test_a_cada_clase_de_problema_se_le_dice_que_hacer_y_el_json_mide_cada_paso(
    proyecto, postgresql
):
    """Servicio, firewall, credenciales, base, driver, nombre y archivo, cada uno con lo suyo."""
    for base in ("que_hacer", "conectada"):
        postgresql.crear_pos(base)
    proyecto.ambiente.update(postgresql.ambiente())
    sana = postgresql.datos("que_hacer")
    problemas = {
        "cerrada": en_red("127.0.0.1", puerto_cerrado()),
        "sin_nombre": en_red("tienda..invalida", 1433),
        "sin_base": {**sana, "base_datos": "no_existe"},
        "sin_driver": {**sana, "base_datos": "otra", "driver": "Driver de nadie"},
        "clave_mala": {**sana, "base_datos": "otra_mas", "clave_env": "CLAVE_MALA"},
        "sin_clave": {**sana, "base_datos": "y_otra", "clave_env": "CLAVE_QUE_FALTA"},
        "sin_tls": {**sana, "base_datos": "que_hacer", "opciones": {"SSLmode": "require"}},
    }
    proyecto.tiendas |= {"sana": postgresql.datos("conectada"), **problemas}
    proyecto.tiendas["vieja"] = en_red("127.0.0.1", 1, activa=False)
    proyecto.con_tienda("sin_archivo")
    salida = verificar(proyecto, "--timeout", "20", CLAVE_MALA="no-es-esta-71943", workers=3)
    assert salida.codigo == 30
    consejos = salida.fuera.split("QUÉ HACER:")[1].split("Reporte:")[0]
    datos = informe(proyecto)
    de = {t["tienda"]: t for t in datos["tiendas"]}
    for id_, palabras in {
        "cerrada": ["servicio", "firewall"],
        "sin_nombre": ["«host»", "DNS"],
        "sin_base": ["base de datos no existe", "«base_datos»"],
        "sin_driver": ["Driver de nadie", "«driver»"],
        "clave_mala": ["usuario o la clave", ".env"],
        "sin_clave": ["CLAVE_QUE_FALTA", ".env"],
        "sin_tls": ["TLS", "«opciones»"],
        "sin_archivo": ["no existe el archivo", "«archivo»"],
    }.items():
        suyo = f"{de[id_]['causa']} {de[id_]['consejo']}"
        assert all(p in suyo for p in palabras), f"{id_}: {suyo}"
        assert all(p in consejos for p in palabras)
        assert f"- {id_} " in consejos
    assert consejos.count("que no está instalado") == 1, "el mismo texto, dos veces"
    assert "71943" not in salida.todo
    # El JSON, con cada paso de cada una.
    assert str(proyecto.carpeta / "reportes") in salida.fuera
    assert (datos["probadas"], datos["responden"]) == (9, 1)
    una, dos, vieja = (de[id_] for id_ in ("sana", "cerrada", "vieja"))
    assert una["lugar"] == f"127.0.0.1:{postgresql.puerto}/conectada"
    assert (una["estado"], una["responde"], una["causa"]) == ("CONECTADA", True, None)
    assert set(una["ms"]) == {"host", "puerto", "base"}
    assert una["ms"]["host"] <= una["ms"]["puerto"] < 20_000
    assert 0 < una["ms"]["base"] < 25_000
    assert (dos["estado"], set(dos["ms"])) == ("PING OK", {"host", "puerto"})
    assert (vieja["estado"], vieja["ms"]) == ("INACTIVA", {})


def test_los_resultados_salen_segun_se_saben_y_no_al_final(proyecto):
    with Silencioso() as muda:
        proyecto.tiendas["lenta"] = en_red("127.0.0.1", muda.puerto)
        proyecto.tiendas["pronta"] = en_red("127.0.0.1", puerto_cerrado())
        proyecto.escribir()
        proceso = proyecto.lanzar("VerificarConectividad", "--rapida", "--timeout", "6", workers=2)
        with proceso:
            lineas = []
            while not lineas or "pronta" not in lineas[-1]:
                lineas.append(proceso.stderr.readline())
                assert lineas[-1], f"terminó sin decir nada de «pronta»: {lineas}"
            assert proceso.poll() is None, "ya había terminado"
            assert not [x for x in lineas if "lenta" in x]
            fuera, resto = proceso.communicate(timeout=60)
    assert "lenta" in resto
    assert fuera.index("lenta") < fuera.index("pronta")  # la tabla, en el orden del catálogo


def test_las_opciones_eligen_que_tiendas_se_prueban(proyecto):
    with Mudo() as otra:
        proyecto.tiendas["otra"] = en_red("127.0.0.1", otra.puerto)
        proyecto.tiendas["inactiva"] = en_red("127.0.0.1", 1, activa=False)
        proyecto.con_tienda("tienda_01", {"2025-03-01": 3})
        nombradas = ("--tiendas", "tienda_01,tienda_01,inactiva")
        assert verificar(proyecto, *nombradas, "--timeout", "20").codigo == 0
        assert list(estados(proyecto).items()) == [
            ("tienda_01", "CONECTADA"), ("inactiva", "INACTIVA")
        ]  # fmt: skip
        assert otra.llamadas() == 0
        assert verificar(proyecto, "--solo-activas", "--rapida").codigo == 0
        assert list(estados(proyecto)) == ["otra", "tienda_01"]
        assert otra.llamadas() == 1


def test_la_frase_de_una_opcion_mal_dada_llega_a_la_terminal(proyecto):
    # Con host y puerto cerrado: si la opción mala pasara, se notaría sin esperar.
    proyecto.tiendas["tienda_01"] = en_red("127.0.0.1", puerto_cerrado())
    proyecto.escribir()
    salida = verificar(proyecto, "--timeout", "nan")
    assert salida.codigo == 40
    assert "Traceback" not in salida.todo
    assert "Defecto del programa" not in salida.error
    assert "--timeout nan" in salida.error


def test_el_timeout_de_la_orden_manda_y_si_ninguna_responde_no_se_sugiere_nada(proyecto):
    proyecto.ajustes["conectividad_timeout"] = "60"
    with Silencioso() as silenciosa, Mudo() as muda:
        proyecto.tiendas["silenciosa"] = en_red("127.0.0.1", silenciosa.puerto)
        proyecto.tiendas["muda"] = en_red("127.0.0.1", muda.puerto)
        proyecto.ambiente.update(PRUEBA_USUARIO="u", PRUEBA_CLAVE="c")
        proyecto.escribir()
        salida = verificar(proyecto, "--timeout", "1", workers=2)
    ms = {t["tienda"]: t["ms"] for t in informe(proyecto)["tiendas"]}
    assert 900 < ms["silenciosa"]["puerto"] < 40_000
    assert 900 < ms["muda"]["base"] < 40_000
    assert informe(proyecto)["orden_sugerida"] is None
    assert "RangoVentas" not in salida.fuera


def test_secuencial_prueba_una_a_una_aunque_se_den_mas_workers(proyecto):
    """La segunda contesta al instante, y aun así se sabe de ella después que de la primera."""
    with Silencioso() as muda:
        proyecto.tiendas["lenta"] = en_red("127.0.0.1", muda.puerto)
        proyecto.tiendas["pronta"] = en_red("127.0.0.1", puerto_cerrado())
        proyecto.escribir()
        salida = verificar(proyecto, "--rapida", "--timeout", "2", "--secuencial", workers=4)
    assert re.findall("lenta|pronta", salida.error)[:2] == ["lenta", "pronta"], salida.error


def test_la_rapida_no_pide_driver_ni_claves_ni_usa_odbc(proyecto, tmp_path):
    """Sin un solo driver en el sistema, y con una sola llamada por tienda: la del puerto."""
    with Mudo() as tienda:
        proyecto.tiendas["tienda_01"] = en_red("127.0.0.1", tienda.puerto, driver="De nadie")
        proyecto.escribir()
        salida = verificar(proyecto, "--rapida", ODBCSYSINI=str(tmp_path))
        assert salida.codigo == 0, salida.todo
        assert tienda.llamadas() == 1
    assert "1/1 tiendas con puertos abiertos (100.0%)" in salida.fuera
    assert "✅ PUERTO OK" in salida.fuera
    # La completa, con lo mismo, sí dice que falta el driver.
    with Mudo() as tienda:
        proyecto.tiendas["tienda_01"]["puerto"] = tienda.puerto
        proyecto.escribir()
        salida = verificar(proyecto, ODBCSYSINI=str(tmp_path))
    assert salida.codigo == 30
    assert "no está instalado" in salida.fuera


def test_la_clave_no_aparece_ni_en_la_lista_de_procesos(proyecto):
    clave = "clave-secreta-93817"
    with Mudo() as muda:
        proyecto.tiendas["muda"] = en_red("127.0.0.1", muda.puerto)
        proyecto.ambiente.update(PRUEBA_USUARIO="u", PRUEBA_CLAVE=clave)
        proyecto.escribir()
        with proyecto.lanzar("VerificarConectividad", "--timeout", "3") as proceso:
            vistos = set()
            while proceso.poll() is None:
                for p in [psutil.Process(proceso.pid), *psutil.Process(proceso.pid).children(True)]:
                    with contextlib.suppress(psutil.Error):
                        vistos.add(" ".join(p.cmdline()))
                time.sleep(0.05)
            fuera, error = proceso.communicate()
    assert [v for v in vistos if "origen.odbc.prueba" in v], "no se vio el proceso de la prueba"
    escrito = [
        p.read_text()
        for carpeta in ("reportes", "logs")
        for p in (proyecto.carpeta / carpeta).rglob("*")
        if p.is_file()
    ]
    assert escrito
    assert not [t for t in (*vistos, *escrito, fuera, error) if clave in t]


# -- la orden que se sugiere


@pytest.fixture
def este_mes(proyecto) -> tuple[date, date]:
    """Del primer día del mes de ayer hasta ayer: lo que se sugiere si la base está vacía."""
    ayer = proyecto.con_tienda("tienda_01").config.hoy() - timedelta(days=1)
    return ayer.replace(day=1), ayer


def test_se_sugiere_cargar_solo_lo_que_falta_de_las_que_responden_y_se_copia_tal_cual(
    proyecto, este_mes
):
    """Con --local-scheduler se verificó: la orden que se sugiere no puede pedir un luigid."""
    desde, hasta = map(str, este_mes)
    for id_ in ("tienda_01", "al_dia"):
        proyecto.con_tienda(id_, cada_dia(desde, hasta, 2))
    proyecto.con_tienda("deposito", {desde: 1}, tipo="distribucion")
    proyecto.tiendas["muerta"] = en_red("127.0.0.1", puerto_cerrado())
    proyecto.tiendas["inactiva"] = en_red("127.0.0.1", 1, activa=False)
    proyecto.escribir()
    assert proyecto.rango(desde, hasta, "--tiendas", "al_dia").codigo == 0
    salida = verificar(proyecto, "--timeout", "20")
    assert salida.codigo == 30
    assert "No responden 1 de las tiendas activas: muerta." in salida.error
    assert "Traceback" not in salida.todo
    orden = informe(proyecto)["orden_sugerida"]
    assert f"   {orden}\n" in salida.fuera
    partes = shlex.split(orden)
    assert partes[:4] == ["luigi", "--module", "fluxion_luigi", "RangoVentas"]
    assert partes[partes.index("--tiendas") + 1] == "tienda_01"
    assert partes[partes.index("--desde") + 1] == desde
    assert partes[partes.index("--hasta") + 1] == hasta
    hecho = subprocess.run(
        [str(LUIGI), *partes[1:]], cwd=proyecto.carpeta, env=proyecto.entorno(),
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert hecho.returncode == 0, hecho.stderr
    del proyecto.tiendas["deposito"]  # no vende
    del proyecto.tiendas["muerta"], proyecto.tiendas["inactiva"]  # no hay archivo suyo que mirar
    assert proyecto.cargado() == proyecto.en_origen(desde, hasta)
    salida = verificar(proyecto, "--timeout", "20")
    assert informe(proyecto)["orden_sugerida"] is None
    assert "RangoVentas" not in salida.fuera


def test_con_la_base_ocupada_el_informe_sale_igual_y_sin_esperarla(tmp_path):
    """Verificar es lo que se hace mientras corre un backfill: no depende de DuckDB."""
    proyecto = Proyecto(tmp_path / "ocupada")
    proyecto.con_tienda("tienda_01", {"2025-03-01": 2})
    proyecto.ajustes["espera_base"] = "300"
    proyecto.escribir()
    proyecto.base.parent.mkdir()
    with subprocess.Popen(
        [LUIGI.with_name("python"), "-c",
         "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('listo', flush=True); input()",
         proyecto.base], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as ocupante:  # fmt: skip
        assert ocupante.stdout.readline() == "listo\n"
        inicio = time.monotonic()
        salida = verificar(proyecto, "--timeout", "20")
        duracion = time.monotonic() - inicio
        ocupante.communicate("\n")
    assert "1/1 tiendas con puertos abiertos (100.0%)" in salida.fuera, salida.error
    assert "No se puede saber qué falta por cargar" in salida.error
    assert estados(proyecto) == {"tienda_01": "CONECTADA"}
    assert salida.codigo == 0
    assert duracion < 200, "esperó a que soltaran la base"


@pytest.mark.parametrize("luigi", ["scheduler central"], indirect=True)
def test_verificar_se_repite_cuantas_veces_se_quiera_y_dice_desde_cuando_no_responde(
    proyecto, luigi
):
    """También con el scheduler central, que recuerda lo que ya corrió."""
    proyecto.con_tienda("tienda_01")  # su archivo no existe
    prueba = proyecto.carpeta / "reportes" / "conectividad" / "tienda_01.json"

    def probar(*opciones: str, codigo: int, dice: str) -> dict:
        salida = luigi("VerificarConectividad", "--timeout", "20", *opciones)
        assert salida.codigo == codigo, salida.todo
        assert dice in salida.fuera
        return json.loads(prueba.read_text())

    primera = probar(codigo=30, dice="NO ALCANZABLE")
    assert primera["muda_desde"] == primera["en"]
    segunda = probar(codigo=30, dice="NO ALCANZABLE")
    assert (segunda["muda_desde"], segunda["en"] > primera["en"]) == (primera["en"], True)
    proyecto.con_tienda("tienda_01", {"2025-03-01": 3})
    # La rápida no llega a la base: lo que se sabía sigue como estaba.
    assert probar("--rapida", codigo=0, dice="PUERTO OK") == segunda
    tercera = probar(codigo=0, dice="CONECTADA")
    assert (tercera["muda_desde"], tercera["causa"]) == (None, None)
    assert probar(codigo=0, dice="CONECTADA")["en"] > tercera["en"]


# -- la puerta


@pytest.fixture
def cadena(proyecto) -> Proyecto:
    """Dos tiendas sanas, con tres días de ventas en cada mes; una abrió después."""
    for id_, datos in (("tienda_01", {}), ("tienda_02", {"apertura": date(2025, 4, 1)})):
        dias = {f"{m}-{d:02}": 3 for m in MESES for d in (1, 2, 3)}
        proyecto.con_tienda(
            id_, {d: n for d, n in dias.items() if not datos or d > "2025-04"}, **datos
        )
    proyecto.ambiente.update(PRUEBA_USUARIO="u", PRUEBA_CLAVE="c")
    proyecto.ajustes["conectividad_timeout"] = "10"
    proyecto.escribir()
    return proyecto


@pytest.mark.parametrize(
    ("luigi", "opciones"),
    [("1 worker", ["--recargar"]), ("scheduler central", ())],
    indirect=["luigi"],
)
def test_una_tienda_que_falla_se_contacta_una_vez_y_las_demas_siguen(cadena, luigi, opciones):
    """Reparada, la misma orden carga lo que faltó: lo que un scheduler recuerde no lo impide."""
    with CierraAlInstante() as mala:
        cadena.tiendas["mala"] = en_red("127.0.0.1", mala.puerto)
        cadena.escribir()
        salida = rango(luigi, *MESES[:2], *opciones)
        llamadas = mala.llamadas()
    assert salida.codigo == 30, salida.todo
    # La del puerto; y en cada intento de entrar, la suya y la que mira si el puerto sigue abierto.
    # No por cada uno de los meses.
    assert llamadas == 1 + 2 * 4
    assert "Traceback" not in salida.todo
    assert salida.error.count("✗ mala") == 1
    assert {t for t, _ in cadena.cargado()} == {"tienda_01", "tienda_02"}
    del cadena.tiendas["mala"]
    assert cadena.cargado() == cadena.en_origen("2025-03-01", "2025-04-30")
    reporte = cadena.reporte()
    assert reporte["tiendas_mes"] == {
        "cargada": 3, "al_dia": 0, "fallida": 0, "no_intentada": 2,
    }  # fmt: skip
    suyos = [m for m in reporte["detalle"] if m["tienda"] == "mala"]
    assert [m["mes"] for m in suyos] == list(MESES[:2])
    for mes in suyos:
        assert mes["clase_error"] == "conectividad"
        assert "PUERTO OK: se cortó la conexión" in mes["error"]
    assert "--tiendas mala" in reporte["reintentar"]
    if not opciones:
        cadena.con_tienda("mala", {f"{m}-01": 3 for m in MESES[:2]})
        salida = rango(luigi, *MESES[:2])
        assert salida.codigo == 0, salida.todo
        assert cadena.reporte()["tiendas_mes"]["cargada"] == 2
        assert cadena.cargado() == cadena.en_origen("2025-03-01", "2025-04-30")


@pytest.mark.parametrize("luigi", ["3 workers", "scheduler central"], indirect=True)
def test_trece_meses_de_una_tienda_silenciosa_cuestan_un_timeout(cadena, luigi):
    cadena.ajustes["conectividad_timeout"] = "4"
    with Silencioso() as muda:
        cadena.tiendas["muda"] = en_red("127.0.0.1", muda.puerto)
        cadena.escribir()
        inicio = time.monotonic()
        salida = rango(luigi, "2024-03", "2025-03", "--tiendas", "muda")
        duracion = time.monotonic() - inicio
    assert salida.codigo == 30
    assert len(cadena.reporte()["detalle"]) == 13
    assert all("no contesta" in m["error"] or "no responde" in m["error"]
               for m in cadena.reporte()["detalle"])  # fmt: skip
    assert duracion < 13 * 4, "uno por mes"


@POSTGRESQL
@pytest.mark.parametrize("luigi", ["scheduler central"], indirect=True)
def test_una_sana_se_prueba_una_vez_lo_que_dura_su_vigencia_y_terminada_no_se_contacta(
    proyecto, postgresql, luigi
):
    base = f"puerta_{puerto_libre()}"
    postgresql.crear_pos(base)
    postgresql.vender(base, "2025-03-01", dias=45, por_dia=5)
    rele = Rele(postgresql.puerto)
    try:
        proyecto.ajustes |= {"conectividad_vigencia": "3600", "conectividad_timeout": "20"}
        proyecto.ambiente.update(postgresql.ambiente())
        proyecto.tiendas["tienda_01"] = postgresql.datos(base, puerto=rele.puerto)
        proyecto.escribir()
        assert rango(luigi, "2025-03-30", "2025-04-02").codigo == 0
        assert rele.intentos == 1 + 2  # el puerto, y la lectura de cada mes
        # Otra con trabajo no hace que se pregunte a la terminada.
        proyecto.con_tienda("tienda_02", {"2025-04-01": 3})
        assert rango(luigi, "2025-04-01", "2025-04-02").codigo == 0
        assert rele.intentos == 3
        # La prueba de otra corrida vale mientras dura su vigencia, y no más.
        assert rango(luigi, "2025-04-03", "2025-04-04", "--tiendas", "tienda_01").codigo == 0
        assert rele.intentos == 3 + 1
        proyecto.ajustes["conectividad_vigencia"] = "0.001"
        proyecto.escribir()
        assert rango(luigi, "2025-04-05", "2025-04-06", "--tiendas", "tienda_01").codigo == 0
        assert rele.intentos == 4 + 1 + 1
    finally:
        rele.cerrar()


def test_una_prueba_vieja_no_cuenta_aunque_diga_que_la_tienda_estaba_bien(cadena, monkeypatch):
    """La vigencia se mide desde que se probó, también tras mover la tienda o el reloj."""
    cadena.ajustes["conectividad_vigencia"] = "600"
    cadena.escribir()
    assert cadena.rango(MESES[0], MESES[0], "--tiendas", "tienda_01").codigo == 0
    prueba = cadena.carpeta / "reportes" / "conectividad" / "tienda_01.json"
    datos = json.loads(prueba.read_text())
    (cadena.carpeta / "pos" / "tienda_01.sqlite").unlink()
    cambios = (
        {"en": "2001-01-01T00:00:00+00:00"}, {"en": "2201-01-01T00:00:00+00:00"},
        {"lugar": "/otra/parte.sqlite"}, {"estado": "PING OK"}, {"causa": "no contesta"},
    )  # fmt: skip
    leida = cadena.config
    with monkeypatch.context() as m:
        m.setattr(config, "actual", lambda: leida)
        assert ConectividadTienda(tienda="tienda_01").complete()
        for cambio in cambios:
            prueba.write_text(json.dumps({**datos, **cambio}))
            assert not ConectividadTienda(tienda="tienda_01").complete(), cambio
    # Y lo que no cuenta se prueba otra vez.
    salida = cadena.rango(MESES[1], MESES[1], "--tiendas", "tienda_01")
    assert salida.codigo == 30
    assert "NO ALCANZABLE" in salida.error
    assert cadena.reporte()["tiendas_mes"]["no_intentada"] == 1


def test_una_prueba_que_no_se_entiende_vale_como_si_no_estuviera(proyecto, monkeypatch):
    ahora = "2026-01-01T00:00:00"
    textos = ["", "{", "{}", "[1]", '"x"', '{"estado": "CONECTADA"}',
              '{"estado": "CONECTADA", "lugar": "x", "en": "ayer", "corrida": "y"}',
              f'{{"estado": "CONECTADA", "lugar": "x", "en": "{ahora}", "corrida": "y"}}',
              '{"estado": "CONECTADA", "lugar": "x", "en": 7, "corrida": "y"}']  # fmt: skip
    pruebas = proyecto.carpeta / "reportes" / "conectividad"
    pruebas.mkdir(parents=True)
    for i, texto in enumerate(textos):
        proyecto.con_tienda(f"tienda_{i:02}")
        (pruebas / f"tienda_{i:02}.json").write_text(texto)
    leida = proyecto.config
    with monkeypatch.context() as m:
        m.setattr(config, "actual", lambda: leida)
        assert not any(ConectividadTienda(tienda=t).complete() for t in proyecto.tiendas)
    proyecto.con_tienda("tienda_08", {"2025-03-01": 3})
    salida = proyecto.rango("2025-03-01", "2025-03-01", "--tiendas", "tienda_08")
    assert salida.codigo == 0, salida.todo
    assert json.loads((pruebas / "tienda_08.json").read_text())["estado"] == "CONECTADA"


def test_simular_no_contacta_a_nadie(cadena):
    with Mudo() as tienda:
        cadena.tiendas["en_red"] = en_red("127.0.0.1", tienda.puerto)
        cadena.escribir()
        assert cadena.rango(MESES[0], MESES[-1], "--simular").codigo == 0
        assert tienda.llamadas() == 0
