"""Una API, vista por la corrida: qué se le pide, con qué se entra y qué dice al fallar."""

import dataclasses
import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from shutil import rmtree
from typing import Any
from urllib.parse import urlsplit

from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.errores import ErrorConfiguracion, ErrorFluxion, ErrorSinMuestra
from fluxion_luigi.esquema import CATALOGO, Hallazgo
from fluxion_luigi.origen.http import causas, entrada, pruebas
from fluxion_luigi.origen.http.pedido import CARPETA, Pedido
from fluxion_luigi.origen.resultado import Estado, Resultado, mal_configurada
from fluxion_luigi.periodos import Rango

# Contar es bajar: para hallar un día con ventas no se bajan muchos.
CUENTA = False
RECIENTES = 3


def pedido(config: Configuracion, tienda: Tienda) -> Mapping[str, Any]:
    """Ver `Fuente.pedido`. `ErrorConfiguracion`: sistema POS inexistente o mal, credencial ausente,
    CA que no está."""
    sistema, ajustes = config.sistema(tienda), config.ajustes
    return dataclasses.asdict(Pedido(
        sistema=sistema.nombre,
        http=sistema.http,
        url=tienda.url,
        sucursal=tienda.sucursal,
        credencial=_credencial(config, tienda),
        ca=_ca(config, tienda),
        formato_fecha=sistema.formato_fecha,
        moneda=sistema.moneda,
        ventas=sistema.ventas,
        conteo=sistema.conteo,
        facturas=sistema.facturas,
        lectura=uuid.uuid4().hex,
        candados=_candados(config, tienda),
        chunk_filas=ajustes.chunk_filas,
        intentos=ajustes.intentos,
        pausa_inicial=ajustes.pausa_inicial,
        pausa_maxima=ajustes.pausa_maxima,
        timeout_conexion=ajustes.timeout_conexion,
        timeout_sin_avance=ajustes.timeout_sin_avance,
    ))  # fmt: skip


def firma(config: Configuracion, tienda: Tienda) -> str:
    """Ver `Fuente.firma`: las consultas, lo que se pide y a quién."""
    sistema = config.sistema(tienda)
    pedido_ = json.dumps(dataclasses.asdict(sistema.http), sort_keys=True)
    partes = (sistema.ventas, sistema.conteo, sistema.facturas, sistema.moneda, pedido_)
    return hashlib.sha256("\0".join((*partes, tienda.lugar)).encode()).hexdigest()


def secretos(config: Configuracion, tienda: Tienda) -> Sequence[str]:
    """Ver `Fuente.secretos`."""
    return entrada.secretos(_credencial(config, tienda))


def error(dicho: str, donde: str) -> ErrorFluxion:
    """Ver `Fuente.error`."""
    return causas.como_error(dicho, donde)


def llegar(tienda: Tienda, timeout: float) -> Resultado:
    """Ver `Fuente.llegar`."""
    return pruebas.llegar(tienda, timeout)


def probar(config: Configuracion, resultado: Resultado, timeout: float) -> None:
    """Ver `Fuente.probar`."""
    tienda = resultado.tienda
    try:
        pedido_ = pedido(config, tienda)
    except ErrorFluxion as e:
        mal_configurada(resultado, e)
        return
    pruebas.probar(resultado, pedido_, secretos(config, tienda), timeout)


def no_entro(tienda: Tienda, dicho: str | None, timeout: float) -> Resultado:
    """Ver `Fuente.no_entro`."""
    resultado = Resultado(tienda, Estado.PUERTO_OK)
    pruebas.anotar(resultado, causas.reconocer(dicho) if dicho else causas.Fallo("silencio"))
    return resultado


def examinar(
    config: Configuracion, tienda: Tienda, dias: Rango | None, timeout: float
) -> tuple[list[Hallazgo], bool]:
    """Ver `Fuente.examinar`."""
    sistema, hallazgos = config.revisar_sistema(tienda)
    if sistema.http is None or any(h.impide for h in hallazgos):
        return [], False  # sin saber cómo se le pide no hay nada que probar; ya está dicho
    plazo = max(timeout, config.ajustes.timeout_sin_avance if dias else 0)
    try:
        return pruebas.examinar(
            pedido(config, tienda), dias, plazo, secretos(config, tienda)
        )  # fmt: skip
    except ErrorFluxion as e:
        return [Hallazgo(CATALOGO, str(e))], False


def muestra(
    config: Configuracion, tienda: Tienda, dia: date
) -> tuple[list[str], list[list[str | None]]]:
    """Ver `Fuente.muestra`: una API no tiene otro modo de leerse."""
    raise ErrorSinMuestra(
        f"El sistema «{tienda.sistema}» de {tienda.id} habla HTTP: no hay otro modo de leerla con "
        "que comparar. VerificarIntegridad --contra-origen compara sus filas y sus sumas."
    )


def limpiar(aparte: Path) -> None:
    """Ver `Fuente.limpiar`: lo bajado."""
    rmtree(aparte / CARPETA, ignore_errors=True)


def _credencial(config: Configuracion, tienda: Tienda) -> dict[str, str]:
    """El token, o el usuario y la clave, los que la tienda diga tener."""
    if tienda.token_env:
        return {"token": config.token(tienda)}
    credencial = config.credencial(tienda)
    return {"usuario": credencial.usuario, "clave": credencial.clave} if credencial else {}


def _ca(config: Configuracion, tienda: Tienda) -> str:
    sistema = config.sistema(tienda)
    if not sistema.http.ca:
        return ""
    archivo = config.ajustes.sql / sistema.nombre / sistema.http.ca
    if not archivo.is_file():
        raise ErrorConfiguracion(
            f"No está {archivo}, los certificados en que confía el sistema «{sistema.nombre}»",
            consejo="Póngalo ahí, o corrija «ca» en su sistema.toml.",
        )
    return str(archivo)


def _candados(config: Configuracion, tienda: Tienda) -> tuple[str, ...]:
    """Los archivos que se reparten los pedidos a una dirección, sea de la tienda que sea."""
    partes = urlsplit(tienda.url)
    cual = hashlib.sha256(f"{partes.scheme}://{partes.netloc}".lower().encode()).hexdigest()[:16]
    raiz = config.ajustes.staging / ".candados"
    return tuple(str(raiz / f"api.{cual}.{n}") for n in range(config.ajustes.api_a_la_vez))
