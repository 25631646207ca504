"""Lo que la base tiene de verdad, sin creerle a su control; y si su archivo se deja leer entero."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import NamedTuple

from fluxion_luigi.conciliacion import CERO, Conteo
from fluxion_luigi.config import Configuracion
from fluxion_luigi.destino.abierta import Base
from fluxion_luigi.destino.base import para_leer
from fluxion_luigi.destino.control import DiaRespaldado, dia_respaldado
from fluxion_luigi.errores import ErrorBaseDanada
from fluxion_luigi.esquema import SUMAS
from fluxion_luigi.periodos import Rango

TiendaDia = tuple[str, date]
CARGA, OLVIDO = "carga", "olvido"


class Renglon(NamedTuple):
    """Un renglón del control: lo que dijo el origen, lo que quedó y cuándo se cargó (UTC)."""

    origen: Conteo
    cargado_en: datetime
    dia: DiaRespaldado


class Filas(NamedTuple):
    """Lo que hay en `ventas_raw` de un día: cuánto, y cuántas filas son de cada corrida."""

    conteo: Conteo
    corridas: Mapping[str | None, int]


class Anotacion(NamedTuple):
    """Un renglón de `cargas`: qué corrida puso o quitó qué días, y cuándo (UTC)."""

    corrida: str
    rango: Rango
    accion: str
    en: datetime


@dataclass(frozen=True)
class Foto:
    """La base en un instante. Si no existe, `base_id` es None y lo demás está vacío.

    `fallidos` dice cuándo se vio fallar cada día, y `sin_dia`, cuántas filas no son de ningún día o
    de ninguna tienda.
    """

    base_id: str | None = None
    control: Mapping[TiendaDia, Sequence[Renglon]] = field(default_factory=dict)
    ventas: Mapping[TiendaDia, Filas] = field(default_factory=dict)
    cargas: Mapping[str, Sequence[Anotacion]] = field(default_factory=dict)
    fallidos: Mapping[TiendaDia, datetime] = field(default_factory=dict)
    sin_dia: int = 0


def exigir_sana(config: Configuracion) -> None:
    """Lee el archivo de la base entero, con las sumas de comprobación de cada bloque.

    Raises:
        ErrorBaseDanada: si está cortado o tiene un bloque dañado; dice en qué tabla.
        ErrorOcupado, ErrorDestino: si no se pudo abrir por otra cosa.
    """
    with para_leer(config) as base:
        if base is None:
            return
        base.con_medida()
        for (tabla,) in base.hacer("integridad_tablas"):
            try:
                base.hacer("integridad_leer", tabla=tabla)
            except ErrorBaseDanada as e:
                causa = f"{e.causa}: su tabla {tabla} no se deja leer"
                raise ErrorBaseDanada(causa, consejo=e.consejo) from None


def fotografiar(config: Configuracion, tiendas: Sequence[str], rango: Rango) -> Foto:
    """Lo que hay de esas tiendas (ninguna: todas) en esos días.

    Raises:
        ErrorOcupado, ErrorDestino: si no se pudo leer.
    """
    with para_leer(config) as base:
        if base is None:
            return Foto()
        que = {"tiendas": list(tiendas), "desde": rango.desde, "hasta": rango.hasta}
        base.con_medida()
        return Foto(
            base.id,
            _control(base, que),
            _ventas(base, que),
            _cargas(base),
            _fallidos(base, que),
            *base.hacer("integridad_sin_dia")[0],
        )


def repetidas(config: Configuracion, dias: Sequence[TiendaDia]) -> dict[TiendaDia, int]:
    """De cada uno de esos días, cuántas filas son copias exactas de otra."""
    with para_leer(config) as base:
        return {
            (tienda, dia): base.hacer("integridad_repetidas", tienda=tienda, dia=dia)[0][0]
            for tienda, dia in (dias if base else ())
        }


def _control(base: Base, que: dict) -> dict[TiendaDia, list[Renglon]]:
    control: dict[TiendaDia, list[Renglon]] = {}
    for tienda, dia, filas, total, cargado_en, *resto in base.hacer("integridad_control", **que):
        renglon = Renglon(Conteo(filas, total), _utc(cargado_en), dia_respaldado(*resto))
        control.setdefault((tienda, dia), []).append(renglon)
    return control


def _ventas(base: Base, que: dict) -> dict[TiendaDia, Filas]:
    ventas: dict[TiendaDia, Filas] = {}
    for tienda, dia, corrida, filas, total, *sumas in base.hacer("integridad_ventas", **que):
        antes = ventas.get((tienda, dia), Filas(CERO, {}))
        llevaba = antes.conteo.sumas
        juntas = {n: llevaba.get(n, 0) + s for n, s in zip(SUMAS, sumas, strict=True)}
        conteo = Conteo(antes.conteo.filas + filas, antes.conteo.total + total, juntas)
        ventas[tienda, dia] = Filas(conteo, {**antes.corridas, corrida: filas})
    return ventas


def _cargas(base: Base) -> dict[str, list[Anotacion]]:
    cargas: dict[str, list[Anotacion]] = {}
    for corrida, tienda, desde, hasta, accion, en in base.hacer("integridad_cargas"):
        anotacion = Anotacion(corrida, Rango(desde, hasta), accion, _utc(en))
        cargas.setdefault(tienda, []).append(anotacion)
    return cargas


def _fallidos(base: Base, que: dict) -> dict[TiendaDia, datetime]:
    if base.version < 2:
        return {}
    vistos = base.hacer("integridad_fallidos", **que)
    return {(tienda, dia): _utc(visto_en) for tienda, dia, visto_en in vistos}


def _utc(instante: datetime) -> datetime:
    return instante.replace(tzinfo=UTC)
