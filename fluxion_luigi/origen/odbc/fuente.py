"""Una base por ODBC, vista por la corrida: qué lee, cómo se llega a ella y qué dice al fallar."""

import dataclasses
import hashlib
import json
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fluxion_luigi import hijo
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.errores import (
    ErrorConectividad,
    ErrorFluxion,
    ErrorServidor,
    ErrorTiempo,
    ErrorTipos,
    ErrorTransitorio,
)
from fluxion_luigi.origen import llegada, red
from fluxion_luigi.origen.fuentes import sin_secreto
from fluxion_luigi.origen.odbc import cadena, drivers, fallos
from fluxion_luigi.origen.odbc.pedido import Pedido
from fluxion_luigi.origen.odbc.pruebas import examinar, muestra, pedido_de_prueba, secreto
from fluxion_luigi.origen.resultado import Estado, Resultado, mal_configurada, no_dan_lo_que_deben

__all__ = ["CUENTA", "RECIENTES", "error", "examinar", "firma", "limpiar", "llegar", "muestra",
           "no_entro", "pedido", "probar", "secretos"]  # fmt: skip

CUENTA = True
RECIENTES = 30


def pedido(config: Configuracion, tienda: Tienda) -> Mapping[str, Any]:
    """Ver `Fuente.pedido`. `ErrorConfiguracion`: driver sin instalar, sistema POS inexistente,
    credencial ausente o que el driver no puede recibir.
    """
    drivers.ubicar(tienda.driver)
    sistema, ajustes = config.sistema(tienda), config.ajustes
    return dataclasses.asdict(Pedido(
        cadena=cadena.construir(tienda, sistema, config.credencial(tienda)),
        sistema=sistema.nombre,
        sesion=sistema.sesion,
        ventas=sistema.ventas,
        productos=sistema.productos,
        conteo=sistema.conteo,
        identidad=sistema.identidad,
        clave=sistema.clave_producto,
        formato_fecha=sistema.formato_fecha,
        chunk_filas=ajustes.chunk_filas,
        memoria_odbc_mb=ajustes.memoria_odbc_mb,
        # Antes que el vigía: el driver cancela la consulta; matar al lector la deja viva.
        timeout_consulta=max(1, ajustes.timeout_sin_avance * 3 // 4),
    ))  # fmt: skip


def firma(config: Configuracion, tienda: Tienda) -> str:
    """Ver `Fuente.firma`: las consultas y el lugar."""
    sistema = config.sistema(tienda)
    texto = "\0".join((sistema.ventas, sistema.productos, sistema.conteo, tienda.lugar))
    return hashlib.sha256(texto.encode()).hexdigest()


def secretos(config: Configuracion, tienda: Tienda) -> Sequence[str]:
    """Ver `Fuente.secretos`: la clave."""
    return [secreto(config, tienda)]


def error(dicho: str, donde: str) -> ErrorFluxion:
    """Ver `Fuente.error`."""
    return fallos.como_error(dicho, donde)


def limpiar(aparte: Path) -> None:
    """Ver `Fuente.limpiar`: nada."""


def llegar(tienda: Tienda, timeout: float) -> Resultado:
    """Ver `Fuente.llegar`."""
    if tienda.archivo:
        return llegada.archivo(tienda)
    return llegada.host_y_puerto(tienda, tienda.host, tienda.puerto, timeout)


def probar(config: Configuracion, resultado: Resultado, timeout: float) -> None:
    """Ver `Fuente.probar`. Los cero días ejercitan claves, tablas, columnas y permisos.

    Va en otro proceso: un driver que se queda esperando a un puerto mudo no se puede interrumpir,
    un proceso sí.
    """
    inicio, tienda = time.monotonic(), resultado.tienda
    try:
        drivers.ubicar(tienda.driver)
        resultado.enlace = cadena.proteccion(tienda, config.sistema(tienda))
        dicho = _ejecutar(config, tienda, timeout)
    except ErrorTipos as e:
        malas = no_dan_lo_que_deben(tienda, str(e))
        resultado.causa, resultado.consejo = malas.causa, malas.consejo
    except ErrorFluxion as e:
        mal_configurada(resultado, e)
    else:
        if dicho is None:
            resultado.estado = Estado.CONECTADA
        else:
            _anotar(resultado, dicho)
    resultado.tiempos["base"] = llegada.ms(inicio)


def no_entro(tienda: Tienda, dicho: str | None, timeout: float) -> Resultado:
    """Ver `Fuente.no_entro`."""
    resultado = Resultado(tienda, Estado.PUERTO_OK)
    _anotar(resultado, dicho or _se_agoto(timeout))
    # Con el puerto cerrado FreeTDS habla de un corte y el driver de Microsoft agota su tiempo: qué
    # pasa lo dice el puerto.
    quizas = resultado.error is ErrorConectividad or issubclass(resultado.error, ErrorTransitorio)
    if quizas and not tienda.archivo and red.puerto_cerrado(tienda.host, tienda.puerto, timeout):
        resultado.estado, resultado.error = Estado.PING_OK, ErrorServidor
        resultado.causa = llegada.rechaza(tienda.puerto)
        resultado.consejo = llegada.SERVICIO
    return resultado


def _anotar(resultado: Resultado, dicho: str) -> None:
    """Lo que dijo el driver, en el resultado."""
    conocido = fallos.reconocer(dicho)
    resultado.causa, resultado.consejo = conocido.causa, conocido.consejo
    if conocido.consejo.startswith("Se reintenta"):
        resultado.consejo = llegada.SERVICIO  # el informe no reintenta, ni acorta ventanas
    # Un silencio no se espera otra vez: es la tienda o la VPN.
    if not issubclass(conocido.error, ErrorTiempo):
        resultado.error = conocido.error
    resultado.detalle = dicho.strip()


def _ejecutar(config: Configuracion, tienda: Tienda, timeout: float) -> str | None:
    """Lo que dijo el driver al fallar, o None si todo fue bien.

    Raises:
        ErrorTipos: si una consulta no da las columnas debidas.
        ErrorFluxion: si con esa configuración no se puede.
    """
    pedido_ = pedido_de_prueba(config, tienda, config.sistema(tienda), timeout, None)
    try:
        hecho = subprocess.run(
            hijo.orden("fluxion_luigi.origen.odbc.prueba"),
            input=json.dumps(pedido_), capture_output=True, text=True, timeout=timeout + 2,
            env=hijo.ambiente(),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return _se_agoto(timeout)
    if hecho.returncode == 0:
        return None
    respuesta = json.loads(hecho.stdout) if hecho.stdout.startswith("{") else {}
    if "frase" in respuesta:
        raise ErrorTipos(respuesta["frase"])
    dicho = respuesta.get("driver", hecho.stderr)
    return sin_secreto(dicho, secretos(config, tienda))[-2000:]


def _se_agoto(timeout: float) -> str:
    return f"timeout: la base no contestó en {timeout:g} s"
