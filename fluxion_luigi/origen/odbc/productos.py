"""Lo que depende sólo del código vendido: se pide una vez por código y aquí se une a cada línea.

En la tienda, unir cada línea con su producto repite descripción, marca, departamento… por la red y
en el driver tantas veces como se vendió. Aquí se repite un índice.
"""

from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from fluxion_luigi.errores import ErrorConciliacion
from fluxion_luigi.esquema import OPCIONALES
from fluxion_luigi.origen.columnas import ESQUEMA, Entrega
from fluxion_luigi.origen.malos import DiasMalos

CODIGO = "codigo"
_MUESTRA = 5
_NOMBRES = frozenset(ESQUEMA.names)


class Productos:
    """Los productos de unos días, listos para completar sus líneas.

    Args:
        tabla: un renglón por código, con la clave y las columnas que dependen de ella, ya en el
            esquema declarado.
        clave: las columnas, `codigo` entre ellas, que dicen de qué producto es una línea.
        malas: el motivo de los renglones que tienen un valor que no sirve.

    Un código con dos renglones distintos tampoco sirve: unirlo sería inventar. Una lectura sin
    candados puede ver dos veces el que cambia; al leer otra vez ya no está.
    """

    def __init__(
        self, tabla: pa.Table, sistema: str, clave: Sequence[str], malas: Mapping[int, str]
    ):
        self._sistema, self._clave = sistema, clave
        self._malos = {
            tabla[CODIGO][i].as_py(): f"su producto no sirve: {motivo}"
            for i, motivo in malas.items()
        }
        self._repetidos: dict[str | None, str] = {}
        tabla = self._uno_por_clave(tabla)
        self._claves = _juntas(tabla, clave)
        self._columnas = {
            n: _Columna(tabla[n].combine_chunks()) for n in tabla.column_names if n not in clave
        }
        self.de_ventas = _con_clave((c for c in ESQUEMA if c.name not in self._columnas), clave)

    def con(self, de_ventas: pa.Schema) -> pa.Schema:
        """El esquema de unas líneas que traen esas columnas, ya completas."""
        return pa.schema(
            [(c.name, self._columnas[c.name].type if c.name in self._columnas else c.type)
             for c in ESQUEMA
             if c.name in self._columnas or c.name in de_ventas.names]
        )  # fmt: skip

    def completar(
        self, lineas: pa.RecordBatch, malos: DiasMalos
    ) -> tuple[pa.RecordBatch, pa.RecordBatch]:
        """Las líneas con las del producto, y aparte, tal cual, las de códigos que no están.

        Los textos del producto van como diccionario, el mismo en todos los lotes.

        Args:
            malos: donde se apuntan las líneas de un código que no sirve.
        """
        for motivos in filter(None, (self._malos, self._repetidos)):
            pasajero = motivos is self._repetidos
            lineas = malos.apartar(lineas, _de_codigo(lineas, motivos), pasajero=pasajero)
        renglon = pc.index_in(_juntas(lineas, self._clave), value_set=self._claves)
        if not renglon.null_count:
            return self._unir(lineas, renglon), lineas.slice(0, 0)
        esta = renglon.is_valid()
        completas = self._unir(lineas.filter(esta), renglon.drop_null())
        return completas, lineas.filter(pc.invert(esta))

    def _unir(self, lineas: pa.RecordBatch, renglon: pa.Array) -> pa.RecordBatch:
        forma = self.con(lineas.schema)
        return pa.RecordBatch.from_arrays(
            [
                self._columnas[c.name].tomar(renglon) if c.name in self._columnas
                else lineas[c.name]
                for c in forma
            ],
            schema=forma,
        )  # fmt: skip

    def desconocidas(self, sueltas: pa.RecordBatch) -> dict[int, str]:
        """El motivo de cada línea de un código que la tienda no da en sus productos."""
        return dict(enumerate(map(self._no_conoce, sueltas[CODIGO].to_pylist())))

    def demasiadas(self, sueltas: Sequence[pa.RecordBatch]) -> ErrorConciliacion:
        """El error de dos consultas que no casan en nada: son muchas para ser ventas recientes."""
        distintos = pa.chunked_array([s[CODIGO] for s in sueltas]).unique().to_pylist()
        resto = len(distintos) - _MUESTRA
        nombres = ", ".join(map(_citar, distintos[:_MUESTRA])) + (f" y {resto} más" * (resto > 0))
        return ErrorConciliacion(self._no_casan(nombres))

    def _no_conoce(self, codigo: str | None) -> str:
        return self._no_casan(_citar(codigo))

    def _no_casan(self, codigos: str) -> str:
        return (
            f"ventas.sql entregó códigos que productos.sql no conoce: {codigos}. Si se acaban de "
            f"vender, repita la misma orden; si no, revise que las dos consultas del sistema "
            f"«{self._sistema}» den el código igual, letra por letra"
        )

    def _uno_por_clave(self, tabla: pa.Table) -> pa.Table:
        """Los renglones sin repetir; los códigos que traen dos distintos se apuntan y salen."""
        if len(tabla) != pc.count_distinct(_juntas(tabla, self._clave), mode="all").as_py():
            tabla = tabla.group_by(tabla.column_names).aggregate([])  # los idénticos sí son uno
            juntas = _juntas(tabla, self._clave)
            veces = juntas.value_counts()
            repetidas = veces.field("values").filter(pc.greater(veces.field("counts"), 1))
            repetidos = tabla[CODIGO].filter(pc.is_in(juntas, value_set=repetidas))
            for codigo in repetidos.unique().to_pylist():
                self._repetidos[codigo] = (
                    "productos.sql da renglones distintos para él: está repetido en el catálogo de "
                    f"la tienda, o al productos.sql del sistema «{self._sistema}» le falta una "
                    "condición al unir sus tablas"
                )
        fuera = [*self._malos, *self._repetidos]
        if not fuera:
            return tabla
        malos = pc.is_in(tabla[CODIGO], value_set=pa.array(fuera, pa.string()))
        return tabla.filter(pc.invert(malos))


