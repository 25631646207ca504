"""La extracción de una tienda-mes: lo pendiente, conciliado, en staging, hasta el manifiesto.

En el mes en que una tienda cambia de POS son dos, cada una con sus días: la que no se pueda leer no
detiene a la otra.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date

from fluxion_luigi import cobertura, marcadores
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.destino.base import exigir_donde
from fluxion_luigi.destino.control import instantanea
from fluxion_luigi.flujo.caidas import Caidas
from fluxion_luigi.flujo.candados import candado_de
from fluxion_luigi.flujo.lectura import Lectura
from fluxion_luigi.flujo.trabajo import Avance, Trabajo, sirve
from fluxion_luigi.origen.resultado import Resultado
from fluxion_luigi.periodos import Rango
from fluxion_luigi.staging.ventanas import Carpeta, Extraccion, Ventana

__all__ = ["Avance", "Resumen", "candado_de", "carpeta", "carpeta_de", "completa", "extraer"]


@dataclass
class Resumen:
    """Lo que costó una extracción, para el reporte de la corrida."""

    filas: int = 0
    ventanas: int = 0
    reutilizadas: int = 0
    intentos: int = 0
    partidas: int = 0
    sin_fecha: int = 0
    dias: list[date] = field(default_factory=list)


def carpeta(config: Configuracion, tienda: Tienda, mes: str) -> Carpeta:
    """La carpeta de staging de una tienda-mes, de todos sus POS."""
    return Carpeta(config.ajustes.staging, tienda.id, mes)


def carpeta_de(config: Configuracion, tienda: Tienda, tramo: Rango) -> Carpeta:
    """La del POS del que son los días de un tramo."""
    return Carpeta(config.ajustes.staging, tienda.id, tramo.mes, tienda.en(tramo.desde).numero)


def completa(config: Configuracion, tienda: Tienda, tramo: Rango) -> bool:
    """Si en staging está, entero y vigente, todo lo pendiente del tramo."""
    hecha = carpeta_de(config, tienda, tramo).completa()
    if hecha is None or any(not es_suya(tienda, v, tramo) for v in hecha.ventanas):
        return False  # el catálogo le cambió la fecha a una mudanza: esos días son de otro POS
    listos = {d for v in hecha.ventanas if sirve(config, tienda, v) for d in v.rango}
    return listos.issuperset(cobertura.pendientes(config, tienda, tramo))


def es_suya(tienda: Tienda, ventana: Ventana, tramo: Rango) -> bool:
    """Si todos los días de una ventana son del mismo POS que los del tramo."""
    numero = tienda.en(tramo.desde).numero
    return all(tienda.en(d).numero == numero for d in ventana.rango)


def exigir_donde_cargar(config: Configuracion, tienda: Tienda, mes: str) -> None:
    """Que lo que se va a leer tenga luego dónde quedar: la base y el marcador.

    Raises:
        ErrorDisco: no se podrían escribir. Se sabe ahora, y no después de leer el mes entero.
    """
    exigir_donde(config)
    marcadores.exigir_sitio(config.ajustes.marcadores, tienda.id, mes)


def extraer(
    config: Configuracion,
    tienda: Tienda,
    tramo: Rango,
    avisar: Callable[[Avance], None],
    *,
    aceptar_vacios: bool = False,
    entrando: Callable[[Resultado], None] | None = None,
) -> Resumen:
    """Deja en staging los días pendientes de un tramo de un mes y de un POS, conciliados con él.

    Los que tienen algo malo se apartan; el manifiesto dice cuáles y por qué.

    Args:
        avisar: recibe el avance cada vez que lo hay.
        aceptar_vacios: el operador dice que un día que tenía filas ahora está vacío, o casi.
        entrando: ver `Lectura`.

    Raises:
        ErrorFluxion: lo que haya pasado; las ventanas terminadas quedan guardadas.
    """
    with ExitStack() as pila:
        pila.enter_context(candado_de(config, tienda))
        pila.enter_context(candado_de(config, tienda, tramo.mes))
        dias = cobertura.pendientes(config, tienda, tramo, admite_vieja=True)
        if not dias or completa(config, tienda, tramo):
            return Resumen()  # otra corrida lo cargó, o lo dejó listo, mientras ésta esperaba
        destino = carpeta_de(config, tienda, tramo)
        if not aceptar_vacios:
            dias = sorted({*dias, *_de_otra(config, tienda, tramo, destino)})
        exigir_donde_cargar(config, tienda, tramo.mes)
        destino.reabrir()
        pos = tienda.en(tramo.desde)
        lectura = pila.enter_context(Lectura(config, pos, destino.ruta, entrando))
        caidas = Caidas(config.ajustes, _filas_cargadas(config, tienda), aceptar_vacios)
        trabajo = Trabajo(config, tienda, destino, lectura, caidas, avisar)
        trabajo.contar_o_salvar(dias)
        identidad = trabajo.identificar(dias)
        ventanas = trabajo.reutilizar(dias)
        reutilizadas = len(ventanas)
        ventanas += trabajo.leer_todas(dias, ventanas)
        ventanas.sort(key=lambda v: v.rango)
        destino.completar(
            Extraccion(ventanas, trabajo.fuera, caidas.vistas, trabajo.sin_fecha, identidad)
        )
        return Resumen(
            filas=sum(v.filas for v in ventanas), ventanas=len(ventanas),
            reutilizadas=reutilizadas, intentos=trabajo.intentos, partidas=trabajo.partidas,
            sin_fecha=trabajo.sin_fecha, dias=dias,
        )  # fmt: skip


def _de_otra(config: Configuracion, tienda: Tienda, tramo: Rango, destino: Carpeta) -> set[date]:
    """Los días del mes y del POS que otra corrida dejó listos y aún no carga.

    Se piden con los de ésta: si se descartaran, la otra se quedaría sin su staging.
    """
    hecha = destino.completa()
    ventanas = [v for v in hecha.ventanas if es_suya(tienda, v, tramo)] if hecha else []
    dias = {d for v in ventanas if sirve(config, tienda, v) for d in v.rango}
    if not dias:
        return set()
    return dias.intersection(
        cobertura.pendientes(config, tienda, Rango(min(dias), max(dias)), admite_vieja=True)
    )


def _filas_cargadas(config: Configuracion, tienda: Tienda) -> dict[date, int]:
    cargados = instantanea(config, admite_vieja=True).dias
    return {d: x.conteo.filas for (t, d), x in cargados.items() if t == tienda.id}
