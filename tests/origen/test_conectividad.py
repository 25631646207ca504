"""Los cinco estados de una tienda, contra extremos reales de loopback y de espacios de red."""

import contextlib
import json
import sqlite3
import subprocess
import sys
import time
from itertools import count

import psutil
import pytest

from fluxion_luigi.origen.conectividad import verificar, verificar_todas
from fluxion_luigi.origen.resultado import Estado, Resultado, por_consejo
from tests.capacidades import exigir, sin_privilegios
from tests.escuchas import (
    HACER_REDES,
    CierraAlInstante,
    EspaciosDeRed,
    Mudo,
    Silencioso,
    esperar,
    icmp_permitido,
    puerto_cerrado,
)
from tests.postgresql import CLAVE, Servidor
from tests.proyecto import cada_dia, hacer_pos

POSTGRESQL = pytest.mark.postgresql
# Un nombre que getaddrinfo rechaza sin preguntar a nadie: tiene una etiqueta vacía.
NOMBRE_IMPOSIBLE = "tienda..invalida"
_bases = count(1)


@pytest.fixture(autouse=True)
def _ambiente(monkeypatch, proyecto, tmp_path):
    """Las credenciales de la prueba, y el candado de Luigi en una carpeta propia."""
    proyecto.ambiente["TMPDIR"] = str(tmp_path)
    for nombre, valor in Servidor.ambiente().items():
        monkeypatch.setenv(nombre, valor)


@pytest.fixture(scope="module")
def red():
    exigir(HACER_REDES)
    with EspaciosDeRed() as espacios:
        yield espacios


def en_red(host: str, puerto: int, **mas) -> dict:
    """Lo que el catálogo dice de una tienda que vive en un host."""
    return {
        "nombre": "TIENDA", "sistema": "stellar_postgresql", "driver": "PostgreSQL Unicode",
        "host": host, "puerto": puerto, "base_datos": "pos",
        "usuario_env": "PRUEBA_USUARIO", "clave_env": "PRUEBA_CLAVE", **mas,
    }  # fmt: skip


def probar(proyecto, datos: dict, timeout: float = 3, **mas) -> Resultado:
    """Verifica una tienda con esos datos de catálogo."""
    proyecto.tiendas["tienda_01"] = datos
    proyecto.escribir()
    return verificar(proyecto.config, proyecto.tienda("tienda_01"), timeout, **mas)


@pytest.fixture
def base(postgresql) -> str:
    """Una base nueva con las tablas del POS, que la prueba puede estropear."""
    nombre = f"conectividad_{next(_bases)}"
    postgresql.crear_pos(nombre)
    return nombre


# -- el host y el puerto


@pytest.mark.parametrize("direccion", ["127.0.0.1", "127.0.0.7", "::1"])
def test_un_puerto_que_acepta_y_nunca_habla_es_puerto_ok_en_un_tiempo_acotado(proyecto, direccion):
    inicio = time.monotonic()
    with Mudo(direccion) as tienda:
        r = probar(proyecto, en_red(direccion, tienda.puerto), timeout=1)
    assert r.estado is Estado.PUERTO_OK
    assert not r.responde
    assert "no contestó" in r.causa
    assert time.monotonic() - inicio < 30
    # El proceso de la prueba no queda esperando al puerto mudo.
    hijos = psutil.Process().children(recursive=True)
    assert not [h for h in hijos if "fluxion_luigi.origen.odbc.prueba" in h.cmdline()]


def test_de_un_puerto_mudo_se_aconseja_revisar_el_servicio_y_no_las_ventanas(proyecto):
    with Mudo() as tienda:
        r = probar(proyecto, en_red("127.0.0.1", tienda.puerto), timeout=1)
    assert "servicio" in r.consejo
    assert "ventanas" not in r.consejo


