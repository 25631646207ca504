"""Los lugares de la demostración: qué archivo tiene cada POS y la API de los que hablan HTTP."""

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from fluxion_luigi.config import Catalogo, Tienda
from fluxion_luigi.demo import api, pos
from fluxion_luigi.errores import ErrorUso
from fluxion_luigi.periodos import Rango

# No es un secreto: no protege más que ventas inventadas, en loopback. Ni es una palabra corriente,
# porque de todo mensaje se borra.
TOKEN = "t0k3n-inventado"


def exigir(catalogo: Catalogo) -> None:
    """Que el catálogo sea de demostración: sólo archivos suyos y una API en loopback.

    Raises:
        ErrorUso: si tiene alguna tienda de verdad.
    """
    ajenas = [t.id for t in catalogo.tiendas.values() if not all(map(_es_de_aqui, versiones(t)))]
    if ajenas:
        raise ErrorUso(
            f"El catálogo {catalogo.archivo} no es el de demostración "
            f"({', '.join(ajenas[:3])}…). La demostración no toca tiendas de verdad: quite "
            "FLUXION_CATALOGO de .env y del ambiente para correrla."
        )


def versiones(t: Tienda) -> tuple[Tienda, ...]:
    """La tienda con cada uno de sus POS, en orden; casi todas tienen uno."""
    return t.versiones or (t,)


def archivos(catalogo: Catalogo, t: Tienda) -> Iterator[tuple[Tienda, Rango]]:
    """Cada POS de una tienda, con su archivo, y los días en que vende con él."""
    for v in versiones(t):
        dias = [d for d in pos.HISTORIA if v.desde <= d <= v.hasta]
        if dias:
            archivo = v.archivo or carpeta_api(catalogo) / f"{v.sucursal}.sqlite"
            yield replace(v, archivo=archivo), Rango(dias[0], dias[-1])


def carpeta_api(catalogo: Catalogo) -> Path:
    """Donde están los archivos de las sucursales de la API."""
    return catalogo.archivo.parent / "demo" / "api"


def urls(tiendas: Iterable[Tienda]) -> list[str]:
    """Las direcciones de la API: casi siempre una."""
    return sorted({v.url for t in tiendas for v in versiones(t) if v.url})


@contextmanager
def con_api(catalogo: Catalogo) -> Iterator[None]:
    """La API, si alguna tienda la tiene, mientras dure el bloque; su token queda en el ambiente.

    Raises:
        ErrorUso: si no pudo arrancar.
    """
    token = os.environ.setdefault(api.TOKEN, TOKEN)
    with ExitStack() as todas:
        for url in urls(catalogo.tiendas.values()):
            puerto = urlsplit(url).port or 80
            todas.enter_context(api.sirviendo(carpeta_api(catalogo), puerto, token))
        yield


def _es_de_aqui(v: Tienda) -> bool:
    if v.url:
        return urlsplit(v.url).hostname == "127.0.0.1"
    return v.sistema == "demo" and v.archivo is not None
