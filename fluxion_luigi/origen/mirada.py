"""Lo que se ve de una consulta al probarla: sus columnas, sus primeras líneas y lo que suma."""

from collections.abc import Mapping

import pyarrow as pa

from fluxion_luigi.esquema import (
    CLAVE_DE_LINEA,
    NOMBRES,
    OBLIGATORIAS,
    SI_LAS_DA,
    SUMAS,
    Hallazgo,
)
from fluxion_luigi.origen.columnas import Entrega
from fluxion_luigi.origen.malos import cual

_LINEAS_CITADAS = 3
# Sin ellas dos líneas pueden parecer la misma: la factura se repite entre cajas.
_DISTINGUEN = tuple(n for n in CLAVE_DE_LINEA if n not in OBLIGATORIAS)


def mirar(forma: Entrega, esquema: pa.Schema, crudo: pa.RecordBatch | None) -> list[Hallazgo]:
    """Lo que está mal en las columnas que da una consulta y, si trajo líneas, en las primeras."""
    hallazgos = forma.revisar(esquema)
    if hallazgos or crudo is None:
        return hallazgos
    lote, malas = forma.al_esquema(crudo)
    # Una línea mala no es una consulta mala: en la carga se aparta su día. Si lo son todas, o no
    # dicen ni de qué día son, sí.
    todas = len(malas) == len(lote)
    return [
        Hallazgo(forma.archivo, f"{motivo} ({cual(lote, i)}).", todas or _sin_dia(lote, i))
        for i, motivo in list(malas.items())[:_LINEAS_CITADAS]
    ]


def _sin_dia(lote: pa.RecordBatch, i: int) -> bool:
    return "fecha" in lote.schema.names and lote["fecha"][i].as_py() is None


def ausentes(dadas: set[str]) -> list[Hallazgo]:
    """Las columnas que no se dan y quedarán vacías."""
    no_hacen_falta = {*OBLIGATORIAS, *SI_LAS_DA, "ambiguo"}
    faltan = [n for n in NOMBRES if n not in {*dadas, *no_hacen_falta}]
    hallazgos = []
    if faltan:
        hallazgos.append(
            Hallazgo("ventas.sql", f"No da, y quedarán vacías: {', '.join(faltan)}.", False)
        )
    if sin := [n for n in _DISTINGUEN if n in faltan]:
        hallazgos.append(
            Hallazgo(
                "ventas.sql",
                f"Sin {' ni '.join(sin)}, la factura y la línea deben bastar para no confundir dos "
                "ventas.",
                False,
            )
        )
    return hallazgos


def sumas(columnas: Mapping[str, list[str]]) -> list[Hallazgo]:
    """Lo que la cuenta suma y las líneas no dan, y lo que dan y no se concilia."""
    de_lineas = {*columnas.get("ventas", ()), *columnas.get("productos", ())}
    if "ventas" not in columnas:
        return []
    suma = [n for n in SUMAS if n in columnas["conteo"]]
    hallazgos = []
    if sobran := [n for n in suma if n not in de_lineas]:
        hallazgos.append(
            Hallazgo(
                "conteo.sql",
                f"Suma {', '.join(sobran)}, que ventas.sql no da: nunca conciliaría. Délas en "
                "ventas.sql o quítelas aquí.",
            )
        )
    if faltan := [n for n in SUMAS if n in de_lineas and n not in suma]:
        hallazgos.append(
            Hallazgo("conteo.sql", f"No suma, y no se conciliará: {', '.join(faltan)}.", False)
        )
    return hallazgos
