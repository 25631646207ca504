"""El SQL de Stellar para SQL Server, traducido a PostgreSQL: así sus consultas corren de verdad.

Aquí no hay un SQL Server. Lo que se prueba es lo que las consultas dicen (uniones, reglas, reparos,
redondeos), no el servidor: sus tipos y su driver son otros.
"""

import shutil
from pathlib import Path

import sqlglot
from sqlglot import exp

from fluxion_luigi.config import sistemas
from tests.proyecto import RAIZ

CONSULTAS = ("ventas", "productos", "conteo", "muestra")
# Lo que en PostgreSQL hace falta decirle al driver, como en sql/stellar_postgresql.
OPCIONES = "\n[opciones]\nUseDeclareFetch = 1\nFetch = 10000\n"


def traducir(destino: Path) -> None:
    """Copia `sql/` a `destino` con las consultas de `stellar` escritas para PostgreSQL."""
    shutil.copytree(RAIZ / "sql", destino)
    carpeta = destino / "stellar"
    original = sistemas.leer(RAIZ / "sql", "stellar").con_bases({"base_datos": "VAD20"})
    for consulta in CONSULTAS:
        arbol = sqlglot.parse_one(getattr(original, consulta), read="tsql").transform(_a_postgresql)
        texto = arbol.sql(dialect="postgres", pretty=True).replace("%s", "?")
        (carpeta / f"{consulta}.sql").write_text(texto + "\n", encoding="utf-8")
    (carpeta / "identidad.sql").unlink()
    (carpeta / "sesion.sql").write_text("SET default_transaction_read_only = on\n")
    with (carpeta / "sistema.toml").open("a", encoding="utf-8") as f:
        f.write(OPCIONES)


def _a_postgresql(nodo: exp.Expression) -> exp.Expression:
    match nodo:
        case exp.Table() if nodo.catalog:  # [VAD20].dbo.MA_X está aquí en el esquema vad20
            return exp.table_(nodo.name, db=nodo.catalog.lower(), alias=nodo.alias or None)
        case exp.National():
            return exp.Literal.string(nodo.name)
        case exp.Add():
            return exp.DPipe(this=nodo.this.transform(_a_postgresql),
                             expression=nodo.expression.transform(_a_postgresql))  # fmt: skip
        case exp.Collate():
            return nodo.this
        case exp.Cast() if nodo.to.this == exp.DataType.Type.VARBINARY:
            return nodo.this  # PostgreSQL ya distingue cada letra
    return nodo
