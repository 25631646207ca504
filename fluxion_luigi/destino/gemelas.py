"""Una base no puede contarse como dos tiendas: antes de confirmar se compara con las demás.

Deciden los datos: los mismos conteos y totales, día tras día, son la misma base aunque lleve otro
nombre o esté en otra dirección. Lo que dice el servidor de sí mismo decide sólo cuando no hay días
en común con qué comparar: hay servidores hechos de una misma copia, que dicen llamarse igual.
"""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.destino.abierta import Base
from fluxion_luigi.errores import ErrorIdentidad
from fluxion_luigi.periodos import Rango

# Días iguales al céntimo, y filas entre todos ellos, que ya no son casualidad. Los días anteriores
# también cuentan: la copia que se carga de a un día se descubre al segundo.
DIAS_IGUALES = 2
FILAS_IGUALES = 20
DIAS_ANTES = timedelta(days=6)


class _Otra(NamedTuple):
    """Otra tienda, en los mismos días: cuántos tienen las dos y cuántos son iguales.

    `firmes` son los que ya no cambiaban al leerse; `primero` y `ultimo`, entre qué días hay iguales
    cargados antes.
    """

    tienda: str
    comunes: int
    iguales: int
    filas: int
    firmes: int
    firmes_iguales: int
    primero: date | None
    ultimo: date | None

    def es_la_misma(self, dice_serlo: bool) -> bool:
        if dice_serlo:  # sólo un día firme y distinto la desmiente: el de hoy cambia a cada rato
            return 2 * self.firmes_iguales >= self.firmes
        return (
            2 * self.iguales >= self.comunes
            and self.iguales >= DIAS_IGUALES
            and self.filas >= FILAS_IGUALES
        )


def exigir_distinta(
    base: Base, config: Configuracion, tienda: Tienda, dias: Rango, identidad: str | None
) -> str | None:
    """Compara los días recién puestos, aún sin confirmar, con los de las demás tiendas.

    Args:
        tienda: con el POS del que salieron esos días; el que tuvo antes dice ser otro, y lo es.
        identidad: lo que dijo el servidor de sí mismo, si sabe decirlo. Queda anotado.

    Returns:
        Lo que hay que decirle al operador, si algo no es de fiar sin llegar a ser un error.

    Raises:
        ErrorIdentidad: si es la base de otra tienda y el catálogo no lo permite; nombra las dos.
    """
    otras = [
        _Otra(*o)
        for o in base.hacer(
            "dias_iguales",
            tienda=tienda.id,
            desde=dias.desde - DIAS_ANTES,
            hasta=dias.hasta,
            carga=dias.desde,
            provisionales=config.ajustes.dias_provisionales,
        )
    ]
    conocidas = base.hacer("leer_origenes", tienda=tienda.id, identidad=identidad)
    tocayas = {id_ for id_, quien, _ in conocidas if quien == identidad} - {tienda.id}
    mismas = [o for o in otras if o.es_la_misma(o.tienda in tocayas)]
    sin_comparar = sorted(tocayas - {o.tienda for o in otras})
    mismas += [_Otra(t, 0, 0, 0, 0, 0, None, None) for t in sin_comparar]
    prohibidas = [o for o in mismas if not _permitida(config, tienda, o.tienda)]
    if prohibidas:
        raise _error(config, tienda, prohibidas[0])
    otros = _otros_suyos(config, tienda)
    antes = next(
        (q for id_, q, lugar in conocidas if id_ == tienda.id and lugar not in otros), None
    )
    _anotar(base, tienda, identidad or antes, otros)
    return _aviso(tienda, antes, identidad)


def _otros_suyos(config: Configuracion, tienda: Tienda) -> list[str]:
    """Dónde están los demás POS que tuvo o tendrá: lo que dicen ser se guarda aparte."""
    suya = config.catalogo.tiendas.get(tienda.id)
    return [v.lugar for v in (suya.versiones if suya else ()) if v.lugar != tienda.lugar]


def _permitida(config: Configuracion, tienda: Tienda, otra: str) -> bool:
    suya = config.catalogo.tiendas.get(otra)
    return otra in tienda.comparte_con or bool(suya and tienda.id in suya.comparte_con)


def _error(config: Configuracion, tienda: Tienda, gemela: _Otra) -> ErrorIdentidad:
    otra = gemela.tienda
    porque = (
        "sus días tienen las mismas filas y el mismo total"
        if gemela.iguales
        else "su servidor dice ser el mismo"
    )
    cabeza = (
        f"{tienda.id} ({tienda.nombre}, {tienda.lugar}) responde con la base de {otra}: {porque}. "
        "No se cargó nada."
    )
    if gemela.primero:
        cabeza += (
            " De antes hay días contados dos veces: quite los de la que sobre, con «luigi --module "
            f"fluxion_luigi OlvidarVentas --desde {gemela.primero} --hasta {gemela.ultimo} "
            f"--tiendas {tienda.id}» si es ésta."
        )
    if otra not in config.catalogo.tiendas:
        return ErrorIdentidad(
            f"{cabeza} {otra} ya no está en el catálogo: si {tienda.id} es su nombre nuevo, mueva "
            "su historia con «luigi --module fluxion_luigi RenombrarTienda "
            f"--de {otra} --a {tienda.id}» y repita la misma orden."
        )
    donde = "url y sucursal" if tienda.url else "host, puerto y base_datos"
    return ErrorIdentidad(
        f"{cabeza} Corrija {donde} de la que esté mal en el catálogo. Si las dos "
        f'venden de verdad lo mismo, póngale a {tienda.id} comparte_con = ["{otra}"].'
    )


def _aviso(tienda: Tienda, antes: str | None, ahora: str | None) -> str | None:
    if not antes or not ahora or antes == ahora:
        return None
    return f"{tienda.id} ({tienda.nombre}): antes respondía «{antes}» y ahora «{ahora}»."


def _anotar(base: Base, tienda: Tienda, identidad: str | None, otros: list[str]) -> None:
    ahora = datetime.now(UTC).replace(tzinfo=None)
    base.hacer("borrar_origen", tienda=tienda.id, menos=otros)
    base.hacer(
        "insertar_origen",
        tienda=tienda.id, identidad=identidad, lugar=tienda.lugar, visto_en=ahora,
    )  # fmt: skip
