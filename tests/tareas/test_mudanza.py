"""Una tienda que cambia de POS en una fecha: cada día sale del suyo, y de ninguno más."""

import json
import os
import re
import shutil
import sqlite3
import tempfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from fluxion_luigi import cobertura
from fluxion_luigi.config.tienda import Tienda
from fluxion_luigi.periodos import Rango
from tests import lagos
from tests.proyecto import RAIZ, Proyecto, cada_dia, hacer_pos, vender
from tests.reloj import correr

# Los dos POS tienen ventas de todos los días: si uno se le pide a otro que el suyo, se nota.
PRIMERO, ULTIMO = "2025-03-10", "2025-04-02"
VIEJO, NUEVO = ("viejo", 12), ("nuevo", 7)


def archivo(proyecto: Proyecto, cual: str) -> Path:
    return proyecto.carpeta / "pos" / f"{cual}.sqlite"


def mudar(proyecto: Proyecto, desde: str, *mas: str) -> None:
    """Escribe en el catálogo que tienda_01 cambió de POS ese día (y otra vez, a `mas`)."""
    pos = [{"archivo": str(archivo(proyecto, "viejo"))}]
    for n, dia in enumerate((desde, *mas)):
        cual = "viejo" if n % 2 else "nuevo"
        pos.append({"desde": date.fromisoformat(dia), "archivo": str(archivo(proyecto, cual))})
    proyecto.tiendas["tienda_01"] = {
        "nombre": "MUDADA", "sistema": "demo", "driver": "SQLite3", "pos": pos,
    }  # fmt: skip
    proyecto.escribir()


def hacer(carpeta: Path, desde: str = "2025-03-15") -> Proyecto:
    proyecto = Proyecto(carpeta)
    for cual, n in (VIEJO, NUEVO):
        hacer_pos(archivo(proyecto, cual), cada_dia(PRIMERO, ULTIMO, n))
    mudar(proyecto, desde)
    return proyecto


def apagar(proyecto: Proyecto, cual: str) -> None:
    archivo(proyecto, cual).rename(archivo(proyecto, cual).with_suffix(".apagado"))


def encender(proyecto: Proyecto, cual: str) -> None:
    archivo(proyecto, cual).with_suffix(".apagado").rename(archivo(proyecto, cual))


def debe(proyecto: Proyecto, desde: str, hasta: str) -> dict[tuple, tuple]:
    """Lo que debe haber: de cada día, lo de su POS según el catálogo."""
    tienda, hay = proyecto.tienda("tienda_01"), {}
    for dia in Rango(date.fromisoformat(desde), date.fromisoformat(hasta)):
        with sqlite3.connect(tienda.en(dia).archivo) as pos:
            [(n, centimos)] = pos.execute(
                "SELECT count(*), sum(total_centimos) FROM lineas WHERE fecha = ?", (str(dia),)
            )
        hay["tienda_01", dia] = (n, Decimal(centimos) / 100)
    return hay


def detalle(proyecto: Proyecto) -> list[tuple]:
    return sorted(
        (m["desde"], m["hasta"], m["estado"], m["filas"]) for m in proyecto.reporte()["detalle"]
    )


@pytest.fixture(scope="module")
def _cargada(tmp_path_factory, request):
    proyecto = hacer(tmp_path_factory.mktemp("mudanza") / "proyecto")
    lagos.poner_si_toca(proyecto, request)
    simulada = proyecto.rango(PRIMERO, "2025-03-31", "--simular").fuera
    assert re.search(r"TOTAL +1 +22 ", simulada), simulada
    salida = proyecto.rango(PRIMERO, "2025-03-31", workers=2)
    assert salida.codigo == 0, salida.todo
    # Una tienda y un mes son una tienda-mes, aunque salga de dos POS.
    assert "2025-03-31: 1 tienda(s)-mes de 1 tienda(s)." in salida.error
    assert set(re.findall(r"✓ (.*) filas", salida.error)) in (
        {"0/1 tienda_01 2025-03 (hasta el 14): 60", "1/1 tienda_01 2025-03 (desde el 15): 119"},
        {"1/1 tienda_01 2025-03 (hasta el 14): 60", "0/1 tienda_01 2025-03 (desde el 15): 119"},
    )
    assert "  1 tienda(s)-mes cargada(s) (179 filas), 0 ya al día, 0 fallida(s)" in salida.fuera
    return proyecto, proyecto.retratar()


@pytest.fixture
def mudada(_cargada) -> Proyecto:
    """La tienda, con marzo cargado de sus dos POS; se mudó el 15."""
    proyecto, reponer = _cargada
    reponer()
    return proyecto


