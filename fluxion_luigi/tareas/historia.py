"""La historia de una corrida: del primer suceso al reporte, pase lo que pase en medio.

Las tareas corren en procesos hijos y Luigi no avisa cuándo acaba una corrida; por eso los sucesos
van a un diario y el reporte lo escribe el proceso principal al salir. Si lo matan, lo escribe la
corrida siguiente.
"""

import atexit
import logging
import multiprocessing
import os
import re
import signal
from datetime import UTC, datetime

import luigi

from fluxion_luigi import config, corrida, marcadores
from fluxion_luigi.archivos import escribir_json
from fluxion_luigi.config import Configuracion
from fluxion_luigi.destino.base import existe
from fluxion_luigi.errores import ErrorDisco, ErrorFluxion, ErrorSinEntrar
from fluxion_luigi.flujo import carga, revision
from fluxion_luigi.informes import reporte, resumen
from fluxion_luigi.tareas import (
    avisos,
    limpieza,
    mantenimiento,
    publicacion,
    salida,
    senales,
    vigilia,
)
from fluxion_luigi.tareas.base import Tarea, mostrar, opciones_de_luigi
from fluxion_luigi.tareas.registro import en_palabras, ruta_del_log
from fluxion_luigi.una_vez import UnaVez

registro = logging.getLogger("fluxion.corrida")

# La RangoVentas de esta corrida; los procesos hijos la heredan.
raiz = None
_inicio = datetime.now(UTC)
_anunciada = UnaVez()
# El de esta corrida, aunque no se pueda escribir.
_reporte: dict | None = None
_MUERTE = re.compile(r"Task \S+ died unexpectedly with exit code (-?\d+)")
# Al terminar apenas se espera la base: lo que se cargó ya está en el diario.
ESPERA_AL_SALIR = 1.0


def empezar() -> None:
    """Abre el diario de la corrida. Lo hace el proceso principal, antes de que nazcan los demás."""
    raiz.diario.abrir(**_apertura())
    plan = resumen.apertura(raiz.plan).splitlines()[0]
    vigilia.empieza(raiz.diario, f"Corrida {raiz.diario.corrida}. {plan}")


@luigi.Task.event_handler(luigi.Event.START)
def al_empezar(tarea: luigi.Task) -> None:
    """Lo primero que se ve: qué se va a hacer, y si es en una base que no existía."""
    if raiz is not None and isinstance(tarea, Tarea) and _anunciada.tomar():
        if _inicial().get("base_nueva"):
            registro.warning("%s", _base_nueva(raiz.config, simulada=False))
        registro.info("%s", resumen.apertura(raiz.plan))


def _inicial() -> dict:
    return next((s for s in raiz.diario.sucesos() if s["suceso"] == "inicio"), {})


def avisar_de_base_nueva(configuracion: Configuracion) -> None:
    """Al simular, que la base no existe: quizá está en otra ruta."""
    if _no_hay_base(configuracion):
        registro.warning("%s", _base_nueva(configuracion, simulada=True))


def _base_nueva(configuracion: Configuracion, *, simulada: bool) -> str:
    ajustes = configuracion.ajustes
    otra = marcadores.base_de_alguno(ajustes.marcadores)
    pista = f" Los marcadores de {ajustes.marcadores} son de {otra}." if otra else ""
    se_crea, corte = ("Se crearía", "") if simulada else ("Se crea", "corte con Ctrl-C y ")
    return (
        f"Base NUEVA: {ajustes.base} no existe. {se_crea}, y todo se pide a las tiendas desde "
        f"cero.{pista} Si ya tenía una, {corte}revise FLUXION_BASE y «base» en luigi.cfg."
    )


@luigi.Task.event_handler(luigi.Event.FAILURE)
def al_fallar(tarea: luigi.Task, error: BaseException) -> None:
    """Deja en el diario qué tarea falló, la clase del error y su frase."""
    de_todos = isinstance(error, ErrorSinEntrar)
    _anotar_fallo(
        tarea, getattr(error, "clase", "defecto"), en_palabras(error), de_un_mes=not de_todos
    )


@luigi.Task.event_handler(luigi.Event.PROCESS_FAILURE)
def al_morir(tarea: luigi.Task, texto: str) -> None:
    """Un proceso hijo que murió sin decir nada (lo mató el sistema, por ejemplo)."""
    _anotar_fallo(tarea, "muerte", frase_de_muerte(texto) or texto)


def frase_de_muerte(texto: str) -> str | None:
    """Lo que Luigi dice de un proceso que murió, para una persona; None si no es eso."""
    dicho = _MUERTE.fullmatch(texto)
    if not dicho:
        return None
    codigo = int(dicho[1])
    como = f"con código {codigo}"
    if -codigo in set(signal.Signals):
        como = f"por {signal.Signals(-codigo).name}"
    pista = (
        " Suele ser el sistema, cuando falta memoria, o alguien con kill."
        if codigo == -signal.SIGKILL
        else ""
    )
    return (
        f"El proceso de la tarea murió de pronto, {como}.{pista} Repita la orden: sigue donde iba."
    )


