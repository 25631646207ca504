"""La carpeta de un sistema POS, leída con indulgencia: lo que se pudo y todo lo que tiene mal."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from fluxion_luigi.archivos import leer_texto
from fluxion_luigi.config import http
from fluxion_luigi.config.catalogo import es_nombre_de_base
from fluxion_luigi.config.enlace import problemas_de_opciones
from fluxion_luigi.errores import ErrorConfiguracion
from fluxion_luigi.esquema import Hallazgo
from fluxion_luigi.parecidos import con_parecido, parecido

HUECO = re.compile(r"\{(\w+)\}")
CONSULTAS = ("ventas", "productos", "conteo", "identidad", "muestra")
OBLIGATORIAS = ("ventas.sql", "conteo.sql", "sistema.toml")
# Por cómo se le pregunta a un sistema, sus archivos y las claves de su sistema.toml.
ARCHIVOS = {
    "odbc": (*(f"{c}.sql" for c in CONSULTAS), "sesion.sql", "sistema.toml"),
    "http": ("ventas.sql", "conteo.sql", "facturas.sql", "sistema.toml"),
}
_UNA_DE = {"fuente": tuple(ARCHIVOS), "moneda": http.MONEDAS}
SIN_PARAMETROS = ("identidad", "sesion")
_COMUNES = ("fuente", "formato_fecha", "moneda")
_CLAVES = {
    "odbc": (*_COMUNES, "comillas", "clave_producto", "bases", "opciones"),
    "http": (*_COMUNES, "http"),
}
_TEXTO = re.compile(r"'(?:[^']|'')*'")
# Un texto o un nombre citado, que se quedan, o un comentario; los `/*+ */` son para el servidor.
_COMENTARIO = re.compile(
    r"""('(?:[^']|'')*'|"(?:[^"]|"")*")|--[^\n]*|/\*(?![+!]).*?\*/""", re.DOTALL
)


@dataclass
class Carpeta:
    """Lo que dice cada archivo de un sistema POS; el que falta o está mal no aparece."""

    ruta: Path
    textos: dict[str, str] = field(default_factory=dict)
    propio: dict[str, Any] = field(default_factory=dict)
    hallazgos: list[Hallazgo] = field(default_factory=list)
    fuente: str = "odbc"

    @property
    def nombre(self) -> str:
        """El del sistema."""
        return self.ruta.name

    def anotar(self, archivo: str, texto: str, *, impide: bool = True) -> None:
        """Agrega un hallazgo."""
        self.hallazgos.append(Hallazgo(archivo, texto, impide))


def leer(raiz: Path, nombre: str) -> Carpeta:
    """Lee la carpeta `nombre` de `raiz`. No falla: lo que no se pueda queda en los hallazgos."""
    carpeta = Carpeta(raiz / nombre)
    if not carpeta.ruta.is_dir():
        # En sql/ hay otras carpetas, y la de las vistas también tiene un ventas.sql.
        hay = sorted({p.parent.name for p in raiz.glob("*/sistema.toml")})
        carpeta.anotar(
            carpeta.nombre,
            f"No existe el sistema POS «{nombre}»: no hay una carpeta {carpeta.ruta}. Los que hay "
            f"son: {', '.join(hay) or 'ninguno'}.",
        )
        return carpeta
    carpeta.fuente = fuente(raiz, nombre)
    ajenos = _ajenos(carpeta)
    for archivo in ARCHIVOS[carpeta.fuente]:
        _leer_archivo(carpeta, archivo, ajenos)
    for archivo in ajenos:
        carpeta.anotar(archivo, "No se usa: no es ninguno de los de un sistema POS.", impide=False)
    if "sistema.toml" in carpeta.textos:
        _leer_toml(carpeta)
    if carpeta.fuente == "odbc":
        for archivo in [a for a in carpeta.textos if a.endswith(".sql")]:
            _revisar_parametros(carpeta, archivo)
    return carpeta


def fuente(raiz: Path, nombre: str) -> str:
    """Cómo se le pregunta a un sistema, `odbc` o `http`; `odbc` si no lo dice bien."""
    try:
        dicha = tomllib.loads(leer_texto(raiz / nombre / "sistema.toml")).get("fuente")
    except (ErrorConfiguracion, ValueError, RecursionError):
        return "odbc"  # al leerlo entero se dirá qué tiene
    return dicha if dicha in ARCHIVOS else "odbc"


def sin_decir(consulta: str, nombres: Mapping[str, str]) -> list[str]:
    """Los nombres `{así}` de una consulta que nadie dijo cuáles son."""
    return sorted({h for h in HUECO.findall(consulta) if not nombres.get(h)})


def parametros(consulta: str) -> int:
    """Cuántos `?` lleva, sin los de dentro de un texto."""
    return _TEXTO.sub("", consulta).count("?")


def _ajenos(carpeta: Carpeta) -> list[str]:
    return sorted(
        p.name
        for p in carpeta.ruta.iterdir()
        if p.name not in ARCHIVOS[carpeta.fuente] and p.suffix.lower() in (".sql", ".toml")
    )


