"""Lo que se recuerda de una ronda a otra, en `reportes/alertas.json`.

Lo escribe sólo quien tiene su candado, entero o nada. Uno que no se entiende vale como ninguno: lo
vigente se dice otra vez.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from fluxion_luigi.alertas.modelo import RANGO, Alerta, Dicha, Registro
from fluxion_luigi.archivos import candado, escribir_json, leer_json
from fluxion_luigi.config import Configuracion
from fluxion_luigi.errores import ErrorDisco
from fluxion_luigi.periodos import leer_instante

ARCHIVO = "alertas.json"
VERSION = 1


@dataclass
class Memoria:
    """Las alertas que hay y las que acabaron sin que todos lo sepan, los canales y las tiendas.

    `tiendas` es el instante en que se vio por primera vez cada tienda con datos; vacío, las que ya
    estaban en la primera ronda. `canales`, cómo le fue a cada uno la última vez que se le mandó.
    """

    en: str | None = None
    registros: dict[str, Registro] = field(default_factory=dict)
    acabadas: dict[str, Registro] = field(default_factory=dict)
    tiendas: dict[str, str] = field(default_factory=dict)
    canales: dict[str, dict[str, Any]] = field(default_factory=dict)


@contextmanager
def tomada(config: Configuracion, espera: float) -> Iterator[None]:
    """Una ronda a la vez. Si el disco no deja ni tomar el candado, se sigue: mejor dos que ninguna.

    Raises:
        ErrorOcupado: si otra ronda no acabó en `espera` segundos.
    """
    ruta = config.ajustes.reportes / f".{ARCHIVO}.candado"
    suyo = candado(ruta, espera, "el estado de las alertas")
    try:
        suyo.__enter__()
    except ErrorDisco:
        yield
        return
    try:
        yield
    finally:
        suyo.__exit__(None, None, None)


def leer(config: Configuracion) -> Memoria:
    """Lo que se recuerda; nada si falta o no se entiende."""
    datos = leer_json(_ruta(config))
    try:
        if datos["version"] != VERSION:
            return Memoria()
        leer_instante(datos["en"])
        canales = {c["canal"]: _canal(c) for c in datos["canales"]}
        return Memoria(
            datos["en"], _registros(datos["vivas"]), _registros(datos["acabadas"], acabadas=True),
            {str(t): str(en) for t, en in datos["tiendas"].items()}, canales,
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return Memoria()


def escribir(config: Configuracion, memoria: Memoria) -> None:
    """La deja para la próxima ronda. `ErrorDisco` si no se puede."""
    datos = {
        "version": VERSION,
        "en": memoria.en,
        "vivas": [_a_json(r) for r in memoria.registros.values()],
        "acabadas": [_a_json(r) for r in memoria.acabadas.values()],
        "canales": list(memoria.canales.values()),
        "tiendas": memoria.tiendas,
    }
    escribir_json(_ruta(config), datos)


def _ruta(config: Configuracion) -> Path:
    return config.ajustes.reportes / ARCHIVO


def _a_json(r: Registro) -> dict[str, Any]:
    primera = min((d.en for d in r.dicha.values()), default=None)
    propio = {k: v for k, v in asdict(r).items() if k != "alerta"}
    return {**asdict(r.alerta), **propio, "avisada_en": primera}


def _canal(crudo: dict[str, Any]) -> dict[str, Any]:
    leer_instante(crudo["en"])
    if not isinstance(crudo["error"], str | None) or crudo["estado"] not in ("bien", "falla"):
        raise ValueError(crudo)
    if crudo["estado"] == "falla":
        leer_instante(crudo["desde"])
    return {**crudo, "fallas": int(crudo["fallas"])}


def _registros(crudos: list[dict[str, Any]], *, acabadas: bool = False) -> dict[str, Registro]:
    leidos = [_registro(crudo) for crudo in crudos]
    for r in leidos:
        if acabadas or r.acabo:
            leer_instante(r.acabo)
    return {r.alerta.clave: r for r in leidos}


def _registro(crudo: dict[str, Any]) -> Registro:
    suyos = {f.name: crudo[f.name] for f in fields(Alerta)}
    dichas = {canal: Dicha(**d) for canal, d in crudo["dicha"].items()}
    for d in (*dichas.values(), Dicha(crudo["desde"], suyos["severidad"], suyos["partes"])):
        leer_instante(d.en)
        if d.severidad not in RANGO or not all(isinstance(p, str) for p in d.partes):
            raise ValueError(d)
    textos = ("clave", "titulo", "detalle", "que_hacer")
    if not all(isinstance(suyos[c], str) for c in textos) or not isinstance(crudo["fuente"], str):
        raise TypeError(suyos)
    if not isinstance(suyos["tienda"], str | None):
        raise TypeError(suyos)
    return Registro(
        Alerta(**{**suyos, "partes": tuple(suyos["partes"])}), crudo["fuente"], crudo["desde"],
        int(crudo["vistas"]), int(crudo["ausencias"]), bool(crudo["confirmada"]),
        {c: Dicha(d.en, d.severidad, tuple(d.partes)) for c, d in dichas.items()}, crudo["acabo"],
    )  # fmt: skip
