"""El candado contra dos órdenes iguales a la vez, en lugar del de Luigi.

El de Luigi es la línea de órdenes y un pid escrito en un archivo: la misma orden para otra base «ya
está corriendo», y un contenedor que arranca siempre con el mismo pid se encuentra a sí mismo. Éste
es del proyecto, la base y lo que se pide, y lo guarda el sistema: se suelta solo si el proceso
muere.
"""

import atexit
import hashlib
import json
import os
import signal
import socket
import sys
from contextlib import ExitStack, suppress
from datetime import datetime
from pathlib import Path

import psutil
from luigi.cmdline_parser import CmdlineParser

from fluxion_luigi import config
from fluxion_luigi.archivos import candado, leer_json
from fluxion_luigi.errores import ErrorDisco, ErrorOcupado
from fluxion_luigi.tareas import historia

# Lo que esta orden tiene tomado, hasta que su proceso termina.
_TOMADO = ExitStack()


def tomar(pid_dir: str, num_available: int = 1, kill_signal: int | None = None) -> bool:
    """Toma el candado de esta orden, con la forma que Luigi espera (`luigi.lock.acquire_for`).

    Args:
        pid_dir: no se usa; el candado vive en el staging del proyecto.
        num_available: cuántas órdenes iguales caben a la vez (`--lock-size`).
        kill_signal: si viene (`--take-lock`), se le manda a quien lo tenga, y cabe una más.

    Returns:
        Si se puede seguir. Si no, ya se dijo por qué.
    """
    duenos = []
    for n in range(num_available + (kill_signal is not None)):
        ruta = _ruta(n)
        try:
            _TOMADO.enter_context(candado(ruta, 0, "esta orden"))
        except ErrorOcupado:
            dueno = _dueno(ruta)
            duenos.append(_describir(dueno))
            if kill_signal is not None and dueno:
                _avisar_a(dueno, kill_signal)
            continue
        except ErrorDisco:
            # Quien no puede escribir aquí tampoco carga nada; y los informes pueden ir a la vez.
            return True
        _firmar(ruta)
        return True
    print(
        f"✗ Esta misma orden ya está corriendo: {'; '.join(duenos)}. Espere a que acabe; no se "
        "empieza otra igual.",
        file=sys.stderr,
    )
    historia.raiz = None  # no es una corrida: no deja reporte
    return False


def _ruta(n: int) -> Path:
    ajustes = config.actual().ajustes
    orden = CmdlineParser.get_instance()
    tarea = orden.get_task_obj() if orden else None
    pedido = [tarea.task_family, tarea.to_str_params()] if tarea else sys.argv[1:]
    if tarea:
        pedido[1].pop("vez", None)
    donde = [str(ajustes.archivo), str(ajustes.catalogo), ajustes.base.nombre]
    clave = json.dumps([*donde, pedido, n])
    huella = hashlib.sha256(clave.encode()).hexdigest()[:16]
    return ajustes.staging / ".candados" / f"orden.{huella}"


def _firmar(ruta: Path) -> None:
    """Escribe en el candado quién lo tiene, para quien se lo encuentre tomado."""
    yo = psutil.Process()
    firma = {"pid": yo.pid, "nacio": yo.create_time(), "host": socket.gethostname()}
    with suppress(OSError):  # el candado vale igual
        ruta.write_text(json.dumps(firma))

    def limpiar(pid: int = yo.pid) -> None:
        if os.getpid() == pid:  # y no un proceso de tarea, que lo heredó
            ruta.unlink(missing_ok=True)

    atexit.register(limpiar)


def _dueno(ruta: Path) -> dict | None:
    dueno = leer_json(ruta)
    tipos = {"pid": int, "nacio": float, "host": str}
    sirve = isinstance(dueno, dict) and all(isinstance(dueno.get(c), t) for c, t in tipos.items())
    return dueno if sirve else None


def _describir(dueno: dict | None) -> str:
    if dueno is None:
        return "la tiene otro proceso"
    desde = datetime.fromtimestamp(dueno["nacio"]).strftime("%Y-%m-%d %H:%M:%S")
    return f"la tiene el proceso {dueno['pid']} de {dueno['host']}, desde {desde}"


def _avisar_a(dueno: dict, senal: int) -> None:
    """Le manda la señal al dueño sólo si es de verdad ese proceso, y de esta máquina."""
    with suppress(psutil.Error):
        otro = psutil.Process(dueno["pid"])
        if dueno["host"] == socket.gethostname() and otro.create_time() == dueno["nacio"]:
            otro.send_signal(signal.Signals(senal))