def entrega(recibido: pa.Schema, sistema: str, clave: Sequence[str]) -> Entrega:
    """Lo que `productos.sql` entrega: la clave y las columnas declaradas que quiera."""
    conocidas = [c for c in ESQUEMA if c.name in recibido.names or c.name in clave]
    return Entrega("productos.sql", sistema, _con_clave(conocidas, clave), OPCIONALES - {*clave})


def entrega_de_ventas(
    sistema: str, conocidos: Productos | None, clave: Sequence[str] = ()
) -> Entrega:
    """Lo que `ventas.sql` entrega: lo que no dan los productos y, si los hay, su clave."""
    forma = conocidos.de_ventas if conocidos else _con_clave(ESQUEMA, clave)
    return Entrega("ventas.sql", sistema, forma, OPCIONALES - {*clave})


def _con_clave(columnas: Iterable[pa.Field], clave: Sequence[str]) -> pa.Schema:
    """Esas columnas y, como texto, las de la clave que no son del esquema."""
    return pa.schema([*columnas, *(pa.field(n, pa.string()) for n in clave if n not in _NOMBRES)])


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


def _de_codigo(lineas: pa.RecordBatch, motivos: Mapping[str | None, str]) -> dict[int, str]:
    """El motivo de cada línea de uno de esos códigos."""
    codigos = lineas[CODIGO]
    cuales = pc.is_in(codigos, value_set=pa.array(list(motivos), pa.string()))
    return {
        i: f"código {_citar(codigos[i].as_py())}: {motivos[codigos[i].as_py()]}"
        for i in pc.indices_nonzero(cuales).to_pylist()
    }


def _juntas(datos: pa.Table | pa.RecordBatch, clave: Sequence[str]) -> pa.Array:
    """La clave en una sola columna; un vacío es distinto de cualquier texto."""
    columnas = [datos[n] for n in clave]
    columnas = [c.combine_chunks() if isinstance(c, pa.ChunkedArray) else c for c in columnas]
    if len(columnas) == 1:
        return columnas[0]
    # Dos octetos que ningún texto UTF-8 lleva: ni el vacío ni la unión se confunden con un código.
    octetos = [c.cast(pa.binary()) for c in columnas]
    return pc.binary_join_element_wise(
        *octetos, pa.scalar(b"\xfe", pa.binary()), null_handling="replace", null_replacement=b"\xff"
    )


def _citar(codigo: str | None) -> str:
    return "(vacío)" if codigo is None else f"«{codigo}»"
