"""La integridad: que marcadores, control, ventas y tiendas digan lo mismo, y remediarlo si no."""

import logging
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import luigi

from fluxion_luigi import config, corrida
from fluxion_luigi.archivos import escribir_json, leer_json
from fluxion_luigi.config import Tienda
from fluxion_luigi.destino.control import instantanea
from fluxion_luigi.errores import (
    ErrorDestino,
    ErrorFluxion,
    ErrorIntegridad,
    ErrorOcupado,
)
from fluxion_luigi.flujo import cuentas, integridad, olvido, reparacion, revision
from fluxion_luigi.flujo.diferencias import Diferencia
from fluxion_luigi.informes import integridad as informe
from fluxion_luigi.periodos import SIEMPRE, Rango
from fluxion_luigi.tareas import historia, puerta, vigilia
from fluxion_luigi.tareas.base import Orden, Tarea, mostrar, opciones_de_luigi
from fluxion_luigi.tareas.parametros import FechaOMes, Modo, Tiendas
from fluxion_luigi.tareas.tienda_mes import carga_de, consulta

registro = logging.getLogger("fluxion.integridad")


class CuentaTienda(Tarea):
    """Lo que una tienda dice tener. La que no responde no detiene a las demás: se anota por qué."""

    tienda = luigi.Parameter()
    desde = FechaOMes(fin=False, default=None)
    hasta = FechaOMes(fin=True, default=None)
    priority = 100

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.config.catalogo.elegir((self.tienda,))

    @property
    def resources(self):
        """Una consulta a la vez por tienda: las cajas van primero."""
        tienda = self.config.tienda(self.tienda)
        return consulta(*(tienda.versiones or (tienda,)))

    def output(self):
        return luigi.LocalTarget(
            str(cuentas.archivo(self.config, self.tienda, corrida.id_actual()))
        )

    def complete(self) -> bool:
        return cuentas.guardada(self.config, self.tienda, corrida.id_actual()) is not None

    def run(self):
        tienda = self.config.tienda(self.tienda)
        try:
            dias = cuentas.por_contar(self.config, tienda, self.desde, self.hasta)
        except (ErrorOcupado, ErrorDestino) as e:  # lo de la base lo dirá quien la verifica
            cuenta = cuentas.Cuenta(datetime.now(UTC), {}, str(e))
        else:
            partes = tienda.por_pos(dias)
            cuenta = cuentas.juntas([self._contar(tienda, pos, suyos) for pos, suyos in partes])
        cuentas.guardar(self.config, self.tienda, corrida.id_actual(), cuenta)

    def _contar(self, tienda: Tienda, pos: Tienda, dias: list[date]) -> cuentas.Cuenta:
        try:
            if pos.url:  # contar es bajar, y a lo que se baja se le espera mucho
                puerta.exigir_que_responda(self.config, pos)
            contar = partial(cuentas.contar_meses, self.config, tienda, dias)
            return puerta.primera_pregunta(self.config, pos, contar)
        except ErrorFluxion as e:
            registro.warning("%s", e)
            return cuentas.Cuenta(datetime.now(UTC), {}, str(e))


