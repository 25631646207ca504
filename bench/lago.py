"""Un lago frente a un archivo, en la misma corrida: cargar, reemplazar, un año de días y leerlo.

    python -m bench.lago

Deja la tabla en `bench/lago.md`. Se mide el núcleo, de staging a base, sin Luigi ni
lectura: lo demás no sabe cuál de las dos es.
"""

import contextlib
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.historia.datos import Lineas
from fluxion_luigi.conciliacion import Conteo
from fluxion_luigi.destino import carga, lago
from fluxion_luigi.destino.base import para_escribir, para_leer
from fluxion_luigi.destino.lote import Lote
from fluxion_luigi.errores import ErrorConflicto
from fluxion_luigi.periodos import Rango
from tests import lagos
from tests.postgresql import Servidor
from tests.proyecto import RAIZ, Proyecto

MESES, POR_MES, POR_DIA, PROCESOS, VUELTAS = 6, 120_000, 2_000, 3, 3
ANIO = Rango(date(2024, 1, 1), date(2024, 12, 31))
REPORTE = (
    "SELECT ubicacion_id, date_trunc('month', fecha), sum(total), count(*), sum(margen) "
    "FROM ventas WHERE fecha BETWEEN '2024-01-01' AND '2024-12-31' GROUP BY ALL"
)
UN_MES = "SELECT sum(total) FROM ventas_raw WHERE ubicacion_id = 'tienda_00' AND fecha BETWEEN "
Resultado = dict[str, float]


def lote(archivo: Path, lineas: Lineas, n: int, rango: Rango, filas: int) -> Lote:
    """Un archivo de staging con esas líneas repartidas entre los días del rango."""
    dias = list(rango)
    cual = np.arange(filas) * len(dias) // filas
    fechas = pa.array([dias[i] for i in cual], pa.date32())
    tabla = lineas.tomar(n * 104_729 % len(lineas), filas, fechas, f"{n:02d}")
    pq.write_table(tabla, archivo, row_group_size=122_880)
    sumas = ("total", "cantidad", "subtotal", "impuesto")
    por_dia = tabla.group_by("fecha").aggregate([("fecha", "count"), *((s, "sum") for s in sumas)])
    origen = {
        f["fecha"]: Conteo(f["fecha_count"], f["total_sum"], {s: f[f"{s}_sum"] for s in sumas[1:]})
        for f in por_dia.to_pylist()
    }
    return Lote(rango, str(archivo), filas, True, datetime.now(UTC), origen, {}, {})


def cargar(base, tienda: str, suyo: Lote) -> float:
    inicio = time.perf_counter()
    carga.cargar(base, tienda, [suyo], "banco", aceptar_vacios=True)
    return time.perf_counter() - inicio


def medir(
    proyectos: dict[str, Proyecto], lotes: list[Lote], dias: list[Lote]
) -> dict[str, Resultado]:
    """Lo que cuesta todo en cada destino; se turnan: lo que haga la máquina es de los dos."""
    r: dict[str, Resultado] = {d: {} for d in proyectos}

    def cada(que: str, suyos: list[tuple[str, Lote]]) -> dict[str, list[float]]:
        segundos = {d: [] for d in bases}
        for tienda, suyo in suyos:
            for d, base in bases.items():
                segundos[d].append(cargar(base, tienda, suyo))
        for d in bases:
            r[d][que] = median(segundos[d])
        return segundos

    uno = [("tienda_00", lotes[0])] * 5
    with contextlib.ExitStack() as pila:
        bases = {d: pila.enter_context(para_escribir(p.config)) for d, p in proyectos.items()}
        cada("cargar una tienda-mes (s)", [(f"tienda_{n:02d}", x) for n, x in enumerate(lotes)])
        cada("reemplazar una tienda-mes (s)", uno)
        cada("agregar un día, los primeros treinta (s)", [("tienda_99", x) for x in dias[:30]])
        for suyo in dias[30:-30]:
            for base in bases.values():
                cargar(base, "tienda_99", suyo)
        cada("agregar un día, los últimos treinta (s)", [("tienda_99", x) for x in dias[-30:]])
        cada("reemplazar una tienda-mes, tras el año (s)", uno)
    for d, proyecto in proyectos.items():
        r[d] |= {f"{k}, tras el año": v for k, v in leer(proyecto).items()}
    en_lago = proyectos["lago"]
    with para_escribir(en_lago.config) as base:
        inicio = time.perf_counter()
        base.conexion.execute("CALL ducklake_merge_adjacent_files('lago')").fetchall()
        r["lago"]["juntar los archivos (s)"] = time.perf_counter() - inicio
    r["lago"] |= {f"{k}, juntados": v for k, v in leer(en_lago).items()}
    return r


