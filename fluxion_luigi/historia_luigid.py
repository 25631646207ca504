"""La historia de las tareas que guarda luigid, sin que una base tomada o caída lo detenga a él.

luigid atiende de a uno: lo que tarde en escribirla lo esperan todas las corridas, que a los 5 s
(`rpc-connect-timeout`) lo dan por caído.
"""

import logging
import time

from luigi.db_task_history import DbTaskHistory
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

registro = logging.getLogger("fluxion.historia")
# Lo que se espera a quien tenga tomada una base SQLite, en milisegundos: ella espera 5 segundos.
_TOMADA = 500
# Tras un fallo, cuánto pasa sin intentarlo otra vez, en segundos.
_SIN_ESCRIBIR = 60.0


class Historia(DbTaskHistory):
    """La de Luigi; lo que no se pueda escribir se pierde y se dice, y no detiene nada."""

    def __init__(self):
        super().__init__()
        self._callar_hasta = 0.0
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _esperar_poco)
            self.engine.dispose()  # las conexiones ya hechas no lo saben

    def _add_task_event(self, task, event):
        if time.monotonic() < self._callar_hasta:
            return
        try:
            super()._add_task_event(task, event)
        except SQLAlchemyError as e:
            self._callar_hasta = time.monotonic() + _SIN_ESCRIBIR
            registro.warning(
                "La historia de las tareas no se deja escribir: %s. Las corridas siguen; se "
                "intenta otra vez en %.0f s.", en_una_linea(e), _SIN_ESCRIBIR,
            )  # fmt: skip


def _esperar_poco(conexion, _) -> None:
    conexion.execute(f"PRAGMA busy_timeout = {_TOMADA}")


def en_una_linea(error: Exception) -> str:
    """Lo que dijo una biblioteca, sin lo que SQLAlchemy agrega de dónde leer más."""
    return " ".join(str(error).split("\n(Background on")[0].split())