def test_un_mes_con_la_costura_sale_de_los_dos_y_la_base_y_los_informes_lo_dicen(mudada):
    assert mudada.cargado() == debe(mudada, PRIMERO, "2025-03-31")
    assert mudada.cargado()["tienda_01", date(2025, 3, 14)][0] == 12
    assert mudada.cargado()["tienda_01", date(2025, 3, 15)][0] == 7
    assert detalle(mudada) == [
        ("2025-03-10", "2025-03-14", "cargada", 5 * 12),
        ("2025-03-15", "2025-03-31", "cargada", 17 * 7),
    ]
    assert mudada.sobras() == []
    tienda = mudada.tienda("tienda_01")
    assert mudada.consultar(
        "SELECT pos, min(dia)::VARCHAR, max(dia)::VARCHAR, any_value(moneda) "
        "FROM control_dias GROUP BY pos ORDER BY 2"
    ) == [
        (tienda.anteriores[0].pos, "2025-03-10", "2025-03-14", None),
        (tienda.pos, "2025-03-15", "2025-03-31", None),
    ]
    assert mudada.marcadores() == ["tienda_01/2025-03.json"]
    estado = mudada.luigi("EstadoVentas", "--desde", PRIMERO, "--hasta", "2025-03-31")
    assert "Cambiaron de POS:\n  tienda_01 (MUDADA), el 2025-03-15" in estado.fuera
    [suya] = json.loads((mudada.carpeta / "reportes" / "estado.json").read_text())["tiendas"]
    assert suya["estado"] == "completa"
    assert [(p["desde"], p["sistema"], p["lugar"]) for p in suya["pos"]] == [
        (None, "demo", str(archivo(mudada, "viejo"))),
        ("2025-03-15", "demo", str(archivo(mudada, "nuevo"))),
    ]


def test_con_el_servidor_viejo_apagado_lo_demas_sigue_y_lo_suyo_se_dice(mudada):
    apagar(mudada, "viejo")
    hecho = mudada.rango(PRIMERO, "2025-04-01", workers=2)
    assert hecho.codigo == 0, hecho.todo
    assert (date(2025, 4, 1)) in {d for _, d in mudada.cargado()}
    # Si hay que pedirle algo, falla lo suyo y no lo del otro.
    hecho = mudada.rango(PRIMERO, "2025-03-31", "--recargar", workers=2)
    assert hecho.codigo == 30
    assert str(archivo(mudada, "viejo")) in hecho.error
    assert "Traceback" not in hecho.todo
    assert [d[2] for d in detalle(mudada)] == ["no_intentada", "cargada"]
    assert {e: n for e, n in mudada.reporte()["tiendas_mes"].items() if n} == {"no_intentada": 1}
    assert not archivo(mudada, "viejo").exists()
    encender(mudada, "viejo")
    assert mudada.rango(PRIMERO, "2025-04-01", workers=2).codigo == 0
    assert mudada.cargado() == debe(mudada, PRIMERO, "2025-04-01")


def test_mover_la_fecha_vuelve_a_pedir_solo_los_dias_que_cambian_de_pos(mudada):
    antes = dict(mudada.consultar("SELECT dia, extraido_en FROM control_dias"))
    mudar(mudada, "2025-03-12")
    apagar(mudada, "viejo")  # hacia atrás, sólo hace falta el nuevo
    integridad = mudada.luigi("VerificarIntegridad")
    assert integridad.codigo == 30
    assert "2025-03-12" in integridad.fuera
    assert "otro POS" in integridad.fuera
    hecho = mudada.rango(PRIMERO, "2025-03-31", workers=2)
    assert hecho.codigo == 0, hecho.todo
    assert detalle(mudada) == [
        ("2025-03-10", "2025-03-11", "al_dia", None),
        ("2025-03-12", "2025-03-31", "cargada", 3 * 7),
    ]
    encender(mudada, "viejo")
    assert mudada.cargado() == debe(mudada, PRIMERO, "2025-03-31")
    despues = dict(mudada.consultar("SELECT dia, extraido_en FROM control_dias"))
    assert [d.day for d in antes if antes[d] != despues[d]] == [12, 13, 14]
    mudar(mudada, "2025-03-20")  # y hacia delante
    assert mudada.luigi("EstadoVentas", "--exigir", "100").codigo == 30
    hecho = mudada.rango(PRIMERO, "2025-03-31", workers=2)
    assert hecho.codigo == 0, hecho.todo
    assert mudada.cargado() == debe(mudada, PRIMERO, "2025-03-31")
    assert mudada.luigi("VerificarIntegridad", "--contra-origen", "--hasta", "2025-03").codigo == 0
    assert mudada.luigi("VerificarMuestra", "--dias", "40").codigo == 0