def test_un_puerto_que_cuelga_al_instante_es_puerto_ok(proyecto):
    with CierraAlInstante() as tienda:
        r = probar(proyecto, en_red("127.0.0.1", tienda.puerto))
    assert r.estado is Estado.PUERTO_OK
    assert not r.responde
    assert "cortó" in r.causa
    assert r.consejo
    assert "closed the connection" in r.detalle


@pytest.mark.parametrize("direccion", ["127.0.0.1", "::1"])
def test_un_puerto_cerrado_es_ping_ok_porque_rechazar_prueba_que_el_host_esta(proyecto, direccion):
    puerto = puerto_cerrado(direccion)
    r = probar(proyecto, en_red(direccion, puerto))
    assert r.estado is Estado.PING_OK
    assert r.causa == f"el puerto {puerto} rechaza la conexión"
    assert "servicio" in r.consejo
    assert "firewall" in r.consejo
    assert not r.responde


def test_el_silencio_no_prueba_nada_y_solo_el_eco_dice_si_el_host_esta(proyecto):
    inicio = time.monotonic()
    with Silencioso("127.0.0.8") as tienda:
        r = probar(proyecto, en_red("127.0.0.8", tienda.puerto), timeout=1)
    assert r.estado is (Estado.PING_OK if icmp_permitido() else Estado.NO_ALCANZABLE)
    assert "no contesta" in r.causa or "no responde" in r.causa
    assert time.monotonic() - inicio < 15


@pytest.mark.parametrize("nombre", [NOMBRE_IMPOSIBLE, "t" * 70 + ".invalida"])
def test_un_nombre_que_no_se_resuelve_se_dice_asi(proyecto, nombre):
    r = probar(proyecto, en_red(nombre, 1433))
    assert r.estado is Estado.NO_ALCANZABLE
    assert r.causa == f"el nombre {nombre} no se resuelve"
    assert "host" in r.consejo
    assert "DNS" in r.consejo


def test_una_tienda_inactiva_no_se_contacta(proyecto):
    with Mudo() as tienda:
        r = probar(proyecto, en_red("127.0.0.1", tienda.puerto, activa=False))
        assert tienda.llamadas() == 0
    assert r.estado is Estado.INACTIVA
    assert not r.responde
    assert r.tiempos == {}


def test_la_rapida_solo_toca_el_puerto_y_no_pide_driver_ni_claves(proyecto, monkeypatch):
    monkeypatch.delenv("PRUEBA_CLAVE")
    monkeypatch.setattr(subprocess, "run", None)  # ni un proceso
    monkeypatch.setattr("pyodbc.drivers", None)  # ni ODBC
    with Mudo() as tienda:
        datos = en_red("127.0.0.1", tienda.puerto, driver="Un driver que nadie tiene")
        r = probar(proyecto, datos, rapida=True)
        assert tienda.llamadas() == 1
    assert r.estado is Estado.PUERTO_OK
    assert r.responde
    assert set(r.tiempos) == {"host", "puerto"}


# -- la base


@POSTGRESQL
def test_una_tienda_sana_queda_conectada_con_sus_tres_pasos_medidos(proyecto, postgresql, base):
    r = probar(proyecto, postgresql.datos(base), timeout=10)
    assert r.estado is Estado.CONECTADA, r.detalle
    assert r.responde
    assert (r.causa, r.consejo, r.detalle) == ("", "", "")
    assert set(r.tiempos) == {"host", "puerto", "base"}
    assert all(0 <= ms < 12_000 for ms in r.tiempos.values())
    assert r.tiempos["base"] > 0


@POSTGRESQL
def test_una_clave_mala_se_nombra_y_no_se_muestra(proyecto, postgresql, base, monkeypatch):
    monkeypatch.setenv("PRUEBA_CLAVE", "clave-mala-93817")
    r = probar(proyecto, postgresql.datos(base), timeout=10)
    assert r.estado is Estado.PUERTO_OK
    assert "usuario o la clave" in r.causa
    assert ".env" in r.consejo
    assert "93817" not in f"{r} {r.frase()}"


