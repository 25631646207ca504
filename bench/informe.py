"""El resultado: las tablas, si se llegó a cada objetivo, y los archivos que lo guardan."""

import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

import psutil
from tabulate import tabulate

from bench.carrera import Marca
from bench.mananas import SIN_NOVEDAD, TIENDAS, WORKERS
from bench.medir import Medida

CARPETA = Path(__file__).parent
PAQUETES = (
    "arrow-odbc", "connectorx", "dlt", "duckdb", "luigi", "pandas", "psycopg2-binary", "pyarrow",
    "pyodbc", "sqlalchemy",
)  # fmt: skip
NOTA = """\
Cada contendiente es un proceso entero, medido desde fuera: reloj del arranque a la salida, CPU de \
él y de sus descendientes (la que da el núcleo al recogerlo) y pico de memoria del árbol (suma de \
PSS cada 250 ms, y nunca menos que el RSS máximo de su mayor proceso). «CPU resto» es lo \
que gastó mientras tanto el resto de la máquina: el servidor y, si la máquina no estaba quieta, lo \
ajeno, y «red» lo que pasó por loopback entre el servidor y él. \
Las cifras son la mediana de las vueltas (la memoria, la mayor); entre paréntesis, la menor y la \
mayor. Una cifra sólo vale si dejó las mismas filas y el mismo total que la tienda, y todos dejan \
las mismas 33 columnas.

- Este proyecto hace todo: conectividad, conteos, staging, conciliación, carga y marcador.
- El proyecto pide los productos aparte de las líneas y los une aquí (`productos.sql`, \
`ventas.sql`); los demás piden las 33 columnas ya unidas por la tienda (`bench/consulta.sql`), \
como hacía el script.
- El límite del driver lee esas filas con la misma cadena ODBC y la misma sesión (`sesion.sql`), \
en lotes de 50.000, y no guarda nada. El otro límite lee así las dos consultas del proyecto, una \
vez cada una: lo que falta hasta el proyecto es guardar, conciliar y cargar.
- El script lee por esa misma cadena ODBC, en trozos de 50.000, a una tabla con los mismos tipos.
- dlt lee por psycopg2 (pyarrow) o por su propio protocolo (connectorx), no por ODBC.
- Con varias tiendas todos atienden tres a la vez: el proyecto con 3 workers, el script con sus \
3 hilos y dlt con 3 hilos de extracción (`parallelize`).
- Por el enlace, todo pasa por un relé que tarda 30 ms en cada sentido y deja pasar 20 Mbit/s \
(`tests/enlace.py`). Las mañanas son `IncrementoDiario` de dieciséis tiendas, cada una por el \
suyo, con 12.000 líneas por tienda y día y tres días que se vuelven a contar."""


@dataclass(frozen=True)
class Objetivo:
    """Una meta, lo medido y si se llegó."""

    meta: str
    medido: str
    cumplido: bool


@dataclass(frozen=True)
class Resultado:
    """Lo medido en cada caso, por clave de contendiente, y en las mañanas, por cuál fue."""

    una: Mapping[str, Marca]
    varias: Mapping[str, Marca]
    grande: Mapping[str, Marca]
    enlace: Mapping[str, Marca]
    mananas: Mapping[str, Sequence[Medida]]
    carga_media: float


def objetivos(r: Resultado) -> list[Objetivo]:
    """Las metas del proyecto, calculadas con lo medido."""
    salida = []
    for clave, nombre, minimo in (("guion", "script", 3.0), ("dlt_pyarrow", "dlt pyarrow", 1.8)):
        una, varias = (veces(caso, "proyecto", clave) for caso in (r.una, r.varias))
        salida += [
            Objetivo(f"una tienda: al menos {minimo:g} veces el {nombre}", f"{una:.2f}",
                     una >= minimo),
            Objetivo(f"varias tiendas: más de {minimo:g} veces el {nombre}",
                     f"{varias:.2f} (con una, {una:.2f})", varias > minimo),
        ]  # fmt: skip
    frente, propio = (_frente(r.una, limite) for limite in ("limite", "limite_propio"))
    lejos = _frente(r.enlace, "limite_propio")
    quieta = median(m.segundos for m in r.mananas[SIN_NOVEDAD])
    pico, grande = r.una["proyecto"].pico, r.grande["proyecto"].pico
    worker = max(pico, grande, r.varias["proyecto"].pico_rama)
    crece = grande / pico
    multiplo = r.grande["proyecto"].filas / r.una["proyecto"].filas
    return [
        *salida,
        Objetivo("tienda-mes entera: a lo sumo 1.3 veces leer las mismas filas y tirarlas",
                 f"{frente:.2f}", frente <= 1.3),
        Objetivo("tienda-mes entera: a lo sumo 1.6 veces leer y tirar sus propias consultas",
                 f"{propio:.2f}", propio <= 1.6),
        Objetivo("por el enlace: a lo sumo 1.15 veces leer y tirar sus propias consultas",
                 f"{lejos:.2f}", lejos <= 1.15),
        *(Objetivo(f"por el enlace: al menos 2 veces el {nombre}", f"{v:.2f}", v >= 2)
          for nombre, v in (("script", veces(r.enlace, "proyecto", "guion")),
                            ("dlt pyarrow", veces(r.enlace, "proyecto", "dlt_pyarrow")))),
        Objetivo(f"la mañana de {TIENDAS} tiendas sin nada nuevo, {WORKERS} workers: menos de 10 s",
                 f"{quieta:.1f} s", quieta < 10),
        Objetivo("memoria de un worker: menos de 400 MB", f"{worker:.0f} MB", worker < 400),
        Objetivo(f"la misma memoria con {multiplo:g} veces las líneas (hasta 10 % más)",
                 f"{pico:.0f} y {grande:.0f} MB", crece <= 1.1),
    ]  # fmt: skip


