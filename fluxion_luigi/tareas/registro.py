"""El registro de una corrida: frases en la terminal (por stderr), todo el detalle en `logs/`.

Un error esperado se muestra como su frase, sin traza; un defecto del programa deja la suya en el
archivo y dice cuál es.
"""

import configparser
import logging
import os
import re
import shutil
import signal
import sys
import traceback
import warnings
from pathlib import Path

import luigi.configuration
from luigi.parameter import MissingParameterException, ParameterException
from luigi.rpc import RPCError
from luigi.task_register import TaskClassException

from fluxion_luigi import config, corrida
from fluxion_luigi.archivos import crear_carpeta, leer_texto, motivo
from fluxion_luigi.config import ajustes
from fluxion_luigi.errores import ErrorConfiguracion, ErrorFluxion
from fluxion_luigi.legible import legible
from fluxion_luigi.tareas import salida, senales
from fluxion_luigi.una_vez import UnaVez

registro = logging.getLogger("fluxion.registro")
# Así dice Luigi que no entendió un valor de la orden (`--core-workers x`) o de luigi.cfg.
_VALOR_MALO = re.compile(r"(\w+)\[.*Error when parsing the default value of '(\w+)'", re.S)
# Los códigos de salida, salvo que luigi.cfg diga otros en [retcode]. Los de Luigi son 0 aunque una
# tarea falle.
CODIGOS = {
    "already_running": 10, "missing_data": 20, "not_run": 25, "task_failed": 30,
    "scheduling_error": 35, "unhandled_exception": 40,
}  # fmt: skip
_BORRAR_LINEA = "\r\x1b[K"
# La traza que Luigi pone en un aviso suyo cuando la causa es un error esperado.
_TRAZA_ESPERADA = re.compile(
    r"Traceback \(most recent call last\):\n.*\n(?:fluxion_luigi\.errores\.\w+: )", re.DOTALL
)


def instalar() -> None:
    """Le dice a Luigi dónde está `luigi.cfg` y cómo registrar, si nadie se lo dijo."""
    sys.excepthook = _al_caer
    salida.preparar()
    senales.instalar()
    # Luigi lee estas claves de [core] pero no las declara, y avisa que no las conoce.
    warnings.filterwarnings("ignore", message=".*'rpc_.*not consumed by the task 'core'")
    actual = luigi.configuration.get_config()
    if actual.get("core", "logging_conf_file", None) is None:
        actual.set("core", "logging_conf_file", str(Path(__file__).with_name("registro.cfg")))
    for caso, codigo in CODIGOS.items():
        if actual.get("retcode", caso, None) is None:
            actual.set("retcode", caso, str(codigo))
    try:
        archivo = ajustes.ubicar()
    except ErrorFluxion:
        return  # quien use la configuración dirá la frase
    try:
        # Como texto y no por su ruta: a Luigi lo rompe un BOM, y lee en el idioma de la máquina.
        actual.read_string(leer_texto(archivo), source=str(archivo))
    except configparser.Error as e:
        raise ErrorConfiguracion(f"Luigi no entiende {archivo}: {str(e)[:300]}") from None


def ruta_del_log() -> Path | None:
    """El archivo de registro de esta corrida, o None si no lo hay o no se pudo escribir."""
    try:
        logs = config.actual().ajustes.logs
    except ErrorFluxion:
        return None
    return None if Archivo.roto else logs / f"corrida_{corrida.id_actual()}.log"


def en_palabras(error: BaseException) -> str:
    """La frase que lee el operador para cualquier excepción."""
    if isinstance(error, ErrorFluxion):
        return str(error)
    if isinstance(error, MissingParameterException):
        opcion = re.search(r"requires the '(\w+)' parameter", str(error))
        return f"Falta la opción --{opcion[1].replace('_', '-') if opcion else error} en la orden."
    if isinstance(error, ParameterException | TaskClassException):
        return f"La orden está mal escrita. Luigi dice: {error}"
    if malo := _VALOR_MALO.match(str(error)):
        return _frase_de_valor_malo(malo[1], malo[2], error.__cause__)
    if isinstance(error, RPCError):
        return (
            "No responde el scheduler central de Luigi. Arránquelo con «make scheduler», en la "
            "carpeta del proyecto, o agregue "
            f"--local-scheduler a la orden. Detalle: {error}"
        )
    if isinstance(error, KeyboardInterrupt):
        return f"{_interrumpida()} Nada quedó a medias: la misma orden la retoma donde iba."
    return (
        f"Defecto del programa: {type(error).__name__}: {error}. "
        f"El detalle está en {ruta_del_log() or 'la traza'}."
    )


def _frase_de_valor_malo(seccion: str, clave: str, causa: BaseException | None) -> str:
    if isinstance(causa, ErrorFluxion):
        return str(causa)
    opcion = f"--{clave.replace('_', '-')}"
    if (seccion, clave) == ("core", "workers"):
        return f"{opcion}: debe ser un entero mayor que cero."
    return (
        f"No se entiende «{clave}», de la sección [{seccion}] de luigi.cfg o de {opcion}: {causa}."
    )


