"""La muestra: unos días al azar se comparan, valor por valor, con lo que tiene la tienda."""

import logging

from fluxion_luigi.errores import ErrorConciliacion, ErrorUso
from fluxion_luigi.flujo import muestra
from fluxion_luigi.informes import muestra as informe
from fluxion_luigi.periodos import Rango
from fluxion_luigi.tareas.base import Orden, mostrar
from fluxion_luigi.tareas.parametros import FechaOMes, Numero, Tiendas

registro = logging.getLogger("fluxion.muestra")


class VerificarMuestra(Orden):
    """Lee otra vez unos días ya cargados, de otro modo. Sale con 0 sólo si son iguales."""

    dias = Numero("--dias", 1, 1000, default=3, description="días al azar de cada tienda")
    desde = FechaOMes(fin=False, default=None, description="AAAA-MM-DD o AAAA-MM")
    hasta = FechaOMes(fin=True, default=None, description="AAAA-MM-DD o AAAA-MM")
    tiendas = Tiendas(default=(), description="ids separados por comas; si falta, las activas")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Lo que esté mal escrito se dice antes de empezar.
        self._elegidas = self.config.catalogo.elegir(self.tiendas)
        if bool(self.desde) != bool(self.hasta):
            raise ErrorUso("Dé --desde y --hasta, o ninguno de los dos.")
        self._rango = Rango(self.desde, self.hasta) if self.desde else None

    def run(self):
        elegidos = muestra.elegir(self.config, self._elegidas, self._rango, self.dias)
        if not elegidos:
            raise ErrorUso("No hay ningún día firme y con ventas cargado que comparar.")
        hechas, fallidas, sin_modo = muestra.comparar_todos(
            self.config, elegidos, lambda n, que: self.avanzar(n, len(elegidos), que)
        )
        if sin_modo and not hechas and not fallidas:
            raise ErrorUso("\n".join(sin_modo.values()))
        mostrar(informe.texto(hechas, list(sin_modo.values())))
        quejas = list(fallidas.values())
        malos = [f"{c.tienda} {c.dia}" for c in hechas if c.cuantas]
        if malos:
            quejas.append(
                f"{len(malos)} día(s) no son iguales a los de la tienda: {', '.join(malos)}. Si "
                "la tienda los corrigió después, vuelva a cargarlos con RangoVentas --recargar."
            )
        if quejas:
            raise ErrorConciliacion("\n".join(quejas))
