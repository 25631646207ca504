"""Esperar lo que otro proceso tiene: cuánto, diciendo quién lo tiene y sin dejar de contar."""

import logging
from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_delay
from tenacity import wait_random_exponential as pausa_creciente

registro = logging.getLogger("fluxion.espera")
T = TypeVar("T")

# Antes de esto no se dice nada; si lo tiene otra tarea de la misma corrida, que acabará enseguida,
# se calla más.
CALLADOS = 1.0
CALLADOS_SI_ES_PROPIO = 15.0
# Donde no hay una terminal que se reescriba, una línea por minuto.
CADA = 60.0


def insistir(
    intentar: Callable[[], T],
    ocupado: Callable[[BaseException], bool],
    limite: float,
    que: str,
    quien: Callable[[BaseException], str],
    propio: Callable[[BaseException], bool] = lambda _: False,
) -> T:
    """Repite hasta que se pueda; lo que otro tiene se espera, y se dice.

    Args:
        ocupado: si el fallo es que otro lo tiene; los demás salen como vienen.
        limite: segundos que se espera.
        que: lo que se espera (`la base X`), para decirlo.
        quien: de ese fallo, quién lo tiene.
        propio: de ese fallo, si quien lo tiene es esta misma corrida.

    Raises:
        El último fallo, si no se pudo a tiempo.
    """
    aviso = _Aviso(limite, que, quien, propio)
    resultado = Retrying(
        retry=retry_if_exception(ocupado),
        stop=stop_after_delay(limite),
        wait=pausa_creciente(multiplier=0.05, max=1),
        before_sleep=aviso,
        reraise=True,
    )(intentar)
    aviso.terminar()
    return resultado


class _Aviso:
    def __init__(self, limite: float, que: str, quien: Callable, propio: Callable):
        self._limite, self._que, self._quien, self._propio = limite, que, quien, propio
        self._dicho: float | None = None

    def __call__(self, estado: RetryCallState) -> None:
        lleva = estado.seconds_since_start or 0.0
        if lleva < CALLADOS or (self._dicho is None and self._limite - lleva < CALLADOS):
            return
        fallo = estado.outcome.exception()
        if self._dicho is None and lleva < CALLADOS_SI_ES_PROPIO and self._propio(fallo):
            return
        quedan = f"{max(0, self._limite - lleva):.0f} s"
        if self._dicho is None:
            self._dicho = lleva
            registro.warning(
                "Esperando %s, en uso por %s. Hasta %s más; Ctrl-C para no esperar.",
                self._que, self._quien(fallo), quedan,
            )  # fmt: skip
            return
        # Lo que cambia va delante: la línea se corta a lo ancho de la terminal.
        registro.info("Quedan %s: esperando %s", quedan, self._que, extra={"efimero": True})
        if lleva - self._dicho >= CADA:
            self._dicho = lleva
            registro.info(
                "Esperando %s, en uso por %s: quedan %s.", self._que, self._quien(fallo), quedan,
                extra={"fijo": True},
            )  # fmt: skip

    def terminar(self) -> None:
        if self._dicho is not None:
            registro.info("Ya no hay que esperar %s.", self._que)
