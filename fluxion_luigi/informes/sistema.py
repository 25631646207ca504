"""El informe de un sistema POS: archivo por archivo, qué está mal y qué conviene saber."""

from collections.abc import Iterator

from fluxion_luigi.config.carpetas import OBLIGATORIAS
from fluxion_luigi.flujo.sistema import Examen
from fluxion_luigi.informes.resumen import entero
from fluxion_luigi.informes.tablas import tabla

MAL, AVISO, BIEN, SIN_PROBAR = "✗", "!", "✓", "·"


def texto(e: Examen) -> str:
    """La tabla y, debajo, si con ese sistema se puede cargar y qué hacer ahora."""
    lineas = [
        f"Sistema POS «{e.tienda.sistema}» ({e.carpeta}), en {e.tienda.id} ({e.tienda.nombre}):",
        "",
        tabla(list(_renglones(e)), ["", "qué", "cómo está"], elasticas=["cómo está"]),
        "",
        _conclusion(e),
    ]
    return "\n".join(lineas)


def _renglones(e: Examen) -> Iterator[list[str]]:
    for archivo, esta in e.archivos.items():
        suyos = [h for h in e.hallazgos if h.archivo == archivo]
        yield from ([MAL if h.impide else AVISO, archivo, h.texto] for h in suyos)
        if any(h.impide for h in suyos):
            continue
        if not esta:
            if archivo not in OBLIGATORIAS:
                yield [SIN_PROBAR, archivo, "No está; es opcional."]
        elif archivo.endswith(".sql") and not e.probada:
            yield [SIN_PROBAR, archivo, "Bien escrito; sin probar en la tienda."]
        elif not suyos:
            yield [BIEN, archivo, "Bien."]
    for h in e.hallazgos:
        if h.archivo not in e.archivos:
            yield [MAL if h.impide else AVISO, h.archivo, h.texto]
    if e.leido is not None and e.leido.filas:
        sumas = {"total": e.leido.total, **e.leido.sumas}
        yield [BIEN, str(e.dia), f"Leído y conciliado: {entero(e.leido.filas)} líneas, "
               + ", ".join(f"{n} {s}" for n, s in sumas.items()) + "."]  # fmt: skip


def _conclusion(e: Examen) -> str:
    malos = sum(h.impide for h in e.hallazgos)
    if not e.sirve:
        resto = "" if e.probada else " Sin entrar en la tienda no se pueden probar sus consultas."
        return f"✗ Todavía no se puede cargar: {malos} cosa(s) por corregir.{resto}"
    if e.leido is not None and e.leido.filas:
        return f"✓ Se puede cargar: {e.dia} se leyó y concilió (no se guardó nada)."
    orden = "luigi --module fluxion_luigi VerificarSistema --tienda " + e.tienda.id
    if e.dia and e.leido is None:
        return (
            f"✓ Se puede cargar: sus consultas dan lo que deben, y se miraron las primeras líneas "
            f"del {e.dia}. Para leerlo entero y conciliarlo:\n  {orden} --dia {e.dia}"
        )
    return (
        "✓ Sus consultas dan lo que deben, pero no se vio ni una venta: los tipos y los valores se "
        f"ven con un día que las tenga.\n  {orden} --dia AAAA-MM-DD"
    )
