"""Lo que ya no hace falta en el disco: reportes y registros viejos, staging de sobra y temporales.

Nunca lo que una corrida en curso, una reparación o un marcador aún necesiten: los marcadores y la
base no se tocan, el staging de lo que aún no se carga espera `edad_staging`, y el de una corrida en
curso espera a que acabe. Lo que alguien tiene tomado se queda, y lo que no se deja mirar también.
"""

import re
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
from fluxion_luigi.flujo.candados import (
    archivo_tomado,
    candado_de,
    lugar,
    meses_en_staging,
    tomado,
)
from fluxion_luigi.flujo.extraccion import carpeta
from fluxion_luigi.flujo.publicacion import temporal
from fluxion_luigi.periodos import Rango, leer_fecha

DIA = 86_400
# Un temporal de antes de esto ya no lo está escribiendo nadie.
EDAD_TEMPORALES = 1
REPORTES, REGISTROS, STAGING, TEMPORALES = "reportes", "registros", "staging", "temporales"
# Los que el proyecto carga: de 1990 a 2099.
_MES = re.compile(r"(199\d|20\d\d)-(0[1-9]|1[0-2])")


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
    staging = list(_staging(config, vivas))
    enteras = {sobra.ruta for sobra in staging}
    sobras = [
        *_viejos(ajustes.reportes, propios, ajustes.edad_reportes, REPORTES, vivas),
        *_viejos(ajustes.logs, ("corrida_*.log",), ajustes.edad_registros, REGISTROS, vivas),
        *staging,
        *(t for t in _temporales(config, vivas) if enteras.isdisjoint(t.ruta.parents)),
    ]
    return sorted(sobras, key=lambda s: s.ruta)


def staging_de_nadie(config: Configuracion) -> list[Sobra]:
    """De lo que sobra ahora, lo leído que nadie va a cargar. Los mismos errores que `planear`."""
    return list(_staging(config, corrida.en_curso(config.ajustes.reportes)))


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
        if edad > dias and ruta.is_file() and not any(viva in ruta.name for viva in vivas):
            yield Sobra(ruta, clase, _peso(ruta), f"tiene {edad:.0f} días")


def _staging(config: Configuracion, vivas: set[str]) -> Iterator[Sobra]:
    en_uso = _planeadas(config, vivas)
    for de_tienda in sorted(p for p in config.ajustes.staging.glob("[!.]*") if p.is_dir()):
        tienda = lugar(config, de_tienda.name)
        for mes in filter(_MES.fullmatch, meses_en_staging(config, tienda.id)):
            if (tienda.id, mes) in en_uso or tomado(config, tienda.id, mes):
                continue
            ruta = carpeta(config, tienda, mes).ruta
            if motivo := _staging_de_sobra(config, tienda, mes):
                yield Sobra(ruta, STAGING, _peso(ruta), motivo)


def _planeadas(config: Configuracion, vivas: set[str]) -> set[tuple[str, str]]:
    """Las tiendas-mes de las corridas en curso: entre leer y cargar no tienen nada tomado."""
    suyas = set()
    for viva in vivas:
        for suceso in corrida.Diario(config.ajustes.reportes, viva).sucesos():
            with suppress(ValueError, TypeError):  # un diario que no se entiende no protege nada
                plan = suceso.get("plan", []) if suceso["suceso"] == "inicio" else []
                suyas |= {(tienda, Rango.de_texto(tramo).mes) for tienda, _, tramo in plan}
    return suyas


def _staging_de_sobra(config: Configuracion, tienda: Tienda, mes: str) -> str | None:
    edad = _edad(carpeta(config, tienda, mes).ruta)
    if edad > config.ajustes.edad_staging:
        return f"lleva {edad:.0f} días sin cargarse: si hace falta, se pide otra vez"
    # Lo que acaba de escribirse puede ser de una corrida que no pudo escribir su diario.
    if edad < EDAD_TEMPORALES or tienda.id not in config.catalogo.tiendas:
        return None
    entero = Rango(leer_fecha(mes, fin=False), leer_fecha(mes, fin=True))
    return None if cobertura.pendientes(config, tienda, entero) else "su mes ya está cargado"


