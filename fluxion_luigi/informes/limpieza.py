"""Lo que sobra en el disco, por clases, y lo que se libera al quitarlo."""

from collections.abc import Sequence

from fluxion_luigi.flujo.limpieza import Sobra
from fluxion_luigi.informes.resumen import entero
from fluxion_luigi.informes.tablas import tabla

# De cada clase, cuántos se nombran.
_CITADOS = 5


def texto(sobras: Sequence[Sobra], titulo: str) -> str:
    """Una tabla por clase y, debajo, los más grandes de cada una con su motivo."""
    if not sobras:
        return "No sobra nada."
    clases = sorted({s.clase for s in sobras})
    suyas = {c: [s for s in sobras if s.clase == c] for c in clases}
    filas = [[c, entero(len(suyas[c])), _mb(suyas[c])] for c in clases]
    cuadro = tabla(
        [*filas, ["TOTAL", entero(len(sobras)), _mb(sobras)]],
        ["clase", "cuántos", "MB"],
        a_la_derecha=["cuántos", "MB"],
    )
    lineas = [titulo, "", cuadro, ""]
    for c in clases:
        grandes = sorted(suyas[c], key=lambda s: -s.bytes)
        lineas += [f"  {s.ruta}: {s.motivo}" for s in grandes[:_CITADOS]]
        if len(grandes) > _CITADOS:
            lineas.append(f"  y {entero(len(grandes) - _CITADOS)} más de {c}")
    return "\n".join(lineas)


def linea(quitadas: Sequence[Sobra]) -> str:
    """Lo que se quitó, en una línea."""
    return f"Limpieza: {entero(len(quitadas))} cosa(s) de sobra quitada(s), {_mb(quitadas)} MB."


def _mb(sobras: Sequence[Sobra]) -> str:
    return f"{sum(s.bytes for s in sobras) / 1e6:.1f}".replace(".", ",")
