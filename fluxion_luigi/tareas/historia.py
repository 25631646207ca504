"""La historia de una corrida: del primer suceso al reporte, pase lo que pase en medio.

Las tareas corren en procesos hijos y Luigi no avisa cuándo acaba una corrida; por eso los sucesos
van a un diario y el reporte lo escribe el proceso principal al salir. Si lo matan, lo escribe la
corrida siguiente.
"""

import atexit
import logging
import multiprocessing
import os
from datetime import UTC, datetime

import luigi

from fluxion_luigi import cobertura, config, corrida, marcadores
from fluxion_luigi.archivos import escribir_json
from fluxion_luigi.errores import ErrorFluxion
from fluxion_luigi.flujo import carga
from fluxion_luigi.informes import reporte, resumen
from fluxion_luigi.tareas.base import Tarea, mostrar, opciones_de_luigi
from fluxion_luigi.tareas.registro import en_palabras, ruta_del_log

registro = logging.getLogger("fluxion.corrida")

# Una semana entera sin una venta no es un día cerrado.
MUCHOS_CEROS = 7
# La RangoVentas de esta corrida; los procesos hijos la heredan.
raiz = None
_inicio = datetime.now(UTC)


@luigi.Task.event_handler(luigi.Event.START)
def al_empezar(tarea: luigi.Task) -> None:
    """El primer suceso dice qué se pidió y de quién es la corrida."""
    if raiz is not None and isinstance(tarea, Tarea) and tarea.diario.abrir(**_apertura()):
        if not raiz.config.ajustes.base.exists():
            registro.warning("%s", _base_nueva())
        registro.info("%s", resumen.apertura(raiz.plan))


def _base_nueva() -> str:
    ajustes = raiz.config.ajustes
    otra = marcadores.base_de_alguno(ajustes.marcadores)
    pista = f" Los marcadores de {ajustes.marcadores} son de {otra}." if otra else ""
    return (
        f"Base NUEVA: {ajustes.base} no existe. Se crea, y todo se pide a las tiendas desde cero."
        f"{pista} Si ya tenía una, corte con Ctrl-C y revise FLUXION_BASE y «base» en luigi.cfg."
    )


@luigi.Task.event_handler(luigi.Event.FAILURE)
def al_fallar(tarea: luigi.Task, error: BaseException) -> None:
    """Deja en el diario qué tarea falló, la clase del error y su frase."""
    _anotar_fallo(tarea, getattr(error, "clase", "defecto"), en_palabras(error))


@luigi.Task.event_handler(luigi.Event.PROCESS_FAILURE)
def al_morir(tarea: luigi.Task, texto: str) -> None:
    """Un proceso hijo que murió sin decir nada (lo mató el sistema, por ejemplo)."""
    _anotar_fallo(tarea, "muerte", f"El proceso de la tarea murió de pronto: {texto}")


def _anotar_fallo(tarea: luigi.Task, clase: str, texto: str) -> None:
    if raiz is None or not isinstance(tarea, Tarea):
        return
    tarea.diario.abrir(**_apertura())
    mes = tarea.desde.strftime("%Y-%m") if hasattr(tarea, "tramo") else None
    tarea.diario.anotar(
        "fallo", tarea=tarea.task_family, tienda=getattr(tarea, "tienda", None), mes=mes,
        clase=clase, texto=texto,
    )  # fmt: skip