def _temporales(config: Configuracion, vivas: set[str]) -> Iterator[Sobra]:
    ajustes, otras = config.ajustes, vivas - {corrida.id_actual()}
    carpetas = (ajustes.reportes, ajustes.marcadores, ajustes.staging)
    parciales = [r for c in carpetas for r in c.rglob(".*.parcial")]
    suyas = () if ajustes.es_lago else (ajustes.base.ruta,)
    grandes = [temporal(b) for b in (*suyas, ajustes.publicada) if b]
    parciales += [g for g in grandes if g.exists()]
    # El proceso de otro contenedor no se ve desde aquí: si hay otra corrida, se espera.
    espera = EDAD_TEMPORALES if otras else 0
    hallados = {
        "lo dejó un proceso que murió": [
            r for r in ajustes.staging.glob(".duckdb.*") if not _vive(r) and _edad(r) >= espera
        ],
        "es de una corrida que ya acabó": [
            r for r in ajustes.staging.glob(".revisiones/*")
            if r.name not in vivas and _edad(r) > EDAD_TEMPORALES
        ],
        "quedó a medio escribir": [r for r in parciales if _edad(r) > EDAD_TEMPORALES],
        "es un candado que nadie usa": [
            r for r in ajustes.staging.glob(".candados/*")
            if _edad(r) > EDAD_TEMPORALES and not archivo_tomado(r)
        ],
    }  # fmt: skip
    for motivo, rutas in hallados.items():
        for ruta in rutas:
            yield Sobra(ruta, TEMPORALES, _peso(ruta), motivo)


def _quitar(config: Configuracion, sobra: Sobra) -> bool:
    """Si se quitó; no, si ya hace falta. `ErrorDisco` si no se pudo."""
    ruta = sobra.ruta
    if sobra.clase == STAGING:
        tienda, mes = lugar(config, ruta.parent.name), ruta.name
        with candado_de(config, tienda, mes, espera=0):
            if not _staging_de_sobra(config, tienda, mes):
                return False
            carpeta(config, tienda, mes).borrar()
    elif ruta.parent.name == ".candados":
        # Con él tomado: quien lo espere verá que ya no tiene nombre y hará otro.
        with candado(ruta, 0, ruta.name), disco(ruta):
            ruta.unlink(missing_ok=True)
    elif ruta.is_dir():
        shutil.rmtree(ruta, ignore_errors=True)
    else:
        with disco(ruta):
            ruta.unlink(missing_ok=True)
    if ruta.exists():
        raise ErrorDisco(f"No se pudo quitar {ruta}. Corrija los permisos y repita la misma orden.")
    return True


def _edad(ruta: Path) -> float:
    """Días desde lo último que se escribió ahí o dentro; 0 si no se deja mirar."""
    ultimo = 0.0
    try:
        for r in (ruta, *ruta.rglob("*")) if ruta.is_dir() else (ruta,):
            ultimo = max(ultimo, r.lstat().st_mtime)
    except OSError:  # o alguien lo está quitando
        return 0.0
    return (time.time() - ultimo) / DIA


def _peso(ruta: Path) -> int:
    peso = 0
    for r in ruta.rglob("*") if ruta.is_dir() else (ruta,):
        with suppress(OSError):
            peso += r.stat().st_size if not r.is_dir() else 0
    return peso


def _vive(temporal: Path) -> bool:
    """Si aún vive el proceso que hizo un `.duckdb.<pid>`; otro con su número no es él."""
    pid = temporal.suffix[1:]
    try:
        return pid.isdigit() and psutil.Process(int(pid)).create_time() <= temporal.stat().st_mtime
    except (psutil.NoSuchProcess, OSError, OverflowError):
        return False
    except psutil.Error:
        return True
