"""El estado: qué ventas hay, cuáles faltan y cómo se cargan, según la tabla de control."""

import json
import logging
import webbrowser
from contextlib import nullcontext, suppress
from fractions import Fraction
from typing import Any

from fluxion_luigi import corrida
from fluxion_luigi.archivos import escribir_json, escribir_texto, leer_json
from fluxion_luigi.errores import ErrorCobertura, ErrorDestino, ErrorOcupado
from fluxion_luigi.informes.estado import datos, lugares, terminal
from fluxion_luigi.tareas.base import Orden, mostrar, opciones_de_luigi
from fluxion_luigi.tareas.parametros import FechaOMes, Modo, Numero, Opcion, Tiendas

registro = logging.getLogger("fluxion.estado")


class EstadoVentas(Orden):
    """Qué días hay de cada tienda y cuáles faltan. No contacta a ninguna tienda."""

    mira_el_catalogo = True
    desde = FechaOMes(fin=False, default=None, description="AAAA-MM-DD o AAAA-MM")
    hasta = FechaOMes(fin=True, default=None, description="AAAA-MM-DD o AAAA-MM")
    tiendas = Tiendas(default=(), description="ids separados por comas; si falta, todas")
    formato = Opcion("--formato", ("texto", "json", "html"), default="texto",
                     description="texto, json o html")  # fmt: skip
    abrir = Modo(description="abre la página en el navegador")
    exigir = Numero("--exigir", 0.0, 100.0, default=0.0,
                    description="el por ciento de cobertura sin el que falla")  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Lo que esté mal escrito se dice antes de empezar.
        lugares.validar(self.config, self.tiendas)
        self._pedido = lugares.Pedido(self.desde, self.hasta, self.tiendas)
        with suppress(ErrorOcupado, ErrorDestino):  # no es de la orden: lo dirá `run`
            if self.hasta:
                self._pedido.rango(self.config)

    def run(self):
        archivo = self.config.ajustes.reportes / "estado.json"
        informe = datos.componer(self.config, self._pedido, opciones_de_luigi(), leer_json(archivo))
        with corrida.si_se_puede():
            escribir_json(archivo, informe)
        if self.formato == "texto":
            mostrar(terminal.texto(informe))
        elif self.formato == "json":
            mostrar(json.dumps(informe, indent=1))  # sin acentos: la terminal puede no tenerlos
        if self.abrir or self.formato == "html":
            self._hacer_pagina(informe)
        self._exigir(informe)

    def _hacer_pagina(self, informe: dict[str, Any]) -> None:
        """La página, en `reportes/`; y por la salida, o en el navegador."""
        # Trae la plantilla y los gráficos, que la tabla no necesita.
        from fluxion_luigi.informes.pagina.html import pagina

        ruta, hecha = self.config.ajustes.reportes / "estado.html", pagina(informe)
        if self.formato == "html":
            mostrar(hecha)
        with nullcontext() if self.abrir else corrida.si_se_puede():
            escribir_texto(ruta, hecha)
        if self.abrir and not webbrowser.open(ruta.as_uri()):
            registro.warning("No se pudo abrir un navegador aquí. La página está en %s", ruta)

    def _exigir(self, informe: dict[str, Any]) -> None:
        """`--exigir`: con los números exactos, no con el por ciento que se muestra."""
        cuenta = informe["totales"]["dias"]
        pedido = Fraction(str(self.exigir))
        if not pedido or 100 * cuenta["firmes"] >= pedido * max(1, cuenta["exigibles"]):
            return
        raise ErrorCobertura(terminal.no_llega(informe, self.exigir))
