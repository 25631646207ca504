"""¿Contesta una tienda? Su host, su puerto y su base, en ese orden y con su tiempo cada uno.

Nada de esto descarga ventas: la base se prueba con las consultas de venta sobre cero días, que
ejercitan las credenciales, las tablas, las columnas y los permisos sin leer una fila.
"""

import errno
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from fluxion_luigi import hijo
from fluxion_luigi.config import Configuracion, Credencial, Sistema, Tienda
from fluxion_luigi.errores import (
    ErrorConectividad,
    ErrorFluxion,
    ErrorTiempo,
    ErrorTipos,
    ErrorTransitorio,
)
from fluxion_luigi.origen import cadena, drivers, fallos, red


class Estado(Enum):
    """Los cinco estados de una tienda, del mejor al que no se prueba."""

    CONECTADA = "CONECTADA"
    PUERTO_OK = "PUERTO OK"
    PING_OK = "PING OK"
    NO_ALCANZABLE = "NO ALCANZABLE"
    INACTIVA = "INACTIVA"


@dataclass
class Resultado:
    """Lo que se supo de una tienda. `tiempos` en milisegundos por paso: host, puerto, base."""

    tienda: Tienda
    estado: Estado
    causa: str = ""
    consejo: str = ""
    detalle: str = ""
    rapida: bool = False
    tiempos: dict[str, int] = field(default_factory=dict)
    # De qué clase es lo que pasa: si es pasajero, quien pueda esperar lo intenta otra vez.
    error: type[ErrorFluxion] = ErrorConectividad
    # Cómo viajan las ventas, en palabras; vacío si no se sabe o no viajan.
    enlace: str = ""

    @property
    def responde(self) -> bool:
        """Si está lista para pedirle ventas (o, en la prueba rápida, si su puerto abre)."""
        return self.estado is Estado.CONECTADA or (self.rapida and self.estado is Estado.PUERTO_OK)

    def frase(self) -> str:
        """Una línea para mensajes de error: qué pasa y qué hacer."""
        lugar = f"{self.tienda.id} ({self.tienda.nombre}, {self.tienda.lugar})"
        detalle = f"\nDetalle: {self.detalle}" if self.detalle else ""
        return f"{lugar}: {self.estado.value}: {self.causa}. {self.consejo}{detalle}"


VPN = "Revise la VPN de esa tienda y que «host» sea el correcto en el catálogo."
SERVICIO = "Revise que el servicio de base de datos esté corriendo y el firewall de la tienda."
MAL_CONFIGURADA = "con su configuración no se puede probar"
ARCHIVO = "Revise «archivo» en el catálogo."


def verificar(
    config: Configuracion, tienda: Tienda, timeout: float, *, rapida: bool = False
) -> Resultado:
    """Prueba una tienda.

    Args:
        timeout: segundos para cada paso.
        rapida: sólo host y puerto; no necesita driver ni credenciales.
    """
    if not tienda.activa:
        return Resultado(tienda, Estado.INACTIVA, "está inactiva en el catálogo")
    paso = _archivo if tienda.archivo else _host_y_puerto
    resultado = paso(tienda, timeout)
    resultado.rapida = rapida
    if resultado.estado is Estado.PUERTO_OK and not rapida:
        _base(config, resultado, timeout)
    return resultado


def verificar_todas(
    config: Configuracion,
    tiendas: list[Tienda],
    timeout: float,
    *,
    rapida: bool = False,
    a_la_vez: int = 10,
    al_salir: Callable[[Resultado], None] = lambda r: None,
) -> list[Resultado]:
    """Prueba varias tiendas a la vez; `al_salir` recibe cada resultado en cuanto se sabe.

    Returns:
        Los resultados, en el orden de `tiendas`.
    """
    with ThreadPoolExecutor(max_workers=max(1, a_la_vez)) as grupo:
        futuros = {
            grupo.submit(verificar, config, t, timeout, rapida=rapida): t.id for t in tiendas
        }
        hechos = {}
        for futuro in as_completed(futuros):
            hechos[futuros[futuro]] = futuro.result()
            al_salir(futuro.result())
    return [hechos[t.id] for t in tiendas]


def _archivo(tienda: Tienda, timeout: float) -> Resultado:
    """En una tienda de archivo, el host es que exista y el puerto que se pueda leer."""
    inicio = time.monotonic()
    try:
        tienda.archivo.open("rb").close()
        estado, causa = Estado.PUERTO_OK, ""
    except (FileNotFoundError, NotADirectoryError):
        estado, causa = Estado.NO_ALCANZABLE, f"no existe el archivo {tienda.archivo}"
    except PermissionError:
        estado, causa = Estado.PING_OK, f"no hay permiso para leer {tienda.archivo}"
    except OSError as e:
        estado, causa = Estado.NO_ALCANZABLE, f"no se puede abrir {tienda.archivo}: {e.strerror}"
    return Resultado(tienda, estado, causa, ARCHIVO if causa else "",
                     tiempos={"host": _ms(inicio), "puerto": _ms(inicio)})  # fmt: skip


