"""La limpieza: quita del disco lo que ya no hace falta, o dice qué quitaría."""

import logging

import luigi

from fluxion_luigi.flujo import limpieza
from fluxion_luigi.informes import limpieza as informe
from fluxion_luigi.tareas.base import Tarea, exigir_workers, mostrar

registro = logging.getLogger("fluxion.limpieza")


class LimpiarArchivos(Tarea):
    """Quita reportes, registros, staging y temporales que ya no hacen falta."""

    simular = luigi.BoolParameter(significant=False, description="dice qué quitaría y termina")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        exigir_workers()

    def complete(self) -> bool:
        return False

    def run(self):
        sobras = limpieza.planear(self.config)
        if self.simular:
            mostrar(informe.texto(sobras, "Se quitaría:"))
            return
        quitadas, fallos = limpieza.quitar(self.config, sobras)
        for frase in fallos:
            registro.warning("%s", frase)
        mostrar(informe.texto(quitadas, "Se quitó:"))
