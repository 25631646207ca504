"""Una API que contesta mal: lo pasajero se pide otra vez, y lo demás se dice en una frase."""

import threading
import time
from base64 import b64encode
from datetime import date

import pytest

from fluxion_luigi.errores import (
    ErrorDatos,
    ErrorFluxion,
    ErrorInsistido,
    ErrorOrigen,
    ErrorServidor,
)
from fluxion_luigi.origen.http import fuente
from fluxion_luigi.origen.http.causas import Fallo
from fluxion_luigi.origen.http.cliente import ESPERA_MAXIMA
from tests.api import CLAVE, TOKEN, USUARIO, api
from tests.apuntes import ENTRADA
from tests.envios import comprimida, cortada, cuelga, espera_a, gotea, tarda, truncada
from tests.escuchas import esperar, puerto_cerrado
from tests.maldades import (
    dice,
    error,
    error_en_200,
    html,
    juntas,
    ocupado,
    redirige,
    sin_lista,
    tipo,
    vacia,
    vence,
)
from tests.maldades import lista as con_lista
from tests.origen.http.abierta import SUCURSAL, hasta_el_siguiente, un_dia_si_y_otro_no
from tests.proyecto import cada_dia

DIA = "2025-03-04"
PASAJERAS = {
    "un 500": (error(500), "la API falló (HTTP 500, «upstream error»)"),
    "un 502": (error(502), "la API no está disponible (HTTP 502"),
    "un 429": (ocupado(), "la API pide esperar: son demasiados pedidos (HTTP 429"),
    "un error con un 200": (error_en_200(), "«Tiempo de espera agotado en la base de datos»"),
    "una conexión cortada a mitad del cuerpo": (cortada(), "se cortó la conexión"),
    "una conexión cortada antes de contestar": (cuelga(), "se cortó la conexión"),
    "menos octetos de los dichos": (truncada(), "se cortó la conexión"),
    "sin el último trozo": (truncada(con="trozos"), "se cortó la conexión"),
    "un JSON sin acabar": (truncada(con="nada"), "la respuesta llegó cortada"),
    "un JSON cortado al principio": (truncada(0.005, con="nada"), "la respuesta llegó cortada"),
    "un gzip dañado": (comprimida(mala=True), "la respuesta comprimida llegó dañada"),
    "la página de un proxy": (html(), "contestó una página web y no la API (titulada «Acceso a"),
    "una página con un 503": (html(503), "HTTP 503, una página titulada «Acceso a Internet»"),
    "un cuerpo vacío": (vacia(), "la respuesta llegó vacía"),
    "un número": (dice(5), "la respuesta no trae la lista de ventas («5»)"),
    "un texto": (dice("hola"), 'no trae la lista de ventas («"hola"»)'),
    "un objeto sin lista": (sin_lista(), "no trae la lista de ventas"),
    "una lista vacía de valor": (con_lista(None), "no trae la lista de ventas"),
    "algo que no es JSON": (error(200, b"ok, ventas"), "la respuesta no es JSON válido («ok, ven"),
    "un silencio": (tarda(6), "la API no contestó a tiempo"),
}


def test_lo_pasajero_se_pide_otra_vez(abrir, servidor):
    casos = un_dia_si_y_otro_no(PASAJERAS.values())
    dias = hasta_el_siguiente(casos)
    servidor.vender(SUCURSAL, cada_dia(*dias, 7))
    for dia, (maldad, _) in casos.items():
        servidor.hacer(maldad, dia=str(dia))
    cuentas = abrir().contar(*dias)
    assert {c.filas for c in cuentas.values()} == {7}
    pedidos = {dia: len(servidor.de(SUCURSAL, str(dia))) for dia in cuentas}
    assert pedidos == {dia: 2 if dia in casos else 1 for dia in cuentas}


def test_lo_que_sigue_fallando_aparta_sus_dias_y_los_demas_se_bajan_una_vez(abrir, servidor):
    """Cada maldad, en su día, para siempre; entre uno y otro, un día sano."""
    casos = un_dia_si_y_otro_no(c for cual, c in PASAJERAS.items() if cual != "un silencio")
    dias = hasta_el_siguiente(casos)
    servidor.vender(SUCURSAL, cada_dia(*dias, 2))
    for dia, (maldad, _) in casos.items():
        servidor.hacer(maldad, dia=str(dia), siempre=True)
    tienda = abrir()
    with pytest.raises(ErrorDatos) as e:
        tienda.contar(*dias)
    assert e.value.dias.keys() == casos.keys()
    for dia, (_, frase) in casos.items():
        assert frase in e.value.dias[dia]
        assert len(servidor.de(SUCURSAL, str(dia))) == 3  # «intentos»
    antes = len(servidor.peticiones)
    tienda.reabrir()  # el lector se cae y sigue otro: lo bajado vale
    assert tienda.contar("2025-05-05")[date(2025, 5, 5)].filas == 2
    assert len(tienda.leer("2025-05-07")) == 2
    assert len(servidor.peticiones) == antes


