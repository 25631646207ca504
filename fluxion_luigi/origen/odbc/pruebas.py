"""Las preguntas que no son de cargar: cada consulta de un sistema a prueba, y un día de otro modo.

Cada una corre en otro proceso, al que se le puede poner fin.
"""

import json
import subprocess
from datetime import date
from typing import Any

from fluxion_luigi import hijo
from fluxion_luigi.config import Configuracion, Sistema, Tienda
from fluxion_luigi.config.carpetas import CONSULTAS, parametros
from fluxion_luigi.errores import ErrorFluxion, ErrorSinMuestra, ErrorTiempo, ErrorTipos
from fluxion_luigi.esquema import CATALOGO, CONEXION, Hallazgo
from fluxion_luigi.origen.fuentes import sin_secreto
from fluxion_luigi.origen.odbc import cadena, fallos
from fluxion_luigi.periodos import UN_DIA, Rango

# De cada consulta se miran unas pocas líneas; sobre cero días, ninguna.
FILAS = 200
SIN_DIA = date(2000, 1, 1)


def pedido_de_prueba(
    config: Configuracion, tienda: Tienda, sistema: Sistema, timeout: float, dias: Rango | None
) -> dict[str, Any]:
    """Lo que el proceso `prueba` necesita; lleva la clave.

    Args:
        dias: los que se preguntan; si falta, ninguno.

    Raises:
        ErrorConfiguracion: si con lo que dice la configuración no se puede.
    """
    entre = (dias.desde, dias.fin_abierto) if dias else (SIN_DIA, SIN_DIA)
    return {
        "cadena": cadena.construir(tienda, sistema, config.credencial(tienda)),
        "sesion": sistema.sesion, "sistema": sistema.nombre, "clave": sistema.clave_producto,
        "productos": sistema.productos, "ventas": sistema.ventas, "conteo": sistema.conteo,
        "parametros": [d.strftime(sistema.formato_fecha) for d in entre],
        "timeout": max(1, round(timeout)),
    }  # fmt: skip


def secreto(config: Configuracion, tienda: Tienda) -> str:
    """La clave con que se entra en una tienda; vacía si no lleva."""
    credencial = config.credencial(tienda)
    return credencial.clave if credencial else ""


def examinar(
    config: Configuracion, tienda: Tienda, dias: Rango | None, timeout: float
) -> tuple[list[Hallazgo], bool]:
    """Ver `Fuente.examinar`."""
    sistema, _ = config.revisar_sistema(tienda)
    por_consulta = max(timeout, config.ajustes.timeout_sin_avance if dias else 0)
    consultas = {c: getattr(sistema, c) for c in CONSULTAS}
    try:
        clave = secreto(config, tienda)
        pedido = pedido_de_prueba(config, tienda, sistema, por_consulta, dias)
    except ErrorFluxion as e:
        return [Hallazgo(CATALOGO, str(e))], False
    # La que lleva parámetros de más o de menos también se prueba: puede tener otra cosa mal.
    pedido["cuantos"] = {c: parametros(sql) for c, sql in consultas.items()}
    pedido |= {**consultas, "filas": FILAS if dias else 0}
    espera = timeout + por_consulta * sum(map(bool, consultas.values())) + 2
    try:
        hecho = subprocess.run(
            hijo.orden("fluxion_luigi.origen.odbc.prueba"), input=json.dumps(pedido),
            capture_output=True, text=True, timeout=espera, env=hijo.ambiente(),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return [Hallazgo(CONEXION, f"{tienda.lugar} no contestó en {espera:.0f} s.")], False
    dicho = json.loads(hecho.stdout) if hecho.stdout.startswith("{") else {"driver": hecho.stderr}
    if "hallazgos" not in dicho:
        return [_en_palabras(Hallazgo(CONEXION, "", driver=dicho["driver"]), clave)], False
    return [_en_palabras(Hallazgo(**h), clave) for h in dicho["hallazgos"]], True


def _en_palabras(hallazgo: Hallazgo, clave: str) -> Hallazgo:
    """Lo que dijo el driver, con su causa y qué hacer."""
    if not hallazgo.driver:
        return hallazgo
    fallo = fallos.reconocer(hallazgo.driver)
    causa = fallo.causa[0].upper() + fallo.causa[1:]
    dicho = " ".join(sin_secreto(hallazgo.driver, [clave]).split())[-2000:]
    texto = f"{causa}. {fallo.consejo} El driver dijo: {dicho}"
    return Hallazgo(hallazgo.archivo, texto, hallazgo.impide, dicho)


def muestra(
    config: Configuracion, tienda: Tienda, dia: date
) -> tuple[list[str], list[list[str | None]]]:
    """Ver `Fuente.muestra`: con `muestra.sql` y pyodbc."""
    sistema = config.sistema(tienda)
    if not sistema.muestra:
        raise ErrorSinMuestra(
            f"El sistema «{sistema.nombre}» de {tienda.id} no tiene muestra.sql: no hay otro modo "
            "de leerla con que comparar."
        )
    ajustes = config.ajustes
    pedido = {
        "cadena": cadena.construir(tienda, sistema, config.credencial(tienda)),
        "sesion": sistema.sesion, "muestra": sistema.muestra,
        "timeout_conexion": ajustes.timeout_conexion,
        "timeout_consulta": ajustes.timeout_sin_avance,
        "parametros": [d.strftime(sistema.formato_fecha) for d in (dia, dia + UN_DIA)],
    }  # fmt: skip
    donde = f"{tienda.id} ({tienda.lugar}), muestra del {dia}"
    espera = ajustes.timeout_conexion + 2 * ajustes.timeout_sin_avance
    try:
        hecho = subprocess.run(
            hijo.orden("fluxion_luigi.origen.odbc.muestra"), input=json.dumps(pedido),
            capture_output=True, text=True, timeout=espera, env=hijo.ambiente(),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise ErrorTiempo(f"{donde}: la tienda no contestó en {espera:.0f} s.") from None
    if hecho.returncode:
        ultima = (hecho.stdout.splitlines() or [""])[-1]
        dicho = json.loads(ultima) if ultima.startswith("{") else {"driver": hecho.stderr}
        if "frase" in dicho:
            raise ErrorTipos(f"{donde}: {dicho['frase']}.")
        raise fallos.como_error(sin_secreto(dicho["driver"], [secreto(config, tienda)]), donde)
    columnas, *renglones = map(json.loads, hecho.stdout.splitlines())
    return columnas, renglones
