"""Lo que dice DuckDB, en una frase que nombra la base."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from fluxion_luigi.destino.palabras import en_palabras
from fluxion_luigi.errores import ErrorDestino, ErrorDisco, ErrorOcupado

BASE = Path("/cadena/datos/ventas.duckdb")
OCUPADA = f'IO Error: Could not set lock on file "{BASE}": Conflicting lock is held in '


@pytest.mark.parametrize(
    ("dicho", "clase", "frase"),
    [
        # Al insertar, y al confirmar: es el mismo disco.
        (duckdb.IOException(f'Could not write file "{BASE}": No space left on device'),
         ErrorDisco, "No se pudo escribir la base /cadena/datos/ventas.duckdb. Libere espacio"),
        (duckdb.TransactionException(f'Failed to commit: Cannot open file "{BASE}.wal": Permission '
                                     "denied"), ErrorDisco, "permisos (de su carpeta también)"),
        (duckdb.TransactionException("Failed to commit: Disk quota exceeded"), ErrorDisco, "espac"),
        (duckdb.IOException("Corrupt database file: computed checksum 1 does not match 2"),
         ErrorDestino, "está dañada"),
        (duckdb.IOException(f"{OCUPADA}PID 0. See also https://x"), ErrorOcupado,
         "otro contenedor u otra máquina"),
        (duckdb.IOException(f"{OCUPADA}PID -7."), ErrorOcupado, "otro contenedor u otra máquina"),
        (duckdb.IOException(f"{OCUPADA}PID 4194399."), ErrorOcupado, "aquí ya no está"),
        (duckdb.IOException(f"{OCUPADA}/usr/bin/x (PID 1) by user ana."), ErrorOcupado,
         "el proceso 1 ("),
        (duckdb.IOException("Could not set lock on file"), ErrorOcupado, "otro proceso"),
        (duckdb.BinderException("no existe la columna x"), ErrorDestino, "Falló una operación en"),
    ],
)  # fmt: skip
def test_cada_fallo_de_duckdb_tiene_su_clase_y_nombra_la_base(dicho, clase, frase):
    with pytest.raises(clase) as error, en_palabras(BASE):
        raise dicho
    assert str(BASE) in str(error.value)
    assert frase in str(error.value)


def test_un_ctrl_c_mientras_duckdb_trabaja_es_un_ctrl_c_y_no_un_defecto():
    """DuckDB lo cuenta como un RuntimeError: Luigi daría la tarea por fallida y seguiría."""
    programa = (
        "import duckdb, os, signal, threading\n"
        "from fluxion_luigi.destino.consultas import ejecutar\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "try: ejecutar(duckdb.connect(), 'SELECT count(*) FROM range(10000) a(i), "
        "range(10000) b(i) WHERE (a.i * b.i) % 7 = 3')\n"
        "except BaseException as e: print(type(e).__name__)\n"
    )
    hecho = subprocess.run([sys.executable, "-c", programa], capture_output=True, text=True)
    assert hecho.stdout == "KeyboardInterrupt\n", hecho.stderr
