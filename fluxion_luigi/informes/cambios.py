"""Lo que una orden va a quitar de la historia o a mover, para verlo antes de hacerlo."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from fluxion_luigi.conciliacion import Conteo
from fluxion_luigi.flujo.olvido import PorOlvidar
from fluxion_luigi.flujo.renombre import PorMover
from fluxion_luigi.informes.resumen import entero
from fluxion_luigi.informes.tablas import tabla
from fluxion_luigi.periodos import Rango, describir


def olvido(plan: Sequence[PorOlvidar], rango: Rango) -> str:
    """La tabla de lo que se olvidaría y, debajo, lo que no está en las ventas."""
    lineas = [f"Por olvidar, de {rango.desde} a {rango.hasta}:", ""]
    lineas.append(_tabla((p.tienda.id, p.tienda.nombre, p.cargados) for p in plan))
    for p in plan:
        sin_base = sorted(set(p.marcados) - p.cargados.keys())
        lineas += _ademas(p.tienda.id, "con filas que el control no nombra", p.sueltos)
        lineas += _ademas(p.tienda.id, "anotado(s) como fallidos", p.fallidos)
        lineas += _ademas(p.tienda.id, "que sólo dicen los marcadores", sin_base)
        if p.staging:
            lineas.append(f"  {p.tienda.id}: además, lo de staging de {', '.join(p.staging)}")
    return "\n".join(lineas)


def pregunta_de_olvido(plan: Sequence[PorOlvidar]) -> str:
    """Lo que se le pregunta al operador."""
    dias = sum(len(p.dias) for p in plan)
    que = f"{entero(dias)} día(s)" if dias else "lo que quedó en staging"
    return f"¿Olvidar {que} de {len(plan)} tienda(s)?"


def renombre(plan: PorMover) -> str:
    """La tabla de lo que se movería, o lo que falta de un cambio que no acabó."""
    meses = ", ".join(m.mes for m in plan.marcadores)
    if not plan.en_base:
        return (
            f"La historia de {plan.de} ya no está en la base con ese nombre; quedan sus marcadores "
            f"de {meses}."
        )
    lineas = [f"Por mover de {plan.de} a {plan.a.id}:", ""]
    lineas.append(_tabla([(plan.de, plan.a.nombre, plan.cargados)]))
    lineas += _ademas(plan.de, "anotado(s) como fallidos", plan.fallidos)
    return "\n".join(lineas)


def pregunta_de_renombre(plan: PorMover) -> str:
    """Lo que se le pregunta al operador."""
    dias = len({*plan.cargados, *plan.fallidos})
    que = f"{entero(dias)} día(s)" if plan.en_base else "los marcadores"
    return f"¿Mover {que} de {plan.de} a {plan.a.id}?"


def _ademas(tienda: str, que: str, dias: Collection[date]) -> list[str]:
    return [f"  {tienda}: además, {len(dias)} día(s) {que}: {describir(dias)}"] if dias else []


def _tabla(renglones: Iterable[tuple[str, str, Mapping[date, Conteo]]]) -> str:
    return tabla(
        [[tienda, nombre, *_peso(dias)] for tienda, nombre, dias in renglones],
        ["tienda", "nombre", "días", "desde", "hasta", "filas", "total"],
        a_la_derecha=["días", "filas", "total"],
        elasticas=["nombre"],
    )


def _peso(dias: Mapping[date, Conteo]) -> list[str]:
    conteos = dias.values()
    return [
        entero(len(dias)),
        str(min(dias, default="·")),
        str(max(dias, default="·")),
        entero(sum(c.filas for c in conteos)),
        _monto(sum((c.total for c in conteos), Decimal(0))),
    ]


def _monto(total: Decimal) -> str:
    """Con punto de miles y coma de céntimos."""
    return f"{total:,.2f}".translate(str.maketrans(",.", ".,"))
