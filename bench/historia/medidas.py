"""Lo que se mide sobre la historia ya cargada, con la orden del operador siempre que la hay."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from bench.historia import datos
from bench.historia.hechura import PERIODO, REEMPLAZADA, Historia, staging
from bench.historia.pasos import Paso, correr, exigir_cargadas
from fluxion_luigi import TAREAS, marcadores
from fluxion_luigi.config import ajustes
from fluxion_luigi.flujo.carga import cargar
from fluxion_luigi.periodos import meses
from tests.proyecto import Proyecto

VUELTAS, PARES = 3, 7


def medir_sobre(h: Historia, avisar: Callable[[str], None]) -> Iterator[Paso]:
    """Mide lo que se hace con la historia, paso por paso; al acabar tiene las mismas líneas.

    Raises:
        RuntimeError: si una orden falla.
    """
    yield _veces("terminado", "otra vez el mismo rango, ya terminado", 5, h.grande, "RangoVentas")
    yield _veces("terminal", "EstadoVentas, en la terminal", 2, h.grande, "EstadoVentas")
    for formato in ("json", "html"):
        yield _con_formato(h.grande, formato)
    yield _veces("integridad", "VerificarIntegridad", 10, h.grande, "VerificarIntegridad")
    yield from _reemplazar(h, avisar)
    exigir_cargadas(h.grande, h.filas)
    yield _publicar(h.grande)


def _veces(clave, que, meta, proyecto: Proyecto, tarea: str, *opciones: str) -> Paso:
    medidas = [correr(proyecto, tarea, *PERIODO, *opciones) for _ in range(VUELTAS)]
    pico = max(m.mayor_proceso for m in medidas)
    return Paso(
        clave, que, [m.segundos for m in medidas], meta=meta, nota=f"{pico:.0f} MB de memoria"
    )


def _con_formato(proyecto: Proyecto, formato: str) -> Paso:
    que = f"EstadoVentas --formato {formato}"
    if "--formato" not in correr(proyecto, "EstadoVentas", "--help").salida:
        return _no_existe(formato, que, 5)
    return _veces(formato, que, 5, proyecto, "EstadoVentas", "--formato", formato)


def _publicar(proyecto: Proyecto) -> Paso:
    que = "PublicarBase, la primera copia"
    if "PublicarBase" not in TAREAS:
        return _no_existe("publicar", que, None)
    copia = proyecto.carpeta / "publicada" / "ventas.duckdb"
    shutil.rmtree(copia.parent, ignore_errors=True)  # la de una medida anterior
    ambiente = {"FLUXION_PUBLICADA": str(copia)} if "publicada" in ajustes.CLAVES else {}
    medida = correr(proyecto, "PublicarBase", **ambiente)
    return Paso("publicar", que, [medida.segundos])


def _no_existe(clave: str, que: str, meta: float | None) -> Paso:
    return Paso(clave, que, meta=meta, nota="no existe en esta versión")


def _reemplazar(h: Historia, avisar: Callable[[str], None]) -> Iterator[Paso]:
    """La misma tienda-mes, por pares: en la tabla grande y en la chica, cambiando el orden."""
    segundos: dict[str, list[float]] = {"grande": [], "chica": []}
    proyectos = {"grande": h.grande, "chica": h.chica}
    for par in range(PARES):
        for cual in sorted(proyectos, reverse=par % 2 == 0):
            segundos[cual].append(_reemplazo(proyectos[cual], h.guardada))
        avisar(f"reemplazo {par + 1} de {PARES}")
    que = "reemplazar una tienda-mes"
    yield Paso("reemplazo_chica", f"{que} en la tabla de un millón", segundos["chica"])
    yield Paso("reemplazo_grande", f"{que} en la tabla entera", segundos["grande"])
    veces = [g / c for g, c in zip(segundos["grande"], segundos["chica"], strict=True)]
    yield Paso(
        "reemplazo", f"{que}: cuántas veces la tabla chica", valor=median(veces), unidad="veces",
        meta=1.3, nota="; ".join(f"{v:.2f}" for v in veces).replace(".", ","),
    )  # fmt: skip


def _reemplazo(proyecto: Proyecto, guardada: Path) -> float:
    """Lo que tarda la carga de una tienda-mes que ya estaba, de su staging al marcador."""
    config = proyecto.config
    (id_, mes), raiz = REEMPLAZADA, config.ajustes.marcadores
    tramo = next(r for r in meses(datos.PERIODO) if r.mes == mes)
    shutil.copytree(guardada, staging(proyecto))
    marcadores.anular(raiz, id_, mes, tramo, config.ajustes.base)
    inicio = time.monotonic()
    hecho = cargar(
        config, config.tienda(id_), tramo, "banco", aceptar_vacios=False, avanzo=lambda *_: None
    )
    segundos = time.monotonic() - inicio
    if hecho.dias != len(tramo):
        raise RuntimeError(f"El reemplazo cargó {hecho.dias} de {len(tramo)} días.")
    return segundos
