"""La extracción de una tienda-mes: ventana por ventana, con reintentos, hasta el manifiesto."""

import logging
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from tenacity import RetryCallState, Retrying, retry_if_exception, wait_exponential_jitter

from fluxion_luigi import cobertura
from fluxion_luigi.archivos import candado
from fluxion_luigi.conciliacion import CERO, Conteos, exigir_dentro, exigir_iguales
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.errores import (
    ErrorConciliacion,
    ErrorFluxion,
    ErrorTiempo,
    ErrorTransitorio,
)
from fluxion_luigi.flujo.lectura import Lectura, firma
from fluxion_luigi.periodos import Rango, agrupar
from fluxion_luigi.staging.ventanas import Carpeta, Ventana

registro = logging.getLogger("fluxion.extraccion")

# Una ventana que agota el tiempo dos veces es demasiado grande: se parte en vez de insistir.
AGOTADAS_ANTES_DE_PARTIR = 2


@dataclass(frozen=True)
class Avance:
    """Por dónde va una extracción. `filas_en_total` es None si el origen no las pudo contar."""

    dias: int
    dias_en_total: int
    filas: int
    filas_en_total: int | None


Avisar = Callable[[Avance], None]


@dataclass
class Resumen:
    """Lo que costó una extracción, para el reporte de la corrida."""

    filas: int = 0
    ventanas: int = 0
    reutilizadas: int = 0
    intentos: int = 0
    partidas: int = 0
    dias: list[date] = field(default_factory=list)


def carpeta(config: Configuracion, tienda: Tienda, mes: str) -> Carpeta:
    """La carpeta de staging de una tienda-mes."""
    return Carpeta(config.ajustes.staging, tienda.id, mes)


def completa(config: Configuracion, tienda: Tienda, tramo: Rango) -> bool:
    """Si en staging está, entero y vigente, todo lo pendiente del tramo."""
    ventanas = carpeta(config, tienda, tramo.mes).completas()
    if ventanas is None:
        return False
    listos = {d for v in ventanas if _sirve(config, tienda, v) for d in v.rango}
    return listos.issuperset(cobertura.pendientes(config, tienda, tramo))


def candado_de(config: Configuracion, tienda: Tienda, mes: str = "", espera: float | None = None):
    """El candado de una tienda (una consulta a la vez) o de una de sus tiendas-mes."""
    return candado(
        config.ajustes.staging / ".candados" / f"{tienda.id}.{mes or 'consulta'}",
        config.ajustes.espera_tienda if espera is None else espera,
        f"{tienda.id} {mes}".strip(),
    )


def extraer(config: Configuracion, tienda: Tienda, tramo: Rango, avisar: Avisar) -> Resumen:
    """Deja en staging los días pendientes de un tramo de un mes, conciliados con el origen.

    Args:
        avisar: recibe el avance cada vez que lo hay.

    Raises:
        ErrorFluxion: lo que haya pasado; las ventanas terminadas quedan guardadas.
    """
    with ExitStack() as pila:
        pila.enter_context(candado_de(config, tienda))
        pila.enter_context(candado_de(config, tienda, tramo.mes))
        dias = cobertura.pendientes(config, tienda, tramo, admite_vieja=True)
        resumen = Resumen(dias=dias)
        if not dias:
            return resumen
        destino = carpeta(config, tienda, tramo.mes)
        destino.manifiesto.unlink(missing_ok=True)
        lectura = pila.enter_context(Lectura(config, tienda))
        trabajo = _Trabajo(config, tienda, destino, lectura, resumen, avisar)
        trabajo.contar(dias)
        ventanas = trabajo.reutilizar(dias)
        resumen.reutilizadas = len(ventanas)
        ventanas += trabajo.leer_todas(dias, ventanas)
        resumen.ventanas = len(ventanas)
        resumen.filas = sum(v.filas for v in ventanas)
        destino.completar(sorted(ventanas, key=lambda v: v.rango))
        return resumen


