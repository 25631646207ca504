"""La tabla de control vista desde fuera: qué días dice la base que tiene.

Se lee entera una vez y se guarda mientras la base no cambie (el inodo, tamaño y hora del archivo;
el último snapshot del lago), así que preguntar por doscientas tiendas-mes abre la base una sola
vez, y otro proceso que la cambie se nota.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple

from fluxion_luigi.conciliacion import Conteo
from fluxion_luigi.config import Configuracion
from fluxion_luigi.config.base import Ubicacion
from fluxion_luigi.destino.base import firma, para_leer
from fluxion_luigi.errores import ErrorOcupado
from fluxion_luigi.esquema import SUMAS


class DiaRespaldado(NamedTuple):
    """Un día que la base tiene: cuánto, cuándo se extrajo y qué corrida lo cargó.

    `confirmado_en` es la última vez que el origen dijo tener lo mismo; al extraerlo, la primera.
    `pos`, de qué POS salió (`Tienda.pos`); vacío si se cargó antes de que se anotara.
    """

    conteo: Conteo
    extraido_en: datetime
    corrida: str
    confirmado_en: datetime
    pos: str = ""

    def respalda(self, marcado) -> bool:
        """Si es el mismo día cargado que dice un marcador (`marcadores.DiaCargado`)."""
        return self.conteo.coincide(marcado.conteo) and (self.extraido_en, self.corrida) == (
            marcado.extraido_en, marcado.corrida,
        )  # fmt: skip


@dataclass(frozen=True)
class Instantanea:
    """Lo que la base respalda, por tienda y día, y los días que no se pudieron cargar y por qué."""

    base_id: str | None
    dias: dict[tuple[str, date], DiaRespaldado]
    fallidos: dict[tuple[str, date], str]


_VACIA = Instantanea(None, {}, {})
_guardadas: dict[Ubicacion, tuple[tuple, Instantanea]] = {}


def instantanea(config: Configuracion, *, admite_vieja: bool = False) -> Instantanea:
    """Lo que la base respalda ahora.

    Args:
        admite_vieja: si otro proceso la tiene, vale la última que se leyó en vez de esperar.

    Raises:
        ErrorOcupado, ErrorDestino: si no se pudo leer.
    """
    base = config.ajustes.base
    suya, vieja = _guardadas.get(base, (None, None))
    ahora = firma(config)
    if suya == ahora:
        return vieja
    try:
        leida = _leer(config, espera=0 if admite_vieja and vieja else None)
    except ErrorOcupado:
        if admite_vieja and vieja:
            return vieja
        raise
    _guardadas[base] = (ahora, leida)
    return leida


def lineas_del_dia(config: Configuracion, tienda: str, dia: date) -> tuple[list[str], list[tuple]]:
    """Las columnas de `ventas_raw` y las líneas de un día de una tienda.

    Raises:
        ErrorOcupado, ErrorDestino: si no se pudo leer.
    """
    with para_leer(config) as base:
        if base is None:
            return [], []
        filas = base.hacer("leer_dia", tienda=tienda, dia=dia)
        return [d[0] for d in base.conexion.description], filas


def _leer(config: Configuracion, espera: float | None) -> Instantanea:
    with para_leer(config, espera) as base:
        if base is None:
            return _VACIA
        return Instantanea(
            base.id,
            {
                (tienda, dia): dia_respaldado(*resto)
                for tienda, dia, *resto in base.hacer("leer_control")
            },
            {
                (tienda, dia): causa
                for tienda, dia, causa in (base.hacer("leer_fallidos") if base.version > 1 else ())
            },
        )


def dia_respaldado(filas, total, extraido_en, corrida, confirmado_en, pos, *sumas) -> DiaRespaldado:
    """Un renglón de la tabla de control; las `SUMAS` que la base no tenga, en None."""
    conocidas = {n: s for n, s in zip(SUMAS, sumas, strict=True) if s is not None}
    return DiaRespaldado(
        Conteo(filas, total, conocidas), extraido_en.replace(tzinfo=UTC), corrida,
        confirmado_en.replace(tzinfo=UTC), pos,
    )  # fmt: skip
