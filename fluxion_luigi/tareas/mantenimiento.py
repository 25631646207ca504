"""El mantenimiento de un lago: lo que ya no hace falta se junta, vence y se borra."""

import logging

from fluxion_luigi.config import Configuracion
from fluxion_luigi.errores import ErrorFluxion
from fluxion_luigi.flujo import mantenimiento
from fluxion_luigi.informes.mantenimiento import linea
from fluxion_luigi.tareas.base import Orden, mostrar
from fluxion_luigi.tareas.parametros import Modo

registro = logging.getLogger("fluxion.mantenimiento")


def tras_incremento(config: Configuracion) -> None:
    """Mantiene el lago, si se limpia tras cada incremento. Que no se pueda no es un fallo."""
    if not (config.ajustes.limpiar_tras_incremento and config.ajustes.es_lago):
        return
    try:
        registro.info("%s", linea(mantenimiento.mantener(config, simular=False), simular=False))
    except ErrorFluxion as e:
        registro.warning("No se pudo mantener el lago. %s", e)


class MantenerLago(Orden):
    """Junta los archivos pequeños de un lago, vence sus snapshots viejos y borra lo que sobra."""

    avisa = True
    simular = Modo(description="dice qué vencería y borraría, y termina")

    def run(self):
        hecho = mantenimiento.mantener(self.config, simular=self.simular)
        mostrar(linea(hecho, simular=self.simular))
