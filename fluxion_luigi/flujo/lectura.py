"""Quien vigila al proceso lector: lo arranca, le da ventanas y lo termina si deja de avanzar."""

import dataclasses
import hashlib
import json
import os
import queue
import subprocess
import tempfile
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

from fluxion_luigi import hijo
from fluxion_luigi.archivos import disco
from fluxion_luigi.conciliacion import Conteo, Conteos
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.errores import CLASES, ErrorTiempo, ErrorTransitorio
from fluxion_luigi.origen import cadena, fallos, red
from fluxion_luigi.origen.causas import PUERTO_CERRADO
from fluxion_luigi.origen.pedido import Pedido
from fluxion_luigi.periodos import Rango
from fluxion_luigi.staging.ventanas import Ventana, borrador

Avisar = Callable[[int], None]


def pedido_de(config: Configuracion, tienda: Tienda) -> Pedido:
    """Lo que el lector necesita saber de una tienda.

    Raises:
        ErrorConfiguracion: driver sin instalar, sistema POS inexistente, credencial ausente o
            que el driver no puede recibir.
    """
    sistema, ajustes = config.sistema(tienda), config.ajustes
    return Pedido(
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
        timeout_conexion=ajustes.timeout_conexion,
        # Antes que el vigía: el driver cancela la consulta; matar al lector la deja viva.
        timeout_consulta=max(1, ajustes.timeout_sin_avance * 3 // 4),
        firma=firma(config, tienda),
    )


def firma(config: Configuracion, tienda: Tienda) -> str:
    """Con qué consulta y de qué base se lee una tienda: si cambia, lo ya leído no sirve."""
    sistema = config.sistema(tienda)
    texto = "\0".join((sistema.ventas, sistema.productos, sistema.conteo, tienda.lugar))
    return hashlib.sha256(texto.encode()).hexdigest()


class Lectura:
    """Una tienda que se está leyendo. Como contexto: al salir, el lector ya no existe."""

    def __init__(self, config: Configuracion, tienda: Tienda):
        self._pedido = pedido_de(config, tienda)
        self._credencial = config.credencial(tienda)
        self._ajustes = config.ajustes
        self._tienda = tienda
        self._proceso: subprocess.Popen | None = None

    def __enter__(self) -> "Lectura":
        return self

    def __exit__(self, *_) -> None:
        self._terminar()

    def leer(self, ventana: Rango, archivo: Path, productos: Rango, avisar: Avisar) -> Ventana:
        """Deja las filas de la ventana en su archivo. La ventana vuelve sin conciliar, sin ficha.

        Args:
            productos: los días, esta ventana entre ellos, cuyos productos se piden. Los de la
                lectura anterior, si son los mismos días, no se vuelven a pedir.

        Raises:
            ErrorTransitorio, ErrorTiempo: reintentar puede servir; el lector se vuelve a arrancar.
            ErrorFluxion: los demás; no sirve reintentar.
        """
        orden = {"hacer": "leer", "archivo": str(archivo), "productos": str(productos)}
        return Ventana.de_json(self._pedir(orden, ventana, avisar), archivo)

    def contar(self, ventana: Rango) -> tuple[Conteos, int]:
        """Lo que el origen dice tener, y sus filas sin fecha. Los mismos errores que `leer`."""
        datos = self._pedir({"hacer": "contar"}, ventana)
        dias = {date.fromisoformat(d): Conteo.de_lista(c) for d, c in datos["dias"].items()}
        return dias, datos["sin_fecha"]

    def identificar(self) -> str | None:
        """Quién dice ser el servidor, si sabe decirlo. Los mismos errores que `leer`."""
        return self._pedir({"hacer": "identificar"}) if self._pedido.identidad else None

    def _pedir(self, orden: dict, ventana: Rango | None = None, avisar: Avisar = lambda _: None):
        donde = f"{self._tienda.id} ({self._tienda.lugar})"
        donde += f", ventana {ventana}" if ventana else ""
        nuevo = self._proceso is None
        if nuevo:
            self._arrancar()
        try:
            self._enviar({**orden, "ventana": str(ventana)})
            if nuevo:
                self._esperar_conexion(donde)
            while True:
                mensaje = self._recibir(donde, self._ajustes.timeout_sin_avance)
                if "avance" in mensaje:
                    avisar(mensaje["avance"])
                elif "hecho" in mensaje:
                    return mensaje["hecho"]
                elif "error" in mensaje:
                    raise self._error(mensaje, donde)
        except BaseException:
            # Tras un error no se confía en la sesión: la siguiente ventana estrena lector.
            self._terminar()
            if "archivo" in orden:
                borrador(Path(orden["archivo"])).unlink(missing_ok=True)
            raise

    def _esperar_conexion(self, donde: str) -> None:
        """Que el lector diga que entró. No entrar no es culpa de la ventana: no sirve partirla."""
        try:
            # El driver tiene su propio límite; el doble es para el que no lo cumple.
            mensaje = self._recibir(donde, 2 * self._ajustes.timeout_conexion)
        except ErrorTiempo as e:
            raise ErrorTransitorio(str(e)) from None
        if "error" not in mensaje:
            return
        error = self._error(mensaje, donde)
        # Con el puerto cerrado FreeTDS habla de un corte y el driver de Microsoft agota su tiempo:
        # qué pasa lo dice el puerto.
        espera = self._ajustes.conectividad_timeout
        if isinstance(error, ErrorTransitorio) and red.puerto_cerrado(self._tienda, espera):
            raise fallos.como_error(self._sin_clave(mensaje["texto"]), donde, PUERTO_CERRADO)
        raise ErrorTransitorio(str(error)) if isinstance(error, ErrorTiempo) else error

    def _arrancar(self) -> None:
        with disco(Path(os.environ.get("TMPDIR", "/tmp"))):
            self._quejas = tempfile.TemporaryFile()  # noqa: SIM115 (se cierra en _terminar)
        self._proceso = subprocess.Popen(
            hijo.orden("fluxion_luigi.flujo.lector"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._quejas,
            text=True,
            encoding="utf-8",
            env=hijo.ambiente(),
        )
        self._mensajes: queue.Queue[str | None] = queue.Queue()
        threading.Thread(
            target=_escuchar, args=(self._proceso.stdout, self._mensajes), daemon=True
        ).start()
        self._enviar(dataclasses.asdict(self._pedido))

    def _enviar(self, datos: dict) -> None:
        try:
            self._proceso.stdin.write(json.dumps(datos) + "\n")
            self._proceso.stdin.flush()
        except BrokenPipeError:
            self._mensajes.put(None)

    def _recibir(self, donde: str, espera: float) -> dict:
        try:
            linea = self._mensajes.get(timeout=espera)
        except queue.Empty:
            raise ErrorTiempo(
                f"{donde}: pasaron {espera:.0f} s sin que llegara nada de la tienda. "
                "Revise la VPN y la carga del servidor."
            ) from None
        if linea is None:
            raise ErrorTransitorio(
                f"{donde}: el proceso lector se cayó (código {self._proceso.wait()}). "
                f"Lo último que dijo:\n{self._ultimas_quejas()}"
            )
        return json.loads(linea)

    def _error(self, mensaje: dict, donde: str) -> Exception:
        texto = self._sin_clave(mensaje["texto"])
        if mensaje["error"] == "driver":
            return fallos.como_error(texto, donde)
        if mensaje["error"] == "defecto":
            return RuntimeError(f"{donde}: el lector tropezó con algo que no esperaba.\n{texto}")
        dias = {date.fromisoformat(d): motivo for d, motivo in mensaje["dias"].items()}
        return CLASES[mensaje["error"]](f"{donde}: {texto}", dias)

    def _ultimas_quejas(self) -> str:
        self._quejas.seek(0)
        texto = self._quejas.read().decode("utf-8", "replace")
        return self._sin_clave(texto)[-2000:] or "(nada)"

    def _sin_clave(self, texto: str) -> str:
        return fallos.sin_secreto(texto, self._credencial.clave if self._credencial else "")

    def _terminar(self) -> None:
        if self._proceso is None:
            return
        self._proceso.kill()
        self._proceso.wait()
        for tuberia in (self._proceso.stdin, self._proceso.stdout, self._quejas):
            try:
                tuberia.close()
            except BrokenPipeError:
                continue
        self._proceso = None


def _escuchar(tuberia, mensajes: "queue.Queue[str | None]") -> None:
    try:
        for linea in tuberia:
            mensajes.put(linea)
    except ValueError:
        return  # la tubería se cerró desde este lado
    mensajes.put(None)