def leer(proyecto: Proyecto) -> Resultado:
    """Lo que tarda quien lee, con los hilos y la memoria que DuckDB toma, y lo que ocupa."""
    r: Resultado = {}
    with para_leer(proyecto.config) as base:
        r["reporte del año (s)"] = _mediana(lambda: base.conexion.execute(REPORTE).fetchall())
        mes = f"{UN_MES}'2025-03-01' AND '2025-03-31'"
        r["un mes de una tienda (s)"] = _mediana(lambda: base.conexion.execute(mes).fetchall())
        if proyecto.en_lago:
            texto = "SELECT count(*), sum(data_file_size_bytes) FROM ducklake_list_files('lago', ?)"
            n, ocupa = base.conexion.execute(texto, ["ventas_raw"]).fetchone()
            r["archivos de ventas"], r["tamaño (MB)"] = n, ocupa / 1e6
        else:
            r["archivos de ventas"], r["tamaño (MB)"] = 1, proyecto.base.stat().st_size / 1e6
    return r


def _mediana(hacer: Callable[[], object]) -> float:
    veces = []
    for _ in range(5):
        inicio = time.perf_counter()
        hacer()
        veces.append(time.perf_counter() - inicio)
    return median(veces)


def a_la_vez(proyecto: Proyecto, lotes: list[Lote], *, con_turno: bool) -> tuple[float, int]:
    """Varios procesos reemplazan, cada uno, tiendas-mes distintas: segundos y choques."""
    contexto = multiprocessing.get_context("fork")
    choques = contexto.Value("i", 0)
    hijos = [
        contexto.Process(target=_reemplazar, args=(proyecto, lotes, n, con_turno, choques))
        for n in range(PROCESOS)
    ]
    inicio = time.perf_counter()
    for hijo in hijos:
        hijo.start()
    for hijo in hijos:
        hijo.join()
    if any(hijo.exitcode for hijo in hijos):
        raise RuntimeError("Un proceso no pudo reemplazar lo suyo.")
    return time.perf_counter() - inicio, choques.value


def _reemplazar(proyecto: Proyecto, lotes, n: int, con_turno: bool, choques) -> None:
    if not con_turno:
        lago.EnLago.turno = lambda self: contextlib.nullcontext()
    original = carga.transaccion

    @contextlib.contextmanager
    def contada(*args) -> Iterator[None]:
        try:
            with original(*args):
                yield
        except ErrorConflicto:
            choques.value += 1
            raise

    carga.transaccion = contada
    with para_escribir(proyecto.config) as base:
        for i in range(n, MESES, PROCESOS):
            cargar(base, f"tienda_{i:02d}", lotes[i])


def main() -> None:
    """Mide los dos y escribe la tabla."""
    lineas, servidor = Lineas(), Servidor()
    try:
        with tempfile.TemporaryDirectory() as carpeta:
            raiz = Path(carpeta)
            marzo = Rango(date(2025, 3, 1), date(2025, 3, 31))
            lotes = [lote(raiz / f"{n}.parquet", lineas, n, marzo, POR_MES) for n in range(MESES)]
            dias = [
                lote(raiz / f"{d}.parquet", lineas, 99 + d.day, Rango(d, d), POR_DIA) for d in ANIO
            ]
            archivo, en_lago = Proyecto(raiz / "archivo"), Proyecto(raiz / "lago")
            lagos.poner(en_lago, servidor)
            for proyecto in (archivo, en_lago):
                proyecto.con_tienda("tienda_00")
            medidas = medir({"archivo": archivo, "lago": en_lago}, lotes, dias)
            juntos = [
                [a_la_vez(en_lago, lotes, con_turno=t) for t in (True, False)]
                for _ in range(VUELTAS)
            ]
    finally:
        servidor.borrar()
    (RAIZ / "bench" / "lago.md").write_text(_tabla(medidas, juntos), encoding="utf-8")
    print(_tabla(medidas, juntos))


def _tabla(medidas: dict[str, Resultado], juntos: list) -> str:
    renglones = [
        f"# Un lago frente a un archivo\n\n{MESES} tiendas-mes de {POR_MES} líneas y {len(ANIO)} "
        f"días de {POR_DIA} de otra tienda, uno por uno. `python -m bench.lago`, en dos núcleos.\n",
        "| | Archivo | Lago | Veces |", "|---|---:|---:|---:|",
    ]  # fmt: skip
    for que in dict.fromkeys(k for m in medidas.values() for k in m):
        uno, otro = (medidas[d].get(que) for d in ("archivo", "lago"))
        veces = f"{otro / uno:.2f}" if uno and otro else ""
        renglones.append(
            f"| {que} | {_numero(uno)} | {_numero(otro)} | {veces} |".replace(".", ",")
        )
    con, sin = (median([j[i][0] for j in juntos]) for i in (0, 1))
    choques = [j[1][1] for j in juntos]
    renglones.append(
        f"\n{PROCESOS} procesos que reemplazan a la vez {MESES} tiendas-mes del lago: "
        f"{con:.1f} s confirmando por turno, y {sin:.1f} s chocando y haciéndolo otra vez "
        f"({min(choques)} a {max(choques)} choques).\n".replace(".", ",").replace(",\n", ".\n")
    )
    return "\n".join(renglones)


def _numero(x: float | None) -> str:
    if x is None:
        return ""
    return f"{x:.0f}" if x >= 100 or x == int(x) else f"{x:.3f}" if x < 10 else f"{x:.1f}"


if __name__ == "__main__":
    main()
