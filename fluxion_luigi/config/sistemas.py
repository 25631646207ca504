"""Los sistemas POS: cada uno es una carpeta de `sql/` con sus consultas y su `sistema.toml`.

- `ventas.sql`: las líneas de venta; dos parámetros `?`: desde (incluido) y hasta (excluido). Los
  textos, de una letra más de las que caben (`esquema.ANCHO_TEXTO`), para que ninguno se recorte sin
  saberse. Puede dar `reparo`: qué tiene de malo la línea, vacío si nada.
- `productos.sql` (opcional): un renglón por código vendido entre esas fechas, con `codigo` tal como
  lo da `ventas.sql` y las columnas que dependen sólo de él, que `ventas.sql` ya no entrega. Así
  cada producto viaja una vez y no con cada línea.
- `conteo.sql`: `dia, filas, total` por día, con los mismos parámetros, y las demás sumas que quiera
  (`esquema.SUMAS`), redondeadas como en `ventas.sql`. Las filas sin fecha, en un día vacío.
- `identidad.sql` (opcional): un texto, quién dice ser el servidor. Distinto en cada tienda.
- `muestra.sql` (opcional): las líneas de unos días de otro modo, sin convertir nada y unidas en la
  tienda; las columnas declaradas que quiera. Con ella compara `VerificarMuestra`.
- `sesion.sql` (opcional): sentencias que preparan la conexión, separadas por `;`.
- `sistema.toml`: `formato_fecha` (strftime) de los parámetros; `opciones` del driver;
  `clave_producto`, si no basta `codigo`; `bases`, los nombres de base o esquema que las consultas
  escriben `{así}` además de `{base_datos}`, y `comillas`, con qué los cita ese servidor.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fluxion_luigi.config.catalogo import es_nombre_de_base
from fluxion_luigi.errores import ErrorConfiguracion

_HUECO = re.compile(r"\{(\w+)\}")
CONSULTAS = ("ventas", "productos", "conteo", "identidad", "muestra")


@dataclass(frozen=True)
class Sistema:
    """Lo propio de un sistema POS, leído de su carpeta."""

    nombre: str
    ventas: str
    productos: str
    conteo: str
    identidad: str
    muestra: str
    sesion: tuple[str, ...]
    formato_fecha: str
    comillas: str
    clave_producto: tuple[str, ...]
    bases: Mapping[str, str]
    opciones: Mapping[str, str] = field(default_factory=dict)

    def con_bases(self, bases: Mapping[str, str]) -> "Sistema":
        """El mismo, con sus nombres `{así}` puestos, citados, en las consultas.

        Args:
            bases: los de la tienda, que ganan sobre los del sistema.

        Raises:
            ErrorConfiguracion: si una consulta nombra una base que nadie dijo.
        """
        nombres = {**self.bases, **bases}
        return replace(self, **{c: self._poner(c, nombres) for c in CONSULTAS})

    def _poner(self, consulta: str, nombres: Mapping[str, str]) -> str:
        def citado(hueco: re.Match) -> str:
            if not nombres.get(hueco[1]):
                raise ErrorConfiguracion(
                    f"El {consulta}.sql del sistema «{self.nombre}» nombra {hueco[0]} y no se sabe "
                    "cuál es. Dígalo en [bases] de su sistema.toml o en «bases» del catálogo."
                )
            abre, cierra = self.comillas[0], self.comillas[-1]
            return abre + nombres[hueco[1]].replace(cierra, 2 * cierra) + cierra

        return _HUECO.sub(citado, getattr(self, consulta))


def leer(carpeta_sql: Path, nombre: str) -> Sistema:
    """Lee un sistema POS.

    Raises:
        ErrorConfiguracion: si la carpeta no existe (dice cuáles hay) o está incompleta.
    """
    carpeta = carpeta_sql / nombre
    if not (carpeta / "ventas.sql").is_file():
        hay = sorted(p.parent.name for p in carpeta_sql.glob("*/ventas.sql"))
        raise ErrorConfiguracion(
            f"No existe el sistema POS «{nombre}» (se buscó {carpeta / 'ventas.sql'}). "
            f"Los que hay son: {', '.join(hay) or 'ninguno'}."
        )
    try:
        propio = tomllib.loads((carpeta / "sistema.toml").read_text(encoding="utf-8"))
        _revisar(propio)
        return Sistema(
            nombre=nombre,
            ventas=_sql(carpeta / "ventas.sql"),
            productos=_si_hay(carpeta / "productos.sql"),
            conteo=_sql(carpeta / "conteo.sql"),
            identidad=_si_hay(carpeta / "identidad.sql"),
            muestra=_si_hay(carpeta / "muestra.sql"),
            sesion=_sentencias(_si_hay(carpeta / "sesion.sql")),
            formato_fecha=propio["formato_fecha"],
            comillas=propio.get("comillas", '""'),
            clave_producto=tuple(propio.get("clave_producto", ["codigo"])),
            bases=propio.get("bases", {}),
            opciones={k: str(v) for k, v in propio.get("opciones", {}).items()},
        )
    except (OSError, ValueError, KeyError) as e:
        raise ErrorConfiguracion(f"El sistema POS {carpeta} está incompleto o mal: {e!r}") from None


def _revisar(propio: Mapping[str, Any]) -> None:
    """Que cada clave de `sistema.toml` sea lo que debe. `ValueError` con lo que no."""
    bases, comillas = propio.get("bases", {}), propio.get("comillas", '""')
    if not isinstance(bases, dict) or not all(map(es_nombre_de_base, bases.values())):
        raise ValueError("[bases] es una tabla de nombres de base de datos")
    if not isinstance(comillas, str) or len(comillas) not in (1, 2):
        raise ValueError("comillas son una o dos letras: con qué abre y cierra un nombre")
    clave = propio.get("clave_producto", ["codigo"])
    if not isinstance(clave, list) or not all(isinstance(c, str) for c in clave):
        raise ValueError("clave_producto es una lista de columnas")
    if not isinstance(propio["formato_fecha"], str):
        raise ValueError("formato_fecha es un texto")


def _si_hay(archivo: Path) -> str:
    return _sql(archivo) if archivo.is_file() else ""


def _sql(archivo: Path) -> str:
    """La consulta sin sus comentarios: algún driver busca parámetros `?` también en ellos."""
    lineas = archivo.read_text(encoding="utf-8").splitlines()
    texto = "\n".join(linea for linea in lineas if not linea.lstrip().startswith("--")).strip()
    if not texto:
        raise ErrorConfiguracion(f"El archivo {archivo} está vacío. Escríbalo o quítelo.")
    return texto


def _sentencias(texto: str) -> tuple[str, ...]:
    """Las sentencias de la sesión; ninguna lleva un `;` dentro de un texto."""
    return tuple(s.strip() for s in texto.split(";") if s.strip())
