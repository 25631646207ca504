"""OlvidarVentas: quita lo que se cargó de más, con permiso, y RangoVentas lo vuelve a cargar."""

import shutil
import sqlite3
from datetime import date
from decimal import Decimal

import pytest

from fluxion_luigi import marcadores
from fluxion_luigi.archivos import escribir_texto
from fluxion_luigi.errores import ErrorOcupado, ErrorUso
from fluxion_luigi.flujo import olvido
from fluxion_luigi.flujo.candados import candado_de
from fluxion_luigi.informes import cambios
from fluxion_luigi.periodos import Rango
from tests import lagos, nucleo
from tests.proyecto import Proyecto, cada_dia, con_dos_tiendas
from tests.terminal import contestar

MARZO = ("--desde", "2025-03", "--hasta", "2025-03")
DEL_3_AL_5 = ("--desde", "2025-03-03", "--hasta", "2025-03-05")
UNA = ("--tiendas", "tienda_01")


@pytest.fixture(scope="module")
def _cargadas(tmp_path_factory, request):
    proyecto = con_dos_tiendas(Proyecto(tmp_path_factory.mktemp("cargadas") / "p"))
    lagos.poner_si_toca(proyecto, request)
    nucleo.cargar(proyecto, "2025-03-01", "2025-03-10")
    return proyecto, proyecto.retratar()


@pytest.fixture
def cargadas(_cargadas) -> Proyecto:
    """Las dos tiendas, con los diez primeros días de marzo ya cargados."""
    proyecto, reponer = _cargadas
    reponer()
    return proyecto


def marcados(proyecto: Proyecto, tienda: str) -> list[int]:
    hay = marcadores.todos(proyecto.carpeta / "markers", tienda)
    return sorted(d.day for m in hay for d in m.dias)


def dias(proyecto: Proyecto, tienda: str) -> list[int]:
    return sorted(d.day for t, d in proyecto.cargado() if t == tienda)


def mostrado(proyecto: Proyecto, desde: str, hasta: str, *tiendas: str) -> str:
    """La tabla que la orden muestra antes de preguntar."""
    config, rango = proyecto.config, Rango(date.fromisoformat(desde), date.fromisoformat(hasta))
    return cambios.olvido(olvido.planear(config, olvido.elegir(config, tiendas), rango), rango)


def test_con_si_quita_esos_dias_de_todas_partes_y_deja_los_demas(cargadas):
    escribir_texto(cargadas.carpeta / "staging" / "tienda_01" / "2025-03" / "sobra.parquet", "x")
    antes = cargadas.cargado()
    salida = cargadas.luigi("OlvidarVentas", *DEL_3_AL_5, *UNA, "--si", workers=3)
    assert salida.codigo == 0, salida.todo
    assert "tienda_01: 3 día(s) olvidado(s)" in salida.error
    fuera = [("tienda_01", date(2025, 3, d)) for d in (3, 4, 5)]
    assert cargadas.cargado() == {k: v for k, v in antes.items() if k not in fuera}
    control = cargadas.consultar("SELECT ubicacion_id, dia FROM control_dias")
    assert set(control) == set(antes) - set(fuera)
    assert marcados(cargadas, "tienda_01") == [1, 2, 6, 7, 8, 9, 10]
    assert marcados(cargadas, "tienda_02") == list(range(1, 11))
    assert cargadas.sobras() == []


def test_lo_olvidado_queda_en_la_historia_por_tramos(cargadas):
    antes = cargadas.cargado()
    nucleo.olvidar(cargadas, "2025-03-04", "2025-03-04", "tienda_01")
    nucleo.olvidar(cargadas, "2025-03-03", "2025-03-05", "tienda_01")
    historia = cargadas.consultar(
        "SELECT ubicacion_id, desde, hasta, dias, filas, total FROM cargas "
        "WHERE accion = 'olvido' ORDER BY cargado_en, desde"
    )
    esperada = [
        ("tienda_01", dia, dia, 1, *antes["tienda_01", dia])
        for dia in (date(2025, 3, 4), date(2025, 3, 3), date(2025, 3, 5))
    ]
    assert historia == esperada
    assert cargadas.consultar("SELECT count(*) FROM cargas WHERE accion = 'carga'") == [(2,)]


