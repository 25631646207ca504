"""El proceso que prueba una API: le pide un día y mira qué dan las consultas con lo que conteste.

Recibe por la entrada, en JSON, el pedido (lleva la clave: no va por argumentos), el día y los
segundos que tiene; responde por la salida, en JSON, `fallo`, sus palabras, o `hallazgos`. Es otro
proceso para que el de Luigi no cargue DuckDB ni Arrow, y porque a uno se le puede poner fin.
"""

import dataclasses
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from fluxion_luigi.errores import ErrorFluxion
from fluxion_luigi.esquema import CONEXION, Hallazgo
from fluxion_luigi.origen.http.causas import Fallo
from fluxion_luigi.origen.http.pedido import Pedido
from fluxion_luigi.origen.http.sesion import Sesion
from fluxion_luigi.periodos import Rango


def main() -> int:
    """Hace la prueba; sale con 0 también si la API no sirve."""
    orden = json.load(sys.stdin)
    with TemporaryDirectory(prefix="fluxion-") as aparte:
        print(json.dumps(_probar(orden, Path(aparte))))
    return 0


def _probar(orden: dict, aparte: Path) -> dict:
    try:
        sesion = Sesion(Pedido.de_dict(orden["pedido"]), aparte)
        hallazgos = sesion.examinar(Rango.de_texto(orden["dia"]), orden["timeout"])
    except Fallo as e:
        return {"fallo": str(e)}
    except ErrorFluxion as e:
        hallazgos = [Hallazgo(CONEXION, str(e))]
    return {"hallazgos": [dataclasses.asdict(h) for h in hallazgos]}