def _leer_archivo(carpeta: Carpeta, archivo: str, ajenos: list[str]) -> None:
    try:
        # Un editor de Windows puede poner delante una marca de UTF-8.
        texto = (carpeta.ruta / archivo).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        if archivo in OBLIGATORIAS:
            quizas = [a for a in ajenos if parecido(a, [archivo])]
            pista = f"; ¿será {' o '.join(quizas)}, con otro nombre?" if quizas else "."
            carpeta.anotar(archivo, f"Falta, y es obligatorio{pista}")
        return
    except UnicodeDecodeError:
        texto = "\0"
    except OSError as e:
        carpeta.anotar(archivo, f"No se puede leer: {e.strerror}.")
        return
    if "\0" in texto:  # así se ve un UTF-16 sin marca
        carpeta.anotar(archivo, "No está en UTF-8: guárdelo así (en SSMS, «Guardar con "
                       "codificación…»).")  # fmt: skip
        return
    if archivo.endswith(".sql"):
        # Sin comentarios: algún driver busca parámetros `?` también en ellos.
        texto = _COMENTARIO.sub(lambda m: m[1] or " ", texto).strip()
        if archivo != "sesion.sql":
            texto = texto.rstrip("; \n\t")
        if not texto:
            o_que = "." if archivo in OBLIGATORIAS else " o quítelo."
            carpeta.anotar(archivo, f"Está vacío. Escríbalo{o_que}")
            return
    carpeta.textos[archivo] = texto


def _leer_toml(carpeta: Carpeta) -> None:
    try:
        propio = tomllib.loads(carpeta.textos["sistema.toml"])
    except (tomllib.TOMLDecodeError, RecursionError) as e:
        carpeta.anotar("sistema.toml", f"No es TOML válido: {e}.")
        return
    claves = _CLAVES[carpeta.fuente]
    for clave, valor in propio.items():
        if clave not in claves:
            carpeta.anotar(
                "sistema.toml",
                f"Clave desconocida: {con_parecido(clave, claves)}. Las que hay son "
                f"{', '.join(claves)}.",
            )
        elif queja := _queja(clave, valor):
            carpeta.anotar("sistema.toml", f"{queja}.")
        else:
            carpeta.propio[clave] = valor
    if "formato_fecha" not in propio:
        carpeta.anotar(
            "sistema.toml",
            'Falta formato_fecha: cómo se le escribe un día a ese servidor, "%Y-%m-%d" o "%Y%m%d".',
        )
    if carpeta.fuente == "http":
        for queja in http.revisar(propio.get("http")):
            carpeta.anotar("sistema.toml", f"{queja}.")
        if "moneda" not in propio:
            carpeta.anotar(
                "sistema.toml",
                'Falta moneda: en cuál van precio_unitario, costo y total, "bs" o "usd".',
            )


def _queja(clave: str, valor: Any) -> str | None:
    """Qué tiene de malo el valor de una clave, o None. La tabla [http] se revisa aparte."""
    if clave in _UNA_DE and valor not in _UNA_DE[clave]:
        return f"{clave} es {' o '.join(_UNA_DE[clave])}"
    if clave == "formato_fecha":
        if not isinstance(valor, str):
            return 'formato_fecha es un texto, como "%Y-%m-%d"'
        dias = (date(2001, 2, 3), date(2001, 2, 4), date(2001, 3, 3), date(2002, 2, 3))
        if len({d.strftime(valor) for d in dias}) < len(dias):
            return f'formato_fecha = "{valor}" no distingue unos días de otros; use "%Y-%m-%d"'
    if clave == "comillas" and (not isinstance(valor, str) or len(valor) not in (1, 2)):
        return "comillas son una o dos letras: con qué abre y cierra un nombre"
    if clave == "clave_producto":
        if not isinstance(valor, list) or not all(isinstance(c, str) for c in valor):
            return "clave_producto es una lista de columnas"
        if "codigo" not in valor:
            return "clave_producto debe llevar «codigo», y lo demás que haga falta"
    if clave == "bases" and not (
        isinstance(valor, dict) and all(map(es_nombre_de_base, valor.values()))
    ):
        return "[bases] es una tabla de nombres de base de datos"
    return _queja_de_opciones(valor) if clave == "opciones" else None


def _queja_de_opciones(valor: Any) -> str | None:
    if not isinstance(valor, dict):
        return "[opciones] es una tabla de opciones del driver"
    return "; ".join(problemas_de_opciones(valor, driver="")) or None


def _revisar_parametros(carpeta: Carpeta, archivo: str) -> None:
    hay = parametros(carpeta.textos[archivo])
    debe = 0 if archivo.removesuffix(".sql") in SIN_PARAMETROS else 2
    if hay == debe:
        return
    if debe:
        carpeta.anotar(
            archivo,
            f"Lleva {hay} parámetro(s) ? y deben ser 2: fecha >= ? (desde) y fecha < ? (hasta, "
            "excluido).",
        )
    else:
        carpeta.anotar(archivo, f"Lleva {hay} parámetro(s) ? y no recibe ninguno.")
