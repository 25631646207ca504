"""La carga de una tienda-mes: del staging a la base, el marcador después y el staging fuera."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fluxion_luigi import cobertura, marcadores
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.destino import calidad as de_calidad
from fluxion_luigi.destino import carga as destino
from fluxion_luigi.destino.base import para_escribir
from fluxion_luigi.destino.gemelas import exigir_distinta
from fluxion_luigi.destino.lote import Lote
from fluxion_luigi.errores import (
    ErrorConciliacion,
    ErrorDiaVaciado,
    ErrorIdentidad,
    ErrorOcupado,
    ErrorStaging,
)
from fluxion_luigi.flujo import calidad
from fluxion_luigi.flujo.candados import candado_de
from fluxion_luigi.flujo.extraccion import carpeta_de
from fluxion_luigi.periodos import Rango
from fluxion_luigi.staging.ventanas import Carpeta, Ventana


@dataclass(frozen=True)
class Ajena:
    """Una tienda-mes que cargaron otras corridas: cuáles, y cuántos días y filas tiene."""

    corridas: Sequence[str]
    dias: int
    filas: int


@dataclass(frozen=True)
class Resumen:
    """Lo que se cargó, para el reporte de la corrida.

    `fuera` son los días que se quedaron sin cargar y por qué; `caidas`, los que vinieron con muchas
    menos filas (antes, ahora); `sin_fecha`, las filas de la tienda que no dicen de qué día son;
    `calidad`, lo que hallaron las revisiones en esos días.
    """

    filas: int = 0
    total: str = "0"
    dias: int = 0
    dias_en_cero: int = 0
    sin_producto: int = 0
    ambiguos: int = 0
    sin_fecha: int = 0
    fuera: Mapping[date, str] = field(default_factory=dict)
    caidas: Mapping[date, Sequence[int]] = field(default_factory=dict)
    aviso: str | None = None
    calidad: Sequence[Mapping[str, Any]] = ()

    def a_json(self) -> dict[str, Any]:
        """Lo mismo, con los días como texto."""
        por_dia = {n: {str(d): v for d, v in getattr(self, n).items()} for n in ("fuera", "caidas")}
        return {**vars(self), **por_dia}


def cargar(
    config: Configuracion,
    tienda: Tienda,
    tramo: Rango,
    corrida: str,
    *,
    aceptar_vacios: bool,
    avanzo: Callable[[int, int], None],
) -> Resumen | Ajena:
    """Lleva el staging de un tramo de un mes a la base; al volver, el marcador dice la verdad.

    Los días que la extracción apartó, y los que una revisión de calidad no deja cargar, quedan
    anotados en la base con su motivo. Si otra corrida lo cargó todo mientras tanto, no hace nada y
    dice cuál fue.

    Raises:
        ErrorFluxion: si no se pudo; la base y el marcador quedan como estaban. En un lago, los días
            que ya confirmados no son lo comprobado quedan por cargar, y sin marcador.
    """
    with candado_de(config, tienda, tramo.mes):
        origen = carpeta_de(config, tienda, tramo)
        hecha = origen.completa()
        pendientes = cobertura.pendientes(config, tienda, tramo)
        if hecha is None or not (hecha.dias | hecha.fuera.keys()).issuperset(pendientes):
            if not pendientes:
                return _de_otra(config, tienda, tramo)
            raise ErrorStaging(
                f"Falta el staging de {tienda.id} {tramo.mes} en {origen.ruta}, o es de otra "
                "corrida con otros días. Repita la misma orden y se extraerá otra vez."
            )
        with ExitStack() as pila:
            lotes = [_lote(v, pila.enter_context(v.abierta())) for v in hecha.ventanas]
            base = pila.enter_context(para_escribir(config))
            avisos: list[str | None] = []
            revisado = calidad.revisar_staging(base, config, tienda, lotes)
            malos = {d: calidad.motivo(h) for d, h in revisado.errores().items()}
            fuera, pos = {**hecha.fuera, **malos}, tienda.en(tramo.desde)
            de = destino.Procedencia(pos.pos, config.sistema(pos).moneda)
            buenos = hecha.dias - malos.keys()

            def comprobar() -> None:
                if buenos:
                    dias = Rango(min(buenos), max(buenos))
                    avisos.append(exigir_distinta(base, config, pos, dias, hecha.identidad))
                if hecha.dias:
                    de_calidad.guardar(base, revisado, corrida, malos, de_carga=True)

            try:
                cargados = destino.cargar(
                    base, tienda.id, lotes, corrida, aceptar_vacios=aceptar_vacios,
                    de=de, fuera=fuera, comprobar=comprobar, avanzo=avanzo,
                )  # fmt: skip
            except (ErrorDiaVaciado, ErrorConciliacion, ErrorIdentidad):
                # Al repetir se le pregunta otra vez a la tienda: quizá ya se corrigió.
                origen.reabrir()
                raise
            if cargados:
                cobertura.anotar(
                    config, _marcador(tienda, tramo, base.id, hecha.ventanas, cargados, corrida)
                )
        origen.borrar()
    return Resumen(
        filas=sum(c.filas for c in cargados.values()),
        total=str(sum(c.total for c in cargados.values())),
        dias=len(cargados),
        dias_en_cero=sum(not c.filas for c in cargados.values()),
        sin_producto=_sumar(cargados, (v.sin_producto for v in hecha.ventanas)),
        ambiguos=_sumar(cargados, (v.ambiguos for v in hecha.ventanas)),
        sin_fecha=hecha.sin_fecha, fuera=fuera,
        caidas={d: c for d, c in hecha.caidas.items() if d in cargados},
        aviso=next(iter(avisos), None), calidad=calidad.resumir(revisado),
    )  # fmt: skip


def _sumar(dias: Collection[date], cuentas: Iterable[Mapping[date, int]]) -> int:
    return sum(n for cuenta in cuentas for d, n in cuenta.items() if d in dias)


def _de_otra(config: Configuracion, tienda: Tienda, tramo: Rango) -> Ajena:
    """Lo que otra corrida, o la de otro host, cargó mientras ésta esperaba."""
    dias = cobertura.marcar(config, tienda.id, tramo).values()
    return Ajena(sorted({x.corrida for x in dias}), len(dias), sum(x.conteo.filas for x in dias))


def limpiar_sobras(config: Configuracion, tienda: Tienda, tramo: Rango) -> None:
    """Quita el staging que dejó una corrida que murió después de escribir el marcador.

    Si en la carpeta del mes hay otros días ya leídos que aún no se cargan, son de otra y se quedan.
    Con un lago, además escribe el marcador de lo que cargaron otros hosts, o una que murió.
    """
    sobras = carpeta_de(config, tienda, tramo)
    sin_marca = cobertura.sin_marca(config, tienda, tramo)
    if (sobras.ruta.is_dir() or sin_marca) and not cobertura.pendientes(config, tienda, tramo):
        # Si otra corrida la está usando, no son sobras.
        with suppress(ErrorOcupado), candado_de(config, tienda, tramo.mes, espera=0):
            if sin_marca:
                cobertura.marcar(config, tienda.id, tramo)
            if not _por_cargar(config, tienda, sobras):
                sobras.borrar()


def _por_cargar(config: Configuracion, tienda: Tienda, leido: Carpeta) -> bool:
    """Si en lo leído de un mes hay algún día que falta en la base."""
    dias = {d for v in leido.leidas() for d in v.rango}
    return bool(dias) and not dias.isdisjoint(
        cobertura.pendientes(config, tienda, Rango(min(dias), max(dias)))
    )


def _lote(v: Ventana, ruta: str) -> Lote:
    return Lote(
        v.rango, ruta, v.filas, v.ordenado, v.extraido_en, v.origen, v.sin_producto, v.ambiguos
    )


def _marcador(tienda, tramo, base_id, ventanas, cargados, corrida) -> marcadores.Marcador:
    dias = {
        dia: marcadores.DiaCargado(cargados[dia], v.extraido_en, corrida)
        for v in ventanas
        for dia in v.rango
        if dia in cargados
    }
    return marcadores.Marcador(tienda.id, tramo.mes, base_id, dias)
