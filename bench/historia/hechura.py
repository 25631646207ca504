"""La historia, hecha una vez: su staging, cargado por la orden de siempre, y lo que costó."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from bench.historia import datos
from bench.historia.pasos import Paso, correr, exigir_cargadas
from bench.medir import MB
from fluxion_luigi.flujo.extraccion import carpeta
from tests.proyecto import Proyecto

PERIODO = ("--desde", str(datos.PERIODO.desde), "--hasta", str(datos.PERIODO.hasta))
# La tienda-mes que se reemplaza, y las que con ella suman el millón de líneas de la tabla chica.
REEMPLAZADA = ("tienda_11", "2025-03")
COMPANERAS = (("tienda_12", "2025-03"), ("tienda_13", "2025-03"))
FILAS_DE_LA_CHICA = 1_000_000


@dataclass(frozen=True)
class Historia:
    """Dónde está (o va a estar) y de cuántas líneas es."""

    raiz: Path
    filas: int

    @cached_property
    def grande(self) -> Proyecto:
        """El proyecto con las 17 tiendas."""
        return datos.proyecto(self.raiz / "grande", datos.tiendas())

    @cached_property
    def chica(self) -> Proyecto:
        """El de la tabla con que se compara."""
        return datos.proyecto(self.raiz / "chica", [t for t, _ in (REEMPLAZADA, *COMPANERAS)])

    @property
    def guardada(self) -> Path:
        """Una copia del staging de la tienda-mes que se reemplaza."""
        return self.raiz / "reemplazada"

    @property
    def hecha(self) -> list[Paso] | None:
        """Lo que costó hacerla, si ya está hecha y es de estas líneas."""
        if not self._costo.is_file():
            return None
        dicho = json.loads(self._costo.read_text(encoding="utf-8"))
        return [Paso(**p) for p in dicho["pasos"]] if dicho["filas"] == self.filas else None

    @property
    def _costo(self) -> Path:
        return self.raiz / "hechura.json"

    def hacer(self, avisar: Callable[[str], None]) -> Iterator[Paso]:
        """Hace el staging y lo carga. `RuntimeError` si algo falla o no quedan las líneas."""
        pasos = []
        for paso in _hacer(self, avisar):
            pasos.append(paso)
            yield paso
        costo = {"filas": self.filas, "pasos": [asdict(p) for p in pasos]}
        self._costo.write_text(json.dumps(costo), encoding="utf-8")


def staging(proyecto: Proyecto) -> Path:
    """La carpeta de staging de la tienda-mes que se reemplaza."""
    config = proyecto.config
    return carpeta(config, config.tienda(REEMPLAZADA[0]), REEMPLAZADA[1]).ruta


def _hacer(h: Historia, avisar: Callable[[str], None]) -> Iterator[Paso]:
    reparto = datos.reparto(h.filas)
    en_la_chica = _reparto_de_la_chica(reparto, h.filas)
    inicio = time.monotonic()
    _preparar(h, reparto, en_la_chica, avisar)
    shutil.copytree(staging(h.grande), h.guardada)
    yield Paso("staging", "hacer el staging (no es del proyecto)", [time.monotonic() - inicio])

    medida = correr(h.grande, "RangoVentas", *PERIODO, "--workers", "3")
    exigir_cargadas(h.grande, h.filas)
    yield Paso(
        "cargar", f"cargar {len(reparto)} tiendas-mes de staging, con 3 workers",
        [medida.segundos],
        nota=f"{h.filas / medida.segundos / 1000:.0f} mil líneas por segundo; CPU "
        f"{medida.cpu:.0f} s; memoria {medida.pico:.0f} MB en total, {medida.mayor_proceso:.0f} MB "
        "el mayor proceso",
    )  # fmt: skip
    pesa = h.grande.base.stat().st_size
    yield Paso(
        "tamano", "tamaño de la base", valor=pesa / MB, unidad="MB",
        nota=f"{pesa / h.filas:.1f} bytes por línea".replace(".", ","),
    )  # fmt: skip
    avisar("la tabla chica")
    correr(h.chica, "RangoVentas", "--desde", REEMPLAZADA[1], "--hasta", REEMPLAZADA[1])
    exigir_cargadas(h.chica, sum(en_la_chica.values()))


def _reparto_de_la_chica(reparto: dict, filas: int) -> dict[tuple[str, str], int]:
    """La misma tienda-mes que se reemplaza en la grande y, con ella, un millón de líneas."""
    suyas = reparto[REEMPLAZADA]
    resto = FILAS_DE_LA_CHICA * filas // datos.FILAS - suyas
    una, otra = COMPANERAS
    return {REEMPLAZADA: suyas, una: resto // 2, otra: resto - resto // 2}


def _preparar(h: Historia, reparto, en_la_chica, avisar) -> None:
    avisar("se leen las líneas reales")
    lineas = datos.Lineas()
    hechas, todas_ = 0, sum(reparto.values())
    for i, n in enumerate(datos.preparar(h.grande.config, lineas, reparto), 1):
        hechas += n
        if i % 13 == 0:
            avisar(f"staging: {i} de {len(reparto)} tiendas-mes, {100 * hechas // todas_} %")
    for _ in datos.preparar(h.chica.config, lineas, en_la_chica):
        pass