def test_lo_que_falla_siempre_con_todos_los_dias_es_cosa_de_la_api_y_no_de_ellos(abrir, servidor):
    servidor.hacer(error(500), siempre=True)
    error_ = fallo(abrir(), ErrorInsistido)
    assert "la API falló (HTTP 500" in str(error_)
    assert len(servidor.peticiones) == 6  # dos días, y no se insiste con los demás


def test_si_deja_de_contestar_a_la_mitad_lo_bajado_no_se_pierde(abrir, servidor):
    servidor.hacer(None, None, None, error(500), siempre=True)
    with pytest.raises(ErrorDatos) as e:
        abrir().contar("2025-03-01", "2025-03-10")
    assert sorted(d.day for d in e.value.dias) == [4, 5, 6, 7, 8, 9, 10]
    assert len(servidor.peticiones) == 3 + 6


def test_si_deja_de_contestar_no_se_le_insiste_por_cada_ventana(abrir, servidor):
    servidor.hacer(None, error(500), siempre=True)
    tienda = abrir()
    for desde, hasta in ((1, 10), (1, 3), (4, 5), (6, 7), (8, 10)):
        with pytest.raises(ErrorDatos) as e:
            tienda.contar(f"2025-03-{desde:02d}", f"2025-03-{hasta:02d}")
        assert "la API falló (HTTP 500" in e.value.dias[date(2025, 3, hasta)]
        tienda.reabrir()  # tras un fallo, el lector es otro
    assert len(servidor.peticiones) == 1 + 4 * 3  # dos días, y por si acaso otros dos
    assert tienda.contar("2025-03-01")[date(2025, 3, 1)].filas == 7


def test_lo_que_pide_esperar_de_mas_no_se_espera_ni_se_le_pide_antes(abrir, servidor):
    servidor.hacer(ocupado(ESPERA_MAXIMA + 60), siempre=True)
    inicio = time.monotonic()
    assert "la API pide esperar" in str(fallo(abrir(), ErrorInsistido))
    assert time.monotonic() - inicio < 10
    assert len(servidor.peticiones) == 2  # dos días, una vez cada uno


def test_un_servidor_caido_se_dice_como_tal_para_que_se_le_espere(abrir, servidor):
    servidor.hacer(error(503), siempre=True)
    fallo(abrir(), ErrorServidor)


@pytest.mark.parametrize("en_fecha", [False, True])
def test_lo_que_la_api_pide_esperar_se_espera_latiendo(abrir, servidor, en_fecha):
    servidor.hacer(ocupado(2, en_fecha=en_fecha), dia=DIA)
    tienda, inicio = abrir(), time.monotonic()
    tienda.contar(DIA)
    una, otra = servidor.de(SUCURSAL, DIA)
    assert otra.empezo - una.empezo >= (0.9 if en_fecha else 1.9)  # la fecha va en segundos enteros
    assert time.monotonic() - inicio < 5
    assert tienda.latidos >= 3


def test_comprimida_o_con_otro_tipo_se_entiende_igual(abrir, servidor):
    servidor.hacer(comprimida(), comprimida("deflate"), tipo("text/html"))
    assert [c.filas for c in abrir().contar("2025-03-01", "2025-03-03").values()] == [7, 7, 7]
    assert len(servidor.peticiones) == 3


def test_un_goteo_no_pasa_del_tiempo_del_pedido_entero_y_late(abrir, servidor):
    servidor.hacer(gotea(0.05, 10), dia=DIA, siempre=True)
    tienda, inicio = abrir(segundos_por_pedido=1), time.monotonic()
    with pytest.raises(Fallo, match=r"\[plazo\]"):
        tienda.contar(DIA)
    assert time.monotonic() - inicio < 8
    assert tienda.latidos > 20
    assert len(servidor.peticiones) == 2  # lo que agota su tiempo, y no «intentos»


