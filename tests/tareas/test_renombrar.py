"""RenombrarTienda: la historia pasa al id nuevo sin pedirle nada otra vez a la tienda."""

import re
import shutil
import sqlite3
from datetime import date

import pytest

from fluxion_luigi import marcadores
from fluxion_luigi.archivos import escribir_texto
from fluxion_luigi.errores import ErrorOcupado, ErrorUso
from fluxion_luigi.flujo import renombre
from fluxion_luigi.flujo.candados import candado_de, lugar
from tests import lagos, nucleo
from tests.proyecto import Proyecto, con_dos_tiendas
from tests.terminal import contestar

ORDEN = ("RenombrarTienda", "--de", "tienda_01", "--a", "tienda_99")
FALLIDO = date(2025, 4, 11)
TABLAS = ("ventas_raw", "control_dias", "cargas", "dias_fallidos", "origenes")


@pytest.fixture(scope="module")
def _renombrada(tmp_path_factory, request):
    proyecto = con_dos_tiendas(Proyecto(tmp_path_factory.mktemp("renombrada") / "p"))
    lagos.poner_si_toca(proyecto, request)
    with sqlite3.connect(proyecto.tiendas["tienda_01"]["archivo"]) as pos:
        pos.execute(
            "UPDATE lineas SET total_centimos = 99999999999999999 WHERE fecha = '2025-04-11'"
        )
    assert nucleo.cargar(proyecto, "2025-03-01", "2025-04-11", "tienda_01") == {FALLIDO}
    assert nucleo.cargar(proyecto, "2025-04-01", "2025-04-02", "tienda_02") == set()
    cambiar_nombre(proyecto)
    return proyecto, proyecto.retratar()


@pytest.fixture
def renombrada(_renombrada) -> Proyecto:
    """La tienda_01, con marzo y diez días de abril cargados y uno fallido, ahora es tienda_99."""
    proyecto, reponer = _renombrada
    reponer()
    return proyecto


def cambiar_nombre(proyecto: Proyecto) -> Proyecto:
    proyecto.tiendas["tienda_99"] = proyecto.tiendas.pop("tienda_01")
    proyecto.escribir()
    return proyecto


def cuentas(proyecto: Proyecto, tienda: str) -> list[int]:
    """Cuántos renglones tiene una tienda en cada tabla."""
    return [
        proyecto.consultar(f"SELECT count(*) FROM {t} WHERE ubicacion_id = ?", tienda)[0][0]
        for t in TABLAS
    ]


def sin_tienda(proyecto: Proyecto, tabla: str, tienda: str) -> list[tuple]:
    return proyecto.consultar(
        f"SELECT * EXCLUDE (ubicacion_id) FROM {tabla} WHERE ubicacion_id = ? ORDER BY ALL", tienda
    )


def exigir_que_no_pregunte(proyecto: Proyecto) -> None:
    """Lo movido cuenta como cargado: si se le preguntara a la tienda, fallaría."""
    shutil.move(proyecto.carpeta / "pos", proyecto.carpeta / "lejos")
    salida = proyecto.rango("2025-03-01", "2025-04-10", "--tiendas", "tienda_99")
    assert salida.codigo == 0, salida.todo
    shutil.move(proyecto.carpeta / "lejos", proyecto.carpeta / "pos")


def mover(proyecto: Proyecto) -> None:
    """Lo que hace la orden ya confirmada, en este proceso."""
    config = proyecto.config
    renombre.mover(config, renombre.planear(config, "tienda_01", "tienda_99"), "c")


