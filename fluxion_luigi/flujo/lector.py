"""El proceso lector: lee una tienda y escribe las ventanas en staging.

Es un proceso aparte porque ningún driver ODBC deja abandonar una lectura cuando el otro extremo
enmudece: a un proceso sí se le puede terminar. Habla por tuberías, una línea JSON por mensaje:

- recibe un `Encargo` y luego una orden por línea: `{"hacer": "leer", "ventana", "archivo", "de":
  los días, entre ellos los suyos, que se leen con lo mismo}`, `{"hacer": "contar", "ventana"}` o
  `{"hacer": "identificar"}`;
- responde `{"conectado"}`, `{"avance": filas}`, `{"hecho": …}` o `{"error": clase, "texto",
  "dias": los que tienen la culpa}`.

Si su entrada se cierra (el proceso padre murió), termina en el acto.
"""

import importlib
import json
import os
import queue
import sys
import threading
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path

from fluxion_luigi import hijo
from fluxion_luigi.errores import ErrorFluxion
from fluxion_luigi.flujo.encargo import Encargo
from fluxion_luigi.origen.fuentes import Sesion
from fluxion_luigi.periodos import Rango

# Lo que escribe hace falta cuando llega la primera fila, no antes de entrar en la tienda.
ESCRITOR = "fluxion_luigi.staging.escritor"


def main() -> None:
    """Atiende órdenes hasta que se cierra la entrada."""
    ordenes: queue.Queue[str] = queue.Queue()
    salida = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # lo que imprima un driver no es un mensaje

    def responder(**mensaje) -> None:
        salida.write(json.dumps(mensaje, ensure_ascii=False) + "\n")

    threading.Thread(target=_escuchar, args=(ordenes,), daemon=True).start()
    hijo.adelantar(ESCRITOR)
    encargo = Encargo(**json.loads(ordenes.get()))
    fuente = importlib.import_module(f"fluxion_luigi.origen.{encargo.fuente}.sesion")
    sesion: Sesion | None = None
    while True:
        orden = json.loads(ordenes.get())
        try:
            if sesion is None:
                sesion = fuente.abrir(encargo.pedido, encargo.entrar_en, encargo.aparte)
                if encargo.probar:
                    sesion.probar(encargo.entrar_en)
                responder(conectado=True)
            responder(hecho=_HACER[orden["hacer"]](sesion, encargo, orden, responder))
        except fuente.Error as e:
            responder(error="driver", texto=str(e))
        except ErrorFluxion as e:
            responder(error=e.clase, texto=str(e), dias={str(d): m for d, m in e.dias.items()})
        except Exception:
            responder(error="defecto", texto=traceback.format_exc())


def _escuchar(ordenes: "queue.Queue[str]") -> None:
    for linea in sys.stdin:
        ordenes.put(linea)
    os._exit(0)


def _contar(sesion: Sesion, encargo: Encargo, orden: dict, responder) -> dict:
    conteos, sin_fecha = sesion.contar(
        Rango.de_texto(orden["ventana"]), lambda: responder(avance=0)
    )
    return {"dias": {str(d): c.a_lista() for d, c in conteos.items()}, "sin_fecha": sin_fecha}


def _identificar(sesion: Sesion, encargo: Encargo, orden: dict, responder) -> str | None:
    return sesion.identidad()


def _leer(sesion: Sesion, encargo: Encargo, orden: dict, responder) -> dict:
    from fluxion_luigi.staging.escritor import escribir
    from fluxion_luigi.staging.ventanas import Ventana, huella

    rango, archivo = Rango.de_texto(orden["ventana"]), Path(orden["archivo"])
    filas = 0

    def avanzo(n: int) -> None:
        nonlocal filas
        filas = n
        responder(avance=n)

    def latido() -> None:  # llega algo que no son filas: el vigía vuelve a contar su espera
        responder(avance=filas)

    sesion.preparar(Rango.de_texto(orden["de"]), latido)
    latido()
    inicio, ahora = time.monotonic(), datetime.now(UTC)
    esquema, lotes = sesion.leer(rango, latido)
    # Si se bajó al contar, antes de la medianoche, lo de después no está.
    extraido_en = sesion.desde(rango) or ahora
    cuenta = escribir(archivo, lotes, esquema, avanzo)
    segundos = round(time.monotonic() - inicio, 3)
    leido, marcas = cuenta.por_dia()
    ventana = Ventana(
        rango=rango, archivo=archivo, extraido_en=extraido_en, segundos=segundos,
        filas=cuenta.filas,
        bytes=archivo.stat().st_size, sha256=huella(archivo), ordenado=cuenta.ordenado,
        origen={}, leido=leido, firma=encargo.firma, **marcas,
    )  # fmt: skip
    return ventana.a_json()


_HACER = {"leer": _leer, "contar": _contar, "identificar": _identificar}
