"""La historia en staging, tal como la deja la lectura: 17 tiendas, 13 meses, líneas reales.

Las líneas son las de completejourney, en orden de venta, repetidas hasta la cantidad pedida; cada
tienda-mes empieza por otra, así que dos tiendas no venden lo mismo. El Parquet, la ficha y el
manifiesto los escribe el mismo código que usa la lectura.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bench.datos import fabrica
from fluxion_luigi.config import Configuracion
from fluxion_luigi.esquema import SI_LAS_DA
from fluxion_luigi.flujo.extraccion import carpeta
from fluxion_luigi.origen import fuentes
from fluxion_luigi.origen.columnas import ESQUEMA
from fluxion_luigi.periodos import Rango, agrupar, meses
from fluxion_luigi.staging.escritor import escribir
from fluxion_luigi.staging.ventanas import Extraccion, Ventana, huella
from tests.proyecto import Proyecto

PERIODO = Rango(date(2024, 9, 1), date(2025, 9, 30))
# Lo que vende cada tienda en los trece meses, en cientos de miles de líneas: 82 millones.
PESOS = (97, 81, 68, 65, 59, 56, 55, 55, 54, 53, 39, 34, 29, 25, 21, 16, 13)
FILAS = 100_000 * sum(PESOS)
DICIEMBRE = 1.25
_PASO = 104_729  # entre donde empieza una tienda-mes y la siguiente
# Las columnas que viajan de una tienda Stellar.
FORMA = pa.schema([c for c in ESQUEMA if c.name not in SI_LAS_DA])
_SQL = Path(__file__).with_name("lineas.sql")


def proyecto(donde: Path, ids: list[str]) -> Proyecto:
    """Un proyecto con esas tiendas. Sus archivos no existen: todo está ya en staging."""
    hecho = Proyecto(donde)
    for id_ in ids:
        hecho.con_tienda(id_)
    return hecho


def tiendas() -> list[str]:
    """Los ids de las 17, de la que más vende a la que menos."""
    return [f"tienda_{n:02d}" for n in range(1, len(PESOS) + 1)]


def reparto(filas: int) -> dict[tuple[str, str], int]:
    """Cuántas líneas le tocan a cada tienda-mes para que sumen `filas`."""
    partes = meses(PERIODO)
    pesos = {
        (id_, mes.mes): peso * len(mes) * (DICIEMBRE if mes.desde.month == 12 else 1)
        for id_, peso in zip(tiendas(), PESOS, strict=True)
        for mes in partes
    }
    todo, puesto, acumulado, salida = sum(pesos.values()), 0, 0.0, {}
    for cual, peso in pesos.items():
        acumulado += peso
        salida[cual] = round(filas * acumulado / todo) - puesto
        puesto += salida[cual]
    return salida


class Lineas:
    """Las líneas reales, en memoria, con la forma del staging."""

    def __init__(self):
        with fabrica() as reales:
            tabla = reales.execute(_SQL.read_text(encoding="utf-8")).to_arrow_table()
        self._factura = tabla["factura"].combine_chunks()
        self._resto = tabla.drop_columns(["factura"]).combine_chunks()

    def __len__(self) -> int:
        return len(self._factura)

    def tomar(self, primera: int, cuantas: int, fechas: pa.Array, localidad: str) -> pa.Table:
        """Tantas líneas desde una (al acabarse, otra vez por el principio), con esas fechas."""
        trozos, facturas = [], []
        while cuantas:
            vuelta, i = divmod(primera, len(self))
            n = min(cuantas, len(self) - i)
            trozos.append(self._resto.slice(i, n))
            facturas.append(pc.add(self._factura.slice(i, n), 200_000 * vuelta))
            primera, cuantas = primera + n, cuantas - n
        tabla = pa.concat_tables(trozos)
        factura = pc.utf8_lpad(pc.cast(pa.chunked_array(facturas), pa.string()), 8, "0")
        tabla = tabla.append_column("fecha", fechas).append_column("factura", factura)
        tabla = tabla.append_column("localidad", pa.repeat(pa.scalar(localidad), len(tabla)))
        return tabla.select(FORMA.names).cast(FORMA)


def preparar(
    config: Configuracion, lineas: Lineas, reparto_: dict[tuple[str, str], int]
) -> Iterator[int]:
    """Deja en staging cada tienda-mes del reparto, acabada; entrega las líneas de cada una."""
    por_mes = {r.mes: r for r in meses(PERIODO)}
    for (id_, mes), filas in reparto_.items():
        _una(config, lineas, id_, por_mes[mes], filas)
        yield filas


def _una(config: Configuracion, lineas: Lineas, id_: str, mes: Rango, filas: int) -> None:
    tienda = config.tienda(id_)
    destino = carpeta(config, tienda, mes.mes)
    numero = int(id_[-2:])
    primera = _PASO * (13 * numero + mes.desde.month) % len(lineas)
    dia_de = np.arange(filas, dtype=np.int64) * len(mes) // filas
    ventanas = []
    for rango in _ventanas(config, mes, filas):
        desde, hasta = np.searchsorted(
            dia_de, [(rango.desde - mes.desde).days, (rango.fin_abierto - mes.desde).days]
        )
        epoca = (mes.desde - date(1970, 1, 1)).days
        fechas = pa.array((dia_de[desde:hasta] + epoca).astype(np.int32)).cast(pa.date32())
        tabla = lineas.tomar(primera + int(desde), int(hasta - desde), fechas, f"{numero:02d}")
        archivo = destino.archivo(rango)
        cuenta = escribir(archivo, tabla.to_batches(50_000), FORMA, lambda _: None)
        leido, marcas = cuenta.por_dia()
        ventana = Ventana(
            rango, archivo, datetime.now(UTC), 1.0, cuenta.filas, archivo.stat().st_size,
            huella(archivo), cuenta.ordenado, fuentes.de(tienda).firma(config, tienda), leido,
            leido, **marcas,
        )  # fmt: skip
        ventana.guardar()
        ventanas.append(ventana)
    destino.completar(Extraccion(ventanas, {}, {}, 0, None))


def _ventanas(config: Configuracion, mes: Rango, filas: int) -> list[Rango]:
    """Las que haría la lectura sin saber cuánto tarda: de `ventana_filas`, o de `ventana_dias`."""
    ajustes = config.ajustes
    por_filas = ajustes.ventana_filas * len(mes) // filas
    return agrupar(mes, max(ajustes.ventana_dias, por_filas))