def test_las_filas_que_inserto_otra_mano_tambien_se_olvidan(cargadas):
    cargadas.a_mano(
        "INSERT INTO ventas_raw BY NAME SELECT * REPLACE ('tienda_77' AS ubicacion_id) "
        "FROM ventas_raw WHERE ubicacion_id = 'tienda_01' AND fecha = '2025-03-04'"
    )
    antes = cargadas.cargado()
    ajeno = ("--tiendas", "tienda_77")
    simulado = cargadas.luigi("OlvidarVentas", *MARZO, *ajeno, "--simular")
    assert simulado.codigo == 0, simulado.todo
    assert "tienda_77: además, 1 día(s) con filas que el control no nombra" in simulado.fuera
    nucleo.olvidar(cargadas, "2025-03-01", "2025-03-31", "tienda_77")
    assert cargadas.cargado() == {k: v for k, v in antes.items() if k[0] != "tienda_77"}


def test_rango_ventas_los_vuelve_a_cargar_iguales_al_origen(cargadas):
    nucleo.olvidar(cargadas, "2025-03-01", "2025-03-31", "tienda_01")
    assert dias(cargadas, "tienda_01") == []
    assert cargadas.marcadores() == ["tienda_02/2025-03.json"]
    salida = cargadas.rango("2025-03-01", "2025-03-10")
    assert salida.codigo == 0, salida.todo
    cuenta = cargadas.reporte()["tiendas_mes"]
    assert (cuenta["cargada"], cuenta["al_dia"]) == (1, 1)
    assert cargadas.cargado() == cargadas.en_origen("2025-03-01", "2025-03-10")


def test_una_fecha_mal_escrita_que_cargo_un_mes_de_ceros_se_deshace(proyecto):
    proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-05", 3))
    nucleo.cargar(proyecto, "2015-07-01", "2015-07-31")
    julio = ("2015-07-01", "2015-07-31", "tienda_01")
    assert "31  2015-07-01  2015-07-31      0   0,00" in mostrado(proyecto, *julio)
    nucleo.olvidar(proyecto, *julio)
    assert proyecto.consultar("SELECT count(*) FROM control_dias") == [(0,)]
    assert proyecto.marcadores() == []


def test_simular_muestra_la_tabla_y_no_cambia_nada(cargadas):
    antes = cargadas.foto()
    salida = cargadas.luigi(
        "OlvidarVentas", *DEL_3_AL_5, "--tiendas", "tienda_02,tienda_01", "--simular", "--si"
    )
    assert salida.codigo == 0, salida.todo
    hay = cargadas.cargado()
    total = sum((hay["tienda_01", date(2025, 3, d)][1] for d in (3, 4, 5)), Decimal(0))
    renglon = next(r for r in salida.fuera.splitlines() if r.startswith("tienda_01"))
    con_coma = f"{total:,.2f}".translate(str.maketrans(",.", ".,"))
    assert renglon.split()[2:] == ["3", "2025-03-03", "2025-03-05", "360", con_coma]
    assert cargadas.foto() == antes


def test_sin_terminal_y_sin_si_lo_muestra_y_se_niega(cargadas):
    antes = cargadas.foto()
    salida = cargadas.luigi("OlvidarVentas", *DEL_3_AL_5, *UNA)
    assert salida.codigo == 30
    assert "Por olvidar, de 2025-03-03 a 2025-03-05" in salida.fuera
    assert "no hay una terminal donde preguntar" in salida.error
    assert "--si" in salida.error
    assert "Traceback" not in salida.todo
    assert cargadas.foto() == antes


@pytest.mark.parametrize(("respuesta", "workers"), [("s\n", 3), ("SÍ\n", 1)])
def test_en_una_terminal_pregunta_y_con_s_olvida(cargadas, respuesta, workers):
    pregunta, salida = contestar(
        cargadas, respuesta, "OlvidarVentas", *DEL_3_AL_5, *UNA, workers=workers
    )
    assert "¿Olvidar 3 día(s) de 1 tienda(s)? [s/N] " in pregunta
    assert salida.codigo == 0, salida.todo
    assert dias(cargadas, "tienda_01") == [1, 2, 6, 7, 8, 9, 10]