def _interrumpida() -> str:
    senal = senales.recibida()
    return (
        f"Interrumpida por {senal.name}: {senales.DE_QUIEN[senal]}." if senal else "Interrumpida."
    )


def esperado(error: BaseException) -> bool:
    """Si es un error del que el operador no necesita la traza."""
    return isinstance(
        error,
        ErrorFluxion | ParameterException | TaskClassException | RPCError | KeyboardInterrupt,
    ) or bool(_VALOR_MALO.match(str(error)))


class Terminal(logging.Handler):
    """La terminal: sólo lo que una persona debe leer, y una línea de avance si es interactiva."""

    def __init__(self):
        super().__init__()
        self._viva = sys.stderr.isatty()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            texto = self._texto(record)
        except Exception:
            self.handleError(record)
            return
        if texto and (fallo := salida.escribir(sys.stderr, texto)):
            registro.error("La terminal no recibe lo que se le escribe: %s.", fallo)

    def _texto(self, record: logging.LogRecord) -> str:
        """Lo que le toca a la terminal de un suceso; vacío si nada."""
        efimero = getattr(record, "efimero", False)
        if efimero and self._viva:
            ancho = shutil.get_terminal_size().columns
            return _BORRAR_LINEA + legible(record.getMessage())[: ancho - 1]
        return "" if efimero or not self._interesa(record) else self.format(record) + "\n"

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        texto = en_palabras(error) if error else record.getMessage()
        if error and not esperado(error) and ruta_del_log() is None:
            texto += "\n" + "".join(traceback.format_exception(error)).rstrip()
        marca = "✗ " if record.levelno >= logging.ERROR else ""
        return (_BORRAR_LINEA if self._viva else "") + marca + legible(texto)

    def _interesa(self, record: logging.LogRecord) -> bool:
        """De Luigi, sólo las excepciones: lo demás lo dice este proyecto con sus palabras."""
        if self._viva and getattr(record, "fijo", False):
            return False  # ya lo cuenta la línea de avance
        if record.name.startswith("fluxion"):
            return True
        error = record.exc_info[1] if record.exc_info else None
        if error is None or getattr(error, "dicho", False):
            return False  # Luigi cuenta la misma excepción en cada piso por donde pasa
        error.dicho = True
        return True


class Archivo(logging.Handler):
    """El archivo de la corrida; si no se puede escribir, lo dice una vez y la corrida sigue.

    Cada línea es una sola escritura, sin nada guardado en medio: ni se mezcla con las de otros
    procesos, ni queda a la espera de un disco que se llenó.
    """

    roto = False

    def __init__(self):
        super().__init__()
        self._primera, self._archivo = UnaVez(), None
        ruta = ruta_del_log()
        if ruta is None:
            return
        try:
            crear_carpeta(ruta.parent)
            self._archivo = os.open(ruta, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        except ErrorFluxion as e:
            self._romper(str(e))
        except OSError as e:
            self._romper(f"No se pudo escribir en {ruta}: {motivo(e)}.")

    def filter(self, record: logging.LogRecord) -> bool:
        # De un error de planeación, ya dicho, Luigi repite la traza.
        sobra = getattr(record, "efimero", False) or str(record.msg).startswith("Will not run")
        return not sobra and super().filter(record)

    def emit(self, record: logging.LogRecord) -> None:
        if self._archivo is None:
            return
        try:
            linea = f"{self.format(record)}\n".encode("utf-8", "backslashreplace")
        except Exception:
            self.handleError(record)
            return
        try:
            if os.write(self._archivo, linea) < len(linea):
                os.write(self._archivo, b"\n")  # no cupo entera: esto dice por qué
        except OSError as e:
            self._romper(f"No se pudo escribir en {ruta_del_log()}: {motivo(e)}.")

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        cabeza = f"{self._hora(record)} {record.process} {record.levelname} {record.name}: "
        if error is not None and esperado(error):
            return f"{cabeza}{record.getMessage()}\n{error}"
        return cabeza + _TRAZA_ESPERADA.sub("", super().format(record))

    def _romper(self, por_que: str) -> None:
        Archivo.roto, self._archivo = True, None
        if self._primera.tomar():
            salida.decir(f"✗ La corrida sigue, pero sin su registro. {por_que}")

    @staticmethod
    def _hora(record: logging.LogRecord) -> str:
        return logging.Formatter().formatTime(record)


def _al_caer(tipo, error, traza) -> None:
    """Lo que Luigi no atrapa (un Ctrl-C, lo de antes de arrancar): su frase, o su traza."""
    if isinstance(error, KeyboardInterrupt):
        senales.anotar_interrupcion()
    if not esperado(error):
        salida.decir("".join(traceback.format_exception(tipo, error, traza)).rstrip())
        return
    if any(isinstance(h, Archivo) for h in logging.getLogger().handlers):
        registro.error("%s", en_palabras(error))
    else:
        salida.decir(f"✗ {en_palabras(error)}")
    if not isinstance(error, KeyboardInterrupt):
        sys.exit(CODIGOS["unhandled_exception"])
    if senales.recibida() is not signal.SIGINT:
        sys.exit(128 + senales.recibida())
