"""Lo común a todas las tareas: la configuración, el avance y cómo se dice un fallo."""

import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

import luigi
from luigi.interface import core

from fluxion_luigi import config, corrida
from fluxion_luigi.errores import ErrorBaseOcupada, ErrorUso
from fluxion_luigi.legible import legible
from fluxion_luigi.tareas import avisos, salida
from fluxion_luigi.tareas.parametros import Vez
from fluxion_luigi.tareas.registro import en_palabras

registro = logging.getLogger("fluxion.avance")
_ENTRE_AVISOS = 0.5
# De lo que se espera la base, la parte que la espera una tarea si otra de su corrida ya la esperó
# entera: lo que tardan las demás de la corrida en soltarla, y no un programa que se quedó abierto.
_OTRA_VEZ = 1 / 60


def la_base(ajustes: config.Ajustes) -> dict[str, int]:
    """El recurso de Luigi de quien escribe en la base: un archivo tiene un solo escritor."""
    return {} if ajustes.es_lago else {f"duckdb_{ajustes.base.nombre}": 1}


def opciones_de_luigi() -> list[str]:
    """Las opciones de esta orden que necesita también la que se sugiere a continuación."""
    return [o for o in ("--local-scheduler",) if o in sys.argv]


def mostrar(texto: str) -> None:
    """Escribe un informe en la salida. Si no se puede, se dice, y la corrida sigue."""
    if fallo := salida.escribir(sys.stdout, f"{legible(texto)}\n"):
        registro.error("No se pudo mostrar el informe en la salida: %s.", fallo)


def _en_voz_alta(complete: Callable[[luigi.Task], bool]) -> Callable[[luigi.Task], bool]:
    """El mismo `complete`, que si falla dice por qué, una vez: Luigi no lo muestra."""

    @wraps(complete)
    def dicho(tarea: luigi.Task) -> bool:
        try:
            return complete(tarea)
        except Exception as e:
            if not getattr(e, "dicho", False):
                e.dicho = True
                registro.error("No se pudo planear %s", tarea.task_family, exc_info=e)
            raise

    return dicho


class Tarea(luigi.Task):
    """Base de las tareas del proyecto. Las subclases sólo declaran y delegan en el núcleo."""

    # De quién es la tarea: sin esto, dos proyectos en un mismo scheduler, o dos corridas que se
    # cruzan, serían para él una sola tarea, y lo que le pasara a una le pasaría a la otra.
    vez = Vez()
    # Si es una orden que puede correr sola y no deja reporte de corrida, o no siempre: que falle se
    # lo tiene que decir ella a alguien.
    avisa = False

    _ultimo_aviso = 0.0
    _por_decir = ("", 0)
    _despues: threading.Timer | None = None

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "complete" in vars(cls):
            cls.complete = _en_voz_alta(cls.complete)

    @property
    def config(self) -> config.Configuracion:
        """La configuración de este proceso."""
        return config.actual()

    @property
    def diario(self) -> corrida.Diario:
        """El diario de sucesos de esta corrida."""
        return corrida.Diario(self.config.ajustes.reportes, corrida.id_actual())

    @contextmanager
    def ante_la_base(self) -> "Iterator[config.Configuracion]":
        """La configuración con que se abre la base para escribir.

        Lo que otro programa no soltó en toda una espera, no se espera otra vez por cada tienda:
        serían horas para decir lo mismo.
        """
        en_vano = any(s["suceso"] == "base_ocupada" for s in self.diario.sucesos())
        espera = self.config.ajustes.espera_base
        try:
            yield self.config.con_prisa(espera * _OTRA_VEZ) if en_vano else self.config
        except ErrorBaseOcupada:
            self.diario.anotar("base_ocupada")
            raise

    def on_failure(self, exception: BaseException) -> str:
        """La frase, y no la traza, es lo que ve la página del scheduler."""
        frase = en_palabras(exception)
        # Lo que la orden tiene mal escrito lo está viendo quien la escribió.
        if self.avisa and not isinstance(exception, ErrorUso):
            avisos.tras_orden(self.config, self.task_family, frase, opciones_de_luigi())
        return frase

    def on_success(self) -> None:
        """Si había fallado, se dice que ya no."""
        if self.avisa:
            avisos.tras_orden(self.config, self.task_family, None, opciones_de_luigi())

    def avanzar(self, hecho: int, total: int, mensaje: str) -> None:
        """Muestra el avance en la página del scheduler y en la terminal, a lo sumo dos por segundo.

        Args:
            hecho, total: unidades terminadas y en total, para el porcentaje.
        """
        # Lo que se vende mientras se lee puede pasar del total que se contó.
        por_ciento = min(100, round(100 * hecho / total)) if total else 100
        self._por_decir = (mensaje, por_ciento)
        espera = self._ultimo_aviso + _ENTRE_AVISOS - time.monotonic()
        if espera <= 0 or hecho >= total:
            self._decir()
        elif self._despues is None:
            # Si la lectura se queda quieta, lo último que avanzó también se tiene que ver.
            self._despues = threading.Timer(espera, self._decir)
            self._despues.daemon = True
            self._despues.start()

    def _decir(self) -> None:
        if self._despues:
            self._despues.cancel()
            self._despues = None
        decir, porcentaje = self.set_status_message, self.set_progress_percentage
        if decir is None or porcentaje is None:
            return  # la tarea ya terminó
        self._ultimo_aviso = time.monotonic()
        mensaje, por_ciento = self._por_decir
        registro.info(mensaje, extra={"efimero": True})
        decir(mensaje)
        porcentaje(por_ciento)


class Orden(Tarea):
    """Base de lo que alguien pide en la línea de órdenes: si no dice otra cosa, corre siempre.

    Raises:
        ErrorUso: si se pidieron cero workers o menos: Luigi no corre nada, y no lo dice.
        ErrorConfiguracion: si mira el catálogo y tiene problemas.
    """

    # Si lo que el catálogo tiene mal se dice antes de empezar, y sale con 40.
    mira_el_catalogo = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if core().workers < 1:
            raise ErrorUso(f"--workers {core().workers}: debe ser un entero mayor que cero.")
        if self.mira_el_catalogo:
            _ = self.config.catalogo

    def complete(self) -> bool:
        return False
