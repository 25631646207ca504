"""Los turnos de la cadena: uno a la vez entre hosts, y quien lo pierde lo sabe."""

import contextlib
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from fluxion_luigi import turnos
from fluxion_luigi.errores import ErrorDestino, ErrorOcupado, ErrorTurno
from fluxion_luigi.turnos import Servidor
from fluxion_luigi.turnos.sesion import MARGEN
from tests.postgresql import CLAVE, USUARIO, puerto_libre
from tests.proyecto import RAIZ
from tests.rele import Rele

pytestmark = pytest.mark.postgresql
VIDA = 2.0
# Otro host: toma el turno, lo dice y se queda con él hasta que lo maten o le quiten la entrada.
_OTRO = """
import sys
from pathlib import Path
from fluxion_luigi import turnos
conexion, usuario, clave, sql, que = sys.argv[1:]
servidor = turnos.Servidor(conexion, usuario, clave, "corrida-de-otro", 2.0, Path(sql))
with turnos.tomado(servidor, que, 20):
    print("tomado", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def catalogo(postgresql):
    with contextlib.closing(postgresql.conectar()) as c:
        c.execute("CREATE DATABASE turnos")
    return f"host=127.0.0.1 port={postgresql.puerto} dbname=turnos"


@pytest.fixture
def servidor(catalogo) -> Servidor:
    return Servidor(catalogo, USUARIO, CLAVE, "corrida-de-aqui", VIDA, RAIZ / "sql")


@contextlib.contextmanager
def otro_host(servidor: Servidor, que: str):
    orden = [servidor.conexion, servidor.usuario, servidor.clave, str(servidor.sql), que]
    otro = subprocess.Popen(
        [sys.executable, "-c", _OTRO, *orden], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        assert otro.stdout.readline() == "tomado\n"
        yield otro
    finally:
        otro.kill()
        otro.wait()


def cortar_sesiones(postgresql) -> None:
    """Como un firewall que tira las conexiones: el servidor las da por acabadas."""
    with contextlib.closing(postgresql.conectar("turnos")) as c:
        c.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name LIKE 'fluxion %'"
        )


def test_lo_que_otro_host_tiene_se_espera_y_si_no_lo_suelta_se_dice_quien_es(servidor):
    with otro_host(servidor, "tienda_01") as otro:
        with pytest.raises(ErrorOcupado) as e, turnos.tomado(servidor, "tienda_01", 0.3):
            pass
        for dicho in ("tienda_01", f"el proceso {otro.pid} de ", "corrida-de-otro", "desde hace"):
            assert dicho in str(e.value)
        with turnos.tomado(servidor, "tienda_02", 0):  # las demás están libres
            assert not turnos.libre(servidor, "tienda_01")
        otro.stdin.close()  # termina bien: se despide, y nadie espera de más
        inicio = time.monotonic()
        with turnos.tomado(servidor, "tienda_01", 10):
            assert time.monotonic() - inicio < VIDA + MARGEN
    assert turnos.libre(servidor, "tienda_01")


def test_lo_de_un_proceso_de_esta_maquina_que_murio_se_toma_enseguida(servidor):
    with otro_host(servidor, "tienda_12") as otro:
        otro.kill()
        otro.wait()
    with turnos.tomado(servidor, "tienda_12", 1):
        turnos.exigir()


def test_lo_de_un_host_muerto_se_toma_cuando_ya_no_puede_creer_que_lo_tiene(servidor, monkeypatch):
    monkeypatch.setattr("fluxion_luigi.maquina.ambito", lambda: "otra máquina")
    with otro_host(servidor, "tienda_03") as otro:
        otro.kill()
        otro.wait()
    muerto = time.monotonic()
    with pytest.raises(ErrorOcupado), turnos.tomado(servidor, "tienda_03", 1):
        pass
    with turnos.tomado(servidor, "tienda_03", 20):
        assert VIDA <= time.monotonic() - muerto < VIDA + MARGEN + 2


def test_el_mismo_proceso_lo_toma_dos_veces_y_lo_suelta_con_la_segunda(servidor):
    with turnos.tomado(servidor, "tienda_04", 0):
        with turnos.tomado(servidor, "tienda_04", 0):
            pass
        with pytest.raises(AssertionError), otro_host_sin_esperar(servidor, "tienda_04"):
            pass
        turnos.exigir()


@contextlib.contextmanager
def otro_host_sin_esperar(servidor: Servidor, que: str):
    """Como `otro_host`, que falla si no lo puede tomar enseguida."""
    programa = _OTRO.replace("que, 20", "que, 0")
    orden = [servidor.conexion, servidor.usuario, servidor.clave, str(servidor.sql), que]
    hecho = subprocess.run(
        [sys.executable, "-c", programa, *orden], stdin=subprocess.DEVNULL, capture_output=True,
        text=True,
    )  # fmt: skip
    assert hecho.returncode == 0, hecho.stderr
    yield


def test_una_conexion_cortada_se_recupera_sin_que_nadie_se_cuele(postgresql, servidor):
    with turnos.tomado(servidor, "tienda_05", 0, interrumpe=True):
        cortar_sesiones(postgresql)
        with pytest.raises(AssertionError), otro_host_sin_esperar(servidor, "tienda_05"):
            pass
        turnos.exigir()
        with turnos.tomado(servidor, "tienda_06", 0):
            turnos.exigir()
    assert turnos.libre(servidor, "tienda_05")


def test_sin_su_servidor_quien_tenia_el_turno_lo_sabe_y_al_volver_lo_toma_otro(
    postgresql, servidor
):
    def leer_mucho() -> None:
        with turnos.tomado(servidor, "tienda_07", 0, interrumpe=True):
            postgresql.matar()
            relojes.append(time.monotonic())
            try:
                time.sleep(30)
            finally:
                relojes.append(time.monotonic())
                postgresql.arrancar()

    relojes: list[float] = []
    with pytest.raises(ErrorTurno, match="Se perdió el turno de tienda_07"):
        leer_mucho()
    empezo, acabo = relojes
    assert VIDA / 2 < acabo - empezo < VIDA + MARGEN
    with turnos.tomado(servidor, "tienda_07", 20):
        turnos.exigir()


def test_un_reinicio_rapido_del_servidor_no_cuesta_nada(postgresql, servidor):
    largo = Servidor(servidor.conexion, USUARIO, CLAVE, "c", 20.0, servidor.sql)
    with turnos.tomado(largo, "tienda_08", 0, interrumpe=True):
        postgresql.matar()
        postgresql.arrancar()
        turnos.exigir()
        assert not turnos.libre(servidor, "tienda_08")


def test_si_el_servidor_enmudece_sin_cortar_tambien_se_sabe(postgresql, servidor):
    rele = Rele(postgresql.puerto)
    lejos = replace(servidor, conexion=f"host=127.0.0.1 port={rele.puerto} dbname=turnos")
    relojes: list[float] = []

    def leer_mucho() -> None:
        with turnos.tomado(lejos, "tienda_11", 0, interrumpe=True):
            rele.enmudecer()
            relojes.append(time.monotonic())
            try:
                time.sleep(30)
            finally:
                relojes.append(time.monotonic())

    with pytest.raises(ErrorTurno):
        leer_mucho()
    empezo, acabo = relojes
    assert acabo - empezo < VIDA + 1
    rele.cerrar()  # sólo entonces lo nota el servidor
    with turnos.tomado(servidor, "tienda_11", 20):
        turnos.exigir()


def test_lo_que_no_interrumpe_se_sabe_perdido_al_confirmar(postgresql, servidor):
    with turnos.tomado(servidor, "tienda_09 2025-03", 0):
        postgresql.matar()
        time.sleep(VIDA + MARGEN)
        postgresql.arrancar()
        with pytest.raises(ErrorTurno, match="repita la misma orden"):
            turnos.exigir()


def test_si_no_se_puede_entrar_se_dice_sin_la_clave(servidor):
    otro = Servidor(servidor.conexion, USUARIO, "equivocada", "c", 1.0, servidor.sql)
    with pytest.raises(ErrorDestino) as e, turnos.tomado(otro, "tienda_10", 0):
        pass
    assert "No se pudo entrar en el catálogo" in str(e.value)
    assert "equivocada" not in f"{e.value}{otro!r}"


def test_lo_que_no_deja_entrar_dice_que_corregir(postgresql):
    def dice(frase, conexion="", **con):
        conexion = conexion or f"host=127.0.0.1 port={postgresql.puerto} dbname=postgres"
        servidor = Servidor(conexion, USUARIO, con.get("clave", CLAVE), "c", VIDA, RAIZ / "sql")
        with pytest.raises(ErrorDestino, match=frase) as e:
            servidor.conectar()
        assert CLAVE not in str(e.value)

    aqui = f"host=127.0.0.1 port={postgresql.puerto}"
    dice("FLUXION_LAGO_USUARIO y FLUXION_LAGO_CLAVE", clave="otra")
    dice("Cree esa base", f"{aqui} dbname=no_existe")
    dice("que host y port sean los suyos", f"host=127.0.0.1 port={puerto_libre()} dbname=v")
    dice("Corrija host", "host=catalogo.invalid dbname=v")
    dice("Corrija la conexión", "host=127.0.0.1 port=abc dbname=v")
    with contextlib.closing(postgresql.conectar()) as c:
        c.execute("CREATE DATABASE llena CONNECTION LIMIT 0")
        c.execute(f"CREATE ROLE pocas LOGIN PASSWORD '{CLAVE}'")
    servidor = Servidor(f"{aqui} dbname=llena", "pocas", CLAVE, "c", VIDA, RAIZ / "sql")
    with pytest.raises(ErrorDestino, match="no admite más conexiones"):
        servidor.conectar()
    # Entra y no es el dueño, o es una réplica, que no se escribe.
    servidor = replace(servidor, conexion=f"{aqui} dbname=postgres")
    with (
        pytest.raises(ErrorDestino, match="debe ser el dueño de esa base"),
        turnos.tomado(servidor, "tienda_01", 0),
    ):
        pass
    with contextlib.closing(postgresql.conectar()) as c:
        c.execute("ALTER ROLE pocas SET default_transaction_read_only = on")
        c.execute("GRANT CREATE ON SCHEMA public TO pocas")
    with (
        pytest.raises(ErrorDestino, match="y no una réplica"),
        turnos.tomado(servidor, "tienda_01", 0),
    ):
        pass
