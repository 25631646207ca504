"""Una entrada del catálogo, hecha tienda: se juntan sus capas y se revisa lo que dicen."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from fluxion_luigi.config import enlace
from fluxion_luigi.config.tienda import TIPOS, Tienda
from fluxion_luigi.periodos import UN_DIA

CLAVES: dict[str, type] = {
    "nombre": str, "sistema": str, "driver": str, "tipo": str, "activa": bool,
    "apertura": date, "host": str, "puerto": int, "base_datos": str, "archivo": str,
    "url": str, "sucursal": str, "usuario_env": str, "clave_env": str, "token_env": str,
    "opciones": dict, "bases": dict, "comparte_con": list, "no_revisar": list,
    "desde": date, "pos": list,
}  # fmt: skip
COMUNES = (
    "sistema", "driver", "puerto", "base_datos", "url", "usuario_env", "clave_env", "token_env",
    "opciones", "bases", "no_revisar",
)  # fmt: skip
# Lo que puede decir cada uno de los POS de una tienda que se mudó.
_DE_UN_POS = (
    "desde", "sistema", "driver", "host", "puerto", "base_datos", "archivo", "url", "sucursal",
    "usuario_env", "clave_env", "token_env", "opciones", "bases",
)  # fmt: skip
_DE_TIENDA = tuple(c for c in CLAVES if c != "desde")
# Lo que una fuente no usa: dicho para todas se ignora, y en la propia tienda es un error.
HTTP, ODBC = "http", "odbc"
_NO_USA = {
    HTTP: ("driver", "host", "puerto", "base_datos", "archivo", "opciones", "bases"),
    ODBC: ("url", "sucursal", "token_env"),
}
_CREDENCIALES = ("usuario_env", "clave_env", "token_env")
# Lo que SQL Server y PostgreSQL admiten en un nombre, y no parte una cadena de conexión.
_NOMBRE_DE_BASE = re.compile(r"[\w$#@. -]{1,128}")
_EN_PALABRAS = {str: "un texto", bool: "true o false", date: "una fecha AAAA-MM-DD sin comillas",
                int: "un número entero", dict: "una tabla", list: "una lista"}  # fmt: skip
_PROPIAS = {"id", "fuente", "numero", "hasta", "versiones"}
assert set(CLAVES) - {"pos"} | _PROPIAS == {f.name for f in fields(Tienda)}


def es_nombre_de_base(nombre: Any) -> bool:
    """Si es un nombre que se puede citar en una consulta y poner en una cadena de conexión."""
    return isinstance(nombre, str) and bool(_NOMBRE_DE_BASE.fullmatch(nombre))


def tabla(datos: Any, donde: str, validas: Sequence[str], problemas: list[str]) -> dict[str, Any]:
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
        elif type(valor) is not CLAVES[clave]:
            problemas.append(f"{donde}: {clave} debe ser {_EN_PALABRAS[CLAVES[clave]]}")
        else:
            buenas[clave] = valor
    return buenas


@dataclass(frozen=True)
class Capas:
    """Lo que vale para todas las tiendas y para las de cada sistema, y con qué se entiende."""

    carpeta: Path
    sql: Path | None
    hoy: date
    comunes: Mapping[str, Any]
    sistemas: Mapping[str, Mapping[str, Any]]

    def tienda(self, id_: str, entrada: Any, problemas: list[str]) -> Tienda | None:
        """La tienda de una entrada, con todos sus POS; None si algo está mal, y queda anotado."""
        antes, donde = len(problemas), f"[tiendas.{id_}]"
        propios = tabla(entrada, donde, _DE_TIENDA, problemas)
        if not id_.isidentifier() or not id_.isascii() or id_ != id_.lower():
            problemas.append(f"{donde}: el id sólo lleva minúsculas sin acento, números y _")
        if "pos" not in propios:
            return self._version(id_, donde, [propios], problemas)
        lista = [
            tabla(p, f"[[tiendas.{id_}.pos]] {n}", _DE_UN_POS, problemas)
            for n, p in enumerate(propios.pop("pos"), 1)
        ]
        problemas += [f"{donde}: {p}" for p in _de_fechas(lista)]
        if len(problemas) > antes:
            return None
        hasta = [p["desde"] - UN_DIA for p in lista[1:]] + [date.max]
        versiones = [
            self._version(
                id_, f"[[tiendas.{id_}.pos]] {n}", [propios, p], problemas, numero=n, hasta=fin
            )
            for n, (p, fin) in enumerate(zip(lista, hasta, strict=True), 1)
        ]
        if None in versiones:
            return None
        problemas += [
            f"{donde}: sus pos {a.numero} y {b.numero} son el mismo ({b.pos}); quite uno"
            for a, b in pairwise(versiones)
            if a.pos == b.pos
        ]
        de_hoy = next(v for v in versiones if v.desde <= self.hoy <= v.hasta)
        return replace(de_hoy, versiones=tuple(versiones))

    def _version(
        self, id_: str, donde: str, propias: list[dict], problemas: list[str], **mas: Any
    ) -> Tienda | None:
        """La tienda con uno de sus POS.

        Args:
            propias: lo que dicen la tienda y el POS, de lo menos a lo más propio.
        """
        antes = len(problemas)
        nombre = _juntas([self.comunes, *propias]).get("sistema", "")
        capas = [self.sistemas.get(nombre, {}), *propias]
        fuente = self._fuente(nombre, _juntas([self.comunes, *capas]))
        datos = _juntas([self._comunes_de(fuente), *capas])
        sobran = [c for c in propias[-1] if c in _NO_USA[fuente]]
        if sobran:
            problemas.append(
                f"{donde}: sobra {', '.join(sobran)}: el sistema «{nombre}» es de fuente {fuente}"
            )
        datos = {c: v for c, v in datos.items() if c not in _NO_USA[fuente]}
        datos.setdefault("driver", "")
        for clave in ("nombre", "sistema", *(["driver"] if fuente == ODBC else ["url"])):
            if not datos.get(clave):
                problemas.append(f"{donde}: falta {clave}")
        if datos.get("tipo", "tienda") not in TIPOS:
            problemas.append(f"{donde}: tipo debe ser uno de {', '.join(TIPOS)}")
        quejas = [enlace.problema_de_variable(k, datos.get(k, "")) for k in _CREDENCIALES]
        if fuente == HTTP:
            datos["url"], queja = enlace.direccion_de_api(datos.get("url", ""))
            datos["sucursal"] = datos.get("sucursal", "").strip()
            quejas.append(queja)
        else:
            con_su_puerto = any("puerto" in capa for capa in propias)
            quejas += _del_enlace(datos, con_su_puerto=con_su_puerto)
            quejas += _de_la_base(datos, self.carpeta)
        problemas += [f"{donde}: {q}" for q in quejas if q]
        return Tienda(id=id_, fuente=fuente, **datos, **mas) if len(problemas) == antes else None

    def _comunes_de(self, fuente: str) -> Mapping[str, Any]:
        """Lo predeterminado; las credenciales, sólo si son de esa fuente: a una API no se le manda
        la clave de las bases."""
        if self._fuente(self.comunes.get("sistema", ""), self.comunes) == fuente:
            return self.comunes
        return {c: v for c, v in self.comunes.items() if c not in _CREDENCIALES}

    def _fuente(self, sistema: str, datos: Mapping[str, Any]) -> str:
        """De qué fuente es un sistema; del que no existe, por lo que dicen sus tiendas."""
        try:
            texto = (self.sql / sistema / "sistema.toml").read_text(encoding="utf-8-sig")
            return HTTP if tomllib.loads(texto).get("fuente") == HTTP else ODBC
        except (TypeError, OSError, ValueError, RecursionError):
            # Lo que esté mal en su carpeta lo dice quien la lea.
            return HTTP if datos.get("url") and not datos.get("host") else ODBC


def _juntas(capas: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Lo que dicen unas capas; gana la última, y las tablas y `no_revisar` se suman."""
    datos: dict[str, Any] = {"opciones": {}, "bases": {}, "comparte_con": (), "no_revisar": ()}
    for capa in capas:
        sumados = {
            **{c: {**datos[c], **capa.get(c, {})} for c in ("opciones", "bases")},
            "no_revisar": (*datos["no_revisar"], *map(str, capa.get("no_revisar", ()))),
        }
        datos |= {**capa, **sumados}
    datos["comparte_con"] = tuple(datos["comparte_con"])
    return datos


