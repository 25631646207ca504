"""El catálogo de lugares (`tiendas.toml`): quién vende, desde cuándo y dónde está su base.

Se revisa entero al leerlo y todos los problemas salen en un solo mensaje. Lo que se repite se
dice una vez, y gana lo más propio: `[predeterminados]`, `[sistemas.X]`, la tienda y, si se mudó de
un POS a otro, cada uno de los de su lista `pos`.
"""

import tomllib
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

from fluxion_luigi.archivos import leer_texto
from fluxion_luigi.config.entradas import COMUNES, Capas, es_nombre_de_base, tabla
from fluxion_luigi.config.tienda import TIPOS, Catalogo, Tienda
from fluxion_luigi.errores import ErrorConfiguracion

__all__ = ["TIPOS", "Catalogo", "Tienda", "es_nombre_de_base", "leer"]

_TABLAS = ("cadena", "predeterminados", "sistemas", "tiendas")


def leer(archivo: Path, sql: Path | None = None, hoy: date = date.max) -> Catalogo:
    """Lee y revisa el catálogo.

    Args:
        sql: la carpeta de los sistemas POS, que dicen de qué fuente es cada uno.
        hoy: qué día es: dice con qué POS está una tienda que se muda; si falta, con el último.

    Raises:
        ErrorConfiguracion: con todos los problemas en un solo mensaje.
    """
    crudo = _toml(archivo)
    problemas: list[str] = []
    for clave in crudo.keys() - {*_TABLAS}:
        problemas.append(f"clave desconocida «{clave}»; las válidas son {', '.join(_TABLAS)}")
    cadena = crudo.get("cadena")
    if not isinstance(cadena, str) or not cadena.strip():
        problemas.append('falta cadena = "nombre de la cadena"')
    comunes = tabla(crudo.get("predeterminados", {}), "[predeterminados]", COMUNES, problemas)
    capas = Capas(archivo.parent, sql, hoy, comunes, _sistemas(crudo, problemas))
    entradas = crudo.get("tiendas", {})
    if not isinstance(entradas, dict) or not entradas:
        problemas.append("no hay ninguna tienda; escriba una tabla [tiendas.tienda_01]")
        entradas = {}
    tiendas = {}
    for id_, entrada in entradas.items():
        tienda = capas.tienda(id_, entrada, problemas)
        if tienda:
            tiendas[id_] = tienda
    problemas += _repetidas(tiendas.values())
    problemas += [
        f"[tiendas.{t.id}]: comparte_con nombra «{otra}», que no está en el catálogo"
        for t in tiendas.values()
        for otra in t.comparte_con
        if not isinstance(otra, str) or otra not in entradas
    ]
    if problemas:
        raise ErrorConfiguracion(
            f"El catálogo {archivo} tiene {len(problemas)} problema(s):\n"
            + "\n".join(f"  - {p}" for p in problemas)
        )
    return Catalogo(cadena.strip(), tiendas, archivo)


def _toml(archivo: Path) -> dict[str, Any]:
    texto = leer_texto(
        archivo,
        "Copie tiendas.ejemplo.toml, complételo y diga dónde está en la clave «catalogo» de "
        "luigi.cfg o en FLUXION_CATALOGO.",
    )
    try:
        return tomllib.loads(texto)
    except (ValueError, RecursionError) as e:  # también un entero de cinco mil cifras
        raise ErrorConfiguracion(f"El catálogo {archivo} no es TOML válido: {e}.") from None


def _sistemas(crudo: dict[str, Any], problemas: list[str]) -> dict[str, dict[str, Any]]:
    """Lo predeterminado de las tiendas de cada sistema."""
    dichos = crudo.get("sistemas", {})
    if not isinstance(dichos, dict):
        problemas.append("[sistemas] debe ser una tabla: escriba [sistemas.stellar]")
        return {}
    validas = tuple(c for c in COMUNES if c != "sistema")
    return {s: tabla(d, f"[sistemas.{s}]", validas, problemas) for s, d in dichos.items()}


def _repetidas(tiendas) -> list[str]:
    """Dos entradas sobre una misma base cargarían las mismas ventas con dos nombres."""
    por_lugar: dict[Any, list[Tienda]] = {}
    for t in tiendas:
        for lugar in {_base_de(v) for v in t.versiones or (t,)}:
            por_lugar.setdefault(lugar, []).append(t)
    return [
        f"{' y '.join(t.id for t in mismas)} apuntan a la misma base; cada tienda tiene la suya"
        for mismas in por_lugar.values()
        if any(not _se_comparten(a, b) for a, b in combinations(mismas, 2))
    ]


def _base_de(t: Tienda) -> Any:
    if t.url:
        return t.url.lower(), t.sucursal
    bases = tuple(sorted((k, str(v).lower()) for k, v in t.bases.items()))
    return t.archivo or (t.host.lower(), t.puerto, t.base_datos.lower(), bases)


def _se_comparten(una: Tienda, otra: Tienda) -> bool:
    return otra.id in una.comparte_con or una.id in otra.comparte_con
