"""Credenciales y permisos contra un servidor real: lo que entra, lo que no, y lo que se dice."""

import contextlib
import json
import os
import subprocess
import time
from pathlib import Path

import arrow_odbc
import pyodbc
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fluxion_luigi.config import Credencial
from fluxion_luigi.errores import ErrorConfiguracion
from fluxion_luigi.origen.odbc import cadena
from tests import nucleo
from tests.postgresql import CLAVE, DRIVER, USUARIO, Servidor
from tests.proyecto import Proyecto

pytestmark = pytest.mark.postgresql

ROL = "cajero"
BUENA = "clave buena"
DIFICIL = "a;b{c}d'e\"f%41g=h i ñ+j\\k}}l}"
MALA = "clave-equivocada-7391"
VARIABLE = "PRUEBA_CLAVE"


def cambiar_clave(servidor: Servidor, clave: str) -> None:
    """Le pone la clave al rol, con psql: sin ODBC de por medio."""
    psql = sorted(Path("/usr/lib/postgresql").glob("*/bin/psql"))[-1]
    subprocess.run(
        [psql, "-h", "127.0.0.1", "-p", str(servidor.puerto), "-U", USUARIO, "-d", "postgres",
         "-q", "-v", "ON_ERROR_STOP=1", "-v", f"clave={clave}"],
        env={**os.environ, "PGPASSWORD": CLAVE, "PGCLIENTENCODING": "UTF8"},
        input=f"ALTER ROLE {ROL} PASSWORD :'clave';", text=True, check=True, capture_output=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def rol(postgresql) -> Servidor:
    """El servidor, con un usuario que sólo puede leer."""
    with contextlib.closing(postgresql.conectar()) as c:
        c.execute(f"CREATE ROLE {ROL} LOGIN")
    return postgresql


@pytest.fixture
def tienda(en_postgresql, rol) -> Proyecto:
    """La tienda de 40 días, que se lee con el usuario que sólo puede leer."""
    cambiar_clave(rol, BUENA)
    permitir(rol, base_de(en_postgresql))
    en_postgresql.ambiente.update(PRUEBA_USUARIO=ROL, PRUEBA_CLAVE=BUENA)
    return ajustar(en_postgresql, conectividad_timeout=20)


def permitir(servidor: Servidor, base: str) -> None:
    """Que el usuario pueda leer esa base."""
    for esquema in ("vad10", "vad20"):
        hacer(
            servidor, base, f"GRANT USAGE ON SCHEMA {esquema} TO {ROL}",
            f"GRANT SELECT ON ALL TABLES IN SCHEMA {esquema} TO {ROL}",
        )  # fmt: skip


def ajustar(proyecto: Proyecto, **ajustes) -> Proyecto:
    """Cambia ajustes de luigi.cfg."""
    proyecto.ajustes.update({k: str(v) for k, v in ajustes.items()})
    proyecto.escribir()
    return proyecto


def base_de(proyecto: Proyecto) -> str:
    return proyecto.tiendas["tienda_01"]["base_datos"]


def hacer(servidor: Servidor, base: str, *sentencias: str) -> None:
    """Como administrador, en la base de una tienda."""
    with contextlib.closing(servidor.conectar(base)) as c:
        for sentencia in sentencias:
            c.execute(sentencia)


def exigir_fallo(salida, proyecto, *frases) -> None:
    """Sale con 30, dice la tienda y esas frases en la terminal y en el reporte, y sin traza."""
    assert salida.codigo == 30, salida.todo
    assert "Traceback" not in salida.todo
    error = proyecto.reporte()["detalle"][0]["error"]
    for frase in ("tienda_01", *frases):
        assert frase in salida.error
        assert frase in error


def exigir_sin_secreto(proyecto: Proyecto, salida, *secretos: str) -> None:
    """Ni la terminal ni un archivo de los que deja la corrida dicen el secreto."""
    textos = {"la terminal": salida.todo}
    for carpeta in ("logs", "reportes", "markers", "staging", "datos"):
        for p in (proyecto.carpeta / carpeta).rglob("*"):
            if p.is_file():
                textos[str(p)] = p.read_bytes().decode("utf-8", "replace")
    assert any(nombre.endswith(".log") for nombre in textos)
    # Tal cual, entre llaves de ODBC y como lo escribirían JSON o el repr de Python.
    formas = {
        forma
        for s in secretos
        for forma in (
            s, s.replace("}", "}}"), repr(s)[1:-1], json.dumps(s)[1:-1],
            json.dumps(s, ensure_ascii=False)[1:-1],
        )
    }  # fmt: skip
    donde = [nombre for nombre, texto in textos.items() if any(f in texto for f in formas)]
    assert donde == []


# -- la clave


def test_una_clave_equivocada_se_dice_y_no_se_repite_en_ninguna_parte(tienda):
    tienda.ambiente[VARIABLE] = MALA
    salida = tienda.rango("2025-03", "2025-03")
    exigir_fallo(
        salida, tienda, "el servidor rechaza el usuario o la clave", "Corrija las credenciales",
        f'password authentication failed for user "{ROL}"',
    )  # fmt: skip
    assert tienda.cargado() == {}
    assert tienda.marcadores() == []
    exigir_sin_secreto(tienda, salida, MALA)


def test_una_clave_dificil_entra_y_cambiada_despues_de_la_puerta_se_dice_y_no_se_insiste(
    tienda, rol
):
    ajustar(tienda, conectividad_vigencia=3600, intentos=5)
    cambiar_clave(rol, DIFICIL)
    tienda.ambiente[VARIABLE] = DIFICIL
    salida = tienda.rango("2025-03-01", "2025-03-03")
    assert salida.codigo == 0, salida.todo
    exigir_sin_secreto(tienda, salida, DIFICIL)
    antes = tienda.cargado()
    assert len(antes) == 3
    tienda.ambiente[VARIABLE] = MALA
    salida = tienda.rango("2025-03", "2025-03")
    exigir_fallo(
        salida, tienda, "el servidor rechaza el usuario o la clave", "Corrija las credenciales",
        f'password authentication failed for user "{ROL}"',
    )  # fmt: skip
    assert "se reintenta" not in salida.error  # un servidor bloquea al que insiste
    assert tienda.cargado() == antes
    exigir_sin_secreto(tienda, salida, MALA, DIFICIL)


@pytest.fixture(scope="module")
def conectar(rol, tmp_path_factory):
    """Entra con una clave por los dos caminos del programa y dice quién es en cada uno."""
    proyecto = Proyecto(tmp_path_factory.mktemp("claves") / "proyecto")
    proyecto.tiendas["tienda_01"] = rol.datos("postgres")
    proyecto.escribir()
    config = proyecto.config
    tienda = config.tienda("tienda_01")

    def entrar(clave: str) -> list[str]:
        texto = cadena.construir(tienda, config.sistema(tienda), Credencial(ROL, clave))
        consulta = "SELECT CAST(current_user AS VARCHAR(30)) AS quien"
        with contextlib.closing(pyodbc.connect(texto, timeout=30)) as c:
            quienes = [c.execute(consulta).fetchval()]
        for lote in arrow_odbc.connect(texto, login_timeout_sec=30).read_arrow_batches(consulta):
            quienes += lote.column("quien").to_pylist()
        return quienes

    return entrar


@given(st.text(st.characters(min_codepoint=32, codec="utf-8", exclude_categories=("C",)),
               min_size=1, max_size=24))  # fmt: skip
@example(DIFICIL)
@example(";")
@example("{")
@example("}")
@example("{}")
@example("}}")
@example("{a};PWD=otra")
@example("'")
@example('"')
@example("%41")
@example("%")
@example("=")
@example(" con espacios ")
@example("ñandú")
@example("a+b")
@example("\\")
@example("c:\\nueva\\tarea")
@settings(max_examples=20, deadline=None, derandomize=True)
def test_toda_clave_imprimible_entra_por_los_dos_caminos(rol, conectar, clave):
    cambiar_clave(rol, clave)
    assert conectar(clave) == [ROL, ROL]


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=12))
@settings(max_examples=10, deadline=None, derandomize=True)
def test_una_clave_parecida_no_entra(rol, conectar, clave):
    cambiar_clave(rol, clave + "x")
    with pytest.raises(pyodbc.Error, match="password authentication failed"):
        conectar(clave)


