"""Lo que la terminal dice de cada tienda-mes según se carga."""

from fluxion_luigi import cobertura
from fluxion_luigi.flujo import carga
from fluxion_luigi.informes.resumen import entero


def de_carga(tarea, raiz, hecho: carga.Resumen) -> str:
    """La línea que la terminal muestra por cada tienda-mes cargada, con su lugar en el total.

    Args:
        raiz: la tarea que la pidió, con su plan; None si se corre sola.
    """
    marca = "🟡" if hecho.fuera else "✓"
    lugar = lugar_en_el_plan(tarea, raiz)
    partes = [f"{marca} {lugar}{tarea.nombre}: {entero(hecho.filas)} filas"]
    cuentas = {
        "día(s) fuera": len(hecho.fuera),
        "día(s) en cero": hecho.dias_en_cero,
        "sin producto en el catálogo": hecho.sin_producto,
        "de un código con varios productos": hecho.ambiguos,
    }
    partes += [f"{entero(n)} {que}" for que, n in cuentas.items() if n]
    if not hecho.filas and hecho.dias >= cobertura.MUCHOS_CEROS:
        partes.append("ni una venta en todo el tramo: ¿son ésas las fechas?")
    partes += [
        f"{dia} antes {entero(antes)} filas, ahora {entero(ahora)}"
        for dia, (antes, ahora) in sorted(hecho.caidas.items())
    ]
    return ", ".join(partes)


def de_ajena(tarea, de_otra: carga.Ajena) -> str:
    """La de una tienda-mes que otra corrida cargó mientras ésta esperaba."""
    return (
        f"✓ {tarea.nombre}: ya la cargó otra corrida ({', '.join(de_otra.corridas)}) mientras ésta "
        f"esperaba: {de_otra.dias} día(s), {entero(de_otra.filas)} filas"
    )


def lugar_en_el_plan(tarea, raiz) -> str:
    """`3/20 `: cuántas tiendas-mes del plan van cargadas; la que se cargó dos veces cuenta una, y
    la que ese mes cambia de POS, cuando lo están los dos."""
    if raiz is None or not raiz.plan.pide_todo:
        return ""
    cargadas = {
        (s.get("tienda"), s.get("desde")) for s in tarea.diario.sucesos() if s["suceso"] == "carga"
    }
    faltan = {
        (t.id, tramo.mes)
        for t, tramo in raiz.plan.tramos
        if (t.id, str(tramo.desde)) not in cargadas
    }
    todas = raiz.plan.tiendas_mes
    return f"{len(todas - faltan)}/{len(todas)} "


def de_fuera(tarea, hecho: carga.Resumen) -> str:
    """Los días que se quedaron sin cargar, cada uno con su motivo."""
    otros = f"los otros {hecho.dias} ya están" if hecho.dias else "no había otros"
    cabeza = f"{tarea.nombre}: {len(hecho.fuera)} día(s) sin cargar; {otros}."
    return "\n".join([cabeza, *(f"  {d}: {m}." for d, m in sorted(hecho.fuera.items()))])