def _host_y_puerto(tienda: Tienda, timeout: float) -> Resultado:
    inicio = time.monotonic()
    try:
        direcciones = red.resolver(tienda, timeout)
    except (OSError, UnicodeError) as e:
        return Resultado(
            tienda, Estado.NO_ALCANZABLE, f"el nombre {tienda.host} no se resuelve",
            "Corrija «host» en el catálogo o revise el DNS.", str(e), tiempos={"host": _ms(inicio)},
        )  # fmt: skip
    # El ping va a la par de la conexión: una tienda muda cuesta un timeout, no dos.
    pings = [red.aparte(red.ping, d[4][0], timeout) for d in direcciones]
    intentos: list[int | None] = []
    for direccion in direcciones:
        intentos.append(red.conectar(direccion, timeout / len(direcciones)))
        if intentos[-1] is None:
            break
    puerto = _ms(inicio)
    claros = [f for f in (None, errno.ECONNREFUSED) if f in intentos]
    fallo = claros[0] if claros else intentos[0]
    # Si el puerto contestó (aunque fuera que no), el host está: no hace falta el ping.
    eco = None
    if not claros:
        eco = next((e for e in map(red.respuesta, pings) if e is not None), None)
    tiempos = {"host": puerto if eco is None else eco, "puerto": puerto}
    if fallo is None:
        return Resultado(tienda, Estado.PUERTO_OK, tiempos=tiempos)
    if fallo == errno.ECONNREFUSED:
        return Resultado(tienda, Estado.PING_OK, f"el puerto {tienda.puerto} rechaza la conexión",
                         SERVICIO, tiempos=tiempos, error=ErrorTransitorio)  # fmt: skip
    if eco is not None:
        return Resultado(tienda, Estado.PING_OK, f"el puerto {tienda.puerto} no contesta",
                         SERVICIO, tiempos=tiempos)  # fmt: skip
    return Resultado(tienda, Estado.NO_ALCANZABLE, "el host no responde", VPN,
                     os.strerror(fallo) if fallo else "", tiempos=tiempos)  # fmt: skip


def _base(config: Configuracion, resultado: Resultado, timeout: float) -> None:
    """Entra en la base y prueba la consulta; anota en el resultado lo que pase."""
    inicio = time.monotonic()
    tienda = resultado.tienda
    try:
        drivers.ubicar(tienda.driver)
        sistema = config.sistema(tienda)
        resultado.enlace = cadena.proteccion(tienda, sistema)
        fallo = _probar(sistema, tienda, config.credencial(tienda), timeout)
    except ErrorTipos as e:
        resultado.causa = "las consultas de su sistema POS no dan lo que deben"
        resultado.consejo = str(e)
    except ErrorFluxion as e:
        resultado.causa, resultado.consejo = MAL_CONFIGURADA, str(e)
        if e.consejo:
            resultado.causa, resultado.consejo = e.causa, e.consejo
        resultado.error = type(e)
    else:
        if fallo is None:
            resultado.estado = Estado.CONECTADA
        else:
            conocido = fallos.reconocer(fallo)
            resultado.causa, resultado.consejo = conocido.causa, conocido.consejo
            if conocido.consejo.startswith("Se reintenta"):
                resultado.consejo = SERVICIO  # el informe no reintenta, ni acorta ventanas
            if not issubclass(conocido.error, ErrorTiempo):
                resultado.error = conocido.error
            resultado.detalle = fallo.strip()
    resultado.tiempos["base"] = _ms(inicio)


def _probar(
    sistema: Sistema, tienda: Tienda, credencial: Credencial | None, timeout: float
) -> str | None:
    """Lo que dijo el driver al fallar, o None si todo fue bien.

    `ErrorTipos` si una consulta no da las columnas debidas. La prueba corre en otro proceso: un
    driver que se queda esperando a un puerto mudo no se puede interrumpir, un proceso sí.
    """
    dia = date(2000, 1, 1).strftime(sistema.formato_fecha)
    pedido = {
        "cadena": cadena.construir(tienda, sistema, credencial),
        "sesion": sistema.sesion,
        "sistema": sistema.nombre,
        "productos": sistema.productos,
        "ventas": sistema.ventas,
        "conteo": sistema.conteo,
        "clave": sistema.clave_producto,
        "parametros": [dia, dia],
        "timeout": max(1, round(timeout)),
    }
    try:
        hecho = subprocess.run(
            hijo.orden("fluxion_luigi.origen.prueba"),
            input=json.dumps(pedido), capture_output=True, text=True, timeout=timeout + 2,
            env=hijo.ambiente(),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"timeout: la base no contestó en {timeout:g} s"
    if hecho.returncode == 0:
        return None
    dicho = json.loads(hecho.stdout) if hecho.stdout.startswith("{") else {"driver": hecho.stderr}
    if "frase" in dicho:
        raise ErrorTipos(dicho["frase"])
    return fallos.sin_secreto(dicho["driver"], credencial.clave if credencial else "")[-2000:]


def por_consejo(resultados: list[Resultado]) -> Iterator[tuple[str, list[Resultado]]]:
    """Agrupa las que no responden por lo que hay que hacer."""
    grupos: dict[str, list[Resultado]] = {}
    for r in resultados:
        if not r.responde and r.estado is not Estado.INACTIVA:
            grupos.setdefault(r.consejo or r.causa, []).append(r)
    yield from grupos.items()


def _ms(inicio: float) -> int:
    return round(1000 * (time.monotonic() - inicio))
