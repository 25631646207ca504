"""El incremento de cada mañana: las ventas hasta ayer, y lo que cambió de los días anteriores."""

import logging
import time
from functools import partial

import luigi

from fluxion_luigi import corrida
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.errores import ErrorDestino, ErrorFluxion, ErrorOcupado, ErrorStaging
from fluxion_luigi.flujo import incremento, revision
from fluxion_luigi.informes import resumen, simulacion
from fluxion_luigi.periodos import Rango
from fluxion_luigi.tareas import historia, puerta, vigilia
from fluxion_luigi.tareas.base import Orden, Tarea, mostrar, opciones_de_luigi
from fluxion_luigi.tareas.parametros import Dia, Modo, Tiendas
from fluxion_luigi.tareas.tienda_mes import carga_de, consulta

registro = logging.getLogger("fluxion.incremento")


class RevisionTienda(Tarea):
    """Una conexión y una cuenta: prueba que la tienda responde y dice qué días hay que leer."""

    tienda = luigi.Parameter()
    pos = luigi.IntParameter(default=0, description="en cuál de sus POS, si cambió")
    hasta = Dia()
    priority = 100

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.config.catalogo.elegir((self.tienda,))  # corrida a mano, lo mal escrito se dice antes

    @property
    def resources(self):
        """Una consulta a la vez por tienda: las cajas van primero."""
        return consulta(self._pos)

    def requires(self):
        """La puerta, si es una API: contar es bajar, y a lo que se baja se le espera mucho."""
        if not self._pos.url:
            return []
        return puerta.ConectividadTienda(tienda=self.tienda, pos=self.pos)

    def output(self):
        return luigi.LocalTarget(
            str(revision.archivo(self.config, self._cual, corrida.id_actual()))
        )

    def complete(self) -> bool:
        return revision.guardada(self.config, self._cual, corrida.id_actual()) is not None

    @property
    def _cual(self) -> str:
        return incremento.clave(self.tienda, self.pos)

    @property
    def _pos(self) -> Tienda:
        return self.config.tienda(self.tienda).con_numero(self.pos)

    def run(self):
        inicio = time.monotonic()
        tienda = self.config.tienda(self.tienda)
        plan = incremento.planear(self.config, (self.tienda,), self.hasta)
        jornada = plan.de(self.tienda, self.pos)
        with self.ante_la_base() as config:
            hecha = puerta.primera_pregunta(
                config, self._pos,
                partial(revision.revisar, config, tienda, jornada, corrida.id_actual()),
            )  # fmt: skip
        self.diario.anotar(
            "revision", tienda=self.tienda, segundos=round(time.monotonic() - inicio, 2),
            **hecha.a_json(),
        )  # fmt: skip
        registro.info("%s", resumen.revision(self.tienda, hecha))


class IncrementoTienda(Tarea):
    """Una tienda al día: lo que su revisión dijo que hay que leer, cargado."""

    tienda = luigi.Parameter()
    pos = luigi.IntParameter(default=0, description="en cuál de sus POS, si cambió")
    hasta = Dia()
    aceptar_vacios = Modo()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.config.catalogo.elegir((self.tienda,))

    def requires(self):
        return RevisionTienda(tienda=self.tienda, pos=self.pos, hasta=self.hasta)

    def complete(self) -> bool:
        plan = incremento.planear(self.config, (self.tienda,), self.hasta)
        return not plan.de(self.tienda, self.pos).dias

    def run(self):
        cual = incremento.clave(self.tienda, self.pos)
        hecha = revision.guardada(self.config, cual, corrida.id_actual())
        if hecha is None:
            raise ErrorStaging(
                f"Alguien quitó del staging la revisión de {self.tienda}. Repita la misma orden."
            )
        # Luigi vuelve a llamar aquí cuando acaban. Preguntarles entonces si están completas las
        # repetiría si entretanto pasó la medianoche, o el reloj anda mal.
        if revision.primera_vez(self.config, cual, corrida.id_actual()):
            yield [
                carga_de(self.tienda, t, aceptar_vacios=self.aceptar_vacios) for t in hecha.tramos
            ]


class IncrementoDiario(Orden):
    """Las ventas de cada tienda hasta ayer, con lo que cambió de los días anteriores."""

    fecha = Dia(default=None, description="el último día, AAAA-MM-DD; si falta, ayer")
    tiendas = Tiendas(default=(), description="ids separados por comas; si falta, las activas")
    simular = Modo(description="muestra qué se pediría y termina")
    aceptar_vacios = Modo(
        description="acepta que un día que tenía filas ahora esté vacío o con muchas menos",
    )
    recargar = False
    limpia_al_acabar = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._fallo: ErrorFluxion | None = None
        with vigilia.planeando(self.simular):
            try:
                self.plan = incremento.planear(self.config, self.tiendas, self.fecha)
            except (ErrorOcupado, ErrorDestino) as e:  # lo cuenta la corrida, con su reporte
                self._fallo = e
                self.plan = incremento.sin_base(self.config, self.tiendas, self.fecha)
        historia.raiz = None if self.simular else self

    @property
    def desde(self):
        """El primer día por el que se pregunta."""
        return self.plan.rango.desde

    @property
    def hasta(self):
        """El último."""
        return self.plan.rango.hasta

    def requires(self):
        if self.simular:
            return []
        return [
            IncrementoTienda(
                tienda=j.tienda.id, pos=j.pos, hasta=self.hasta,
                aceptar_vacios=self.aceptar_vacios,
            )
            for j in self.plan.jornadas
            if j.dias
        ]  # fmt: skip

    def complete(self) -> bool:
        if historia.raiz is self:
            historia.empezar()
        if self._fallo:
            historia.al_fallar(self, self._fallo)
            raise self._fallo
        return not self.simular and not self.plan.tramos

    def al_dia(self, config: Configuracion, tienda: Tienda, tramo: Rango) -> bool:
        """Si ya no hay nada que preguntar de esos días."""
        ahora = incremento.planear(config, (tienda.id,), self.hasta)
        return not {d for j in ahora.jornadas for d in j.dias} & set(tramo)

    def run(self):
        if self.simular:
            historia.avisar_de_base_nueva(self.config)
            mostrar(simulacion.incremento(self.plan, opciones_de_luigi()))
