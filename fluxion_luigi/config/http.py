"""La tabla `[http]` de un sistema POS que habla HTTP: cómo se le pide y dónde está cada cosa.

Las claves, y lo que valen si no se dicen, son las de `Http`, `Paginas` y `Entrada`. Un lugar dentro
de una respuesta se escribe con puntos: `meta.total_registros`. En `cuerpo` y en `ruta` se ponen
`{sucursal}`, `{desde}` y `{hasta}` (los dos días incluidos, con `formato_fecha`); en `cabeceras` y
en el cuerpo de la entrada, `{token}`, `{usuario}` y `{clave}`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

from fluxion_luigi.parecidos import con_parecido

MONEDAS = ("bs", "usd")
HUECO = re.compile(r"\{(\w+)\}")
DEL_PEDIDO = ("sucursal", "desde", "hasta")
SECRETOS = ("token", "usuario", "clave")
_UN_DIA = 86_400


@dataclass(frozen=True)
class Paginas:
    """Cómo viene una respuesta en páginas. Se piden hasta que no haya más y se unen por su clave.

    Por cursor: la siguiente se pide con lo que trae `siguiente`, hasta que no lo trae. Por número:
    desde `primera`, hasta una vacía o, si la respuesta dice cuántas son en `cuantas`, hasta ésa.
    """

    por: str
    pide: str
    siguiente: str = ""
    cuantas: str = ""
    primera: int = 1


@dataclass(frozen=True)
class Entrada:
    """La ruta que da un token por un usuario y su clave, y dónde viene.

    `vence`, si se dice, es dónde vienen los segundos que dura; si no, se pide otro cuando la API
    rechaza el que hay.
    """

    ruta: str
    token: str
    cuerpo: Mapping[str, Any]
    vence: str = ""


@dataclass(frozen=True)
class Http:
    """Cómo se piden las ventas.

    `lista` es dónde viene la lista (vale también una respuesta que sea la lista); `total`, cuántas
    líneas dice la API que son; `error`, lo que trae una respuesta que dice 200 y no lo es. `clave`
    distingue una línea de otra. `segundos_por_pedido` es lo más que dura un pedido entero. `ca`, el
    archivo de esta carpeta con los certificados en que se confía, si no son los del sistema; y
    `proxy`, la dirección de uno: el del ambiente no se usa.
    """

    ruta: str
    lista: str
    clave: tuple[str, ...]
    cuerpo: Mapping[str, Any]
    metodo: str = "POST"
    cabeceras: Mapping[str, str] = field(default_factory=dict)
    total: str = ""
    error: str = "error"
    dias_por_pedido: int = 1
    segundos_por_pedido: int = 900
    ca: str = ""
    proxy: str = ""
    paginas: Paginas | None = None
    entrada: Entrada | None = None

    @classmethod
    def de_dict(cls, datos: Mapping[str, Any]) -> "Http":
        """El que dice esa tabla, ya revisada, o un `asdict` que viajó en JSON."""
        paginas, entrada = datos.get("paginas"), datos.get("entrada")
        return cls(
            **{
                **datos,
                "clave": tuple(datos["clave"]),
                "paginas": Paginas(**paginas) if paginas else None,
                "entrada": Entrada(**entrada) if entrada else None,
            }
        )


def revisar(tabla: Any) -> Iterator[str]:
    """Todo lo que está mal en la tabla `[http]`, en frases sin su punto final."""
    if not isinstance(tabla, dict):
        yield "Falta la tabla [http]: cómo se le piden las ventas"
        return
    quejas = list(_tabla(Http, "[http]", tabla))
    for clave, clase in (("paginas", Paginas), ("entrada", Entrada)):
        if isinstance(tabla.get(clave), dict):
            quejas += _tabla(clase, f"[http.{clave}]", tabla[clave])
    yield from quejas
    if not quejas:
        yield from _sentido(Http.de_dict(tabla))


_TIPOS = {
    "cuerpo": (dict, "una tabla"), "cabeceras": (dict, "una tabla"),
    "paginas": (dict, "una tabla"), "entrada": (dict, "una tabla"),
    "clave": (list, "una lista de campos"), "primera": (int, "un número entero"),
    "dias_por_pedido": (int, "un número entero"), "segundos_por_pedido": (int, "un número entero"),
}  # fmt: skip


def _tabla(clase: type, donde: str, tabla: Mapping[str, Any]) -> Iterator[str]:
    """Lo desconocido, lo que falta y lo que no es del tipo debido."""
    campos = {f.name: f for f in fields(clase)}
    for clave, valor in tabla.items():
        if clave not in campos:
            yield (
                f"{donde}: clave desconocida: {con_parecido(clave, list(campos))}. Las que hay "
                f"son {', '.join(campos)}"
            )
            continue
        tipo, que = _TIPOS.get(clave, (str, "un texto"))
        vacia = tipo is list and not (valor and all(isinstance(v, str) and v for v in valor))
        if type(valor) is not tipo or vacia:
            yield f"{donde}: {clave} es {que}"
    for f in campos.values():
        obligatoria = f.default is MISSING and f.default_factory is MISSING
        if obligatoria and tabla.get(f.name) in (None, ""):
            yield f"{donde}: falta {f.name}"


def _sentido(http: Http) -> Iterator[str]:
    """Lo que, siendo del tipo debido, no puede ser."""
    if http.metodo not in ("GET", "POST"):
        yield '[http]: metodo es "GET" o "POST"'
    if not 1 <= http.dias_por_pedido <= 366:
        yield "[http]: dias_por_pedido va de 1 a 366"
    if not 1 <= http.segundos_por_pedido <= _UN_DIA:
        yield f"[http]: segundos_por_pedido va de 1 a {_UN_DIA}"
    yield from _ruta("[http]", http.ruta)
    if http.proxy and not re.fullmatch(r"https?://[^@\s/]+/?", http.proxy):
        yield "[http]: proxy es una dirección sin usuario ni clave, como http://proxy.invalid:3128"
    pedidos = huecos([http.ruta, http.cuerpo])
    yield from _de_mas("[http]", pedidos, DEL_PEDIDO)
    if faltan := [h for h in ("desde", "hasta") if h not in pedidos]:
        puestos = " ni ".join(f"{{{h}}}" for h in faltan)
        yield f"[http]: ni cuerpo ni ruta llevan {puestos}: traería siempre los mismos días"
    yield from _de_mas("[http.cabeceras]", huecos(http.cabeceras), SECRETOS)
    if not all(isinstance(v, str) for v in http.cabeceras.values()):
        yield "[http.cabeceras]: cada una es un texto"
    yield from _de_las_partes(http)


def _de_las_partes(http: Http) -> Iterator[str]:
    if http.entrada:
        yield from _ruta("[http.entrada]", http.entrada.ruta)
        yield from _de_mas("[http.entrada]", huecos(http.entrada.cuerpo), SECRETOS[1:])
    if p := http.paginas:
        if p.por not in ("cursor", "numero"):
            yield '[http.paginas]: por es "cursor" o "numero"'
        elif p.por == "cursor" and not p.siguiente:
            yield "[http.paginas]: falta siguiente: dónde viene el cursor de la que sigue"


def _ruta(donde: str, ruta: str) -> Iterator[str]:
    if not ruta.startswith("/"):
        yield f"{donde}: ruta empieza por «/»; la dirección va en «url» del catálogo"


def _de_mas(donde: str, hay: list[str], admite: tuple[str, ...]) -> Iterator[str]:
    if ajenos := [h for h in hay if h not in admite]:
        yield (
            f"{donde}: no se sabe qué es {', '.join(f'{{{h}}}' for h in ajenos)}; se ponen "
            f"{', '.join(f'{{{h}}}' for h in admite)}"
        )


def huecos(donde: Any) -> list[str]:
    """Los `{así}` de un texto, o de todos los de una tabla o una lista."""
    if isinstance(donde, str):
        return HUECO.findall(donde)
    partes = donde.values() if isinstance(donde, Mapping) else donde
    partes = partes if isinstance(donde, Mapping | list) else []
    return sorted({h for parte in partes for h in huecos(parte)})


def poner(donde: Any, valores: Mapping[str, str]) -> Any:
    """Lo mismo con cada `{así}` en su valor; lo que no es texto queda igual."""
    if isinstance(donde, str):
        return HUECO.sub(lambda m: valores.get(m[1], m[0]), donde)
    if isinstance(donde, Mapping):
        return {k: poner(v, valores) for k, v in donde.items()}
    return [poner(v, valores) for v in donde] if isinstance(donde, list) else donde
