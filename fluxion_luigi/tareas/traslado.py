"""Mudar la base: de un archivo a un lago, o de un lago a un archivo."""

import logging

import luigi

from fluxion_luigi.flujo import traslado
from fluxion_luigi.informes.resumen import entero
from fluxion_luigi.periodos import describir
from fluxion_luigi.tareas.base import Orden, mostrar
from fluxion_luigi.tareas.parametros import Modo

registro = logging.getLogger("fluxion.traslado")


class MudarBase(Orden):
    """Lleva todo lo cargado a otra base, comprobado día por día. No contacta a ninguna tienda."""

    destino = luigi.Parameter(
        description="la base nueva, como se escribe en «base»: un archivo, o ducklake:postgres:…"
    )
    datos = luigi.Parameter(
        default="-", description="la carpeta de los datos del lago; si falta, lago_datos"
    )
    simular = Modo(description="muestra qué llevaría y termina")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Lo que esté mal escrito se dice antes de empezar.
        datos = "" if self.datos == "-" else self.datos
        self._nueva = traslado.hacia(self.config, self.destino, datos)

    def run(self):
        de, a = self.config, self._nueva
        plan = traslado.planear(de, a)
        mostrar(
            f"De {de.ajustes.base} a {a.ajustes.base}: {entero(plan.dias)} día(s) por llevar, de "
            f"{len(plan.faltan)} tienda(s)-mes; {entero(plan.iguales)} ya está(n), y "
            f"{entero(plan.mas_nuevos)} es (son) más nuevo(s) allá."
        )
        for tienda, dias in plan.solo_alla.items():
            mostrar(
                f"🟡 {tienda}: {describir(dias)} sólo está(n) en {a.ajustes.base}, y ahí se "
                "queda(n). Si aquí se olvidó o cambió de nombre esa tienda, quítelos allá con "
                "OlvidarVentas."
            )
        if self.simular:
            return
        filas = 0

        def avisar(tienda: str, mes: str, suyas: int, van: int) -> None:
            nonlocal filas
            filas += suyas
            todos = len(plan.faltan)
            self.avanzar(van, todos, f"{van} de {todos} tiendas-mes")
            registro.info("✓ %d/%d %s %s: %s filas", van, todos, tienda, mes, entero(suyas))

        traslado.llevar(de, a, plan, avisar)
        registro.info(
            "✓ Está todo en %s: %s filas llevadas ahora, y cada día comprobado. Para usarla, "
            "póngala en «base» de luigi.cfg; la de antes no se tocó.",
            a.ajustes.base, entero(filas),
        )  # fmt: skip