@POSTGRESQL
@pytest.mark.parametrize("existe", [False, True], ids=["no existe", "no puede entrar"])
def test_un_usuario_que_no_existe_o_no_puede_entrar_es_de_credenciales(
    proyecto, postgresql, base, monkeypatch, existe
):
    usuario = f"sin_entrada_{base}"
    if existe:
        with contextlib.closing(postgresql.conectar()) as c:
            c.execute(f"CREATE ROLE {usuario} NOLOGIN PASSWORD '{CLAVE}'")
    monkeypatch.setenv("PRUEBA_USUARIO", usuario)
    r = probar(proyecto, postgresql.datos(base), timeout=10)
    assert r.estado is Estado.PUERTO_OK
    assert "usuario o la clave" in r.causa, r.detalle


@POSTGRESQL
def test_una_base_que_no_existe_se_nombra(proyecto, postgresql):
    r = probar(proyecto, postgresql.datos("no_existe"), timeout=10)
    assert r.estado is Estado.PUERTO_OK
    assert "base de datos no existe" in r.causa
    assert "base_datos" in r.consejo


@POSTGRESQL
@pytest.mark.parametrize(
    ("sentencia", "causa", "detalle"),
    [
        ("DROP TABLE vad20.ma_transaccion", "falta una tabla", "ma_transaccion"),
        ("DROP TABLE vad10.ma_subgrupos", "falta una tabla", "ma_subgrupos"),
        ("DROP SCHEMA vad10 CASCADE", "falta una tabla", "vad10"),
        ("ALTER TABLE vad20.ma_productos DROP COLUMN text2", "falta una columna", "text2"),
    ],
)
def test_lo_que_falta_de_la_consulta_se_nombra(
    proyecto, postgresql, base, sentencia, causa, detalle
):
    with contextlib.closing(postgresql.conectar(base)) as c:
        c.execute(sentencia)
    r = probar(proyecto, postgresql.datos(base), timeout=10)
    assert r.estado is Estado.PUERTO_OK
    assert causa in r.causa
    assert ".sql de ese sistema" in r.consejo
    assert detalle in r.detalle


@POSTGRESQL
def test_un_permiso_que_falta_en_lo_que_la_consulta_lee_se_nombra(
    proyecto, postgresql, base, monkeypatch
):
    rol = f"lector_{base}"
    suyos = ("SELECT ON vad20.ma_transaccion", "SELECT ON vad10.ma_grupos", "USAGE ON SCHEMA vad10")
    monkeypatch.setenv("PRUEBA_USUARIO", rol)
    with contextlib.closing(postgresql.conectar(base)) as c:
        c.execute(f"CREATE ROLE {rol} LOGIN PASSWORD '{CLAVE}'")
        c.execute(f"GRANT USAGE ON SCHEMA vad10, vad20 TO {rol}")
        c.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA vad10, vad20 TO {rol}")
        assert probar(proyecto, postgresql.datos(base), timeout=10).estado is Estado.CONECTADA
        for suyo in suyos:
            c.execute(f"REVOKE {suyo} FROM {rol}")
            r = probar(proyecto, postgresql.datos(base), timeout=10)
            assert r.estado is Estado.PUERTO_OK, suyo
            assert "permiso" in r.causa
            assert "SELECT" in r.consejo
            c.execute(f"GRANT {suyo} TO {rol}")


@POSTGRESQL
@pytest.mark.parametrize("modo", ["require", "verify-full"])
def test_un_servidor_que_no_cifra_como_se_le_pide_es_de_tls(proyecto, postgresql, base, modo):
    r = probar(proyecto, postgresql.datos(base, opciones={"SSLmode": modo}), timeout=10)
    assert r.estado is Estado.PUERTO_OK
    assert "TLS" in r.causa, r.detalle
    assert "opciones" in r.consejo