def test_en_una_terminal_pregunta_y_con_s_mueve_todo_y_a_la_tienda_no_se_le_pide_nada(renombrada):
    escribir_texto(renombrada.carpeta / "staging" / "tienda_01" / "2025-04" / "sobra.parquet", "x")
    antes = cuentas(renombrada, "tienda_01")
    assert all(antes)
    contenido = {t: sin_tienda(renombrada, t, "tienda_01") for t in TABLAS}
    otra = cuentas(renombrada, "tienda_02")
    pesa = renombrada.consultar(
        "SELECT count(*), sum(total) FROM ventas_raw WHERE ubicacion_id = 'tienda_01'"
    )
    pregunta, salida = contestar(renombrada, "s\n", *ORDEN, workers=3)
    assert "¿Mover 42 día(s) de tienda_01 a tienda_99? [s/N] " in pregunta
    assert salida.codigo == 0, salida.todo
    assert "La historia de tienda_01 ya es de tienda_99" in salida.error
    assert cuentas(renombrada, "tienda_01") == [0] * 5
    assert cuentas(renombrada, "tienda_99") == [n + (t == "cargas") for n, t in
                                                zip(antes, TABLAS, strict=True)]  # fmt: skip
    for tabla in set(TABLAS) - {"cargas"}:
        assert sin_tienda(renombrada, tabla, "tienda_99") == contenido[tabla]
    assert cuentas(renombrada, "tienda_02") == otra
    assert renombrada.marcadores() == [
        "tienda_02/2025-04.json", "tienda_99/2025-03.json", "tienda_99/2025-04.json",
    ]  # fmt: skip
    assert not (renombrada.carpeta / "markers" / "tienda_01").exists()
    assert renombrada.sobras() == []
    # Y queda en la historia con lo que se movió.
    assert renombrada.consultar(
        "SELECT ubicacion_id, desde, hasta, dias, filas, total FROM cargas "
        "WHERE accion = 'cambio de nombre'"
    ) == [("tienda_99", date(2025, 3, 1), date(2025, 4, 10), 41, *pesa[0])]
    exigir_que_no_pregunte(renombrada)


def test_en_una_terminal_con_n_no_cambia_nada(renombrada):
    antes = renombrada.foto()
    _, salida = contestar(renombrada, "n\n", *ORDEN)
    assert salida.codigo == 30, salida.todo
    assert "No se cambió nada: no se confirmó" in salida.error
    assert renombrada.foto() == antes


@pytest.mark.postgresql
def test_la_orden_que_propone_la_carga_rechazada_lo_arregla(en_postgresql):
    nucleo.cargar(en_postgresql, "2025-03-01", "2025-03-05")
    cambiar_nombre(en_postgresql)
    antes = sin_tienda(en_postgresql, "ventas_raw", "tienda_01")
    rechazada = en_postgresql.rango("2025-03-01", "2025-03-07")
    assert rechazada.codigo == 30
    assert "tienda_01 ya no está en el catálogo" in rechazada.error
    assert {t for t, _ in en_postgresql.cargado()} == {"tienda_01"}
    propuesta = re.search(r"«luigi --module fluxion_luigi (Renombrar[^»]*)»", rechazada.error)
    assert en_postgresql.luigi(*propuesta[1].split(), "--si").codigo == 0
    assert sin_tienda(en_postgresql, "ventas_raw", "tienda_99") == antes
    salida = en_postgresql.rango("2025-03-01", "2025-03-07")
    assert salida.codigo == 0, salida.todo
    assert en_postgresql.reporte()["detalle"][0]["dias"] == 2
    assert {t for t, _ in en_postgresql.cargado()} == {"tienda_99"}


def test_simular_muestra_la_tabla_y_no_cambia_nada(renombrada):
    antes = renombrada.foto()
    salida = renombrada.luigi(*ORDEN, "--simular", "--si")
    assert salida.codigo == 0, salida.todo
    renglon = next(r for r in salida.fuera.splitlines() if r.startswith("tienda_01"))
    assert renglon.split()[2:6] == ["41", "2025-03-01", "2025-04-10", "4.920"]
    assert "1 día(s) anotado(s) como fallidos: 2025-04-11" in salida.fuera
    assert renombrada.foto() == antes


