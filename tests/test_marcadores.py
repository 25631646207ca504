"""Los marcadores: se suman, se anulan por días y uno dañado vale como ninguno."""

from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from fluxion_luigi import marcadores
from fluxion_luigi.conciliacion import Conteo
from fluxion_luigi.marcadores import DiaCargado, Marcador

montos = st.decimals(-(10**12), 10**12, places=4, allow_nan=False)
dia_cargado = st.builds(
    DiaCargado, st.builds(Conteo, st.integers(0, 10**7), montos, st.just({})),
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
    st.just("corrida"),
)  # fmt: skip
DIA = DiaCargado(Conteo(3, Decimal("1.50")), datetime(2025, 4, 1, tzinfo=UTC), "c1")


def de(base_id: str, *dias: int) -> Marcador:
    return Marcador("tienda_01", "2025-03", base_id, {date(2025, 3, d): DIA for d in dias})


@given(st.dictionaries(st.dates(date(2025, 3, 1), date(2025, 3, 31)), dia_cargado, min_size=1))
def test_un_marcador_escrito_y_leido_es_el_mismo(tmp_path_factory, dias):
    raiz = tmp_path_factory.mktemp("markers")
    original = Marcador("tienda_01", "2025-03", "base-1", dias)
    marcadores.agregar(raiz, original, raiz / "ventas.duckdb")
    assert marcadores.leer(raiz, "tienda_01", "2025-03") == original


def test_los_dias_nuevos_se_suman_a_los_de_la_misma_base(tmp_path):
    marcadores.agregar(tmp_path, de("base-1", 1, 2), tmp_path)
    marcadores.agregar(tmp_path, de("base-1", 2, 3), tmp_path)
    assert sorted(d.day for d in marcadores.leer(tmp_path, "tienda_01", "2025-03").dias) == [
        1,
        2,
        3,
    ]


def test_los_dias_de_otra_base_no_cuentan(tmp_path):
    marcadores.agregar(tmp_path, de("base-1", 1, 2), tmp_path)
    marcadores.agregar(tmp_path, de("base-2", 3), tmp_path)
    assert sorted(d.day for d in marcadores.leer(tmp_path, "tienda_01", "2025-03").dias) == [3]


def test_anular_quita_solo_esos_dias_y_el_archivo_si_no_queda_ninguno(tmp_path):
    marcadores.agregar(tmp_path, de("base-1", 1, 2, 3), tmp_path)
    quitados = marcadores.anular(
        tmp_path, "tienda_01", "2025-03", [date(2025, 3, 2), date(2025, 3, 9)], tmp_path
    )
    assert quitados == [date(2025, 3, 2)]
    assert sorted(d.day for d in marcadores.leer(tmp_path, "tienda_01", "2025-03").dias) == [1, 3]
    dias = [date(2025, 3, d) for d in range(1, 32)]
    marcadores.anular(tmp_path, "tienda_01", "2025-03", dias, tmp_path)
    assert not marcadores.ruta(tmp_path, "tienda_01", "2025-03").exists()


def test_un_marcador_danado_vale_como_si_no_estuviera(tmp_path):
    ruta = marcadores.ruta(tmp_path, "tienda_01", "2025-03")
    ruta.parent.mkdir(parents=True)
    for texto in ("", "{", "[]", '{"dias": {"2025-03-01": {"filas": "x"}}}', '{"dias": 3}'):
        ruta.write_text(texto)
        assert marcadores.leer(tmp_path, "tienda_01", "2025-03") is None