def test_todos_los_dias_van_por_una_conexion_y_de_a_uno(abrir, servidor):
    abrir().contar("2025-03-01", "2025-03-10")
    assert servidor.conexiones == 1
    assert servidor.dos_a_la_vez == []
    assert servidor.maximo == 1


def test_a_una_direccion_no_se_le_hacen_mas_pedidos_a_la_vez_que_los_dichos(
    abrir, servidor, proyecto
):
    proyecto.ajustes["api_a_la_vez"] = "2"
    servidor.vender("SUC002", {DIA: 1})
    suelta = threading.Event()
    servidor.hacer(*[espera_a(suelta)] * 3)
    tiendas = [abrir() for _ in range(3)]
    for n, tienda in enumerate(tiendas):
        tienda.pedido |= {"lectura": f"la{n}"}
        tienda.aparte = tienda.aparte.with_name(f"2025-0{n}")
        tienda.reabrir()
    hilos = [threading.Thread(target=t.contar, args=(DIA,)) for t in tiendas]
    for hilo in hilos:
        hilo.start()
    esperar(lambda: len(servidor.peticiones) == 2)
    time.sleep(0.5)  # lo que tardaría la tercera, si no esperara
    assert len(servidor.peticiones) == 2
    suelta.set()
    for hilo in hilos:
        hilo.join(20)
    assert servidor.maximo == 2
    assert len(servidor.peticiones) == 3


# -- lo que no se arregla insistiendo


def fallo(tienda, clase: type) -> ErrorFluxion:
    """Cuenta diez días y falla; el error, como lo haría frase la corrida."""
    with pytest.raises(Fallo) as e:
        tienda.contar("2025-03-01", "2025-03-10")
    hecho = fuente.error(str(e.value), "tienda_20")
    assert type(hecho) is clase
    assert TOKEN not in str(hecho)
    return hecho


@pytest.mark.parametrize(
    ("maldad", "frases"),
    [
        (error(404, b"no hay nada"), ["no tiene esa ruta (HTTP 404", "Revise «ruta»"]),
        (dice({"error": "La sucursal «SUC001» no existe"}, 404), ["no conoce la sucursal"]),
        (dice({"error": "sucursal inexistente"}), ["no conoce la sucursal", "Corrija «sucursal»"]),
        (dice({"detail": "faltan fechas"}, 422), ["no entiende el pedido (HTTP 422, «faltan fe"]),
        (error(403), ["no tiene permiso"]),
        (html(407), ["un proxy no deja pasar"]),
        (error_en_200("Token vencido"), ["rechaza la credencial", "Ponga en .env"]),
    ],
)
def test_lo_que_se_repetiria_no_se_pide_otra_vez(abrir, servidor, maldad, frases):
    servidor.hacer(maldad, siempre=True)
    error_ = str(fallo(abrir(), ErrorOrigen))
    for frase in frases:
        assert frase in error_
    assert len(servidor.peticiones) == 1


def test_a_otro_host_no_se_le_sigue_ni_le_llega_la_credencial(abrir, servidor):
    with api(host="127.0.0.2") as otro:
        con_clave = otro.url.replace("://", "://u:una-clave@")
        servidor.hacer(redirige(f"{con_clave}/ventas"), siempre=True)
        error_ = fallo(abrir(), ErrorOrigen)
        assert f"manda a otra dirección, y no se le sigue (HTTP 307, a {otro.url})" in str(error_)
        assert otro.peticiones == []


def test_un_puerto_cerrado_es_un_servidor_al_que_se_espera(abrir):
    tienda = abrir()
    tienda.pedido["url"] = f"http://127.0.0.1:{puerto_cerrado()}"
    tienda.reabrir()
    assert "el puerto está cerrado" in str(fallo(tienda, ErrorServidor))


def test_un_nombre_que_no_se_resuelve_se_dice(abrir):
    tienda = abrir()
    tienda.pedido["url"] = "https://api.invalid"
    tienda.reabrir()
    assert "el nombre del servidor no se resuelve" in str(fallo(tienda, ErrorOrigen))


def test_un_certificado_que_nadie_firmo_no_se_acepta_y_con_su_ca_si(abrir, tmp_path):
    with api(tls=tmp_path) as seguro:
        seguro.vender(SUCURSAL, {DIA: 3})
        tienda = abrir()
        tienda.pedido["url"] = seguro.url
        tienda.reabrir()
        error_ = str(fallo(tienda, ErrorOrigen))
        assert "el certificado del servidor no es de confianza (" in error_
        assert "ponga esa CA en «ca»" in error_
        tienda.pedido["ca"] = str(seguro.certificado)
        tienda.reabrir()
        assert tienda.contar(DIA)[date.fromisoformat(DIA)].filas == 3


