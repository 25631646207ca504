"""La carrera: corre los contendientes de un caso por turnos y junta lo medido."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psutil

from bench.contendientes import Caso, Contendiente
from bench.medir import Medida, medir

LIMITE_SEGUNDOS = 300
# Antes de cada medida se espera a que la máquina se calme, pero no para siempre.
ESPERA_SEGUNDOS = 15
CALMA_POR_CIENTO = 12


@dataclass
class Marca:
    """Lo que hizo un contendiente en un caso: una medida por repetición."""

    contendiente: Contendiente
    filas: int
    medidas: list[Medida] = field(default_factory=list)

    @property
    def filas_por_segundo(self) -> float:
        return median(self.ritmos)

    @property
    def ritmos(self) -> list[float]:
        """Filas por segundo de cada repetición."""
        return [self.filas / m.segundos for m in self.medidas]

    @property
    def segundos(self) -> float:
        return median(m.segundos for m in self.medidas)

    @property
    def cpu(self) -> float:
        return median(m.cpu for m in self.medidas)

    @property
    def cpu_resto(self) -> float:
        return median(m.cpu_resto for m in self.medidas)

    @property
    def red(self) -> float:
        """MB que mandó el servidor (y las preguntas, que son pocas)."""
        return median(m.red for m in self.medidas)

    @property
    def pico(self) -> float:
        """MB del árbol entero; nunca menos que su mayor proceso, que el núcleo mide sin huecos."""
        return max(max(m.pico, m.mayor_proceso) for m in self.medidas)

    @property
    def mayor_proceso(self) -> float:
        return max(m.mayor_proceso for m in self.medidas)

    @property
    def pico_rama(self) -> float:
        """MB del mayor worker con sus descendientes, cuando hay varios."""
        return max(m.pico_rama for m in self.medidas)


def correr(
    caso: Caso,
    contendientes: Sequence[Contendiente],
    repeticiones: int,
    carpeta: Path,
    avisar: Callable[[str], None],
) -> dict[str, Marca]:
    """Mide a todos `repeticiones` veces, cambiando el orden en cada vuelta.

    Raises:
        RuntimeError: si uno falla o no deja las mismas filas y el mismo total que la tienda.
    """
    marcas = {c.clave: Marca(c, caso.filas) for c in contendientes}
    for vuelta in range(repeticiones):
        corte = vuelta % len(contendientes)
        for c in [*contendientes[corte:], *contendientes[:corte]]:
            m = _una_vez(caso, c, carpeta)
            marcas[c.clave].medidas.append(m)
            avisar(
                f"vuelta {vuelta + 1} de {repeticiones}, {c.nombre}: {m.segundos:.1f} s, "
                f"CPU {m.cpu:.1f} s, pico {max(m.pico, m.mayor_proceso):.0f} MB"
            )
    return marcas


def _una_vez(caso: Caso, contendiente: Contendiente, carpeta: Path) -> Medida:
    propia = carpeta / contendiente.clave
    shutil.rmtree(propia, ignore_errors=True)
    propia.mkdir(parents=True)
    p = contendiente.preparar(caso, propia)
    esperar_calma()
    medida = medir(p.orden, propia, p.ambiente, p.entrada, LIMITE_SEGUNDOS)
    dejo = p.comprobar(medida.salida)
    if dejo != caso.esperado:
        raise RuntimeError(f"{contendiente.nombre} dejó {dejo} y debía dejar {caso.esperado}.")
    shutil.rmtree(propia)
    medida.red /= caso.saltos
    return medida


def esperar_calma() -> None:
    """Espera a que la máquina esté quieta, hasta `ESPERA_SEGUNDOS`."""
    for _ in range(ESPERA_SEGUNDOS):
        if psutil.cpu_percent(1.0) < CALMA_POR_CIENTO:
            return
