"""El informe de la integridad: qué difiere, por qué, y la orden que lo remedia."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from fluxion_luigi.flujo.diferencias import Diferencia
from fluxion_luigi.flujo.integridad import DEL_ORIGEN, Revision
from fluxion_luigi.informes import orden
from fluxion_luigi.informes.resumen import entero
from fluxion_luigi.informes.tablas import doblar, orden_doblada, tabla
from fluxion_luigi.periodos import SIEMPRE, Rango, agrupar, describir

VERSION = 1
# Con más renglones que éstos la tabla ya no se lee: los demás están en el JSON.
_EN_LA_TABLA = 60
# De lo que tiene una misma causa, cuánto se nombra.
_CITADAS = 4


def datos(
    revision: Revision,
    pedido: Rango,
    opciones: Sequence[str],
    reparadas: Sequence[Diferencia] = (),
    *,
    contra_origen: bool,
) -> dict[str, Any]:
    """Lo que va en `reportes/integridad.json`.

    Args:
        pedido: los días que se miraron; un extremo del calendario es «sin límite».
        reparadas: las que había y esta orden ya remedió.
    """
    todas = [(d, True) for d in reparadas] + [(d, False) for d in revision.diferencias]
    return {
        "version": VERSION,
        "en": datetime.now(UTC).isoformat(timespec="seconds"),
        "contra_origen": contra_origen,
        "desde": None if pedido.desde == SIEMPRE.desde else str(pedido.desde),
        "hasta": None if pedido.hasta == SIEMPRE.hasta else str(pedido.hasta),
        "revisadas": revision.tiendas_mes,
        "dias": revision.dias,
        "filas": revision.filas,
        "diferencias": [
            {
                "clase": d.clase, "tienda": d.tienda, "dias": [str(x) for x in d.dias],
                "que": d.que, "causa": d.causa, "orden": orden_de(d, opciones),
                "antes": d.antes,
                "reparada": reparada,
            }
            for d, reparada in todas
        ],
        "comparadas": list(revision.comparadas),
        "en_uso": [list(par) for par in revision.en_uso],
        "sin_comparar": dict(revision.sin_comparar),
    }  # fmt: skip


def no_miradas(
    anterior: Any,
    tiendas: Collection[str],
    pedido: Rango,
    extraidos: Mapping[tuple[str, date], datetime],
    *,
    contra_origen: bool,
) -> list[dict[str, Any]]:
    """Lo que un informe anterior dejó sin remediar y éste no miró: sigue en pie.

    Lo que se volvió a cargar después ya no: cargar un día lo rehace entero.

    Args:
        anterior: el `reportes/integridad.json` que había, tal como se leyó.
        tiendas: las que se miran ahora; vacío si todas.
        extraidos: cuándo se extrajo cada día que tiene la base.
    """

    def sigue(d: dict[str, Any]) -> bool:
        dias = [date.fromisoformat(x) for x in d["dias"]]
        mirada = (not tiendas or d["tienda"] in (None, *tiendas)) and (
            not dias or any(x in pedido for x in dias)
        )
        if d["reparada"] or (mirada and (contra_origen or d["clase"] not in DEL_ORIGEN)):
            return False
        return not dias or not all(_despues(extraidos.get((d["tienda"], x)), en) for x in dias)

    try:
        en = datetime.fromisoformat(anterior["en"])
        return [d for d in (*anterior["diferencias"], *anterior.get("no_miradas", ())) if sigue(d)]
    except (KeyError, TypeError, ValueError, AttributeError):
        return []  # no había, o no es de este programa


def _despues(extraido: datetime | None, en: datetime) -> bool:
    return extraido is not None and extraido > en


def _causas(diferencias: Sequence[Diferencia]) -> list[str]:
    """Cada causa una vez, con lo que explica."""
    de_que: dict[str, list[str]] = {}
    for d in diferencias:
        cual = " ".join(filter(None, (d.tienda, _dias(d)))) or "la base"
        de_que.setdefault(d.causa or "no se sabe", []).append(cual)
    lineas = []
    for causa, cuales in de_que.items():
        mas = f" y {len(cuales) - _CITADAS} más" if len(cuales) > _CITADAS else ""
        lineas.append(doblar(f"  {'; '.join(cuales[:_CITADAS])}{mas}: {causa}.", "    "))
    return lineas


def _dias(d: Diferencia) -> str:
    return describir(d.dias) if d.dias else ""


def ordenes(diferencias: Sequence[Diferencia], opciones: Sequence[str]) -> list[str]:
    """Las órdenes que las remedian todas: las menos que se pueda.

    Los días seguidos de una tienda que piden lo mismo van en una, y las tiendas con los mismos
    días, juntas.
    """
    sueltas, por_dias = [], {}
    for d in diferencias:
        if d.remedio and d.dias and d.tienda:
            por_dias.setdefault(d.remedio, {}).setdefault(d.tienda, set()).update(d.dias)
        elif suya := orden_de(d, opciones):
            sueltas += [d.antes, suya] if d.antes else [suya]
    for remedio, de_tienda in por_dias.items():
        de_quien: dict[Rango, list[str]] = {}
        for tienda, dias in sorted(de_tienda.items()):
            for tramo in agrupar(dias):
                de_quien.setdefault(tramo, []).append(tienda)
        sueltas += [
            orden.rango([r.desde, r.hasta], ids, [*remedio.opciones, *opciones], remedio.tarea)
            for r, ids in sorted(de_quien.items())
        ]
    return list(dict.fromkeys(sueltas))


def orden_de(d: Diferencia, opciones: Sequence[str]) -> str | None:
    """La orden que remedia una diferencia; None si ninguna puede."""
    if d.remedio is None:
        return None
    suyas = [*d.remedio.opciones, *opciones]
    if d.dias:
        return orden.rango(d.dias, d.tiendas, suyas, d.remedio.tarea)
    partes = [f"luigi --module fluxion_luigi {d.remedio.tarea}"]
    # La limpieza no sabe de tiendas.
    partes += [f"--tiendas {','.join(d.tiendas)}"] if d.remedio.opciones else []
    return " ".join([*partes, *suyas])


def texto(revision: Revision, opciones: Sequence[str], reparadas: Sequence[Diferencia] = ()) -> str:
    """La tabla para la terminal, las órdenes y lo que no se pudo mirar."""
    hay = revision.diferencias
    dias = f"{entero(revision.dias)} día(s) de {entero(revision.tiendas_mes)} tienda(s)-mes"
    lineas = [f"Integridad: {dias}, {entero(revision.filas)} filas."]
    if revision.comparadas:
        lineas.append(doblar(f"Comparada(s) con su tienda: {', '.join(revision.comparadas)}."))
    lineas.append("")
    todas = [*(("✓", d) for d in reparadas), *(("✗", d) for d in hay)]
    if todas:
        filas = [[m, d.tienda or "·", _dias(d) or "·", d.que] for m, d in todas[:_EN_LA_TABLA]]
        lineas += [tabla(filas, ["", "tienda", "días", "qué"], elasticas=["qué", "días"]), ""]
        if len(todas) > _EN_LA_TABLA:
            lineas += [f"Y {entero(len(todas) - _EN_LA_TABLA)} más, en el reporte.", ""]
        lineas += ["Por qué:", *_causas([d for _, d in todas]), ""]
    for tienda, por_que in revision.sin_comparar.items():
        lineas.append(doblar(f"  {tienda}: no se pudo comparar con la tienda: {por_que}", "    "))
    if revision.en_uso:
        cuales = ", ".join(f"{t} {mes}" for t, mes in revision.en_uso[:5])
        mas = f" y {len(revision.en_uso) - 5} más" if len(revision.en_uso) > 5 else ""
        lineas.append(doblar(f"  Otra corrida las está cambiando, y no se miran: {cuales}{mas}."))
    if remedios := ordenes(hay, opciones):
        lineas += ["Para remediarlo:", *(orden_doblada(o, "  ") for o in remedios), ""]
    if reparadas:
        lineas.append(f"{entero(len(reparadas))} diferencia(s) remediada(s).")
    entera = not (revision.sin_comparar or revision.en_uso)
    bien = "Todo coincide." if entera else "Lo que se pudo mirar coincide."
    lineas.append(f"{entero(len(hay))} diferencia(s) sin remediar." if hay else bien)
    return "\n".join(lineas)