def veces(caso: Mapping[str, Marca], uno: str, otro: str) -> float:
    """Cuántas veces las filas por segundo de otro hace uno."""
    return caso[uno].filas_por_segundo / caso[otro].filas_por_segundo


def _frente(caso: Mapping[str, Marca], limite: str) -> float:
    """Cuántas veces lo que tarda el límite tarda el proyecto."""
    return caso["proyecto"].segundos / caso[limite].segundos


def tabla(caso: Mapping[str, Marca], formato: str) -> str:
    """La tabla de un caso, del más rápido al más lento."""
    filas = []
    for m in sorted(caso.values(), key=lambda m: m.segundos):
        filas.append([
            m.contendiente.nombre, f"{_miles(m.filas_por_segundo)} {_entre(m.ritmos)}",
            f"{m.segundos:.1f}",
            f"{m.cpu:.1f}", f"{m.cpu_resto:.1f}",
            *(f"{mb:.0f}" for mb in (m.red, m.pico, m.mayor_proceso)),
            *(f"{m.filas_por_segundo / caso[c].filas_por_segundo:.2f}" if c in caso else "-"
              for c in ("guion", "dlt_pyarrow", "limite")),
        ])  # fmt: skip
    return tabulate(
        filas, tablefmt=formato, disable_numparse=True, colalign=("left", *["right"] * 10),
        headers=["contendiente", "filas/s", "s", "CPU s", "CPU resto s", "red MB", "pico MB",
                 "mayor proceso MB", "veces el script", "veces dlt pyarrow", "veces el límite"],
    )  # fmt: skip


def texto(r: Resultado, formato: str = "simple") -> str:
    """Las tablas y los objetivos, para la terminal o (con formato github) para Markdown."""
    titulo = "## " if formato == "github" else ""
    partes = []
    for caso, que in ((r.una, "Una tienda, un mes"), (r.varias, "Varias tiendas, tres a la vez"),
                      (r.grande, "Un mes más grande (memoria)"),
                      (r.enlace, "Por el enlace, un mes")):  # fmt: skip
        filas = _miles(next(iter(caso.values())).filas)
        partes += [f"{titulo}{que}: {filas} líneas", tabla(caso, formato)]
    partes += [f"{titulo}La mañana de {TIENDAS} tiendas, por el enlace", _mananas(r, formato)]
    metas = [["sí" if o.cumplido else "NO", o.meta, o.medido] for o in objetivos(r)]
    partes += [
        f"{titulo}Objetivos",
        tabulate(metas, headers=["se llegó", "objetivo", "medido"], tablefmt=formato,
                 disable_numparse=True),
    ]  # fmt: skip
    return "\n\n".join(partes)


def _mananas(r: Resultado, formato: str) -> str:
    filas = [
        [cual, f"{median(s):.1f} ({min(s):.1f}–{max(s):.1f})", f"{median(m.cpu for m in ms):.1f}"]
        for cual, ms in r.mananas.items()
        if (s := [m.segundos for m in ms])
    ]
    return tabulate(
        filas, headers=["mañana", "s", "CPU s"], tablefmt=formato, disable_numparse=True,
        colalign=("left", "right", "right"),
    )  # fmt: skip


def guardar(r: Resultado) -> list[Path]:
    """Escribe `bench/resultado.md` y `bench/resultado.json` y dice dónde quedaron."""
    md, js = (CARPETA / f"resultado.{e}" for e in ("md", "json"))
    donde = maquina(r.carga_media, PAQUETES)
    lineas = "\n".join(f"- {k}: {v}" for k, v in donde.items())
    md.write_text(
        f"# Banco de medidas\n\n{NOTA}\n\n{texto(r, 'github')}\n\n## Dónde y cuándo\n\n{lineas}\n\n"
        "Se repite con `make bench`.\n",
        encoding="utf-8",
    )  # fmt: skip
    casos = {"una": r.una, "varias": r.varias, "grande": r.grande, "enlace": r.enlace}
    datos = {
        "maquina": donde,
        "casos": {
            caso: {
                clave: {"filas": m.filas, "medidas": [_sin_salida(x) for x in m.medidas]}
                for clave, m in marcas.items()
            }
            for caso, marcas in casos.items()
        },
        "mananas": {cual: [_sin_salida(m) for m in ms] for cual, ms in r.mananas.items()},
        "objetivos": [asdict(o) for o in objetivos(r)],
    }
    js.write_text(json.dumps(datos, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return [md, js]


def _sin_salida(medida) -> dict:
    return {k: round(v, 2) for k, v in asdict(medida).items() if k != "salida"}


def maquina(carga_media: float, paquetes: Iterable[str]) -> dict[str, str]:
    """Dónde y cuándo se midió, para quien lea las cifras después."""
    return {
        "fecha": datetime.now().astimezone().isoformat(timespec="minutes"),
        "procesador": f"{_procesador()}, {os.cpu_count()} núcleos",
        "memoria": f"{psutil.virtual_memory().total / 2**30:.0f} GB",
        "carga media al empezar": f"{carga_media:.1f}",
        "sistema": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "versiones": ", ".join(f"{p} {version(p)}" for p in paquetes),
    }


def _procesador() -> str:
    try:
        for linea in Path("/proc/cpuinfo").read_text().splitlines():
            if linea.startswith("model name"):
                return linea.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _miles(n: float) -> str:
    return f"{n:,.0f}".replace(",", ".")


def _entre(ritmos: list[float]) -> str:
    return f"({_miles(min(ritmos))}–{_miles(max(ritmos))})" if len(ritmos) > 1 else ""