# -- de dónde sale la clave


@pytest.mark.parametrize(
    "clave", [BUENA, DIFICIL.replace("'", ""), "con#numeral", "a$HOME", "a${HOME}b", "$(date)"]
)
def test_la_clave_de_punto_env_se_lee_entera(proyecto, clave):
    proyecto.con_tienda("tienda_01", usuario_env="PRUEBA_USUARIO", clave_env=VARIABLE)
    proyecto.escribir()
    escapada = clave.replace("\\", "\\\\")
    (proyecto.carpeta / ".env").write_text(
        f"PRUEBA_USUARIO='{ROL}'\n{VARIABLE}='{escapada}'\n", encoding="utf-8"
    )
    credencial = proyecto.config.credencial(proyecto.tienda("tienda_01"))
    assert (credencial.usuario, credencial.clave) == (ROL, clave)


def test_la_clave_se_toma_de_punto_env_y_el_ambiente_gana(tienda, monkeypatch):
    del tienda.ambiente[VARIABLE]
    (tienda.carpeta / ".env").write_text(f"{VARIABLE}='{BUENA}'\n")
    salida = tienda.rango("2025-03-01", "2025-03-01")
    assert salida.codigo == 0, salida.todo
    exigir_sin_secreto(tienda, salida, BUENA)
    (tienda.carpeta / ".env").write_text(f"{VARIABLE}='{MALA}'\n")
    for nombre, valor in {**tienda.ambiente, VARIABLE: BUENA}.items():
        monkeypatch.setenv(nombre, valor)
    assert tienda.config.credencial(tienda.tienda("tienda_01")) == Credencial(ROL, BUENA)


