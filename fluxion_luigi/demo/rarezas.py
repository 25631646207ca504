"""Lo raro de la cadena de demostración: qué le pasa a cada tienda, y con qué orden se remedia."""

import textwrap
from collections.abc import Iterable, Mapping
from datetime import date

from fluxion_luigi import cobertura
from fluxion_luigi.config import Catalogo, Configuracion, Tienda
from fluxion_luigi.demo import api, lugares, pos
from fluxion_luigi.informes import orden
from fluxion_luigi.informes.tablas import ancho
from fluxion_luigi.periodos import Rango, describir

PERIODO = pos.HISTORIA
# A toda la cadena se le piden los dos últimos meses.
RECIENTE = Rango(date(2025, 6, 1), date(2025, 7, 31))
CON_HUECO = "tienda_08"
# De unas pocas, además, la historia, en dos tandas: en la segunda se olvidó una, que queda con un
# hueco.
CON_HISTORIA = ("tienda_01", "tienda_02", "tienda_16")
TANDAS = (
    (Rango(PERIODO.desde, date(2025, 4, 11)), (*CON_HISTORIA, CON_HUECO)),
    (Rango(date(2025, 4, 12), date(2025, 5, 31)), CON_HISTORIA),
)
CAIDA = "tienda_15"
CON_LINEA_MALA, DIA_MALO = "tienda_13", date(2025, 7, 18)
OPCIONES = ("--local-scheduler",)
REPARAR = "python -m fluxion_luigi.demo --reparar"
ARRANCAR_API = "python -m fluxion_luigi.demo --api"

Dias = dict[str, list[date]]


def construir(catalogo: Catalogo) -> int:
    """Hace las bases que falten, menos la de la tienda caída; devuelve cuántas hizo."""
    return sum(
        pos.construir(con_uno, dias, malo=DIA_MALO if t.id == CON_LINEA_MALA else None)
        for t in catalogo.tiendas.values()
        if t.id != CAIDA
        for con_uno, dias in lugares.archivos(catalogo, t)
    )


def reparar(tiendas: Iterable[Tienda]) -> list[str]:
    """Hace lo que harían las tiendas: encender la caída, corregir la línea. Dice qué hizo."""
    hecho = []
    for t in tiendas:
        if t.id == CAIDA and pos.construir(t):
            hecho.append(f"{_nombre(t)} volvió: su archivo ya está.")
        if t.id == CON_LINEA_MALA and pos.danado(t, DIA_MALO):
            pos.corregir(t, DIA_MALO)
            hecho.append(f"{_nombre(t)} corrigió su línea del {DIA_MALO}.")
    return hecho


def faltan(config: Configuracion, rango: Rango) -> Dias:
    """Los días de ese rango que la base no tiene, por tienda. `ErrorFluxion` si no se lee."""
    dias = {
        t.id: [
            d
            for tramo in cobertura.tramos(config, t, rango)
            for d in cobertura.pendientes(config, t, tramo)
        ]
        for t in config.catalogo.elegir(())
    }
    return {t: suyos for t, suyos in dias.items() if suyos}


def sin_remedio(config: Configuracion) -> Dias:
    """De lo reciente que falta, lo que no se podrá cargar mientras la tienda siga como está."""
    malos = {}
    for id_, dias in faltan(config, RECIENTE).items():
        t = config.tienda(id_)
        if id_ == CAIDA and not t.archivo.is_file():
            malos[id_] = dias
        elif id_ == CON_LINEA_MALA and DIA_MALO in dias and pos.danado(t, DIA_MALO):
            malos[id_] = [DIA_MALO]
    return malos


def nombrar(dias: Mapping[str, list[date]]) -> str:
    """En una frase: `tienda_13 (2025-07-18) y …`; «nada» si no hay ninguno."""
    return " y ".join(f"{t} ({describir(suyos)})" for t, suyos in dias.items()) or "nada"


def texto(config: Configuracion) -> str:
    """Qué es cada rareza que hay ahora y qué la remedia; lo ya remediado no sale."""
    tiendas = {t.id: t for t in config.catalogo.elegir(())}
    lineas = ["Lo raro de esta cadena (para las órdenes, antes: . .venv/bin/activate):"]
    malos = sin_remedio(config)
    for id_, dias in malos.items():
        lineas += _punto(_nombre(tiendas[id_]), _que_tiene(id_, dias))
    if malos:
        lineas += ["· Eso lo corrigen las tiendas (la primera orden) y se repite lo que falta:"]
        lineas += [f"    {una}" for una in (REPARAR, _cargar(malos))]
    hueco = {t: d for t, d in faltan(config, PERIODO).items() if t == CON_HUECO}
    for id_, dias in hueco.items():
        que = f"un hueco de {len(dias)} días, {describir(dias)}: nadie los pidió. Basta pedirlos:"
        lineas += [*_punto(_nombre(tiendas[id_]), que), f"    {_cargar(hueco)}"]
    for t in tiendas.values():
        if t.apertura and t.apertura not in (PERIODO.desde, RECIENTE.desde):
            que = f"abrió el {t.apertura}. Lo de antes ni se pide ni se echa en falta."
            lineas += _punto(_nombre(t), que)
    lineas += _de_la_api(config.catalogo)
    cerrados = " y ".join(map(str, pos.CERRADOS))
    lineas += _punto(cerrados, "cerrado. La tienda confirma cero ventas: no es un hueco.")
    callados = [t.id for t in config.catalogo.tiendas.values() if t.id not in tiendas]
    if callados:
        que = "inactivas, o centros de distribución, que no venden: no se les pide nada."
        lineas += _punto(", ".join(callados), que)
    return "\n".join(
        [*lineas, "· Para verlo todo en una página, en el navegador:", f"    {_ver()}"]
    )


def _de_la_api(catalogo: Catalogo) -> list[str]:
    """Quién habla HTTP y quién se mudó, y con qué se arranca la API otra vez."""
    suyas = [t for t in catalogo.elegir(()) if t.url]
    if not suyas:
        return []
    mudadas = [t for t in suyas if t.anteriores]
    siempre = ", ".join(_nombre(t) for t in suyas if t not in mudadas)
    lineas = _punto(siempre, "su POS es una API HTTP; sus montos, en bolívares.") if siempre else []
    for t in mudadas:
        que = f"se mudó a esa API el {t.desde}. Lo de antes salió de su POS viejo."
        lineas += _punto(_nombre(t), que)
    lineas += _punto(
        "La API", "se paró al acabar. Para pedirle más, en otra terminal (y el token, en ésta):"
    )
    return [*lineas, f"    {ARRANCAR_API}", f"    export {api.TOKEN}={lugares.TOKEN}"]


def _que_tiene(id_: str, dias: list[date]) -> str:
    if id_ == CAIDA:
        return "está caída (su archivo no está). Se supo enseguida, y las demás siguieron."
    return (
        f"el {describir(dias)} escanearon un código en la casilla de la cantidad. Ese día se quedó "
        "fuera, con su causa; los demás están."
    )


def _punto(quien: str, que: str) -> list[str]:
    return textwrap.wrap(f"· {quien}: {que}", ancho(), subsequent_indent="  ")


def _cargar(dias: Dias) -> str:
    return orden.rango([d for suyos in dias.values() for d in suyos], dias, OPCIONES)


def _ver() -> str:
    partes = [f"--desde {PERIODO.desde} --hasta {PERIODO.hasta} --abrir", *OPCIONES]
    return f"luigi --module fluxion_luigi EstadoVentas {' '.join(partes)}"


def _nombre(t: Tienda) -> str:
    return f"{t.id} ({t.nombre})"
