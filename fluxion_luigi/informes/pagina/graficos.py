"""Los gráficos de la página: líneas y monto en el tiempo, en SVG y sin nada que pedir a nadie.

Trae matplotlib, que tarda en cargar: sólo lo importa quien pide la página. En un gráfico no entra
ningún texto del catálogo, sólo fechas y números.
"""

import base64
import io
from collections.abc import Sequence
from typing import NamedTuple

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import FuncFormatter, MaxNLocator

TINTA, LLENA, A_MEDIAS, RAYA = "#3d4a57", "#2f6690", "#e8eef3", "#d5dbe1"
# Sobre los valores de fábrica, y no los de quien tenga un matplotlibrc en la carpeta.
ESTILO = {
    "axes.edgecolor": RAYA,
    "axes.labelcolor": TINTA,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": TINTA,
    "axes.titlelocation": "left",
    "axes.titlesize": 8,
    "axes.titleweight": "bold",
    "axes.titley": 1.0,  # sin buscarle sitio, que tarda
    "font.sans-serif": ["DejaVu Sans"],  # la que trae, para medir; si no está, la del navegador
    "font.size": 7.5,
    "hatch.linewidth": 0.8,
    "svg.fonttype": "none",  # las letras, como letras: las pone el navegador
    "text.parse_math": False,
    "xtick.color": RAYA,
    "xtick.labelcolor": TINTA,
    "ytick.color": RAYA,
    "ytick.labelcolor": TINTA,
}
# Sin fecha ni versión de quien lo hizo: el mismo informe da la misma página.
SIN_DATOS = dict.fromkeys(("Creator", "Date", "Format", "Type"))
PULGADA = 72  # puntos
# En puntos. Angosto se lee sin achicarlo en un teléfono; ancho, en un escritorio.
ANGOSTO, ANCHO, ALTO = 270, 760, 200
PUNTOS_POR_ROTULO = 38
# Menos barras que éstas no se ensanchan hasta llenar el gráfico.
POCAS = 8


class Barra(NamedTuple):
    """Un mes o una semana. `entera` si no le falta ningún día."""

    rotulo: str
    registros: int
    total: float
    entera: bool


def dibujar(barras: Sequence[Barra], cada: str, ancho: int = ANGOSTO) -> str:
    """Las líneas y, debajo, el monto; las barras a medias van rayadas.

    Args:
        barras: en orden. Las de rótulo vacío no lo llevan, ni las que no tengan dónde.
        cada: de qué es cada barra, `mes` o `semana`.
        ancho: en puntos.

    Returns:
        El SVG en una dirección `data:`.
    """
    with style.context(ESTILO | {"svg.hashsalt": f"{cada}-{ancho}"}, after_reset=True):
        figura = Figure(figsize=(ancho / PULGADA, ALTO / PULGADA))
        figura.subplots_adjust(
            left=42 / ancho, right=1 - 4 / ancho, top=0.92, bottom=0.1, hspace=0.45
        )
        lineas, montos = figura.subplots(2, 1, sharex=True)
        _barras(lineas, [b.registros for b in barras], barras)
        lineas.set_title(f"Líneas por {cada}")
        _barras(montos, [b.total for b in barras], barras)
        montos.set_title(f"Monto por {cada}")
        con_rotulo = [i for i, b in enumerate(barras) if b.rotulo]
        de_a = -(-len(con_rotulo) * PUNTOS_POR_ROTULO // ancho) or 1
        montos.set_xticks(con_rotulo[::de_a], [barras[i].rotulo for i in con_rotulo[::de_a]])
        salida = io.BytesIO()
        figura.savefig(salida, format="svg", metadata=SIN_DATOS)
    return "data:image/svg+xml;base64," + base64.b64encode(salida.getvalue()).decode()


def _barras(ejes: Axes, valores: Sequence[float], barras: Sequence[Barra]) -> None:
    """Un solo trazo por clase de barra: una página con veinte tiendas se manda por correo."""
    for entera, estilo in (
        (True, {"facecolor": LLENA, "linewidth": 0}),
        (False, {"facecolor": A_MEDIAS, "edgecolor": LLENA, "hatch": "////", "linewidth": 0.6}),
    ):
        trazos = [
            _rectangulo(i, v)
            for i, (v, b) in enumerate(zip(valores, barras, strict=True))
            if b.entera is entera and v
        ]
        if trazos:
            ejes.add_patch(PathPatch(Path.make_compound_path(*trazos), **estilo))
    ejes.set_xlim(-0.7, max(len(barras), POCAS) - 0.3)
    alto = max((abs(v) for v in valores), default=0) or 1
    ejes.set_ylim(min([0, *valores]) * 1.05, alto * 1.05)
    ejes.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    ejes.yaxis.set_major_formatter(FuncFormatter(corto))
    ejes.grid(axis="y", color=RAYA, linewidth=0.5)
    ejes.set_axisbelow(True)
    ejes.spines["left"].set_visible(False)
    ejes.tick_params(length=0)


def _rectangulo(i: int, alto: float) -> Path:
    return Path(
        [(i - 0.4, 0), (i - 0.4, alto), (i + 0.4, alto), (i + 0.4, 0), (i - 0.4, 0)], closed=True
    )


def corto(valor: float, _posicion: int | None = None) -> str:
    """Un número para un eje: `1.500`, `20 mil`, `1,5 M` (millones), `3 mil M`."""
    for piso, cuanto, unidad in ((1e9, 1e9, " mil M"), (1e6, 1e6, " M"), (1e4, 1e3, " mil")):
        if abs(valor) >= piso:
            return f"{valor / cuanto:.4g}".replace(".", ",") + unidad
    return f"{valor:,.0f}".replace(",", ".")
