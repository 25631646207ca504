"""El informe de conectividad: la tabla, el resumen, qué hacer y la orden que sigue."""

from typing import Any

from fluxion_luigi.errores import ErrorConfiguracion
from fluxion_luigi.informes.tablas import tabla
from fluxion_luigi.origen.resultado import (
    EN_CLARO,
    MAL_CONFIGURADA,
    SOLO_LA_CLAVE,
    Estado,
    Resultado,
    por_consejo,
)

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
    dicho = MAL_CONFIGURADA if r.error is ErrorConfiguracion else r.causa
    causa = f" ({dicho})" if r.causa else ""
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
                "enlace": r.enlace or None,
            }
            for r in resultados
        ],
    }  # fmt: skip


def texto(resultados: list[Resultado], orden: str | None) -> str:
    """El informe entero para la terminal.

    Args:
        orden: la orden que carga lo que falta de las que responden, si hay algo que cargar.
    """
    columnas = {
        "tienda": [r.tienda.id for r in resultados],
        "nombre": [r.tienda.nombre for r in resultados],
        "host": [r.tienda.direccion[0] or "archivo" for r in resultados],
        "puerto": [r.tienda.direccion[1] or "" for r in resultados],
        "estado": [etiqueta(r) for r in resultados],
        "tiempo": [f"{max(r.tiempos.values())}ms" if r.tiempos else "" for r in resultados],
    }
    if any(r.enlace for r in resultados):
        columnas["enlace"] = [r.enlace for r in resultados]
    tiendas = tabla(
        list(zip(*columnas.values(), strict=True)),
        list(columnas),
        a_la_derecha=["puerto", "tiempo"],
        elasticas=["host", "nombre", "estado", "enlace"],
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
    if expuestas := [r for r in resultados if r.enlace in (EN_CLARO, SOLO_LA_CLAVE)]:
        lineas += ["", f"🔓 Las ventas viajan sin cifrar desde {_nombres(expuestas)}."]
    if problemas := list(por_consejo(resultados)):
        lineas += ["", "💡 QUÉ HACER:"]
        for consejo, grupo in problemas:
            lineas.append(f"   {consejo}")
            for (causa, detalle, _), iguales in _por_lo_dicho(grupo).items():
                lineas.append(f"      - {_nombres(iguales)}: {causa}")
                lineas += [f"        {dicho}" for dicho in detalle.splitlines()]
    if orden:
        lineas += ["", "🚀 PARA CARGAR LO QUE FALTA DE LAS QUE RESPONDEN:", f"   {orden}"]
    return "\n".join(lineas)


def _por_lo_dicho(grupo: list[Resultado]) -> dict[tuple[str, ...], list[Resultado]]:
    """Las mal configuradas del mismo modo van juntas: un driver que falta les falta a todas."""
    juntas: dict[tuple[str, ...], list[Resultado]] = {}
    for r in grupo:
        suya = "" if r.error is ErrorConfiguracion else r.tienda.id
        juntas.setdefault((r.causa, r.detalle, suya), []).append(r)
    return juntas


def _nombres(varias: list[Resultado]) -> str:
    return ", ".join(f"{r.tienda.id} {r.tienda.nombre}" for r in varias)


def _abierto(r: Resultado) -> bool:
    return r.estado in (Estado.CONECTADA, Estado.PUERTO_OK)
