"""Lo que una corrida le cuenta a la página del scheduler: su reporte, cómo va y qué falló."""

import json
import logging

from luigi.rpc import RPCError
from luigi.scheduler import FAILED

from fluxion_luigi import config, corrida
from fluxion_luigi.informes import marcha, reporte
from fluxion_luigi.tareas import historia
from fluxion_luigi.tareas.registro import ruta_del_log

registro = logging.getLogger("fluxion.pagina")
# Desde la página de Luigi (static/visualiser/) hasta su raíz, se llegue a ella como se llegue.
_RAIZ = "../.."


class Cronista:
    """Le cuenta al scheduler, desde el proceso principal, la corrida de un worker."""

    def __init__(self, scheduler):
        self._scheduler = scheduler
        self._enlace: str | None = None
        self._buscado = False

    def enlace(self) -> str | None:
        """Dónde se lee el reporte de esta corrida con el navegador; None si en ninguna parte."""
        if not self._buscado and historia.raiz is not None:
            self._buscado = True
            self._enlace = self._buscar()
        return self._enlace

    def _buscar(self) -> str | None:
        nombre = f"corrida_{corrida.id_actual()}"
        if donde := config.actual().ajustes.url_reportes:
            return f"{donde.rstrip('/')}/{nombre}.json"
        tiene = getattr(self._scheduler, "tiene", None)  # el local no tiene página
        return f"{_RAIZ}/reportes/{nombre}" if tiene and tiene(f"/reportes/{nombre}") else None

    def contar(self) -> None:
        """Pone en la tarea que se pidió cómo va la corrida entera."""
        raiz = historia.raiz
        if raiz is None:
            return
        datos = reporte.componer(raiz.diario.corrida, raiz.diario.sucesos())
        archivo = config.actual().ajustes.reportes / f"corrida_{raiz.diario.corrida}.json"
        # La página mete el mensaje como HTML: lo que venga de una tienda no puede ser una etiqueta.
        texto = marcha.texto(datos, archivo, ruta_del_log()).replace("<", "‹")
        try:
            self._scheduler.set_task_status_message(raiz.task_id, texto)
            self._scheduler.set_task_progress_percentage(raiz.task_id, marcha.porcentaje(datos))
        except RPCError as e:
            registro.debug("la página no recibió cómo va la corrida: %s", e)


def explicar(dicho: dict) -> dict:
    """Lo que se le dice al scheduler de una tarea que murió, con nuestras palabras."""
    if dicho["status"] != FAILED or not dicho.get("expl"):
        return dicho
    texto = json.loads(dicho["expl"])
    frase = historia.frase_de_muerte(texto) if isinstance(texto, str) else None
    return dicho | {"expl": json.dumps(frase)} if frase else dicho
