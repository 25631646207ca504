"""RangoVentas con la red de por medio: cortes, silencios y caídas del servidor a media lectura."""

import contextlib
import time
from collections import Counter

import pytest

from tests.rele import Rele

pytestmark = pytest.mark.postgresql

# Lo que manda el servidor por los 500 productos de unos días (una vez por conexión, si ninguna
# consulta agota el tiempo) y por un día de 500 líneas.
PRODUCTOS = 102_000
DIA = 60_000
# La puerta pide cero filas: sus conexiones no llegan a esto.
MAS_QUE_LA_PUERTA = 60_000


@pytest.fixture
def rele(postgresql):
    """Un relé delante del servidor."""
    rele = Rele(postgresql.puerto)
    yield rele
    rele.cerrar()


@pytest.fixture
def tienda(en_postgresql, rele):
    """La tienda de 40 días de 500 líneas, a la que se llega por el relé."""
    en_postgresql.tiendas["tienda_01"]["puerto"] = rele.puerto
    return ajustar(en_postgresql, conectividad_timeout=20)


def ajustar(proyecto, **ajustes):
    """Cambia ajustes de luigi.cfg."""
    proyecto.ajustes.update({k: str(v) for k, v in ajustes.items()})
    proyecto.escribir()
    return proyecto


def base_de(proyecto) -> str:
    return proyecto.tiendas["tienda_01"]["base_datos"]


def exigir_lo_mismo_que_el_origen(proyecto, servidor, desde, hasta):
    """Línea por línea: lo cargado es lo que el servidor tiene entre esas fechas, ni una más."""
    with contextlib.closing(servidor.conectar(base_de(proyecto))) as c:
        origen = c.execute(
            "SELECT f_fecha::DATE, c_caja, c_numero, n_linea, cantidad, total, h_hora::TIME "
            "FROM vad20.ma_transaccion WHERE f_fecha BETWEEN ?::DATE AND ?::DATE", desde, hasta
        ).fetchall()  # fmt: skip
    cargado = proyecto.consultar(
        "SELECT fecha, caja, factura, linea, cantidad, total, hora FROM ventas_raw"
    )
    assert Counter(map(tuple, origen)) == Counter(cargado)
    assert len(origen) > 0
    assert proyecto.sobras() == []


def intentos(proyecto) -> int:
    """Las lecturas de ventana que hizo la última corrida."""
    return sum(m["intentos"] for m in proyecto.reporte()["detalle"])


def ventanas(proyecto) -> int:
    return sum(m["ventanas"] for m in proyecto.reporte()["detalle"])


def guardadas(proyecto) -> list[str]:
    """Las ventanas leídas que esperan en staging."""
    carpeta = proyecto.carpeta / "staging" / "tienda_01"
    fichas = [p for p in carpeta.rglob("*.json") if p.with_suffix(".parquet").is_file()]
    return sorted(p.stem for p in fichas)


@contextlib.contextmanager
def tabla_tomada(proyecto, servidor):
    """La tabla de ventas con un candado exclusivo: toda consulta espera."""
    with contextlib.closing(servidor.conectar(base_de(proyecto))) as c:
        c.autocommit = False
        c.execute("LOCK TABLE vad20.ma_transaccion IN ACCESS EXCLUSIVE MODE")
        yield
        c.rollback()


def exigir_sin_consultas(servidor, base, segundos=10):
    """En ese tiempo, ninguna sesión de la base sigue con una consulta en curso."""
    limite = time.monotonic() + segundos
    with contextlib.closing(servidor.conectar()) as c:
        while vivas := c.execute(
            "SELECT left(query, 200) FROM pg_stat_activity WHERE datname = ? AND state = 'active'",
            base,
        ).fetchall():
            assert time.monotonic() < limite, vivas
            time.sleep(0.1)


def con_la_puerta_abierta(proyecto):
    """Una corrida de un día deja la puerta aprobada: la siguiente va directo a leer."""
    ajustar(proyecto, conectividad_vigencia=3600)
    assert proyecto.rango("2025-03-01", "2025-03-01").codigo == 0
    ajustar(proyecto, conectividad_timeout=3)  # lo que tarda la prueba que sigue a un fallo
    return proyecto.cargado()


