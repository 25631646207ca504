"""El mantenimiento de un lago: juntar archivos pequeños, vencer snapshots y borrar lo que sobra.

Lo que un snapshot usó se borra cuando hace `lago_gracia` horas que ninguno lo usa: quien lee un
lago mira un snapshot, y ese plazo es el suyo.

"""

from dataclasses import dataclass
from pathlib import Path

from fluxion_luigi.archivos import disco
from fluxion_luigi.config import Configuracion
from fluxion_luigi.destino import catalogo
from fluxion_luigi.destino.abierta import Base
from fluxion_luigi.destino.base import para_escribir
from fluxion_luigi.destino.consultas import ejecutar
from fluxion_luigi.destino.migraciones import TABLAS

# Lo que a una carga le toma, de sobra, escribir sus archivos y confirmarlos: antes no son sueltos.
HORAS_DE_CARGA = 2.0


@dataclass(frozen=True)
class Hecho:
    """Lo que se hizo, o se haría: archivos juntados y en cuántos, snapshots vencidos y borrados.

    `antes` y `despues` son los archivos del lago, sus bytes y los snapshots que se guardan.
    """

    juntados: int
    en: int
    vencidos: int
    viejos: int
    sueltos: int
    antes: tuple[int, int, int]
    despues: tuple[int, int, int]


def mantener(config: Configuracion, *, simular: bool) -> Hecho:
    """Mantiene el lago. Los demás siguen leyendo y, salvo mientras se juntan archivos, cargando.

    Args:
        simular: dice qué vencería y borraría ahora, y no cambia nada.

    Raises:
        ErrorOcupado: si no tocó confirmar en `espera_base`.
        ErrorDestino, ErrorDisco: si no se pudo; lo hecho queda, y repetir sigue.
    """
    gracia = config.ajustes.lago_gracia
    # La hora de lo que guarda el catálogo es la suya, y no la de este host.
    antes, de_carga = (catalogo.hace(config, max(gracia, minimo)) for minimo in (0, HORAS_DE_CARGA))
    con = {"simular": "true" if simular else "false"}
    with para_escribir(config) as base:
        base.con_medida()
        tamano = _tamano(base)
        juntados = en = 0
        for paso in () if simular else ("volcar", "reescribir", "juntar"):
            # Con el turno de confirmar: si no, chocaría con la carga de un día que se reemplaza.
            with base.turno():
                [(n, *hechos)] = _hacer(base, paso)
            juntados, en = juntados + n * bool(hechos), en + sum(hechos)
        [(vencidos,)] = _hacer(base, "vencer", antes=antes, **con)
        [(viejos,)] = _hacer(base, "borrar_viejos", antes=antes, **con)
        sueltos = _quitar_sueltos(base, de_carga, simular=simular)
        return Hecho(juntados, en, vencidos, viejos, sueltos, tamano, _tamano(base))


def _quitar_sueltos(base: Base, antes: str, *, simular: bool) -> int:
    """Sólo los de sus tablas: DuckLake borraría cualquier otro Parquet que haya en su carpeta."""
    raices = tuple(f"{base.donde.datos.rstrip('/')}/main/{t}/" for t in TABLAS)
    hallados = [a for (a,) in _hacer(base, "sueltos", antes=antes)]
    suyos = [a for a in hallados if a.startswith(raices)]
    if not base.donde.carpeta and len(suyos) < len(hallados):
        return 0  # en un bucket se borran todos o ninguno
    if simular:
        return len(suyos)
    if not base.donde.carpeta:
        _hacer(base, "borrar_sueltos", antes=antes)
        return len(suyos)
    for archivo in suyos:
        with disco(Path(archivo)):
            Path(archivo).unlink(missing_ok=True)
    return len(suyos)


def _tamano(base: Base) -> tuple[int, int, int]:
    return _hacer(base, "tamano")[0]


def _hacer(base: Base, archivo: str, **partes: str) -> list[tuple]:
    with base.en_palabras():
        return ejecutar(base.conexion, catalogo.texto(base.sql, archivo).format(**partes))
