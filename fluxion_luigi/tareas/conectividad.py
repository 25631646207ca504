"""La conectividad: el informe de todas las tiendas y la puerta de cada una en una corrida."""

import contextlib
import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import luigi
from luigi.cmdline_parser import CmdlineParser

from fluxion_luigi import cobertura, corrida
from fluxion_luigi.archivos import escribir_json, leer_json
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.errores import ErrorConectividad, ErrorConfiguracion, ErrorFluxion
from fluxion_luigi.flujo.plan import planear
from fluxion_luigi.flujo.reintentos import Reintentos
from fluxion_luigi.informes import conectividad as informe
from fluxion_luigi.informes import orden
from fluxion_luigi.origen.conectividad import Estado, Resultado, verificar, verificar_todas
from fluxion_luigi.periodos import leer_instante
from fluxion_luigi.tareas.base import Tarea, exigir_workers, mostrar, opciones_de_luigi
from fluxion_luigi.tareas.parametros import Numero, Tiendas

registro = logging.getLogger("fluxion.conectividad")
ESPERA_BASE = 2.0


class ConectividadTienda(Tarea):
    """La puerta: una tienda se prueba una vez por corrida, antes de su primera consulta.

    Si no responde, esta tarea falla una vez y sus meses no se intentan. Una prueba de otra corrida
    sólo vale mientras sea más nueva que `conectividad_vigencia`.
    """

    tienda = luigi.Parameter()
    priority = 100

    def output(self):
        ruta = self.config.ajustes.reportes / "conectividad" / f"{self.tienda}.json"
        return luigi.LocalTarget(str(ruta))

    def complete(self) -> bool:
        prueba = leer_json(self.config.ajustes.reportes / "conectividad" / f"{self.tienda}.json")
        try:
            if prueba["estado"] != Estado.CONECTADA.value:
                return False
            edad = (datetime.now(UTC) - datetime.fromisoformat(prueba["en"])).total_seconds()
            misma = prueba["lugar"] == self.config.tienda(self.tienda).lugar
            reciente = 0 <= edad < self.config.ajustes.conectividad_vigencia
            return misma and (prueba["corrida"] == corrida.id_actual() or reciente)
        except (KeyError, TypeError, ValueError, ArithmeticError):
            return False  # falta, o no es de este programa: vale como si no estuviera

    def run(self):
        tienda = self.config.tienda(self.tienda)
        r = self._insistir(tienda)
        anotar_prueba(self.config, r)
        if r.error is ErrorConfiguracion:
            raise ErrorConectividad(self._frase_de_configuracion(r))
        if not r.responde:
            raise ErrorConectividad(r.frase())

    def _insistir(self, tienda: Tienda) -> Resultado:
        """Prueba la tienda; lo pasajero se reintenta como al leer, y un host mudo no.

        Un puerto cerrado se intenta unas veces más, y no lo que se espera al leer: la puerta de una
        tienda apagada cuesta segundos. Si llega a decir que arranca, sí se la espera.
        """
        visto: list[Resultado] = []

        def probar() -> None:
            r = verificar(self.config, tienda, self.config.ajustes.conectividad_timeout)
            visto.append(r)
            if not r.responde:
                raise r.error(r.frase())

        with contextlib.suppress(ErrorFluxion):
            Reintentos(self.config.ajustes).insistir(probar)
        return visto[-1]

    def _frase_de_configuracion(self, r: Resultado) -> str:
        """Lo que les pasa a todas (un driver que falta) se dice entero una vez por corrida."""
        dicho = f"{r.causa}. {r.consejo}"
        self.diario.anotar("mal_configurada", tienda=r.tienda.id, texto=dicho)
        primera = next(
            s["tienda"]
            for s in self.diario.sucesos()
            if s["suceso"] == "mal_configurada" and s["texto"] == dicho
        )
        if primera == r.tienda.id:
            return r.frase()
        return f"{r.tienda.id} ({r.tienda.nombre}): lo mismo que {primera}, y se corrige igual."


def anotar_prueba(config: Configuracion, r: Resultado) -> None:
    """Deja escrito, si se puede, cómo salió la prueba de una tienda, y desde cuándo no responde."""
    ruta = config.ajustes.reportes / "conectividad" / f"{r.tienda.id}.json"
    ahora = datetime.now(UTC).isoformat()
    desde = None if r.responde else _muda_desde(leer_json(ruta), r) or ahora
    with corrida.si_se_puede():
        escribir_json(ruta, {
            "tienda": r.tienda.id, "lugar": r.tienda.lugar, "estado": r.estado.value,
            "causa": r.causa or None, "muda_desde": desde, "en": ahora,
            "corrida": corrida.id_actual(),
        })  # fmt: skip


def _muda_desde(anterior: Any, r: Resultado) -> str | None:
    """Desde cuándo no responde, si la prueba anterior de ese mismo lugar ya no respondía."""
    try:
        misma = anterior["lugar"] == r.tienda.lugar
        return leer_instante(anterior["muda_desde"]).isoformat() if misma else None
    except (KeyError, TypeError, ValueError):
        return None  # no la hay, o no es de este programa


def probar_otra_vez(config: Configuracion, diario: corrida.Diario, tienda: Tienda) -> None:
    """Tras un fallo de conexión, anota en el diario si la tienda ya no responde."""
    r = verificar(config, tienda, config.ajustes.conectividad_timeout)
    if not r.responde:
        diario.anotar("sin_respuesta", tienda=tienda.id, texto=r.frase())


def exigir_que_responda(config: Configuracion, tienda: Tienda) -> None:
    """El fallo, por su nombre: si no contesta, dónde se queda.

    Raises:
        ErrorConectividad: si no responde.
    """
    prueba = verificar(config, tienda, config.ajustes.conectividad_timeout)
    anotar_prueba(config, prueba)
    if not prueba.responde:
        raise ErrorConectividad(prueba.frase())


def exigir_que_siga(diario: corrida.Diario, tienda: str) -> None:
    """Los demás meses de una tienda que dejó de responder no esperan otra vez sus timeouts.

    Raises:
        ErrorConectividad: si ya dejó de responder en esta corrida.
    """
    for suceso in diario.sucesos():
        if suceso["suceso"] == "sin_respuesta" and suceso["tienda"] == tienda:
            raise ErrorConectividad(suceso["texto"])


class VerificarConectividad(Tarea):
    """Qué tiendas responden: host, puerto y base. Sale con 0 sólo si responden todas las activas.

    Cuántas se prueban a la vez lo dice el `--workers` de Luigi; si no se da, la configuración.
    """

    tiendas = Tiendas(default=(), description="ids separados por comas; si falta, todo el catálogo")
    solo_activas = luigi.BoolParameter(description="deja fuera de la tabla las inactivas")
    timeout = Numero("--timeout", 0.1, 3600.0, default=0, description="segundos por paso")
    secuencial = luigi.BoolParameter(description="una tienda a la vez")
    rapida = luigi.BoolParameter(description="sólo host y puerto: no necesita driver ni claves")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        exigir_workers()
        self._lugares = self._elegidas()  # lo que esté mal escrito se dice antes de empezar

    def complete(self) -> bool:
        return False

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
        config = Configuracion(replace(self.config.ajustes, espera_base=ESPERA_BASE))
        rango = cobertura.historia_conocida(config)
        return [
            (t, dia)
            for t, tramo in planear(config, listas, rango).tramos
            for dia in cobertura.pendientes(config, t, tramo)
        ]