class VerificarIntegridad(Orden):
    """Marcadores, control y ventas, uno contra otro. Sale con 0 sólo si todo coincide."""

    desde = FechaOMes(fin=False, default=None, description="AAAA-MM-DD o AAAA-MM")
    hasta = FechaOMes(fin=True, default=None, description="AAAA-MM-DD o AAAA-MM")
    tiendas = Tiendas(default=(), description="ids separados por comas; si falta, todas")
    contra_origen = Modo(description="además pregunta a las tiendas, con una cuenta por mes")
    reparar = Modo(description="remedia lo que se pueda: vuelve a cargar esos días")

    recargar = False
    limpia_al_acabar = False
    avisa = True
    al_dia = staticmethod(reparacion.al_dia)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Lo que esté mal escrito se dice antes de empezar; lo que tenga la base, luego.
        self._rango = Rango(self.desde or SIEMPRE.desde, self.hasta or SIEMPRE.hasta)
        self._repara = False
        with vigilia.planeando(not self.reparar):
            with suppress(ErrorOcupado, ErrorDestino):
                if self.tiendas:
                    olvido.elegir(self.config, self.tiendas)
            with suppress(ErrorOcupado, ErrorDestino):
                if self.reparar:
                    self.plan = reparacion.planear(self.config, self.tiendas, self._rango)
                    self._repara, historia.raiz = True, self

    def requires(self):
        if not self.contra_origen:
            return []
        return [
            CuentaTienda(tienda=t.id, desde=self.desde, hasta=self.hasta)
            for t in self.config.catalogo.elegir(())
            if not self.tiendas or t.id in self.tiendas
        ]

    def complete(self) -> bool:
        if historia.raiz is self:
            historia.empezar()
        return False

    def run(self):
        hallado = self._verificar(self.config)
        if self._repara and self._antes() is None:
            self.diario.anotar("diferencias", lista=[d.a_json() for d in hallado.diferencias])
            self._informar(hallado, [])  # por si la matan: lo de ahora no está remediado
            cargas = reparacion.preparar(self.config, hallado.diferencias)
            # Luigi vuelve a llamar aquí cuando acaban, y entonces ya hay un antes.
            yield [carga_de(t, tramo, aceptar_vacios=acepta) for t, tramo, acepta in cargas]
            hallado = self._verificar(self.config)
        self._cerrar(hallado)
        quejas = []
        if hallado.diferencias:
            quejas.append(f"{len(hallado.diferencias)} diferencia(s) sin remediar")
        if hallado.sin_comparar:
            quejas.append(f"no se pudo comparar con {', '.join(hallado.sin_comparar)}")
        if quejas:
            raise ErrorIntegridad(f"{'; '.join(quejas)}. Todo está en {self._archivo}.")

    def al_acabar(self, con_prisa: config.Configuracion) -> None:
        """Si alguna carga falló, Luigi no vuelve a `run`: aquí se dice qué quedó sin remediar."""
        sucesos = {s["suceso"] for s in self.diario.sucesos()}
        if "diferencias" not in sucesos or "verificada" in sucesos:
            return
        try:
            self._cerrar(self._verificar(con_prisa))
        except ErrorFluxion as e:
            registro.warning("No se sabe qué quedó remediado: verifique otra vez. %s", e)

    @property
    def _archivo(self):
        return self.config.ajustes.reportes / "integridad.json"

    def _verificar(self, con: config.Configuracion) -> integridad.Revision:
        preguntadas = {
            t.tienda: cuentas.guardada(con, t.tienda, corrida.id_actual()) for t in self.requires()
        }
        return integridad.verificar(
            con, self.tiendas, self._rango, {t: c for t, c in preguntadas.items() if c}
        )

    def _antes(self) -> list[dict[str, Any]] | None:
        """Las diferencias que había al empezar a remediarlas, si ya se empezó."""
        dichas = [s["lista"] for s in self.diario.sucesos() if s["suceso"] == "diferencias"]
        return dichas[0] if dichas else None

    def _cerrar(self, hallado: integridad.Revision) -> None:
        antes = [Diferencia.de_json(d) for d in self._antes() or ()] if self._repara else []
        reparadas = reparacion.reparadas(antes, hallado.diferencias)
        self._informar(hallado, reparadas)
        mostrar(informe.texto(hallado, opciones_de_luigi(), reparadas))
        if self._repara:
            self.diario.anotar("verificada", reparadas=len(reparadas))
        else:  # lo de una corrida lo quita ella, al escribir su reporte
            revision.borrar(self.config, corrida.id_actual())

    def _extraidos(self) -> dict[tuple[str, date], datetime]:
        with suppress(ErrorOcupado, ErrorDestino):
            return {k: x.extraido_en for k, x in instantanea(self.config).dias.items()}
        return {}  # una base que no se puede leer no da nada por remediado

    def _informar(self, hallado: integridad.Revision, reparadas: list[Diferencia]) -> None:
        # Lo que esta orden no miró sigue como estaba: una de una tienda no da por buenas las otras.
        siguen = informe.no_miradas(
            leer_json(self._archivo), self.tiendas, self._rango, self._extraidos(),
            contra_origen=self.contra_origen,
        )  # fmt: skip
        datos = informe.datos(
            hallado, self._rango, opciones_de_luigi(), reparadas, contra_origen=self.contra_origen
        )
        with corrida.si_se_puede():
            escribir_json(self._archivo, {**datos, "no_miradas": siguen})
