"""Un día malo se queda fuera, con su causa; los demás se cargan. En SQLite, que admite de todo."""

import shutil
import sqlite3

import pytest

from tests.proyecto import RAIZ, Proyecto, Salida, borrar_ventas, cada_dia, vender

MALO = "2025-03-08"


@pytest.fixture
def tienda(proyecto):
    """Marzo entero, con 20 líneas por día."""
    proyecto.ajustes["intentos"] = "1"
    return proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-31", 20))


def en_el_pos(proyecto, sentencia: str, *valores) -> None:
    with sqlite3.connect(proyecto.tiendas["tienda_01"]["archivo"]) as pos:
        pos.execute(sentencia, valores)
    pos.close()


def poner(proyecto, columna: str, valor, dia: str = MALO) -> None:
    """Ese valor en una línea del día malo."""
    en_el_pos(
        proyecto,
        f"UPDATE lineas SET {columna} = ? WHERE rowid = "
        "(SELECT min(rowid) + 7 FROM lineas WHERE fecha = ?)",
        valor, dia,
    )  # fmt: skip


def exigir_fuera(proyecto, salida, *palabras: str) -> None:
    assert salida.codigo == 30, salida.todo
    for palabra in (MALO, *palabras):
        assert palabra in salida.error, salida.todo
    for impropia in ("Traceback", "VPN", "se reintenta"):
        assert impropia not in salida.todo
    assert sorted({d.day for _, d in proyecto.cargado()}) == [d for d in range(1, 32) if d != 8]


CLAVE = "caja 001, documento VEN, factura 00000001, linea 2"
# Un valor que no sirve, cada uno en su día (DIA), y lo que se dice de él.
MALOS = (
    ("total_centimos", 10**17, ("total = «100000000000000000e-2»", "14 cifras", CLAVE)),
    ("total_centimos", 1e20, ("total = «1.0e+20e-2»", CLAVE)),
    ("linea", 1.5, ("linea = «1.5»", "factura 00000001")),
    ("total_centimos", "abc", ("total = «abce-2»", CLAVE)),
    ("total_centimos", "1,5", ("total = «1,5e-2»", CLAVE)),
    ("cantidad_milesimas", "x", ("cantidad = «xe-3»", CLAVE)),
    ("precio_centimos", 1.234567, ("precio_unitario = «1.234567e-2»", CLAVE)),
    ("impuesto_centimos", "diez", ("impuesto = «dieze-2»", CLAVE)),
    ("linea", "primera", ("linea = «primera»", "factura 00000001")),
    ("hora", "02:35:10 PM", ("hora = «02:35:10 PM»", "HH:MM:SS", CLAVE)),
    ("hora", "24:00:00", ("hora = «24:00:00»", CLAVE)),
    ("fecha", "DIA 10:00:00", ("fecha = «DIA 10:00:00» no es un día",)),
    ("factura", "9" * 300, ("factura = «99999", "(256 letras)", "255 letras", "linea 2")),
    ("factura", "☕" * 2000, ("factura = «☕☕☕", "(256 letras)", "linea 2")),
)
DIAS_MALOS = [f"2025-03-{2 * i:02d}" for i in range(1, len(MALOS) + 1)]


@pytest.fixture(scope="module")
def mes_malo(tmp_path_factory) -> tuple[Proyecto, Salida, dict[str, str]]:
    """Marzo con un día malo de cada dos, su carga (cada ventana lee uno bueno y uno malo) y lo que
    su reporte dice de los que quedaron fuera.
    """
    proyecto = Proyecto(
        tmp_path_factory.mktemp("dias_malos") / "p", ajustes={"intentos": "1", "ventana_dias": "2"}
    )
    proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-31", 20))
    for dia, (columna, valor, _) in zip(DIAS_MALOS, MALOS, strict=True):
        poner(proyecto, columna, valor.replace("DIA", dia) if columna == "fecha" else valor, dia)
    salida = proyecto.rango("2025-03", "2025-03")
    return proyecto, salida, proyecto.reporte()["detalle"][0]["dias_fuera"]


@pytest.mark.parametrize(("dia", "malo"), list(zip(DIAS_MALOS, MALOS, strict=True)))
def test_un_valor_que_no_sirve_se_nombra_hasta_su_linea(mes_malo, dia, malo):
    _, salida, dias_fuera = mes_malo
    assert dias_fuera[dia] in salida.error
    for palabra in malo[2]:
        assert palabra.replace("DIA", dia) in dias_fuera[dia]


