"""Lo que la página del scheduler central tiene aquí y la de Luigi no.

Muestra el reporte de cada corrida de este proyecto, también el de la que va en marcha; sus frases
largas se leen enteras; y no le pide nada a Internet, como hace la de Luigi (tipos de letra,
gráficos): con quién se trabaja no tiene por qué saberse fuera.
"""

import re
from pathlib import Path

import luigi.server
from tornado.web import HTTPError, OutputTransform, RequestHandler

from fluxion_luigi import config, corrida
from fluxion_luigi.archivos import leer_json
from fluxion_luigi.corrida import Diario
from fluxion_luigi.informes import marcha, reporte, resumen

# Nada que no esté en este mismo servidor. La página de Luigi trae sus programas y sus estilos
# escritos adentro.
POLITICA = "default-src 'self' data:; script-src 'self' 'unsafe-inline' 'unsafe-eval'; " \
    "style-src 'self' 'unsafe-inline'"  # fmt: skip
_HOJA = "lib/AdminLTE/css/AdminLTE.min.css"
_DE_FUERA = re.compile(r"@import\s+url\(\s*[\"']?https?:[^)]*\);?")
# Luigi pone los mensajes en una línea que se corta en el borde.
_LEGIBLE = "pre{white-space:pre-wrap;overflow-wrap:anywhere;word-break:normal}" \
    "@media(min-width:900px){.modal-dialog{width:860px}}"  # fmt: skip
# Cada cuánto se actualiza solo el reporte de una corrida que no ha terminado, en segundos.
_OTRA_VEZ = 5


class Hoja(RequestHandler):
    """La hoja de estilos de la página, sin lo que trae de Internet y con las frases enteras."""

    def get(self) -> None:
        original = Path(luigi.server.__file__).parent / "static" / "visualiser" / _HOJA
        self.set_header("Content-Type", "text/css; charset=UTF-8")
        self.write(_DE_FUERA.sub("", original.read_text(encoding="utf-8")) + _LEGIBLE)


class Reporte(RequestHandler):
    """El reporte de una corrida, para leer: el final o, mientras no acaba, cómo va."""

    def get(self, cual: str) -> None:
        hallado = texto_de(cual)
        if hallado is None:
            self.set_status(404)
            hallado = f"No hay reporte de la corrida {cual} en las carpetas de este proyecto.\n"
        self.set_header("Content-Type", "text/plain; charset=UTF-8")
        self.set_header("Cache-Control", "no-store")
        if cual in _en_curso():
            self.set_header("Refresh", str(_OTRA_VEZ))
        self.write(hallado)

    post = get  # quien pregunta si está puede ser el cliente de Luigi, que manda POST


class Historia(RequestHandler):
    """Las páginas de Luigi cuyo gráfico se pide a Internet: lleva a las que dicen lo mismo."""

    def get(self, tarea: str = "") -> None:
        self.redirect(f"/history/by_name/{tarea}" if tarea else "/history")


class SoloDeAqui(OutputTransform):
    """Le dice al navegador, en toda respuesta, que no pida nada fuera de este servidor."""

    def transform_first_chunk(self, status_code, headers, chunk, finishing):
        headers["Content-Security-Policy"] = POLITICA
        return status_code, headers, chunk


def texto_de(cual: str) -> str | None:
    """El reporte de una corrida, o cómo va si no ha terminado; None si no se sabe de ella."""
    ajustes = config.actual().ajustes
    archivo = ajustes.reportes / f"corrida_{cual}.json"
    log = ajustes.logs / f"corrida_{cual}.log"
    log = log if log.is_file() else None
    datos = leer_json(archivo)
    if isinstance(datos, dict):
        try:
            return resumen.texto(datos, archivo, log).lstrip("\n") + "\n"
        except (LookupError, TypeError, ValueError):
            return archivo.read_text(encoding="utf-8")  # de otra versión: se da como está
    sucesos = Diario(ajustes.reportes, cual).sucesos()
    if not sucesos:
        return None
    try:
        texto = marcha.texto(reporte.componer(cual, sucesos), None, log)
    except (LookupError, TypeError, ValueError):
        return f"El diario de la corrida {cual} no se entiende: está estropeado.\n"
    if cual not in _en_curso():
        texto += "\n\nMurió sin escribir su reporte: lo escribirá la corrida siguiente."
    return texto + "\n"


def _en_curso() -> set[str]:
    return corrida.en_curso(config.actual().ajustes.reportes)


def _que_no_lo_mande_otra_pagina(pedido: luigi.server.RPCHandler) -> None:
    """Como no pide clave, otra página del mismo navegador podría parar lo que corre.

    Salvo que alguien lo haya permitido en `[cors]` de luigi.cfg.
    """
    desde = pedido.request.headers.get("Sec-Fetch-Site", "none")
    if desde not in ("none", "same-origin") and not pedido._cors_config.enabled:
        raise HTTPError(403)


def completar(aplicacion):
    """La aplicación web de luigid con lo de este módulo."""
    luigi.server.RPCHandler.prepare = _que_no_lo_mande_otra_pagina
    aplicacion.add_transform(SoloDeAqui)
    aplicacion.add_handlers(".*", [
        (r"/reportes/corrida_([0-9TZ]+-[0-9a-f]+)", Reporte),
        (f"/static/visualiser/{re.escape(_HOJA)}", Hoja),
        (r"/tasklist(?:/(\w*))?", Historia),
    ])  # fmt: skip
    return aplicacion
