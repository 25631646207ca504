"""Un navegador de verdad, sin ventana: no sale de loopback y cuenta lo que quiso pedir fuera."""

import errno
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Error, sync_playwright

from tests.capacidades import Capacidad

PROGRAMAS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
OPCIONES = [
    "--no-sandbox",  # como root y en un contenedor no arranca con ella; sólo ve páginas de aquí
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


class Navegador:
    """Una sesión, con las direcciones que sus páginas pidieron fuera de loopback en `fuera`."""

    def __init__(self, sesion: BrowserContext):
        self.fuera: list[str] = []
        sesion.set_default_timeout(15_000)
        sesion.on("request", self._anotar)
        self._sesion = sesion
        self.pagina = sesion.new_page()

    def _anotar(self, pedido) -> None:
        partes = urlsplit(pedido.url)
        if partes.scheme not in ("data", "about", "blob") and partes.hostname != "127.0.0.1":
            self.fuera.append(pedido.url)

    def lista(self, puerto: int) -> None:
        """Abre la lista de tareas, ya con sus filas."""
        self.ir(f"http://127.0.0.1:{puerto}/static/visualiser/index.html#")
        self.pagina.locator("#taskTable tbody tr", has_text=re.compile("Ventas")).first.wait_for()

    def ir(self, url: str) -> str:
        """Abre una dirección, desde cero, y devuelve el texto que se ve."""
        self.pagina.goto("about:blank")
        self.pagina.goto(url)
        return self.pagina.inner_text("body")

    def fila(self, *textos: str):
        """La primera fila de la lista que dice todo eso."""
        filas = self.pagina.locator("#taskTable tbody tr")
        for texto in textos:
            filas = filas.filter(has_text=texto)
        return filas.first

    def mensaje(self, fila) -> tuple[str, str]:
        """Lo que dice el globo de una fila: su mensaje y su porcentaje."""
        fila.locator("button.statusMessage").click()
        ventana = self.pagina.locator("#statusMessageModal")
        ventana.locator("pre").wait_for()
        self.pagina.wait_for_timeout(800)  # la página lo vuelve a pedir cada medio segundo
        return (ventana.locator("pre").inner_text(), ventana.locator(".progress").inner_text())

    def error(self, fila) -> tuple[str, str]:
        """Lo que dice el insecto de una tarea fallida: su causa y la orden que ofrece Luigi."""
        fila.locator("button.showError").click()
        ventana = self.pagina.locator("#errorModal pre")
        ventana.first.wait_for()
        return ventana.nth(0).inner_text(), ventana.nth(1).inner_text()

    def enlace(self, fila) -> str:
        """Abre el ojo de una fila y devuelve lo que se lee en la pestaña nueva."""
        with self._sesion.expect_page() as otra:
            fila.locator("a[title='Track Progress']").click()
        otra.value.wait_for_load_state()
        texto = otra.value.inner_text("body")
        otra.value.close()
        return texto


@contextmanager
def navegador(**opciones) -> Iterator[Navegador]:
    """Un navegador abierto mientras dure el contexto. `OSError` si aquí no se puede.

    Args:
        opciones: las de `Browser.new_context` de playwright (`java_script_enabled`, `viewport`…).
    """
    programa = next(filter(None, map(shutil.which, PROGRAMAS)), None)
    if programa is None:
        raise OSError(errno.ENOTSUP, f"not supported: falta {PROGRAMAS[0]}")
    with sync_playwright() as juego:
        try:
            abierto = juego.chromium.launch(executable_path=programa, args=OPCIONES)
        except Error as e:
            raise OSError(errno.ENOTSUP, f"not supported: {e.message.splitlines()[0]}") from e
        try:
            de_siempre = {"locale": "es-VE", "viewport": {"width": 1400, "height": 1000}}
            yield Navegador(abierto.new_context(**de_siempre | opciones))
        finally:
            abierto.close()


def _abrir_y_cerrar() -> None:
    with navegador():
        pass


NAVEGAR = Capacidad("abrir un navegador", _abrir_y_cerrar)