def test_una_variable_que_falta_o_esta_vacia_se_nombra(tienda):
    del tienda.ambiente[VARIABLE]
    salida = tienda.rango("2025-03-01", "2025-03-01")
    exigir_fallo(salida, tienda, f"Falta {VARIABLE}", ".env")
    assert tienda.cargado() == {}
    tienda.ambiente[VARIABLE] = ""
    with pytest.raises(ErrorConfiguracion, match=f"Falta {VARIABLE}"):
        nucleo.cargar(tienda, "2025-03-01", "2025-03-01")


# -- lo que el servidor niega

TABLA = "vad20.ma_transaccion"
# Qué se le hace al POS, la causa que se dice y lo que dice el driver.
ROTURAS = {
    "tabla": (
        [f"ALTER TABLE {TABLA} RENAME TO otra"],
        "falta una tabla que la consulta lee",
        f'relation "{TABLA}" does not exist',
    ),
    "columna": (
        ["ALTER TABLE vad20.ma_productos RENAME COLUMN c_marca TO c_otra"],
        "falta una columna que la consulta lee",
        "column m.c_marca does not exist",
    ),
    "permiso": (
        [f"REVOKE SELECT ON vad20.ma_productos FROM {ROL}"],
        "el usuario no tiene permiso de lectura",
        "permission denied for table ma_productos",
    ),
    "permiso_de_esquema": (
        [f"REVOKE USAGE ON SCHEMA vad10 FROM {ROL}"],
        "el usuario no tiene permiso de lectura",
        "permission denied for schema vad10",
    ),
    "base": ([], "la base de datos no existe", "does not exist"),  # a ésta se le cambia el nombre
}
# Cuándo se ve cada una: al probar la tienda, o ya leyéndola porque la prueba está vigente.
CASOS = (
    "tabla_en_la_puerta", "permiso_de_esquema_en_la_puerta", "base_en_la_puerta",
    "columna_al_leer", "permiso_al_leer", "base_al_leer",
)  # fmt: skip
# Un texto donde había un número: la columna, el texto y su día.
TEXTOS = {
    "texto_al_leer": [("total", "abc", 5), ("cantidad", "abc", 6)],
    # Lo que dice el dato no se confunde con otra causa.
    "texto_con_palabras": [("cantidad", "x timeout", 1), ("cantidad", "x 28000", 2)],
}


