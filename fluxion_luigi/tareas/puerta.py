"""La puerta de cada tienda en una corrida: que se llegue a ella, y qué se supo al entrar."""

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import luigi

from fluxion_luigi import corrida
from fluxion_luigi.archivos import escribir_json, leer_json
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.errores import (
    ErrorColumnas,
    ErrorConectividad,
    ErrorConfiguracion,
    ErrorDatos,
    ErrorFluxion,
    ErrorInsistido,
    ErrorOrigen,
    ErrorSinEntrar,
    ErrorTipos,
    ErrorTransitorio,
)
from fluxion_luigi.flujo.reintentos import Reintentos
from fluxion_luigi.origen.conectividad import puerta, verificar
from fluxion_luigi.origen.resultado import Estado, Resultado
from fluxion_luigi.periodos import leer_instante
from fluxion_luigi.tareas.base import Tarea

Respuesta = TypeVar("Respuesta")


class ConectividadTienda(Tarea):
    """La puerta: una vez por corrida, que a una tienda se llegue y haya con qué entrar.

    Si no, esta tarea falla una vez y sus meses no se intentan. Entrar, que por una VPN es lo que
    cuesta, lo hace el lector del primero de ellos (ver `Entrada`). Una prueba de otra corrida sólo
    vale mientras sea más nueva que `conectividad_vigencia`.
    """

    tienda = luigi.Parameter()
    pos = luigi.IntParameter(default=0, description="cuál de sus POS, si cambió; 0, el de hoy")
    priority = 100

    @property
    def lugar(self) -> Tienda:
        """La tienda, con ese POS."""
        return self.config.tienda(self.tienda).con_numero(self.pos)

    def output(self):
        return luigi.LocalTarget(str(_archivo(self.config, self.lugar)))

    def complete(self) -> bool:
        return _vigente(self.config, self.lugar) is not None

    def run(self):
        r = self._insistir(self.lugar)
        anotar_prueba(self.config, r)
        if r.error is ErrorConfiguracion:
            raise ErrorConectividad(self._frase_de_configuracion(r))
        if not r.responde:
            raise ErrorConectividad(r.frase())

    def _insistir(self, tienda: Tienda) -> Resultado:
        """Prueba la tienda; lo pasajero se reintenta, y un host mudo no.

        Un puerto cerrado se intenta unas veces más, y no lo que se espera al leer: la puerta de una
        tienda apagada cuesta segundos.
        """
        visto: list[Resultado] = []

        def probar() -> None:
            r = puerta(self.config, tienda, self.config.ajustes.conectividad_timeout)
            visto.append(r)
            if not r.responde:
                raise r.error(r.frase())

        with contextlib.suppress(ErrorFluxion):
            Reintentos(self.config.ajustes).insistir(probar)
        return visto[-1]

    def _frase_de_configuracion(self, r: Resultado) -> str:
        """Lo que les pasa a todas (un driver que falta) se dice entero una vez por corrida."""
        dicho = f"{r.causa}. {r.consejo}"
        self.diario.anotar("mal_configurada", tienda=r.tienda.id, texto=dicho)
        primera = next(
            s["tienda"]
            for s in self.diario.sucesos()
            if s["suceso"] == "mal_configurada" and s["texto"] == dicho
        )
        if primera == r.tienda.id:
            return r.frase()
        return f"{r.tienda.id} ({r.tienda.nombre}): lo mismo que {primera}, y se corrige igual."


def _archivo(config: Configuracion, tienda: Tienda) -> Path:
    """Donde queda la última prueba de un POS de una tienda."""
    return config.ajustes.reportes / "conectividad" / f"{tienda.ficha}.json"


def _vigente(config: Configuracion, tienda: Tienda) -> Estado | None:
    """Hasta dónde se llegó en la última prueba, si fue bien y aún vale; None si no."""
    prueba = leer_json(_archivo(config, tienda))
    try:
        if prueba["causa"] or prueba["lugar"] != tienda.lugar:
            return None
        estado = Estado(prueba["estado"])
        edad = (datetime.now(UTC) - datetime.fromisoformat(prueba["en"])).total_seconds()
        reciente = 0 <= edad < config.ajustes.conectividad_vigencia
        vale = prueba["corrida"] == corrida.id_actual() or reciente
        return estado if vale and estado in (Estado.CONECTADA, Estado.PUERTO_OK) else None
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return None  # falta, o no es de este programa: vale como si no estuviera