@POSTGRESQL
def test_una_tabla_trabada_no_cuelga_la_prueba(proyecto, postgresql, base):
    with contextlib.closing(postgresql.conectar(base)) as c:
        c.autocommit = False
        c.execute("LOCK TABLE vad20.ma_productos IN ACCESS EXCLUSIVE MODE")
        inicio = time.monotonic()
        r = probar(proyecto, postgresql.datos(base), timeout=2)
        assert time.monotonic() - inicio < 15
    assert r.estado is Estado.PUERTO_OK
    assert "no contestó a tiempo" in r.causa


@POSTGRESQL
def test_un_driver_que_no_esta_instalado_se_nombra(proyecto, postgresql, base):
    r = probar(proyecto, postgresql.datos(base, driver="Driver de nadie"))
    assert r.estado is Estado.PUERTO_OK
    assert "driver ODBC «Driver de nadie», que no está instalado" in r.causa
    assert "corrija «driver»" in r.causa + r.consejo


@POSTGRESQL
def test_una_variable_que_falta_en_env_se_nombra(proyecto, postgresql, base, monkeypatch):
    monkeypatch.delenv("PRUEBA_CLAVE")
    r = probar(proyecto, postgresql.datos(base))
    assert r.estado is Estado.PUERTO_OK
    assert "PRUEBA_CLAVE" in r.causa
    assert "PRUEBA_USUARIO" not in r.causa
    assert ".env" in r.causa + r.consejo
    (proyecto.carpeta / ".env").write_text(f"PRUEBA_CLAVE='{CLAVE}'\n")
    assert probar(proyecto, postgresql.datos(base), timeout=10).estado is Estado.CONECTADA


@POSTGRESQL
def test_la_prueba_no_lee_una_fila_de_ventas(proyecto, postgresql, base):
    postgresql.vender(base, "2025-03-01", dias=20, por_dia=500)

    def leidas() -> int:
        """Filas de ventas que el servidor ha leído, cuando ya no queda nadie leyéndolas."""
        with contextlib.closing(postgresql.conectar()) as c:
            sesiones = "SELECT count(*) FROM pg_stat_activity WHERE datname = ?"
            esperar(lambda: not c.execute(sesiones, base).fetchval())
        with contextlib.closing(postgresql.conectar(base)) as c:
            return c.execute(
                "SELECT coalesce(idx_tup_fetch, 0) + seq_tup_read FROM pg_stat_all_tables "
                "WHERE relname = 'ma_transaccion'"
            ).fetchval()

    antes = leidas()
    assert probar(proyecto, postgresql.datos(base), timeout=10).estado is Estado.CONECTADA
    assert leidas() == antes


# -- las tiendas de archivo


def en_archivo(archivo) -> dict:
    return {"nombre": "T", "sistema": "demo", "driver": "SQLite3", "archivo": str(archivo)}


def test_un_archivo_sano_queda_conectado(proyecto, tmp_path):
    hacer_pos(tmp_path / "pos.sqlite", cada_dia("2025-03-01", "2025-03-02", 5))
    r = probar(proyecto, en_archivo(tmp_path / "pos.sqlite"), timeout=10)
    assert r.estado is Estado.CONECTADA, r.detalle
    assert set(r.tiempos) == {"host", "puerto", "base"}


def test_un_archivo_que_no_existe_no_es_alcanzable_y_no_se_crea(proyecto, tmp_path):
    archivo = tmp_path / "falta.sqlite"
    r = probar(proyecto, en_archivo(archivo))
    assert r.estado is Estado.NO_ALCANZABLE
    assert r.causa == f"no existe el archivo {archivo}"
    assert "archivo" in r.consejo
    assert not archivo.exists()


def test_un_archivo_que_no_es_una_base_es_puerto_ok(proyecto, tmp_path):
    archivo = tmp_path / "nota.sqlite"
    archivo.write_text("Esto no es una base de datos. " * 500)
    r = probar(proyecto, en_archivo(archivo), timeout=10)
    assert r.estado is Estado.PUERTO_OK
    assert "no es una base de datos" in r.causa, r.detalle


