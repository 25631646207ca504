"""Las alertas de las corridas, según los reportes y los diarios que dejaron."""

from datetime import timedelta

import pytest

from fluxion_luigi.alertas import de_corridas
from fluxion_luigi.archivos import escribir_json, escribir_texto
from fluxion_luigi.informes import reporte
from tests.cadena import proyecto_con

PLAN = [["tienda_01", "UNO", "20250601-20250630"], ["tienda_02", "DOS", "20250601-20250630"]]


@pytest.fixture
def config(tmp_path):
    return proyecto_con(tmp_path / "p", {"tienda_01": {}}).config


def dejar(config, hace: int, *, tarea: str = "IncrementoDiario", bien: bool = False,
          fin: bool = True, senal: str | None = None, base: str | None = None) -> dict:  # fmt: skip
    """El reporte de una corrida de hace tantas horas."""
    cuando = config.ahora() - timedelta(hours=hace)
    en, id_ = cuando.isoformat(), f"{cuando:%Y%m%dT%H%M%SZ}-1a2b"
    sucesos = [
        {"suceso": "inicio", "en": en, "tarea": tarea, "desde": "2025-06-01", "plan": PLAN,
         "hasta": "2025-06-30", "base": base or str(config.ajustes.base)},
        {"suceso": "fallo", "en": en, "tienda": "tienda_02", "mes": "2025-06", "clase": "origen",
         "texto": "no hay permiso\ncon su detalle"},
    ]  # fmt: skip
    if fin:
        hechas = [["tienda_01", "2025-06"], ["tienda_02", "2025-06"]] if bien else []
        sucesos.append({"suceso": "fin", "en": en, "al_dia": hechas, "senal": senal})
    datos = reporte.componer(id_, sucesos)
    escribir_json(config.ajustes.reportes / f"corrida_{id_}.json", datos)
    return datos


def fallidas(config, actual=None) -> list:
    return de_corridas.fallidas(config, de_corridas.reportes(config, actual))


def test_las_que_fallaron_desde_la_ultima_buena_son_una_sola_alerta_por_tarea(config):
    dejar(config, 30)
    dejar(config, 20, bien=True)
    primera, ultima = dejar(config, 10), dejar(config, 5)
    dejar(config, 4, tarea="RangoVentas", bien=True)
    [a] = fallidas(config)
    assert (a.clave, a.severidad) == ("corridas:IncrementoDiario", "error")
    assert a.titulo == "IncrementoDiario falló (2 veces seguidas)"
    assert a.partes == (primera["corrida"], ultima["corrida"])
    assert "tienda_02: no hay permiso · tienda_01" not in a.detalle
    assert "tienda_02: no hay permiso" in a.detalle
    assert "tienda_01: no llegó a intentarse" in a.detalle
    assert "con su detalle" not in a.detalle
    dejar(config, 1, bien=True)
    assert fallidas(config) == []


def test_la_que_se_lo_dice_ella_tiene_una_sola_alerta_y_la_acaba_ella(config):
    mala = dejar(config, 2, tarea="VerificarIntegridad")
    assert fallidas(config) == []
    [(clave, [a])] = de_corridas.de_orden(config, mala).items()
    assert (clave, a.clave) == ("orden:VerificarIntegridad", de_corridas.orden_fallida(
        "VerificarIntegridad", "x").clave)  # fmt: skip
    assert "tienda_02: no hay permiso" in a.detalle
    assert de_corridas.de_orden(config, dejar(config, 1)) == {}


def test_la_que_esta_acabando_cuenta_aunque_su_reporte_no_se_haya_escrito(config):
    datos = dejar(config, 0)
    (config.ajustes.reportes / f"corrida_{datos['corrida']}.json").unlink()
    assert fallidas(config) == []
    [a] = fallidas(config, datos)
    assert a.partes == (datos["corrida"],)


@pytest.mark.parametrize(("senal", "severidad"), [("SIGTERM", "error"), ("SIGINT", "aviso")])
def test_la_interrumpida_dice_por_quien_y_un_ctrl_c_es_sólo_un_aviso(config, senal, severidad):
    dejar(config, 1, senal=senal)
    [a] = fallidas(config)
    assert (a.titulo, a.severidad) == (f"IncrementoDiario la interrumpió {senal}", severidad)


def test_la_que_murio_es_noticia_unos_dias_desde_que_se_supo(config):
    datos = dejar(config, 1, fin=False)
    hay = de_corridas.reportes(config)
    [a] = de_corridas.muertas(config, hay)
    assert a.titulo == "IncrementoDiario murió sin despedirse"
    assert fallidas(config) == []
    vieja = (config.ahora() - de_corridas.MURIO_HACE).isoformat()
    assert de_corridas.muertas(config, [{**datos, "terminada_en": vieja}]) == []


def test_lo_de_otra_base_y_lo_que_no_se_entiende_no_cuenta(config):
    dejar(config, 2, base="otra.duckdb")
    reportes = config.ajustes.reportes
    escribir_texto(reportes / "corrida_20250701T140000Z-1a2b.json", "{a medias")
    escribir_json(reportes / "corrida_20250701T150000Z-1a2b.json", [{"tienda": "x"}])
    escribir_json(reportes / "corrida_20250701T160000Z-1a2b.json", {"empezada_en": 3})
    assert de_corridas.reportes(config) == []