def test_los_dias_con_un_valor_que_no_sirve_no_cuestan_los_demas(mes_malo):
    proyecto, salida, dias_fuera = mes_malo
    assert salida.codigo == 30, salida.todo
    for impropia in ("Traceback", "VPN", "se reintenta"):
        assert impropia not in salida.todo
    assert list(dias_fuera) == DIAS_MALOS
    buenos = {str(d) for _, d in proyecto.cargado()}
    assert buenos == cada_dia("2025-03-01", "2025-03-31", 1).keys() - set(DIAS_MALOS)
    # Corregidos, se piden sólo ellos.
    for dia in DIAS_MALOS:
        en_el_pos(proyecto, "DELETE FROM lineas WHERE fecha LIKE ?", f"{dia}%")
        vender(proyecto.carpeta / "pos" / "tienda_01.sqlite", {dia: 5})
    salida = proyecto.rango("2025-03", "2025-03")
    assert salida.codigo == 0, salida.todo
    assert proyecto.reporte()["detalle"][0]["dias"] == len(DIAS_MALOS)
    assert proyecto.cargado() == proyecto.en_origen("2025-03-01", "2025-03-31")


def test_un_texto_que_no_esta_en_utf8_deja_fuera_su_dia(tienda):
    en_el_pos(
        tienda,
        "UPDATE lineas SET caja = CAST(X'436166E9' AS TEXT) WHERE rowid = "
        "(SELECT min(rowid) FROM lineas WHERE fecha = ?)", MALO,
    )  # fmt: skip
    exigir_fuera(tienda, tienda.rango("2025-03", "2025-03"), "UTF-8")


def test_los_vacios_siguen_vacios(tienda):
    for columna in ("total_centimos", "cantidad_milesimas", "impuesto_centimos", "linea", "hora",
                    "factura", "caja"):  # fmt: skip
        poner(tienda, columna, None)
    salida = tienda.rango("2025-03", "2025-03")
    assert salida.codigo == 0, salida.todo
    assert tienda.consultar(
        "SELECT total, cantidad, impuesto, subtotal, linea, hora, factura, caja FROM ventas_raw "
        "WHERE total IS NULL"
    ) == [(None,) * 8]


def test_varios_dias_malos_y_su_resumen(tienda):
    for dia in ("2025-03-03", "2025-03-04", "2025-03-20", "2025-03-30"):
        en_el_pos(tienda, "UPDATE lineas SET total_centimos = 'x' WHERE fecha = ?", dia)
    salida = tienda.rango("2025-03", "2025-03")
    assert salida.codigo == 30
    assert "4 día(s) sin cargar; los otros 27 ya están" in salida.error
    assert "y 17 línea(s) más" in salida.error
    assert "y 1 día(s) más" in " ".join(salida.fuera.split())
    assert "--desde 2025-03-03 --hasta 2025-03-30 --tiendas tienda_01" in salida.fuera
    assert len(tienda.cargado()) == 27


def test_si_todos_los_dias_son_malos_no_se_carga_nada_y_se_dice_cada_uno(tienda):
    en_el_pos(tienda, "UPDATE lineas SET total_centimos = 'x'")
    salida = tienda.rango("2025-03-01", "2025-03-02")
    assert salida.codigo == 30
    assert "2 día(s) sin cargar; no había otros" in salida.error
    assert tienda.cargado() == {}
    assert tienda.marcadores() == []
    assert tienda.consultar("SELECT count(*) FROM dias_fallidos") == [(2,)]
    [mes] = tienda.reporte()["detalle"]
    assert (mes["estado"], mes["clase_error"]) == ("fallida", "dias")


def test_las_lineas_sin_fecha_o_con_una_que_no_lo_es_se_cuentan_y_se_dicen(tienda):
    poner(tienda, "fecha", None)
    en_el_pos(tienda, "UPDATE lineas SET fecha = 'cualquier día' WHERE rowid = 1")
    salida = tienda.rango("2025-03", "2025-04")
    assert salida.codigo == 0, salida.todo
    # Una vez, aunque sean dos meses: son las mismas.
    assert salida.todo.count("2 línea(s) sin fecha en la tienda, que no se pueden cargar") == 1
    assert tienda.reporte()["sin_fecha"] == {"tienda_01": 2}


# -- una cuenta que no es una cuenta


