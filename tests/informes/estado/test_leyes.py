"""Leyes del estado: pase lo que pase con los días, las cuentas y las órdenes dicen la verdad."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fluxion_luigi.conciliacion import Conteo
from fluxion_luigi.destino.control import DiaRespaldado, Instantanea
from fluxion_luigi.informes.estado import datos
from fluxion_luigi.informes.estado.lugares import Pedido
from fluxion_luigi.periodos import Rango
from tests.cadena import proyecto_con

RANGO = Rango(date(2025, 5, 20), date(2025, 6, 10))
TIENDAS = {
    "tienda_01": {},
    "tienda_02": {"apertura": date(2025, 5, 25)},
    "tienda_03": {"apertura": date(2025, 7, 1)},
    "tienda_04": {"activa": False},
}
# Sin cargar, o con tantas filas y extraído tantos días después.
un_dia = st.none() | st.tuples(st.integers(0, 2), st.sampled_from([0, 2, 3, 30, 3000]))
una_cadena = st.lists(
    st.lists(un_dia, min_size=len(RANGO) + 5, max_size=len(RANGO) + 5),
    min_size=len(TIENDAS) + 1, max_size=len(TIENDAS) + 1,
)  # fmt: skip


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    return proyecto_con(tmp_path_factory.mktemp("leyes") / "p", TIENDAS).config


def base_con(cadena) -> Instantanea:
    """El control de esos días, desde cinco antes del rango; la última ya no está en el catálogo."""
    dias = {}
    for id_, suyos in zip([*TIENDAS, "tienda_99"], cadena, strict=True):
        for n, cargado in enumerate(suyos):
            if cargado:
                dia = RANGO.desde + timedelta(days=n - 5)
                filas, despues = cargado
                cuando = datetime(dia.year, dia.month, dia.day, 16, tzinfo=UTC)
                cuando += timedelta(days=despues)
                conteo = Conteo(filas, Decimal("1.5") * filas)
                dias[id_, dia] = DiaRespaldado(conteo, cuando, "c", cuando)
    return Instantanea("b", dias, {})


def vistos(informe, tienda: str) -> dict[date, str]:
    """La letra de cada día del calendario de una tienda."""
    [suya] = [t for t in informe["tiendas"] if t["tienda"] == tienda]
    return {
        date.fromisoformat(f"{mes}-{n:02}"): letra
        for mes, letras in suya["calendario"].items()
        for n, letra in enumerate(letras, start=1)
    }


@settings(max_examples=50)
@given(una_cadena)
def test_las_cuentas_cuadran_y_cada_orden_pide_los_dias_que_faltan_y_ninguno_mas(config, cadena):
    base = base_con(cadena)
    with pytest.MonkeyPatch.context() as parche:
        parche.setattr(datos, "instantanea", lambda _: base)
        informe = datos.componer(config, Pedido(RANGO.desde, RANGO.hasta))
    for t in informe["tiendas"]:
        cuadra(t["dias"], t["cobertura"])
        letras = "".join(t["calendario"].values())
        cuenta = {x: letras.count(x) for x in "fpcx"}
        assert t["dias"]["firmes"] == cuenta["f"] + cuenta["c"]
        assert (t["dias"]["provisionales"], t["dias"]["faltan"]) == (cuenta["p"], cuenta["x"])
        assert sum(h["dias"] for h in t["huecos"]) == t["dias"]["faltan"]
        for clave in t["dias"]:
            assert t["dias"][clave] == sum(m["dias"][clave] for m in t["meses"].values())
        assert (t["estado"] == "completa") <= (t["cobertura"] == "100")
    cuadra(informe["totales"]["dias"], informe["totales"]["cobertura"])
    pedidos = [
        (t, dia)
        for h in informe["huecos"]
        for t in h["orden"].split("--tiendas ")[1].split(",")
        for dia in Rango(*(date.fromisoformat(h["orden"].split()[n]) for n in (5, 7)))
    ]
    faltan = {
        (t["tienda"], dia)
        for t in informe["tiendas"]
        if t["activa"]
        for dia, letra in vistos(informe, t["tienda"]).items()
        if letra == "x"
    }
    assert len(pedidos) == len(set(pedidos))
    assert set(pedidos) == faltan
    assert bool(informe["orden_sugerida"]) >= bool(faltan)
    # A la que está completa no hay nada que pedirle, aunque un reloj la fechara en el futuro.
    de_todo = informe["orden_sugerida"].partition("--tiendas ")[2].split(",")
    assert not set(de_todo) & set(informe["totales"]["completas"])


def cuadra(dias: dict[str, int], cobertura: str | None) -> None:
    assert dias["exigibles"] == dias["firmes"] + dias["provisionales"] + dias["faltan"]
    assert dias["en_cero"] <= dias["firmes"] + dias["provisionales"]
    completa = dias["exigibles"] and not dias["faltan"] and not dias["provisionales"]
    assert (cobertura == "100") == bool(completa)
    if dias["exigibles"]:
        de_verdad = Fraction(100 * dias["firmes"], dias["exigibles"])
        assert 0 <= de_verdad - Fraction(cobertura) < Fraction(1, 100)
    else:
        assert cobertura is None
