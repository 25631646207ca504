"""La demostración: una cadena inventada, con las rarezas de una de verdad, y un guion que la carga.

Se corre con `make demo` (o `python -m fluxion_luigi.demo`). Sale siempre igual.
"""

from fluxion_luigi.demo.pos import ESQUEMA, construir

__all__ = ["ESQUEMA", "construir"]