def test_cambiar_el_nombre_de_un_sitio_o_quitar_la_mudanza_no_anula_nada(mudada):
    apagar(mudada, "viejo")
    otro = archivo(mudada, "nuevo").with_name("con-otro-nombre.sqlite")
    archivo(mudada, "nuevo").rename(otro)
    mudada.tiendas["tienda_01"]["pos"][1]["archivo"] = str(otro)
    mudada.escribir()
    assert mudada.rango(PRIMERO, "2025-03-31", "--simular").fuera.count("al día") == 1
    del mudada.tiendas["tienda_01"]["pos"]
    mudada.tiendas["tienda_01"]["archivo"] = str(otro)
    mudada.escribir()
    assert mudada.rango(PRIMERO, "2025-03-31").codigo == 0
    assert {d[2] for d in detalle(mudada)} == {"al_dia"}


def test_una_tarea_de_un_mes_no_se_reparte_entre_dos_pos(mudada):
    hecho = mudada.luigi(
        "CargaVentas", "--tienda", "tienda_01", "--desde", PRIMERO, "--hasta", "2025-03-31"
    )
    assert hecho.codigo != 0
    assert "es de un solo POS" in hecho.error


def test_el_incremento_le_pregunta_a_cada_pos_por_sus_dias(tmp_path):
    proyecto = hacer(tmp_path / "proyecto", "2025-03-15")
    hasta_el_15 = ("RangoVentas", "--desde", PRIMERO, "--hasta", "2025-03-15")
    assert correr(proyecto, "2025-03-16 06:00:00", *hasta_el_15).codigo == 0
    vender(archivo(proyecto, "viejo"), {"2025-03-14": 3})  # subió tarde
    vender(archivo(proyecto, "nuevo"), {"2025-03-14": 3, "2025-03-15": 2})
    hecho = correr(proyecto, "2025-03-17 06:00:00", "IncrementoDiario", workers=2)
    assert hecho.codigo == 0, hecho.todo
    assert proyecto.cargado() == debe(proyecto, PRIMERO, "2025-03-16")
    # Lo provisional del viejo ya no se le puede preguntar: se dice, y lo del nuevo sigue.
    apagar(proyecto, "viejo")
    hecho = correr(proyecto, "2025-03-18 06:00:00", "IncrementoDiario", workers=2)
    assert ("tienda_01", date(2025, 3, 17)) in proyecto.cargado()
    assert "Traceback" not in hecho.todo
    # Y cuando lo suyo ya es firme, no hace falta nunca más: ni para la comparación semanal.
    encender(proyecto, "viejo")
    assert correr(proyecto, "2025-03-19 06:00:00", "IncrementoDiario", workers=2).codigo == 0
    apagar(proyecto, "viejo")
    hecho = correr(proyecto, "2025-03-26 06:00:00", "IncrementoDiario", workers=2)
    assert hecho.codigo == 0, hecho.todo


# -- las leyes

dias = st.integers(0, 23).map(lambda n: date.fromisoformat(PRIMERO) + timedelta(days=n))
costuras = st.lists(dias.filter(lambda d: str(d) > PRIMERO), min_size=1, max_size=3, unique=True)
rangos = st.tuples(dias, dias).map(lambda par: (str(min(par)), str(max(par))))


@given(st.lists(st.dates(date(2024, 1, 1), date(2026, 12, 31)), max_size=4, unique=True),
       st.dates(date(2024, 1, 1), date(2026, 12, 31)), st.integers(0, 90))  # fmt: skip
def test_los_tramos_de_una_mudanza_cubren_el_rango_una_vez_y_cada_uno_es_de_un_pos(
    fechas, desde, cuantos
):
    desdes, versiones = [date.min, *sorted(fechas)], []
    for n, (inicio, sigue) in enumerate(zip(desdes, [*desdes[1:], None], strict=True), 1):
        hasta = sigue - timedelta(days=1) if sigue else date.max
        versiones.append(Tienda("t", "T", f"s{n % 2}", "d", numero=n, desde=inicio, hasta=hasta))
    tienda = Tienda("t", "T", "s", "d", numero=len(versiones), versiones=tuple(versiones))
    rango = Rango(desde, desde + timedelta(days=cuantos))
    partes = cobertura.por_pos(tienda, rango)
    assert [d for p in partes for d in p] == list(rango)
    assert all(len({tienda.en(d).numero for d in p}) == 1 for p in partes)
    assert len(partes) == len({tienda.en(d).numero for d in rango})


