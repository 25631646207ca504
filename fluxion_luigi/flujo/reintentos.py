"""Volver a intentar lo pasajero: con pausas que crecen y, si el servidor arranca, esperándolo.

Un SQL Server que se reinicia tarda minuto y medio: cierra su puerto, luego dice que está arrancando
y luego que la base aún no se abre. Eso se espera `espera_servidor` segundos desde que dejó de
atender; lo demás se intenta `intentos` veces. Un host que no contesta no es esto: no se espera.
"""

import logging
import time
from collections.abc import Callable

from tenacity import RetryCallState, Retrying, retry_if_exception, wait_exponential_jitter

from fluxion_luigi.config import Ajustes
from fluxion_luigi.errores import (
    ErrorBase,
    ErrorConciliacion,
    ErrorServidor,
    ErrorTiempo,
    ErrorTransitorio,
)

registro = logging.getLogger("fluxion.extraccion")

# Mientras arranca se le pregunta a menudo: un intento contra un puerto cerrado no le cuesta nada.
PAUSA_AL_ESPERAR = 10.0


class Reintentos:
    """La paciencia con una tienda. Sirve para muchas preguntas, una tras otra."""

    def __init__(self, ajustes: Ajustes):
        self._ajustes = ajustes
        self._agotadas: int | None = None
        self._caido: float | None = None  # cuándo se supo que el servidor no atiende
        self._pausa = wait_exponential_jitter(
            multiplier=ajustes.pausa_inicial, max=ajustes.pausa_maxima, jitter=1
        )

    def insistir(self, hacer: Callable, *con, agotadas: int | None = None):
        """Hace algo con la tienda y devuelve lo que dio; lo pasajero se reintenta.

        Args:
            agotadas: cuántas veces se le deja agotar el tiempo, si se puede partir; None si no.

        Raises:
            ErrorFluxion: la del último intento.
        """
        self._agotadas, self._caido = agotadas, None
        return Retrying(
            retry=retry_if_exception(self._se_reintenta),
            stop=self._basta,
            wait=self._esperar,
            before_sleep=self._decir,
            reraise=True,
        )(hacer, *con)

    def _se_reintenta(self, fallo: BaseException) -> bool:
        if isinstance(fallo, ErrorServidor) and self._caido is None:
            self._caido = time.monotonic()
        arrancando = self._caido is not None and isinstance(fallo, ErrorBase)
        return arrancando or isinstance(fallo, ErrorTransitorio | ErrorConciliacion)

    def _basta(self, estado: RetryCallState) -> bool:
        fallo, intentos = estado.outcome.exception(), self._ajustes.intentos
        if isinstance(fallo, ErrorTiempo) and self._agotadas is not None:
            return estado.attempt_number >= min(self._agotadas, intentos)
        if intentos > 1 and self._queda() > 0:
            return False
        return estado.attempt_number >= intentos

    def _queda(self) -> float:
        """Segundos que aún se espera al servidor; 0 si no se le está esperando."""
        if self._caido is None:
            return 0
        return self._ajustes.espera_servidor - (time.monotonic() - self._caido)

    def _esperar(self, estado: RetryCallState) -> float:
        pausa = self._pausa(estado)
        return min(pausa, PAUSA_AL_ESPERAR) if self._queda() > 0 else pausa

    def _decir(self, estado: RetryCallState) -> None:
        fallo, pausa = estado.outcome.exception(), estado.next_action.sleep
        # La tabla de lo que no concilia, sólo si al final sigue así.
        dicho = str(fallo).partition("\n")[0] if isinstance(fallo, ErrorConciliacion) else fallo
        if self._queda() > 0:
            registro.warning(
                "El servidor no atiende: se espera a que arranque, hasta %.0f s más; se reintenta "
                "en %.0f s. %s", self._queda(), pausa, dicho,
            )  # fmt: skip
        else:
            registro.warning(
                "Intento %d de %d falló; se reintenta en %.0f s. %s",
                estado.attempt_number, self._ajustes.intentos, pausa, dicho,
            )  # fmt: skip
