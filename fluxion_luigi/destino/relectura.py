"""Lo confirmado, leído otra vez: donde otros también escriben, es lo que de verdad ven los demás.

Dentro de la transacción ya cuadraba. Si después no, o no se deja leer, esos días no están cargados:
salen del control con su motivo, y la corrida siguiente los pide otra vez.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date

from fluxion_luigi.conciliacion import Conteo, Conteos, exigir_iguales
from fluxion_luigi.destino import cargas, fallidos
from fluxion_luigi.destino.abierta import Base
from fluxion_luigi.destino.transaccion import SI_CHOCA, transaccion
from fluxion_luigi.errores import ErrorFluxion
from fluxion_luigi.esquema import SUMAS
from fluxion_luigi.periodos import Rango, agrupar


def contar(base: Base, tienda: str, rango: Rango) -> Conteos:
    """Lo que `ventas_raw` tiene de esa tienda, por día; los días sin filas no están.

    Raises:
        ErrorDestino, ErrorDisco: si DuckDB no pudo.
    """
    filas = base.hacer("contar_ventas", tienda=tienda, desde=rango.desde, hasta=rango.hasta)
    return {
        d: Conteo(n, total, dict(zip(SUMAS, sumas, strict=True))) for d, n, total, *sumas in filas
    }


def exigir(base: Base, tienda: str, cargados: Mapping[date, Conteo], corrida: str) -> None:
    """Que cada día recién confirmado siga siendo lo que se comprobó al cargarlo.

    Raises:
        ErrorConciliacion: si alguno no lo es.
        ErrorDestino, ErrorDisco: si no se pudo leer.
    """
    try:
        for tramo in agrupar(cargados):
            exigir_iguales(
                {d: cargados[d] for d in tramo}, contar(base, tienda, tramo), "confirmado",
                "comprobado", f"{tienda}, {tramo}",
                "Algo los cambió al confirmarlos. Quedan por cargar: repita la misma orden.",
            )  # fmt: skip
    except ErrorFluxion as e:
        motivos = e.dias or dict.fromkeys(cargados, f"no se pudo leer ya confirmado: {e}")
        # Si tampoco se puede anotar (el catálogo ya no contesta), lo que hay que decir es lo otro.
        with suppress(ErrorFluxion):
            _dejar_por_cargar(base, tienda, {d: cargados[d] for d in motivos}, motivos, corrida)
        raise


def _dejar_por_cargar(
    base: Base, tienda: str, dias: Conteos, motivos: Mapping[date, str], corrida: str
) -> None:
    def anotar() -> None:
        with transaccion(base):
            for tramo in agrupar(dias):
                base.hacer("borrar_control", tienda=tienda, desde=tramo.desde, hasta=tramo.hasta)
            fallidos.anotar(base, tienda, (), motivos, corrida)
            cargas.anotar(base, tienda, dias, corrida, "olvido")

    SI_CHOCA(anotar)
