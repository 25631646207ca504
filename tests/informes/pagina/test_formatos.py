"""Los números y las fechas de la página."""

import pytest

from fluxion_luigi.informes.pagina import formatos
from fluxion_luigi.informes.pagina.graficos import corto


@pytest.mark.parametrize(
    ("dicho", "escrito"),
    [
        (formatos.monto("1234567.8950"), "1.234.567,90"),
        (formatos.monto("-0.5000"), "−0,50"),
        (formatos.diferencia(1200), "+1.200"),
        (formatos.diferencia(-3), "−3"),
        (formatos.diferencia(0), "0"),
        (formatos.diferencia_de_monto("1200.5"), "+1.200,50"),
        (formatos.diferencia_de_monto("-1200.5"), "−1.200,50"),
        (formatos.por_ciento("99.98"), "99,98 %"),
        (formatos.por_ciento(None), "·"),
        (formatos.por_ciento_corto("99.99"), "99"),
        (formatos.por_ciento_corto("0.40"), "<1"),
        (formatos.por_ciento_corto("0"), "0"),
        (formatos.por_ciento_corto("100"), "100"),
        (formatos.fecha("2025-07-31"), "31/07/2025"),
        (formatos.fecha(None), "·"),
        (formatos.tramo("2025-06-10", "2025-06-10"), "10/06/2025"),
        (formatos.tramo("2025-06-10", "2025-06-12"), "10/06/2025 a 12/06/2025"),
        (formatos.mes("2025-09"), "sep 2025"),
        (formatos.fecha_larga("2025-08-01T06:10:00-04:00"), "viernes 1 de agosto de 2025"),
        (formatos.instante("2025-08-01T00:05:00-04:00"), "01/08/2025, 12:05 a. m."),
        (formatos.instante("2025-08-01T12:05:00-04:00"), "01/08/2025, 12:05 p. m."),
        (formatos.cuenta(1, "día"), "1 día"),
        (formatos.cuenta(1200, "día"), "1.200 días"),
        (formatos.duracion(4.26), "4,3 s"),
        (formatos.duracion(725), "12 min 5 s"),
        (formatos.duracion(3780), "1 h 3 min"),
        (formatos.duracion(None), "·"),
        (corto(9_999), "9.999"),
        (corto(20_000), "20 mil"),
        (corto(1_500_000), "1,5 M"),
        (corto(3e9), "3 mil M"),
    ],
)
def test_se_escribe_como_en_venezuela(dicho, escrito):
    assert dicho.replace(formatos.JUNTO, " ") == escrito