def test_si_se_contesta_que_no_no_cambia_nada(cargadas):
    antes = cargadas.foto()
    _, salida = contestar(cargadas, "n\n", "OlvidarVentas", *DEL_3_AL_5, *UNA)
    assert salida.codigo == 30
    assert "No se cambió nada: no se confirmó" in salida.error
    assert cargadas.foto() == antes


def test_si_no_hay_nada_que_olvidar_se_dice_y_sale_con_cero(cargadas):
    antes = cargadas.foto()
    rango = ("--desde", "2024-01", "--hasta", "2025-02")
    salida = cargadas.luigi("OlvidarVentas", *rango, "--tiendas", "tienda_02,tienda_01")
    assert salida.codigo == 0, salida.todo
    assert "Nada que olvidar" in salida.fuera
    assert cargadas.foto() == antes


def test_una_tienda_inactiva_y_una_que_salio_del_catalogo_tambien(cargadas):
    cargadas.tiendas["tienda_01"]["activa"] = False
    del cargadas.tiendas["tienda_02"]
    cargadas.escribir()
    nucleo.olvidar(cargadas, "2025-03-01", "2025-03-31", "tienda_01", "tienda_02", "tienda_01")
    assert cargadas.cargado() == {}
    assert cargadas.marcadores() == []


@pytest.mark.parametrize(
    ("opciones", "dice"),
    [
        (MARZO, "Falta la opción --tiendas"),
        (("--desde", "2025-04", "--hasta", "2025-03", *UNA), "va al revés"),
    ],
)
def test_una_orden_mal_escrita_se_explica_y_no_cambia_nada(cargadas, opciones, dice):
    antes = cargadas.foto()
    salida = cargadas.luigi("OlvidarVentas", *opciones, "--si")
    assert salida.codigo == 40
    assert dice in salida.error
    assert "Traceback" not in salida.todo
    assert cargadas.foto() == antes


def test_una_tienda_que_no_esta_en_ninguna_parte_se_dice_con_las_que_hay(cargadas):
    del cargadas.tiendas["tienda_02"]
    cargadas.escribir()
    with pytest.raises(ErrorUso) as e:
        olvido.elegir(cargadas.config, ("tienda_01", "tienda_77"))
    assert "No existe «tienda_77», ni en tiendas.toml ni en la base" in str(e.value)
    assert "Sólo en la base: tienda_02." in str(e.value)


def test_los_dias_fallidos_se_olvidan_sin_contar_como_cargados(cargadas):
    with sqlite3.connect(cargadas.tiendas["tienda_01"]["archivo"]) as pos:
        pos.execute(
            "UPDATE lineas SET total_centimos = 99999999999999999 WHERE fecha = '2025-03-12'"
        )
    fuera = nucleo.cargar(cargadas, "2025-03-11", "2025-03-12", "tienda_01")
    assert fuera == {date(2025, 3, 12)}
    assert len(cargadas.consultar("SELECT * FROM dias_fallidos")) == 1
    del_11_al_12 = ("2025-03-11", "2025-03-12", "tienda_01")
    dicho = mostrado(cargadas, *del_11_al_12)
    assert "1 día(s) anotado(s) como fallidos: 2025-03-12" in dicho
    nucleo.olvidar(cargadas, *del_11_al_12)
    assert cargadas.consultar("SELECT * FROM dias_fallidos") == []
    assert dias(cargadas, "tienda_01") == list(range(1, 11))
    historia = "SELECT hasta, dias FROM cargas WHERE accion = 'olvido'"
    assert cargadas.consultar(historia) == [(date(2025, 3, 11), 1)]


# -- matada, o con otra corrida a la vez


def _olvidar(proyecto: Proyecto) -> None:
    """Lo que hace la orden ya confirmada, en este proceso."""
    config, rango = proyecto.config, Rango(date(2025, 3, 3), date(2025, 3, 5))
    plan = olvido.planear(config, ["tienda_01", "tienda_02"], rango)
    olvido.olvidar(config, plan, rango, "una corrida")