def romper(servidor: Servidor, base: str, rotura: str) -> None:
    """Deja la base de una tienda como la quiere su rotura."""
    for columna, texto, dia in TEXTOS.get(rotura, ()):
        hacer(
            servidor, base, f"ALTER TABLE {TABLA} ALTER COLUMN {columna} TYPE TEXT",
            f"UPDATE {TABLA} SET {columna} = '{texto}' "
            f"WHERE f_fecha = '2025-03-{dia:02d}' AND n_linea = 1",
        )  # fmt: skip
    if rotura in TEXTOS:
        return
    if rotura == "base":
        hacer(servidor, "postgres", f'ALTER DATABASE "{base}" RENAME TO "{base}_vieja"')
    else:
        hacer(servidor, base, *ROTURAS[rotura][0])


def rotura_de(caso: str) -> str:
    return caso.removesuffix("_en_la_puerta").removesuffix("_al_leer")


class Negadas:
    """Una tienda por caso, todas en una corrida: lo que había, lo que dijo y lo que quedó.

    Las de `al_leer` cargan antes tres días: con su prueba vigente, la puerta las deja pasar y es la
    lectura la que tropieza.
    """

    def __init__(self, carpeta: Path, servidor: Servidor, molde: str):
        cambiar_clave(servidor, BUENA)
        self.proyecto = Proyecto(
            carpeta, ambiente={"PRUEBA_USUARIO": ROL, VARIABLE: BUENA},
            ajustes={"conectividad_vigencia": "3600", "conectividad_timeout": "20"},
        )  # fmt: skip
        roturas = {caso: rotura_de(caso) for caso in CASOS} | {t: t for t in TEXTOS}
        for id_ in roturas:
            servidor.copiar_pos(molde, f"negada_{id_}")
            permitir(servidor, f"negada_{id_}")
            self.proyecto.tiendas[id_] = servidor.datos(
                f"negada_{id_}", comparte_con=list(roturas)
            )  # fmt: skip
        self.proyecto.escribir()
        ya_cargadas = [id_ for id_ in roturas if id_.endswith("al_leer")]
        salida = self.proyecto.rango(
            "2025-03-01", "2025-03-03", "--tiendas", ",".join(ya_cargadas), workers=2
        )
        assert salida.codigo == 0, salida.todo
        self.antes = self.proyecto.cargado(), self.proyecto.marcadores()
        for id_, rotura in roturas.items():
            romper(servidor, f"negada_{id_}", rotura)
        self.salida = self.proyecto.rango("2025-03-01", "2025-03-08", workers=2)
        self.errores = {m["tienda"]: m["error"] for m in self.proyecto.reporte()["detalle"]}
        assert self.salida.codigo == 30, self.salida.todo
        assert "Traceback" not in self.salida.todo
        assert "se reintenta" not in self.salida.error
        assert list(self.proyecto.carpeta.rglob("*.parcial")) == []

    def exigir_dicho(self, id_: str, *frases: str) -> None:
        """De esa tienda se dijo todo eso, en el reporte y en la terminal."""
        assert self.errores[id_] in self.salida.error
        for frase in (id_, *frases):
            assert frase in self.errores[id_]

    def dias(self, id_: str) -> set[int]:
        return {d.day for t, d in self.proyecto.cargado() if t == id_}


@pytest.fixture(scope="module")
def negadas(rol, pos_molde, tmp_path_factory) -> Negadas:
    return Negadas(tmp_path_factory.mktemp("negadas") / "p", rol, pos_molde)


@pytest.mark.parametrize("id_", CASOS)
def test_lo_que_el_servidor_niega_se_dice_con_su_causa(negadas, id_):
    rotura = rotura_de(id_)
    _, causa, dicho = ROTURAS[rotura]
    negadas.exigir_dicho(id_, causa, dicho)
    if rotura == "base":
        frase = f'database "negada_{id_}" does not exist'
        negadas.exigir_dicho(id_, "Corrija «base_datos»", frase)
    cargado, marcadores = negadas.antes
    suyo = {k: v for k, v in negadas.proyecto.cargado().items() if k[0] == id_}
    assert suyo == {k: v for k, v in cargado.items() if k[0] == id_}
    assert len(suyo) == (3 if id_.endswith("al_leer") else 0)
    de_ella = [m for m in negadas.proyecto.marcadores() if m.startswith(f"{id_}/")]
    assert de_ella == [m for m in marcadores if m.startswith(f"{id_}/")]


