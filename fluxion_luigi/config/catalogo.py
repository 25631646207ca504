"""El catálogo de lugares (`tiendas.toml`): quién vende, desde cuándo y dónde está su base.

Se revisa entero al leerlo y todos los problemas salen en un solo mensaje.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

from fluxion_luigi.archivos import leer_texto
from fluxion_luigi.config import enlace
from fluxion_luigi.errores import ErrorConfiguracion, ErrorUso

TIPOS = ("tienda", "mayorista", "distribucion")


@dataclass(frozen=True)
class Tienda:
    """Un lugar de la cadena.

    `usuario_env` y `clave_env` son nombres de variables de ambiente, nunca los valores. `bases` son
    los otros nombres de base que sus consultas escriben `{así}`, y `comparte_con`, las tiendas cuya
    base es de verdad la misma o una copia: en ésas no es un error. `no_revisar`, las revisiones de
    calidad (archivos de `sql/calidad`, sin `.sql`) que con ella no van.
    """

    id: str
    nombre: str
    sistema: str
    driver: str
    tipo: str = "tienda"
    activa: bool = True
    apertura: date | None = None
    host: str = ""
    puerto: int = 0
    base_datos: str = ""
    archivo: Path | None = None
    usuario_env: str = ""
    clave_env: str = ""
    opciones: Mapping[str, enlace.Opcion] = field(default_factory=dict)
    bases: Mapping[str, str] = field(default_factory=dict)
    comparte_con: tuple[str, ...] = ()
    no_revisar: tuple[str, ...] = ()

    @property
    def vende(self) -> bool:
        """Un centro de distribución nunca vende."""
        return self.tipo != "distribucion"

    @property
    def fuente(self) -> str:
        """De qué clase es su POS: el paquete de `origen/` que sabe leerlo."""
        return "odbc"

    @property
    def lugar(self) -> str:
        """Dónde está su base, para mensajes: `host:puerto/base` o la ruta del archivo."""
        if self.archivo:
            return str(self.archivo)
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.puerto}/{self.base_datos}"


@dataclass(frozen=True)
class Catalogo:
    """La cadena: su nombre y sus lugares, en el orden del archivo."""

    cadena: str
    tiendas: Mapping[str, Tienda]
    archivo: Path

    def buscar(self, id_: str) -> Tienda:
        """Un lugar por su id. `ErrorUso` si no está; dice cuáles hay."""
        if id_ not in self.tiendas:
            raise ErrorUso(
                f"No existe «{id_}» en {self.archivo.name}. Los lugares son: "
                f"{', '.join(self.tiendas)}."
            )
        return self.tiendas[id_]

    def elegir(self, pedidas: tuple[str, ...]) -> list[Tienda]:
        """Las tiendas pedidas por id o, si no se pide ninguna, las activas que venden.

        Raises:
            ErrorUso: si alguna no está en el catálogo, no vende o está inactiva.
        """
        if not pedidas:
            return [t for t in self.tiendas.values() if t.activa and t.vende]
        elegidas = [self.buscar(t) for t in dict.fromkeys(pedidas)]
        no_venden = [t.id for t in elegidas if not t.vende]
        if no_venden:
            raise ErrorUso(
                f"No vende(n), son centros de distribución: {', '.join(no_venden)}. "
                "Quítelos de --tiendas."
            )
        inactivas = [t.id for t in elegidas if not t.activa]
        if inactivas:
            raise ErrorUso(
                f"Está(n) inactiva(s) en {self.archivo.name}: {', '.join(inactivas)}. "
                "Actívelas allí (activa = true) o quítelas de --tiendas."
            )
        return elegidas


_CLAVES: dict[str, type] = {
    "nombre": str, "sistema": str, "driver": str, "tipo": str, "activa": bool,
    "apertura": date, "host": str, "puerto": int, "base_datos": str, "archivo": str,
    "usuario_env": str, "clave_env": str, "opciones": dict,
    "bases": dict, "comparte_con": list, "no_revisar": list,
}  # fmt: skip
_COMUNES = (
    "sistema", "driver", "puerto", "base_datos", "usuario_env", "clave_env", "opciones", "bases",
    "no_revisar",
)  # fmt: skip
# Lo que SQL Server y PostgreSQL admiten en un nombre, y no parte una cadena de conexión.
_NOMBRE_DE_BASE = re.compile(r"[\w$#@. -]{1,128}")
_EN_PALABRAS = {str: "un texto", bool: "true o false", date: "una fecha AAAA-MM-DD sin comillas",
                int: "un número entero", dict: "una tabla", list: "una lista"}  # fmt: skip
assert set(_CLAVES) | {"id"} == {f.name for f in fields(Tienda)}


def es_nombre_de_base(nombre: Any) -> bool:
    """Si es un nombre que se puede citar en una consulta y poner en una cadena de conexión."""
    return isinstance(nombre, str) and bool(_NOMBRE_DE_BASE.fullmatch(nombre))


def leer(archivo: Path) -> Catalogo:
    """Lee y revisa el catálogo.

    Raises:
        ErrorConfiguracion: con todos los problemas en un solo mensaje.
    """
    crudo = _toml(archivo)
    problemas: list[str] = []
    for clave in crudo.keys() - {"cadena", "predeterminados", "tiendas"}:
        problemas.append(
            f"clave desconocida «{clave}»; las válidas son cadena, predeterminados, tiendas"
        )
    cadena = crudo.get("cadena")
    if not isinstance(cadena, str) or not cadena.strip():
        problemas.append('falta cadena = "nombre de la cadena"')
    comunes = _tabla(crudo.get("predeterminados", {}), "[predeterminados]", _COMUNES, problemas)
    entradas = crudo.get("tiendas", {})
    if not isinstance(entradas, dict) or not entradas:
        problemas.append("no hay ninguna tienda; escriba una tabla [tiendas.tienda_01]")
        entradas = {}
    tiendas = {}
    for id_, entrada in entradas.items():
        tienda = _tienda(id_, entrada, comunes, archivo.parent, problemas)
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


def _tabla(datos: Any, donde: str, validas, problemas: list[str]) -> dict[str, Any]:
    """Las claves conocidas y con el tipo debido; lo demás se anota en `problemas`."""
    if not isinstance(datos, dict):
        problemas.append(f"{donde} debe ser una tabla")
        return {}
    buenas = {}
    for clave, valor in datos.items():
        if clave not in validas:
            problemas.append(
                f"{donde}: clave desconocida «{clave}»; las válidas son {', '.join(validas)}"
            )
        elif type(valor) is not _CLAVES[clave]:
            problemas.append(f"{donde}: {clave} debe ser {_EN_PALABRAS[_CLAVES[clave]]}")
        else:
            buenas[clave] = valor
    return buenas


def _tienda(id_, entrada, comunes, carpeta: Path, problemas: list[str]) -> Tienda | None:
    antes = len(problemas)
    donde = f"[tiendas.{id_}]"
    propios = _tabla(entrada, donde, tuple(_CLAVES), problemas)
    datos = {**comunes, **propios}
    datos["opciones"] = {**comunes.get("opciones", {}), **datos.get("opciones", {})}
    datos["bases"] = {**comunes.get("bases", {}), **datos.get("bases", {})}
    datos["comparte_con"] = tuple(datos.get("comparte_con", ()))
    datos["no_revisar"] = tuple(
        map(str, [*comunes.get("no_revisar", ()), *propios.get("no_revisar", ())])
    )
    if not id_.isidentifier() or not id_.isascii() or id_ != id_.lower():
        problemas.append(f"{donde}: el id sólo lleva minúsculas sin acento, números y _")
    for clave in ("nombre", "sistema", "driver"):
        if not datos.get(clave):
            problemas.append(f"{donde}: falta {clave}")
    if datos.get("tipo", "tienda") not in TIPOS:
        problemas.append(f"{donde}: tipo debe ser uno de {', '.join(TIPOS)}")
    nombres = {"base_datos": datos.get("base_datos", ""), **datos["bases"]}
    problemas += [
        f"{donde}: {k} = {enlace.visible(n)} no es un nombre de base de datos"
        for k, n in nombres.items()
        if n and not es_nombre_de_base(n)
    ]
    problemas += [f"{donde}: {p}" for p in _del_enlace(datos, "puerto" in propios)]
    if "base_datos" in datos["bases"]:
        problemas.append(f"{donde}: base_datos va fuera de «bases»")
    if datos.get("archivo"):
        if ";" in datos["archivo"]:
            problemas.append(f"{donde}: archivo lleva un «;», que parte la cadena de conexión")
        datos["archivo"] = (carpeta / Path(datos["archivo"]).expanduser()).resolve()
        datos["puerto"], datos["base_datos"] = 0, ""
    else:
        faltan = [k for k in ("host", "puerto", "base_datos") if not datos.get(k)]
        if faltan:
            problemas.append(f"{donde}: falta {', '.join(faltan)} (o archivo)")
        elif not 0 < datos["puerto"] < 65536:
            problemas.append(f"{donde}: puerto debe estar entre 1 y 65535")
    return Tienda(id=id_, **datos) if len(problemas) == antes else None


def _del_enlace(datos: dict[str, Any], con_su_puerto: bool) -> list[str]:
    """Lo malo de cómo se llega a la base; deja el host como lo entienden los drivers."""
    problemas = [enlace.problema_de_driver(datos.get("driver", ""))]
    problemas += [
        enlace.problema_de_variable(k, datos.get(k, "")) for k in ("usuario_env", "clave_env")
    ]
    problemas += enlace.problemas_de_opciones(datos["opciones"], datos.get("driver", ""))
    if datos.get("host") and not datos.get("archivo"):
        datos["host"], problema = enlace.direccion(datos["host"], con_su_puerto=con_su_puerto)
        problemas.append(problema)
    return [p for p in problemas if p]


def _repetidas(tiendas) -> list[str]:
    """Dos entradas sobre una misma base cargarían las mismas ventas con dos nombres."""
    por_lugar: dict[Any, list[Tienda]] = {}
    for t in tiendas:
        bases = tuple(sorted((k, str(v).lower()) for k, v in t.bases.items()))
        lugar = t.archivo or (t.host.lower(), t.puerto, t.base_datos.lower(), bases)
        por_lugar.setdefault(lugar, []).append(t)
    return [
        f"{' y '.join(t.id for t in mismas)} apuntan a la misma base; cada tienda tiene la suya"
        for mismas in por_lugar.values()
        if any(not _se_comparten(a, b) for a, b in combinations(mismas, 2))
    ]


def _se_comparten(una: Tienda, otra: Tienda) -> bool:
    return otra.id in una.comparte_con or una.id in otra.comparte_con
