"""El informe de estado en HTML: un archivo que no pide nada a nadie y se lee también sin script.

Lo que viene del catálogo o de un servidor entra siempre escapado por la plantilla; en el script y
en el estilo, que se declaran por su huella, no entra ningún dato.
"""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from fluxion_luigi.informes.pagina import formatos, mapa
from fluxion_luigi.informes.pagina.graficos import ANCHO, ANGOSTO, Barra, dibujar
from fluxion_luigi.informes.resumen import entero
from fluxion_luigi.legible import legible

CARPETA = Path(__file__).parent
ESTADOS = {
    "completa": ("✓", "completa"),
    "parcial": ("◐", "parcial"),
    "vacia": ("✗", "vacía"),
    "sin_abrir": (formatos.NADA, "aún no abre"),
    "por_venir": (formatos.NADA, "por venir"),
    "inactiva": ("○", "inactiva"),
}
# De una lista más larga se muestra el principio y cuántos más son. Lo que falta, día por día, está
# en los calendarios; y todo, en el JSON. Así la página siempre cabe en un correo.
CITAS = {"tramos": 12, "tiendas": 6, "causas": 10, "fallos": 20, "a_la_vista": 8, "huecos": 100,
         "alertas": 40, "calidad": 80, "dias": 6}  # fmt: skip


def pagina(informe: dict[str, Any]) -> str:
    """La página de un informe de estado.

    Args:
        informe: el que compone EstadoVentas, que es también el JSON publicado.

    Returns:
        El HTML, en un solo archivo de menos de 1 MB con 20 tiendas y 24 meses. Va en ASCII, para
        que llegue igual por una terminal sin UTF-8 y por un correo.
    """
    estilo, guion = _texto("estilo.css"), _texto("guion.js")
    hecha = _plantilla().render(
        i=informe,
        f=formatos,
        mapa=mapa,
        entero=entero,
        estados=ESTADOS,
        citas=CITAS,
        nombres={t["tienda"]: t["nombre"] for t in informe["tiendas"]},
        de_la_cadena=_por_semana(informe),
        por_mes=_por_mes,
        politica=_politica(estilo, guion),
        estilo=Markup(estilo),
        guion=Markup(guion),
    )
    return legible(hecha).encode("ascii", "xmlcharrefreplace").decode()


def _por_semana(informe: dict[str, Any]) -> tuple[str, str] | None:
    """El gráfico de la cadena, para una pantalla ancha y para una angosta."""
    if not informe["serie"]:
        return None
    malas, barras, visto = mapa.a_medias(informe), [], ""
    for s in informe["serie"]:
        mes = max(s["semana"], informe["desde"])[:7]
        rotulo, visto = ("" if mes == visto else _rotulo(mes)), mes
        barras.append(Barra(rotulo, s["registros"], float(s["total"]), s["semana"] not in malas))
    return dibujar(barras, "semana", ANCHO), dibujar(barras, "semana", ANGOSTO)


def _por_mes(tienda: dict[str, Any]) -> str | None:
    """El gráfico de una tienda."""
    barras = [
        Barra(_rotulo(mes), m["registros"], float(m["total"]), mapa.entero(mes, m["dias"]))
        for mes, m in tienda["meses"].items()
    ]
    return dibujar(barras, "mes") if barras else None


def _rotulo(mes: str) -> str:
    return f"{formatos.mes_corto(mes)} {mes[2:4]}"


def _politica(estilo: str, guion: str) -> str:
    """Nada de la red, y ningún script ni estilo que no sea el de esta página."""
    return (
        f"default-src 'none'; img-src data:; style-src {_huella(estilo)}; "
        f"script-src {_huella(guion)}; base-uri 'none'; form-action 'none'"
    )


def _huella(texto: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(texto.encode()).digest()).decode()}'"


@cache
def _texto(archivo: str) -> str:
    return (CARPETA / archivo).read_text(encoding="utf-8")


@cache
def _plantilla() -> Template:
    ambiente = Environment(
        loader=FileSystemLoader(CARPETA), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return ambiente.get_template("plantilla.html")
