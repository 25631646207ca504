"""Quien vigila al proceso lector: lo arranca, le da ventanas y lo termina si deja de avanzar."""

import dataclasses
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
from fluxion_luigi.errores import (
    CLASES,
    ErrorColumnas,
    ErrorConectividad,
    ErrorTiempo,
    ErrorTransitorio,
)
from fluxion_luigi.flujo.encargo import Encargo
from fluxion_luigi.origen import fuentes
from fluxion_luigi.origen.resultado import Estado, Resultado, no_dan_lo_que_deben
from fluxion_luigi.periodos import Rango
from fluxion_luigi.staging.ventanas import Ventana, borrador

Avisar = Callable[[int], None]


class Lectura:
    """Una tienda que se está leyendo. Como contexto: al salir, el lector ya no existe.

    Args:
        aparte: la carpeta donde el lector puede dejar lo que baje mientras la lee.
        entrando: si nadie ha entrado aún en esta tienda, recibe lo que se supo al intentarlo. Se
            pregunta antes por cero días, y un silencio no se espera más que en una prueba.
        probada: si ya se vio que su puerto abre. Si no, un puerto cerrado es una tienda apagada, a
            la que no se espera; y no se pregunta por cero días: lo que se pida ya es la prueba.
    """

    def __init__(
        self,
        config: Configuracion,
        tienda: Tienda,
        aparte: Path,
        entrando: Callable[[Resultado], None] | None = None,
        *,
        probada: bool = True,
    ):
        self._fuente = fuentes.de(tienda)
        self._pedido = self._fuente.pedido(config, tienda)
        self._firma = self._fuente.firma(config, tienda)
        self._secretos = self._fuente.secretos(config, tienda)
        self._ajustes = config.ajustes
        self._tienda = tienda
        self._aparte = aparte
        self._entrando = entrando
        self._probada = probada
        self._proceso: subprocess.Popen | None = None

    def __enter__(self) -> "Lectura":
        return self

    def __exit__(self, *_) -> None:
        self._terminar()
        self._fuente.limpiar(self._aparte)

    def leer(self, ventana: Rango, archivo: Path, de: Rango, avisar: Avisar) -> Ventana:
        """Deja las filas de la ventana en su archivo. La ventana vuelve sin conciliar, sin ficha.

        Args:
            de: los días, esta ventana entre ellos, que se leen con lo mismo (los productos). Si son
                los de la lectura anterior, no se vuelve a pedir.

        Raises:
            ErrorTransitorio, ErrorTiempo: reintentar puede servir; el lector se vuelve a arrancar.
            ErrorFluxion: los demás; no sirve reintentar.
        """
        orden = {"hacer": "leer", "archivo": str(archivo), "de": str(de)}
        return Ventana.de_json(self._pedir(orden, ventana, avisar), archivo)

    def contar(self, ventana: Rango) -> tuple[Conteos, int]:
        """Lo que el origen dice tener, y sus filas sin fecha. Los mismos errores que `leer`."""
        datos = self._pedir({"hacer": "contar"}, ventana)
        dias = {date.fromisoformat(d): Conteo.de_lista(c) for d, c in datos["dias"].items()}
        return dias, datos["sin_fecha"]

    def identificar(self) -> str | None:
        """Quién dice ser el servidor, si sabe decirlo. Los mismos errores que `leer`."""
        return self._pedir({"hacer": "identificar"}) if self._pedido.get("identidad") else None

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
        # El driver tiene su propio límite; lo demás es para el que no lo cumple.
        espera = self._entrar_en() + 2 if self._entrando else 2 * self._entrar_en()
        try:
            mensaje = self._recibir(donde, espera)
        except ErrorTiempo:
            mensaje = {"error": "driver", "texto": None}
        if mensaje.get("error") not in ("driver", ErrorColumnas.clase):
            if "error" in mensaje:
                raise self._error(mensaje, donde)
            self._decir(Resultado(self._tienda, Estado.CONECTADA))
            return
        if mensaje["error"] == "driver":
            dicho = mensaje["texto"] and self._sin_clave(mensaje["texto"])
            plazo = self._entrar_en() if dicho is None else self._ajustes.conectividad_timeout
            resultado = self._fuente.no_entro(self._tienda, dicho, plazo)
        else:
            resultado = no_dan_lo_que_deben(self._tienda, mensaje["texto"])
        # A quien ya había entrado un silencio se le pasa: la VPN se cae y vuelve.
        pasajero = resultado.error is ErrorConectividad and not self._entrando
        apagada = resultado.estado is Estado.PING_OK and self._entrando and not self._probada
        self._decir(resultado)
        raise (ErrorTransitorio if pasajero or apagada else resultado.error)(resultado.frase())

    def _decir(self, resultado: Resultado) -> None:
        if self._entrando:
            self._entrando(resultado)
        if resultado.responde:
            self._entrando = None

    def _entrar_en(self) -> float:
        """Los segundos que hay para entrar."""
        ajustes = self._ajustes
        return ajustes.conectividad_timeout if self._entrando else ajustes.timeout_conexion

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
        encargo = Encargo(
            self._tienda.fuente, self._firma, self._pedido, self._entrar_en(),
            probar=self._entrando is not None and self._probada, aparte=str(self._aparte),
        )  # fmt: skip
        self._enviar(dataclasses.asdict(encargo))

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
            return self._fuente.error(texto, donde)
        if mensaje["error"] == "defecto":
            return RuntimeError(f"{donde}: el lector tropezó con algo que no esperaba.\n{texto}")
        dias = {date.fromisoformat(d): motivo for d, motivo in mensaje["dias"].items()}
        return CLASES[mensaje["error"]](f"{donde}: {texto}", dias)

    def _ultimas_quejas(self) -> str:
        self._quejas.seek(0)
        texto = self._quejas.read().decode("utf-8", "replace")
        return self._sin_clave(texto)[-2000:] or "(nada)"

    def _sin_clave(self, texto: str) -> str:
        return fuentes.sin_secreto(texto, self._secretos)

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