def _anotar_fallo(tarea: luigi.Task, clase: str, texto: str, *, de_un_mes: bool = True) -> None:
    if raiz is None or not isinstance(tarea, Tarea):
        return
    cual = {"tienda": getattr(tarea, "tienda", None), "mes": None}
    if de_un_mes:
        cual = getattr(tarea, "cual", cual)
    tarea.diario.anotar("fallo", tarea=tarea.task_family, **cual, clase=clase, texto=texto)


def _apertura() -> dict:
    padre = multiprocessing.parent_process()
    return {
        "pid": padre.pid if padre else os.getpid(),
        "empezada_en": _inicio.isoformat(timespec="milliseconds"),
        "tarea": raiz.task_family,
        "desde": str(raiz.plan.rango.desde),
        "hasta": str(raiz.plan.rango.hasta),
        "opciones": opciones_de_luigi(),
        "base": raiz.config.ajustes.base.nombre,
        "base_nueva": _no_hay_base(raiz.config),
        "recargar": raiz.recargar,
        "plan": [[t.id, t.nombre, str(tramo)] for t, tramo in raiz.plan.tramos],
        "excluidos": raiz.plan.excluidos(),
        "huecos": {t: [str(d) for d in dias] for t, dias in raiz.plan.huecos.items()},
    }


def _no_hay_base(configuracion: Configuracion) -> bool:
    try:
        return not existe(configuracion)
    except ErrorFluxion:
        return False  # quien la vaya a usar dirá qué le pasa


@atexit.register
def al_terminar() -> None:
    """Escribe el reporte de esta corrida, y el de las que murieron sin escribirlo."""
    if raiz is None or multiprocessing.parent_process() is not None:
        return
    # Que lo de otras no cueste el de ésta.
    for paso in (_contar_las_muertas, _rematar, _contar, _alertar, _limpiar):
        try:
            paso()
        except KeyboardInterrupt:
            salida.decir("✗ Interrumpida al acabar: lo que faltara (el reporte, avisar) lo hará la "
                         "siguiente.")  # fmt: skip
            return
        except Exception:
            registro.exception("al terminar la corrida")


def _rematar() -> None:
    """Lo que la orden hace aunque sus cargas fallen, si tiene algo que hacer."""
    al_acabar = getattr(raiz, "al_acabar", None)
    if al_acabar and not senales.recibida():
        al_acabar(_con_prisa())


def _contar() -> None:
    global _reporte
    diario = raiz.diario
    empezar()  # por si ni siquiera se llegó a planear
    al_dia = sorted(_al_dia())
    senal = senales.recibida()
    diario.anotar("fin", al_dia=al_dia, senal=senal.name if senal else None)
    if not senal:  # si la mandaron terminar, lo publicará la próxima
        publicacion.tras_cambio(diario)
    datos = reporte.componer(diario.corrida, diario.sucesos())
    bien = datos["estado"] == reporte.COMPLETA
    vigilia.acaba(diario, resumen.breve(datos), bien=bien)
    datos["latido"] = reporte.latidos(diario.sucesos())
    _reporte = datos
    archivo = None
    with corrida.si_se_puede():
        archivo = _cerrar(diario, datos)
    mostrar(resumen.texto(datos, archivo, ruta_del_log()))


def _contar_las_muertas() -> None:
    for muerta in corrida.abandonados(config.actual().ajustes.reportes):
        try:
            if muerta.ruta.is_dir():
                raise IsADirectoryError(muerta.ruta)
            _cerrar(muerta, reporte.componer(muerta.corrida, muerta.sucesos()))
        except ErrorDisco as e:
            registro.warning("El reporte de la corrida %s sigue pendiente. %s", muerta.corrida, e)
        except Exception:  # un diario se puede estropear de cualquier manera
            with corrida.si_se_puede():
                registro.warning(
                    "El diario de la corrida %s, que murió, no se entiende; se apartó en %s.",
                    muerta.corrida, muerta.apartar(),
                )  # fmt: skip


def _al_dia() -> set[tuple[str, str]]:
    """Las tiendas-mes del plan que están completas ahora; de paso, quita sus sobras."""
    sin_espera = _con_prisa()
    completas = set()
    for tienda, tramo in raiz.plan.tramos:
        try:
            if raiz.al_dia(sin_espera, tienda, tramo):
                completas.add((tienda.id, str(tramo)))
                carga.limpiar_sobras(sin_espera, tienda, tramo)
        except ErrorFluxion as e:
            dicho = any(s.get("clase") == e.clase for s in raiz.diario.sucesos())
            if not dicho and not senales.recibida():
                registro.warning("No se sabe qué está ya al día. %s", e)
            break
    return completas


def _con_prisa() -> config.Configuracion:
    """La configuración de lo que se hace al salir, que apenas espera la base."""
    return config.actual().con_prisa(0 if senales.recibida() else ESPERA_AL_SALIR)


def _alertar() -> None:
    avisos.tras_corrida(_con_prisa(), _reporte, opciones_de_luigi())


def _limpiar() -> None:
    if raiz.limpia_al_acabar and not senales.recibida():
        limpieza.tras_incremento(_con_prisa())
        mantenimiento.tras_incremento(_con_prisa())


def _cerrar(diario: corrida.Diario, datos: dict):
    archivo = diario.ruta.with_name(f"corrida_{diario.corrida}.json")
    escribir_json(archivo, datos)
    diario.borrar()
    revision.borrar(config.actual(), diario.corrida)
    return archivo
