"""Una tienda-mes: su extracción y su carga."""

import dataclasses
import logging
import time
from contextlib import ExitStack

import luigi

from fluxion_luigi import cobertura, corrida, marcadores
from fluxion_luigi.config import Tienda
from fluxion_luigi.errores import ErrorDias, ErrorFluxion, ErrorUso
from fluxion_luigi.flujo import candados, carga, extraccion
from fluxion_luigi.informes import calidad
from fluxion_luigi.informes.orden import rango
from fluxion_luigi.informes.resumen import entero
from fluxion_luigi.periodos import Rango, tramo_de
from fluxion_luigi.tareas import historia, lineas, puerta
from fluxion_luigi.tareas.base import Tarea, la_base, opciones_de_luigi
from fluxion_luigi.tareas.parametros import Dias, FechaOMes, Modo

registro = logging.getLogger("fluxion.ventas")


def consulta(*pos: Tienda) -> dict[str, int]:
    """El recurso de Luigi que gasta preguntarle algo a una tienda, en esos POS suyos.

    Es su servidor y no su id, para que valga entre proyectos; y el id además, si cambia de POS: su
    candado es uno. Lo que nadie declara en [resources] tiene, en Luigi, un solo cupo.
    """
    lugares = {f"consulta_{p.lugar.lower()}": 1 for p in pos}
    return lugares | {f"consulta_{p.id}": 1 for p in pos if p.numero}


class TareaTiendaMes(Tarea):
    """Días de un mes de una tienda, de un mismo POS."""

    aceptar_vacios = Modo()
    tienda = luigi.Parameter(description="id de la tienda en el catálogo")
    desde = FechaOMes(fin=False, description="primer día")
    hasta = FechaOMes(fin=True, description="último día, del mismo mes")
    solo = Dias(default=(), description="de entre ellos, sólo estos")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.tramo.mes != Rango(self.hasta, self.hasta).mes:
            raise ErrorUso(
                f"{self.task_family} es de un solo mes, y del {self.desde} al {self.hasta} hay "
                "varios. Para eso está RangoVentas."
            )
        self.config.catalogo.elegir((self.tienda,))
        if len(cobertura.por_pos(self.lugar, self.tramo)) > 1:
            raise ErrorUso(
                f"{self.task_family} es de un solo POS, y {self.tienda} cambió del {self.desde} al "
                f"{self.hasta}. Para eso está RangoVentas."
            )

    @property
    def tramo(self) -> Rango:
        """Los días de la tarea."""
        return tramo_de(self.solo) if self.solo else Rango(self.desde, self.hasta)

    @property
    def lugar(self):
        """La tienda, del catálogo."""
        return self.config.tienda(self.tienda)

    @property
    def pos(self):
        """La tienda con el POS que tenía esos días."""
        return self.lugar.en(self.tramo.desde)

    @property
    def _mes(self) -> dict[str, int]:
        """El recurso que gasta el mes en que se muda: la segunda mitad espera a la primera."""
        return {f"mes_{self.tienda} {self.tramo.mes}": 1} if self.pos.numero else {}

    @property
    def cual(self) -> dict[str, str]:
        """Cuál es, para el diario."""
        return {"tienda": self.tienda, "mes": self.tramo.mes, "desde": str(self.tramo.desde)}

    @property
    def nombre(self) -> str:
        """Cómo se llama en los mensajes: `tienda_01 2025-03`, y qué parte, si en él se muda."""
        return f"{self.tienda} {self.tramo.mes}{self.pos.parte_de(self.tramo.mes)}"

    def on_failure(self, exception: BaseException) -> str:
        """La frase, y la orden con que se repite: la que ofrece Luigi no deja reporte."""
        orden = rango(self.tramo, [self.tienda], opciones_de_luigi())
        return f"{super().on_failure(exception)}\n\nPara reintentar:\n{orden}"

    def _extraer(self) -> None:
        inicio = time.monotonic()
        puerta.exigir_que_siga(self.diario, self.pos)
        entrada = puerta.Entrada(self.config, self.diario, self.pos)
        try:
            resumen = extraccion.extraer(
                self.config, self.lugar, self.tramo, self._avisar,
                aceptar_vacios=self.aceptar_vacios, entrando=entrada.anotar,
            )  # fmt: skip
        except ErrorFluxion as e:
            entrada.tras(e)
            raise
        self.diario.anotar(
            "extraccion", **self.cual, filas=resumen.filas,
            dias=len(resumen.dias), ventanas=resumen.ventanas, reutilizadas=resumen.reutilizadas,
            partidas=resumen.partidas, intentos=resumen.intentos,
            segundos=round(time.monotonic() - inicio, 2),
        )  # fmt: skip

    def _avisar(self, a: extraccion.Avance) -> None:
        de = "" if a.filas_en_total is None else f" de {entero(a.filas_en_total)}"
        mensaje = f"{self.nombre}: {a.dias} de {a.dias_en_total} días, {entero(a.filas)}{de} filas"
        por_filas, por_dias = (a.filas, a.filas_en_total), (a.dias, a.dias_en_total)
        self.avanzar(*(por_filas if a.filas_en_total else por_dias), mensaje)


