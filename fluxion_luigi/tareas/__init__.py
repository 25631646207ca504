"""Las tareas de Luigi, delgadas, sobre el núcleo. Al importarse preparan el registro de Luigi."""

from fluxion_luigi import hijo
from fluxion_luigi.tareas import registro

hijo.postergar()
registro.instalar()

from fluxion_luigi.tareas import central  # noqa: E402
from fluxion_luigi.tareas.alertas import AlertasVentas  # noqa: E402
from fluxion_luigi.tareas.calidad import VerificarCalidad  # noqa: E402
from fluxion_luigi.tareas.conectividad import VerificarConectividad  # noqa: E402
from fluxion_luigi.tareas.estado import EstadoVentas  # noqa: E402
from fluxion_luigi.tareas.incremento import IncrementoDiario  # noqa: E402
from fluxion_luigi.tareas.integridad import VerificarIntegridad  # noqa: E402
from fluxion_luigi.tareas.limpieza import LimpiarArchivos  # noqa: E402
from fluxion_luigi.tareas.mantenimiento import MantenerLago  # noqa: E402
from fluxion_luigi.tareas.muestra import VerificarMuestra  # noqa: E402
from fluxion_luigi.tareas.olvido import OlvidarVentas  # noqa: E402
from fluxion_luigi.tareas.publicacion import PublicarBase  # noqa: E402
from fluxion_luigi.tareas.renombre import RenombrarTienda  # noqa: E402
from fluxion_luigi.tareas.sistema import VerificarSistema  # noqa: E402
from fluxion_luigi.tareas.traslado import MudarBase  # noqa: E402
from fluxion_luigi.tareas.ventas import RangoVentas  # noqa: E402

central.instalar()

__all__ = [
    "AlertasVentas", "EstadoVentas", "IncrementoDiario", "LimpiarArchivos", "MantenerLago",
    "MudarBase", "OlvidarVentas", "PublicarBase", "RangoVentas", "RenombrarTienda",
    "VerificarCalidad", "VerificarConectividad", "VerificarIntegridad", "VerificarMuestra",
    "VerificarSistema",
]  # fmt: skip
