"""Lo que ya no hace falta en el disco: reportes y registros viejos, staging de sobra y temporales.

Nunca lo que una corrida en curso, una reparación o un marcador aún necesiten: los marcadores y la
base no se tocan, el staging de lo que aún no se carga espera `edad_staging`, y el de una corrida en
curso espera a que acabe. Lo que alguien tiene tomado se queda, y lo que no se deja mirar también.
Ni nada ajeno: sólo lo que está donde el proyecto lo pone y como lo llama, y sin seguir enlaces.
"""

import os
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
from fluxion_luigi.archivos import motivo as por_que
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.errores import ErrorDisco, ErrorOcupado
from fluxion_luigi.flujo.candados import (
    archivo_tomado,
    candado_de,
    lugar,
    tomado,
)
from fluxion_luigi.flujo.extraccion import carpeta
from fluxion_luigi.flujo.publicacion import temporal
from fluxion_luigi.origen.http.pedido import CARPETA as DESCARGAS
from fluxion_luigi.periodos import Rango, leer_fecha

DIA = 86_400
# Un temporal de antes de esto ya no lo está escribiendo nadie.
EDAD_TEMPORALES = 1
REPORTES, REGISTROS, STAGING, TEMPORALES = "reportes", "registros", "staging", "temporales"
# Los que el proyecto carga: de 1990 a 2099.
_MES = re.compile(r"(199\d|20\d\d)-(0[1-9]|1[0-2])")
# Lo que hay en la carpeta de una tienda-mes (.DS_Store lo deja un Mac con sólo mirarla).
_DE_UN_MES = re.compile(rf"\.?(manifiesto|\d{{8}}-\d{{8}})\.[\w.]+|pos_\d+|{DESCARGAS}|\.DS_Store")
_A_MEDIAS = re.compile(r"\..+\.(json|html)\.\d+\.parcial|\.\d{8}-\d{8}\.parquet\.parcial")


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
        ErrorDisco: si una de las carpetas no se deja mirar.
    """
    _exigir_que_se_vean(config)
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
    # Dos de esas carpetas pueden ser la misma.
    return sorted({s.ruta: s for s in sobras}.values(), key=lambda s: s.ruta)


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


def _exigir_que_se_vean(config: Configuracion) -> None:
    """Sin los diarios no se sabe qué corre; y «no sobra nada» no es lo que no se pudo mirar."""
    ajustes = config.ajustes
    for raiz in (ajustes.reportes, ajustes.logs, ajustes.staging, ajustes.marcadores):
        try:
            os.scandir(raiz).close()
            os.stat(f"{raiz}/.")  # y que se vea lo que hay dentro
        except FileNotFoundError:
            continue
        except OSError as e:
            raise ErrorDisco(
                f"No se puede mirar {raiz}: {por_que(e)}. No se quitó nada; corríjalo y repita la "
                "misma orden."
            ) from None


def _viejos(
    raiz: Path, patrones: Iterable[str], dias: int, clase: str, vivas: set[str]
) -> Iterator[Sobra]:
    for ruta in (r for patron in patrones for r in _hay(raiz, patron)):
        edad = _edad(ruta)
        if edad > dias and os.path.isfile(ruta) and not any(viva in ruta.name for viva in vivas):
            yield Sobra(ruta, clase, _peso(ruta), f"tiene {edad:.0f} días")


def _staging(config: Configuracion, vivas: set[str]) -> Iterator[Sobra]:
    for tienda, mes in _quietas(config, vivas):
        ruta = carpeta(config, tienda, mes).ruta
        if motivo := _staging_de_sobra(config, tienda, mes):
            yield Sobra(ruta, STAGING, _peso(ruta), motivo)


def _quietas(config: Configuracion, vivas: set[str]) -> Iterator[tuple[Tienda, str]]:
    """Las tiendas-mes con carpeta en staging que ninguna corrida va a usar ni tiene tomada."""
    en_uso = _planeadas(config, vivas)
    for de_tienda in filter(_es_carpeta, _hay(config.ajustes.staging, "[!.]*")):
        tienda = lugar(config, de_tienda.name)
        for mes in (r.name for r in _hay(de_tienda, "????-??") if _es_carpeta(r)):
            suya = _MES.fullmatch(mes) and (tienda.id, mes) not in en_uso
            if suya and not tomado(config, tienda.id, mes):
                yield tienda, mes


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
    ruta = carpeta(config, tienda, mes).ruta
    if not _solo_lo_suyo(ruta):
        return None
    edad = _edad(ruta)
    if edad > config.ajustes.edad_staging:
        return f"lleva {edad:.0f} días sin cargarse: si hace falta, se pide otra vez"
    # Lo que acaba de escribirse puede ser de una corrida que no pudo escribir su diario.
    if edad < EDAD_TEMPORALES or tienda.id not in config.catalogo.tiendas:
        return None
    entero = Rango(leer_fecha(mes, fin=False), leer_fecha(mes, fin=True))
    return None if cobertura.pendientes(config, tienda, entero) else "su mes ya está cargado"


def _temporales(config: Configuracion, vivas: set[str]) -> Iterator[Sobra]:
    ajustes, otras = config.ajustes, vivas - {corrida.id_actual()}
    # El proceso de otro contenedor no se ve desde aquí: si hay otra corrida, se espera.
    espera = EDAD_TEMPORALES if otras else 0
    hallados = {
        "lo dejó un proceso que murió": [
            r for r in _hay(ajustes.staging, ".duckdb.*")
            if r.suffix[1:].isdecimal() and r.stem == ".duckdb"
            and not _vive(r) and _edad(r) >= espera
        ],
        "es de una corrida que ya acabó": [
            r for r in _hay(ajustes.staging, ".revisiones/*")
            if r.name not in vivas and _edad(r) > EDAD_TEMPORALES
        ],
        "quedó a medio escribir": [
            r for r in _a_medias(config, vivas) if _edad(r) > EDAD_TEMPORALES
        ],
        "es un candado que nadie usa": [
            r for r in _hay(ajustes.staging, ".candados/*")
            if _edad(r) > EDAD_TEMPORALES and not archivo_tomado(r)
        ],
    }  # fmt: skip
    for motivo, rutas in hallados.items():
        for ruta in rutas:
            yield Sobra(ruta, TEMPORALES, _peso(ruta), motivo)


def _a_medias(config: Configuracion, vivas: set[str]) -> Iterator[Path]:
    """Los `.parcial`, donde el proyecto los deja y con los nombres que les da."""
    ajustes = config.ajustes
    donde = [
        (ajustes.reportes, ""), (ajustes.reportes, "conectividad/"), (ajustes.marcadores, "*/"),
        (ajustes.marcadores, f"{cobertura.ANULADOS}/*/"), (ajustes.staging, ".revisiones/*/"),
    ]  # fmt: skip
    for tienda, mes in _quietas(config, vivas):
        ruta = carpeta(config, tienda, mes).ruta
        donde += [(ruta, ""), (ruta, "pos_*/")]
    for raiz, en in donde:
        yield from (r for r in _hay(raiz, f"{en}.*.parcial") if _A_MEDIAS.fullmatch(r.name))
    suyas = () if ajustes.es_lago else (ajustes.base.ruta,)
    for grande in (temporal(b) for b in (*suyas, ajustes.publicada) if b):
        suyos = (grande, grande.with_name(f"{grande.name}.wal"))
        yield from (r for r in suyos if os.path.isfile(r))


def _quitar(config: Configuracion, sobra: Sobra) -> bool:
    """Si se quitó; no, si ya hace falta. `ErrorDisco` si no se pudo."""
    ruta = sobra.ruta
    if sobra.clase == STAGING:
        tienda, mes = lugar(config, ruta.parent.name), ruta.name
        with candado_de(config, tienda, mes, espera=0):
            # Una corrida pudo empezar mientras se quitaba lo demás.
            en_uso = _planeadas(config, corrida.en_curso(config.ajustes.reportes))
            if (tienda.id, mes) in en_uso or not _staging_de_sobra(config, tienda, mes):
                return False
            carpeta(config, tienda, mes).borrar()
    elif ruta.parent.name == ".candados":
        # Con él tomado: quien lo espere verá que ya no tiene nombre y hará otro.
        with candado(ruta, 0, ruta.name), disco(ruta):
            ruta.unlink(missing_ok=True)
    elif _es_carpeta(ruta):
        shutil.rmtree(ruta, ignore_errors=True)
    else:
        with disco(ruta):
            ruta.unlink(missing_ok=True)
    if os.path.lexists(ruta):
        raise ErrorDisco(f"No se pudo quitar {ruta}. Corrija los permisos y repita la misma orden.")
    return True


def _hay(raiz: Path, patron: str) -> list[Path]:
    """Lo que hay de ese nombre; nada, de lo que no se deja mirar o alguien está quitando."""
    try:
        return sorted(raiz.glob(patron))
    except OSError:
        return []


def _es_carpeta(ruta: Path) -> bool:
    return os.path.isdir(ruta) and not os.path.islink(ruta)


def _dentro(ruta: Path) -> Iterator[Path]:
    """La ruta y lo que lleva dentro, sin seguir enlaces. `OSError` si algo no se deja mirar."""
    yield ruta
    if _es_carpeta(ruta):
        for hija in ruta.iterdir():
            yield from _dentro(hija)


def _solo_lo_suyo(ruta: Path) -> bool:
    """Si en la carpeta de una tienda-mes no hay nada que no sea de su extracción."""
    pos = _hay(ruta, "pos_*/*")
    return all(_DE_UN_MES.fullmatch(r.name) for r in (*_hay(ruta, "*"), *pos))


def _edad(ruta: Path) -> float:
    """Días desde lo último que se escribió ahí o dentro; 0 si no se deja mirar."""
    try:
        ultimo = max(r.lstat().st_mtime for r in _dentro(ruta))
    except OSError:  # o alguien lo está quitando
        return 0.0
    return (time.time() - ultimo) / DIA


def _peso(ruta: Path) -> int:
    peso = 0
    with suppress(OSError):
        for r in _dentro(ruta):
            peso += 0 if _es_carpeta(r) else r.lstat().st_size
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
