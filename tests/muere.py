"""Corre Luigi como la línea de comandos, y se mata (kill -9) al llegar a un punto dado.

    python -m tests.muere PUNTO -- RangoVentas --desde …

El programa de verdad no tiene ganchos para pruebas: aquí se envuelve, desde fuera, la función que
está en cada punto. Muere el grupo entero: el proceso principal, sus tareas y sus lectores.
"""

import os
import signal
import sys
import threading
from pathlib import Path

import luigi.cmdline
import luigi.interface

from fluxion_luigi import marcadores
from fluxion_luigi.destino import abierta, archivo, cargas, conexion_lago, lago, tablas
from fluxion_luigi.destino import carga as destino
from fluxion_luigi.flujo import lectura, trabajo
from fluxion_luigi.staging import ventanas
from fluxion_luigi.tareas import historia


def morir(*_, **__) -> None:
    """Lo que haría un corte de luz."""
    os.killpg(0, signal.SIGKILL)


def antes(modulo, nombre: str) -> None:
    """Muere al entrar en la función."""
    setattr(modulo, nombre, morir)


def despues(modulo, nombre: str, vez: int = 1) -> None:
    """Muere al salir de la función por vez enésima."""
    original, veces = getattr(modulo, nombre), 0

    def envuelta(*args, **kwargs):
        nonlocal veces
        resultado = original(*args, **kwargs)
        veces += 1
        if veces == vez:
            morir()
        return resultado

    setattr(modulo, nombre, envuelta)


def dentro_de_una_ventana() -> None:
    """Muere cuando el lector avisa que ya recibió filas y aún no terminó la ventana."""
    original = lectura.Lectura._recibir

    def envuelta(self, *args):
        mensaje = original(self, *args)
        if mensaje.get("avance"):
            morir()
        return mensaje

    lectura.Lectura._recibir = envuelta


def mientras_baja() -> None:
    """Muere con unos días de una API ya bajados y otros no."""
    original = lectura.Lectura._recibir

    def envuelta(self, *args):
        mensaje = original(self, *args)
        if "avance" in mensaje and len(list(self._aparte.rglob("descargas/*/*.json"))) > 1:
            morir()
        return mensaje

    lectura.Lectura._recibir = envuelta


def a_medio_borrar_el_staging() -> None:
    """Muere con el manifiesto borrado y las ventanas todavía ahí."""
    antes(ventanas.shutil, "rmtree")


def a_medio_crear_la_base() -> None:
    """Muere como moriría DuckDB entre crear el archivo y escribir su cabecera: queda vacío."""
    original = archivo.duckdb.connect

    def envuelta(ruta, *args, **kwargs):
        if not kwargs.get("read_only") and not Path(ruta).exists():
            Path(ruta).touch()
            morir()
        return original(ruta, *args, **kwargs)

    archivo.duckdb.connect = envuelta


def entre_tandas() -> None:
    """Muere con parte de una ventana ya insertada por varios hilos."""
    archivo.FILAS_POR_TANDA, archivo.QUE_SE_REPARTEN = 4, 1
    despues(abierta.Base, "tope_de_memoria", vez=5)


def a_medio_confirmar() -> None:
    """Muere mientras la base está confirmando la transacción de una carga."""
    original = abierta.Base.hacer

    def envuelta(self, archivo, /, **valores):
        if archivo == "confirmar":
            threading.Timer(0.005, morir).start()
        return original(self, archivo, **valores)

    abierta.Base.hacer = envuelta


PUNTOS = {
    "a_medio_crear_la_base": a_medio_crear_la_base,
    "dentro_de_una_ventana": dentro_de_una_ventana,
    "entre_ventanas": lambda: despues(trabajo.Trabajo, "_una_vez", vez=2),
    "antes_de_la_ficha": lambda: antes(ventanas.Ventana, "guardar"),
    "antes_del_manifiesto": lambda: antes(ventanas.Carpeta, "completar"),
    "tras_el_manifiesto": lambda: despues(ventanas.Carpeta, "completar"),
    "entre_tandas": entre_tandas,
    "a_medio_cargar": lambda: despues(destino, "_comprobar", vez=2),
    "antes_del_commit": lambda: despues(cargas, "anotar"),
    "a_medio_confirmar": a_medio_confirmar,
    "tras_el_commit": lambda: antes(marcadores, "agregar"),
    "tras_el_marcador": lambda: despues(marcadores, "agregar"),
    "a_medio_borrar_el_staging": a_medio_borrar_el_staging,
    "antes_del_reporte": lambda: antes(historia, "_cerrar"),
}
DE_API = {"mientras_baja": mientras_baja}

# Los que sólo tiene un lago.
PUNTOS_DE_LAGO = {
    "con_el_catalogo_y_sin_tablas": lambda: antes(tablas, "crear"),
    "con_las_tablas_y_sin_su_nombre": lambda: antes(conexion_lago, "exigir_carpeta"),
    "con_el_archivo_escrito": lambda: despues(lago.EnLago, "_escribir"),
}

if __name__ == "__main__":
    {**PUNTOS, **PUNTOS_DE_LAGO, **DE_API}[sys.argv[1]]()
    luigi.cmdline.luigi_run(["--module", "fluxion_luigi", *sys.argv[3:]])
