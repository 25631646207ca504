"""El informe de la muestra: qué días se compararon y qué salió distinto."""

from collections.abc import Sequence

from fluxion_luigi.flujo.muestra import Comparacion
from fluxion_luigi.informes.resumen import entero
from fluxion_luigi.informes.tablas import tabla


def texto(comparaciones: Sequence[Comparacion], sin_modo: Sequence[str] = ()) -> str:
    """La tabla de los días comparados y, debajo, lo que salió distinto.

    Args:
        sin_modo: por qué no se comparan las tiendas que no tienen con qué.
    """
    filas = [
        ["✗" if c.cuantas else "✓", c.tienda, str(c.dia), entero(c.filas), c.columnas,
         entero(c.cuantas), _del_catalogo(c)]
        for c in comparaciones
    ]  # fmt: skip
    comparadas = tabla(
        filas,
        ["", "tienda", "día", "líneas", "columnas", "distintas", "cambió el catálogo"],
        a_la_derecha=["líneas", "columnas", "distintas"],
        elasticas=["cambió el catálogo"],
    )
    lineas = [f"Muestra de {len(comparaciones)} día(s), valor por valor:", "", comparadas]
    for c in comparaciones:
        lineas += [f"  {c.tienda} {c.dia}: {d}" for d in c.distintas]
        if c.cuantas > len(c.distintas):
            lineas.append(f"  {c.tienda} {c.dia}: y {c.cuantas - len(c.distintas)} línea(s) más")
    lineas += ["", "No se comparan:", *(f"  {frase}" for frase in sin_modo)] if sin_modo else []
    return "\n".join(lineas)


def _del_catalogo(c: Comparacion) -> str:
    return ", ".join(f"{n} ({entero(v)})" for n, v in sorted(c.catalogo.items()))
