"""De lo que entrega un driver al esquema declarado, en columnas y sin cambiar un valor."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from fluxion_luigi.errores import ErrorTipos
from fluxion_luigi.esquema import ANCHO_TEXTO, COLUMNAS, Columna

# Una consulta puede decir ella misma qué tiene de malo una línea: un texto aquí, y vacío si nada.
REPARO = "reparo"
_CITA = 60
_DE_A_DOS = "[\U00010000-\U0010ffff]"


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
OPCIONALES = frozenset(c.nombre for c in COLUMNAS if c.opcional)


@dataclass(frozen=True)
class Entrega:
    """Lo que debe entregar una consulta: sus columnas y, para poder decirlo, de dónde sale."""

    archivo: str
    sistema: str
    esquema: pa.Schema
    opcionales: frozenset[str] = OPCIONALES

    def exigir(self, recibido: pa.Schema) -> None:
        """Que estén las columnas declaradas y el dinero nunca como coma flotante.

        Raises:
            ErrorTipos: nombra las columnas que faltan, sobran o llegan como coma flotante.
        """
        nombres = self.esquema.names
        faltan = [n for n in nombres if n not in {*recibido.names, *self.opcionales}]
        repetidas = {n for n in recibido.names if recibido.names.count(n) > 1}
        sobran = [n for n in recibido.names if n not in (*nombres, REPARO)]
        sobran += [f"{n} (repetida)" for n in sorted(repetidas)]
        if faltan or sobran:
            raise ErrorTipos(
                f"La consulta {self.archivo} del sistema «{self.sistema}» no entrega las columnas "
                f"declaradas. Faltan: {_lista(faltan)}. Sobran: {_lista(sobran)}."
            )
        flotantes = [
            c.name
            for c in self.esquema
            if pa.types.is_decimal(c.type) and c.name in recibido.names
            if pa.types.is_floating(recibido.field(c.name).type)
        ]
        if flotantes:
            raise ErrorTipos(
                f"El driver entrega como coma flotante: {_lista(flotantes)}. El dinero se perdería "
                f"en el redondeo: haga que el {self.archivo} del sistema «{self.sistema}» lo dé "
                "como DECIMAL o como texto exacto."
            )

    def al_esquema(self, lote: pa.RecordBatch) -> tuple[pa.RecordBatch, dict[int, str]]:
        """Un lote con las columnas del driver, llevado al esquema declarado.

        Returns:
            El lote, y por cada renglón que tiene un valor que no sirve (ahí va vacío), cuál y por
            qué.
        """
        malas: dict[int, str] = {}
        columnas = [self._columna(lote, campo, malas) for campo in self.esquema]
        if REPARO in lote.schema.names:
            _reparos(lote.column(REPARO), malas)
        return pa.RecordBatch.from_arrays(columnas, schema=self.esquema), malas

    def _columna(self, lote: pa.RecordBatch, campo: pa.Field, malas: dict[int, str]) -> pa.Array:
        if campo.name not in lote.schema.names:  # sólo puede faltar una opcional
            return pa.nulls(len(lote), campo.type)
        columna = lote.column(campo.name)
        with suppress(*_NO_SIRVE):
            return _convertir(columna, campo.type)
        no_sirven = set(_buscar_malos(columna, campo.type))
        for i in no_sirven:
            malas.setdefault(i, f"{campo.name} = {_citar(columna[i])} no es {_legible(campo.type)}")
        limpia = pa.array([i not in no_sirven for i in range(len(columna))])
        return _convertir(pc.if_else(limpia, columna, pa.scalar(None, columna.type)), campo.type)


_NO_SIRVE = (pa.ArrowInvalid, pa.ArrowNotImplementedError)


def _lista(nombres: Iterable[str]) -> str:
    return ", ".join(nombres) or "ninguna"


def _buscar_malos(columna: pa.Array, tipo: pa.DataType, desde: int = 0) -> list[int]:
    """Dónde están los valores que no se convierten: se parte en dos hasta dar con cada uno."""
    try:
        _convertir(columna, tipo)
    except _NO_SIRVE:
        mitad = len(columna) // 2
        if not mitad:
            return [desde]
        return _buscar_malos(columna[:mitad], tipo, desde) + _buscar_malos(
            columna[mitad:], tipo, desde + mitad
        )
    return []


def _convertir(columna: pa.Array, tipo: pa.DataType) -> pa.Array:
    """La columna en ese tipo. Un error de Arrow si un valor no es exactamente de él."""
    if pa.types.is_time(tipo) and pa.types.is_string(columna.type):
        # Arrow no convierte texto en hora de una vez; por una marca de tiempo, sí.
        columna = pc.strptime(columna, format="%H:%M:%S", unit="s")
    if pa.types.is_boolean(tipo) and not pa.types.is_boolean(columna.type):
        columna = columna.cast(pa.int32())
    if pa.types.is_decimal(tipo) and pa.types.is_integer(columna.type):
        # Arrow exige sitio para el mayor entero posible, no para los que hay.
        columna = columna.cast(pa.decimal128(38, tipo.scale))
    llevada = columna if columna.type.equals(tipo) else columna.cast(tipo)
    if pa.types.is_timestamp(columna.type) and pa.types.is_date(tipo):
        _exigir_sin_hora(columna, llevada)
    columna = llevada
    if pa.types.is_string(tipo):
        _exigir_que_quepa(columna)
    if pa.types.is_time(tipo):
        _exigir_horas_del_dia(columna)
    return columna


def _exigir_que_quepa(textos: pa.Array) -> None:
    octetos = pc.max(pc.binary_length(textos)).as_py() or 0
    if octetos <= ANCHO_TEXTO:
        return  # contar letras cuesta más, y casi nunca hace falta
    # SQL Server cuenta (y recorta) de a 16 bits: un emoji ocupa dos.
    letras = pc.add(pc.utf8_length(textos), pc.count_substring_regex(textos, _DE_A_DOS))
    if pc.max(letras).as_py() > ANCHO_TEXTO:
        raise pa.ArrowInvalid("texto muy largo")


def _exigir_sin_hora(instantes: pa.Array, dias: pa.Array) -> None:
    """A Arrow no le importa perder la hora de un instante."""
    if pc.any(pc.not_equal(dias.cast(instantes.type), instantes)).as_py():
        raise pa.ArrowInvalid("lleva hora")


def _exigir_horas_del_dia(horas: pa.Array) -> None:
    """Arrow deja pasar 24:00:00, que no es una hora de ningún día."""
    mayor = pc.max(horas.cast(pa.int32())).as_py()
    if mayor is not None and mayor >= 24 * 3600:
        raise pa.ArrowInvalid("pasa de 23:59:59")


def _reparos(columna: pa.Array, malas: dict[int, str]) -> None:
    if columna.null_count < len(columna):
        for i, motivo in enumerate(columna.to_pylist()):
            if motivo is not None:
                malas.setdefault(i, str(motivo))


def _citar(valor: pa.Scalar) -> str:
    if pa.types.is_time(valor.type):  # Python tampoco admite una hora de 24:00
        return f"«{valor.cast(pa.int32()).as_py()} segundos»"
    texto = str(valor.as_py())
    resto = len(texto) - _CITA
    return f"«{texto[:_CITA]}{f'…» ({len(texto)} letras)' if resto > 0 else '»'}"


def _legible(tipo: pa.DataType) -> str:
    if pa.types.is_decimal(tipo):
        return f"un número de hasta {tipo.precision - tipo.scale} cifras y {tipo.scale} decimales"
    return {
        pa.date32(): "un día",
        pa.time32("s"): "una hora HH:MM:SS",
        pa.string(): f"un texto de hasta {ANCHO_TEXTO} letras",
        pa.int32(): "un entero de hasta 2147483647",
        pa.bool_(): "0 ni 1",
    }.get(tipo, str(tipo))
