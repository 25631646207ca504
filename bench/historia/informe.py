"""El resultado de la historia: una tabla para la terminal y los dos archivos que la guardan."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tabulate import tabulate

from bench.historia.pasos import Paso
from bench.informe import CARPETA, maquina

PAQUETES = ("duckdb", "luigi", "pandas", "pyarrow")
NOTA = """\
Una cadena de 17 tiendas y 13 meses, de septiembre de 2024 a septiembre de 2025: 221 tiendas-mes, \
de 90.000 a 933.000 líneas cada una, con las líneas y los productos de un supermercado de verdad. \
Se deja en staging tal como lo deja la lectura y se carga con la orden de siempre.

- Una orden es un proceso entero, medido desde fuera, del arranque a la salida; la cifra es la \
mediana, y entre paréntesis van la menor y la mayor.
- Cargar no incluye leer las tiendas, que depende de ellas: eso lo mide `make bench`.
- El reemplazo es la carga de una tienda-mes que ya estaba (borrar, insertar, conciliar, confirmar \
y marcar), la misma en las dos tablas, por pares y cambiando cuál va primero."""


def tabla(pasos: Sequence[Paso], formato: str = "simple") -> str:
    """Un renglón por paso: lo medido, la meta y si se llegó."""
    return tabulate(
        [[p.que, medido(p), _meta(p), _cumplido(p), p.nota] for p in pasos],
        headers=["qué", "medido", "meta", "se llegó", ""], tablefmt=formato,
        disable_numparse=True,
    )  # fmt: skip


def guardar(pasos: Sequence[Paso], filas: int, carga_media: float) -> list[Path]:
    """Escribe `bench/historia.md` y `bench/historia.json` y dice dónde quedaron."""
    md, js = (CARPETA / f"historia.{e}" for e in ("md", "json"))
    donde = maquina(carga_media, PAQUETES)
    lineas = "\n".join(f"- {k}: {v}" for k, v in donde.items())
    md.write_text(
        f"# La historia entera: {_miles(filas)} líneas\n\n{NOTA}\n\n{tabla(pasos, 'github')}\n\n"
        f"## Dónde y cuándo\n\n{lineas}\n\nSe repite con `make historia`.\n",
        encoding="utf-8",
    )
    medidos = [{**asdict(p), "cumplido": p.cumplido} for p in pasos]
    for m in medidos:
        m["segundos"] = [round(s, 3) for s in m["segundos"]]
        m["valor"] = None if m["valor"] is None else round(m["valor"], 3)
    datos = {"maquina": donde, "filas": filas, "pasos": medidos}
    js.write_text(json.dumps(datos, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return [md, js]


def medido(p: Paso) -> str:
    """Lo medido, como se lee; un guion si no se midió."""
    if p.valor is None:
        return "-"
    texto = _miles(p.valor) if p.valor >= 100 else f"{p.valor:.2f}".replace(".", ",")
    texto = f"{texto} {p.unidad}"
    if len(p.segundos) > 1:
        texto += f" ({min(p.segundos):.2f}–{max(p.segundos):.2f})".replace(".", ",")
    return texto


def _meta(p: Paso) -> str:
    return "" if p.meta is None else f"hasta {p.meta:g} {p.unidad}".replace(".", ",")


def _cumplido(p: Paso) -> str:
    return {None: "", True: "sí", False: "NO"}[p.cumplido]


def _miles(n: float) -> str:
    return f"{n:,.0f}".replace(",", ".")
