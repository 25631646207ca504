"""Lo que una corrida pediría a cada tienda, en una tabla."""

from collections.abc import Sequence

from fluxion_luigi.flujo.incremento import PlanDiario
from fluxion_luigi.flujo.plan import Pedido, Plan
from fluxion_luigi.informes import reporte, resumen
from fluxion_luigi.informes.tablas import doblar, tabla
from fluxion_luigi.periodos import describir

NOTA = "* Si son de ventana_dias; un mes de pocas filas (ventana_filas) se lee en una sola."

NOTA_INCREMENTO = "De los que sólo se cuentan se leerían los que hayan cambiado en la tienda."


def texto(plan: Plan, pedidos: Sequence[Pedido]) -> str:
    """La tabla de la simulación, con lo que queda fuera y por qué."""
    filas = [
        [p.tienda.id, p.tienda.nombre, p.meses, len(p.dias), p.ventanas,
         describir(p.dias) if p.dias else "al día: no se le pregunta nada"]
        for p in pedidos
    ]  # fmt: skip
    meses, dias = sum(p.meses for p in pedidos), sum(len(p.dias) for p in pedidos)
    filas.append(["TOTAL", "", meses, dias, sum(p.ventanas for p in pedidos), ""])
    pedidos_ = tabla(
        filas,
        ["tienda", "nombre", "meses", "días", "ventanas*", "qué días"],
        a_la_derecha=["meses", "días", "ventanas*"],
        elasticas=["nombre", "qué días"],
    )
    return "\n".join(
        [f"Simulación de {plan.rango.desde} a {plan.rango.hasta}: no se contactó a nadie.", "",
         pedidos_, doblar(NOTA), *plan.excluidos()]
    )  # fmt: skip


def incremento(plan: PlanDiario, opciones: Sequence[str] = ()) -> str:
    """La tabla de lo que se leería y lo que sólo se contaría esta mañana, y lo que falta de antes.

    Args:
        opciones: las que debe llevar la orden sugerida.
    """
    faltan = {t: [str(d) for d in dias] for t, dias in plan.huecos.items()}
    filas = [
        [j.tienda.id, j.tienda.nombre, len(j.faltan), describir(j.faltan) if j.faltan else "·",
         len(j.por_contar), describir(j.por_contar) if j.por_contar else "·"]
        for j in plan.jornadas
    ]  # fmt: skip
    leer, contar = (sum(f[n] for f in filas) for n in (2, 4))
    cuadro = tabla(
        [*filas, ["TOTAL", "", leer, "", contar, ""]],
        ["tienda", "nombre", "leer", "qué días", "contar", "cuáles"],
        a_la_derecha=["leer", "contar"],
        elasticas=["qué días", "cuáles", "nombre"],
    )
    return "\n".join(
        [f"Simulación del incremento hasta {plan.rango.hasta}: no se contactó a nadie.", "", cuadro,
         doblar(NOTA_INCREMENTO), *plan.excluidos(),
         *resumen.huecos(reporte.huecos(faltan, list(opciones)))]
    )  # fmt: skip
