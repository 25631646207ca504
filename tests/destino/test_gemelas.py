"""Una base no puede contarse como dos tiendas, se llegue a ella como se llegue."""

import shutil
from datetime import date

import pytest

from fluxion_luigi.errores import ErrorIdentidad, ErrorOrigen
from tests.nucleo import cargar, olvidar
from tests.proyecto import Proyecto, cada_dia, vender

pytestmark = pytest.mark.postgresql


@pytest.fixture
def dos_nombres(en_postgresql):
    """La misma base de PostgreSQL con dos entradas: por su nombre y por su dirección."""
    misma = en_postgresql.tiendas["tienda_01"]
    en_postgresql.tiendas["tienda_02"] = {**misma, "nombre": "LA OTRA", "host": "localhost"}
    en_postgresql.escribir()
    return en_postgresql


def test_dos_entradas_que_llegan_a_la_misma_base_no_se_cargan_como_dos(dos_nombres):
    salida = dos_nombres.rango("2025-03-01", "2025-03-03", workers=2)
    assert salida.codigo == 30
    tiendas = {t for t, _ in dos_nombres.cargado()}
    assert len(tiendas) == 1
    for palabras in ("tienda_01", "tienda_02", "responde con la base de", "comparte_con"):
        assert palabras in salida.error
    assert "mismas filas y el mismo total" in salida.error


# Que la orden lo diga ya se vio; lo demás es de la carga.


def rechazada(proyecto: Proyecto, tienda: str, desde: str, hasta: str, *frases: str) -> None:
    """La carga de esos días de la tienda no se confirma, y se dicen esas frases."""
    antes = proyecto.cargado()
    with pytest.raises(ErrorIdentidad) as e:
        cargar(proyecto, desde, hasta, tienda)
    for frase in (tienda, *frases):
        assert frase in str(e.value)
    assert proyecto.cargado() == antes


def test_con_un_solo_dia_y_el_mismo_servidor_tambien_se_nota(dos_nombres):
    cargar(dos_nombres, "2025-03-01", "2025-03-01", "tienda_01")
    dice = "responde con la base de tienda_01"
    rechazada(dos_nombres, "tienda_02", "2025-03-01", "2025-03-01", dice)


def test_sin_dias_en_comun_decide_lo_que_dice_el_servidor(dos_nombres):
    cargar(dos_nombres, "2025-03-01", "2025-03-05", "tienda_01")
    dice = "su servidor dice ser el mismo"
    rechazada(dos_nombres, "tienda_02", "2025-03-20", "2025-03-25", dice)


def test_lo_de_hoy_que_cambia_mientras_se_vende_no_desmiente_que_sea_el_mismo_servidor(
    dos_nombres, postgresql
):
    """Cargada la una a mediodía y la otra a las tres, el día de hoy no es igual en las dos."""
    hoy, base = str(dos_nombres.config.hoy()), dos_nombres.tiendas["tienda_01"]["base_datos"]
    postgresql.vender(base, hoy, dias=1, por_dia=40)
    cargar(dos_nombres, hoy, hoy, "tienda_01")
    postgresql.vender(base, hoy, dias=1, por_dia=9)
    rechazada(dos_nombres, "tienda_02", hoy, hoy, "su servidor dice ser el mismo")


def test_una_tienda_olvidada_ya_no_impide_cargar_la_de_verdad(dos_nombres):
    dias = "2025-03-01", "2025-03-03"
    cargar(dos_nombres, *dias, "tienda_02")
    olvidar(dos_nombres, *dias, "tienda_02")
    del dos_nombres.tiendas["tienda_02"]
    dos_nombres.escribir()
    cargar(dos_nombres, *dias)
    assert {t for t, _ in dos_nombres.cargado()} == {"tienda_01"}


def test_el_catalogo_puede_decir_que_es_legitimo(dos_nombres):
    dos_nombres.tiendas["tienda_02"]["comparte_con"] = ["tienda_01"]
    dos_nombres.escribir()
    cargar(dos_nombres, "2025-03-01", "2025-03-03")
    assert {t for t, _ in dos_nombres.cargado()} == {"tienda_01", "tienda_02"}


