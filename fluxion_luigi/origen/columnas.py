"""De lo que entrega un driver al esquema declarado, en columnas y sin perder un dígito."""

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from fluxion_luigi.errores import ErrorTipos
from fluxion_luigi.esquema import COLUMNAS, Columna


def _tipo(columna: Columna) -> pa.DataType:
    if columna.familia == "decimal":
        return pa.decimal128(columna.precision, columna.escala)
    return {
        "fecha": pa.date32(),
        "hora": pa.time32("s"),
        "texto": pa.string(),
        "entero": pa.int32(),
        "logico": pa.bool_(),
    }[columna.familia]


ESQUEMA = pa.schema([(c.nombre, _tipo(c)) for c in COLUMNAS])


@dataclass(frozen=True)
class Entrega:
    """Lo que debe entregar una consulta: sus columnas y, para poder decirlo, de dónde sale."""

    archivo: str
    sistema: str
    esquema: pa.Schema

    def exigir(self, recibido: pa.Schema) -> None:
        """Que estén las columnas declaradas y el dinero nunca como coma flotante.

        Raises:
            ErrorTipos: nombra las columnas que faltan, sobran o llegan como coma flotante.
        """
        nombres = self.esquema.names
        faltan = [n for n in nombres if n not in recibido.names]
        repetidas = {n for n in recibido.names if recibido.names.count(n) > 1}
        sobran = [n for n in recibido.names if n not in nombres]
        sobran += [f"{n} (repetida)" for n in sorted(repetidas)]
        if faltan or sobran:
            raise ErrorTipos(
                f"La consulta {self.archivo} del sistema «{self.sistema}» no entrega las columnas "
                f"declaradas. Faltan: {_lista(faltan)}. Sobran: {_lista(sobran)}."
            )
        flotantes = [
            c.name
            for c in self.esquema
            if pa.types.is_decimal(c.type) and pa.types.is_floating(recibido.field(c.name).type)
        ]
        if flotantes:
            raise ErrorTipos(
                f"El driver entrega como coma flotante: {_lista(flotantes)}. El dinero se perdería "
                f"en el redondeo: ponga CAST(… AS DECIMAL) en el {self.archivo} del sistema "
                f"«{self.sistema}»."
            )

    def al_esquema(self, lote: pa.RecordBatch) -> pa.RecordBatch:
        """Un lote con las columnas del driver, llevado al esquema declarado.

        Raises:
            ErrorTipos: si un valor no cabe en su tipo; nombra la columna.
        """
        columnas = []
        for campo in self.esquema:
            columna = lote.column(lote.schema.get_field_index(campo.name))
            try:
                columnas.append(_convertir(columna, campo.type))
                if pa.types.is_time(campo.type):
                    _exigir_horas_del_dia(columnas[-1])
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as e:
                raise ErrorTipos(
                    f"La columna {campo.name} llegó como {columna.type} y un valor no cabe en "
                    f"{campo.type}: {e}. Revise si cambió de tipo en el POS y corrija el "
                    f"{self.archivo} del sistema «{self.sistema}»."
                ) from None
        return pa.RecordBatch.from_arrays(columnas, schema=self.esquema)


def _lista(nombres: Iterable[str]) -> str:
    return ", ".join(nombres) or "ninguna"


def _exigir_horas_del_dia(horas: pa.Array) -> None:
    """Arrow deja pasar 24:00:00, que no es una hora de ningún día."""
    mayor = pc.max(horas.cast(pa.int32())).as_py()
    if mayor is not None and mayor >= 24 * 3600:
        raise pa.ArrowInvalid(f"hay una hora de {mayor} segundos")


def _convertir(columna: pa.Array, tipo: pa.DataType) -> pa.Array:
    if columna.type.equals(tipo):
        return columna
    if pa.types.is_time(tipo) and pa.types.is_string(columna.type):
        # Arrow no convierte texto en hora de una vez; por una marca de tiempo, sí.
        columna = pc.strptime(columna, format="%H:%M:%S", unit="s")
    if pa.types.is_boolean(tipo) and not pa.types.is_boolean(columna.type):
        columna = columna.cast(pa.int32())
    return columna.cast(tipo)
