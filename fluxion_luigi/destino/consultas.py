"""Las consultas de `sql/destino/`, y cómo se le dan a DuckDB."""

import sys
from functools import cache
from pathlib import Path

from fluxion_luigi.archivos import leer_texto


@cache
def consulta(sql: Path, archivo: str) -> str:
    """El texto de `sql/destino/<archivo>.sql`."""
    return leer_texto(sql / "destino" / f"{archivo}.sql", "La carpeta «sql» está incompleta.")


def ejecutar(conexion, texto: str, valores: dict | None = None) -> list[tuple]:
    """Ejecuta y trae las filas, sin que DuckDB importe pandas.

    Lo importa sólo para mirar si un parámetro es un NaT: 86 MB y 0,3 s en cada proceso.
    """
    puesto = "pandas" not in sys.modules
    if puesto:
        sys.modules["pandas"] = None  # así importarlo falla, y DuckDB sigue sin él
    try:
        return conexion.execute(texto, valores or {}).fetchall()
    except RuntimeError as e:
        # Así cuenta DuckDB que, mientras trabajaba, a Python le llegó un Ctrl-C.
        if "interrupted" in str(e).lower():
            raise KeyboardInterrupt from None
        raise
    finally:
        if puesto:
            del sys.modules["pandas"]
