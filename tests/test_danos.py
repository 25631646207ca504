"""Cientos de archivos estropeados: todo lo que no es un defecto del programa se dice en una frase.

Cada clase de archivo dice cuál es, cómo se estropea y qué se hace con él como lo haría una corrida.
"""

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from unittest.mock import patch

import pytest

from fluxion_luigi import cobertura, config, marcadores
from fluxion_luigi.alertas import mensaje, ronda
from fluxion_luigi.archivos import escribir_json
from fluxion_luigi.errores import ErrorFluxion
from fluxion_luigi.flujo import carga, extraccion, olvido
from fluxion_luigi.flujo.plan import planear
from fluxion_luigi.informes.estado import alertas
from fluxion_luigi.informes.pagina.html import pagina
from fluxion_luigi.origen import fuentes
from fluxion_luigi.origen.resultado import Estado
from fluxion_luigi.periodos import Rango
from fluxion_luigi.tareas.puerta import ConectividadTienda
from tests.danos import Estropeador, en_bytes, en_claves, en_json, en_sql
from tests.informes.estado import ejemplo
from tests.proyecto import RAIZ, Proyecto, cada_dia

DIAS = Rango(date(2025, 3, 1), date(2025, 3, 8))
# Una frase no lleva el nombre de una clase de Python ni el repr de una excepción.
DE_PYTHON = re.compile(r"Traceback|[a-z]Error\(")
PUNTO_ENV = """# credenciales
export VENTAS_USUARIO=lector
VENTAS_CLAVE="una # clave"
FLUXION_INTENTOS=2
FLUXION_BASE='datos/ventas.duckdb'
"""

EN = "2025-03-09T06:00:00-04:00"
ALERTA = {
    "clave": "huecos:tienda_01", "severidad": "error", "titulo": "falta", "detalle": "el 2",
    "que_hacer": "luigi …", "tienda": "tienda_01", "desde": EN, "partes": ["2025-03-02"],
    "inmediata": True, "sin_fin": False, "fuente": "huecos", "vistas": 1, "ausencias": 0,
    "confirmada": True, "dicha": {"correo": {"en": EN, "severidad": "error", "partes": []}},
    "acabo": None, "avisada_en": EN,
}  # fmt: skip
ALERTAS = {
    "version": 1, "en": EN, "vivas": [ALERTA], "acabadas": [{**ALERTA, "clave": "x", "acabo": EN}],
    "canales": [{"canal": "correo", "estado": "falla", "en": EN, "error": "no", "fallas": 3,
                 "desde": EN}],
    "tiendas": {"tienda_01": ""},
}  # fmt: skip


def planear_todo(carpeta: Path) -> None:
    """Lo que hace una orden antes de contactar a ninguna tienda."""
    leida = config.leer(carpeta / "luigi.cfg")
    for tienda, _ in planear(leida, (), DIAS).tramos:
        fuentes.de(tienda).pedido(leida, tienda)


def preguntar_que_falta(carpeta: Path) -> None:
    """Lo que se hace con un marcador: creerle o no, quitarle días, agregarle."""
    leida = config.leer(carpeta / "luigi.cfg")
    tienda = leida.tienda("tienda_01")
    assert set(cobertura.pendientes(leida, tienda, DIAS)) <= set(DIAS)
    olvido.planear(leida, [tienda.id], DIAS)
    raiz, base = leida.ajustes.marcadores, leida.ajustes.base
    marcadores.base_de_alguno(raiz)
    if uno := marcadores.leer(raiz, tienda.id, DIAS.mes):
        marcadores.agregar(raiz, uno, base)
    marcadores.anular(raiz, tienda.id, DIAS.mes, list(DIAS)[:3], base)


def cargar_lo_leido(carpeta: Path) -> None:
    """Lo que se hace con el staging: ver si sirve, darlo por completo, cargarlo."""
    leida = config.leer(carpeta / "luigi.cfg")
    tienda = leida.tienda("tienda_02")
    for ventana in extraccion.carpeta(leida, tienda, DIAS.mes).leidas():
        extraccion.sirve(leida, tienda, ventana)
    if extraccion.completa(leida, tienda, DIAS):
        cargar(leida, "tienda_02")


def preguntar_si_respondia(carpeta: Path) -> None:
    """Lo que se hace con la última prueba de conectividad de una tienda."""
    leida = config.leer(carpeta / "luigi.cfg")
    with patch.object(config, "actual", lambda: leida):
        assert ConectividadTienda(tienda="tienda_01").complete() in (True, False)


def rondar(carpeta: Path) -> None:
    """Lo que se hace con el estado de las alertas: una ronda, un mensaje y el informe."""
    leida = config.leer(carpeta / "luigi.cfg")
    guardadas = alertas.guardadas(leida)
    assert all(map(str, alertas.lineas(guardadas)))
    hecha = ronda.hacer(leida)
    mensaje.texto(ronda.sin_canal(hecha.memoria))
    pagina(ejemplo.informe(alertas=guardadas))


def cargar(leida: config.Configuracion, tienda: str) -> None:
    carga.cargar(leida, leida.tienda(tienda), DIAS, "c", aceptar_vacios=False, avanzo=nada)


def nada(*_) -> None:
    """Nadie mira el avance."""


@dataclass(frozen=True)
class Clase:
    """Una clase de archivo: cuáles son, cómo se estropean, qué se hace con ellos, cuántas veces.

    Más veces, con HISTORIAS=10: diez por cada una.
    """

    archivos: str
    estropear: Estropeador
    usar: Callable[[Path], None]
    veces: int


