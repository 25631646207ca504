"""El informe de conectividad de todas las tiendas."""

import logging

from luigi.cmdline_parser import CmdlineParser

from fluxion_luigi import cobertura, corrida
from fluxion_luigi.archivos import escribir_json
from fluxion_luigi.errores import (
    ErrorConectividad,
    ErrorFluxion,
)
from fluxion_luigi.flujo.plan import planear
from fluxion_luigi.informes import conectividad as informe
from fluxion_luigi.informes import orden
from fluxion_luigi.origen.conectividad import verificar_todas
from fluxion_luigi.origen.resultado import Estado, Resultado
from fluxion_luigi.tareas.base import Orden, mostrar, opciones_de_luigi
from fluxion_luigi.tareas.parametros import Modo, Numero, Tiendas
from fluxion_luigi.tareas.puerta import anotar_prueba

registro = logging.getLogger("fluxion.conectividad")
ESPERA_BASE = 2.0


class VerificarConectividad(Orden):
    """Qué tiendas responden: host, puerto y base. Sale con 0 sólo si responden todas las activas.

    Cuántas se prueban a la vez lo dice el `--workers` de Luigi; si no se da, la configuración.
    """

    tiendas = Tiendas(default=(), description="ids separados por comas; si falta, todo el catálogo")
    solo_activas = Modo(description="deja fuera de la tabla las inactivas")
    timeout = Numero("--timeout", 0.1, 3600.0, default=0, description="segundos por paso")
    secuencial = Modo(description="una tienda a la vez")
    rapida = Modo(description="sólo host y puerto: no necesita driver ni claves")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._lugares = self._elegidas()  # lo que esté mal escrito se dice antes de empezar

    def run(self):
        ajustes = self.config.ajustes
        resultados = verificar_todas(
            self.config,
            self._lugares,
            self.timeout or ajustes.conectividad_timeout,
            rapida=self.rapida,
            a_la_vez=self._a_la_vez(),
            al_salir=lambda r: registro.info("%s", informe.linea(r)),
        )
        orden = self._orden_sugerida(resultados)
        mostrar(informe.texto(resultados, orden))
        for r in resultados:
            if not r.rapida and r.estado is not Estado.INACTIVA:
                anotar_prueba(self.config, r)
        archivo = ajustes.reportes / f"conectividad_{corrida.id_actual()}.json"
        with corrida.si_se_puede():
            escribir_json(archivo, informe.datos(resultados, orden))
            mostrar(f"\nReporte: {archivo}")
        mudas = [r for r in resultados if not r.responde and r.estado is not Estado.INACTIVA]
        if mudas:
            raise ErrorConectividad(
                f"No responden {len(mudas)} de las tiendas activas: "
                f"{', '.join(r.tienda.id for r in mudas)}."
            )

    def _elegidas(self):
        catalogo = self.config.catalogo
        if self.tiendas:
            elegidas = [catalogo.buscar(t) for t in dict.fromkeys(self.tiendas)]
        else:
            elegidas = list(catalogo.tiendas.values())
        return [t for t in elegidas if t.activa or not self.solo_activas]

    def _a_la_vez(self) -> int:
        if self.secuencial:
            return 1
        orden = CmdlineParser.get_instance()
        pedido = orden.known_args.core_workers if orden else None
        return int(pedido or self.config.ajustes.conectividad_paralelo)

    def _orden_sugerida(self, resultados: list[Resultado]) -> str | None:
        """Lo que falta desde el primer día conocido hasta ayer, de las que responden."""
        listas = tuple(r.tienda.id for r in resultados if r.responde and r.tienda.vende)
        if not listas:
            return None
        try:
            faltan = self._faltan(listas)
        except ErrorFluxion as e:
            registro.warning("No se puede saber qué falta por cargar: %s", e)
            return None
        return orden.rango([d for _, d in faltan], [t.id for t, _ in faltan], opciones_de_luigi())

    def _faltan(self, listas: tuple[str, ...]):
        # El informe no espera a la carga que esté usando la base.
        config = self.config.con_prisa(ESPERA_BASE)
        rango = cobertura.historia_conocida(config)
        return [
            (t, dia)
            for t, tramo in planear(config, listas, rango).tramos
            for dia in cobertura.pendientes(config, t, tramo)
        ]