class Muerte(BaseException):
    """Lo que sería un kill -9."""


def test_muerta_tras_confirmar_la_base_los_marcadores_que_quedan_no_valen(cargadas, monkeypatch):
    def morir(*_):
        raise Muerte

    with monkeypatch.context() as m:
        m.setattr(marcadores, "anular", morir)
        with pytest.raises(Muerte):
            _olvidar(cargadas)
    assert dias(cargadas, "tienda_01") == dias(cargadas, "tienda_02") == [1, 2, 6, 7, 8, 9, 10]
    assert marcados(cargadas, "tienda_01") == list(range(1, 11))
    viejos = shutil.copytree(cargadas.carpeta / "markers", cargadas.carpeta / "viejos")
    # Repetida, acaba; y también sin repetirla se cargan otra vez.
    dicho = mostrado(cargadas, "2025-03-01", "2025-03-31", "tienda_01")
    assert "3 día(s) que sólo dicen los marcadores: 2025-03-03 a 2025-03-05" in dicho
    nucleo.olvidar(cargadas, "2025-03-03", "2025-03-05", "tienda_01")
    assert marcados(cargadas, "tienda_01") == [1, 2, 6, 7, 8, 9, 10]
    shutil.copytree(viejos, cargadas.carpeta / "markers", dirs_exist_ok=True)
    nucleo.cargar(cargadas, "2025-03-01", "2025-03-10")
    assert cargadas.cargado() == cargadas.en_origen("2025-03-01", "2025-03-10")


def test_muerta_antes_de_confirmar_no_cambia_nada(cargadas, monkeypatch):
    original, veces = olvido.destino.olvidar, []

    def a_la_segunda(base, tienda, *args):
        original(base, tienda, *args)
        veces.append(tienda)
        if len(veces) == 2:
            raise Muerte

    antes, en_marcadores = cargadas.cargado(), cargadas.foto()
    monkeypatch.setattr(olvido.destino, "olvidar", a_la_segunda)
    with pytest.raises(Muerte):
        _olvidar(cargadas)
    assert cargadas.cargado() == antes
    assert cargadas.consultar("SELECT count(*) FROM cargas WHERE accion = 'olvido'") == [(0,)]
    del en_marcadores["base"]
    assert {p: p.read_bytes() for p in en_marcadores} == en_marcadores


def test_la_que_salio_del_catalogo_y_ya_solo_tiene_marcadores_se_termina_de_olvidar(cargadas):
    viejos = shutil.copytree(cargadas.carpeta / "markers", cargadas.carpeta / "viejos")
    del cargadas.tiendas["tienda_02"]
    cargadas.escribir()
    nucleo.olvidar(cargadas, "2025-03-01", "2025-03-31", "tienda_02")
    shutil.copytree(viejos, cargadas.carpeta / "markers", dirs_exist_ok=True)
    nucleo.olvidar(cargadas, "2025-03-01", "2025-03-31", "tienda_02")
    assert cargadas.marcadores() == ["tienda_01/2025-03.json"]


def test_mientras_otra_corrida_tiene_el_mes_espera_y_luego_lo_dice(cargadas):
    cargadas.ajustes["espera_tienda"] = "0.1"
    cargadas.escribir()
    antes = cargadas.foto()
    with candado_de(cargadas.config, cargadas.tienda("tienda_01"), "2025-03"):
        salida = cargadas.luigi("OlvidarVentas", *DEL_3_AL_5, *UNA, "--si")
    assert salida.codigo == 30
    assert "Otra corrida está usando tienda_01 2025-03" in salida.error
    assert cargadas.foto() == antes


def test_si_otra_corrida_lo_cambio_mientras_se_preguntaba_no_se_olvida(cargadas):
    config, rango = cargadas.config, Rango(date(2025, 3, 9), date(2025, 3, 12))
    plan = olvido.planear(config, ["tienda_01"], rango)
    nucleo.cargar(cargadas, "2025-03-11", "2025-03-11", "tienda_01")
    antes = cargadas.foto()
    with pytest.raises(ErrorOcupado, match="mientras se preguntaba"):
        olvido.olvidar(config, plan, rango, "una corrida")
    assert cargadas.foto() == antes
