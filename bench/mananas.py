"""La mañana de dieciséis tiendas, cada una por su enlace: lo que se repite cada día."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

from bench.carrera import LIMITE_SEGUNDOS, esperar_calma
from bench.enlace import por_enlace
from bench.medir import Medida, medir
from tests.postgresql import Servidor
from tests.proyecto import RAIZ, Proyecto
from tests.reloj import a_las

TIENDAS = 16
WORKERS = 3
# Los que se vuelven a contar cada mañana (dias_provisionales) y, aparte, el nuevo.
DIAS = 3
LUNES = date(2025, 3, 17)
SIN_NOVEDAD, UN_DIA_NUEVO = "sin nada nuevo", "con un día nuevo"


def mananas(
    servidor: Servidor, carpeta: Path, por_dia: int, vueltas: int, avisar: Callable[[str], None]
) -> Mapping[str, Sequence[Medida]]:
    """Lo que cuesta `IncrementoDiario` de dieciséis tiendas, cada una con su enlace.

    Args:
        por_dia: líneas de cada tienda y día.

    Returns:
        Las medidas de la mañana sin nada nuevo y de la que trae un día.

    Raises:
        RuntimeError: si una orden falla o no deja lo que las tiendas tienen.
    """
    bases = [f"manana_{n:02d}" for n in range(1, TIENDAS + 1)]
    nuevo = LUNES + timedelta(days=DIAS)
    for n, base in enumerate(bases):
        servidor.crear_pos(base)
        # Unas pocas más cada una: dos tiendas con los mismos días serían la misma.
        servidor.vender(base, str(LUNES), DIAS + 1, por_dia + n)
    medidas: dict[str, list[Medida]] = {SIN_NOVEDAD: [], UN_DIA_NUEVO: []}
    with ExitStack() as pila:
        enlaces = {b: pila.enter_context(por_enlace(servidor)) for b in bases}
        for vuelta in range(vueltas):
            tiendas = {b: e.datos(b, apertura=LUNES) for b, e in enlaces.items()}
            proyecto = _proyecto(carpeta / f"mananas_{vuelta}", tiendas)
            antes = nuevo - timedelta(days=1)
            _correr(proyecto, nuevo, antes)  # la víspera: todo cargado
            for cual, hasta in ((SIN_NOVEDAD, antes), (UN_DIA_NUEVO, nuevo)):
                esperar_calma()
                m = _correr(proyecto, nuevo + timedelta(days=1), hasta)
                medidas[cual].append(m)
                avisar(f"vuelta {vuelta + 1} de {vueltas}, {cual}: {m.segundos:.1f} s")
            _exigir(proyecto, servidor, bases)
    return medidas


def _proyecto(carpeta: Path, tiendas: dict[str, dict]) -> Proyecto:
    """Uno con los ajustes de siempre, y no los que abrevian las pruebas."""
    proyecto = Proyecto(carpeta, tiendas)
    shutil.copy(RAIZ / "luigi.cfg", carpeta)
    proyecto.ambiente |= {**Servidor.ambiente(), "FLUXION_SQL": str(RAIZ / "sql")}
    return proyecto


def _correr(proyecto: Proyecto, manana: date, hasta: date) -> Medida:
    orden = proyecto.orden("IncrementoDiario", "--fecha", str(hasta), workers=WORKERS)
    return medir(
        a_las(f"{manana} 06:00:00", orden), proyecto.carpeta, proyecto.entorno(), "",
        LIMITE_SEGUNDOS,
    )  # fmt: skip


def _exigir(proyecto: Proyecto, servidor: Servidor, bases: Sequence[str]) -> None:
    en_origen = {(b, dia): hay for b in bases for dia, hay in servidor.contar(b).items()}
    if proyecto.cargado() != en_origen:
        raise RuntimeError("Las mañanas no dejaron en la base lo que las tiendas tienen.")
