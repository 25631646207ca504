"""La API de la demostración: dice lo mismo que los archivos, arranca y se para sola."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import urllib3

from fluxion_luigi.config import Tienda
from fluxion_luigi.demo import api, pos
from fluxion_luigi.errores import ErrorUso
from fluxion_luigi.periodos import Rango
from tests.escuchas import RAIZ, esperar, puerto_cerrado

SEMANA = Rango.de_texto("20250701-20250707")
TOKEN = "un-token"


@pytest.fixture(scope="module")
def carpeta(tmp_path_factory):
    raiz = tmp_path_factory.mktemp("pos")
    tienda = Tienda("tienda_01", "T", "demo", "SQLite3", archivo=raiz / "SUC001.sqlite")
    pos.construir(tienda, SEMANA)
    pos.construir(replace(tienda, archivo=raiz / "SUC002.sqlite"), SEMANA)
    return raiz


def pedir(puerto, token=TOKEN, **pedido):
    dado = urllib3.request(
        "POST", f"http://127.0.0.1:{puerto}{api.RUTA}", retries=False, timeout=10,
        json={
            "sucursal": "SUC001", "fecha_desde": str(SEMANA.desde),
            "fecha_hasta": str(SEMANA.hasta), **pedido,
        },
        headers={"Authorization": f"Bearer {token}"},
    )  # fmt: skip
    return dado.status, json.loads(dado.data, parse_float=Decimal, parse_int=Decimal)


def test_dice_lo_mismo_que_el_archivo_en_numeros_o_en_textos(carpeta):
    with closing(sqlite3.connect(carpeta / "SUC001.sqlite")) as base:
        filas, centimos = base.execute(
            "SELECT count(*), sum(total_centimos) FROM lineas"
        ).fetchone()
    with api.sirviendo(carpeta, 0, TOKEN) as puerto:
        for sucursal, clase in (("SUC001", Decimal), ("SUC002", str)):
            estado, dado = pedir(puerto, sucursal=sucursal)
            montos = [v["financiero"][0]["venta_total_bs"] for v in dado["ventas"]]
            assert (estado, {type(m) for m in montos}) == (200, {clase})
            assert sum(map(Decimal, montos)) == Decimal(centimos) / 100
            assert dado["meta"]["total_registros"] == len(montos) == filas
            facturas = {v["numero_factura"]: Decimal(v["total_factura"]) for v in dado["ventas"]}
            assert sum(facturas.values()) == Decimal(centimos) / 100
            assert len({(v["numero_factura"], v["linea"]) for v in dado["ventas"]}) == filas
        un_dia = pedir(puerto, fecha_hasta=str(SEMANA.desde))[1]["ventas"]
        assert {v["fecha"] for v in un_dia} == {str(SEMANA.desde)}
        tarde = pedir(puerto, hora_desde="18:00:00")[1]["ventas"]
        assert 0 < len(tarde) < filas
        assert min(v["hora"] for v in tarde) >= "18:00:00"
        assert pedir(puerto, almacen="999")[1] == {"ventas": [], "meta": {"total_registros": 0}}
        assert pedir(puerto, token="otro")[0] == 401
        assert "no existe" in pedir(puerto, sucursal="../SUC001")[1]["error"]
        assert "fechas" in pedir(puerto, fecha_hasta="mañana")[1]["error"]
    with pytest.raises(urllib3.exceptions.HTTPError):
        pedir(puerto)


def test_la_tasa_sube_y_no_depende_de_nada_mas():
    assert api.tasa(date(2024, 7, 1)) == Decimal("36.4500")
    assert api.tasa(date(2025, 7, 1)) == Decimal("52.7000")


def test_un_puerto_ocupado_se_dice(carpeta):
    with api.sirviendo(carpeta, 0) as puerto:
        ocupado = api.sirviendo(carpeta, puerto)
        with pytest.raises(ErrorUso, match=rf"127\.0\.0\.1:{puerto}.*cambie el puerto"):
            ocupado.__enter__()


def test_se_para_tambien_si_el_bloque_falla(carpeta):
    def fallar() -> None:
        with api.sirviendo(carpeta, puerto):
            assert pedir(puerto, token="")[0] == 200
            raise ZeroDivisionError

    puerto = puerto_cerrado()
    with pytest.raises(ZeroDivisionError):
        fallar()
    assert not _escucha(puerto)


def test_se_para_aunque_maten_a_quien_la_arranco(carpeta):
    programa = (
        "import sys, time; from pathlib import Path; from fluxion_luigi.demo import api\n"
        "with api.sirviendo(Path(sys.argv[1]), 0) as puerto:\n"
        "    print(puerto, flush=True)\n"
        "    time.sleep(60)"
    )
    quien = subprocess.Popen(
        [sys.executable, "-c", programa, carpeta], stdout=subprocess.PIPE, text=True
    )
    puerto = int(quien.stdout.readline())
    assert pedir(puerto, token="")[0] == 200
    quien.kill()
    quien.wait()
    quien.stdout.close()
    esperar(lambda: not _escucha(puerto))


def test_a_mano_sirve_hasta_que_se_la_interrumpe(carpeta):
    puerto = puerto_cerrado()
    servidor = subprocess.Popen(
        [sys.executable, "-m", "fluxion_luigi.demo.api", carpeta, str(puerto)], cwd=RAIZ,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, api.TOKEN: TOKEN},
    )  # fmt: skip
    assert str(puerto) in servidor.stdout.readline()
    assert pedir(puerto)[0] == 200
    servidor.send_signal(signal.SIGINT)
    assert (servidor.communicate(timeout=20), servidor.returncode) == (("", ""), 0)


def _escucha(puerto: int) -> bool:
    try:
        pedir(puerto, token="")
    except urllib3.exceptions.HTTPError:
        return False
    return True