def test_hablar_tls_a_quien_no_lo_habla_se_dice(abrir, servidor):
    tienda = abrir()
    tienda.pedido["url"] = servidor.url.replace("http:", "https:")
    tienda.reabrir()
    assert "no habla TLS como debe" in str(fallo(tienda, ErrorOrigen))


# -- con qué se entra

DE_ENTRADA = {
    "ruta": ENTRADA, "cuerpo": {"usuario": "{usuario}", "clave": "{clave}"}, "token": "token",
    "vence": "vence_en",
}  # fmt: skip


def con_entrada(abrir, **mas):
    tienda = abrir(entrada={**DE_ENTRADA, **mas})
    tienda.pedido["credencial"] = {"usuario": USUARIO, "clave": CLAVE}
    tienda.reabrir()
    return tienda


def test_entra_con_usuario_y_clave_y_con_una_cabecera_propia(abrir, servidor):
    servidor.acceso = "basic"
    tienda = abrir()
    tienda.contar(DIA)
    assert servidor.peticiones[-1].autorizacion.startswith("Basic ")
    servidor.acceso = "libre"
    abrir(cabeceras={"X-Llave": "{token}"}).contar("2025-03-05")
    assert servidor.peticiones[-1].autorizacion is None


def test_un_token_malo_se_rechaza_una_vez(abrir, servidor):
    servidor.vencer()
    assert "la API rechaza la credencial (HTTP 401" in str(fallo(abrir(), ErrorOrigen))
    assert len(servidor.peticiones) == 1


def test_un_token_que_vence_durante_una_pausa_se_renueva_dentro_del_reintento(abrir, servidor):
    servidor.hacer(None, juntas(vence, error(500)), dia=DIA)
    servidor.hacer(juntas(vence, error(500)), dia="2025-03-05")
    tienda = con_entrada(abrir, vence="")
    assert len(tienda.contar("2025-03-04", "2025-03-06")) == 3
    assert len(servidor.entradas) == 2
    assert all(p.estado in (200, 401, 500) for p in servidor.peticiones)


def test_un_token_que_dice_cuando_vence_se_renueva_antes(abrir, servidor):
    servidor.vigencia = 10.5  # diez son de holgura
    tienda = con_entrada(abrir)
    tienda.contar(DIA)
    time.sleep(0.6)
    tienda.contar("2025-03-05")
    assert len(servidor.entradas) == 2
    assert [p.estado for p in servidor.peticiones if p.estado == 401] == []


def test_una_entrada_que_rechaza_la_clave_se_dice_sin_ella(abrir, servidor):
    tienda = con_entrada(abrir)
    tienda.pedido["credencial"]["clave"] = "otra"
    tienda.reabrir()
    assert "rechaza la credencial" in str(fallo(tienda, ErrorOrigen))
    servidor.hacer(dice({"ok": True}), ruta=ENTRADA)
    assert "la entrada no dio un token" in str(fallo(con_entrada(abrir), ErrorOrigen))


def test_lo_que_la_api_repita_de_la_credencial_no_se_dice(abrir, servidor, proyecto):
    """Ni la clave en base 64, ni el token que dio su entrada."""

    def repite(r):
        dice({"error": f"falló con {r.peticion.autorizacion}"}, 500)(r)

    servidor.hacer(repite, siempre=True)
    dicho = str(fallo(con_entrada(abrir), ErrorInsistido))
    assert "falló con Bearer ***" in dicho
    tienda = abrir()
    basica = b64encode(f"{USUARIO}:{CLAVE}".encode()).decode()
    proyecto.tiendas["tienda_20"] |= {"usuario_env": "API_USUARIO", "clave_env": "API_CLAVE"}
    del proyecto.tiendas["tienda_20"]["token_env"]
    proyecto.escribir()
    config = proyecto.config
    assert basica in fuente.secretos(config, config.tienda("tienda_20"))
    tienda.pedido["credencial"] = {"token": "con ñ"}
    tienda.reabrir()
    antes = len(servidor.peticiones)
    assert "no se pueden mandar en una cabecera (Authorization)" in str(fallo(tienda, ErrorOrigen))
    assert len(servidor.peticiones) == antes
