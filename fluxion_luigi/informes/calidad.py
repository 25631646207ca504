"""La calidad, para la terminal: lo que hallaron las revisiones, con ejemplos y qué hacer."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from fluxion_luigi.informes.resumen import entero
from fluxion_luigi.informes.tablas import doblar, tabla
from fluxion_luigi.periodos import describir

MARCA = {"error": "✗", "aviso": "🟡"}
_SANGRIA = "     "


def texto(
    hallazgos: Sequence[Mapping[str, Any]], rotas: Mapping[str, str], dias: int, resueltos: int
) -> str:
    """Lo que salió de revisar unos días: la tabla y, de cada cosa, unos ejemplos y qué hacer."""
    lineas = [f"Calidad de {entero(dias)} día(s) de tiendas.", ""]
    lineas += [resumida(hallazgos)] if hallazgos else ["✓ Nada que decir."]
    for h in hallazgos:
        cabeza = f"{MARCA[h['severidad']]} {h['tienda']}: {h['titulo']} ({h['revision']})"
        lineas += ["", cabeza, doblar(f"   {h['significa']}", "   "),
                   doblar(f"   Qué hacer: {h['que_hacer']}", "   "), *ejemplos(h)]  # fmt: skip
    if resueltos:
        lineas += ["", f"Ya no están: {entero(resueltos)} de antes."]
    return "\n".join([*lineas, *de_rotas(rotas)])


def resumida(hallazgos: Iterable[Mapping[str, Any]]) -> str:
    """Un renglón por revisión y tienda."""
    return tabla(
        [
            [MARCA[h["severidad"]], h["tienda"], h["titulo"], _dias(h), entero(h["cuantas"]),
             h["estado"], h["desde"][:10]]
            for h in hallazgos
        ],
        ["", "tienda", "qué", "días", "cuántas", "estado", "desde"],
        a_la_derecha=["cuántas"],
        elasticas=["qué", "días"],
    )  # fmt: skip


def ejemplos(hallazgo: Mapping[str, Any]) -> list[str]:
    """Unas pocas de las líneas o de los días que la ofenden, en una tabla."""
    if not hallazgo["columnas"]:
        return []
    titulos = [c.replace("_", " ") for c in hallazgo["columnas"]]
    hecha = tabla(hallazgo["ejemplos"], titulos, elasticas=titulos)
    return ["   Por ejemplo:", *(f"   {linea}" for linea in hecha.splitlines())]


def de_rotas(rotas: Mapping[str, str]) -> list[str]:
    """Las revisiones que no pudieron correr, y por qué."""
    if not rotas:
        return []
    cuales = [doblar(f"   {nombre}: {_llano(error)}", _SANGRIA) for nombre, error in rotas.items()]
    return ["", f"No se pudieron usar {len(rotas)} revisión(es) de sql/calidad:", *cuales]


def de_carga(
    nombre: str, hallado: Sequence[Mapping[str, Any]], antes: Sequence[Mapping[str, Any]] = ()
) -> list[str]:
    """Lo que se dice al cargar una tienda-mes: los errores con ejemplos; lo demás, en un renglón.

    Args:
        nombre: la tienda y el mes.
        hallado: el de `flujo.calidad.resumir`.
        antes: lo hallado en las que esta corrida ya cargó: una rota se dice una vez, y no en cada
            tienda.
    """
    dichos = []
    for h in hallado:
        if h["severidad"] == "error":
            cabeza = f"{nombre}: {h['titulo']} ({h['revision']}) en {_dias(h)}; no se cargan."
            dichos.append("\n".join([cabeza, *ejemplos(h)]))
    avisos = [f"{h['titulo']} ({_dias(h)})" for h in hallado if h["severidad"] == "aviso"]
    if avisos:
        dichos.append(
            f"{nombre}: {len(avisos)} aviso(s) de calidad: {'; '.join(avisos)}. Los explica "
            "VerificarCalidad."
        )
    rotas = [h for h in hallado if h["severidad"] == "rota" and h not in antes]
    return [*dichos, *(f"sql/calidad/{h['revision']}: {_llano(h['error'])}" for h in rotas)]


def _llano(texto: str) -> str:
    return " ".join(texto.split())


def _dias(hallazgo: Mapping[str, Any]) -> str:
    return describir([date.fromisoformat(d) for d in hallazgo["dias"]])
