"""El esquema declarado de una línea de venta: lo que toda consulta `ventas.sql` debe entregar,
sola o con su `productos.sql`.

Es la única definición de nombres y tipos; el staging lo escribe tal cual y una prueba exige que
`sql/destino/ventas_raw.sql` diga lo mismo. El dinero es DECIMAL de punta a punta.
"""

from dataclasses import dataclass
from typing import Literal

# De a cuántas filas se guardan en staging: las de un grupo de DuckDB. Así la carga toma cada grupo
# entero y los reparte entre sus hilos; con otro tamaño los recorta y los junta en un solo hilo.
FILAS_POR_GRUPO = 122_880

# Las letras que caben en un texto (un emoji cuenta por dos). Las consultas lo piden una más ancho:
# así lo que no cabe se ve y se dice, y nada se recorta.
ANCHO_TEXTO = 255

Familia = Literal["fecha", "hora", "texto", "entero", "decimal", "logico"]


@dataclass(frozen=True)
class Columna:
    """Una columna: nombre, familia de tipo y, si es decimal, precisión y escala."""

    nombre: str
    familia: Familia
    precision: int = 0
    escala: int = 0

    @property
    def duckdb(self) -> str:
        """El tipo con que la guarda DuckDB."""
        if self.familia == "decimal":
            return f"DECIMAL({self.precision},{self.escala})"
        return {
            "fecha": "DATE",
            "hora": "TIME",
            "texto": "VARCHAR",
            "entero": "INTEGER",
            "logico": "BOOLEAN",
        }[self.familia]


def _dinero(nombre: str) -> Columna:
    return Columna(nombre, "decimal", 18, 4)


def _medida(nombre: str) -> Columna:
    return Columna(nombre, "decimal", 18, 3)


def _texto(nombre: str) -> Columna:
    return Columna(nombre, "texto")


COLUMNAS: tuple[Columna, ...] = (
    Columna("fecha", "fecha"),
    _texto("producto_id"),
    _medida("cantidad"),
    _dinero("precio_unitario"),
    _dinero("total"),
    _dinero("subtotal"),
    _dinero("impuesto"),
    _texto("factura"),
    Columna("linea", "entero"),
    _texto("caja"),
    _texto("localidad"),
    _texto("tipo_documento"),
    Columna("hora", "hora"),
    _texto("codigo"),
    _texto("descripcion"),
    _texto("marca"),
    _texto("modelo"),
    _texto("presentacion"),
    _texto("departamento_id"),
    _texto("departamento"),
    _texto("grupo_id"),
    _texto("grupo"),
    _texto("subgrupo_id"),
    _texto("subgrupo"),
    _medida("unidades_bulto"),
    _medida("peso"),
    _medida("volumen"),
    Columna("tipo_peso", "entero"),
    _dinero("costo"),
    _dinero("precio_catalogo"),
    Columna("impuesto_porcentaje", "decimal", 9, 4),
    _texto("zona"),
    Columna("en_catalogo", "logico"),
    Columna("ambiguo", "logico"),
    _texto("moneda"),
    _dinero("tasa_usd"),
    _dinero("precio_bs"),
    _dinero("costo_bs"),
    _dinero("total_bs"),
    _dinero("costo_total_bs"),
    _dinero("precio_usd"),
    _dinero("costo_usd"),
    _dinero("total_usd"),
    _dinero("costo_total_usd"),
    _texto("almacen_id"),
    _texto("almacen"),
    _texto("codigo_barras"),
    _texto("unidad_medida"),
    _texto("promocion"),
    Columna("fiscal", "logico"),
    Columna("descuento_porcentaje", "decimal", 9, 4),
    _dinero("descuento"),
)
NOMBRES: tuple[str, ...] = tuple(c.nombre for c in COLUMNAS)
# Sin éstas una línea no es una venta: de qué día, cuál es, qué se vendió, cuánto y por cuánto. Las
# demás pueden faltar en un sistema POS que no las tenga: quedan vacías.
OBLIGATORIAS = ("fecha", "factura", "linea", "codigo", "cantidad", "total")
OPCIONALES = frozenset(NOMBRES) - {*OBLIGATORIAS}
# Y éstas, si el sistema no las da, ni viajan: la base las deja vacías sin que la carga lo pague.
SI_LAS_DA = frozenset(NOMBRES[NOMBRES.index("moneda") :])
# Lo que, además de filas y `total`, se concilia por día si `conteo.sql` lo suma.
SUMAS = ("cantidad", "subtotal", "impuesto")
# Lo que nombra a una línea en un mensaje.
CLAVE_DE_LINEA = ("caja", "tipo_documento", "factura", "linea")


# De dónde es un hallazgo que no es de un archivo.
CATALOGO, CONEXION = "catálogo", "conexión"


@dataclass(frozen=True)
class Hallazgo:
    """Algo mal en un archivo de un sistema POS o, si no `impide` cargar, que conviene saber.

    `driver` son las palabras del driver, si fue él quien lo dijo; el texto es entonces lo que se
    estaba haciendo.
    """

    archivo: str
    texto: str
    impide: bool = True
    driver: str = ""
