"""Las ventanas se ajustan a lo que tiene y tarda la tienda, y se le cuenta una sola vez."""

import os
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fluxion_luigi.archivos import escribir_texto
from fluxion_luigi.conciliacion import Conteo, difieren
from fluxion_luigi.errores import (
    ErrorConciliacion,
    ErrorDisco,
    ErrorTiempo,
    ErrorTransitorio,
)
from fluxion_luigi.flujo import carga, extraccion
from fluxion_luigi.flujo.lectura import Lectura
from fluxion_luigi.periodos import Rango
from fluxion_luigi.staging.ventanas import Carpeta
from tests.proyecto import cada_dia, vender


@pytest.fixture
def tienda(proyecto):
    proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-31", 50))
    return proyecto


def test_un_mes_de_pocas_filas_se_lee_en_una_sola_ventana(tienda):
    assert en_memoria(tienda, segundos_por_ventana=20) == ["20250301-20250331"]


def test_la_primera_ventana_tiene_los_dias_que_quepan_en_ventana_filas(tienda):
    leidas = en_memoria(tienda, segundos_por_ventana=20, ventana_filas=10 * 50)
    assert leidas == ["20250301-20250310", "20250311-20250331"]


def en_memoria(proyecto, **ajustes) -> list[str]:
    """Extrae marzo en este proceso y devuelve las ventanas que quedaron."""
    proyecto.ajustes = {k: str(v) for k, v in ajustes.items()}
    proyecto.escribir()
    config, tienda, avances = proyecto.config, proyecto.tienda("tienda_01"), []
    extraccion.extraer(config, tienda, Rango.de_texto("20250301-20250331"), avances.append)
    ultimo = avances[-1]
    assert (ultimo.dias, ultimo.dias_en_total) == (31, 31)
    assert ultimo.filas_en_total in (ultimo.filas, None)
    return [str(v.rango) for v in extraccion.carpeta(config, tienda, "2025-03").completa().ventanas]


def test_una_tienda_rapida_lee_el_resto_del_mes_en_una_sola_ventana(tienda):
    assert len(en_memoria(tienda, segundos_por_ventana=20, ventana_filas=1)) == 2


def test_con_cero_todas_las_ventanas_son_iguales(tienda, cuentas):
    """Y al origen se le cuenta una vez por tienda-mes, no por ventana."""
    leidas = en_memoria(tienda, segundos_por_ventana=0)
    assert [len(Rango.de_texto(r)) for r in leidas] == [7, 7, 7, 7, 3]
    assert cuentas == ["20250301-20250331"]


def test_una_tienda_lenta_acaba_pidiendo_dia_por_dia(tienda):
    """Si cada ventana tarda más que la meta, las que siguen se achican hasta un día."""
    assert len(en_memoria(tienda, segundos_por_ventana=0.0001, ventana_filas=1)) == 1 + 24


def test_los_dias_salteados_no_se_juntan_en_una_ventana(tienda):
    tramos = ("20250305-20250310", "20250320-20250320")
    extraer_y_cargar(tienda, [(p, t) for t in tramos for p in ("extraer", "c1")])
    tienda.ajustes["segundos_por_ventana"] = "20"
    tienda.escribir()
    config, lugar = tienda.config, tienda.tienda("tienda_01")
    extraccion.extraer(config, lugar, Rango.de_texto("20250301-20250331"), lambda _: None)
    leidas = extraccion.carpeta(config, lugar, "2025-03").completa().ventanas
    assert [str(v.rango) for v in leidas] == [
        "20250301-20250304", "20250311-20250319", "20250321-20250331"
    ]  # fmt: skip
    extraer_y_cargar(tienda, [("c2", "20250301-20250331")])
    assert tienda.cargado() == tienda.en_origen("2025-03-01", "2025-03-31")


# -- la cuenta del origen


@pytest.fixture
def cuentas(monkeypatch):
    """Los rangos que se le piden contar al origen."""
    pedidas, original = [], Lectura.contar

    def contar(self, rango):
        pedidas.append(str(rango))
        return original(self, rango)

    monkeypatch.setattr(Lectura, "contar", contar)
    return pedidas