# -- cortes


def test_una_sesion_cortada_en_la_prueba_no_deja_meses_sin_intentar(tienda, rele, postgresql):
    rele.cortar(tras=1)  # la del puerto no lleva datos: es la de la base
    salida = tienda.rango("2025-03-01", "2025-03-07")
    assert salida.codigo == 0, salida.todo
    assert "Intento 1 de 4 falló" in salida.error
    assert "PUERTO OK" in salida.error
    exigir_lo_mismo_que_el_origen(tienda, postgresql, "2025-03-01", "2025-03-07")


def test_un_servidor_que_se_reinicia_se_espera_mas_que_los_intentos(en_postgresql, postgresql):
    """Con su puerto cerrado de verdad: sin relé delante."""
    con_la_puerta_abierta(en_postgresql)
    ajustar(en_postgresql, intentos=2, espera_servidor=90)
    postgresql.matar()
    try:
        corrida = en_postgresql.lanzar(
            "RangoVentas", "--desde", "2025-03-02", "--hasta", "2025-03-03"
        )
        lineas = []
        while sum("se espera a que arranque, hasta" in linea for linea in lineas) < 4:
            lineas.append(corrida.stderr.readline())
            assert lineas[-1], f"no esperó: {lineas}"
    finally:
        postgresql.arrancar()
    try:
        fuera, error = corrida.communicate(timeout=120)
    finally:
        corrida.kill()
    assert corrida.returncode == 0, fuera + error
    assert any("rechaza la conexión. Revise que el servicio" in linea for linea in lineas)
    assert len(en_postgresql.cargado()) == 3


def test_el_servidor_cae_a_media_lectura_y_vuelve_mientras_se_reintenta(tienda, rele, postgresql):
    ajustar(tienda, intentos=100, pausa_inicial=0.5, pausa_maxima=1)
    rele.enmudecer(tras=PRODUCTOS + 4 * DIA)
    corrida = tienda.lanzar("RangoVentas", "--desde", "2025-03-01", "--hasta", "2025-03-21")
    try:
        rele.esperar_silencio()
        postgresql.matar()
        try:
            antes = rele.intentos
            rele.hablar()
            rele.esperar_intentos(antes + 2)  # ya reintentó con el servidor caído
        finally:
            postgresql.arrancar()
        fuera, error = corrida.communicate(timeout=120)
    finally:
        corrida.kill()
    assert corrida.returncode == 0, fuera + error
    assert ventanas(tienda) == 3
    assert intentos(tienda) >= 3 + 2
    exigir_lo_mismo_que_el_origen(tienda, postgresql, "2025-03-01", "2025-03-21")


def test_una_conexion_cortada_cuesta_una_sola_ventana(tienda, rele, postgresql):
    rele.cortar(tras=PRODUCTOS + 11 * DIA)  # en la segunda ventana
    salida = tienda.rango("2025-03-01", "2025-03-31")
    assert salida.codigo == 0, salida.todo
    assert "se cortó la conexión" in salida.error
    assert ventanas(tienda) == 5
    assert intentos(tienda) == 5 + 1
    exigir_lo_mismo_que_el_origen(tienda, postgresql, "2025-03-01", "2025-03-31")


def test_los_intentos_son_de_cada_ventana_y_no_de_la_tienda_mes(tienda, rele, postgresql):
    # Dos por ventana, y un corte en cada una: con una cuenta por tienda-mes no alcanzarían.
    ajustar(tienda, ventana_dias=2, intentos=2)
    rele.cortar(tras=MAS_QUE_LA_PUERTA)
    corrida = tienda.lanzar("RangoVentas", "--desde", "2025-03-01", "--hasta", "2025-03-08")
    try:
        for _ in range(3):  # la conexión siguiente lee una ventana y se corta en la otra
            rele.esperar_corte()
            rele.cortar(tras=PRODUCTOS + 3 * DIA)
        fuera, error = corrida.communicate(timeout=120)
    finally:
        corrida.kill()
    assert corrida.returncode == 0, fuera + error
    assert ventanas(tienda) == 4
    assert intentos(tienda) == 4 + 4
    exigir_lo_mismo_que_el_origen(tienda, postgresql, "2025-03-01", "2025-03-08")


