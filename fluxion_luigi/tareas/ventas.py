"""Las ventas de un rango de días: una carga por cada tienda-mes del plan."""

import luigi

from fluxion_luigi import cobertura, corrida
from fluxion_luigi.archivos import escribir_json
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.errores import ErrorFluxion
from fluxion_luigi.flujo import candados, extraccion
from fluxion_luigi.flujo.plan import Plan, planear, simular
from fluxion_luigi.informes import simulacion
from fluxion_luigi.periodos import Rango
from fluxion_luigi.tareas import historia, vigilia
from fluxion_luigi.tareas.base import Orden, Tarea, mostrar
from fluxion_luigi.tareas.parametros import FechaOMes, Modo, Tiendas
from fluxion_luigi.tareas.tienda_mes import CargaVentas, carga_de


class AnularMarcadores(Tarea):
    """Anula en este host los días que se van a recargar, una vez por corrida."""

    desde = FechaOMes(fin=False)
    hasta = FechaOMes(fin=True)
    tiendas = Tiendas()

    def output(self):
        return luigi.LocalTarget(str(self._anulados))

    @property
    def _anulados(self):
        return self.config.ajustes.reportes / f"corrida_{corrida.id_actual()}.anulados.json"

    def complete(self) -> bool:
        return any(s["suceso"] == "anulados" for s in self.diario.sucesos())

    def run(self):
        plan = planear(self.config, self.tiendas, Rango(self.desde, self.hasta))
        anulados = []
        for t, tramo in plan.tramos:
            with candados.candado_de(self.config, t, tramo.mes):
                # Lo que dejó en staging una corrida anterior no es «pedir otra vez».
                extraccion.carpeta(self.config, t, tramo.mes).borrar()
                quitados = cobertura.anular(self.config, t.id, tramo.mes, tramo)
            if quitados:
                dias = [str(d) for d in quitados]
                anulados.append({"tienda": t.id, "mes": tramo.mes, "dias": dias})
        with corrida.si_se_puede():
            escribir_json(self._anulados, anulados)
        self.diario.anotar("anulados", cuantos=len(anulados))


class RangoVentas(Orden):
    """Las ventas de un rango de días, de las tiendas dadas, en DuckDB."""

    limpia_al_acabar = False
    desde = FechaOMes(fin=False, description="primer día: AAAA-MM-DD, o un mes AAAA-MM")
    hasta = FechaOMes(fin=True, description="último día, incluido: AAAA-MM-DD, o un mes AAAA-MM")
    tiendas = Tiendas(default=(), description="ids separados por comas; si falta, las activas")
    simular = Modo(description="muestra qué se pediría y termina")
    recargar = Modo(description="pide otra vez días ya cargados: anula sus marcadores")
    aceptar_vacios = Modo(
        description="acepta que un día que tenía filas ahora esté vacío o con muchas menos",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        with vigilia.planeando(self.simular):
            self.plan: Plan = planear(self.config, self.tiendas, Rango(self.desde, self.hasta))
        historia.raiz = None if self.simular else self

    def cargas(self) -> list[CargaVentas]:
        """Una carga por tienda-mes del plan. Luigi las recorre de la última a la primera."""
        return [
            carga_de(t.id, r, aceptar_vacios=self.aceptar_vacios)
            for t, r in reversed(self.plan.tramos)
        ]

    def requires(self):
        if self.simular:
            return []
        if self.recargar:
            return AnularMarcadores(
                desde=self.desde, hasta=self.hasta, tiendas=self.tiendas
            )  # fmt: skip
        return self.cargas()

    def complete(self) -> bool:
        if historia.raiz is self:
            historia.empezar()
        if self.simular or (self.recargar and not self.requires().complete()):
            return False
        try:
            return all(c.complete() for c in self.cargas())
        except ErrorFluxion as e:
            historia.al_fallar(self, e)  # Luigi lo cuenta como error de planeación y no avisa
            raise

    @staticmethod
    def al_dia(config: Configuracion, tienda: Tienda, tramo: Rango) -> bool:
        """Si ya no hay nada que pedir de esos días."""
        return not cobertura.pendientes(config, tienda, tramo, admite_vieja=True)

    def run(self):
        if self.simular:
            historia.avisar_de_base_nueva(self.config)
            pedidos = simular(self.config, self.plan, recargar=self.recargar)
            mostrar(simulacion.texto(self.plan, pedidos))
        elif self.recargar:
            yield self.cargas()