def test_una_columna_que_cambio_de_tipo_deja_fuera_los_dias_que_ya_no_son_un_numero(negadas):
    negadas.exigir_dicho(
        "texto_al_leer", "el servidor no puede convertir un dato que tiene guardado",
        "cambió de tipo", 'invalid input syntax for type numeric: "abc"',
        "2 día(s) sin cargar; los otros 3",
    )  # fmt: skip
    antes, _ = negadas.antes
    assert {k: v for k, v in negadas.proyecto.cargado().items() if k in antes} == antes
    assert negadas.dias("texto_al_leer") == {1, 2, 3, 4, 7, 8}


def test_un_dato_malo_no_se_confunde_con_otra_causa_por_sus_palabras(negadas):
    negadas.exigir_dicho(
        "texto_con_palabras", "el servidor no puede convertir un dato que tiene guardado",
        *(f'invalid input syntax for type numeric: "{t}"' for t in ("x timeout", "x 28000")),
        "2 día(s) sin cargar; los otros 6",
    )  # fmt: skip
    assert negadas.dias("texto_con_palabras") == set(range(3, 9))


def test_un_driver_que_no_esta_se_dice_con_los_que_hay(tienda):
    tienda.tiendas["tienda_01"]["driver"] = "ODBC Driver 99 for SQL Server"
    tienda.escribir()
    salida = tienda.rango("2025-03-01", "2025-03-01")
    exigir_fallo(salida, tienda, "«ODBC Driver 99 for SQL Server»", "no está instalado", DRIVER)
    assert all(d in salida.error for d in pyodbc.drivers())


# -- la lista de procesos


def procesos() -> dict[int, str]:
    """La línea de órdenes de cada proceso vivo, como la ve cualquier usuario de la máquina."""
    lineas = {}
    for p in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            lineas[int(p.parent.name)] = p.read_bytes().decode("utf-8", "replace")
    return lineas


def esperar_proceso(modulo: str, corrida: subprocess.Popen) -> dict[int, str]:
    """Espera a que corra ese módulo en esa corrida; devuelve todos los procesos del momento."""
    limite = time.monotonic() + 60
    while time.monotonic() < limite:
        vistos = procesos()
        suyos = {p for p, linea in vistos.items() if linea.rstrip("\0").endswith(modulo)}
        for pid in suyos:
            with contextlib.suppress(ProcessLookupError):
                if os.getsid(pid) == corrida.pid:
                    return vistos
        time.sleep(0.02)
    raise AssertionError(f"{modulo} no llegó a correr")


@pytest.mark.parametrize(
    ("modulo", "orden"),
    [
        ("fluxion_luigi.origen.odbc.prueba", ["VerificarConectividad", "--timeout", "30"]),
        ("fluxion_luigi.flujo.lector",
         ["RangoVentas", "--desde", "2025-03-01", "--hasta", "2025-03-07"]),
    ],
    ids=["conectividad", "lector"],
)  # fmt: skip
def test_la_clave_no_se_ve_en_la_lista_de_procesos(tienda, rol, modulo, orden):
    clave = "clave-de-lista-5512"
    cambiar_clave(rol, clave)
    tienda.ambiente[VARIABLE] = clave
    with contextlib.closing(rol.conectar(base_de(tienda))) as c:
        c.autocommit = False
        c.execute(f"LOCK TABLE {TABLA} IN ACCESS EXCLUSIVE MODE")
        corrida = tienda.lanzar(*orden)
        try:
            vistos = esperar_proceso(modulo, corrida)
            c.rollback()
            fuera, error = corrida.communicate(timeout=120)
        finally:
            corrida.kill()
    assert corrida.returncode == 0, fuera + error
    assert [linea for linea in vistos.values() if clave in linea] == []
