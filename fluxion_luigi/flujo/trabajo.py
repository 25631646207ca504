"""Una extracción en curso: contar, reutilizar y leer, ventana por ventana, con reintentos.

Lo pasajero se reintenta; la ventana que agota el tiempo se parte; y el día que tiene algo malo se
busca partiendo, se aparta con su motivo, y los demás siguen.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from fluxion_luigi import cobertura
from fluxion_luigi.conciliacion import (
    CERO,
    Conteos,
    difieren,
    exigir_dentro,
    exigir_iguales,
)
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.errores import (
    ErrorConciliacion,
    ErrorDatos,
    ErrorDiaVaciado,
    ErrorFluxion,
    ErrorOrigen,
    ErrorServidor,
    ErrorTiempo,
)
from fluxion_luigi.flujo.caidas import Caidas
from fluxion_luigi.flujo.lectura import Lectura
from fluxion_luigi.flujo.reintentos import Reintentos
from fluxion_luigi.origen import fuentes
from fluxion_luigi.periodos import Rango, agrupar, describir
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


@dataclass
class Trabajo:
    """Las ventanas de una extracción en curso, y lo que el origen dice tener en cada día."""

    config: Configuracion
    tienda: Tienda
    destino: Carpeta
    lectura: Lectura
    caidas: Caidas
    avisar: Callable[[Avance], None]
    conteos: Conteos = field(default_factory=dict)
    # Los días que se apartan, con su motivo.
    fuera: dict[date, str] = field(default_factory=dict)
    sin_fecha: int = 0
    intentos: int = 0
    partidas: int = 0
    # Los días cuyos productos se piden de una vez; tras un fallo, por ventana.
    tramos: list[Rango] = field(default_factory=list)

    def __post_init__(self):
        self.reintentos = Reintentos(self.config.ajustes)

    def contar(self, dias: list[date]) -> None:
        """Le pregunta al origen, una sola vez, cuánto tiene en todos los días pendientes."""
        for tramo in agrupar(dias):
            try:
                # Una que agota el tiempo no se repite igual: por partes ya se insistirá.
                self._insistir(tramo, self._contar, tramo, agotadas=1)
            except (ErrorTiempo, ErrorDatos) as e:
                if len(tramo) == 1 and isinstance(e, ErrorTiempo):
                    raise
                registro.warning(
                    "%s: no se pudo contar %s de una vez; se cuenta ventana por ventana. %s",
                    self.tienda.id, tramo, e,
                )  # fmt: skip

    def contar_o_salvar(self, dias: list[date]) -> None:
        """Como `contar`; de una API que a la mitad deja de atender, o de admitir su credencial, se
        quedan los días que ya dio, y los demás se apartan. Si no dio ninguno, es la tienda.
        """
        try:
            self.contar(dias)
        except (ErrorServidor, ErrorOrigen):
            if fuentes.de(self.tienda.en(dias[0])).CUENTA or not (van := self._ya_dados(dias)):
                raise
            registro.warning("%s: fuera %s", self.tienda.id, describir(dias[van:]))

    def _ya_dados(self, dias: list[date]) -> int:
        """Cuántos de los primeros se pueden contar; los que siguen se apartan."""
        for van, dia in enumerate(dias):
            try:
                self._contar(Rango(dia, dia))
            except ErrorFluxion as e:
                self.fuera |= dict.fromkeys(dias[van:], e.dias.get(dia, e.causa))
                return van
        return len(dias)

    def _contar(self, rango: Rango) -> None:
        conteos, self.sin_fecha = self.lectura.contar(rango)
        exigir_dentro(conteos, rango, "conteo.sql", f"{self.tienda.id}, {rango}")
        self.conteos |= dict.fromkeys(rango, CERO) | conteos
        self.fuera |= self.caidas.revisar(rango, self.conteos)

    def identificar(self, dias: list[date]) -> str | None:
        """Quién dice ser el servidor, si sabe decirlo."""
        return self._insistir(Rango(dias[0], dias[-1]), self.lectura.identificar)

    def _en_origen(self, rango: Rango) -> Conteos:
        """Lo que el origen dijo tener; si aún no se le ha preguntado, se le pregunta.

        Raises:
            ErrorDiaVaciado: si de algún día dijo tener mucho menos de lo que ya estaba cargado.
        """
        if not self.conteos.keys() >= set(rango):
            self._contar(rango)
        caidos = {d: self.fuera[d] for d in rango if d in self.fuera}
        if caidos:
            raise ErrorDiaVaciado("; ".join(caidos.values()), caidos)
        return {d: self.conteos[d] for d in rango if self.conteos[d] != CERO}

    def reutilizar(self, dias: Iterable[date]) -> list[Ventana]:
        """Las ventanas que dejó una corrida anterior y que el origen sigue confirmando."""
        buenas, pedidos = [], set(dias) - self.fuera.keys()
        for v in self.destino.leidas():
            if pedidos.issuperset(v.rango) and self._sigue_igual(v):
                buenas.append(v)
                pedidos.difference_update(v.rango)
            else:
                v.borrar()
        return buenas

    def _sigue_igual(self, v: Ventana) -> bool:
        if not v.archivo.is_file() or not sirve(self.config, self.tienda, v):
            return False
        try:
            return not difieren(self._insistir(v.rango, self._en_origen, v.rango), v.leido)
        except (ErrorTiempo, ErrorDatos, ErrorDiaVaciado):
            return False  # se lee otra vez, y esa lectura sí sabe partirse

    def leer_todas(self, dias: list[date], listas: list[Ventana]) -> list[Ventana]:
        """Lee lo que falta, en orden, y devuelve las ventanas leídas."""
        hechos = {d for v in listas for d in v.rango}
        filas = sum(v.filas for v in listas)
        faltan = [d for d in dias if d not in hechos and d not in self.fuera]
        tamano, tope, leidas = self._primer_tamano(faltan), len(dias), []
        self.tramos = agrupar(faltan) if self.conteos.keys() >= set(faltan) else []
        # Hasta dónde llegan los pedazos de una ventana en que se busca un día malo, los de más
        # adentro al final.
        cotas: list[date] = []
        while faltan:
            ventana = self._siguiente(faltan, tamano, cotas)
            avance = partial(self._avanzo, len(hechos), dias, filas)
            avance(0)
            try:
                leida = self._insistir(ventana, self._una_vez, ventana, avance)
            except ErrorTiempo:
                if len(ventana) == 1:
                    raise  # un silencio no es un dato malo: es la tienda o la VPN
                # Las que siguen tampoco cabrían: no se espera dos timeouts por cada una.
                tamano = tope = (len(ventana) + 1) // 2
                self._decir_que_parte(ventana, tamano)
            except (ErrorDatos, ErrorConciliacion, ErrorDiaVaciado) as e:
                self._apartar(ventana, e, cotas)
                faltan = [d for d in faltan if d not in self.fuera]
            else:
                tamano = min(tope, self._dias_que_caben(leida, tamano))
                leidas.append(leida)
                hechos.update(ventana)
                filas += leida.filas
                faltan = faltan[len(ventana) :]
        self._avanzo(len(dias), dias, filas, 0)
        return leidas

    def _siguiente(self, faltan: list[date], tamano: int, cotas: list[date]) -> Rango:
        while cotas and faltan[0] > cotas[-1]:
            cotas.pop()
        # Hoy, aparte: aún se vende, y si cambia mientras se lee se repite sólo ese día.
        hoy = self.config.hoy()
        ventana = agrupar([d for d in faltan if d < hoy] or faltan, tamano)[0]
        return replace(ventana, hasta=min(ventana.hasta, cotas[-1])) if cotas else ventana

    def _apartar(self, ventana: Rango, error: ErrorFluxion, cotas: list[date]) -> None:
        """Deja fuera los días que el error nombra; si no nombra ninguno, se busca partiendo."""
        dias = {d: motivo for d, motivo in error.dias.items() if d in ventana}
        if not dias and isinstance(error, ErrorConciliacion):
            raise error  # no es de un día: la consulta misma está mal
        if not dias and len(ventana) == 1:
            dias = {ventana.desde: str(error)}
        self.fuera |= dias
        if dias:
            registro.warning("%s: fuera %s. %s", self.tienda.id, describir(dias), error)
        else:
            mitad = list(ventana)[(len(ventana) - 1) // 2]
            cotas += [ventana.hasta, mitad]

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
        self.partidas += 1
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
        partible = len(ventana) > 1
        return self.reintentos.insistir(hacer, *con, agotadas=agotadas if partible else None)

    def _una_vez(self, ventana: Rango, avance: Callable[[int], None]) -> Ventana:
        self.intentos += 1
        origen = self._en_origen(ventana)
        v = self._leer(ventana, avance)
        donde = f"{self.tienda.id}, ventana {ventana}"
        try:
            exigir_dentro(v.leido, ventana, "ventas.sql", donde)
            if difieren(origen, v.leido):  # quizá la tienda vendió entre la cuenta y la lectura
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


def sirve(config: Configuracion, tienda: Tienda, ventana: Ventana) -> bool:
    """Si lo leído vale hoy: con la misma consulta, de la misma base, y sin vencer."""
    de_hoy = tienda.en(ventana.rango.desde)
    return ventana.firma == fuentes.de(de_hoy).firma(config, de_hoy) and all(
        cobertura.vigente(config, d, ventana.extraido_en) for d in ventana.rango
    )
