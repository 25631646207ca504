"""Lo que un proceso tiene tomado en el servidor de su cadena, y cómo sabe que lo sigue teniendo."""

import hashlib
import os
import signal
import socket
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psutil
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from fluxion_luigi import maquina
from fluxion_luigi.errores import ErrorDestino, ErrorOcupado, ErrorTurno
from fluxion_luigi.espera import insistir
from fluxion_luigi.tenedor import duracion
from fluxion_luigi.turnos.servidor import Servidor, dicho

# Lo que tarda, de sobra, un host en dejar lo que hacía desde que se le acabó la vida.
MARGEN = 3.0
# Señales de vida en cada `vida`.
SENALES = 6
_AVISO = signal.SIGUSR2


@dataclass(frozen=True)
class Dueno:
    """Quién tiene un candado y desde hace cuántos segundos, según el servidor."""

    host: str
    pid: int
    corrida: str
    segundos: float

    def __str__(self) -> str:
        hace = duracion(self.segundos)
        return f"el proceso {self.pid} de {self.host} (corrida {self.corrida}, desde hace {hace})"


class Tomado(ErrorOcupado):
    """Lo tiene otro: quién, si se sabe."""

    def __init__(self, dueno: Dueno | None):
        super().__init__("lo tiene otro")
        self.dueno = dueno