@pytest.fixture
def con_conteo(tienda):
    """La tienda con su propio conteo.sql, dado por el texto."""
    shutil.copytree(RAIZ / "sql", tienda.carpeta / "sql")
    tienda.ajustes["sql"] = str(tienda.carpeta / "sql")
    tienda.escribir()

    def poner(texto: str):
        (tienda.carpeta / "sql" / "demo" / "conteo.sql").write_text(texto, encoding="utf-8")
        return tienda

    return poner


RESTO = "FROM lineas AS l WHERE l.fecha >= ? AND l.fecha < ? GROUP BY l.fecha"
BUENA = "COUNT(*) AS filas, SUM(total_centimos) || 'e-2' AS total"


SIN_SENTIDO = {
    f"SELECT l.fecha || ' 10:00' AS dia, {BUENA} {RESTO}": "dia = «2025-03-01 10:00»",
    "SELECT l.fecha AS dia, COUNT(*) AS filas, REPLACE(SUM(total_centimos) / 100.0, '.', ',') "
    f"AS total {RESTO}": "total = «",
    f"SELECT l.fecha AS dia, 'muchas' AS filas, '1' AS total {RESTO}": "filas = «muchas»",
    f"SELECT l.fecha AS dia, {BUENA} {RESTO}, l.caja, l.linea": "sin filas o dos veces",
}  # fmt: skip
QUE_NO_SIRVEN = {
    f"SELECT l.fecha AS dia, COUNT(*) AS filas {RESTO}": "Faltan: total",
    f"SELECT l.fecha AS dia, {BUENA}, 1 AS otra {RESTO}": "Sobran: otra",
    f"SELECT l.fecha AS dia, {BUENA} FROM lineos AS l WHERE ? < ?": "no such table",
}


def una_tienda_por_cuenta(proyecto, consultas) -> dict[str, str]:
    """Por cada conteo.sql, un sistema y una tienda suya; devuelve lo que se espera de cada una."""
    shutil.copytree(RAIZ / "sql", proyecto.carpeta / "sql")
    proyecto.ajustes["sql"] = str(proyecto.carpeta / "sql")
    espera = {}
    for n, (consulta, dice) in enumerate(consultas.items(), 1):
        suyo = shutil.copytree(RAIZ / "sql" / "demo", proyecto.carpeta / "sql" / f"demo_{n}")
        (suyo / "conteo.sql").write_text(consulta, encoding="utf-8")
        id_ = f"tienda_{n:02d}"
        proyecto.con_tienda(id_, cada_dia("2025-03-01", "2025-03-02", 20), sistema=f"demo_{n}")
        espera[id_] = dice
    return espera


def exigir_que_ninguna_cargue(proyecto, salida, espera: dict[str, str], *comun: str) -> None:
    """Cada tienda falla con lo suyo, una vez, sin reintentos."""
    assert salida.codigo == 30, salida.todo
    errores = {m["tienda"]: m["error"] for m in proyecto.reporte()["detalle"]}
    assert errores.keys() == espera.keys()
    for id_, dice in espera.items():
        for frase in (id_, dice, *comun):
            assert frase in errores[id_]
        assert salida.error.count(f"{errores[id_]}") == 1
    assert "se reintenta" not in salida.error
    assert "Traceback" not in salida.todo
    assert (proyecto.cargado(), proyecto.marcadores()) == ({}, [])


def test_una_cuenta_sin_sentido_se_dice_una_vez_y_no_se_reintenta(proyecto):
    proyecto.ajustes["intentos"] = "4"
    espera = una_tienda_por_cuenta(proyecto, SIN_SENTIDO)
    salida = proyecto.rango("2025-03-01", "2025-03-02")
    exigir_que_ninguna_cargue(proyecto, salida, espera, "conteo.sql no entrega una cuenta")


def test_la_prueba_de_conectividad_encuentra_una_cuenta_que_no_sirve(proyecto):
    espera = una_tienda_por_cuenta(proyecto, QUE_NO_SIRVEN)
    salida = proyecto.luigi("VerificarConectividad")
    assert salida.codigo == 30
    for dice in espera.values():
        assert dice in salida.fuera
    assert salida.fuera.count("PUERTO OK") >= len(espera)
    exigir_que_ninguna_cargue(proyecto, proyecto.rango("2025-03-01", "2025-03-02"), espera)