def test_una_base_de_archivo_cortada_por_la_mitad_es_puerto_ok(proyecto, tmp_path):
    archivo = tmp_path / "cortado.sqlite"
    hacer_pos(archivo, cada_dia("2025-03-01", "2025-03-31", 200))
    archivo.write_bytes(archivo.read_bytes()[: archivo.stat().st_size // 2 // 4096 * 4096])
    r = probar(proyecto, en_archivo(archivo), timeout=10)
    assert r.estado is Estado.PUERTO_OK
    assert "no es una base de datos sana" in r.causa, r.detalle


def test_una_base_de_archivo_sin_la_tabla_de_ventas_la_nombra(proyecto, tmp_path):
    archivo = tmp_path / "vacia.sqlite"
    with contextlib.closing(sqlite3.connect(archivo)) as c:
        c.execute("CREATE TABLE otra (x)")
    r = probar(proyecto, en_archivo(archivo), timeout=10)
    assert r.estado is Estado.PUERTO_OK
    assert "falta una tabla" in r.causa
    assert "lineas" in r.detalle


def test_un_archivo_tomado_por_otro_no_cuelga_la_prueba(proyecto, tmp_path):
    archivo = tmp_path / "pos.sqlite"
    hacer_pos(archivo, {"2025-03-01": 3})
    # Otro proceso: los candados de SQLite no valen contra quien los tiene.
    tomar = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('BEGIN EXCLUSIVE');"
        "print('listo', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", tomar, archivo], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True,
    ) as otro:  # fmt: skip
        assert otro.stdout.readline() == "listo\n"
        inicio = time.monotonic()
        r = probar(proyecto, en_archivo(archivo), timeout=1)
        otro.communicate("\n")
    assert time.monotonic() - inicio < 25  # la sesión del POS esperaría 30 s
    assert r.estado is Estado.PUERTO_OK
    assert "no contestó a tiempo" in r.causa


def test_un_archivo_que_no_se_puede_leer_se_dice_y_no_es_un_defecto(proyecto, tmp_path):
    """Ni el archivo, ni uno sano en una carpeta cerrada."""
    archivos = [tmp_path / carpeta / "pos.sqlite" for carpeta in ("abierta", "cerrada")]
    for n, archivo in enumerate(archivos):
        hacer_pos(archivo, {"2025-03-01": 3})
        proyecto.tiendas[f"tienda_{n}"] = en_archivo(archivo)
    proyecto.escribir()
    cerrados = (archivos[0], archivos[1].parent)
    for cerrado in cerrados:
        cerrado.chmod(0)
    try:
        hecho = subprocess.run(
            [*sin_privilegios("dac_override", "dac_read_search"),
             *proyecto.orden("VerificarConectividad")],
            cwd=proyecto.carpeta, env=proyecto.entorno(), capture_output=True, text=True,
        )  # fmt: skip
    finally:
        for cerrado in cerrados:
            cerrado.chmod(0o755)
    assert hecho.returncode == 30, hecho.stderr
    assert "Traceback" not in hecho.stderr
    assert "Defecto" not in hecho.stderr
    informe = next((proyecto.carpeta / "reportes").glob("conectividad_*.json")).read_text()
    for archivo, tienda in zip(archivos, json.loads(informe)["tiendas"], strict=True):
        assert "no hay permiso para leer" in tienda["causa"]
        assert str(archivo) in tienda["causa"]
        assert tienda["causa"] in " ".join(hecho.stdout.split())


# -- lo que sólo se ve en una red


