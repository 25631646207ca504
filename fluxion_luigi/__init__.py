"""Fluxion Luigi: copia las ventas de las tiendas a DuckDB y las mantiene al día.

Las tareas se registran sólo cuando quien importa es Luigi (`luigi --module fluxion_luigi …`): el
núcleo no lo necesita, y el proceso lector arranca sin él.
"""

import gc
import sys

TAREAS = (
    "AlertasVentas", "EstadoVentas", "IncrementoDiario", "LimpiarArchivos", "MantenerLago",
    "MudarBase", "OlvidarVentas", "PublicarBase", "RangoVentas", "RenombrarTienda",
    "VerificarCalidad", "VerificarConectividad", "VerificarIntegridad", "VerificarMuestra",
    "VerificarSistema",
)  # fmt: skip

if "luigi" in sys.modules:
    from fluxion_luigi.tareas import (  # noqa: F401
        AlertasVentas,
        EstadoVentas,
        IncrementoDiario,
        LimpiarArchivos,
        MantenerLago,
        MudarBase,
        OlvidarVentas,
        PublicarBase,
        RangoVentas,
        RenombrarTienda,
        VerificarCalidad,
        VerificarConectividad,
        VerificarIntegridad,
        VerificarMuestra,
        VerificarSistema,
    )

    # Lo importado dura lo que el proceso: que el recolector no lo recorra, ni al salir ni en los
    # workers, que así siguen compartiendo su memoria.
    gc.freeze()


def __getattr__(nombre: str):
    if nombre in TAREAS:
        from fluxion_luigi import tareas

        return getattr(tareas, nombre)
    raise AttributeError(f"fluxion_luigi no tiene «{nombre}»")
