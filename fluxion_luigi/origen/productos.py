"""Lo que depende sólo del código vendido: se pide una vez por código y aquí se une a cada línea.

En la tienda, unir cada línea con su producto repite descripción, marca, departamento… por la red y
en el driver tantas veces como se vendió. Aquí se repite un índice.
"""

from collections.abc import Iterable
from typing import NoReturn

import pyarrow as pa
import pyarrow.compute as pc

from fluxion_luigi.errores import ErrorConciliacion
from fluxion_luigi.origen.columnas import ESQUEMA, Entrega

CLAVE = "codigo"
_MUESTRA = 5


class Productos:
    """Los productos de unos días, listos para completar sus líneas.

    Args:
        tabla: un renglón por código, con `codigo` y las columnas que dependen de él, ya en el
            esquema declarado.

    Raises:
        ErrorConciliacion: si un código trae dos renglones distintos: unirlos sería inventar. Una
            lectura sin candados puede ver dos veces el que cambia; al reintentar ya no está.
    """

    def __init__(self, tabla: pa.Table, sistema: str):
        self._sistema = sistema
        tabla = _uno_por_codigo(tabla, sistema)
        self._codigos = tabla[CLAVE].combine_chunks()
        self._columnas = {
            n: _Columna(tabla[n].combine_chunks()) for n in tabla.column_names if n != CLAVE
        }
        self.de_ventas = pa.schema([c for c in ESQUEMA if c.name not in self._columnas])
        self.esquema = pa.schema(
            [(c.name, self._columnas[c.name].type if c.name in self._columnas else c.type)
             for c in ESQUEMA]
        )  # fmt: skip

    def completar(self, lineas: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.RecordBatch]:
        """Las líneas con todas las columnas, y aparte, tal cual, las de códigos que no están.

        Los textos del producto van como diccionario, el mismo en todos los lotes.
        """
        renglon = pc.index_in(lineas[CLAVE], value_set=self._codigos)
        if not renglon.null_count:
            return self._unir(lineas, renglon), lineas.slice(0, 0)
        esta = renglon.is_valid()
        completas = self._unir(lineas.filter(esta), renglon.drop_null())
        return completas, lineas.filter(pc.invert(esta))

    def _unir(self, lineas: pa.RecordBatch, renglon: pa.Array) -> pa.RecordBatch:
        return pa.RecordBatch.from_arrays(
            [
                self._columnas[c.name].tomar(renglon) if c.name in self._columnas
                else lineas[c.name]
                for c in ESQUEMA
            ],
            schema=self.esquema,
        )  # fmt: skip

    def rechazar(self, sueltas: Iterable[pa.RecordBatch]) -> NoReturn:
        """Dice los códigos de esas líneas, que no se pueden completar.

        Raises:
            ErrorConciliacion: siempre.
        """
        codigos = pa.Table.from_batches(sueltas)[CLAVE]
        raise ErrorConciliacion(
            f"ventas.sql entregó códigos que productos.sql no conoce: {_muestra(codigos)}. Si la "
            "tienda está vendiendo, repita la misma orden; si no, las dos consultas del sistema "
            f"«{self._sistema}» deben dar «{CLAVE}» igual, letra por letra."
        )


def entrega(recibido: pa.Schema, sistema: str) -> Entrega:
    """Lo que `productos.sql` entrega: `codigo` y las columnas declaradas que quiera.

    Raises:
        ErrorTipos: si falta `codigo` o alguna no es del esquema.
    """
    conocidas = [c for c in ESQUEMA if c.name in recibido.names or c.name == CLAVE]
    propia = Entrega("productos.sql", sistema, pa.schema(conocidas))
    propia.exigir(recibido)
    return propia


class _Columna:
    """Una columna de los productos: sus valores, o sus valores distintos y un índice."""

    def __init__(self, valores: pa.Array):
        self._valores = valores.dictionary_encode() if pa.types.is_string(valores.type) else valores
        self.type = self._valores.type

    def tomar(self, renglon: pa.Array) -> pa.Array:
        if not pa.types.is_dictionary(self.type):
            return self._valores.take(renglon)
        return pa.DictionaryArray.from_arrays(
            self._valores.indices.take(renglon), self._valores.dictionary
        )


def _uno_por_codigo(tabla: pa.Table, sistema: str) -> pa.Table:
    if len(tabla) == pc.count_distinct(tabla[CLAVE], mode="all").as_py():
        return tabla
    tabla = tabla.group_by(tabla.column_names).aggregate([])  # los idénticos sí son uno
    veces = tabla[CLAVE].value_counts()
    repetidos = veces.field("values").filter(pc.greater(veces.field("counts"), 1))
    if len(repetidos):
        raise ErrorConciliacion(
            f"productos.sql entrega renglones distintos para un mismo código: "
            f"{_muestra(repetidos)}. Hay un código repetido en el catálogo de la tienda, o al "
            f"productos.sql del sistema «{sistema}» le falta una condición al unir sus tablas."
        )
    return tabla


def _muestra(codigos: pa.Array | pa.ChunkedArray) -> str:
    distintos = codigos.unique().to_pylist()
    resto = len(distintos) - _MUESTRA
    nombres = ("(vacío)" if c is None else f"«{c}»" for c in distintos[:_MUESTRA])
    return ", ".join(nombres) + (f" y {resto} más" * (resto > 0))
