"""De lo que entrega un driver al esquema declarado, en columnas y sin cambiar un valor."""

from contextlib import suppress
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from fluxion_luigi.errores import ErrorColumnas
from fluxion_luigi.esquema import ANCHO_TEXTO, COLUMNAS, OPCIONALES, SI_LAS_DA, Columna, Hallazgo
from fluxion_luigi.parecidos import con_parecido

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


@dataclass(frozen=True)
class Entrega:
    """Lo que debe entregar una consulta: sus columnas y, para poder decirlo, de dónde sale."""

    archivo: str
    sistema: str
    esquema: pa.Schema
    opcionales: frozenset[str] = OPCIONALES

    def exigir(self, recibido: pa.Schema) -> None:
        """Que estén las columnas que deben y ninguna llegue como algo que la cambiaría.

        Raises:
            ErrorColumnas: con todo lo que está mal.
        """
        if hallazgos := self.revisar(recibido):
            raise ErrorColumnas(
                f"La consulta {self.archivo} del sistema «{self.sistema}» no entrega las columnas "
                f"declaradas. {' '.join(h.texto for h in hallazgos)}"
            )

    def revisar(self, recibido: pa.Schema) -> list[Hallazgo]:
        """Todo lo que está mal en las columnas que da: las que faltan o sobran, y sus tipos."""
        nombres = self.esquema.names
        faltan = [n for n in nombres if n not in {*recibido.names, *self.opcionales}]
        repetidas = {n for n in recibido.names if recibido.names.count(n) > 1}
        libres = [n for n in nombres if n not in recibido.names]
        sobran = [self._de_mas(n, libres) for n in recibido.names if n not in (*nombres, REPARO)]
        sobran += [f"{n} (repetida)" for n in sorted(repetidas)]
        frases = [f"Faltan: {', '.join(faltan)}."] if faltan else []
        frases += [f"Sobran: {', '.join(sobran)}."] if sobran else []
        frases += self._tipos(recibido, repetidas)
        return [Hallazgo(self.archivo, frase) for frase in frases]

    def _de_mas(self, nombre: str, libres: list[str]) -> str:
        if nombre in ESQUEMA.names:
            return f"{nombre} (ya la da productos.sql)"
        return con_parecido(nombre, libres)

    def _tipos(self, recibido: pa.Schema, repetidas: set[str]) -> list[str]:
        """Una frase por cada modo de llegar que cambiaría los valores."""
        flotantes, otros = [], []
        for campo in self.esquema:
            if campo.name in repetidas or campo.name not in recibido.names:
                continue
            tipo = recibido.field(campo.name).type
            if any(admite(tipo) for admite in _ADMITE[_familia(campo.type)]):
                continue
            if pa.types.is_floating(tipo) and pa.types.is_decimal(campo.type):
                flotantes.append(campo.name)
            else:
                otros.append(
                    f"{campo.name} llega como {_nombre(tipo)} y debe ser {legible(campo.type)}."
                )
        if flotantes:
            otros.insert(0, f"Llegan como coma flotante: {', '.join(flotantes)}. {EXACTOS}")
        return otros

    def de_lo_que_da(self, recibido: pa.Schema) -> "Entrega":
        """La misma, sin las columnas que ni viajan si el sistema no las da (`SI_LAS_DA`)."""
        sin = SI_LAS_DA - {*recibido.names}
        return replace(self, esquema=pa.schema([c for c in self.esquema if c.name not in sin]))

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
            malas.setdefault(i, f"{campo.name} = {_citar(columna[i])} no es {legible(campo.type)}")
        limpia = pa.array([i not in no_sirven for i in range(len(columna))])
        return _convertir(pc.if_else(limpia, columna, pa.scalar(None, columna.type)), campo.type)


_NO_SIRVE = (pa.ArrowInvalid, pa.ArrowNotImplementedError)
EXACTOS = (
    "El dinero se perdería en el redondeo: délo como DECIMAL; en un servidor sin él, como SQLite, "
    "como texto exacto: céntimos || 'e-2' si guarda enteros, printf('%.2f', monto) si no."
)
_t = pa.types
# Como qué puede llegar cada familia sin que un valor cambie o se adivine. Un entero en una hora
# sólo puede ser un vacío sin tipo: SQL Server lo da así.
_ADMITE = {
    "fecha": (_t.is_null, _t.is_date, _t.is_timestamp, _t.is_string),
    "hora": (_t.is_null, _t.is_time, _t.is_timestamp, _t.is_string, _t.is_integer),
    "texto": (
        _t.is_null, _t.is_string, _t.is_integer, _t.is_decimal, _t.is_boolean, _t.is_binary,
        _t.is_temporal,
    ),
    "entero": (
        _t.is_null, _t.is_integer, _t.is_decimal, _t.is_string, _t.is_floating, _t.is_boolean,
    ),
    "decimal": (_t.is_null, _t.is_integer, _t.is_decimal, _t.is_string),
    "logico": (_t.is_null, _t.is_boolean, _t.is_integer, _t.is_decimal, _t.is_string),
}  # fmt: skip
_NOMBRES = (
    (_t.is_floating, "coma flotante"), (_t.is_integer, "entero"), (_t.is_decimal, "decimal"),
    (_t.is_string, "texto"), (_t.is_timestamp, "fecha con hora"), (_t.is_date, "fecha"),
    (_t.is_time, "hora"), (_t.is_boolean, "lógico"),
)  # fmt: skip


def _familia(tipo: pa.DataType) -> str:
    """La de un tipo del esquema declarado, o la de una columna de `conteo.sql`."""
    familias = {
        "fecha": _t.is_date, "hora": _t.is_time, "texto": _t.is_string, "entero": _t.is_integer,
        "decimal": _t.is_decimal, "logico": _t.is_boolean,
    }  # fmt: skip
    return next(nombre for nombre, es in familias.items() if es(tipo))


def _nombre(tipo: pa.DataType) -> str:
    """Un tipo de Arrow, en palabras."""
    return next((nombre for es, nombre in _NOMBRES if es(tipo)), str(tipo))


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
        if set(columna.unique().to_pylist()) - {0, 1, None}:
            raise pa.ArrowInvalid("ni 0 ni 1")  # para Arrow, un 7 es verdadero
    if pa.types.is_temporal(tipo) and pa.types.is_integer(columna.type):
        # Arrow los tomaría por días desde 1970 o segundos desde medianoche.
        if columna.null_count < len(columna):
            raise pa.ArrowInvalid("un entero no es un instante")
        return pa.nulls(len(columna), tipo)
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


def legible(tipo: pa.DataType) -> str:
    """Lo que debe ser un valor de ese tipo, para una frase."""
    if pa.types.is_decimal(tipo):
        return f"un número de hasta {tipo.precision - tipo.scale} cifras y {tipo.scale} decimales"
    return {
        pa.date32(): "un día",
        pa.time32("s"): "una hora HH:MM:SS",
        pa.string(): f"un texto de hasta {ANCHO_TEXTO} letras",
        pa.int32(): "un entero de hasta 2147483647",
        pa.int64(): "un entero",
        pa.bool_(): "0 o 1",
    }.get(tipo, str(tipo))
