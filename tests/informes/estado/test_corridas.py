"""Las últimas corridas del informe, según los reportes que haya."""

import pytest

from fluxion_luigi.archivos import escribir_json, escribir_texto
from fluxion_luigi.informes import reporte
from fluxion_luigi.informes.estado.corridas import ultimas
from tests.cadena import proyecto_con

PLAN = [["tienda_01", "UNO", "20250601-20250630"], ["tienda_02", "DOS", "20250601-20250630"],
        ["tienda_03", "TRES", "20250601-20250630"]]  # fmt: skip


@pytest.fixture
def config(tmp_path):
    return proyecto_con(tmp_path / "p", {"tienda_01": {}}).config


def dejar(config, hora: int, base: str | None = None, fin: bool = True) -> str:
    """El reporte de una corrida de esa hora: una cargada, una fallida y una sin intentar."""
    cuando = f"2025-07-01T{hora:02}:00:00.000+00:00"
    sucesos = [
        {"suceso": "inicio", "en": cuando, "tarea": "RangoVentas", "desde": "2025-06-01",
         "hasta": "2025-06-30", "base": base or str(config.ajustes.base), "plan": PLAN},
        {"suceso": "carga", "en": cuando, "tienda": "tienda_01", "mes": "2025-06", "filas": 7,
         "total": "10", "dias": 30, "dias_en_cero": 0, "sin_producto": 0, "segundos": 1},
        {"suceso": "fallo", "en": cuando, "tienda": "tienda_02", "mes": "2025-06",
         "clase": "origen", "texto": "no hay permiso\ncon su detalle"},
    ]  # fmt: skip
    if fin:
        sucesos.append({"suceso": "fin", "en": cuando.replace(":00:00", ":01:30"), "al_dia": [],
                        "senal": None})  # fmt: skip
    corrida = f"20250701T{hora:02}0000Z-1a2b"
    escribir_json(
        config.ajustes.reportes / f"corrida_{corrida}.json", reporte.componer(corrida, sucesos)
    )
    return corrida


def test_cada_corrida_dice_que_hizo_y_que_fallo(config):
    corrida = dejar(config, 10)
    assert ultimas(config) == [{
        "corrida": corrida, "tarea": "RangoVentas", "estado": "con_fallos",
        "inicio": "2025-07-01T06:00:00-04:00", "fin": "2025-07-01T06:01:30-04:00",
        "segundos": 90.0, "desde": "2025-06-01", "hasta": "2025-06-30", "cargadas": 1,
        "al_dia": 0, "fallidas": 1, "no_intentadas": 1, "filas": 7,
        "fallos": [
            {"tienda": "tienda_02", "mes": "2025-06", "causa": "no hay permiso"},
            {"tienda": "tienda_03", "mes": "2025-06", "causa": "no llegó a intentarse"},
        ],
        "archivo": f"corrida_{corrida}.json",
    }]  # fmt: skip


def test_de_la_que_murio_no_se_sabe_cuando(config):
    dejar(config, 10, fin=False)
    [muerta] = ultimas(config)
    assert (muerta["estado"], muerta["fin"], muerta["segundos"]) == ("interrumpida", None, None)


def test_las_diez_ultimas_de_esta_base_y_las_mas_nuevas_primero(config):
    hechas = [dejar(config, hora) for hora in range(12)]
    dejar(config, 13, base="otra.duckdb")
    reportes = config.ajustes.reportes
    escribir_texto(reportes / "corrida_20250701T140000Z-1a2b.json", "{a medias")
    escribir_json(reportes / "corrida_20250701T150000Z-1a2b.anulados.json", [{"tienda": "x"}])
    assert [c["corrida"] for c in ultimas(config)] == hechas[:1:-1]