@pytest.mark.parametrize("fallo", [ErrorTransitorio, ErrorTiempo, ErrorConciliacion])
def test_tras_un_fallo_los_productos_se_piden_por_ventana(tienda, monkeypatch, fallo):
    """Un corte cuesta lo que se tenía en mano: el lector nuevo no vuelve a traer los del mes."""
    original, pedidos = Lectura.leer, []

    def leer(self, ventana, archivo, productos, avisar):
        pedidos.append((ventana.desde.day, str(productos)))
        if pedidos[-1][0] == 8 and len(pedidos) == 2:
            raise fallo("se cortó")
        return original(self, ventana, archivo, productos, avisar)

    monkeypatch.setattr(Lectura, "leer", leer)
    assert len(en_memoria(tienda, pausa_inicial=0.01, segundos_por_ventana=0)) == 5
    assert pedidos == [
        (1, "20250301-20250331"), (8, "20250301-20250331"), (8, "20250308-20250314"),
        (15, "20250315-20250321"), (22, "20250322-20250328"), (29, "20250329-20250331"),
    ]  # fmt: skip


def test_lo_que_se_vende_entre_la_cuenta_y_la_lectura_no_es_una_diferencia(
    tienda, cuentas, monkeypatch
):
    original, vendio = Lectura.leer, []

    def leer(self, ventana, *datos):
        if ventana.desde.day == 8 and not vendio:
            vendio.append(ventana)
            vender(Path(tienda.tiendas["tienda_01"]["archivo"]), {"2025-03-09": 60})
        return original(self, ventana, *datos)

    monkeypatch.setattr(Lectura, "leer", leer)
    assert len(en_memoria(tienda)) == 5
    assert cuentas == ["20250301-20250331", "20250308-20250314"]
    [leida] = [
        v
        for v in extraccion.carpeta(tienda.config, tienda.tienda("tienda_01"), "2025-03").leidas()
        if v.rango.desde.day == 8
    ]
    assert difieren(leida.origen, leida.leido) == []
    assert {d.day: c.filas for d, c in leida.origen.items()}[9] == 50 + 60


def test_si_contar_el_mes_agota_el_tiempo_se_cuenta_ventana_por_ventana(tienda, monkeypatch):
    original, pedidas = Lectura.contar, []

    def contar(self, rango):
        pedidas.append(str(rango))
        if len(rango) > 7:
            raise ErrorTiempo("muy largo")
        return original(self, rango)

    monkeypatch.setattr(Lectura, "contar", contar)
    leidas = en_memoria(tienda, pausa_inicial=0.01)
    assert len(leidas) == 5
    assert pedidas == ["20250301-20250331", *leidas]


def test_una_cuenta_con_dias_que_no_se_pidieron_no_se_cree(tienda, monkeypatch):
    original = Lectura.contar

    def contar(self, rango):
        conteos, sin_fecha = original(self, rango)
        return conteos | {date(2025, 4, 1): Conteo(3, Decimal(1))}, sin_fecha

    monkeypatch.setattr(Lectura, "contar", contar)
    with pytest.raises(ErrorConciliacion, match=r"conteo\.sql.*2025-04-01.*filtro de fechas"):
        en_memoria(tienda, pausa_inicial=0.01, intentos=1)


# -- dos corridas que se cruzan en una tienda-mes


def extraer_y_cargar(proyecto, pasos: list[tuple[str, str]]) -> None:
    """Extrae y carga tramos en el orden dado, como lo harían dos corridas a la vez."""
    config, tienda = proyecto.config, proyecto.tienda("tienda_01")
    for paso, texto in pasos:
        tramo = Rango.de_texto(texto)
        if paso == "extraer":
            extraccion.extraer(config, tienda, tramo, lambda _: None)
        else:
            carga.cargar(
                config, tienda, tramo, paso, aceptar_vacios=False, avanzo=lambda *_: None
            )  # fmt: skip


MES = "20250301-20250331"
# Quién extrae primero, y quién carga primero. Con HISTORIAS, también las que se parecen a otra.
CRUCES = [
    (MES, "20250305-20250310", "la una"),
    (MES, "20250305-20250310", "la otra"),
    ("20250305-20250310", MES, "la otra"),
    ("20250301-20250320", "20250310-20250331", "la una"),
    ("20250301-20250310", "20250320-20250331", "la otra"),
    (MES, MES, "la una"),
]
if os.environ.get("HISTORIAS"):
    CRUCES = sorted({(una, otra, x) for una, otra, _ in CRUCES for x in ("la una", "la otra")})


@pytest.mark.parametrize(("una", "otra", "primero"), CRUCES)
def test_dos_corridas_que_se_cruzan_no_se_quitan_el_staging(tienda, una, otra, primero):
    cargas = [("c1", una), ("c2", otra)]
    if primero == "la otra":
        cargas.reverse()
    extraer_y_cargar(tienda, [("extraer", una), ("extraer", otra), *cargas])
    pedidos = {d for t in (una, otra) for d in Rango.de_texto(t)}
    en_origen = tienda.en_origen("2025-03-01", "2025-03-31")
    assert tienda.cargado() == {(t, d): v for (t, d), v in en_origen.items() if d in pedidos}
    assert tienda.sobras() == []


