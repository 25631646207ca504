"""El resumen de una corrida para la terminal, hecho del mismo reporte que va en JSON."""

from datetime import date
from pathlib import Path
from typing import Any

from fluxion_luigi.flujo.plan import Plan
from fluxion_luigi.flujo.revision import Revision
from fluxion_luigi.informes.reporte import FALLIDA, NO_INTENTADA
from fluxion_luigi.informes.tablas import tabla
from fluxion_luigi.periodos import describir

MARCA = {FALLIDA: "✗ fallida", NO_INTENTADA: "· no intentada"}
FALTAN_DIAS = "🟡 faltan días"
_DIAS_CITADOS = 3


def entero(n: int) -> str:
    """Un entero con punto de miles, como se escribe en Venezuela."""
    return f"{n:,}".replace(",", ".")


def apertura(plan: Plan) -> str:
    """Lo que la corrida va a hacer, en una frase, y lo que deja fuera."""
    frase = (
        f"Ventas de {plan.rango.desde} a {plan.rango.hasta}: {len(plan.tiendas_mes)} tienda(s)-mes "
        f"de {len({t.id for t, _ in plan.tramos})} tienda(s)."
    )
    return "\n".join([frase, *plan.excluidos()])


def texto(datos: dict[str, Any], archivo: Path | None, log: Path | None) -> str:
    """Qué se logró, qué no y por qué, y cómo reintentar sólo lo que falta."""
    lineas = ["", *_cabeza(datos)]
    lineas += [f"  {frase}" for frase in datos["excluidos"]]
    lineas += [
        f"  {tienda}: {entero(n)} línea(s) sin fecha en la tienda, que no se pueden cargar"
        for tienda, n in datos["sin_fecha"].items()
    ]
    lineas += huecos(datos["huecos"])
    faltan = [m for m in datos["detalle"] if m["estado"] in MARCA]
    if faltan and not any(m["error"] or m["estado"] != NO_INTENTADA for m in faltan):
        por_que = (
            "Las no intentadas iban a medias o esperaban su turno."
            if datos["interrumpida_por"]
            else "Las no intentadas no llegaron a empezar; la causa está más arriba."
        )
        lineas += ["", por_que]
        lineas += _reintento(datos)
    elif faltan:
        fallidas = tabla(
            agrupadas(faltan),
            ["tienda", "nombre", "meses", "estado", "causa"],
            elasticas=["nombre", "meses", "causa", "estado"],
        )
        lineas += ["", fallidas, *_reintento(datos)]
    lineas += _publicacion(datos["publicacion"])
    lineas += ["", f"Reporte: {archivo or 'no se pudo escribir'}"]
    lineas += [f"Registro: {log or 'no se pudo escribir'}"]
    return "\n".join(lineas)


def publicada(datos: dict[str, Any]) -> str:
    """Una copia para BI recién hecha, en una línea."""
    mb, segundos = entero(round(datos["bytes"] / 1e6)), str(datos["segundos"]).replace(".", ",")
    como = ", sin ocupar más disco" if datos["compartida"] else ""
    return f"Publicada para BI: {datos['ruta']} ({mb} MB en {segundos} s{como})"


def _publicacion(datos: dict[str, Any] | None) -> list[str]:
    if not datos:
        return []
    if datos["motivo"]:
        return ["", f"✗ No se publicó {datos['ruta']}; la de antes sigue igual. "
                f"{datos['motivo'].splitlines()[0]}"]  # fmt: skip
    return ["", publicada(datos)]


def breve(datos: dict[str, Any]) -> str:
    """La corrida en pocas líneas, para quien la vigila desde fuera: qué tiendas faltan, sin causas.

    Las causas traen palabras de los servidores, y esto sale de la casa.
    """
    faltan = sorted({m["tienda"] for m in datos["detalle"] if m["estado"] in MARCA})
    lineas = [*_cabeza(datos), *([f"  Faltan: {', '.join(faltan)}"] if faltan else [])]
    if con_huecos := sorted(datos["huecos"]["tiendas"]):
        lineas.append(f"  Con días que faltan de antes: {', '.join(con_huecos)}")
    return "\n".join(lineas)


def _cabeza(datos: dict[str, Any]) -> list[str]:
    cuenta = datos["tiendas_mes"]
    lineas = [
        f"Corrida {datos['corrida']}: {datos['desde']} a {datos['hasta']}, "
        f"{str(datos['segundos']).replace('.', ',')} s",
        f"  {cuenta['cargada']} tienda(s)-mes cargada(s) ({entero(datos['filas'])} filas), "
        f"{cuenta['al_dia']} ya al día, {cuenta['fallida']} fallida(s), "
        f"{cuenta['no_intentada']} no intentada(s)",
    ]
    if datos["interrumpida_por"]:
        lineas.append(f"  Interrumpida por {datos['interrumpida_por']}.")
    return lineas


def huecos(datos: dict[str, Any]) -> list[str]:
    """Los días que faltan y el incremento no pide solo, y la orden que los carga."""
    if not datos["tiendas"]:
        return []
    lineas = ["", "Faltan días más viejos que dias_atras, que no se piden solos:"]
    lineas += [
        f"  {tienda}: {len(dias)} día(s), {describir(map(date.fromisoformat, dias))}"
        for tienda, dias in datos["tiendas"].items()
    ]
    return [*lineas, "Para cargarlos:", f"  {datos['orden']}"]


def revision(tienda: str, hecha: Revision) -> str:
    """Lo que se supo de una tienda con la cuenta de la mañana."""
    partes = [f"{len(hecha.iguales)} día(s) siguen igual"] if hecha.iguales else []
    partes += [f"cambió {describir(hecha.cambiaron)}"] if hecha.cambiaron else []
    nuevos = sorted(set(hecha.por_leer) - set(hecha.cambiaron))
    partes += [f"se lee {describir(nuevos)}"] if nuevos else []
    return f"· {tienda}: {'; '.join(partes) or 'nada nuevo'}"


def _reintento(datos: dict[str, Any]) -> list[str]:
    return ["", "Para reintentar sólo lo que falta:", f"  {datos['reintentar']}"]


def agrupadas(faltan: list[dict[str, Any]]) -> list[list[str]]:
    """Un renglón por tienda y causa: trece meses de una tienda muda son un solo problema."""
    grupos: dict[tuple, list[str]] = {}
    for m in faltan:
        clave = (m["tienda"], m["nombre"], _marca(m), causa(m))
        grupos.setdefault(clave, []).append(m["mes"])
    return [
        [tienda, nombre, _meses(list(dict.fromkeys(meses))), estado, causa]
        for (tienda, nombre, estado, causa), meses in grupos.items()
    ]


def _meses(meses: list[str]) -> str:
    return meses[0] if len(meses) == 1 else f"{meses[0]} a {meses[-1]} ({len(meses)})"


def _marca(m: dict[str, Any]) -> str:
    return FALTAN_DIAS if m["dias"] else MARCA[m["estado"]]


def causa(m: dict[str, Any]) -> str:
    """Por qué una tienda-mes del reporte no se logró, o los días que se quedaron fuera."""
    dias = m["dias_fuera"]
    if dias:
        citados = [f"{d}: {dias[d]}" for d in sorted(dias)[:_DIAS_CITADOS]]
        mas = len(dias) - len(citados)
        return "; ".join(citados) + (f"; y {mas} día(s) más" if mas else "")
    if not m["error"]:
        return "no llegó a intentarse; la causa está más arriba"
    return m["error"].splitlines()[0]
