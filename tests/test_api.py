"""La API de prueba se porta bien, se porta mal cuando se le pide, y apunta lo que le piden."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from email.utils import parsedate_to_datetime

import pytest
import urllib3

from fluxion_luigi.demo.forma import numero
from tests import envios, maldades
from tests.api import CLAVE, TOKEN, USUARIO, api

UN_DIA = {"2025-03-01": 12}
PEDIDO = {"sucursal": "SUC001", "fecha_desde": "2025-03-01", "fecha_hasta": "2025-03-01"}


@pytest.fixture
def servidor():
    with api() as uno:
        uno.vender("SUC001", UN_DIA)
        yield uno


@pytest.fixture
def llamar(servidor):
    """Hace un pedido y devuelve la respuesta entera, sin reintentos ni redirecciones."""
    with urllib3.PoolManager(retries=False, timeout=2) as gente:

        def hacer(ruta="/ventas", token=TOKEN, **pedido):
            return gente.request(
                "POST", servidor.url + ruta, json={**PEDIDO, **pedido}, redirect=False,
                headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            )  # fmt: skip

        yield hacer


def exacto(respuesta) -> dict:
    return json.loads(respuesta.data, parse_float=Decimal)


def en_bs(ventas: list[dict]) -> Decimal:
    return sum(Decimal(v["financiero"][0]["venta_total_bs"]) for v in ventas)


def test_sana_da_las_lineas_del_dia_por_una_sola_conexion(servidor, llamar):
    for _ in range(2):
        dado = exacto(llamar())
    suyo = servidor.en_origen({"tienda_01": "SUC001"}, "2025-03-01", "2025-03-31")
    assert suyo == {("tienda_01", date(2025, 3, 1)): (12, en_bs(dado["ventas"]))}
    assert dado["meta"] == {"total_registros": 12}
    por_factura = {v["numero_factura"]: Decimal(v["total_factura"]) for v in dado["ventas"]}
    assert sum(por_factura.values()) == en_bs(dado["ventas"])
    # La última es de las 19:15 en la tienda: en UTC, pasadas las once de la noche.
    assert dado["ventas"][11]["fecha_hora_completa"] == "2025-03-01T23:15:30Z"
    assert exacto(llamar(hora_desde="08:00", hora_hasta="08:59"))["meta"]["total_registros"] == 1
    assert (servidor.conexiones, servidor.maximo, servidor.dos_a_la_vez) == (1, 1, [])


def test_dice_lo_que_no_puede_ser(servidor, llamar):
    assert "no existe" in exacto(llamar(sucursal="SUC999"))["error"]
    servidor.sin_sucursal = "404"
    assert llamar(sucursal="SUC999").status == 404
    assert "fechas" in exacto(llamar(fecha_desde="2025-03-05"))["error"]
    assert llamar("/otra").status == 404
    assert llamar(token="otro").status == 401


def test_un_token_vence_y_la_entrada_da_otro(servidor, llamar):
    servidor.hacer(maldades.juntas(maldades.ocupado(0), maldades.vence))
    assert llamar().status == 429
    assert llamar().status == 401
    dado = exacto(llamar("/entrada", usuario=USUARIO, clave=CLAVE))
    assert llamar(token=dado["token"]).status == 200
    servidor.vigencia = 0
    assert (
        llamar(token=exacto(llamar("/entrada", usuario=USUARIO, clave=CLAVE))["token"]).status
        == 401
    )
    assert llamar("/entrada", usuario=USUARIO, clave="mala").status == 401
    assert len(servidor.entradas) == 3


def test_las_maldades_tocan_a_quien_se_dijo_y_una_vez_cada_una(servidor, llamar):
    servidor.vender("SUC002", UN_DIA)
    servidor.hacer(maldades.error(500), None, maldades.html(), sucursal="SUC001", dia="2025-03-01")
    servidor.hacer(maldades.error(502), siempre=True, sucursal="SUC002")
    assert [llamar(sucursal="SUC002").status for _ in range(3)] == [502] * 3
    assert [llamar().status for _ in range(2)] == [500, 200]
    assert llamar().data == maldades.PROXY
    assert llamar().status == 200
    servidor.portarse_bien()
    assert llamar(sucursal="SUC002").status == 200
    assert [p.estado for p in servidor.de("SUC001", "2025-03-01")] == [500, 200, 200, 200]


def test_pide_esperar_en_segundos_y_en_fecha(servidor, llamar):
    servidor.hacer(maldades.ocupado(3), maldades.ocupado(3, en_fecha=True, estado=503))
    assert llamar().headers["Retry-After"] == "3"
    cuando = parsedate_to_datetime(llamar().headers["Retry-After"]).timestamp()
    assert 1 <= cuando - time.time() <= 4


def test_cambia_los_datos(servidor, llamar):
    servidor.hacer(
        maldades.cambia("financiero.venta_total_bs", numero("12345678901234.5678")),
        maldades.numeros(maldades.con_exponente), maldades.numeros(str), maldades.repite(),
        maldades.repite(linea=99), maldades.pierde(), maldades.total(+3), maldades.quita("fecha"),
        maldades.cambia("producto", []), maldades.pelada(), maldades.sin_lista(),
        maldades.lista(None), maldades.sin_total(), maldades.dice(7),
    )  # fmt: skip
    crudas = [llamar() for _ in range(14)]
    assert b'"venta_total_bs": 12345678901234.5678,' in crudas[0].data
    assert b'"precio_unitario_bs": 1.50E+0,' in crudas[1].data
    assert en_bs(exacto(crudas[1])["ventas"]) == en_bs(exacto(crudas[2])["ventas"])
    assert b'"venta_total_bs": "' in crudas[2].data
    dadas = [exacto(r) for r in crudas[3:]]
    assert dadas[0]["ventas"][-1] == dadas[0]["ventas"][0]
    assert dadas[1]["ventas"][-1]["linea"] == 99
    assert [(len(d["ventas"]), d["meta"]["total_registros"]) for d in dadas[:4]] == [
        (13, 12), (13, 12), (11, 12), (12, 15)
    ]  # fmt: skip
    assert "fecha" not in dadas[4]["ventas"][0]
    assert dadas[5]["ventas"][0]["producto"] == []
    assert len(dadas[6]) == 12
    assert [sorted(d) for d in dadas[7:10]] == [["meta"], ["meta", "ventas"], ["ventas"]]
    assert dadas[8]["ventas"] is None
    assert dadas[10] == 7


@pytest.mark.parametrize(
    "maldad",
    [
        envios.cortada(), envios.cuelga(), envios.truncada(), envios.truncada(con="trozos"),
        envios.comprimida("gzip", mala=True), envios.gotea(3),
    ],
)  # fmt: skip
def test_llega_mal(servidor, llamar, maldad):
    servidor.hacer(maldad)
    with pytest.raises(urllib3.exceptions.HTTPError):
        llamar()
    assert exacto(llamar())["meta"]["total_registros"] == 12


def test_llega_de_otro_modo(servidor, llamar):
    sano = llamar().data
    servidor.hacer(
        envios.comprimida("gzip"), envios.comprimida("deflate"), envios.gotea(0.001, 1000),
        maldades.tipo("text/plain"), envios.truncada(con="nada"), maldades.vacia(),
    )  # fmt: skip
    assert [llamar().data for _ in range(4)] == [sano] * 4
    cortada = llamar()
    assert (cortada.status, cortada.data) == (200, sano[: len(sano) // 2])
    assert (llamar().data, servidor.peticiones[-1].estado) == (b"", 200)


@pytest.mark.parametrize("por", ["pagina", "cursor"])
def test_las_paginas_se_mueven_mientras_se_leen(servidor, llamar, por):
    servidor.por_pagina = 5
    servidor.hacer(None, maldades.entra_una("SUC001", "2025-03-01"), None)
    claves, registros, sigue = [], [], {"pagina": 1}
    while sigue:
        dado = exacto(llamar(**(sigue if por == "pagina" else {"cursor": sigue.get("cursor")})))
        claves += [(v["numero_factura"], v["linea"]) for v in dado["ventas"]]
        registros.append(dado["meta"]["total_registros"])
        siguiente = dado["meta"]["siguiente"]
        sigue = siguiente and {"pagina": dado["meta"]["pagina"] + 1, "cursor": siguiente}
    assert registros == [12, 12, 13]
    assert len(claves) == 13
    assert len(set(claves)) == 12


def test_un_dia_abierto_crece_entre_dos_lecturas(servidor, llamar):
    servidor.hacer(maldades.crece("SUC001", "2025-03-01", 2), siempre=True)
    assert [exacto(llamar())["meta"]["total_registros"] for _ in range(3)] == [12, 14, 16]


def test_una_redireccion_se_ve_y_el_otro_host_apunta_si_le_llegaron_credenciales(servidor, llamar):
    with api(host="127.0.0.2") as ajeno:
        ajeno.acceso = "libre"
        servidor.hacer(maldades.redirige(f"{ajeno.url}/ventas"))
        dada = llamar()
        assert dada.status == 307
        urllib3.request("POST", dada.headers["Location"], json=PEDIDO)
    assert [p.autorizacion for p in ajeno.peticiones] == [None]


def test_apunta_las_que_van_a_la_vez(servidor, llamar):
    servidor.vender("SUC002", UN_DIA)
    suceso = threading.Event()
    servidor.hacer(envios.espera_a(suceso), siempre=True)
    with ThreadPoolExecutor(3) as hilos:
        dadas = [hilos.submit(llamar, sucursal=f"SUC00{n}") for n in (1, 1, 2)]
        while len(servidor.peticiones) < 3:
            time.sleep(0.01)
        suceso.set()
        assert {d.result().status for d in dadas} == {200}
    assert servidor.maximo == 3
    assert len(servidor.dos_a_la_vez) == 1


def test_una_respuesta_enorme_sale_al_vuelo_con_sus_cuentas(servidor, llamar):
    enorme = envios.Enorme(2, "2025-03-01")
    servidor.hacer(enorme)
    dado = exacto(llamar())
    assert (len(dado["ventas"]), en_bs(dado["ventas"])) == (enorme.filas, enorme.total)
    assert dado["meta"] == {"total_registros": enorme.filas}
    claves = {(v["numero_factura"], v["linea"]) for v in dado["ventas"]}
    assert len(claves) == enorme.filas


def test_habla_tls_y_entra_con_basic(tmp_path):
    with api(tls=tmp_path) as servidor:
        servidor.acceso = "basic"
        servidor.vender("SUC001", UN_DIA)
        with pytest.raises(urllib3.exceptions.SSLError):
            urllib3.request("POST", f"{servidor.url}/ventas", retries=False)
        with urllib3.PoolManager(ca_certs=str(servidor.certificado)) as gente:
            cabeceras = urllib3.make_headers(basic_auth=f"{USUARIO}:{CLAVE}")
            dada = gente.request("POST", f"{servidor.url}/ventas", json=PEDIDO, headers=cabeceras)
        assert exacto(dada)["meta"]["total_registros"] == 12