def test_lo_que_otra_corrida_dejo_listo_no_se_lee_otra_vez(tienda):
    config, lugar = tienda.config, tienda.tienda("tienda_01")
    extraer_y_cargar(tienda, [("extraer", "20250301-20250331")])
    de_menos = extraccion.extraer(
        config, lugar, Rango.de_texto("20250305-20250310"), lambda _: None
    )  # fmt: skip
    assert de_menos.ventanas == 0  # ni se preguntó
    Path(tienda.tiendas["tienda_01"]["archivo"]).rename(tienda.carpeta / "lejos")
    extraer_y_cargar(tienda, [("extraer", "20250301-20250331"), ("c1", "20250301-20250331")])
    assert len(tienda.cargado()) == 31


def test_de_lo_que_otras_dejaron_listo_solo_se_piden_los_dias_que_siguen_sin_cargar(
    tienda, monkeypatch
):
    config, lugar = tienda.config, tienda.tienda("tienda_01")
    with monkeypatch.context() as muere:  # tras el marcador, sin quitar su staging
        muere.setattr(Carpeta, "borrar", lambda carpeta: None)
        extraer_y_cargar(tienda, [("extraer", "20250301-20250302"), ("c1", "20250301-20250302")])
    dias = []
    for tramo in ("20250305-20250306", "20250320-20250321", "20250330-20250331"):
        hecha = extraccion.extraer(config, lugar, Rango.de_texto(tramo), lambda _: None)
        dias = [d.day for d in hecha.dias]
    assert dias == [5, 6, 20, 21, 30, 31]  # ni los cargados ni los que nadie pidió


def test_dos_ventanas_que_se_pisan_no_se_cargan_dos_veces(tienda):
    """Las deja quien repone el staging de una copia de respaldo."""
    donde = tienda.carpeta / "staging" / "tienda_01" / "2025-03"
    extraer_y_cargar(tienda, [("extraer", "20250301-20250307")])
    donde.rename(tienda.carpeta / "respaldo")
    extraer_y_cargar(tienda, [("extraer", "20250305-20250310")])
    shutil.copytree(tienda.carpeta / "respaldo", donde, dirs_exist_ok=True)
    todos = "20250301-20250310"
    extraer_y_cargar(tienda, [("extraer", todos), ("c1", todos)])
    assert tienda.cargado() == tienda.en_origen("2025-03-01", "2025-03-10")


def test_lo_que_otra_dejo_leido_del_mes_no_son_las_sobras_de_quien_acaba(tienda):
    """El incremento que sólo cuenta unos días no deja sin staging a la carga larga de ese mes."""
    config, lugar = tienda.config, tienda.tienda("tienda_01")
    suyo, de_otra = Rango.de_texto("20250301-20250303"), Rango.de_texto("20250310-20250331")
    extraer_y_cargar(tienda, [("extraer", str(suyo)), ("c1", str(suyo))])
    extraccion.extraer(config, lugar, de_otra, lambda _: None)
    carga.limpiar_sobras(config, lugar, suyo)
    assert extraccion.completa(config, lugar, de_otra)
    extraer_y_cargar(tienda, [("c2", str(de_otra))])
    assert tienda.sobras() == []


def test_si_la_carga_no_concilia_al_repetir_se_le_pregunta_otra_vez_a_la_tienda(
    tienda, monkeypatch
):
    config, lugar, mes = tienda.config, tienda.tienda("tienda_01"), Rango.de_texto(MES)

    def no_concilia(*_, **__):
        raise ErrorConciliacion("no son las mismas filas")

    extraccion.extraer(config, lugar, mes, lambda _: None)
    with monkeypatch.context() as mal:
        mal.setattr(carga.destino, "cargar", no_concilia)
        with pytest.raises(ErrorConciliacion):
            extraer_y_cargar(tienda, [("c1", MES)])
    repetida = extraccion.extraer(config, lugar, mes, lambda _: None)
    assert repetida.ventanas == repetida.reutilizadas == 5  # y lo que sigue igual no se lee


@pytest.mark.parametrize("estorbo", ["markers/tienda_01/2025-03.json/x", "datos"])
def test_si_lo_leido_no_tendria_donde_quedar_no_se_lee(tienda, estorbo):
    escribir_texto(tienda.carpeta / estorbo, "un archivo donde va la carpeta, o al revés")
    with pytest.raises(ErrorDisco):
        extraer_y_cargar(tienda, [("extraer", MES)])
    assert tienda.sobras() == []
