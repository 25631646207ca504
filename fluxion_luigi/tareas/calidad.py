"""La calidad de lo cargado, a pedido."""

from fluxion_luigi import corrida
from fluxion_luigi.archivos import escribir_json
from fluxion_luigi.errores import ErrorCalidad, ErrorUso
from fluxion_luigi.flujo import calidad
from fluxion_luigi.informes import calidad as informe
from fluxion_luigi.periodos import Rango
from fluxion_luigi.tareas import publicacion
from fluxion_luigi.tareas.base import Orden, la_base, mostrar
from fluxion_luigi.tareas.parametros import FechaOMes, Tiendas


class VerificarCalidad(Orden):
    """Revisa días ya cargados con las revisiones de `sql/calidad`. No contacta a ninguna tienda."""

    desde = FechaOMes(fin=False, default=None, description="AAAA-MM-DD o AAAA-MM")
    hasta = FechaOMes(fin=True, default=None, description="AAAA-MM-DD o AAAA-MM")
    tiendas = Tiendas(default=(), description="ids separados por comas; si falta, todas")

    avisa = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Lo que esté mal escrito se dice antes de empezar.
        for tienda in self.tiendas:
            self.config.tienda(tienda)
        if bool(self.desde) != bool(self.hasta):
            raise ErrorUso("Dé --desde y --hasta, o ninguno de los dos.")
        self._rango = Rango(self.desde, self.hasta) if self.desde else None

    @property
    def resources(self):
        """Espera a las cargas de su base: DuckDB tiene un solo escritor."""
        return la_base(self.config.ajustes)

    def run(self):
        dias = calidad.cargados(self.config, self.tiendas, self._rango)
        if not dias:
            raise ErrorUso("No hay ningún día cargado que revisar.")
        todos = sum(map(len, dias.values()))
        hallazgos, rotas, resueltos = calidad.verificar(
            self.config, dias, corrida.id_actual(), lambda n, que: self.avanzar(n, todos, que)
        )
        mostrar(informe.texto(hallazgos, rotas, todos, resueltos))
        publicacion.tras_cambio()
        with corrida.si_se_puede():
            escribir_json(self.config.ajustes.reportes / "calidad.json", {
                "version": 1, "en": self.config.ahora().isoformat(timespec="seconds"),
                "desde": str(min(min(d) for d in dias.values())),
                "hasta": str(max(max(d) for d in dias.values())),
                "tiendas": {tienda: len(suyos) for tienda, suyos in dias.items()},
                "hallazgos": hallazgos, "resueltos": resueltos,
                "rotas": [{"revision": r, "error": e} for r, e in rotas.items()],
            })  # fmt: skip
        if errores := [h for h in hallazgos if h["severidad"] == "error"]:
            cuales = ", ".join(f"{h['tienda']} ({h['revision']})" for h in errores)
            raise ErrorCalidad(
                f"Hay errores de calidad en lo cargado: {cuales}. Arriba dice qué hacer con cada "
                "uno; mientras tanto, esas ventas no son de fiar."
            )