AL_AZAR = int(os.environ.get("HISTORIAS", "0"))


@settings(
    max_examples=AL_AZAR or 1, deadline=None, suppress_health_check=list(HealthCheck),
    print_blob=True, phases=[Phase.explicit, *([Phase.generate] if AL_AZAR else [])],
)  # fmt: skip
@given(st.lists(st.tuples(costuras, rangos), min_size=2, max_size=4))
@example([(["2025-04-01"], ("2025-03-12", ULTIMO)),
          (["2025-03-13", "2025-03-30"], ("2025-03-14", "2025-03-31"))])  # fmt: skip
def test_se_mude_la_fecha_como_se_mude_ningun_dia_se_pierde_ni_se_cuenta_dos_veces(historia):
    with tempfile.TemporaryDirectory() as carpeta:
        proyecto = hacer(Path(carpeta) / "proyecto")
        for fechas, (desde, hasta) in historia:
            mudar(proyecto, *sorted(map(str, fechas)))
            assert proyecto.rango(desde, hasta, workers=2).codigo == 0
            suyos = {k: v for k, v in proyecto.cargado().items() if desde <= str(k[1]) <= hasta}
            assert suyos == debe(proyecto, desde, hasta)
        assert proyecto.rango(PRIMERO, ULTIMO, workers=2).codigo == 0
        assert proyecto.cargado() == debe(proyecto, PRIMERO, ULTIMO)
        assert proyecto.sobras() == []
        shutil.rmtree(proyecto.carpeta)


# -- una base no es dos tiendas, tampoco si se mudó


def con_identidad(proyecto: Proyecto) -> None:
    """Un sistema como el de la demostración cuyo servidor sabe decir quién es."""
    shutil.copytree(RAIZ / "sql", proyecto.carpeta / "sql")
    (proyecto.carpeta / "sql" / "demo" / "identidad.sql").write_text(
        "SELECT nombre AS identidad FROM quien\n"
    )
    proyecto.ajustes["sql"] = str(proyecto.carpeta / "sql")
    proyecto.escribir()


def llamar(base: Path, nombre: str) -> None:
    with sqlite3.connect(base) as pos:
        pos.execute("DROP TABLE IF EXISTS quien")
        pos.execute("CREATE TABLE quien AS SELECT ? AS nombre", (nombre,))


def test_lo_que_dice_ser_cada_pos_se_guarda_aparte_y_sigue_protegiendo(tmp_path):
    proyecto = hacer(tmp_path / "proyecto")
    con_identidad(proyecto)
    llamar(archivo(proyecto, "viejo"), "SRV-A")
    llamar(archivo(proyecto, "nuevo"), "SRV-B")
    for _ in range(2):
        hecho = proyecto.rango(PRIMERO, "2025-03-31", "--recargar", workers=2)
        assert hecho.codigo == 0, hecho.todo
        assert "antes respondía" not in hecho.todo
        assert proyecto.consultar("SELECT identidad FROM origenes ORDER BY 1") == [
            ("SRV-A",), ("SRV-B",),
        ]  # fmt: skip
    # Otra que llega al servidor viejo, en días que no se pueden comparar.
    proyecto.con_tienda("tienda_02", cada_dia("2025-01-01", "2025-01-03", 30))
    llamar(archivo(proyecto, "tienda_02"), "SRV-A")
    hecho = proyecto.rango("2025-01-01", "2025-01-03", "--tiendas", "tienda_02")
    assert hecho.codigo == 30
    assert "responde con la base de tienda_01: su servidor dice ser el mismo" in hecho.error


def test_mudarse_a_la_base_de_otra_tienda_no_se_carga(tmp_path):
    proyecto = hacer(tmp_path / "proyecto")
    proyecto.con_tienda("tienda_02")
    shutil.copy(archivo(proyecto, "nuevo"), archivo(proyecto, "tienda_02"))
    assert proyecto.rango(PRIMERO, "2025-03-31", "--tiendas", "tienda_02").codigo == 0
    hecho = proyecto.rango(PRIMERO, "2025-03-31", "--tiendas", "tienda_01")
    assert hecho.codigo == 30
    assert f"{archivo(proyecto, 'nuevo')}) responde con la base de tienda_02" in hecho.error
    assert {d for t, d in proyecto.cargado() if t == "tienda_01"} == {
        date(2025, 3, n) for n in range(10, 15)
    }