def linea_de_carga(tarea, hecho: carga.Resumen) -> str:
    """La línea que la terminal muestra por cada tienda-mes cargada, con su lugar en el total."""
    marca = "🟡" if hecho.fuera else "✓"
    lugar = _lugar_en_el_plan(tarea)
    partes = [f"{marca} {lugar}{tarea.nombre}: {resumen.entero(hecho.filas)} filas"]
    cuentas = {
        "día(s) fuera": len(hecho.fuera),
        "día(s) en cero": hecho.dias_en_cero,
        "sin producto en el catálogo": hecho.sin_producto,
        "de un código con varios productos": hecho.ambiguos,
    }
    partes += [f"{resumen.entero(n)} {que}" for que, n in cuentas.items() if n]
    if not hecho.filas and hecho.dias >= MUCHOS_CEROS:
        partes.append("ni una venta en todo el tramo: ¿son ésas las fechas?")
    partes += [
        f"{dia} antes {resumen.entero(antes)} filas, ahora {resumen.entero(ahora)}"
        for dia, (antes, ahora) in sorted(hecho.caidas.items())
    ]
    return ", ".join(partes)


def _lugar_en_el_plan(tarea) -> str:
    """`3/20 `: cuántas tiendas-mes del plan van cargadas; la que se cargó dos veces cuenta una."""
    if raiz is None:
        return ""
    plan = {(t.id, tramo.mes) for t, tramo in raiz.plan.tramos}
    cargadas = {
        (s.get("tienda"), s.get("mes")) for s in tarea.diario.sucesos() if s["suceso"] == "carga"
    }
    return f"{len(plan & cargadas)}/{len(plan)} "


def frase_de_fuera(tarea, hecho: carga.Resumen) -> str:
    """Los días que se quedaron sin cargar, cada uno con su motivo."""
    otros = f"los otros {hecho.dias} ya están" if hecho.dias else "no había otros"
    cabeza = f"{tarea.nombre}: {len(hecho.fuera)} día(s) sin cargar; {otros}."
    return "\n".join([cabeza, *(f"  {d}: {m}." for d, m in sorted(hecho.fuera.items()))])


def _apertura() -> dict:
    padre = multiprocessing.parent_process()
    return {
        "pid": padre.pid if padre else os.getpid(),
        "empezada_en": _inicio.isoformat(timespec="milliseconds"),
        "desde": str(raiz.desde),
        "hasta": str(raiz.hasta),
        "opciones": opciones_de_luigi(),
        "base": str(raiz.config.ajustes.base),
        "base_nueva": not raiz.config.ajustes.base.exists(),
        "recargar": raiz.recargar,
        "plan": [[t.id, t.nombre, str(tramo)] for t, tramo in raiz.plan.tramos],
        "excluidos": raiz.plan.excluidos(),
    }


@atexit.register
def al_terminar() -> None:
    """Escribe el reporte de esta corrida, y el de las que murieron sin escribirlo."""
    if raiz is None or multiprocessing.parent_process() is not None:
        return
    try:
        ajustes = config.actual().ajustes
        for muerta in corrida.abandonados(ajustes.reportes):
            if muerta.corrida != corrida.id_actual():
                _cerrar(muerta, reporte.componer(muerta.corrida, list(muerta.sucesos()), set()))
        diario = corrida.Diario(ajustes.reportes, corrida.id_actual())
        sucesos = list(diario.sucesos()) or [{"suceso": "inicio", **_apertura()}]
        datos = reporte.componer(diario.corrida, sucesos, _al_dia(), terminada=True)
        archivo = _cerrar(diario, datos)
        mostrar(resumen.texto(datos, archivo, ruta_del_log()))
    except ErrorFluxion as e:
        registro.error("%s", e)


def _al_dia() -> set[tuple[str, str]]:
    """Las tiendas-mes del plan que están completas ahora; de paso, quita sus sobras."""
    completas = set()
    for tienda, tramo in raiz.plan.tramos:
        try:
            if not cobertura.pendientes(config.actual(), tienda, tramo):
                completas.add((tienda.id, tramo.mes))
                carga.limpiar_sobras(config.actual(), tienda, tramo)
        except ErrorFluxion as e:
            registro.warning("%s", e)
            break
    return completas


def _cerrar(diario: corrida.Diario, datos: dict):
    archivo = diario.ruta.with_name(f"corrida_{diario.corrida}.json")
    escribir_json(archivo, datos)
    diario.borrar()
    return archivo