def _de_fechas(lista: list[dict[str, Any]]) -> list[str]:
    """Lo malo de los días desde los que vale cada POS."""
    if not lista:
        return ["pos está vacía; diga sus POS con [[tiendas.….pos]], o quítela"]
    problemas = []
    if "desde" in lista[0]:
        problemas.append("el primer pos no lleva desde: es el que tenía desde siempre")
    sin = [str(n) for n, p in enumerate(lista[1:], 2) if "desde" not in p]
    if sin:
        problemas.append(f"al pos {', '.join(sin)} le falta desde, su primer día")
    dichas = [p["desde"] for p in lista[1:] if "desde" in p]
    problemas += [
        f"los pos van en orden de fecha, y después de {a} viene {b}"
        for a, b in pairwise(dichas)
        if b <= a
    ]
    return problemas


def _del_enlace(datos: dict[str, Any], *, con_su_puerto: bool) -> list[str]:
    """Lo malo de cómo se llega a la base; deja el host como lo entienden los drivers."""
    problemas = [enlace.problema_de_driver(datos["driver"])]
    problemas += enlace.problemas_de_opciones(datos["opciones"], datos["driver"])
    if datos.get("host") and not datos.get("archivo"):
        datos["host"], problema = enlace.direccion(datos["host"], con_su_puerto=con_su_puerto)
        problemas.append(problema)
    return problemas


def _de_la_base(datos: dict[str, Any], carpeta: Path) -> list[str]:
    """Lo malo de qué base es; deja el archivo con su ruta entera."""
    nombres = {"base_datos": datos.get("base_datos", ""), **datos["bases"]}
    problemas = [
        f"{k} = {enlace.visible(n)} no es un nombre de base de datos"
        for k, n in nombres.items()
        if n and not es_nombre_de_base(n)
    ]
    if "base_datos" in datos["bases"]:
        problemas.append("base_datos va fuera de «bases»")
    if datos.get("archivo"):
        if ";" in datos["archivo"]:
            problemas.append("archivo lleva un «;», que parte la cadena de conexión")
        datos["archivo"] = (carpeta / Path(datos["archivo"]).expanduser()).resolve()
        datos["puerto"], datos["base_datos"] = 0, ""
        return problemas
    faltan = [k for k in ("host", "puerto", "base_datos") if not datos.get(k)]
    if faltan:
        problemas.append(f"falta {', '.join(faltan)} (o archivo)")
    elif not 0 < datos["puerto"] < 65536:
        problemas.append("puerto debe estar entre 1 y 65535")
    return problemas
