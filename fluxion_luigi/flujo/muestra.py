"""La muestra: unos días ya cargados se leen otra vez de la tienda, de otro modo, y se comparan."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from fluxion_luigi import cobertura
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.destino.control import instantanea, lineas_del_dia
from fluxion_luigi.errores import ErrorFluxion, ErrorSinMuestra
from fluxion_luigi.esquema import CLAVE_DE_LINEA
from fluxion_luigi.flujo.candados import candado_de
from fluxion_luigi.origen import fuentes
from fluxion_luigi.origen.textos import POR_NOMBRE, en_texto
from fluxion_luigi.periodos import Rango

CLAVE = ("localidad", *CLAVE_DE_LINEA)
# Lo que es del catálogo de la tienda y no de la venta: si cambió después de cargar, es otro.
DEL_CATALOGO = (
    "producto_id", "descripcion", "marca", "modelo", "presentacion", "departamento_id",
    "departamento", "grupo_id", "grupo", "subgrupo_id", "subgrupo", "unidades_bulto", "peso",
    "volumen", "tipo_peso", "costo", "precio_catalogo", "impuesto_porcentaje", "zona",
    "en_catalogo",
)  # fmt: skip
_CITADAS = 3

Linea = dict[str, str | None]


@dataclass(frozen=True)
class Comparacion:
    """Lo que salió de comparar un día.

    `distintas` dice las primeras líneas que no son iguales y `cuantas`, el total; `catalogo`,
    cuántas líneas tienen hoy otro valor en cada columna del catálogo.
    """

    tienda: str
    dia: date
    filas: int
    columnas: int
    cuantas: int
    distintas: Sequence[str]
    catalogo: dict[str, int]


def elegir(
    config: Configuracion, tiendas: Iterable[Tienda], rango: Rango | None, cuantos: int
) -> list[tuple[Tienda, date]]:
    """Unos días firmes y con ventas de cada tienda, al azar.

    Args:
        rango: entre qué días; si falta, entre todos los cargados.
        cuantos: de cada tienda; los que haya, si son menos.
    """
    elegidos = []
    for tienda in tiendas:
        hay = [
            dia
            for (t, dia), x in sorted(instantanea(config).dias.items())
            if t == tienda.id and x.conteo.filas and cobertura.firme(config, dia, x.confirmado_en)
            if rango is None or dia in rango
        ]
        elegidos += [(tienda, d) for d in sorted(random.sample(hay, min(cuantos, len(hay))))]
    return elegidos


def comparar(config: Configuracion, tienda: Tienda, dia: date) -> Comparacion:
    """Lee ese día de la tienda y lo compara, valor por valor, con lo cargado.

    Raises:
        ErrorSinMuestra: si su sistema no tiene otro modo de leerse.
        ErrorFluxion: si la tienda no contesta bien.
    """
    with candado_de(config, tienda):
        columnas, de_la_tienda = _leer(config, tienda.en(dia), dia)
    cargadas = _cargadas(config, tienda, dia, columnas)
    distintas, catalogo = [], {}
    for clave in sorted(de_la_tienda.keys() | cargadas.keys(), key=str):
        suyas, nuestras = de_la_tienda.get(clave, []), cargadas.get(clave, [])
        if len(suyas) != len(nuestras):
            distintas.append(f"{_cual(clave)}: {len(suyas)} en la tienda, {len(nuestras)} aquí")
            continue
        for suya, nuestra in zip(suyas, nuestras, strict=True):
            difieren = [n for n in columnas if suya[n] != nuestra[n]]
            propias = [n for n in difieren if n not in DEL_CATALOGO]
            if propias:
                distintas.append(f"{_cual(clave)}: {_en_palabras(propias, suya, nuestra)}")
            # De un código con varios productos la muestra no trae ninguno: no se compara.
            elif suya.get("producto_id", "") is not None:
                catalogo |= {n: catalogo.get(n, 0) + 1 for n in difieren}
    filas = sum(map(len, cargadas.values()))
    return Comparacion(
        tienda.id, dia, filas, len(columnas), len(distintas), distintas[:_CITADAS], catalogo
    )


def comparar_todos(
    config: Configuracion,
    elegidos: Sequence[tuple[Tienda, date]],
    avisar: Callable[[int, str], None],
) -> tuple[list[Comparacion], dict[str, str], dict[str, str]]:
    """Compara cada día; la tienda que falla no detiene a las demás, ni se le insiste.

    Args:
        avisar: recibe cuántos van y lo que se está comparando.

    Returns:
        Las comparaciones hechas y, por tienda (y POS, si cambió), lo que pasó con la que no se
        pudo, y por qué no se compara la que no tiene cómo.
    """
    hechas, fallidas, sin_modo = [], {}, {}
    for n, (tienda, dia) in enumerate(elegidos):
        pos = tienda.en(dia).ficha
        if pos in fallidas or pos in sin_modo:
            continue
        avisar(n, f"{tienda.id} {dia}: comparando con la tienda")
        try:
            hechas.append(comparar(config, tienda, dia))
        except ErrorSinMuestra as e:
            sin_modo[pos] = str(e)
        except ErrorFluxion as e:
            fallidas[pos] = str(e)
    return hechas, fallidas, sin_modo


def _leer(config: Configuracion, tienda: Tienda, dia: date) -> tuple[list[str], dict]:
    columnas, renglones = fuentes.de(tienda).muestra(config, tienda, dia)
    return columnas, _por_clave(dict(zip(columnas, r, strict=True)) for r in renglones)


def _cargadas(config: Configuracion, tienda: Tienda, dia: date, columnas: list[str]) -> dict:
    nombres, filas = lineas_del_dia(config, tienda.id, dia)
    return _por_clave(
        {n: en_texto(POR_NOMBRE[n], v) for n, v in zip(nombres, f, strict=True) if n in columnas}
        for f in filas
    )


def _por_clave(lineas: Iterable[Linea]) -> dict[tuple, list[Linea]]:
    grupos: dict[tuple, list[Linea]] = {}
    for linea in lineas:
        grupos.setdefault(tuple(linea.get(n) for n in CLAVE), []).append(linea)
    for repetidas in grupos.values():
        repetidas.sort(key=lambda x: sorted((n, str(v)) for n, v in x.items()))
    return grupos


def _cual(clave: tuple) -> str:
    return ", ".join(f"{n} {v}" for n, v in zip(CLAVE, clave, strict=True) if v is not None)


def _en_palabras(columnas: list[str], suya: Linea, nuestra: Linea) -> str:
    return "; ".join(f"{n} en la tienda «{suya[n]}», aquí «{nuestra[n]}»" for n in columnas)
