"""La limpieza: quita del disco lo que ya no hace falta, o dice qué quitaría."""

import logging

from fluxion_luigi.config import Configuracion
from fluxion_luigi.errores import ErrorDisco, ErrorFluxion
from fluxion_luigi.flujo import limpieza
from fluxion_luigi.informes import limpieza as informe
from fluxion_luigi.tareas.base import Orden, mostrar
from fluxion_luigi.tareas.parametros import Modo

registro = logging.getLogger("fluxion.limpieza")


def tras_incremento(config: Configuracion) -> None:
    """Limpia, si `limpiar_tras_incremento` lo pide. Que no se pueda es una línea y no un fallo."""
    if not config.ajustes.limpiar_tras_incremento:
        return
    try:
        quitadas, fallos = limpieza.quitar(config, limpieza.planear(config))
    except ErrorFluxion as e:
        registro.warning("No se pudo limpiar. %s", e)
        return
    if quitadas:
        registro.info("%s", informe.linea(quitadas))
    if fallos:
        registro.warning("No se pudo limpiar todo. %s", fallos[0])


class LimpiarArchivos(Orden):
    """Quita reportes, registros, staging y temporales que ya no hacen falta."""

    mira_el_catalogo = True
    simular = Modo(description="dice qué quitaría y termina")

    def run(self):
        sobras = limpieza.planear(self.config)
        if self.simular:
            mostrar(informe.texto(sobras, "Se quitaría:"))
            return
        quitadas, fallos = limpieza.quitar(self.config, sobras)
        mostrar(informe.texto(quitadas, "Se quitó:"))
        if fallos:
            raise ErrorDisco("\n".join(fallos))
