"""¿Contesta una tienda? Su host, su puerto y su base, en ese orden y con su tiempo cada uno.

Nada de esto descarga ventas: la base se prueba con las consultas de venta sobre cero días, que
ejercitan las credenciales, las tablas, las columnas y los permisos sin leer una fila.
"""

import contextlib
import errno
import json
import os
import queue
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

import icmplib

from fluxion_luigi import hijo
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.errores import ErrorFluxion, ErrorTipos, ErrorTransitorio
from fluxion_luigi.origen import cadena, fallos


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
        direcciones = _resolver(tienda, timeout)
    except (OSError, UnicodeError) as e:
        return Resultado(
            tienda, Estado.NO_ALCANZABLE, f"el nombre {tienda.host} no se resuelve",
            "Corrija «host» en el catálogo o revise el DNS.", str(e), tiempos={"host": _ms(inicio)},
        )  # fmt: skip
    # El ping va a la par de la conexión: una tienda muda cuesta un timeout, no dos.
    pings = [_aparte(_ping, d[4][0], timeout) for d in direcciones]
    intentos: list[int | None] = []
    for direccion in direcciones:
        intentos.append(_conectar(direccion, timeout / len(direcciones)))
        if intentos[-1] is None:
            break
    puerto = _ms(inicio)
    claros = [f for f in (None, errno.ECONNREFUSED) if f in intentos]
    fallo = claros[0] if claros else intentos[0]
    # Si el puerto contestó (aunque fuera que no), el host está: no hace falta el ping.
    eco = None
    if not claros:
        eco = next((e for e in map(_respuesta, pings) if e is not None), None)
    tiempos = {"host": puerto if eco is None else eco, "puerto": puerto}
    if fallo is None:
        return Resultado(tienda, Estado.PUERTO_OK, tiempos=tiempos)
    if fallo == errno.ECONNREFUSED:
        return Resultado(tienda, Estado.PING_OK, f"el puerto {tienda.puerto} rechaza la conexión",
                         SERVICIO, tiempos=tiempos)  # fmt: skip
    if eco is not None:
        return Resultado(tienda, Estado.PING_OK, f"el puerto {tienda.puerto} no contesta",
                         SERVICIO, tiempos=tiempos)  # fmt: skip
    return Resultado(tienda, Estado.NO_ALCANZABLE, "el host no responde", VPN,
                     os.strerror(fallo) if fallo else "", tiempos=tiempos)  # fmt: skip


def _aparte(hacer: Callable, *datos) -> queue.SimpleQueue:
    """Corre algo en un hilo al que no hay que esperar; su valor, o su error, queda en la cola."""
    cola: queue.SimpleQueue = queue.SimpleQueue()

    def correr() -> None:
        try:
            cola.put(hacer(*datos))
        except Exception as e:
            cola.put(e)

    threading.Thread(target=correr, daemon=True).start()
    return cola


def _respuesta(ping: queue.SimpleQueue) -> int | None:
    """Lo que dijo un ping que ya tuvo su tiempo."""
    with contextlib.suppress(queue.Empty):
        valor = ping.get(timeout=1)
        return None if isinstance(valor, Exception) else valor
    return None


def _resolver(tienda: Tienda, timeout: float) -> list[tuple]:
    """Las direcciones de la tienda. `OSError` o `UnicodeError` si no las hay a tiempo."""
    pregunta = _aparte(socket.getaddrinfo, tienda.host, tienda.puerto, 0, socket.SOCK_STREAM)
    try:
        respuesta = pregunta.get(timeout=timeout)
    except queue.Empty:
        raise TimeoutError(f"el DNS no contestó en {timeout:g} s") from None
    if isinstance(respuesta, Exception):
        raise respuesta
    return respuesta


def _conectar(direccion: tuple, timeout: float) -> int | None:
    """None si el puerto abrió; si no, el errno (0 si sólo hubo silencio)."""
    familia, tipo, protocolo, _, destino = direccion
    with socket.socket(familia, tipo, protocolo) as s:
        s.settimeout(timeout)
        try:
            s.connect(destino)
        except TimeoutError:
            return 0
        except OSError as e:
            return e.errno or 0
    return None


def _ping(direccion: str, timeout: float) -> int | None:
    """Milisegundos del eco ICMP, o None si no hubo o si el sistema no lo permite."""
    for privilegiado in (False, True):
        try:
            eco = icmplib.ping(direccion, count=1, timeout=timeout, privileged=privilegiado)
            return round(eco.avg_rtt) if eco.is_alive else None
        except icmplib.SocketPermissionError:
            continue
        except (icmplib.ICMPLibError, OSError):
            return None
    return None


def _base(config: Configuracion, resultado: Resultado, timeout: float) -> None:
    """Entra en la base y prueba la consulta; anota en el resultado lo que pase."""
    inicio = time.monotonic()
    tienda = resultado.tienda
    try:
        fallo = _probar(config, tienda, timeout)
    except ErrorTipos as e:
        resultado.causa = "las consultas de su sistema POS no dan lo que deben"
        resultado.consejo = str(e)
    except ErrorFluxion as e:
        causa, _, consejo = str(e).partition(". ")
        resultado.causa, resultado.consejo = causa.rstrip("."), consejo
    else:
        if fallo is None:
            resultado.estado = Estado.CONECTADA
        else:
            conocido = fallos.reconocer(fallo)
            resultado.causa, resultado.consejo = conocido.causa, conocido.consejo
            if issubclass(conocido.error, ErrorTransitorio):
                resultado.consejo = SERVICIO  # aquí no hay ventanas que acortar
            resultado.detalle = fallo.strip()
    resultado.tiempos["base"] = _ms(inicio)


def _probar(config: Configuracion, tienda: Tienda, timeout: float) -> str | None:
    """Lo que dijo el driver al fallar, o None si todo fue bien.

    `ErrorTipos` si una consulta no da las columnas debidas. La prueba corre en otro proceso: un
    driver que se queda esperando a un puerto mudo no se puede interrumpir, un proceso sí.
    """
    cadena.exigir_driver(tienda)
    sistema, credencial = config.sistema(tienda), config.credencial(tienda)
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
