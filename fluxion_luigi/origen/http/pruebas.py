"""Probar una API desde la corrida: si contesta, y si sus consultas dan lo que deben."""

import json
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import Any

from fluxion_luigi import hijo
from fluxion_luigi.config import Tienda
from fluxion_luigi.errores import (
    ErrorConectividad,
    ErrorInsistido,
    ErrorTransitorio,
)
from fluxion_luigi.esquema import CONEXION, Hallazgo
from fluxion_luigi.origen import llegada
from fluxion_luigi.origen.fuentes import sin_secreto
from fluxion_luigi.origen.http.causas import DE_TIEMPO, Fallo, reconocer
from fluxion_luigi.origen.http.pedido import SIN_VENTAS
from fluxion_luigi.origen.resultado import (
    EN_CLARO,
    VERIFICADO,
    Estado,
    Resultado,
    no_dan_lo_que_deben,
)
from fluxion_luigi.periodos import Rango

CONSEJOS = llegada.Consejos(
    "Corrija «url» en el catálogo o revise el DNS.",
    "Revise la VPN y que «url» sea la correcta en el catálogo.",
    "Revise que la API esté corriendo y el firewall.",
)
_ESTADOS = {"dns": Estado.NO_ALCANZABLE, "red": Estado.NO_ALCANZABLE, "puerto": Estado.PING_OK}

# Lo que pasa sin que la API llegue a decir nada: no se sabe cómo viajaría.
_SIN_HABLAR = ("dns", "red", "puerto", "certificado", "tls", "proxy", "corte", "silencio")


def llegar(tienda: Tienda, timeout: float) -> Resultado:
    """Ver `Fuente.llegar`: el host y el puerto de su dirección."""
    return llegada.host_y_puerto(tienda, *tienda.direccion, timeout, CONSEJOS)


def probar(
    resultado: Resultado, pedido: Mapping[str, Any], secretos: Sequence[str], timeout: float
) -> None:
    """Le pide un día sin ventas: dirección, TLS, credencial, sucursal y ruta. Anota lo que pase."""
    inicio = time.monotonic()
    dicho = ejecutar(pedido, SIN_VENTAS, timeout, secretos)
    malos = [h for h in dicho.get("hallazgos", ()) if h["impide"]]
    fallo = reconocer(dicho["fallo"]) if "fallo" in dicho else None
    if fallo is None or fallo.nombre not in _SIN_HABLAR:
        cifrado = resultado.tienda.url.startswith("https:")
        resultado.enlace = VERIFICADO if cifrado else EN_CLARO
    if fallo:
        anotar(resultado, fallo)
    elif malos:
        frases = " ".join(f"{h['archivo']}: {h['texto']}" for h in malos)
        sistema = resultado.tienda.sistema
        malas = no_dan_lo_que_deben(
            resultado.tienda,
            f"En el sistema «{sistema}», {frases} VerificarSistema lo prueba a fondo.",
        )
        resultado.causa, resultado.consejo = malas.causa, malas.consejo
    else:
        resultado.estado = Estado.CONECTADA
    resultado.tiempos["base"] = llegada.ms(inicio)


def anotar(resultado: Resultado, fallo: Fallo) -> None:
    """Lo que pasó al hablar con la API, en el resultado."""
    resultado.estado = _ESTADOS.get(fallo.nombre, Estado.PUERTO_OK)
    resultado.causa, resultado.consejo = fallo.causa.frase, fallo.causa.consejo
    resultado.detalle = fallo.detalle
    # Aquí se pidió una sola vez. Un silencio no se espera otra: es la API o la red.
    if fallo.nombre in DE_TIEMPO:
        resultado.error = ErrorConectividad
    else:
        insistido = fallo.causa.error is ErrorInsistido
        resultado.error = ErrorTransitorio if insistido else fallo.causa.error


def examinar(
    pedido: Mapping[str, Any], dias: Rango | None, timeout: float, secretos: Sequence[str]
) -> tuple[list[Hallazgo], bool]:
    """Ver `Fuente.examinar`, con el pedido ya hecho. De varios días se mira el último."""
    dia = Rango(dias.hasta, dias.hasta) if dias else SIN_VENTAS
    dicho = ejecutar(pedido, dia, timeout, secretos)
    if "fallo" not in dicho:
        return [Hallazgo(**h) for h in dicho["hallazgos"]], True
    fallo = reconocer(dicho["fallo"])
    frase = fallo.frase()
    texto = f"{frase[0].upper()}{frase[1:]}. {fallo.causa.consejo}"
    return [Hallazgo(CONEXION, texto, driver=fallo.detalle)], False


def ejecutar(
    pedido: Mapping[str, Any], dia: Rango, timeout: float, secretos: Sequence[str]
) -> dict[str, Any]:
    """Lo que dijo el proceso de prueba, sin la clave."""
    orden = {"pedido": pedido, "dia": str(dia), "timeout": timeout}
    try:
        hecho = subprocess.run(
            hijo.orden("fluxion_luigi.origen.http.prueba"), input=json.dumps(orden),
            capture_output=True, text=True, timeout=2 * timeout + 10, env=hijo.ambiente(),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return {"fallo": str(Fallo("silencio"))}
    if hecho.returncode:
        raise RuntimeError(sin_secreto(hecho.stderr, secretos)[-2000:])
    return _callado(json.loads(hecho.stdout), secretos)


def _callado(dicho: Any, secretos: Sequence[str]) -> Any:
    """Lo que dijo, sin la clave en ninguno de sus textos."""
    if isinstance(dicho, dict):
        return {n: _callado(v, secretos) for n, v in dicho.items()}
    if isinstance(dicho, list):
        return [_callado(v, secretos) for v in dicho]
    return sin_secreto(dicho, secretos) if isinstance(dicho, str) else dicho
