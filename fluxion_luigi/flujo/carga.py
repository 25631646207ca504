"""La carga de una tienda-mes: del staging a la base, el marcador después y el staging fuera."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from fluxion_luigi import cobertura, marcadores
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.destino import carga as destino
from fluxion_luigi.destino.base import para_escribir
from fluxion_luigi.errores import ErrorConciliacion, ErrorDiaVaciado, ErrorOcupado, ErrorStaging
from fluxion_luigi.flujo.extraccion import candado_de, carpeta
from fluxion_luigi.periodos import Rango
from fluxion_luigi.staging.ventanas import Ventana


@dataclass(frozen=True)
class Resumen:
    """Lo que se cargó, para el reporte de la corrida."""

    filas: int
    total: str
    dias: int
    dias_en_cero: int
    sin_producto: int


def cargar(
    config: Configuracion,
    tienda: Tienda,
    tramo: Rango,
    corrida: str,
    *,
    aceptar_vacios: bool,
    avanzo: Callable[[int, int], None],
) -> Resumen:
    """Lleva el staging de una tienda-mes a la base; al volver, el marcador dice la verdad.

    Raises:
        ErrorFluxion: si no se pudo; la base y el marcador quedan como estaban.
    """
    ajustes = config.ajustes
    with candado_de(config, tienda, tramo.mes):
        origen = carpeta(config, tienda, tramo.mes)
        ventanas = origen.completas()
        pendientes = cobertura.pendientes(config, tienda, tramo)
        if ventanas is None or not {d for v in ventanas for d in v.rango}.issuperset(pendientes):
            if not pendientes:
                return Resumen(0, "0", 0, 0, 0)  # otra corrida lo cargó mientras tanto
            raise ErrorStaging(
                f"Falta el staging de {tienda.id} {tramo.mes} en {origen.ruta}, o es de otra "
                "corrida con otros días. Repita la misma orden y se extraerá otra vez."
            )
        for v in ventanas:
            v.comprobar()
        with para_escribir(config) as base:
            try:
                cargados = destino.cargar(
                    base, tienda.id, [_lote(v) for v in ventanas], corrida,
                    aceptar_vacios=aceptar_vacios, avanzo=avanzo,
                )  # fmt: skip
            except (ErrorDiaVaciado, ErrorConciliacion):
                # Al repetir se le pregunta otra vez a la tienda: quizá ya se corrigió.
                origen.manifiesto.unlink(missing_ok=True)
                raise
            marcadores.agregar(
                ajustes.marcadores,
                _marcador(tienda, tramo, base.id, ventanas, cargados, corrida),
                ajustes.base,
            )
        origen.borrar()
    return Resumen(
        filas=sum(c.filas for c in cargados.values()),
        total=str(sum(c.total for c in cargados.values())),
        dias=len(cargados),
        dias_en_cero=sum(not c.filas for c in cargados.values()),
        sin_producto=sum(n for v in ventanas for n in v.sin_producto.values()),
    )


def limpiar_sobras(config: Configuracion, tienda: Tienda, tramo: Rango) -> None:
    """Quita el staging que dejó una corrida que murió después de escribir el marcador."""
    sobras = carpeta(config, tienda, tramo.mes)
    if sobras.ruta.is_dir() and not cobertura.pendientes(config, tienda, tramo):
        # Si otra corrida la está usando, no son sobras.
        with suppress(ErrorOcupado), candado_de(config, tienda, tramo.mes, espera=0):
            sobras.borrar()


def _lote(v: Ventana) -> destino.Lote:
    return destino.Lote(
        v.rango, str(v.archivo), v.filas, v.ordenado, v.extraido_en, v.origen, dict(v.sin_producto)
    )


def _marcador(tienda, tramo, base_id, ventanas, cargados, corrida) -> marcadores.Marcador:
    dias = {
        dia: marcadores.DiaCargado(cargados[dia], v.extraido_en, corrida)
        for v in ventanas
        for dia in v.rango
    }
    return marcadores.Marcador(tienda.id, tramo.mes, base_id, dias)
