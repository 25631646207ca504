"""Un informe de integridad que mira una parte no da por bueno lo que no miró."""

from datetime import UTC, date, datetime

from fluxion_luigi.flujo.integridad import Revision
from fluxion_luigi.informes.integridad import no_miradas, texto
from fluxion_luigi.periodos import SIEMPRE, Rango

EN = datetime(2025, 3, 20, 10, tzinfo=UTC)
DIAS = Rango(date(2025, 3, 1), date(2025, 3, 31))


def diferencia(tienda: str | None, *dias: int, clase: str = "faltan_filas", reparada: bool = False):
    return {
        "tienda": tienda, "dias": [f"2025-03-{d:02d}" for d in dias], "clase": clase,
        "reparada": reparada,
    }  # fmt: skip


def quedan(*diferencias, tiendas=(), pedido=SIEMPRE, extraidos=None, contra_origen=False, **mas):
    anterior = {"en": EN.isoformat(), "diferencias": list(diferencias), **mas}
    return no_miradas(anterior, tiendas, pedido, extraidos or {}, contra_origen=contra_origen)


def test_lo_de_otra_tienda_o_de_otros_dias_sigue_en_pie():
    una, otra = diferencia("tienda_01", 3), diferencia("tienda_02", 3)
    assert quedan(una, otra) == []
    assert quedan(una, otra, tiendas=("tienda_01",)) == [otra]
    tarde, primeros = diferencia("tienda_01", 20), Rango(date(2025, 3, 1), date(2025, 3, 5))
    assert quedan(una, tarde, pedido=primeros) == [tarde]
    assert quedan(otra, tiendas=("tienda_01",), no_miradas=[diferencia("tienda_03", 1)]) == [
        otra, diferencia("tienda_03", 1),
    ]  # fmt: skip


def test_lo_que_solo_dice_la_tienda_sigue_hasta_que_se_le_pregunta():
    cambio = diferencia("tienda_01", 3, clase="origen_distinto")
    assert quedan(cambio) == [cambio]
    assert quedan(cambio, contra_origen=True) == []


def test_lo_remediado_o_vuelto_a_cargar_despues_ya_no_cuenta():
    cambio = diferencia("tienda_01", 3, 4, clase="origen_distinto")
    dias = [("tienda_01", date(2025, 3, d)) for d in (3, 4)]
    luego, antes = EN.replace(hour=12), EN.replace(hour=8)
    assert quedan(cambio, extraidos=dict.fromkeys(dias, luego)) == []
    assert quedan(cambio, extraidos={dias[0]: luego, dias[1]: antes}) == [cambio]
    assert quedan(diferencia("tienda_02", 3, reparada=True), tiendas=("tienda_01",)) == []


def test_la_base_danada_es_de_todas_y_un_informe_ilegible_no_dice_nada():
    assert quedan(diferencia(None), tiendas=("tienda_01",)) == []
    for raro in (None, [], {"en": "ayer"}, {"en": EN.isoformat()}, {"diferencias": [1]}):
        assert no_miradas(raro, (), DIAS, {}, contra_origen=False) == []


def test_solo_dice_que_todo_coincide_si_lo_miro_todo():
    assert texto(Revision([]), []).endswith("Todo coincide.")
    for parte in ({"sin_comparar": {"tienda_01": "no responde"}},
                  {"en_uso": [("tienda_01", "2025-03")]}):  # fmt: skip
        assert texto(Revision([], **parte), []).endswith("Lo que se pudo mirar coincide.")