@pytest.mark.parametrize(
    ("hacer", "de", "a", "dice"),
    [
        (renombre.exigir_renombrada, "tienda_01", "tienda_98", "No existe «tienda_98»"),
        (renombre.planear, "tienda_77", "tienda_99", "tienda_77 no tiene nada en la base"),
        (renombre.planear, "../markers/tienda_01", "tienda_99", r"del catálogo: tienda_01\."),
    ],
)
def test_lo_que_no_puede_ser_se_explica(renombrada, hacer, de, a, dice):
    with pytest.raises(ErrorUso, match=dice):
        hacer(renombrada.config, de, a)


def test_una_orden_que_no_puede_ser_se_explica_y_no_cambia_nada(renombrada):
    antes = renombrada.foto()
    salida = renombrada.luigi("RenombrarTienda", "--de", "tienda_02", "--a", "tienda_99", "--si")
    assert salida.codigo == 40
    assert "tienda_02 sigue en tiendas.toml" in salida.error
    assert "Traceback" not in salida.todo
    assert renombrada.foto() == antes


def test_si_la_nueva_ya_tiene_de_esos_dias_se_niega_y_dice_como_seguir(renombrada):
    with sqlite3.connect(renombrada.tiendas["tienda_99"]["archivo"]) as pos:
        pos.execute("UPDATE lineas SET total_centimos = total_centimos + 7")
    assert nucleo.cargar(renombrada, "2025-04-09", "2025-04-12", "tienda_99") == {FALLIDO}
    with pytest.raises(ErrorUso, match="las dos cargado 2025-04-09 a 2025-04-10") as e:
        mover(renombrada)
    olvido = re.search(r"«luigi --module fluxion_luigi (Olvidar[^»]*)»", str(e.value))
    assert renombrada.luigi(*olvido[1].split(), "--si").codigo == 0
    salida = renombrada.luigi(*ORDEN, "--si")
    assert salida.codigo == 0, salida.todo
    # Quedan los dos: los de antes y el que la nueva ya tenía; lo fallido, una sola vez.
    dias = sorted(d for t, d in renombrada.cargado() if t == "tienda_99")
    assert dias[-2:] == [date(2025, 4, 10), date(2025, 4, 12)]
    assert len(dias) == 42
    assert cuentas(renombrada, "tienda_99")[3:] == [1, 1]
    marcados = {d for m in marcadores.todos(renombrada.carpeta / "markers", "tienda_99")
                for d in m.dias}  # fmt: skip
    assert sorted(marcados) == dias


# -- matada, o con otra corrida a la vez


class Muerte(BaseException):
    """Lo que sería un kill -9."""


def matar_en_el_marcador(proyecto: Proyecto, monkeypatch, cual: int) -> None:
    """La orden ya confirmada, en este proceso, hasta antes de mover ese marcador."""
    original, movidos = marcadores.mover, []

    def o_muere(*args):
        if len(movidos) == cual:
            raise Muerte
        movidos.append(original(*args))

    with monkeypatch.context() as m:
        m.setattr(marcadores, "mover", o_muere)
        with pytest.raises(Muerte):
            mover(proyecto)


@pytest.mark.parametrize("cual", [0, 1])
def test_muerta_antes_de_un_marcador_repetida_acaba(renombrada, monkeypatch, cual):
    matar_en_el_marcador(renombrada, monkeypatch, cual)
    assert cuentas(renombrada, "tienda_01") == [0] * 5
    pregunta, salida = contestar(renombrada, "s\n", *ORDEN)
    assert "¿Mover los marcadores de tienda_01 a tienda_99?" in pregunta
    assert salida.codigo == 0, salida.todo
    assert "tienda_01/2025-04.json" not in renombrada.marcadores()
    assert len(renombrada.consultar("SELECT * FROM cargas WHERE accion LIKE 'cambio%'")) == 1
    assert nucleo.pendientes(renombrada, "tienda_99", "2025-03-01", "2025-04-10") == []


