"""Mantener un lago, uno a la vez en toda la cadena."""

from fluxion_luigi import turnos
from fluxion_luigi.config import Configuracion
from fluxion_luigi.destino import mantenimiento as destino
from fluxion_luigi.destino.base import existe
from fluxion_luigi.destino.mantenimiento import Hecho
from fluxion_luigi.errores import ErrorDestino, ErrorUso
from fluxion_luigi.flujo.candados import servidor_de


def mantener(config: Configuracion, *, simular: bool) -> Hecho:
    """Ver `destino.mantenimiento.mantener`.

    Raises:
        ErrorUso: si la base no es un lago.
        ErrorOcupado: si otro host lo está manteniendo.
        ErrorDestino, ErrorDisco: si no se pudo, o el lago aún no existe.
    """
    servidor = servidor_de(config)
    if servidor is None:
        raise ErrorUso(
            f"La base {config.ajustes.base} es un archivo, y no hay nada que mantener: DuckDB "
            "reutiliza el espacio de lo que se reemplaza."
        )
    if not existe(config):
        raise ErrorDestino(f"El lago {config.ajustes.base} aún no existe: nada se ha cargado.")
    with turnos.tomado(servidor, f"el mantenimiento de {config.catalogo.cadena}", 0):
        return destino.mantener(config, simular=simular)