def test_una_cuenta_sin_las_demas_sumas_tambien_sirve(con_conteo):
    salida = con_conteo(f"SELECT l.fecha AS dia, {BUENA} {RESTO}").rango("2025-03", "2025-03")
    assert salida.codigo == 0, salida.todo


def test_un_driver_que_cambia_las_cantidades_no_concilia(con_conteo):
    """Mismas filas y mismo total: antes pasaba."""
    tienda = con_conteo((RAIZ / "sql" / "demo" / "conteo.sql").read_text(encoding="utf-8"))
    ventas = tienda.carpeta / "sql" / "demo" / "ventas.sql"
    ventas.write_text(
        ventas.read_text().replace(
            "l.cantidad_milesimas || 'e-3'",
            f"(l.cantidad_milesimas + (l.fecha = '{MALO}')) || 'e-3'",
        )
    )
    salida = tienda.rango("2025-03", "2025-03")
    exigir_fuera(tienda, salida, "No concilia", "cantidad")


# -- un día que vuelve con muchas menos filas


@pytest.fixture(scope="module")
def _cargada(tmp_path_factory):
    """Marzo entero ya cargado, y cómo se vuelve a eso."""
    proyecto = Proyecto(tmp_path_factory.mktemp("caidas") / "p", ajustes={"intentos": "1"})
    proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-31", 20))
    assert proyecto.rango("2025-03", "2025-03").codigo == 0
    return proyecto, proyecto.retratar()


@pytest.fixture
def cargada(_cargada) -> Proyecto:
    proyecto, reponer = _cargada
    reponer()
    return proyecto


def quitar(proyecto, cuantas: int) -> None:
    """Deja el día malo sin esas líneas."""
    en_el_pos(
        proyecto,
        "DELETE FROM lineas WHERE rowid IN (SELECT rowid FROM lineas WHERE fecha = ? LIMIT ?)",
        MALO, cuantas,
    )  # fmt: skip


def test_una_caida_se_dice_con_lo_de_antes_y_lo_de_ahora(cargada):
    quitar(cargada, 11)
    salida = cargada.rango("2025-03", "2025-03", "--recargar")
    assert salida.codigo == 0, salida.todo
    assert f"{MALO} antes 20 filas, ahora 9" in salida.error
    assert cargada.reporte()["detalle"][0]["caidas"] == {MALO: [20, 9]}
    assert cargada.cargado() == cargada.en_origen("2025-03-01", "2025-03-31")


def test_unas_pocas_anulaciones_no_son_una_caida(cargada):
    quitar(cargada, 3)
    salida = cargada.rango("2025-03", "2025-03", "--recargar")
    assert salida.codigo == 0
    assert "antes" not in salida.error


@pytest.mark.parametrize("quedan", [2, 0])
def test_una_caida_muy_grande_no_se_acepta_sin_permiso(cargada, quedan):
    antes = cargada.cargado()
    quitar(cargada, 20 - quedan)
    vender(cargada.carpeta / "pos" / "tienda_01.sqlite", {"2025-03-20": 3})
    salida = cargada.rango("2025-03", "2025-03", "--recargar")
    assert salida.codigo == 30
    for palabras in (MALO, "20 filas", "--aceptar-vacios"):
        assert palabras in salida.error
    assert "reintenta en" not in salida.error
    # Lo de ese día sigue igual, y el resto del mes sí se volvió a cargar.
    ahora = cargada.cargado()
    assert {d for d in ahora if ahora[d] != antes[d]} == {
        d for d in antes if str(d[1]) == "2025-03-20"
    }
    salida = cargada.rango("2025-03", "2025-03", "--aceptar-vacios")
    assert salida.codigo == 0, salida.todo
    assert cargada.cargado() == cargada.en_origen("2025-03-01", "2025-03-31")


def test_los_umbrales_de_caida_son_ajustes(cargada):
    quitar(cargada, 3)
    cargada.ajustes |= {"caida_aviso": "1", "caida_maxima": "10"}
    cargada.escribir()
    salida = cargada.rango("2025-03", "2025-03", "--recargar")
    assert salida.codigo == 30
    assert "responde con 17 filas" in salida.error


def test_un_dia_vaciado_no_impide_cargar_los_demas(tienda):
    tienda.rango("2025-03-01", "2025-03-10")
    borrar_ventas(tienda.carpeta / "pos" / "tienda_01.sqlite", MALO)
    assert tienda.rango("2025-03", "2025-03", "--recargar").codigo == 30
    assert len(tienda.cargado()) == 31