def _sirve(config: Configuracion, tienda: Tienda, ventana: Ventana) -> bool:
    """Si lo leído vale hoy: con la misma consulta, de la misma base, y sin vencer."""
    return ventana.firma == firma(config, tienda) and all(
        cobertura.vigente(config, d, ventana.extraido_en) for d in ventana.rango
    )


@dataclass
class _Trabajo:
    """Las ventanas de una extracción en curso, y lo que el origen dice tener en cada día."""

    config: Configuracion
    tienda: Tienda
    destino: Carpeta
    lectura: Lectura
    resumen: Resumen
    avisar: Avisar
    conteos: Conteos = field(default_factory=dict)
    # Los días cuyos productos se piden de una vez; tras un fallo, por ventana.
    tramos: list[Rango] = field(default_factory=list)

    def contar(self, dias: list[date]) -> None:
        """Le pregunta al origen, una sola vez, cuánto tiene en todos los días pendientes."""
        for tramo in agrupar(dias):
            try:
                # Una que agota el tiempo no se repite igual: por partes ya se insistirá.
                self._insistir(tramo, self._contar, tramo, agotadas=1)
            except ErrorTiempo:
                if len(tramo) == 1:
                    raise
                registro.warning(
                    "%s: contar %s agota el tiempo; se cuenta ventana por ventana",
                    self.tienda.id, tramo,
                )  # fmt: skip

    def _contar(self, rango: Rango) -> None:
        conteos = self.lectura.contar(rango)
        exigir_dentro(conteos, rango, "conteo.sql", f"{self.tienda.id}, {rango}")
        self.conteos |= dict.fromkeys(rango, CERO) | conteos

    def _en_origen(self, rango: Rango) -> Conteos:
        """Lo que el origen dijo tener; si aún no se le ha preguntado, se le pregunta."""
        if not self.conteos.keys() >= set(rango):
            self._contar(rango)
        return {d: self.conteos[d] for d in rango if self.conteos[d] != CERO}

    def reutilizar(self, dias: Iterable[date]) -> list[Ventana]:
        """Las ventanas que dejó una corrida anterior y que el origen sigue confirmando."""
        buenas, pedidos = [], set(dias)
        for v in self.destino.leidas():
            if pedidos.issuperset(v.rango) and self._sigue_igual(v):
                buenas.append(v)
                pedidos.difference_update(v.rango)
            else:
                v.borrar()
        return buenas

    def _sigue_igual(self, v: Ventana) -> bool:
        if not v.archivo.is_file() or not _sirve(self.config, self.tienda, v):
            return False
        try:
            return self._insistir(v.rango, self._en_origen, v.rango) == v.leido
        except ErrorTiempo:
            return False  # se lee otra vez, y esa lectura sí sabe partirse

    def leer_todas(self, dias: list[date], listas: list[Ventana]) -> list[Ventana]:
        """Lee lo que falta, en orden; la ventana que agota el tiempo se parte."""
        hechos = {d for v in listas for d in v.rango}
        filas = sum(v.filas for v in listas)
        faltan = [d for d in dias if d not in hechos]
        tamano, tope, leidas = self._primer_tamano(faltan), len(dias), []
        self.tramos = agrupar(faltan) if self.conteos.keys() >= set(faltan) else []
        hoy = self.config.hoy()
        while faltan:
            # Hoy, aparte: aún se vende, y si cambia mientras se lee se repite sólo ese día.
            ventana = agrupar([d for d in faltan if d < hoy] or faltan, tamano)[0]
            avance = partial(self._avanzo, len(hechos), dias, filas)
            avance(0)
            try:
                leida = self._insistir(ventana, self._una_vez, ventana, avance)
            except ErrorTiempo:
                if len(ventana) == 1:
                    raise
                # Las que siguen tampoco cabrían: no se espera dos timeouts por cada una.
                tamano = tope = (len(ventana) + 1) // 2
                self._decir_que_parte(ventana, tamano)
                continue
            tamano = min(tope, self._dias_que_caben(leida, tamano))
            leidas.append(leida)
            hechos.update(ventana)
            filas += leida.filas
            faltan = faltan[len(ventana) :]
        self._avanzo(len(dias), dias, filas, 0)
        return leidas

    def _primer_tamano(self, dias: list[date]) -> int:
        """Los días de la primera ventana: `ventana_dias`, o más si tienen pocas filas."""
        ajustes, filas = self.config.ajustes, 0
        if not ajustes.segundos_por_ventana or not self.conteos.keys() >= set(dias):
            return ajustes.ventana_dias
        for n, dia in enumerate(dias):
            filas += self.conteos[dia].filas
            if filas > ajustes.ventana_filas:
                return max(n, ajustes.ventana_dias)
        return max(len(dias), 1)

    def _dias_que_caben(self, leida: Ventana, tamano: int) -> int:
        """Cuántos días pedir a continuación, por lo que acaban de tardar estos."""
        meta = self.config.ajustes.segundos_por_ventana
        return max(1, int(len(leida.rango) * meta / max(leida.segundos, 0.001))) if meta else tamano

    def _decir_que_parte(self, ventana: Rango, dias: int) -> None:
        self.resumen.partidas += 1
        registro.warning(
            "%s: la ventana %s agota el tiempo; se sigue de a %d día(s)",
            self.tienda.id, ventana, dias,
        )  # fmt: skip

    def _avanzo(self, hechos: int, dias: list[date], filas: int, de_la_ventana: int) -> None:
        contadas = self.conteos.keys() >= set(dias)
        todas = sum(self.conteos[d].filas for d in dias) if contadas else None
        self.avisar(Avance(hechos, len(dias), filas + de_la_ventana, todas))

    def _insistir(
        self, ventana: Rango, hacer: Callable, *con, agotadas: int = AGOTADAS_ANTES_DE_PARTIR
    ):
        """Hace algo con la tienda; lo pasajero se reintenta con pausas que crecen.

        Args:
            agotadas: cuántas veces se deja agotar el tiempo a lo que se puede partir.
        """
        ajustes = self.config.ajustes
        return Retrying(
            retry=retry_if_exception(lambda e: isinstance(e, ErrorTransitorio | ErrorConciliacion)),
            stop=lambda estado: _basta(estado, ventana, ajustes.intentos, agotadas),
            wait=wait_exponential_jitter(
                multiplier=ajustes.pausa_inicial, max=ajustes.pausa_maxima, jitter=1
            ),
            before_sleep=self._decir_reintento,
            reraise=True,
        )(hacer, *con)

    def _una_vez(self, ventana: Rango, avance: Callable[[int], None]) -> Ventana:
        self.resumen.intentos += 1
        origen = self._en_origen(ventana)
        v = self._leer(ventana, avance)
        donde = f"{self.tienda.id}, ventana {ventana}"
        try:
            exigir_dentro(v.leido, ventana, "ventas.sql", donde)
            if v.leido != origen:  # quizá la tienda vendió entre la cuenta y la lectura
                self._contar(ventana)
                origen = self._en_origen(ventana)
            exigir_iguales(origen, v.leido, "leído", "en origen", donde)
        except BaseException:
            v.borrar()
            raise
        v = replace(v, origen=origen)
        v.guardar()
        return v

    def _leer(self, ventana: Rango, avance: Callable[[int], None]) -> Ventana:
        de_todos = next((t for t in self.tramos if ventana.desde in t), ventana)
        try:
            return self.lectura.leer(ventana, self.destino.archivo(ventana), de_todos, avance)
        except ErrorFluxion:
            # El lector que siga es nuevo y no los tiene, y quizá fueron tantos los que no llegaron.
            self.tramos = []
            raise

    def _decir_reintento(self, estado: RetryCallState) -> None:
        registro.warning(
            "Intento %d de %d falló; se reintenta en %.0f s. %s",
            estado.attempt_number, self.config.ajustes.intentos, estado.next_action.sleep,
            estado.outcome.exception(),
        )  # fmt: skip


def _basta(estado: RetryCallState, ventana: Rango, intentos: int, agotadas: int) -> bool:
    fallo = estado.outcome.exception()
    if isinstance(fallo, ErrorTiempo) and len(ventana) > 1:
        return estado.attempt_number >= min(agotadas, intentos)
    return estado.attempt_number >= intentos