class ExtraccionVentas(TareaTiendaMes):
    """Los días pendientes de una tienda-mes, conciliados con el origen, en staging."""

    @property
    def resources(self):
        """Una consulta a la vez por tienda: las cajas van primero."""
        return consulta(self.pos) | self._mes

    def requires(self):
        return puerta.ConectividadTienda(tienda=self.tienda, pos=self.pos.numero)

    def output(self):
        manifiesto = extraccion.carpeta_de(self.config, self.lugar, self.tramo).manifiesto
        return luigi.LocalTarget(str(manifiesto))

    def complete(self) -> bool:
        return extraccion.completa(self.config, self.lugar, self.tramo)

    def run(self):
        self._extraer()


class CargaVentas(TareaTiendaMes):
    """Una tienda-mes en `ventas_raw`, con su marcador.

    Con un lago también la extrae: quien la lee es quien la carga, sin soltar su turno entre una
    cosa y otra. Si no, otro host que la quiera la leería otra vez.
    """

    # Va antes que otra extracción, para que el staging no se acumule.
    priority = 10

    @property
    def resources(self):
        """Una carga espera a las demás de su base: un archivo DuckDB tiene un solo escritor."""
        ajustes = self.config.ajustes
        return (consulta(self.pos) if ajustes.es_lago else la_base(ajustes)) | self._mes

    def requires(self):
        if self.config.ajustes.es_lago:
            return puerta.ConectividadTienda(tienda=self.tienda, pos=self.pos.numero)
        return ExtraccionVentas(
            tienda=self.tienda, desde=self.desde, hasta=self.hasta, solo=self.solo,
            aceptar_vacios=self.aceptar_vacios,
        )  # fmt: skip

    def output(self):
        raiz = self.config.ajustes.marcadores
        return luigi.LocalTarget(str(marcadores.ruta(raiz, self.tienda, self.tramo.mes)))

    def complete(self) -> bool:
        return not cobertura.pendientes(self.config, self.lugar, self.tramo)

    def run(self):
        with ExitStack() as mes, ExitStack() as consultando:
            if self.config.ajustes.es_lago:
                consultando.enter_context(candados.candado_de(self.config, self.lugar))
                mes.enter_context(candados.candado_de(self.config, self.lugar, self.tramo.mes))
                self._extraer()
                consultando.close()
                self.decrease_running_resources(consulta(self.pos))
            self._cargar()

    def _cargar(self) -> None:
        inicio = time.monotonic()
        with self.ante_la_base() as config:
            resumen = carga.cargar(
                config, self.lugar, self.tramo, corrida.id_actual(),
                aceptar_vacios=self.aceptar_vacios, avanzo=self._avanzo,
            )  # fmt: skip
        segundos = round(time.monotonic() - inicio, 2)
        if isinstance(resumen, carga.Ajena):
            self.diario.anotar("ajena", **self.cual, **dataclasses.asdict(resumen))
            registro.info("%s", lineas.de_ajena(self, resumen))
            return
        ya = [
            h for s in self.diario.sucesos() if s["suceso"] == "carga" for h in s.get("calidad", ())
        ]
        self.diario.anotar(
            "carga", **self.cual, segundos=segundos, **resumen.a_json(),
        )  # fmt: skip
        if resumen.aviso:
            registro.warning("%s", resumen.aviso)
        for dicho in calidad.de_carga(self.nombre, resumen.calidad, ya):
            registro.warning("%s", dicho)
        if resumen.dias:
            registro.info("%s", lineas.de_carga(self, historia.raiz, resumen))
        if resumen.fuera:
            raise ErrorDias(lineas.de_fuera(self, resumen), resumen.fuera)

    def _avanzo(self, hechas: int, todas: int) -> None:
        self.avanzar(
            hechas, todas, f"{self.nombre}: cargadas {entero(hechas)} de {entero(todas)} filas"
        )


def carga_de(tienda: str, tramo: Rango, *, aceptar_vacios: bool) -> CargaVentas:
    """La carga de un tramo de un mes; los días sueltos van nombrados."""
    solo = () if len(tramo) == len(Rango(tramo.desde, tramo.hasta)) else tuple(tramo)
    return CargaVentas(
        tienda=tienda, desde=tramo.desde, hasta=tramo.hasta, solo=solo,
        aceptar_vacios=aceptar_vacios,
    )  # fmt: skip
