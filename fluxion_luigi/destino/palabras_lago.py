"""Lo que dice DuckDB de un lago, en una frase: su catálogo, su carpeta, quien escribe a la vez."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from fluxion_luigi.config.base import CLAVE, USUARIO, Lago
from fluxion_luigi.destino.palabras import repetido
from fluxion_luigi.errores import ErrorBaseDanada, ErrorConflicto, ErrorDestino, ErrorDisco

_REPITA = "y repita la misma orden; nada quedó a medias"
# Lo que dice, qué error es y su frase. El orden importa: lo de PostgreSQL se parece a lo del disco.
_CASOS = (
    (r"transaction conflict|conflict on", ErrorConflicto,
     "Otra corrida cambió a la vez {lago}. Repita la misma orden; nada quedó a medias."),
    (r"password authentication|no password supplied|role .* does not exist|permission denied for",
     ErrorDestino,
     f"El catálogo de {{lago}} no acepta el usuario o la clave. Corrija {USUARIO} y {CLAVE} "
     f"en el ambiente {_REPITA}."),
    (r"catalog version|ducklake version|automatic_migration", ErrorDestino,
     "{lago} es de otra versión de DuckLake. Actualice el programa y sus extensiones; no se tocó "
     "nada."),
    (r"failed to load|not a duckdb extension", ErrorDestino,
     "Una extensión de DuckDB que {lago} necesita está dañada o es de otra versión. Dé otra vez, "
     "en la carpeta del proyecto, pip install -c restricciones.txt -e '.[lago]'."),
    (r"too many connections|too many clients|connection slots|demasiadas? conexiones|"
     r"demasiados clientes", ErrorDestino,
     "El PostgreSQL del catálogo de {lago} no admite más conexiones. Suba su tope, o baje "
     f"--workers, {_REPITA}."),
    (r"unable to connect|could not connect|connection refused|server closed|terminating connection|"
     r"connection to server|connection has been|no connection to the server|failed to .*postgres",
     ErrorDestino, f"El catálogo de {{lago}} no contesta. Revise ese PostgreSQL {_REPITA}."),
    (r"no space|disk full|permission denied|read-only|file too large|quota exceeded|"
     r"operation not permitted|failed to create directory", ErrorDisco,
     "No se pudo escribir en {datos}, donde {lago} guarda sus datos. Libere espacio o corrija los "
     f"permisos {_REPITA}."),
    (r"no files found|cannot open file|no such file|does not exist in file|no magic bytes|corrupt|"
     r"too small to be a parquet|snappy|zstd|decompress|invalid parquet|not a parquet",
     ErrorBaseDanada, "A {lago} le falta un archivo de {datos}, o está dañado"),
)  # fmt: skip
_CASOS_RE = tuple((re.compile(p, re.I), clase, frase) for p, clase, frase in _CASOS)
_COPIA = (
    "Ponga en su lugar el de una copia sana; si no la hay, VerificarIntegridad dice cómo seguir."
)


@contextmanager
def en_palabras(lago: Lago) -> Iterator[None]:
    """Convierte lo que diga DuckDB en una frase que nombra el lago.

    Raises:
        ErrorConflicto: otro confirmó antes un cambio de lo mismo; repetir sirve.
        ErrorDisco: no cabe o no hay permiso; lo que se escribía no cuenta.
        ErrorBaseDanada: le falta un archivo, o no se entiende.
        ErrorDestino: el catálogo no contesta o no acepta la clave, y lo demás.
    """
    try:
        yield
    except duckdb.Error as e:
        raise _como_error(e, lago) from None


def _como_error(e: duckdb.Error, lago: Lago) -> Exception:
    dicho = f"\nDuckDB dijo: {e}"
    if frase := repetido(e, lago):
        return ErrorDestino(f"{frase}{dicho}")
    for patron, clase, frase in _CASOS_RE:
        if patron.search(str(e)):
            texto = frase.format(lago=lago, datos=lago.datos)
            if clase is ErrorBaseDanada:
                return clase(texto, consejo=f"{_COPIA}{dicho}")
            return clase(f"{texto}{dicho}")
    return ErrorDestino(f"Falló una operación en {lago}.{dicho}")