def verificar_en(red: EspaciosDeRed, proyecto, *opciones: str, prefijo=()) -> dict[str, dict]:
    """Corre VerificarConectividad dentro del espacio «aquí»; devuelve las tiendas de su JSON."""
    orden = proyecto.orden("VerificarConectividad", "--rapida", *opciones, workers=20)
    subprocess.run(
        [*red.dentro(red.aqui), *prefijo, *orden], cwd=proyecto.carpeta, env=proyecto.entorno(),
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    reportes = (proyecto.carpeta / "reportes").glob("conectividad_*.json")
    ultimo = max(reportes, key=lambda p: p.stat().st_mtime_ns)
    return {t["tienda"]: t for t in json.loads(ultimo.read_text())["tiendas"]}


def poner(proyecto, hosts: dict[str, str], puerto: int = 1433) -> None:
    for id_, host in hosts.items():
        proyecto.tiendas[id_] = en_red(host, puerto)
    proyecto.escribir()


def test_en_una_red_cada_silencio_se_dice_por_su_nombre_y_cuesta_un_timeout(red, proyecto):
    """Un host que no responde, de tres maneras; un nombre con varias direcciones, de las que
    responde una; y un DNS que no contesta, que al sistema le costaría más.
    """
    red.resolver("::1 tienda.prueba\n127.0.0.1 tienda.prueba\n", dns=red.PERDIDO)
    red.escuchar(red.aqui, "mudo", "127.0.0.1", 1600)  # como un servidor que sólo escucha en IPv4
    poner(proyecto, {
        "ausente": red.AUSENTE, "perdido": red.PERDIDO, "sin_ruta": red.SIN_RUTA, "vivo": red.VIVO,
        "sin_dns": "tienda.perdida",
    })  # fmt: skip
    poner(proyecto, {"dos": "tienda.prueba"}, 1600)
    tiendas = verificar_en(red, proyecto, "--timeout", "5")
    estados = {id_: t["estado"] for id_, t in tiendas.items()}
    assert estados == {
        "ausente": "NO ALCANZABLE", "perdido": "NO ALCANZABLE", "sin_ruta": "NO ALCANZABLE",
        "vivo": "PING OK",  # rechazó: está
        "sin_dns": "NO ALCANZABLE", "dos": "PUERTO OK",
    }  # fmt: skip
    for id_ in ("ausente", "perdido", "sin_ruta"):
        assert tiendas[id_]["causa"] == "el host no responde"
        assert "VPN" in tiendas[id_]["consejo"]
        assert "host" in tiendas[id_]["consejo"]
        assert max(tiendas[id_]["ms"].values()) < 20_000
    assert "tienda.perdida no se resuelve" in tiendas["sin_dns"]["causa"]
    assert tiendas["sin_dns"]["ms"]["host"] < 9_500  # el sistema se rinde a los 10 s


@pytest.mark.parametrize(
    ("con_icmp", "estado"), [(True, "PING OK"), (False, "NO ALCANZABLE")], ids=["eco", "sin eco"]
)
def test_un_puerto_silencioso_es_ping_ok_solo_si_el_eco_sin_ser_root_lo_prueba(
    red, proyecto, con_icmp, estado
):
    puerto = 1500 + con_icmp
    red.escuchar(red.alla, "silencioso", red.VIVO, puerto)
    red.permitir_icmp(con_icmp)
    poner(proyecto, {"muda": red.VIVO}, puerto)
    poner(proyecto, {"cerrada": red.VIVO})
    tiendas = verificar_en(
        red, proyecto, "--timeout", "2", prefijo=sin_privilegios("net_raw", "net_admin")
    )
    assert tiendas["muda"]["estado"] == estado
    # Lo que TCP prueba no depende del eco.
    assert tiendas["cerrada"]["estado"] == "PING OK"


def test_una_tienda_que_no_contesta_ecos_no_se_los_espera_si_su_puerto_ya_contesto(red, proyecto):
    red.escuchar(red.alla, "mudo", red.VIVO, 1700)
    poner(proyecto, {"abierta": red.VIVO}, 1700)
    poner(proyecto, {"cerrada": red.VIVO})
    red.callar_el_eco(True)
    try:
        inicio = time.monotonic()
        tiendas = verificar_en(red, proyecto, "--timeout", "60")
        duracion = time.monotonic() - inicio
    finally:
        red.callar_el_eco(False)
    estados = {id_: t["estado"] for id_, t in tiendas.items()}
    assert estados == {"abierta": "PUERTO OK", "cerrada": "PING OK"}
    assert duracion < 55, "esperó el eco hasta el timeout"


def test_veinte_lugares_de_los_que_diez_no_alcanzables_cuestan_un_timeout(red, proyecto):
    """Sin --workers: las que se prueban a la vez son las de la configuración."""
    for i in range(10):
        poner(proyecto, {f"muerta_{i}": f"198.51.100.{10 + i}", f"viva_{i}": f"127.0.0.{10 + i}"})
    inicio = time.monotonic()
    orden = [
        sys.executable, "-m", "luigi", "--module", "fluxion_luigi", "VerificarConectividad",
        "--rapida", "--timeout", "5", "--local-scheduler",
    ]  # fmt: skip
    hecho = subprocess.run(
        [*red.dentro(red.aqui), *orden], cwd=proyecto.carpeta, env=proyecto.entorno(),
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    duracion = time.monotonic() - inicio
    assert hecho.stdout.count("NO ALCANZABLE") == 10, hecho.stdout + hecho.stderr
    assert hecho.stdout.count("PING OK") == 10
    assert duracion < 45, "diez timeouts serían 50 s"


# -- varias a la vez


def test_diez_lugares_silenciosos_cuestan_un_timeout_con_todo_y_base(proyecto):
    with contextlib.ExitStack() as pila:
        for i in range(10):
            muerto = pila.enter_context(Silencioso(f"127.0.1.{1 + i}"))
            proyecto.tiendas[f"muerta_{i}"] = en_red(muerto.direccion, muerto.puerto)
            if i < 3:
                proyecto.con_tienda(f"viva_{i}", {"2025-03-01": 3})
        tiendas = list(proyecto.config.catalogo.tiendas.values())
        inicio = time.monotonic()
        resultados = verificar_todas(proyecto.config, tiendas, 5, a_la_vez=10)
        duracion = time.monotonic() - inicio
    assert [r.tienda.id for r in resultados] == [t.id for t in tiendas]
    vivas = [r for r in resultados if r.estado is Estado.CONECTADA]
    assert [r.tienda.id for r in vivas] == [f"viva_{i}" for i in range(3)]
    assert duracion < 45, "diez timeouts serían 50 s"


def test_cada_resultado_sale_en_cuanto_se_sabe_y_al_final_van_en_el_orden_del_catalogo(proyecto):
    with Silencioso("127.0.0.9") as muda:
        proyecto.tiendas["lenta"] = en_red("127.0.0.9", muda.puerto)
        proyecto.tiendas["rapida"] = en_red("127.0.0.1", puerto_cerrado())
        proyecto.escribir()
        salieron = []
        resultados = verificar_todas(
            proyecto.config, list(proyecto.config.catalogo.tiendas.values()), 1, a_la_vez=2,
            al_salir=lambda r: salieron.append(r.tienda.id),
        )  # fmt: skip
    assert salieron == ["rapida", "lenta"]
    assert [r.tienda.id for r in resultados] == ["lenta", "rapida"]


def test_por_consejo_agrupa_las_que_piden_lo_mismo_y_deja_fuera_a_las_demas(proyecto, tmp_path):
    hacer_pos(tmp_path / "pos.sqlite", {"2025-03-01": 3})
    proyecto.tiendas = {
        "sana": en_archivo(tmp_path / "pos.sqlite"),
        "sin_a": en_archivo(tmp_path / "a"),
        "sin_b": en_archivo(tmp_path / "b"),
        "cerrada": en_red("127.0.0.1", puerto_cerrado()),
        "inactiva": en_red("127.0.0.1", 1, activa=False),
    }
    proyecto.escribir()
    tiendas = list(proyecto.config.catalogo.tiendas.values())
    grupos = dict(por_consejo(verificar_todas(proyecto.config, tiendas, 10)))
    assert [[r.tienda.id for r in g] for g in grupos.values()] == [["sin_a", "sin_b"], ["cerrada"]]
