"""La carga: una transacción reemplaza los días en mano, o no cambia nada."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import accumulate
from typing import NamedTuple

from fluxion_luigi.conciliacion import CERO, Conteo, exigir_iguales
from fluxion_luigi.destino import cargas, fallidos, relectura
from fluxion_luigi.destino.abierta import Base
from fluxion_luigi.destino.lote import Lote
from fluxion_luigi.destino.transaccion import COMPACTACIONES, SI_CHOCA, transaccion
from fluxion_luigi.errores import ErrorDiaVaciado
from fluxion_luigi.esquema import FILAS_POR_GRUPO, SUMAS
from fluxion_luigi.periodos import agrupar, describir

# Sólo las cargas pequeñas, las de unos días, compactan un poco al confirmar: son las que dejan
# grupos casi vacíos. Un mes no, ni si reemplaza: juntar grupos de otros cuesta tanto como cargarlo
# (medido con 82 millones de filas: reemplazar 300.000 tardaba 2,6 veces lo que en un millón, y sin
# compactar, 1,2). El bloque que deja sin soltar lo suelta la siguiente pequeña.
FILAS_QUE_COMPACTAN = FILAS_POR_GRUPO // 2


class Procedencia(NamedTuple):
    """De qué POS salen unos días (`Tienda.pos`) y en qué moneda están sus montos; vacía si no lo
    dice su sistema."""

    pos: str
    moneda: str


SIN_DECIR = Procedencia("", "")


def cargar(
    base: Base,
    tienda: str,
    lotes: Sequence[Lote],
    corrida: str,
    *,
    aceptar_vacios: bool,
    de: Procedencia = SIN_DECIR,
    fuera: Mapping[date, str] | None = None,
    comprobar: Callable[[], None] = lambda: None,
    avanzo: Callable[[int, int], None] = lambda hechas, todas: None,
) -> dict[date, Conteo]:
    """Reemplaza en `ventas_raw` y en el control los días de los lotes, y comprueba lo que quedó.

    Args:
        aceptar_vacios: el operador dice que un día que tenía filas ahora sí está vacío.
        de: de dónde salieron los días; queda anotado en cada uno.
        fuera: los días que se quedan sin cargar y por qué, aunque estén en un lote; queda anotado,
            y lo suyo sigue igual.
        comprobar: lo último antes de confirmar, con todo ya puesto; si falla, nada cambia.
        avanzo: se llama con las filas cargadas y las que hay en total.

    Returns:
        El conteo de cada día cargado, ceros incluidos.

    Raises:
        ErrorDiaVaciado: si un día con filas vino vacío y no se aceptó.
        ErrorConciliacion: si lo que quedó no es lo que el origen dijo.
        ErrorDestino, ErrorDisco: si DuckDB no pudo. En todos los casos no cambia nada, salvo que
            falle la relectura de lo confirmado (`relectura.exigir`): esos días quedan por cargar.
    """
    fuera = fuera or {}
    if not aceptar_vacios:
        _exigir_no_vaciados(base, tienda, lotes, fuera)
    todas = sum(lote.filas for lote in lotes)
    compactar = COMPACTACIONES if todas < FILAS_QUE_COMPACTAN else 0
    lotes = sorted(lotes, key=lambda lote: lote.rango)
    with base.lista(tienda, lotes, corrida, fuera) as lista:

        def reemplazar() -> dict[date, Conteo]:
            cargados: dict[date, Conteo] = {}
            with transaccion(base, compactar):
                _borrar(base, tienda, (d for lote in lotes for d in lote.sin(fuera)))
                for hechas in accumulate(lista.poner()):
                    avanzo(hechas, todas)
                for lote in lotes:
                    cargados |= _comprobar(base, tienda, lote, corrida, de, fuera)
                cargas.anotar(base, tienda, cargados, corrida, "carga")
                fallidos.anotar(base, tienda, cargados, fuera, corrida)
                comprobar()
                lista.por_confirmar()
            return cargados

        cargados = SI_CHOCA(reemplazar)
    if base.COMPARTIDA:
        relectura.exigir(base, tienda, cargados, corrida)
    return cargados


def confirmar(base: Base, tienda: str, dias: Sequence[date], en: datetime) -> None:
    """Anota que el origen dijo en ese instante tener lo mismo que ya está cargado.

    Un día que entretanto cargó otra corrida se queda como ella lo dejó.

    Raises:
        ErrorDestino, ErrorDisco: si DuckDB no pudo; no cambia nada.
    """

    def anotar() -> None:
        with transaccion(base, 0):
            base.hacer(
                "confirmar_dias",
                tienda=tienda, dias=list(dias), en=_sin_zona(en),
                ahora=_sin_zona(datetime.now(UTC)),
            )  # fmt: skip

    SI_CHOCA(anotar)


def _exigir_no_vaciados(
    base: Base, tienda: str, lotes: Sequence[Lote], fuera: Collection[date]
) -> None:
    tenian = {
        dia
        for lote in lotes
        for (dia,) in base.hacer(
            "dias_con_filas", tienda=tienda, desde=lote.rango.desde, hasta=lote.rango.hasta
        )
    }
    hay = {dia for lote in lotes for dia, conteo in lote.origen.items() if conteo.filas}
    vaciados = sorted(tenian - hay - set(fuera))
    if vaciados:
        raise ErrorDiaVaciado(
            f"{tienda}: el origen responde vacío para {describir(vaciados)}, que ya tenía(n) filas "
            "cargadas. Puede ser un servidor restaurado o la base equivocada. No se cambió nada; "
            "si de verdad esos días quedaron sin ventas, repita la orden con --aceptar-vacios."
        )


def _borrar(base: Base, tienda: str, dias: Iterable[date]) -> None:
    for tramo in agrupar(dias):
        for borrar in ("borrar_ventas", "borrar_control"):
            base.hacer(borrar, tienda=tienda, desde=tramo.desde, hasta=tramo.hasta)


def _comprobar(
    base: Base, tienda: str, lote: Lote, corrida: str, de: Procedencia, fuera: Collection[date]
) -> dict[date, Conteo]:
    """Que haya quedado lo que dijo el origen, día por día, y lo anota en el control."""
    quedo = {d: c for d, c in relectura.contar(base, tienda, lote.rango).items() if d not in fuera}
    debe = {d: c for d, c in lote.origen.items() if d not in fuera}
    exigir_iguales(debe, quedo, "en destino", "en origen", f"{tienda}, {lote.rango}")
    for dia in lote.sin(fuera):
        origen, hay = lote.origen.get(dia, CERO), quedo.setdefault(dia, CERO)
        base.hacer(
            "insertar_control",
            tienda=tienda, dia=dia, filas_origen=origen.filas, total_origen=origen.total,
            filas=hay.filas, total=hay.total, **{n: hay.sumas.get(n, 0) for n in SUMAS},
            sin_producto=lote.sin_producto.get(dia, 0),
            ambiguos=lote.ambiguos.get(dia, 0), extraido_en=_sin_zona(lote.extraido_en),
            cargado_en=_sin_zona(datetime.now(UTC)), corrida=corrida, pos=de.pos, moneda=de.moneda,
        )  # fmt: skip
    return quedo


def _sin_zona(instante: datetime) -> datetime:
    return instante.astimezone(UTC).replace(tzinfo=None)