# -- silencios


def test_un_silencio_sin_fin_falla_pronto_y_la_misma_orden_sigue_donde_quedo(
    tienda, rele, postgresql
):
    # El día 5 pesa más que los cuatro primeros juntos: toda conexión que lo pide enmudece en él.
    postgresql.vender(base_de(tienda), "2025-03-05", dias=1, por_dia=6000)
    ajustar(tienda, ventana_dias=1, timeout_sin_avance=3, intentos=2)
    rele.enmudecer(tras=PRODUCTOS + 8 * DIA)
    inicio = time.monotonic()
    salida = tienda.rango("2025-03-01", "2025-03-06")
    assert time.monotonic() - inicio < 60
    tienda.exigir_fallo(salida, rele.lugar, "20250305", "pasaron 3 s sin que llegara nada")
    assert tienda.reporte()["detalle"][0]["clase_error"] == "tiempo"
    quedaron = ["20250301-20250301", "20250302-20250302", "20250303-20250303", "20250304-20250304"]
    assert guardadas(tienda) == quedaron
    # Al lector terminado por mudo no le queda nada a medio escribir.
    assert list(tienda.carpeta.rglob("*.parcial")) == []

    rele.hablar()
    antes = rele.bytes
    salida = tienda.rango("2025-03-01", "2025-03-06")
    assert salida.codigo == 0, salida.todo
    assert ventanas(tienda) == 6
    assert intentos(tienda) == 2  # las cuatro guardadas no se leyeron otra vez
    # 6.500 líneas y 500; ni las primeras 2.000.
    assert PRODUCTOS + 13 * DIA < rele.bytes - antes < PRODUCTOS + 17 * DIA
    exigir_lo_mismo_que_el_origen(tienda, postgresql, "2025-03-01", "2025-03-06")


def test_una_ventana_guardada_que_cambio_en_el_origen_se_vuelve_a_leer(tienda, rele, postgresql):
    postgresql.vender(base_de(tienda), "2025-03-03", dias=1, por_dia=4000)
    ajustar(tienda, ventana_dias=1, timeout_sin_avance=3, intentos=1)
    rele.enmudecer(tras=PRODUCTOS + 4 * DIA)
    assert tienda.rango("2025-03-01", "2025-03-03").codigo == 30
    assert len(guardadas(tienda)) == 2
    rele.hablar()
    with contextlib.closing(postgresql.conectar(base_de(tienda))) as c:
        c.execute("UPDATE vad20.ma_transaccion SET total = total + 1 "
                  "WHERE f_fecha = '2025-03-02' AND c_numero = '00000001'")  # fmt: skip
    assert tienda.rango("2025-03-01", "2025-03-03").codigo == 0
    assert intentos(tienda) == 2
    exigir_lo_mismo_que_el_origen(tienda, postgresql, "2025-03-01", "2025-03-03")


