"""Renombrar una tienda: su historia pasa al id que ahora tiene en el catálogo."""

import logging

import luigi

from fluxion_luigi import corrida
from fluxion_luigi.flujo import renombre
from fluxion_luigi.informes import cambios
from fluxion_luigi.tareas import publicacion
from fluxion_luigi.tareas.permiso import TareaConPermiso

registro = logging.getLogger("fluxion.renombre")


class RenombrarTienda(TareaConPermiso):
    """Mueve la historia de una tienda a su id nuevo. No contacta a ninguna tienda."""

    de = luigi.Parameter(description="el id viejo, que ya no está en el catálogo")
    a = luigi.Parameter(description="el id nuevo, que ya está")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Lo que esté mal escrito se dice antes de empezar.
        renombre.exigir_renombrada(self.config, self.de, self.a)

    def run(self):
        plan = renombre.planear(self.config, self.de, self.a)
        if self.confirmar(cambios.renombre(plan), cambios.pregunta_de_renombre(plan)):
            renombre.mover(self.config, plan, corrida.id_actual())
            registro.info("✓ La historia de %s ya es de %s.", self.de, self.a)
            publicacion.tras_cambio()
