"""`python -m fluxion_luigi.demo`: hace la cadena, la carga y dice qué tiene de raro."""

import argparse
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

from fluxion_luigi import config
from fluxion_luigi.config import Configuracion
from fluxion_luigi.demo import lugares, rarezas
from fluxion_luigi.errores import ErrorFluxion, ErrorUso
from fluxion_luigi.periodos import Rango

LUIGI = Path(sys.executable).with_name("luigi")
FALLO_UNA_TAREA = 30


def main() -> int:
    """El guion. Sale con 0 si cada orden acabó como debía; con 1, y una frase, si no."""
    opciones = argparse.ArgumentParser(prog="python -m fluxion_luigi.demo", description=__doc__)
    opciones.add_argument(
        "--reparar", action="store_true",
        help="enciende la tienda caída y corrige la línea mala, como harían las tiendas",
    )  # fmt: skip
    opciones.add_argument(
        "--api", action="store_true", help="sólo arranca la API de las tiendas que hablan HTTP"
    )
    dadas = opciones.parse_args()
    try:
        configuracion = config.actual()
        lugares.exigir(configuracion.catalogo)
        if dadas.reparar:
            return _reparar(configuracion)
        if dadas.api:
            return _servir(configuracion)
        with lugares.con_api(configuracion.catalogo):
            return _demostrar(configuracion)
    except ErrorFluxion as e:
        print(f"✗ {e}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # la orden que corría ya lo dijo
        return 130


def _reparar(configuracion: Configuracion) -> int:
    hecho = rarezas.reparar(configuracion.catalogo.tiendas.values())
    print("\n".join(hecho or ["No había nada que reparar."]))
    return 0


def _servir(configuracion: Configuracion) -> int:
    rarezas.construir(configuracion.catalogo)
    direcciones = lugares.urls(configuracion.catalogo.tiendas.values())
    with lugares.con_api(configuracion.catalogo), suppress(KeyboardInterrupt):
        print(f"La API responde en {', '.join(direcciones)}. Ctrl+C la para.", flush=True)
        threading.Event().wait()
    return 0


def _demostrar(configuracion: Configuracion) -> int:
    catalogo = configuracion.catalogo
    hechas = rarezas.construir(catalogo)
    carpeta = lugares.carpeta_api(catalogo).parent
    print(
        f"Cadena de demostración en {carpeta}: {len(catalogo.tiendas)} lugares, "
        f"{hechas} archivo(s) nuevo(s)."
    )
    _cargar_lo_reciente(configuracion)
    ids = [t.id for t in configuracion.catalogo.elegir(())]
    for rango, cuales in rarezas.TANDAS:
        if suyas := ",".join(id_ for id_ in cuales if id_ in ids):
            _correr(0, "RangoVentas", rango, "--tiendas", suyas)
    _correr(0, "EstadoVentas", rarezas.PERIODO)
    print(f"\n{rarezas.texto(configuracion)}")
    return 0


def _cargar_lo_reciente(configuracion: Configuracion) -> None:
    """Carga los dos últimos meses de todas, y comprueba que falte justo lo que debía faltar."""
    esperado = rarezas.sin_remedio(configuracion)
    _correr(FALLO_UNA_TAREA if esperado else 0, "RangoVentas", rarezas.RECIENTE)
    quedo = rarezas.faltan(configuracion, rarezas.RECIENTE)
    if quedo != esperado:
        raise ErrorUso(
            f"De lo reciente falta {rarezas.nombrar(quedo)}, y debía faltar "
            f"{rarezas.nombrar(esperado)}. La causa está arriba; si es de otra demostración, "
            "empiece de nuevo con «make limpiar SI=1»."
        )
    if esperado:
        print(f"\nSalió con {FALLO_UNA_TAREA}, como debía: falta {rarezas.nombrar(esperado)}.")


def _correr(debe_salir: int, tarea: str, rango: Rango, *opciones: str) -> None:
    """Muestra la orden y la corre. `ErrorUso` si no sale con el código que debe."""
    fechas = ["--desde", str(rango.desde), "--hasta", str(rango.hasta)]
    partes = ["--module", "fluxion_luigi", tarea, *fechas, *opciones, *rarezas.OPCIONES]
    print(f"\n$ luigi {' '.join(partes)}", flush=True)
    salio = subprocess.run([LUIGI, *partes]).returncode
    if salio != debe_salir:
        raise ErrorUso(f"Esa orden salió con {salio}, y debía salir con {debe_salir}.")


if __name__ == "__main__":
    sys.exit(main())