def test_la_ventana_que_agota_el_tiempo_se_parte_hasta_que_pasa(tienda, rele, postgresql):
    ajustar(tienda, timeout_sin_avance=3)
    rele.enmudecer(tras=PRODUCTOS + 11 * DIA // 2)  # siete días no caben en una conexión; cuatro sí
    salida = tienda.rango("2025-03-01", "2025-03-07")
    assert salida.codigo == 0, salida.todo
    assert "20250301-20250307 agota el tiempo; se sigue de a 4 día(s)" in salida.error
    assert ventanas(tienda) == 2
    exigir_lo_mismo_que_el_origen(tienda, postgresql, "2025-03-01", "2025-03-07")


def test_una_tienda_muda_desde_el_primer_byte_se_dice_y_no_estorba_despues(
    tienda, rele, postgresql
):
    ajustar(tienda, conectividad_timeout=3, conectividad_vigencia=3600)
    rele.enmudecer()
    inicio = time.monotonic()
    salida = tienda.rango("2025-03-01", "2025-03-07")
    assert time.monotonic() - inicio < 60
    tienda.exigir_fallo(salida, rele.lugar, "la tienda no contestó a tiempo")
    assert tienda.reporte()["tiendas_mes"]["no_intentada"] == 1

    rele.hablar()  # la prueba fallida no vale para otra corrida, por vigente que sea
    ajustar(tienda, conectividad_timeout=20)
    salida = tienda.rango("2025-03-01", "2025-03-07")
    assert salida.codigo == 0, salida.todo
    exigir_lo_mismo_que_el_origen(tienda, postgresql, "2025-03-01", "2025-03-07")


def test_una_tienda_que_enmudece_despues_de_la_puerta_tampoco_espera_sin_fin(tienda, rele):
    antes = con_la_puerta_abierta(tienda)
    ajustar(tienda, timeout_conexion=3, intentos=2)
    rele.enmudecer()
    inicio = time.monotonic()
    salida = tienda.rango("2025-03-02", "2025-03-02")
    assert time.monotonic() - inicio < 60
    assert salida.codigo == 30, salida.todo
    assert f", {rele.lugar}" in salida.error
    assert "la tienda no contestó a tiempo" in salida.error
    assert "Traceback" not in salida.todo
    assert tienda.cargado() == antes


# -- consultas que tardan


def test_una_consulta_que_tarda_mas_que_el_limite_se_dice_y_no_se_queda_viva_en_la_tienda(
    tienda, rele, postgresql
):
    antes = con_la_puerta_abierta(tienda)
    ajustar(tienda, timeout_sin_avance=3, intentos=2)
    with tabla_tomada(tienda, postgresql):
        salida = tienda.rango("2025-03-02", "2025-03-02")
        exigir_sin_consultas(postgresql, base_de(tienda))
    assert salida.codigo == 30, salida.todo
    assert f"tienda_01 ({rele.lugar}" in salida.error
    assert "Traceback" not in salida.todo
    assert tienda.reporte()["detalle"][0]["clase_error"] == "tiempo"
    assert tienda.cargado() == antes
    assert tienda.rango("2025-03-02", "2025-03-02").codigo == 0
    exigir_lo_mismo_que_el_origen(tienda, postgresql, "2025-03-01", "2025-03-02")


def test_la_puerta_tambien_dice_que_la_consulta_no_contesta_y_no_la_deja_viva(tienda, postgresql):
    ajustar(tienda, conectividad_timeout=3)
    with tabla_tomada(tienda, postgresql):
        salida = tienda.rango("2025-03-01", "2025-03-01")
        exigir_sin_consultas(postgresql, base_de(tienda))
    tienda.exigir_fallo(salida, "la tienda no contestó a tiempo")
    # La puerta ni reintenta ni tiene ventanas: no puede prometerlo.
    assert "Se reintenta" not in salida.error


# -- la puerta tras un fallo


def test_un_fallo_a_media_lectura_no_cierra_la_puerta_de_la_corrida_siguiente(
    tienda, rele, postgresql
):
    ajustar(tienda, intentos=1, conectividad_vigencia=3600)
    rele.cortar(tras=MAS_QUE_LA_PUERTA)
    salida = tienda.rango("2025-03-01", "2025-03-07")
    tienda.exigir_fallo(salida, "se cortó la conexión", "Revise la VPN")
    salida = tienda.rango("2025-03-01", "2025-03-07")
    assert salida.codigo == 0, salida.todo
    exigir_lo_mismo_que_el_origen(tienda, postgresql, "2025-03-01", "2025-03-07")


def test_el_puerto_cerrado_se_dice_y_cuando_abre_se_carga(tienda, rele, postgresql):
    postgresql.matar()
    try:
        tienda.tiendas["tienda_01"]["puerto"] = postgresql.puerto
        tienda.escribir()
        salida = tienda.rango("2025-03-01", "2025-03-07")
        tienda.exigir_fallo(salida, f"el puerto {postgresql.puerto} rechaza la conexión")
    finally:
        postgresql.arrancar()
    assert tienda.rango("2025-03-01", "2025-03-07").codigo == 0
    exigir_lo_mismo_que_el_origen(tienda, postgresql, "2025-03-01", "2025-03-07")
