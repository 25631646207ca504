"""La prueba de un sistema POS: todo lo que su carpeta tiene mal, de una vez."""

import luigi

from fluxion_luigi.errores import ErrorConfiguracion, ErrorUso
from fluxion_luigi.flujo.sistema import examinar
from fluxion_luigi.informes import sistema as informe
from fluxion_luigi.periodos import leer_fecha
from fluxion_luigi.tareas.base import Tarea, exigir_workers, mostrar
from fluxion_luigi.tareas.parametros import Segundos


class VerificarSistema(Tarea):
    """Prueba en una tienda el sistema POS que dice su catálogo. Sale con 0 sólo si puede cargar."""

    tienda = luigi.Parameter(description="el id de la tienda donde probarlo, activa o no")
    dia = luigi.OptionalParameter(
        default=None, description="AAAA-MM-DD con ventas, para leerlo y conciliarlo sin cargarlo"
    )
    timeout = Segundos(default=0, description="segundos por paso")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        exigir_workers()
        # Lo que esté mal escrito se dice antes de empezar.
        self._lugar = self.config.tienda(self.tienda)
        self._dia = None
        if self.dia:
            self._dia = leer_fecha(self.dia, fin=False)
            if len(self.dia.strip()) < len("AAAA-MM-DD"):
                raise ErrorUso(f"--dia {self.dia}: debe ser un solo día, AAAA-MM-DD.")

    def complete(self) -> bool:
        return False

    def run(self):
        examen = examinar(self.config, self._lugar, self._dia, self.timeout)
        mostrar(informe.texto(examen))
        if not examen.sirve:
            raise ErrorConfiguracion(
                f"El sistema «{self._lugar.sistema}» todavía no puede cargar {self._lugar.id}: lo "
                "que falta está en la tabla."
            )
