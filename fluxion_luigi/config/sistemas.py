"""Los sistemas POS: cada uno es una carpeta de `sql/` con sus consultas y su `sistema.toml`.

- `ventas.sql`: las líneas de venta; dos parámetros `?`: desde (incluido) y hasta (excluido). Da las
  columnas de `esquema.OBLIGATORIAS` y, de las demás, las que ese POS tenga; con su nombre. Los
  textos, de una letra más de las que caben (`esquema.ANCHO_TEXTO`), para que ninguno se recorte sin
  saberse. Puede dar `reparo`: qué tiene de malo la línea, vacío si nada.
- `productos.sql` (opcional): un renglón por código vendido entre esas fechas, con `codigo` tal como
  lo da `ventas.sql` y las columnas que dependen sólo de él, que `ventas.sql` ya no entrega. Así
  cada producto viaja una vez y no con cada línea.
- `conteo.sql`: `dia, filas, total` por día, con los mismos parámetros, y las demás sumas que quiera
  (`esquema.SUMAS`) de columnas que `ventas.sql` dé, redondeadas como allí: se concilian las que
  sume. Las filas sin fecha, en un día vacío.
- `identidad.sql` (opcional): un texto, quién dice ser el servidor. Distinto en cada tienda.
- `muestra.sql` (opcional): las líneas de unos días de otro modo, sin convertir nada y unidas en la
  tienda; las columnas declaradas que quiera. Con ella compara `VerificarMuestra`.
- `sesion.sql` (opcional): sentencias que preparan la conexión, separadas por `;`.
- `sistema.toml`: `formato_fecha` (strftime) de los parámetros; `opciones` del driver;
  `clave_producto`, si no basta `codigo`; `bases`, los nombres de base o esquema que las consultas
  escriben `{así}` además de `{base_datos}`, y `comillas`, con qué los cita ese servidor; `moneda`,
  "bs" o "usd", en la que están sus montos, si se sabe.

Bastan `ventas.sql`, `conteo.sql` y `sistema.toml`. Los comentarios no se le mandan a la tienda.

Uno que habla HTTP es también una carpeta, y una API nueva es otra, sin una línea de Python:

- `sistema.toml`: `fuente = "http"`; `formato_fecha` de los días que se piden; `moneda` ("bs" o
  "usd"), en cuál van `precio_unitario`, `costo` y `total`; y la tabla `[http]`, cómo se piden las
  ventas y qué trae la respuesta (ver `config/http.py`).
- `ventas.sql`: SQL de DuckDB sobre `lineas(linea)`, el JSON de cada línea recibida, ya sin las
  repetidas. En `linea` cada número está vuelto un texto con sus cifras tal como llegaron, y como
  texto debe salir lo que sea un número o un texto: lo que no se entienda se nombra al convertirlo.
  `dinero(x)`, `medida(x)` y `por_ciento(x)` redondean el texto de un número a 4, 3 y 4 decimales,
  la mitad hacia arriba en valor absoluto, y dejan lo demás como está; `dia(x)` es la fecha de un
  texto `AAAA-MM-DD`, o vacía. `$moneda` es la del sistema.
- `conteo.sql`: `dia, filas, total` y las demás sumas, sobre lo mismo y con el mismo redondeo.
- `facturas.sql` (opcional): `dia, factura, total, suma` de las facturas que no suman lo que dicen.
`VerificarSistema` dice todo lo que una carpeta tiene mal.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from fluxion_luigi.config import carpetas
from fluxion_luigi.config.carpetas import CONSULTAS, HUECO, Carpeta
from fluxion_luigi.config.enlace import Opcion
from fluxion_luigi.config.http import Http
from fluxion_luigi.config.http import revisar as revisar_http
from fluxion_luigi.errores import ErrorConfiguracion
from fluxion_luigi.esquema import Hallazgo


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
    opciones: Mapping[str, Opcion] = field(default_factory=dict)
    fuente: str = "odbc"
    facturas: str = ""
    moneda: str = ""
    http: Http | None = None

    def con_bases(self, bases: Mapping[str, str]) -> "Sistema":
        """El mismo, con sus nombres `{así}` puestos, citados, en las consultas.

        Args:
            bases: los de la tienda, que ganan sobre los del sistema.

        Raises:
            ErrorConfiguracion: si una consulta nombra una base que nadie dijo.
        """
        if self.fuente != "odbc":
            return self  # a una API no se le manda ninguna consulta
        nombres = {**self.bases, **bases}
        for consulta in CONSULTAS:
            if faltan := carpetas.sin_decir(getattr(self, consulta), nombres):
                raise ErrorConfiguracion(
                    f"En el sistema «{self.nombre}», {consulta}.sql: {_sin_decir(faltan)}"
                )
        return replace(self, **{c: self._poner(c, nombres) for c in CONSULTAS})

    def _poner(self, consulta: str, nombres: Mapping[str, str]) -> str:
        abre, cierra = self.comillas[0], self.comillas[-1]

        def citado(hueco: re.Match) -> str:
            return abre + nombres[hueco[1]].replace(cierra, 2 * cierra) + cierra

        return HUECO.sub(citado, getattr(self, consulta))


def leer(carpeta_sql: Path, nombre: str) -> Sistema:
    """Lee un sistema POS.

    Raises:
        ErrorConfiguracion: si la carpeta no existe (dice cuáles hay) o algo en ella está mal; lo
            dice todo.
    """
    carpeta = carpetas.leer(carpeta_sql, nombre)
    malos = [h for h in carpeta.hallazgos if h.impide]
    if malos and not carpeta.ruta.is_dir():
        raise ErrorConfiguracion(malos[0].texto)
    if malos:
        raise ErrorConfiguracion(
            f"El sistema POS {carpeta.ruta} está incompleto o mal. "
            + " ".join(f"{h.archivo}: {h.texto}" for h in malos)
        )
    return _armar(carpeta)


def revisar(
    carpeta_sql: Path, nombre: str, bases: Mapping[str, str]
) -> tuple[Sistema, list[Hallazgo]]:
    """Todo lo que está mal en la carpeta de un sistema, y lo que de él se puede usar.

    Args:
        bases: los nombres de base de la tienda en la que se va a probar.

    Returns:
        El sistema, con las consultas que están bien y las demás vacías, y los hallazgos.
    """
    carpeta = carpetas.leer(carpeta_sql, nombre)
    nombres = {**carpeta.propio.get("bases", {}), **bases}
    for consulta in CONSULTAS if carpeta.fuente == "odbc" else ():
        archivo = f"{consulta}.sql"
        if faltan := carpetas.sin_decir(carpeta.textos.get(archivo, ""), nombres):
            carpeta.anotar(archivo, _sin_decir(faltan))
            del carpeta.textos[archivo]
    return _armar(carpeta).con_bases(bases), carpeta.hallazgos


def _armar(carpeta: Carpeta) -> Sistema:
    """El sistema con lo que se pudo leer. Lo que falte queda vacío; la fecha, en ISO."""
    propio = carpeta.propio
    return Sistema(
        nombre=carpeta.nombre,
        **{c: carpeta.textos.get(f"{c}.sql", "") for c in CONSULTAS},
        sesion=_sentencias(carpeta.textos.get("sesion.sql", "")),
        formato_fecha=propio.get("formato_fecha", "%Y-%m-%d"),
        comillas=propio.get("comillas", '""'),
        clave_producto=tuple(propio.get("clave_producto", ["codigo"])),
        bases=propio.get("bases", {}),
        opciones=propio.get("opciones", {}),
        fuente=carpeta.fuente,
        facturas=carpeta.textos.get("facturas.sql", ""),
        moneda=propio.get("moneda", ""),
        http=_http(propio.get("http")),
    )


def _http(tabla: Mapping | None) -> Http | None:
    """La tabla `[http]`, si está bien."""
    return Http.de_dict(tabla) if tabla and not list(revisar_http(tabla)) else None


def _sin_decir(huecos: list[str]) -> str:
    return (
        f"nombra {', '.join(f'{{{h}}}' for h in huecos)} y no se sabe cuál es. Dígalo en [bases] "
        "de su sistema.toml o en «bases» del catálogo."
    )


def _sentencias(texto: str) -> tuple[str, ...]:
    """Las sentencias de la sesión; ninguna lleva un `;` dentro de un texto."""
    return tuple(s.strip() for s in texto.split(";") if s.strip())
