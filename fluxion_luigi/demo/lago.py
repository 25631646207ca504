"""`python -m fluxion_luigi.demo.lago`: dos hosts cargan la cadena de demostración en un lago.

Los dos son esta máquina, cada uno con sus carpetas, bajo un mismo scheduler. El catálogo del lago
es un PostgreSQL pasajero en loopback. Al acabar se apaga y se borra todo, menos las tiendas.
"""

import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from fluxion_luigi import config
from fluxion_luigi.config.base import CLAVE
from fluxion_luigi.config.base import USUARIO as USUARIO_DE
from fluxion_luigi.demo import lugares, rarezas, servidor
from fluxion_luigi.demo.__main__ import FALLO_UNA_TAREA, LUIGI
from fluxion_luigi.errores import ErrorFluxion, ErrorUso

HOSTS = ("host_1", "host_2")
DE_CADA_HOST = ("staging", "marcadores", "reportes", "logs")
RANGO = ("--desde", str(rarezas.RECIENTE.desde), "--hasta", str(rarezas.RECIENTE.hasta))


def main() -> int:
    """El guion. Sale con 0 si todo acabó como debía; con 1, y una frase, si no."""
    try:
        with ExitStack() as pila:
            return _demostrar(pila)
    except ErrorFluxion as e:
        print(f"✗ {e}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _demostrar(pila: ExitStack) -> int:
    configuracion = config.actual()
    lugares.exigir(configuracion.catalogo)
    rarezas.construir(configuracion.catalogo)
    pila.enter_context(lugares.con_api(configuracion.catalogo))
    carpeta = Path(pila.enter_context(tempfile.TemporaryDirectory(prefix="fluxion_lago_")))
    catalogo = pila.enter_context(servidor.levantado())
    puerto = pila.enter_context(_scheduler(carpeta))
    print(f"Catálogo del lago: PostgreSQL en 127.0.0.1:{catalogo.puerto}, sus datos en {carpeta}.")
    print(f"Scheduler: http://127.0.0.1:{puerto}")
    print(f"\n$ luigi … RangoVentas {' '.join(RANGO)}, en dos hosts", flush=True)
    del_lago = {
        "FLUXION_BASE": f"ducklake:postgres:dbname=postgres host=127.0.0.1 port={catalogo.puerto}",
        "FLUXION_LAGO_DATOS": str(carpeta / "datos"), "FLUXION_PUBLICADA": "",
        USUARIO_DE: servidor.USUARIO, CLAVE: catalogo.clave,
    }  # fmt: skip
    ambientes = {h: del_lago | _carpetas(carpeta / h) for h in HOSTS}
    central = ("--scheduler-host", "127.0.0.1", "--scheduler-port", str(puerto))
    corren = {
        h: _Host(h, a, "RangoVentas", *RANGO, "--workers", "2", *central)
        for h, a in ambientes.items()
    }
    salieron = {h: x.terminar() for h, x in corren.items()}
    _exigir(salieron, FALLO_UNA_TAREA if rarezas.sin_remedio(configuracion) else 0)
    quien = " y ".join(f"{h}, {x.cargadas} tienda(s)-mes" for h, x in corren.items())
    print(f"\nQuién cargó qué: {quien}. Un día, uno solo.\n\n$ luigi … EstadoVentas, en host_1")
    estado = _Host("host_1", ambientes["host_1"], "EstadoVentas", *RANGO, "--local-scheduler")
    _exigir({"host_1": estado.terminar()}, 0)
    return 0


def _carpetas(de: Path) -> dict[str, str]:
    return {f"FLUXION_{c.upper()}": str(de / c) for c in DE_CADA_HOST}


def _exigir(salieron: Mapping[str, int], debe: int) -> None:
    for host, codigo in salieron.items():
        if codigo != debe:
            raise ErrorUso(f"La orden de {host} salió con {codigo}, y debía salir con {debe}.")


def cargada(linea: str) -> str | None:
    """De qué tienda-mes dice una línea que la cargó quien la dice; None si no dice eso.

    La que cambia de POS ese mes lo dice en dos, y es la misma.
    """
    hecha = re.match(r"(?:✓|🟡) \d+/\d+ (\S+ \d{4}-\d\d)\b", linea)
    return hecha[1] if hecha else None


class _Host:
    """Una orden que corre en uno de los hosts; lo que dice sale con su nombre delante."""

    def __init__(self, nombre: str, ambiente: Mapping[str, str], *orden: str):
        self._cargadas: set[str] = set()
        self._proceso = subprocess.Popen(
            [LUIGI, "--module", "fluxion_luigi", *orden], env={**os.environ, **ambiente},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self._hilo = threading.Thread(target=self._contar, args=(nombre,))
        self._hilo.start()

    def _contar(self, nombre: str) -> None:
        for linea in self._proceso.stdout:
            if suya := cargada(linea):
                self._cargadas.add(suya)
            print(f"{nombre} │ {linea}", end="", flush=True)

    @property
    def cargadas(self) -> int:
        """Cuántas tiendas-mes cargó."""
        return len(self._cargadas)

    def terminar(self) -> int:
        """Espera a que acabe y dice con qué salió."""
        try:
            codigo = self._proceso.wait()
        except KeyboardInterrupt:
            self._proceso.wait()  # a ella también le llegó el Ctrl-C, y acaba bien
            raise
        finally:
            self._hilo.join()
        return codigo


@contextmanager
def _scheduler(carpeta: Path) -> Iterator[int]:
    """Un luigid en un puerto libre de loopback, que al salir se termina."""
    puerto = servidor.puerto_libre()
    with (carpeta / "luigid.log").open("w") as registro:
        luigid = subprocess.Popen(
            [LUIGI.with_name("luigid"), "--address", "127.0.0.1", "--port", str(puerto),
             "--state-path", carpeta / "luigid.estado"],
            stdout=registro, stderr=registro, cwd=carpeta,
        )  # fmt: skip
    try:
        yield puerto
    finally:
        luigid.terminate()
        luigid.wait()


if __name__ == "__main__":
    sys.exit(main())