class Entrada:
    """La primera vez que en una corrida se entra en una tienda: lo que se supo, y qué se hace."""

    def __init__(self, config: Configuracion, diario: corrida.Diario, tienda: Tienda):
        self._config, self._diario, self._tienda = config, diario, tienda
        self._visto: Resultado | None = None

    @property
    def anotar(self) -> Callable[[Resultado], None] | None:
        """Quien recibe lo que se sepa al entrar; None si ya consta que se entra."""
        consta = _vigente(self._config, self._tienda) is Estado.CONECTADA
        return None if consta else self._anotar

    def _anotar(self, resultado: Resultado) -> None:
        self._visto = resultado
        anotar_prueba(self._config, resultado)

    def tras(self, fallo: ErrorFluxion) -> None:
        """Tras un fallo, anota en el diario si a los demás meses de la tienda les pasaría igual.

        Raises:
            ErrorSinEntrar: si lo que falló fue entrar.
        """
        if self._visto and not self._visto.responde:
            self._cerrar(self._visto.frase())
            raise ErrorSinEntrar(self._visto.frase()) from None
        if isinstance(fallo, ErrorTransitorio | ErrorInsistido):
            r = verificar(self._config, self._tienda, self._config.ajustes.conectividad_timeout)
            if not r.responde:
                self._cerrar(r.frase())
        elif isinstance(fallo, ErrorColumnas) or (
            isinstance(fallo, ErrorOrigen) and not isinstance(fallo, ErrorDatos | ErrorTipos)
        ):
            self._cerrar(str(fallo))

    def _cerrar(self, texto: str) -> None:
        self._diario.anotar(
            "sin_respuesta", tienda=self._tienda.id, lugar=self._tienda.lugar, texto=texto
        )


def anotar_prueba(config: Configuracion, r: Resultado) -> None:
    """Deja escrito, si se puede, cómo salió la prueba de una tienda, y desde cuándo no responde."""
    ruta = _archivo(config, r.tienda)
    ahora = datetime.now(UTC).isoformat()
    desde = None if r.responde else _muda_desde(leer_json(ruta), r) or ahora
    with corrida.si_se_puede():
        escribir_json(ruta, {
            "tienda": r.tienda.id, "lugar": r.tienda.lugar, "estado": r.estado.value,
            "causa": r.causa or None, "muda_desde": desde, "en": ahora,
            "corrida": corrida.id_actual(),
        })  # fmt: skip


def _muda_desde(anterior: Any, r: Resultado) -> str | None:
    """Desde cuándo no responde, si la prueba anterior de ese mismo lugar ya no respondía."""
    try:
        misma = anterior["lugar"] == r.tienda.lugar
        return leer_instante(anterior["muda_desde"]).isoformat() if misma else None
    except (KeyError, TypeError, ValueError):
        return None  # no la hay, o no es de este programa


def primera_pregunta(
    config: Configuracion, tienda: Tienda, preguntar: Callable[[Callable], Respuesta]
) -> Respuesta:
    """Lo que se le pregunta a una tienda sin haberla probado antes: es también su prueba.

    Args:
        preguntar: recibe a quién decirle lo que se sepa al entrar; si no entra, no se lo dice.

    Raises:
        ErrorConectividad: si no responde, con dónde se queda. Un silencio no se espera más que en
            una prueba.
        ErrorFluxion: lo que diga la pregunta.
    """
    if tienda.archivo:  # el driver de SQLite haría uno vacío donde no está
        exigir_que_responda(config, tienda)
    visto: list[Resultado] = []
    try:
        respuesta = preguntar(visto.append)
    except (ErrorTransitorio, ErrorInsistido, ErrorConectividad):
        exigir_que_responda(config, tienda)
        raise
    if visto:
        anotar_prueba(config, visto[-1])
    return respuesta


def exigir_que_responda(config: Configuracion, tienda: Tienda) -> None:
    """El fallo, por su nombre: si no contesta, dónde se queda.

    Raises:
        ErrorConectividad: si no responde.
    """
    prueba = verificar(config, tienda, config.ajustes.conectividad_timeout)
    anotar_prueba(config, prueba)
    if not prueba.responde:
        raise ErrorConectividad(prueba.frase())


def exigir_que_siga(diario: corrida.Diario, tienda: Tienda) -> None:
    """Los demás meses de una tienda que dejó de responder no esperan otra vez sus timeouts.

    Raises:
        ErrorSinEntrar: si ya dejó de responder en esta corrida, y se dijo.
    """
    for suceso in diario.sucesos():
        de_ella = suceso["suceso"] == "sin_respuesta" and suceso["tienda"] == tienda.id
        if de_ella and suceso["lugar"] == tienda.lugar:
            error = ErrorSinEntrar(suceso["texto"])
            error.dicho = True
            raise error