class Sesion:
    """Lo que este proceso tiene tomado en un servidor. Sin nada tomado, no tiene conexión.

    Lo que el proceso toma dos veces se suelta con la segunda.
    """

    def __init__(self, servidor: Servidor):
        self.servidor, self.pid, self.id = servidor, os.getpid(), uuid.uuid4().hex
        self.perdida = ""  # si perdió lo que tenía, la frase que lo dice
        self._tomados: Counter[int] = Counter()
        self._interrumpen: Counter[int] = Counter()
        self._nombres: dict[int, str] = {}
        self._con: Any = None
        self._del_servidor = 0  # el número de su conexión
        self._atiende = False  # la señal del vigía
        self._cerrojo = threading.RLock()
        self._fin = threading.Event()
        self._vivo = time.monotonic()

    @contextmanager
    def tomado(self, que: str, espera: float, *, interrumpe: bool) -> Iterator[None]:
        """Ver la función `tomado`."""
        clave = clave_de(que)
        self._tomar(clave, que, espera)
        self._interrumpen[clave] += interrumpe
        try:
            yield
        except KeyboardInterrupt:
            # DuckDB no distingue la señal del vigía de un Ctrl-C.
            if self.perdida:
                raise ErrorTurno(self.perdida) from None
            raise
        finally:
            self._interrumpen[clave] -= interrumpe
            self._tomados[clave] -= 1
            if self._tomados[clave] == 0:
                self._soltar(clave)

    def exigir(self) -> None:
        """Que todo lo tomado lo siga estando ahora mismo. `ErrorTurno` si no."""
        if not +self._tomados:
            return
        if self._cerrojo.acquire(timeout=self.servidor.vida):
            try:
                self._dar_senal()
            finally:
                self._cerrojo.release()
        else:  # el vigía lleva todo ese tiempo esperando que el servidor le conteste
            self._perder("no contestó a tiempo")
        if self.perdida:
            raise ErrorTurno(self.perdida)

    @property
    def sirve(self) -> bool:
        """Si es de este proceso (y no de su padre, de quien la heredó) y no está perdida."""
        return self.pid == os.getpid() and (bool(+self._tomados) or not self.perdida)

    def _tomar(self, clave: int, que: str, espera: float) -> None:
        if self._tomados[clave]:
            self.exigir()
            self._tomados[clave] += 1
            return
        fin = time.monotonic() + espera
        try:
            insistir(
                lambda: self._intentar(clave), lambda e: isinstance(e, Tomado), espera, que,
                lambda e: str(e.dueno or "otro host"),
                lambda e: bool(e.dueno) and e.dueno.corrida == self.servidor.corrida,
            )  # fmt: skip
            self._dejar_morir(clave, fin)
            firmado = time.monotonic()
            self._hacer(
                "firmar", clave=clave, que=que, host=socket.gethostname(),
                ambito=maquina.ambito(), pid=self.pid,
                corrida=self.servidor.corrida, vida=self.servidor.vida,
            )  # fmt: skip
        except BaseException:
            self._soltar(clave)
            raise
        if not +self._tomados:
            self._vivo = firmado
        self._tomados[clave], self._nombres[clave] = 1, que

    def _intentar(self, clave: int) -> None:
        [(tomado,)] = self._hacer("tomar", clave=clave)
        if not tomado:
            raise Tomado(self._dueno(clave))

    def _dueno(self, clave: int) -> Dueno | None:
        return next((Dueno(*f) for f in self._hacer("dueno", clave=clave)), None)

    def _dejar_morir(self, clave: int, fin: float) -> None:
        """Espera a que quien lo perdió sin despedirse lo sepa, esté donde esté."""
        for queda, ambito, pid in self._hacer("le_queda", clave=clave):
            if ambito and ambito == maquina.ambito() and not psutil.pid_exists(pid):
                continue  # era de esta máquina, y ya no está
            if time.monotonic() + queda + MARGEN > fin:
                raise Tomado(self._dueno(clave))
            time.sleep(queda + MARGEN)

    def _soltar(self, clave: int) -> None:
        import psycopg

        if self.perdida:  # la sesión la cierra el vigía, que quizá aún espera una respuesta
            self._fin.set()
            return
        with self._cerrojo:
            # Si no se puede, el servidor ya lo soltó, o lo suelta al cerrarse la sesión.
            with suppress(psycopg.Error):
                if self._con is not None:
                    self._ejecutar("despedirse", clave=clave)
                    self._ejecutar("soltar", clave=clave)
            if not +self._tomados:
                self._cerrar()

    def _cerrar(self) -> None:
        self._fin.set()
        if self._con is not None:
            self._con.close()
        self._con = None

    def _ejecutar(self, archivo: str, con: Any = None, **valores) -> list[tuple]:
        cursor = (con or self._con).execute(
            self.servidor.consulta(archivo), {"sesion": self.id, **valores}
        )
        return cursor.fetchall() if cursor.description else []

    def _hacer(self, archivo: str, **valores) -> list[tuple]:
        """Una consulta en la sesión, que abre, o recupera, si hace falta.

        Raises:
            ErrorTurno: si se cortó, y con ella algo que tenía tomado.
            ErrorDestino: si el servidor no contesta, o no deja.
        """
        import psycopg

        with self._cerrojo:
            while True:
                try:
                    if self._con is None:
                        self._abrir()
                    return self._ejecutar(archivo, **valores)
                except psycopg.Error as e:
                    if not self._con.closed:  # contestó que no
                        raise ErrorDestino(
                            f"El catálogo del lago ({self.servidor.conexion}) no deja anotar de "
                            f"quién es un turno: {dicho(e)}"
                        ) from None
                    if not +self._tomados:  # nada que perder: una sesión nueva
                        self._cerrar()
                    elif not self._dar_senal():
                        raise ErrorTurno(self.perdida) from None

    def _abrir(self) -> None:
        import psycopg

        # Un servidor que se reinicia vuelve en segundos.
        self._con = Retrying(
            retry=retry_if_exception_type(ErrorDestino), wait=wait_fixed(0.3),
            stop=stop_after_delay(self.servidor.vida), reraise=True,
        )(self.servidor.conectar)  # fmt: skip
        self._del_servidor = self._con.info.backend_pid
        # Dos hosts que la crean a la vez: a uno PostgreSQL le dice que ya está, de mala manera.
        with suppress(psycopg.errors.UniqueViolation, psycopg.errors.DuplicateTable):
            if self._ejecutar("hay_tabla") == [(False,)]:
                self._ejecutar("tabla")
        if threading.current_thread() is threading.main_thread():
            signal.signal(_AVISO, self._al_perderla)
            self._atiende = True
        self._fin, self._vivo = threading.Event(), time.monotonic()
        threading.Thread(target=self._vigilar, args=(self._fin,), daemon=True).start()

    def _vigilar(self, fin: threading.Event) -> None:
        while not fin.wait(self.servidor.vida / SENALES):
            if +self._tomados and not self._dar_senal():
                break
        if self.perdida:
            with self._cerrojo:
                self._cerrar()

    def _dar_senal(self) -> bool:
        """Una señal de vida; con la sesión cortada, la recupera o la da por perdida."""
        import psycopg

        while not self.perdida:
            with self._cerrojo:
                enviada = time.monotonic()
                queda = self._vivo + self.servidor.vida - enviada
                plazo = threading.Timer(queda, self._perder, ("no contestó a tiempo",))
                plazo.daemon = True
                plazo.start()
                try:
                    if self._con is not None:
                        self._ejecutar("latir")
                    self._vivo = enviada
                    return not self.perdida
                except psycopg.Error:
                    self._recuperar()
                finally:
                    plazo.cancel()
            time.sleep(0.2)
        return False

    def _recuperar(self) -> None:
        """Otra sesión con todo lo que tenía la cortada, si nadie se lo ha llevado."""
        import psycopg

        with suppress(psycopg.Error, ErrorDestino):
            nueva = self.servidor.conectar(plazo=self.servidor.vida / 2)
            # El servidor puede no haber notado el corte, y lo tiene la sesión de antes.
            antes = {"pid": self._del_servidor, "nombre": self.servidor.nombre}
            self._ejecutar("terminar", nueva, **antes)
            for clave in +self._tomados:
                mio = self._ejecutar("es_mio", nueva, clave=clave)
                if not mio or self._ejecutar("tomar", nueva, clave=clave) != [(True,)]:
                    nueva.close()
                    if not mio:
                        self._perder("otro host lo tomó")
                    return
            self._con.close()
            self._con, self._del_servidor = nueva, nueva.info.backend_pid

    def _perder(self, por_que: str) -> None:
        if self.perdida or not +self._tomados:
            return
        cuales = ", ".join(sorted(self._nombres[c] for c in +self._tomados))
        self.perdida = (
            f"Se perdió el turno de {cuales}: se cortó la conexión con el catálogo del lago "
            f"({self.servidor.conexion}) y {por_que}. Nada quedó a medias; repita la misma orden."
        )
        if self._atiende and +self._interrumpen:
            os.kill(self.pid, _AVISO)

    def _al_perderla(self, *_) -> None:
        if self.perdida and +self._interrumpen:
            raise ErrorTurno(self.perdida)


def clave_de(que: str) -> int:
    """El número de 64 bits con que PostgreSQL conoce un candado."""
    return int.from_bytes(hashlib.sha256(que.encode()).digest()[:8], signed=True)
