"""Llevar una base entera a otra: de un archivo a un lago, o de vuelta.

Va por tienda y mes, cada uno en una transacción y comprobado día por día. Lo que ya está igual no
se toca, así que una orden que muere se repite y sigue; y un día que en la nueva es más reciente se
queda como está.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date

from fluxion_luigi import cobertura
from fluxion_luigi.config import Configuracion
from fluxion_luigi.config import base as bases
from fluxion_luigi.destino import traslado as destino
from fluxion_luigi.destino.base import para_escribir, para_leer
from fluxion_luigi.destino.control import DiaRespaldado, Instantanea, instantanea
from fluxion_luigi.errores import ErrorDestino, ErrorUso
from fluxion_luigi.flujo.candados import candado_de, lugar
from fluxion_luigi.periodos import Rango, agrupar

Mes = tuple[str, str]


@dataclass(frozen=True)
class Plan:
    """Lo que falta llevar, por tienda y mes; cuántos días ya están, o allá son más nuevos.

    `solo_alla`, por tienda, los que la de ahora no tiene.
    """

    faltan: Mapping[Mes, Sequence[date]]
    iguales: int
    mas_nuevos: int
    solo_alla: Mapping[str, Sequence[date]]

    @property
    def dias(self) -> int:
        """Los que faltan."""
        return sum(map(len, self.faltan.values()))


def hacia(config: Configuracion, texto: str, datos: str) -> Configuracion:
    """La misma configuración, con la base a la que se lleva todo.

    Args:
        texto: la base nueva, como se escribe en `base`.
        datos: la carpeta o el bucket de los datos, si es un lago; vacío, la de `lago_datos`.

    Raises:
        ErrorUso: si no se entiende, o las dos son de la misma clase.
    """
    ajustes = config.ajustes
    try:
        nueva = bases.leer(texto, ajustes.carpeta, ajustes.ambiente)
        donde = bases.leer_datos(datos, ajustes.carpeta, ajustes.ambiente) or ajustes.lago_datos
    except ValueError as e:
        raise ErrorUso(f"--destino {bases.sin_claves(texto)}: {e}.") from None
    if isinstance(nueva, bases.Lago):
        if not donde:
            raise ErrorUso("--datos: falta decir en qué carpeta van los datos del lago.")
        nueva = replace(nueva, datos=donde)
    if type(nueva) is type(ajustes.base):
        raise ErrorUso(
            f"--destino {texto} es de la misma clase que la base de ahora, {ajustes.base}. Se va "
            "de un archivo a un lago, o de un lago a un archivo; un archivo se copia como "
            "cualquier otro."
        )
    return Configuracion(replace(ajustes, base=nueva, publicada=None))


def planear(de: Configuracion, a: Configuracion) -> Plan:
    """Compara el control de las dos, día por día.

    Raises:
        ErrorOcupado, ErrorDestino: si alguna no se pudo leer, o la de ahora no existe.
    """
    hay, nueva = instantanea(de), instantanea(a)
    if hay.base_id is None:
        raise ErrorDestino(f"La base {de.ajustes.base} no existe: no hay nada que llevar.")
    faltan: dict[Mes, list[date]] = {}
    iguales = mas_nuevos = 0
    for (tienda, dia), x in sorted((hay.dias | _fallidos(hay)).items()):
        otro = nueva.dias.get((tienda, dia))
        if otro == x or (x is None and (otro or (tienda, dia) in nueva.fallidos)):
            iguales += 1
        elif x and otro and otro.confirmado_en > x.confirmado_en:
            mas_nuevos += 1
        else:
            faltan.setdefault((tienda, f"{dia:%Y-%m}"), []).append(dia)
    solo_alla: dict[str, list[date]] = {}
    for tienda, dia in sorted(nueva.dias.keys() - hay.dias.keys()):
        solo_alla.setdefault(tienda, []).append(dia)
    return Plan(faltan, iguales, mas_nuevos, solo_alla)


def _fallidos(hay: Instantanea) -> dict[tuple[str, date], DiaRespaldado | None]:
    """Los que no se pudieron cargar y el control no tiene: se lleva por qué."""
    return {k: None for k in hay.fallidos if k not in hay.dias}


def llevar(
    de: Configuracion, a: Configuracion, plan: Plan, avisar: Callable[[str, str, int, int], None]
) -> None:
    """Lleva lo que falta y comprueba, ya todo en la nueva, cada día de los que se llevaron.

    Args:
        avisar: recibe la tienda, el mes, sus filas y cuántos meses van, al acabar cada uno.

    Raises:
        ErrorIntegridad: si hay ventas que el control no nombra; no se lleva nada.
        ErrorConciliacion, ErrorOcupado, ErrorDestino, ErrorDisco: si no se pudo; lo ya llevado
            queda, y la misma orden sigue desde ahí.
    """
    with para_escribir(de):
        pass  # si es de una versión anterior, con las tablas de ahora
    with para_leer(de) as antes:
        destino.exigir_controladas(antes)
    for van, ((tienda, mes), dias) in enumerate(plan.faltan.items(), 1):
        with ExitStack() as pila:
            for config in (de, a):
                pila.enter_context(candado_de(config, lugar(config, tienda), mes))
            antes = pila.enter_context(para_leer(de))
            nueva = pila.enter_context(para_escribir(a))
            filas = destino.trasladar(antes, nueva, tienda, agrupar(dias))
        avisar(tienda, mes, filas, van)
    with para_leer(de) as antes, para_escribir(a) as nueva:
        destino.trasladar_sueltas(antes, nueva)
    with para_leer(de) as antes, para_leer(a) as nueva:
        suyos: dict[str, list[date]] = {}
        for (tienda, _), dias in plan.faltan.items():
            suyos.setdefault(tienda, []).extend(dias)
        destino.exigir_las_mismas(antes, nueva, suyos)
    if not a.ajustes.es_lago:
        _marcar(a)


def _marcar(a: Configuracion) -> None:
    """Los marcadores de un archivo recién hecho: sin ellos, todo se pediría otra vez."""
    meses: dict[Mes, list[date]] = {}
    for tienda, dia in instantanea(a).dias:
        meses.setdefault((tienda, f"{dia:%Y-%m}"), []).append(dia)
    for (tienda, mes), dias in sorted(meses.items()):
        with candado_de(a, lugar(a, tienda), mes):
            cobertura.marcar(a, tienda, Rango(min(dias), max(dias)))
