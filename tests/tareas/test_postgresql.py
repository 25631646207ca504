"""RangoVentas contra un servidor PostgreSQL real."""

import pytest

pytestmark = pytest.mark.postgresql


def test_carga_lo_que_tiene_el_servidor(en_postgresql, postgresql):
    salida = en_postgresql.rango("2025-03", "2025-04")
    assert salida.codigo == 0, salida.todo
    base = en_postgresql.tiendas["tienda_01"]["base_datos"]
    cargado = {dia: v for (_, dia), v in en_postgresql.cargado().items()}
    assert cargado == postgresql.contar(base)
    assert sum(n for n, _ in cargado.values()) == 40 * 500
    muestra = en_postgresql.consultar(
        "SELECT descripcion, hora::VARCHAR, departamento FROM ventas_raw "
        "WHERE linea = 1 AND en_catalogo ORDER BY ALL LIMIT 1"
    )
    assert muestra == [("Producto ñandú 0", "00:00:01", "Víveres")]
