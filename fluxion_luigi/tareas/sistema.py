"""La prueba de un sistema POS: todo lo que su carpeta tiene mal, de una vez."""

import luigi

from fluxion_luigi.errores import ErrorConfiguracion
from fluxion_luigi.flujo.sistema import examinar
from fluxion_luigi.informes import sistema as informe
from fluxion_luigi.tareas.base import Orden, mostrar
from fluxion_luigi.tareas.parametros import Dia, Numero


class VerificarSistema(Orden):
    """Prueba en una tienda el sistema POS que dice su catálogo. Sale con 0 sólo si puede cargar."""

    tienda = luigi.Parameter(description="el id de la tienda donde probarlo, activa o no")
    dia = Dia(
        default=None, description="AAAA-MM-DD con ventas, para leerlo y conciliarlo sin cargarlo"
    )
    timeout = Numero("--timeout", 0.1, 3600.0, default=0, description="segundos por paso")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Lo que esté mal escrito se dice antes de empezar.
        tienda = self.config.tienda(self.tienda)
        self._lugar = tienda.en(self.dia) if self.dia else tienda

    def run(self):
        examen = examinar(self.config, self._lugar, self.dia, self.timeout)
        mostrar(informe.texto(examen))
        if not examen.sirve:
            raise ErrorConfiguracion(
                f"El sistema «{self._lugar.sistema}» todavía no puede cargar {self._lugar.id}: lo "
                "que falta está en la tabla."
            )
