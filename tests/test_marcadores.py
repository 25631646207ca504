"""Los marcadores: se suman, se anulan por días y uno dañado vale como ninguno."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxion_luigi import marcadores
from fluxion_luigi.conciliacion import Conteo
from fluxion_luigi.config.base import Archivo
from fluxion_luigi.errores import ErrorDisco
from fluxion_luigi.marcadores import DiaCargado, Marcador

montos = st.decimals(-(10**12), 10**12, places=4, allow_nan=False)
dia_cargado = st.builds(
    DiaCargado, st.builds(Conteo, st.integers(0, 10**7), montos, st.just({})),
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
    st.just("corrida"),
)  # fmt: skip
DIA = DiaCargado(Conteo(3, Decimal("1.50")), datetime(2025, 4, 1, tzinfo=UTC), "c1")
BASE = Archivo(Path("ventas.duckdb"))


# JSON de cualquier forma, y trozos de uno bueno con lo que sea en medio.
cualquiera = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5)
    | st.sampled_from(["2025-03-01", "sNaN", "1e999", "9999-12-31T23:59:59", "0001-01-01"]),
    lambda x: st.lists(x, max_size=3)
    | st.dictionaries(
        st.sampled_from(["dias", "filas", "total", "corrida", "extraido_en", "2025-03-01", "tienda",
                         "mes", "base_id", "base"]), x, max_size=6,
    ), max_leaves=20,
)  # fmt: skip


def de(base_id: str, *dias: int) -> Marcador:
    return Marcador("tienda_01", "2025-03", base_id, {date(2025, 3, d): DIA for d in dias})


@given(st.dictionaries(st.dates(date(2025, 3, 1), date(2025, 3, 31)), dia_cargado, min_size=1))
def test_un_marcador_escrito_y_leido_es_el_mismo(tmp_path_factory, dias):
    raiz = tmp_path_factory.mktemp("markers")
    original = Marcador("tienda_01", "2025-03", "base-1", dias)
    marcadores.agregar(raiz, original, BASE)
    assert marcadores.leer(raiz, "tienda_01", "2025-03") == original


def test_los_dias_nuevos_se_suman_a_los_de_la_misma_base(tmp_path):
    marcadores.agregar(tmp_path, de("base-1", 1, 2), BASE)
    marcadores.agregar(tmp_path, de("base-1", 2, 3), BASE)
    assert sorted(d.day for d in marcadores.leer(tmp_path, "tienda_01", "2025-03").dias) == [
        1,
        2,
        3,
    ]


def test_los_dias_de_otra_base_no_cuentan(tmp_path):
    marcadores.agregar(tmp_path, de("base-1", 1, 2), BASE)
    marcadores.agregar(tmp_path, de("base-2", 3), BASE)
    assert sorted(d.day for d in marcadores.leer(tmp_path, "tienda_01", "2025-03").dias) == [3]


def test_anular_quita_solo_esos_dias_y_el_archivo_si_no_queda_ninguno(tmp_path):
    marcadores.agregar(tmp_path, de("base-1", 1, 2, 3), BASE)
    quitados = marcadores.anular(
        tmp_path, "tienda_01", "2025-03", [date(2025, 3, 2), date(2025, 3, 9)], BASE
    )
    assert quitados == [date(2025, 3, 2)]
    assert sorted(d.day for d in marcadores.leer(tmp_path, "tienda_01", "2025-03").dias) == [1, 3]
    dias = [date(2025, 3, d) for d in range(1, 32)]
    marcadores.anular(tmp_path, "tienda_01", "2025-03", dias, BASE)
    assert not marcadores.ruta(tmp_path, "tienda_01", "2025-03").exists()


def test_un_marcador_danado_vale_como_si_no_estuviera(tmp_path):
    ruta = marcadores.ruta(tmp_path, "tienda_01", "2025-03")
    ruta.parent.mkdir(parents=True)
    for texto in ("", "{", "[]", '{"dias": {"2025-03-01": {"filas": "x"}}}', '{"dias": 3}'):
        ruta.write_text(texto)
        assert marcadores.leer(tmp_path, "tienda_01", "2025-03") is None


@given(dato=cualquiera, corte=st.integers(0, 400), ruido=st.binary(max_size=4))
def test_ningun_marcador_estropeado_es_un_defecto(tmp_path_factory, dato, corte, ruido):
    raiz = tmp_path_factory.mktemp("markers")
    marcadores.agregar(raiz, de("base-1", 1, 2), BASE)
    ruta = marcadores.ruta(raiz, "tienda_01", "2025-03")
    bueno = ruta.read_bytes()
    mezclado = {**json.loads(bueno), **(dato if isinstance(dato, dict) else {"dias": dato})}
    for texto in (json.dumps(dato).encode(), json.dumps(mezclado).encode(),
                  bueno[:corte] + ruido + bueno[corte + 1 :], b"[" * 50_000):  # fmt: skip
        ruta.write_bytes(texto)
        leido = marcadores.leer(raiz, "tienda_01", "2025-03")
        marcadores.base_de_alguno(raiz)
        marcadores.todos(raiz, "tienda_01")
        for dia in leido.dias.values() if leido else ():
            assert dia != DIA or dia.corrida == "c1"  # se puede comparar con la base


@pytest.mark.parametrize("estorbo", ["el_marcador", "su_carpeta"])
def test_lo_que_no_dejaria_escribir_el_marcador_se_sabe_antes(tmp_path, estorbo):
    ruta = marcadores.ruta(tmp_path, "tienda_01", "2025-03")
    marcadores.exigir_sitio(tmp_path, "tienda_01", "2025-03")
    assert list(tmp_path.iterdir()) == []
    if estorbo == "el_marcador":
        ruta.mkdir(parents=True)
    else:
        ruta.parent.write_text("un archivo")
    assert marcadores.leer(tmp_path, "tienda_01", "2025-03") is None
    with pytest.raises(ErrorDisco, match="donde debe ir"):
        marcadores.exigir_sitio(tmp_path, "tienda_01", "2025-03")
