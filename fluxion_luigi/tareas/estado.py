"""El estado: la cobertura por tienda y mes, según la tabla de control."""

from contextlib import suppress

from fluxion_luigi import cobertura
from fluxion_luigi.errores import ErrorDestino, ErrorOcupado, ErrorUso
from fluxion_luigi.periodos import Rango
from fluxion_luigi.tareas.base import Tarea, exigir_workers, mostrar, opciones_de_luigi
from fluxion_luigi.tareas.parametros import FechaOMes, Tiendas


class EstadoVentas(Tarea):
    """Qué días hay de cada tienda y cuáles faltan. No contacta a ninguna tienda."""

    desde = FechaOMes(fin=False, default=None, description="AAAA-MM-DD o AAAA-MM")
    hasta = FechaOMes(fin=True, default=None, description="AAAA-MM-DD o AAAA-MM")
    tiendas = Tiendas(default=(), description="ids separados por comas; si falta, las activas")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        exigir_workers()
        # Lo que esté mal escrito se dice antes de empezar.
        self._elegidas = self.config.catalogo.elegir(self.tiendas)
        if self.desde and self.hasta:
            Rango(self.desde, self.hasta)
        elif self.hasta:
            with suppress(ErrorOcupado, ErrorDestino):  # no es de la orden: lo dirá `run`
                self._rango()

    def complete(self) -> bool:
        return False

    def run(self):
        # Trae pandas, que ocupa 80 MB y tarda: las demás tareas no lo cargan.
        from fluxion_luigi.informes import estado

        rango = self._rango()
        marco = estado.dias(self.config, self._elegidas, rango)
        opciones = opciones_de_luigi()
        mostrar(estado.texto(estado.datos(self.config, marco, self._elegidas, rango, opciones)))

    def _rango(self) -> Rango:
        """Sin fechas, toda la historia que conoce la base."""
        todo = cobertura.historia_conocida(self.config)
        desde = self.desde or todo.desde
        if self.hasta and self.hasta < desde:
            raise ErrorUso(
                f"La historia empieza el {desde} y --hasta pide antes, hasta el {self.hasta}. "
                "Agregue --desde si quiere ver esos días vacíos."
            )
        return Rango(desde, self.hasta or max(todo.hasta, desde))
