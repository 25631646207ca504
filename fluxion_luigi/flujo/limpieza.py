"""Lo que ya no hace falta en el disco: reportes y registros viejos, staging de sobra y temporales.

Nunca lo que una corrida en curso, una reparación o un marcador aún necesiten: los marcadores y la
base no se tocan, y el staging de lo que aún no se carga espera `edad_staging`.
"""

import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from fluxion_luigi import cobertura, corrida
from fluxion_luigi.archivos import candado, disco
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.errores import ErrorDisco, ErrorOcupado
from fluxion_luigi.flujo.candados import lugar, meses_en_staging
from fluxion_luigi.flujo.extraccion import candado_de, carpeta
from fluxion_luigi.periodos import Rango, leer_fecha

DIA = 86_400
# Un temporal de antes de esto ya no lo está escribiendo nadie.
EDAD_TEMPORALES = 1
REPORTES, REGISTROS, STAGING, TEMPORALES = "reportes", "registros", "staging", "temporales"


@dataclass(frozen=True)
class Sobra:
    """Algo que quitar: dónde está, de qué clase es, cuánto ocupa (bytes) y por qué sobra."""

    ruta: Path
    clase: str
    bytes: int
    motivo: str


def planear(config: Configuracion) -> list[Sobra]:
    """Lo que sobra ahora, sin tocarlo.

    Raises:
        ErrorOcupado, ErrorDestino: si no se pudo leer la base.
    """
    ajustes, vivas = config.ajustes, corrida.en_curso(config.ajustes.reportes)
    propios = ("corrida_*.json", "corrida_*.ilegible.jsonl", "conectividad_*.json",
               "conectividad/*.json")  # fmt: skip
    sobras = [
        *_viejos(ajustes.reportes, propios, ajustes.edad_reportes, REPORTES, vivas),
        *_viejos(ajustes.logs, ("corrida_*.log",), ajustes.edad_registros, REGISTROS, vivas),
        *_staging(config),
        *_temporales(config, vivas),
    ]
    return sorted(sobras, key=lambda s: s.ruta)


def quitar(config: Configuracion, sobras: Iterable[Sobra]) -> tuple[list[Sobra], list[str]]:
    """Quita lo planeado. Lo que entretanto empezó a usar una corrida se queda.

    Returns:
        Lo que se quitó, y las frases de lo que no se pudo.
    """
    quitadas, fallos = [], []
    for sobra in sobras:
        try:
            if _quitar(config, sobra):
                quitadas.append(sobra)
        except ErrorOcupado:
            continue
        except ErrorDisco as e:
            fallos.append(str(e))
    return quitadas, fallos


def _viejos(
    raiz: Path, patrones: Iterable[str], dias: int, clase: str, vivas: set[str]
) -> Iterator[Sobra]:
    for ruta in (r for patron in patrones for r in raiz.glob(patron)):
        edad = _edad(ruta)
        if edad > dias and not any(viva in ruta.name for viva in vivas):
            yield Sobra(ruta, clase, _peso(ruta), f"tiene {edad:.0f} días")


def _staging(config: Configuracion) -> Iterator[Sobra]:
    raiz = config.ajustes.staging
    for de_tienda in sorted(p for p in raiz.glob("[!.]*") if p.is_dir()):
        tienda = lugar(config, de_tienda.name)
        for mes in meses_en_staging(config, tienda.id):
            ruta = carpeta(config, tienda, mes).ruta
            if motivo := _staging_de_sobra(config, tienda, mes, ruta):
                yield Sobra(ruta, STAGING, _peso(ruta), motivo)


def _staging_de_sobra(config: Configuracion, tienda: Tienda, mes: str, ruta: Path) -> str | None:
    edad = _edad(ruta)
    if edad > config.ajustes.edad_staging:
        return f"lleva {edad:.0f} días sin cargarse: si hace falta, se pide otra vez"
    # Lo que acaba de escribirse puede ser de otra corrida entre una tarea y la siguiente.
    if edad < EDAD_TEMPORALES or tienda.id not in config.catalogo.tiendas:
        return None
    entero = Rango(leer_fecha(mes, fin=False), leer_fecha(mes, fin=True))
    return None if cobertura.pendientes(config, tienda, entero) else "su mes ya está cargado"


def _temporales(config: Configuracion, vivas: set[str]) -> Iterator[Sobra]:
    ajustes = config.ajustes
    carpetas = (ajustes.reportes, ajustes.marcadores, ajustes.staging)
    parciales = [r for c in carpetas for r in c.rglob(".*.parcial")]
    parciales += ajustes.base.parent.glob(f".{ajustes.base.name}.parcial")
    hallados = {
        "lo dejó un proceso que murió": [
            r for r in ajustes.staging.glob(".duckdb.*")
            if _edad(r) > EDAD_TEMPORALES or not _vive(r.suffix[1:])
        ],
        "es de una corrida que ya acabó": [
            r for r in ajustes.staging.glob(".revisiones/*") if r.name not in vivas
        ],
        "quedó a medio escribir": [r for r in parciales if _edad(r) > EDAD_TEMPORALES],
        "es un candado que nadie usa": [
            r for r in ajustes.staging.glob(".candados/*") if _edad(r) > ajustes.edad_staging
        ],
    }  # fmt: skip
    for motivo, rutas in hallados.items():
        for ruta in rutas:
            yield Sobra(ruta, TEMPORALES, _peso(ruta), motivo)


def _quitar(config: Configuracion, sobra: Sobra) -> bool:
    if sobra.clase == STAGING:
        tienda = lugar(config, sobra.ruta.parent.name)
        with candado_de(config, tienda, sobra.ruta.name, espera=0):
            carpeta(config, tienda, sobra.ruta.name).borrar()
    elif sobra.ruta.parent.name == ".candados":
        # Con él tomado: quien lo espere verá que ya no tiene nombre y hará otro.
        with candado(sobra.ruta, 0, sobra.ruta.name), disco(sobra.ruta):
            sobra.ruta.unlink(missing_ok=True)
    elif sobra.ruta.is_dir():
        shutil.rmtree(sobra.ruta, ignore_errors=True)
    else:
        with disco(sobra.ruta):
            sobra.ruta.unlink(missing_ok=True)
    return not sobra.ruta.exists()


def _edad(ruta: Path) -> float:
    """Días desde lo último que se escribió en un archivo o en una carpeta."""
    ultimo = 0.0
    for r in (ruta, *ruta.rglob("*")) if ruta.is_dir() else (ruta,):
        with suppress(OSError):
            ultimo = max(ultimo, r.stat().st_mtime)
    return (time.time() - ultimo) / DIA


def _peso(ruta: Path) -> int:
    peso = 0
    for r in ruta.rglob("*") if ruta.is_dir() else (ruta,):
        with suppress(OSError):
            peso += r.stat().st_size if not r.is_dir() else 0
    return peso


def _vive(pid: str) -> bool:
    return pid.isdigit() and (int(pid) == os.getpid() or psutil.pid_exists(int(pid)))
