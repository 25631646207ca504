"""El informe de conectividad: la tabla, el resumen, qué hacer y la orden que sigue."""

from typing import Any

from fluxion_luigi.informes.tablas import tabla
from fluxion_luigi.origen.conectividad import Estado, Resultado, por_consejo

MARCA = {
    Estado.CONECTADA: "✅",
    Estado.PUERTO_OK: "🟡",
    Estado.PING_OK: "🟠",
    Estado.NO_ALCANZABLE: "❌",
    Estado.INACTIVA: "⚪",
}


def etiqueta(r: Resultado) -> str:
    """`✅ CONECTADA`; en la prueba rápida un puerto abierto es lo mejor que se puede saber."""
    marca = "✅" if r.responde else MARCA[r.estado]
    return f"{marca} {r.estado.value}"


def linea(r: Resultado) -> str:
    """Una tienda en una línea, para verlas según salen."""
    causa = f" ({r.causa})" if r.causa else ""
    return f"{etiqueta(r)} {r.tienda.id} {r.tienda.nombre}{causa}"


def datos(resultados: list[Resultado], orden: str | None) -> dict[str, Any]:
    """Lo mismo, para JSON."""
    probadas = [r for r in resultados if r.estado is not Estado.INACTIVA]
    return {
        "probadas": len(probadas),
        "responden": sum(r.responde for r in probadas),
        "puertos_abiertos": sum(_abierto(r) for r in probadas),
        "orden_sugerida": orden,
        "tiendas": [
            {
                "tienda": r.tienda.id, "nombre": r.tienda.nombre, "lugar": r.tienda.lugar,
                "estado": r.estado.value, "responde": r.responde, "causa": r.causa or None,
                "consejo": r.consejo or None, "detalle": r.detalle or None, "ms": r.tiempos,
            }
            for r in resultados
        ],
    }  # fmt: skip


def texto(resultados: list[Resultado], orden: str | None) -> str:
    """El informe entero para la terminal.

    Args:
        orden: la orden que carga lo que falta de las que responden, si hay algo que cargar.
    """
    filas = [
        [r.tienda.id, r.tienda.nombre, r.tienda.host or "archivo", r.tienda.puerto or "",
         etiqueta(r), f"{max(r.tiempos.values())}ms" if r.tiempos else ""]
        for r in resultados
    ]  # fmt: skip
    tiendas = tabla(
        filas,
        ["tienda", "nombre", "host", "puerto", "estado", "tiempo"],
        a_la_derecha=["puerto", "tiempo"],
        elasticas=["host", "nombre", "estado"],
    )
    probadas = [r for r in resultados if r.estado is not Estado.INACTIVA]
    abiertos = sum(_abierto(r) for r in probadas)
    por_ciento = 100 * abiertos / len(probadas) if probadas else 0
    lineas = [
        tiendas,
        "",
        f"📊 Resumen: {abiertos}/{len(probadas)} tiendas con puertos abiertos ({por_ciento:.1f}%), "
        f"{sum(r.estado is Estado.CONECTADA for r in probadas)} conectadas",
    ]
    if problemas := list(por_consejo(resultados)):
        lineas += ["", "💡 QUÉ HACER:"]
        for consejo, grupo in problemas:
            lineas.append(f"   {consejo}")
            for r in grupo:
                lineas.append(f"      - {r.tienda.id} {r.tienda.nombre}: {r.causa}")
                lineas += [f"        {dicho}" for dicho in r.detalle.splitlines()]
    if orden:
        lineas += ["", "🚀 PARA CARGAR LO QUE FALTA DE LAS QUE RESPONDEN:", f"   {orden}"]
    return "\n".join(lineas)


def _abierto(r: Resultado) -> bool:
    return r.estado in (Estado.CONECTADA, Estado.PUERTO_OK)
