"""Olvidar ventas: deshace la carga de unos días, como si nunca se hubieran pedido."""

import logging

from fluxion_luigi import corrida
from fluxion_luigi.flujo import olvido
from fluxion_luigi.informes import cambios
from fluxion_luigi.periodos import Rango
from fluxion_luigi.tareas import publicacion
from fluxion_luigi.tareas.base import mostrar
from fluxion_luigi.tareas.parametros import FechaOMes, Tiendas
from fluxion_luigi.tareas.permiso import TareaConPermiso

registro = logging.getLogger("fluxion.olvido")


class OlvidarVentas(TareaConPermiso):
    """Quita unos días de unas tiendas. No contacta a ninguna; RangoVentas los vuelve a cargar."""

    desde = FechaOMes(fin=False, description="primer día: AAAA-MM-DD, o un mes AAAA-MM")
    hasta = FechaOMes(fin=True, description="último día, incluido: AAAA-MM-DD, o un mes AAAA-MM")
    tiendas = Tiendas(description="ids separados por comas; también inactivas o fuera del catálogo")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Lo que esté mal escrito se dice antes de empezar.
        self._rango = Rango(self.desde, self.hasta)
        self._ids = olvido.elegir(self.config, self.tiendas)

    def run(self):
        plan = olvido.planear(self.config, self._ids, self._rango)
        if not plan:
            mostrar(
                f"Nada que olvidar de {', '.join(self._ids)} entre {self._rango.desde} y "
                f"{self._rango.hasta}."
            )
        elif self.confirmar(cambios.olvido(plan, self._rango), cambios.pregunta_de_olvido(plan)):
            olvido.olvidar(self.config, plan, self._rango, corrida.id_actual())
            for p in plan:
                registro.info("✓ %s: %d día(s) olvidado(s)", p.tienda.id, len(p.dias))
            publicacion.tras_cambio()
