"""Las tablas caben en la terminal, de cualquier ancho, y no pierden una palabra."""

import re
import subprocess
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from wcwidth import wcswidth

from fluxion_luigi.conciliacion import Conteo
from fluxion_luigi.config import Tienda
from fluxion_luigi.esquema import NOMBRES, Hallazgo
from fluxion_luigi.flujo.muestra import Comparacion
from fluxion_luigi.flujo.olvido import PorOlvidar
from fluxion_luigi.flujo.plan import Pedido, Plan
from fluxion_luigi.flujo.sistema import Examen
from fluxion_luigi.informes import (
    cambios,
    conectividad,
    muestra,
    resumen,
    simulacion,
    sistema,
    tablas,
)
from fluxion_luigi.informes.estado import terminal
from fluxion_luigi.origen.resultado import Estado, Resultado
from fluxion_luigi.periodos import Rango
from tests.informes.estado.ejemplo import informe, tienda
from tests.proyecto import cada_dia
from tests.terminal import mostrado

NOMBRE = "MAYORISTA AV. BOLÍVAR"
TIENDAS = [
    Tienda(f"tienda_{n:02}", NOMBRE if n % 2 else "SUR", "stellar", "FreeTDS", puerto=14330,
           host=f"pos-{n}.sucursal-valencia-centro.invalid", base_datos="VAD20")
    for n in range(1, 5)
]  # fmt: skip
ANIO = Rango(date(2024, 9, 1), date(2025, 9, 30))
ALTERNOS = [date(2025, 3, 1) + timedelta(days=2 * i) for i in range(9)]
CAUSA = "PING OK: el puerto 14330 rechaza la conexión. Revise que el servicio esté corriendo."


def de_estado() -> str:
    letras = "f" * (len(ANIO) - 1) + "x"
    return terminal.texto(informe(
        *(tienda(t.id, letras, "2024-09-01", nombre=t.nombre, registros=6_300_000)
          for t in TIENDAS)
    ))  # fmt: skip


def de_resumen() -> str:
    mes = {"estado": "fallida", "dias": None, "dias_fuera": {}, "error": CAUSA}
    cuenta = {"cargada": 0, "al_dia": 0, "fallida": 8, "no_intentada": 0}
    detalle = [{**mes, "tienda": t.id, "nombre": t.nombre, "mes": m} for t in TIENDAS
               for m in ("2025-03", "2025-04")]  # fmt: skip
    datos = {"corrida": "x", "desde": "a", "hasta": "b", "segundos": 1, "tiendas_mes": cuenta,
             "filas": 0, "excluidos": [], "sin_fecha": {}, "detalle": detalle,
             "huecos": {"tiendas": {}, "orden": None}, "reintentar": "luigi", "publicacion": None,
             "interrumpida_por": None}  # fmt: skip
    return resumen.texto(datos, Path("r.json"), None)


def de_simulacion() -> str:
    plan = Plan(ANIO, TIENDAS, [], [], [])
    return simulacion.texto(plan, [Pedido(t, 13, ALTERNOS, 57) for t in TIENDAS])


def de_muestra() -> str:
    cambio = dict.fromkeys(NOMBRES[13:20], 117)
    return muestra.texto(
        [Comparacion(t.id, ALTERNOS[0], 25_000, 30, 3, [], cambio) for t in TIENDAS]
    )


def de_olvido() -> str:
    cargados = dict.fromkeys(ALTERNOS, Conteo(25_000, Decimal("1234567.89")))
    plan = [PorOlvidar(t, cargados, [], [], {}, []) for t in TIENDAS]
    return cambios.olvido(plan, ANIO)


def de_conectividad() -> str:
    return conectividad.texto(
        [Resultado(t, e, CAUSA, "Revise.", tiempos={"puerto": 12_345})
         for t, e in zip(TIENDAS, Estado, strict=False)], None,
    )  # fmt: skip


def de_sistema() -> str:
    hallazgos = [Hallazgo("ventas.sql", f"No da, y quedarán vacías: {', '.join(NOMBRES)}.", False)]
    archivos = {"ventas.sql": True, "productos.sql": False}
    return sistema.texto(Examen(TIENDAS[0], Path("/sql/stellar"), archivos, hallazgos, True))


INFORMES = (de_estado, de_resumen, de_simulacion, de_muestra, de_olvido, de_conectividad,
            de_sistema)  # fmt: skip


def en_tablas(texto: str) -> list[str]:
    """Los renglones de las tablas (o de las fichas) de un informe."""
    es_tabla = re.compile(r"^-+( +-+)+$|^tienda {2}", re.M)
    return [r for b in texto.split("\n\n") if es_tabla.search(b) for r in b.splitlines()]


@pytest.mark.parametrize("columnas", [40, 60, 80, 100, 160])
@pytest.mark.parametrize("informe", INFORMES, ids=lambda f: f.__name__)
def test_toda_tabla_cabe_y_dice_lo_mismo_que_con_sitio_de_sobra(informe, columnas, monkeypatch):
    monkeypatch.setenv("COLUMNS", "500")
    completa = "\n".join(en_tablas(informe()))
    monkeypatch.setenv("COLUMNS", str(columnas))
    renglones = en_tablas(informe())
    assert renglones
    assert max(map(wcswidth, renglones)) <= columnas, "\n".join(renglones)
    # Letra por letra: una palabra larga (un host) se puede partir, pero no perder.
    falta = set(re.findall(r"[^\W\d_]", completa)) - set("".join(renglones))
    assert falta == set()
    for palabra in ("AV.", "BOLÍVAR") if NOMBRE in completa else ():
        assert palabra in " ".join(renglones)


def test_sin_terminal_son_cien_columnas(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr("sys.__stdout__", None)
    assert tablas.ancho() == 100


@pytest.mark.parametrize("columnas", [40, 60, 80, 200])
def test_una_orden_doblada_se_copia_y_se_pega(columnas, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columnas))
    ids = ",".join(t.id for t in TIENDAS * 5)
    orden = f"echo --desde 2025-06-01 --hasta 2025-06-30 --tiendas {ids} --local-scheduler"
    doblada = tablas.orden_doblada(orden, "    ")
    assert max(map(len, doblada.splitlines())) <= columnas or columnas == 200
    dicho = subprocess.run(["sh", "-c", doblada], capture_output=True, text=True).stdout
    assert f"echo {dicho.strip()}" == orden


def test_una_tabla_sin_renglones_son_sus_encabezados(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert tablas.tabla([], ["a", "b"], a_la_derecha=["b"]).splitlines()[0].split() == ["a", "b"]


def test_en_una_terminal_de_verdad_caben_en_su_ancho(proyecto):
    proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-03", 3), nombre=NOMBRE)
    rango = ("--desde", "2024-09", "--hasta", "2025-09")
    for columnas in (60, 80):
        for orden in (("EstadoVentas", *rango), ("RangoVentas", *rango, "--simular")):
            dicho = mostrado(proyecto, columnas, *orden)
            renglones = en_tablas(dicho)
            assert renglones, dicho
            assert columnas - 25 < max(map(wcswidth, renglones)) <= columnas, dicho