CLASES = {
    "luigi.cfg": Clase("luigi.cfg", en_claves, planear_todo, 100),
    "punto_env": Clase(".env", en_claves, planear_todo, 100),
    "catalogo": Clase("tiendas.toml", en_claves, planear_todo, 100),
    "sistema": Clase("sql/demo/sistema.toml", en_claves, planear_todo, 60),
    "consultas": Clase("sql/demo/*.sql", en_sql, planear_todo, 40),
    "marcadores": Clase("markers/tienda_01/*.json", en_json, preguntar_que_falta, 30),
    "staging": Clase("staging/tienda_02/2025-03/*.json", en_json, cargar_lo_leido, 30),
    "parquet": Clase("staging/tienda_02/2025-03/*.parquet", en_bytes, cargar_lo_leido, 10),
    "conectividad": Clase(
        "reportes/conectividad/*.json", en_json, preguntar_si_respondia, 40
    ),
    "alertas": Clase("reportes/alertas.json", en_json, rondar, 20),
}  # fmt: skip


@pytest.fixture(scope="module")
def molde(tmp_path_factory) -> Proyecto:
    """Un proyecto con una tienda cargada y otra leída y sin cargar."""
    proyecto = Proyecto(tmp_path_factory.mktemp("danos") / "p")
    shutil.copytree(RAIZ / "sql", proyecto.carpeta / "sql")
    (proyecto.carpeta / ".env").write_text(PUNTO_ENV)
    proyecto.ajustes = {"sql": "sql", "ventana_dias": "3", "zona_horaria": "America/Caracas"}
    for id_ in ("tienda_01", "tienda_02"):
        proyecto.con_tienda(
            id_, cada_dia(str(DIAS.desde), str(DIAS.hasta), 3), activa=True, tipo="tienda",
            apertura=date(2024, 5, 1), usuario_env="VENTAS_USUARIO", clave_env="VENTAS_CLAVE",
            opciones={"Timeout": "1"}, bases={"maestros": "VAD10"},
        )  # fmt: skip
        extraccion.extraer(proyecto.config, proyecto.tienda(id_), DIAS, nada)
    cargar(proyecto.config, "tienda_01")
    tienda = proyecto.tienda("tienda_01")
    escribir_json(proyecto.carpeta / "reportes" / "conectividad" / "tienda_01.json", {
        "tienda": tienda.id, "lugar": tienda.lugar, "estado": Estado.CONECTADA.value,
        "causa": None, "en": datetime.now(UTC).isoformat(), "corrida": "c",
    })  # fmt: skip
    (proyecto.carpeta / "reportes" / "alertas.json").write_text(json.dumps(ALERTAS))
    return proyecto


@pytest.fixture
def copia(molde, tmp_path, monkeypatch) -> Path:
    """Una copia del molde para estropear."""
    for variable in [v for v in os.environ if v.startswith(("FLUXION_", "VENTAS_"))]:
        monkeypatch.delenv(variable)
    return Path(shutil.copytree(molde.carpeta, tmp_path / "copia"))


def reponer(molde: Proyecto, copia: Path) -> None:
    """Deja como en el molde lo que una carga cambia."""
    for cual in ("datos", "markers", "staging"):
        shutil.rmtree(copia / cual, ignore_errors=True)
        shutil.copytree(molde.carpeta / cual, copia / cual)


@pytest.mark.parametrize("clase", CLASES)
def test_lo_estropeado_se_dice_en_una_frase_o_vale_como_si_faltara(molde, copia, clase):
    c = CLASES[clase]
    archivos = sorted(copia.glob(c.archivos))
    c.usar(copia)  # sano, sirve
    for vez in range(c.veces * max(1, int(os.environ.get("HISTORIAS", "1")))):
        if c.usar is not planear_todo:
            reponer(molde, copia)
        azar = Random(f"{clase} {vez}")
        archivo = azar.choice(archivos)
        sano = archivo.read_bytes()
        archivo.write_bytes(c.estropear(sano, azar))
        try:
            frase = lo_que_dice(c, copia)
        except Exception as e:
            e.add_note(f"{clase} {vez}, {archivo}:\n{archivo.read_bytes()[:3000]!r}")
            raise
        finally:
            archivo.parent.mkdir(parents=True, exist_ok=True)
            archivo.write_bytes(sano)
        assert frase is None or frase.strip(), (clase, vez)
        assert not DE_PYTHON.search(frase or ""), (clase, vez, frase)


def lo_que_dice(c: Clase, copia: Path) -> str | None:
    """La frase con que se rechaza, en UTF-8; None si vale o se pasa por alto."""
    try:
        return c.usar(copia)
    except ErrorFluxion as e:
        return str(e).encode().decode()


# Lo que se lee antes de empezar detiene la orden; lo de cada tienda-mes cabe en una sola.
@pytest.mark.parametrize("clases", [["catalogo"], ["sistema"], ["marcadores", "staging"]], ids=str)
def test_por_la_linea_de_ordenes_tampoco_hay_una_traza(molde, copia, clases):
    for clase in clases:
        azar = Random(clase)
        archivo = azar.choice(sorted(copia.glob(CLASES[clase].archivos)))
        archivo.write_bytes(CLASES[clase].estropear(archivo.read_bytes(), azar))
    proyecto = Proyecto.__new__(Proyecto)
    proyecto.__dict__.update(molde.__dict__, carpeta=copia)
    salida = proyecto.rango(str(DIAS.desde), str(DIAS.hasta))
    logs = "".join(log.read_text() for log in copia.glob("logs/*"))
    assert salida.codigo in (0, 30, 35, 40), salida.todo
    assert "Traceback" not in salida.todo + logs
    assert "Defecto" not in salida.todo
