"""Los sistemas POS que se entregan: sus consultas dan las columnas declaradas, sin ejecutarlas."""

import re
import shutil

import pytest

from fluxion_luigi.config import sistemas
from fluxion_luigi.errores import ErrorConfiguracion
from fluxion_luigi.esquema import NOMBRES
from tests.proyecto import RAIZ

SQL = RAIZ / "sql"
TODOS = sorted(p.parent.name for p in SQL.glob("*/ventas.sql"))


def columnas(consulta: str) -> dict[str, str]:
    """De cada columna que entrega, el tipo al que se lleva (vacío si no se convierte)."""
    lista = re.split(r"\nFROM\b", consulta)[0]
    lineas = [linea.strip().rstrip(",") for linea in lista.splitlines()[1:]]
    salida = {}
    for linea in lineas:
        expresion, _, nombre = linea.rpartition(" AS ")
        tipo = re.search(r" AS ([A-Z]+(?:\([\d, ]+\))?)\)$", expresion)
        salida[nombre] = tipo[1].replace("NUMERIC", "DECIMAL") if tipo else ""
    return salida


@pytest.mark.parametrize("nombre", TODOS)
def test_entre_sus_dos_consultas_dan_cada_columna_declarada_una_vez_y_el_codigo_en_ambas(nombre):
    sistema = sistemas.leer(SQL, nombre)
    de_ventas = columnas(sistema.ventas)
    de_productos = columnas(sistema.productos) if sistema.productos else {}
    assert {*de_ventas, *de_productos} == set(NOMBRES)
    assert {*de_ventas} & {*de_productos} == ({"codigo"} if de_productos else set())
    for consulta in filter(None, (sistema.ventas, sistema.productos, sistema.conteo)):
        assert consulta.count("?") == 2


def test_stellar_da_lo_mismo_en_sql_server_que_en_postgresql():
    """El de SQL Server no se puede ejecutar en las pruebas; su gemelo sí."""
    servidor, gemelo = (sistemas.leer(SQL, n) for n in ("stellar", "stellar_postgresql"))
    propios = {"hora": "", "en_catalogo": ""}  # cada dialecto los escribe a su modo
    for una, otra in ((servidor.ventas, gemelo.ventas), (servidor.productos, gemelo.productos)):
        assert {**columnas(una), **propios} == {**columnas(otra), **propios}
    for texto in (servidor.ventas, servidor.productos, servidor.conteo):
        tablas = set(re.findall(r"VAD\d0\.dbo\.MA_\w+", texto))
        assert tablas == set(re.findall(r"\bVAD\d0\S*", texto))


def test_las_tablas_del_catalogo_se_unen_por_las_mismas_columnas_en_los_dos():
    uniones = [
        re.findall(r"LEFT JOIN \S+\.(\w+) AS (\w) ON (\S+) = (\S+)", texto.lower().replace(
            "left join", "LEFT JOIN").replace(" as ", " AS ").replace(" on ", " ON "))
        for texto in (sistemas.leer(SQL, n).productos for n in ("stellar", "stellar_postgresql"))
    ]  # fmt: skip
    assert len(uniones[0]) == 5
    assert uniones[0] == uniones[1]


def test_un_productos_sql_vacio_no_vale_como_si_no_estuviera(tmp_path):
    shutil.copytree(SQL / "stellar", tmp_path / "stellar")
    (tmp_path / "stellar" / "productos.sql").write_text("-- por hacer\n")
    with pytest.raises(ErrorConfiguracion, match=r"productos\.sql está vacío"):
        sistemas.leer(tmp_path, "stellar")