def test_dos_servidores_que_dicen_ser_el_mismo_y_venden_distinto_son_dos_tiendas(
    dos_nombres, postgresql
):
    """Los clonados de una misma imagen: el sistema dice lo mismo en los dos, los datos no."""
    shutil.copytree(dos_nombres.config.ajustes.sql, dos_nombres.carpeta / "sql")
    identidad = dos_nombres.carpeta / "sql" / "stellar_postgresql" / "identidad.sql"
    identidad.write_text("SELECT 'POS' AS identidad\n")
    dos_nombres.ajustes["sql"] = str(dos_nombres.carpeta / "sql")
    otra = dos_nombres.tiendas["tienda_01"]["base_datos"] + "_bis"
    postgresql.crear_pos(otra)
    postgresql.vender(otra, "2025-03-01", dias=5, por_dia=77)
    dos_nombres.tiendas["tienda_02"]["base_datos"] = otra
    dos_nombres.escribir()
    cargar(dos_nombres, "2025-03-01", "2025-03-03")
    assert dos_nombres.consultar("SELECT count(DISTINCT ubicacion_id) FROM ventas_raw") == [(2,)]


def test_base_datos_elige_de_verdad_la_base(en_postgresql, postgresql):
    """Otra base del mismo servidor sin las tablas no responde con las de la primera."""
    postgresql.crear_pos("vacia_de_ventas")
    en_postgresql.tiendas["tienda_01"]["base_datos"] = "vacia_de_ventas"
    en_postgresql.tiendas["tienda_01"]["bases"] = {"ventas": "otro esquema"}
    en_postgresql.escribir()
    with pytest.raises(ErrorOrigen, match="otro esquema"):
        cargar(en_postgresql, "2025-03-01", "2025-03-03")
    assert en_postgresql.cargado() == {}
    assert en_postgresql.marcadores() == []


def test_un_servidor_que_cambia_de_identidad_se_dice_y_se_carga(en_postgresql, postgresql):
    cargar(en_postgresql, "2025-03-01", "2025-03-03")
    nueva = en_postgresql.tiendas["tienda_01"]["base_datos"] + "_nueva"
    postgresql.copiar_pos(en_postgresql.tiendas["tienda_01"]["base_datos"], nueva)
    en_postgresql.tiendas["tienda_01"]["base_datos"] = nueva
    en_postgresql.escribir()
    salida = en_postgresql.rango("2025-03-04", "2025-03-05")
    assert salida.codigo == 0, salida.todo
    assert "antes respondía" in salida.error


# -- sin nada que preguntarle al servidor, deciden los días


@pytest.fixture
def copia(proyecto):
    """Dos archivos SQLite con lo mismo adentro."""
    proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-10", 30))
    proyecto.con_tienda("tienda_02")
    shutil.copy(
        proyecto.carpeta / "pos/tienda_01.sqlite", proyecto.carpeta / "pos/tienda_02.sqlite"
    )
    return proyecto


def test_una_copia_de_otra_tienda_se_descubre_por_sus_dias(copia):
    cargar(copia, "2025-03-01", "2025-03-10", "tienda_01")
    dice = "responde con la base de tienda_01"
    rechazada(copia, "tienda_02", "2025-03-01", "2025-03-10", dice)


def test_una_copia_que_se_carga_de_a_un_dia_se_descubre_al_segundo(copia):
    cargar(copia, "2025-03-01", "2025-03-10", "tienda_01")
    cargar(copia, "2025-03-01", "2025-03-01", "tienda_02")
    quitar = "OlvidarVentas --desde 2025-03-01 --hasta 2025-03-01 --tiendas tienda_02"
    rechazada(copia, "tienda_02", "2025-03-02", "2025-03-02", quitar)
    assert {d for t, d in copia.cargado() if t == "tienda_02"} == {date(2025, 3, 1)}


def test_una_tienda_ya_cargada_a_la_que_le_cambian_el_archivo_por_el_de_otra_se_descubre(copia):
    copia.con_tienda("tienda_03", cada_dia("2025-03-01", "2025-03-05", 41))
    cargar(copia, "2025-03-01", "2025-03-10", "tienda_01")
    cargar(copia, "2025-03-01", "2025-03-05", "tienda_03")
    copia.tiendas["tienda_03"]["archivo"] = copia.tiendas["tienda_02"]["archivo"]
    del copia.tiendas["tienda_02"]
    copia.escribir()
    dice = "responde con la base de tienda_01"
    rechazada(copia, "tienda_03", "2025-03-06", "2025-03-10", dice)


def test_un_dia_igual_por_casualidad_no_es_la_misma_base(copia):
    vender(copia.carpeta / "pos" / "tienda_02.sqlite", cada_dia("2025-03-02", "2025-03-10", 7))
    cargar(copia, "2025-03-01", "2025-03-10")
    assert len({t for t, _ in copia.cargado()}) == 2