def test_muerta_y_sin_repetir_esos_dias_se_piden_otra_vez_y_nada_queda_mal(renombrada, monkeypatch):
    matar_en_el_marcador(renombrada, monkeypatch, 0)
    nueva = ("2025-03-01", "2025-04-10", "tienda_99")
    # La verdad de un lago es su control, que ya dice que son suyos.
    pendientes = nucleo.pendientes(renombrada, nueva[2], *nueva[:2])
    assert len(pendientes) == (0 if renombrada.en_lago else 41)
    if pendientes:
        assert nucleo.cargar(renombrada, *nueva) == set()
    hay = {k: v for k, v in renombrada.cargado().items() if k[0] == "tienda_99"}
    en_origen = renombrada.en_origen("2025-03-01", "2025-04-10")
    assert hay == {k: v for k, v in en_origen.items() if k[0] == "tienda_99"}
    # Los marcadores viejos ya no dicen lo que hay: repetida, los quita sin tocar los nuevos.
    nuevos = {p: p.read_bytes() for p in (renombrada.carpeta / "markers/tienda_99").glob("*")}
    mover(renombrada)
    assert {p: p.read_bytes() for p in nuevos} == nuevos
    assert not (renombrada.carpeta / "markers" / "tienda_01").exists()


def test_muerta_entre_el_marcador_nuevo_y_quitar_el_viejo_repetida_lo_quita(renombrada):
    viejos = shutil.copytree(renombrada.carpeta / "markers", renombrada.carpeta / "viejos")
    mover(renombrada)
    despues = renombrada.foto()
    shutil.copytree(viejos / "tienda_01", renombrada.carpeta / "markers" / "tienda_01")
    salida = renombrada.luigi(*ORDEN, "--si")
    assert salida.codigo == 0, salida.todo
    assert "quedan sus marcadores de 2025-03, 2025-04" in salida.fuera
    assert renombrada.foto() == despues
    with pytest.raises(ErrorUso, match="no tiene nada"):
        mover(renombrada)


def test_muerta_antes_de_confirmar_no_cambia_nada(renombrada, monkeypatch):
    antes = {t: cuentas(renombrada, t) for t in ("tienda_01", "tienda_99")}
    en_marcadores = renombrada.marcadores()
    original = renombre.destino.renombrar

    def y_muere(*args):
        original(*args)
        raise Muerte

    monkeypatch.setattr(renombre.destino, "renombrar", y_muere)
    with pytest.raises(Muerte):
        mover(renombrada)
    assert {t: cuentas(renombrada, t) for t in ("tienda_01", "tienda_99")} == antes
    assert renombrada.marcadores() == en_marcadores


@pytest.mark.parametrize("tienda", ["tienda_01", "tienda_99"])
def test_espera_a_quien_tenga_un_mes_de_la_vieja_o_de_la_nueva(renombrada, tienda):
    renombrada.solo_en_archivo("quien lo tiene es este proceso, y los turnos son de un proceso")
    renombrada.ajustes["espera_tienda"] = "0.1"
    renombrada.escribir()
    antes = renombrada.foto()
    with (
        candado_de(renombrada.config, lugar(renombrada.config, tienda), "2025-04"),
        pytest.raises(ErrorOcupado, match=f"Otra corrida está usando {tienda} 2025-04"),
    ):
        mover(renombrada)
    assert renombrada.foto() == antes


def test_si_otra_corrida_lo_cambio_mientras_se_preguntaba_no_se_mueve(renombrada):
    config = renombrada.config
    plan = renombre.planear(config, "tienda_01", "tienda_99")
    nucleo.olvidar(renombrada, "2025-03-07", "2025-03-07", "tienda_01")
    antes = renombrada.foto()
    with pytest.raises(ErrorOcupado, match="mientras se preguntaba"):
        renombre.mover(config, plan, "c")
    assert renombrada.foto() == antes
