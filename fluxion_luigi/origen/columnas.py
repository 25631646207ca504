"""De lo que entrega un driver al esquema declarado, en columnas y sin perder un dígito."""

import pyarrow as pa
import pyarrow.compute as pc

from fluxion_luigi.errores import ErrorTipos
from fluxion_luigi.esquema import COLUMNAS, NOMBRES, Columna


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


def exigir_columnas(recibido: pa.Schema, sistema: str) -> None:
    """Que la consulta entregue las columnas declaradas y el dinero nunca como coma flotante.

    Raises:
        ErrorTipos: nombra las columnas que faltan, sobran o llegan como coma flotante.
    """
    faltan = [n for n in NOMBRES if n not in recibido.names]
    sobran = [n for n in recibido.names if n not in NOMBRES]
    if faltan or sobran or len(recibido.names) != len(NOMBRES):
        raise ErrorTipos(
            f"La consulta ventas.sql del sistema «{sistema}» no entrega las columnas declaradas. "
            f"Faltan: {', '.join(faltan) or 'ninguna'}. Sobran: {', '.join(sobran) or 'ninguna'}."
        )
    flotantes = [
        c.nombre
        for c in COLUMNAS
        if c.familia == "decimal" and pa.types.is_floating(recibido.field(c.nombre).type)
    ]
    if flotantes:
        raise ErrorTipos(
            f"El driver entrega como coma flotante: {', '.join(flotantes)}. El dinero se perdería "
            f"en el redondeo: ponga CAST(… AS DECIMAL) en el ventas.sql del sistema «{sistema}»."
        )


def al_esquema(lote: pa.RecordBatch, sistema: str) -> pa.RecordBatch:
    """Un lote con las columnas del driver, llevado al esquema declarado.

    Raises:
        ErrorTipos: si un valor no cabe en su tipo; nombra la columna.
    """
    columnas = []
    for campo in ESQUEMA:
        columna = lote.column(lote.schema.get_field_index(campo.name))
        try:
            columnas.append(_convertir(columna, campo.type))
            if pa.types.is_time(campo.type):
                _exigir_horas_del_dia(columnas[-1])
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as e:
            raise ErrorTipos(
                f"La columna {campo.name} llegó como {columna.type} y un valor no cabe en "
                f"{campo.type}: {e}. Revise si cambió de tipo en el POS y corrija el ventas.sql "
                f"del sistema «{sistema}»."
            ) from None
    return pa.RecordBatch.from_arrays(columnas, schema=ESQUEMA)


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
