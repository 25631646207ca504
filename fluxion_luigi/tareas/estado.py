"""El estado: la cobertura por tienda y mes, según la tabla de control."""

import luigi

from fluxion_luigi import cobertura
from fluxion_luigi.periodos import Rango
from fluxion_luigi.tareas.base import Tarea
from fluxion_luigi.tareas.parametros import FechaOMes, Tiendas


class EstadoVentas(Tarea):
    """Qué días hay de cada tienda y cuáles faltan. No contacta a ninguna tienda."""

    desde = luigi.OptionalParameter(default=None, description="AAAA-MM-DD o AAAA-MM")
    hasta = luigi.OptionalParameter(default=None, description="AAAA-MM-DD o AAAA-MM")
    tiendas = Tiendas(default=(), description="ids separados por comas; si falta, las activas")

    def complete(self) -> bool:
        return False

    def run(self):
        # Trae pandas, que ocupa 80 MB y tarda: las demás tareas no lo cargan.
        from fluxion_luigi.informes import estado

        rango = self._rango()
        tiendas = self.config.catalogo.elegir(self.tiendas)
        marco = estado.dias(self.config, tiendas, rango)
        print(estado.texto(estado.datos(marco, tiendas, rango)), flush=True)

    def _rango(self) -> Rango:
        """Sin fechas, toda la historia que conoce la base."""
        todo = cobertura.historia_conocida(self.config)
        desde = FechaOMes(fin=False).parse(self.desde) if self.desde else todo.desde
        hasta = FechaOMes(fin=True).parse(self.hasta) if self.hasta else max(todo.hasta, desde)
        return Rango(desde, hasta)
