"""De la lista de JSON que se bajó a un Parquet con una línea por renglón, sin repetidas."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from fluxion_luigi.origen.http.causas import Fallo
from fluxion_luigi.origen.http.motor import Motor

# Más grande que esto, una línea no es una venta. DuckDB reserva el doble por hilo.
_LINEA_MAXIMA = 2 * 1024 * 1024
# Cada número pasa a texto con sus cifras, y no por coma flotante. Detrás de cada texto queda una
# marca de dos, y alrededor de cada número, una a cada lado: un JSON no las puede llevar crudas.
_NUMEROS_COMO_TEXTO = r"""replace(replace(replace(regexp_replace(
    json, '("(?:[^"\\]|\\.)*")|(-?[0-9][0-9.eE+-]*)', '\1' || chr(1) || '\2' || chr(2), 'g'),
    chr(1) || chr(2), ''), chr(1), '"'), chr(2), '"')"""
_PARQUET = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 2048"
# Las repetidas son pocas: de las demás se guarda sólo una huella. Si dos distintas coinciden en la
# suya, nada más se mira de más.
_REPETIDAS = """SELECT huella FROM (SELECT hash({0}) AS huella FROM lineas)
    GROUP BY huella HAVING count(*) > 1"""
_CONTRADICHAS = """SELECT clave FROM (
        SELECT [{0}] AS clave, hash(linea) AS dicho FROM lineas
        WHERE hash({0}) IN (SELECT huella FROM repetidas)
    ) GROUP BY clave HAVING min(dicho) <> max(dicho) ORDER BY clave"""
_SIN_REPETIR = """
    SELECT linea FROM lineas WHERE hash({0}) NOT IN (SELECT huella FROM repetidas)
    UNION ALL
    SELECT DISTINCT linea FROM lineas WHERE hash({0}) IN (SELECT huella FROM repetidas)"""
_CITADAS = 3


@dataclass(frozen=True)
class Llegadas:
    """Cuántas líneas distintas llegaron, y las que comparten clave y no dicen lo mismo."""

    distintas: int
    contradichas: tuple[str, ...]


def leer(motor: Motor, lista: Path) -> None:
    """Deja a su lado (`crudo`) las líneas de una lista, tal como llegaron.

    Raises:
        Fallo: si no es JSON válido, aunque sea por en medio: sólo al leerla entera se sabe.
    """
    with lista.open("rb") as f:
        try:
            motor.hacer(
                f"COPY (SELECT {_NUMEROS_COMO_TEXTO} AS linea FROM "
                f"read_json_objects('/dev/fd/{f.fileno()}', format = 'array', "
                f"compression = 'uncompressed', maximum_object_size = {_LINEA_MAXIMA})) "
                f"TO {_a(crudo(lista))}"
            )
        except duckdb.InvalidInputException as e:
            if "maximum_object_size" in str(e):
                raise Fallo("no_json", "una línea pasa de 2 MB") from None
            raise Fallo("no_json", str(e).partition(", ")[2].partition(". ")[0]) from None


def crudo(lista: Path) -> Path:
    """Dónde quedan las líneas de una lista."""
    return lista.with_suffix(".crudo")


def juntar(
    motor: Motor, listas: Sequence[Path], clave: Sequence[str], destino: Path
) -> Llegadas:  # fmt: skip
    """Deja en el destino las líneas de unas listas ya leídas: las páginas de un mismo pedido.

    Una que se repite idéntica cuenta una vez. Dos con la misma clave que no dicen lo mismo se
    quedan las dos, y se dice cuáles.
    """
    campos = ", ".join(f"linea ->> {_texto('$.' + campo)}" for campo in clave)
    crudos = [crudo(lista) for lista in listas]
    with motor.con_lineas(crudos):
        motor.hacer(f"CREATE OR REPLACE TEMP TABLE repetidas AS {_REPETIDAS.format(campos)}")
        [(repetidas,)] = motor.filas("SELECT count(*) FROM repetidas")
        malas = motor.filas(_CONTRADICHAS.format(campos)) if repetidas else []
        if repetidas or len(crudos) > 1:
            motor.hacer(f"COPY ({_SIN_REPETIR.format(campos)}) TO {_a(destino)}")
        else:
            crudos[0].replace(destino)
    with motor.con_lineas([destino]):
        [(distintas,)] = motor.filas("SELECT count(*) FROM lineas")
    citas = [_cual(clave, valores) for (valores,) in malas[:_CITADAS]]
    mas = [f"y {len(malas) - _CITADAS} más"] if len(malas) > _CITADAS else []
    return Llegadas(distintas, (*citas, *mas))


def _cual(clave: Sequence[str], valores: Sequence[str | None]) -> str:
    dichos = ["(vacía)" if v is None else v for v in valores]
    return ", ".join(f"{campo} {v}" for campo, v in zip(clave, dichos, strict=True))


def _a(destino: Path) -> str:
    """A dónde y cómo copia COPY."""
    return f"{_texto(str(destino))} ({_PARQUET})"


def _texto(valor: str) -> str:
    """Un texto para SQL: COPY no admite parámetros en su destino."""
    return "'" + valor.replace("'", "''") + "'"
