"""Los sistemas POS: cada uno es una carpeta de `sql/` con sus consultas y su `sistema.toml`.

- `ventas.sql`: las líneas de venta; dos parámetros `?`: desde (incluido) y hasta (excluido).
- `productos.sql` (opcional): un renglón por código vendido entre esas fechas, con `codigo` tal como
  lo da `ventas.sql` y las columnas que dependen sólo de él, que `ventas.sql` ya no entrega. Así
  cada producto viaja una vez y no con cada línea.
- `conteo.sql`: `dia, filas, total` por día, con los mismos parámetros.
- `sesion.sql` (opcional): sentencias que preparan la conexión, separadas por `;`.
- `sistema.toml`: `formato_fecha` (strftime) de los parámetros y `opciones` del driver.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fluxion_luigi.errores import ErrorConfiguracion


@dataclass(frozen=True)
class Sistema:
    """Lo propio de un sistema POS, leído de su carpeta."""

    nombre: str
    ventas: str
    productos: str
    conteo: str
    sesion: tuple[str, ...]
    formato_fecha: str
    opciones: Mapping[str, str] = field(default_factory=dict)


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
        productos, sesion = carpeta / "productos.sql", carpeta / "sesion.sql"
        return Sistema(
            nombre=nombre,
            ventas=_sql(carpeta / "ventas.sql"),
            productos=_sql(productos) if productos.is_file() else "",
            conteo=_sql(carpeta / "conteo.sql"),
            sesion=_sentencias(_sql(sesion)) if sesion.is_file() else (),
            formato_fecha=propio["formato_fecha"],
            opciones={k: str(v) for k, v in propio.get("opciones", {}).items()},
        )
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError) as e:
        raise ErrorConfiguracion(f"El sistema POS {carpeta} está incompleto o mal: {e!r}") from None


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
