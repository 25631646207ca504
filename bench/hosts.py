"""`python -m bench.hosts`: un lago cargado por uno, dos y tres, como workers o como hosts.

Deja la tabla en `bench/hosts.md`. Todos corren en esta máquina: entre hosts no hay red que medir, y
los procesos se reparten los mismos núcleos. Lo que se ve es cuánto cuesta repartirse la cadena.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import hosts, lagos
from tests.hosts import Host
from tests.luigid import Luigid
from tests.postgresql import Servidor

TIENDAS, DESDE, DIAS = 4, "2025-03-01", 61
RANGO = ("RangoVentas", "--desde", "2025-03", "--hasta", "2025-04")
# Cuántos hosts, con cuántos workers cada uno.
REPARTOS = ((1, 1), (1, 2), (1, 3), (2, 1), (3, 1))
INFORME = Path(__file__).with_suffix(".md")


@dataclass(frozen=True)
class Medida:
    """Un reparto: cuántos segundos tomó cargar todas las filas, y volver a pedir lo mismo."""

    hosts: int
    workers: int
    filas: int
    segundos: float
    otra_vez: float


def main() -> int:
    """Mide todos los repartos y escribe el informe."""
    opciones = argparse.ArgumentParser(prog="python -m bench.hosts", description=__doc__)
    opciones.add_argument("--por-dia", type=int, default=2_000, help="líneas de una tienda y día")
    por_dia = opciones.parse_args().por_dia
    with _servidor() as pos, _servidor() as catalogo, tempfile.TemporaryDirectory() as carpeta:
        bases = [f"tienda_{n:02d}" for n in range(1, TIENDAS + 1)]
        for n, base in enumerate(bases):
            pos.crear_pos(base)
            pos.vender(base, DESDE, DIAS, por_dia + n)  # dos iguales serían la misma
        medidas = []
        for cuantos, workers in REPARTOS:
            suya = Path(carpeta, f"{cuantos}_{workers}")
            m = _medir(pos, catalogo, bases, suya, cuantos, workers)
            print(f"{cuantos} host(s), {workers} worker(s): {m.segundos:.1f} s", flush=True)
            medidas.append(m)
    INFORME.write_text(_informe(medidas), encoding="utf-8")
    print(f"Informe: {INFORME}")
    return 0


@contextmanager
def _servidor() -> Iterator[Servidor]:
    servidor = Servidor()
    try:
        yield servidor
    finally:
        servidor.borrar()


def _medir(
    pos: Servidor, catalogo: Servidor, bases: list[str], carpeta: Path, cuantos: int, workers: int
) -> Medida:
    """Un lago nuevo, y la misma orden en cada host a la vez.

    Raises:
        RuntimeError: si una falla, o el lago no acaba con lo que las tiendas tienen.
    """
    carpeta.mkdir()
    base = lagos.crear(catalogo)
    con = {"tiendas": {b: pos.datos(b) for b in bases}, "ambiente": pos.ambiente()}
    with Luigid(carpeta / "luigid") as luigid:
        todos = []
        for n in range(cuantos):
            suyo = hosts.poner_en_lago(carpeta / f"host_{n}", base, carpeta / "datos", **con)
            suyo.ajustes["lago_vida"] = "15"  # el de siempre: aquí nadie se corta
            suyo.escribir()
            todos.append(Host(suyo, luigid))
        tiempos = [_correr(todos, workers) for _ in range(2)]
    cargado = todos[0].proyecto.cargado()
    if cargado != {(b, dia): hay for b in bases for dia, hay in pos.contar(b).items()}:
        raise RuntimeError("El lago no tiene lo que las tiendas tienen.")
    return Medida(cuantos, workers, sum(n for n, _ in cargado.values()), *tiempos)


def _correr(todos: list[Host], workers: int) -> float:
    inicio = time.monotonic()
    for host in todos:
        host.lanzar(*RANGO, workers=workers)
    for host in todos:
        if (salida := host.terminar(3600)).codigo:
            raise RuntimeError(salida.todo)
    return time.monotonic() - inicio


def _informe(medidas: list[Medida]) -> str:
    uno, total = medidas[0].segundos, f"{medidas[0].filas:,}".replace(",", ".")
    lineas = [
        "# Un lago entre varios",
        "",
        f"`python -m bench.hosts`: {TIENDAS} tiendas de {DIAS} días en PostgreSQL, "
        f"{total} líneas en total, a un lago nuevo cada vez, con el catálogo en otro "
        f"PostgreSQL. Todo en una máquina de {os.cpu_count()} núcleos, con más trabajos a la vez: "
        "valen las razones, no los segundos.",
        "",
        "| Hosts | Workers en cada uno | Segundos | Filas por segundo | Frente a uno | Volver a "
        "pedirlo (s) |",
        "|---|---|---|---|---|---|",
    ]
    for m in medidas:
        por_segundo = f"{m.filas / m.segundos:,.0f}".replace(",", ".")
        lineas.append(
            f"| {m.hosts} | {m.workers} | {m.segundos:.1f} | {por_segundo} | "
            f"{uno / m.segundos:.2f} | {m.otra_vez:.1f} |"
        )
    return "\n".join([*lineas, ""])


if __name__ == "__main__":
    sys.exit(main())
