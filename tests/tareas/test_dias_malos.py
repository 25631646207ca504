"""Un día malo se queda fuera, con su causa; los demás se cargan. En SQLite, que admite de todo."""

import shutil
import sqlite3
from datetime import date

import pytest

from tests import lagos
from tests.proyecto import RAIZ, Proyecto, Salida, cada_dia, vender

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
    """Ese valor en una línea del día malo; los octetos, como texto."""
    nuevo = "CAST(? AS TEXT)" if isinstance(valor, bytes) else "?"
    en_el_pos(
        proyecto,
        f"UPDATE lineas SET {columna} = {nuevo} WHERE rowid = "
        "(SELECT min(rowid) + 7 FROM lineas WHERE fecha = ?)",
        valor, dia,
    )  # fmt: skip


CLAVE = "caja 001, documento VEN, factura 00000001, linea 2"
# Un valor que no sirve, cada uno en su día (DIA), y lo que se dice de él.
MALOS = (
    ("total_centimos", 10**17, ("total = «100000000000000000e-2»", "14 cifras", CLAVE)),
    ("total_centimos", 1e20, ("total = «1.0e+20e-2»", CLAVE)),
    ("linea", 1.5, ("linea = «1.5»", "factura 00000001")),
    ("total_centimos", "abc", ("total = «abce-2»", "factura 00000000, linea 0", "17 línea(s) más")),
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
    ("caja", b"Caf\xe9", ("UTF-8",)),
)
# De uno, todas sus líneas: no se nombran todas.
ENTERO = 3
DIAS_MALOS = [f"2025-03-{2 * i:02d}" for i in range(1, len(MALOS) + 1)]


@pytest.fixture(scope="module")
def mes_malo(tmp_path_factory, request) -> tuple[Proyecto, Salida, dict[str, str]]:
    """Marzo con un día malo de cada dos, su carga (cada ventana lee uno bueno y uno malo) y lo que
    su reporte dice de los que quedaron fuera.
    """
    proyecto = Proyecto(
        tmp_path_factory.mktemp("dias_malos") / "p", ajustes={"intentos": "1", "ventana_dias": "2"}
    )
    lagos.poner_si_toca(proyecto, request)
    proyecto.con_tienda("tienda_01", cada_dia("2025-03-01", "2025-03-31", 20))
    for dia, (columna, valor, _) in zip(DIAS_MALOS, MALOS, strict=True):
        poner(proyecto, columna, valor.replace("DIA", dia) if columna == "fecha" else valor, dia)
    en_el_pos(
        proyecto, "UPDATE lineas SET total_centimos = 'abc' WHERE fecha = ?", DIAS_MALOS[ENTERO]
    )
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
    assert "15 día(s) sin cargar; los otros 16 ya están" in salida.error
    assert "y 12 día(s) más" in " ".join(salida.fuera.split())
    assert "--desde 2025-03-02 --hasta 2025-03-30 --tiendas tienda_01" in salida.fuera
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


def test_los_vacios_siguen_vacios_y_las_lineas_sin_fecha_se_cuentan_y_se_dicen(tienda):
    for columna in ("total_centimos", "cantidad_milesimas", "impuesto_centimos", "linea", "hora",
                    "factura", "caja"):  # fmt: skip
        poner(tienda, columna, None)
    en_el_pos(tienda, "UPDATE lineas SET fecha = NULL WHERE rowid = 2")
    en_el_pos(tienda, "UPDATE lineas SET fecha = 'cualquier día' WHERE rowid = 1")
    salida = tienda.rango("2025-03", "2025-04")
    assert salida.codigo == 0, salida.todo
    assert tienda.consultar(
        "SELECT total, cantidad, impuesto, subtotal, linea, hora, factura, caja FROM ventas_raw "
        "WHERE total IS NULL"
    ) == [(None,) * 8]
    # Una vez, aunque sean dos meses: son las mismas.
    assert salida.todo.count("2 línea(s) sin fecha en la tienda, que no se pueden cargar") == 1
    assert tienda.reporte()["sin_fecha"] == {"tienda_01": 2}


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


# -- una cuenta que no es una cuenta


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


def exigir_que_ninguna_cargue(proyecto, salida, espera: dict[str, str]) -> None:
    """Cada tienda falla con lo suyo, una vez, sin reintentos."""
    assert salida.codigo == 30, salida.todo
    errores = {m["tienda"]: m["error"] for m in proyecto.reporte()["detalle"]}
    assert errores.keys() == espera.keys()
    for id_, dice in espera.items():
        comun = "conteo.sql no entrega una cuenta" if dice in SIN_SENTIDO.values() else ""
        for frase in (id_, dice, comun):
            assert frase in errores[id_]
        assert salida.error.count(f"{errores[id_]}") == 1
    assert "se reintenta" not in salida.error
    assert "Traceback" not in salida.todo
    assert (proyecto.cargado(), proyecto.marcadores()) == ({}, [])


def test_una_cuenta_que_no_es_una_cuenta_se_dice_una_vez_y_no_se_reintenta(proyecto):
    """La que ni siquiera se puede pedir, ya en la prueba de conectividad."""
    proyecto.ajustes["intentos"] = "4"
    espera = una_tienda_por_cuenta(proyecto, {**QUE_NO_SIRVEN, **SIN_SENTIDO})
    salida = proyecto.luigi("VerificarConectividad")
    assert salida.codigo == 30
    for dice in QUE_NO_SIRVEN.values():
        assert dice in salida.fuera
    assert salida.fuera.count("PUERTO OK") >= len(QUE_NO_SIRVEN)
    exigir_que_ninguna_cargue(proyecto, proyecto.rango("2025-03-01", "2025-03-02"), espera)


def test_sin_las_demas_sumas_la_cuenta_sirve_y_con_ellas_se_ve_lo_que_cambia_el_driver(proyecto):
    """Con las mismas filas y el mismo total: antes pasaba. La segunda tienda pierde ese día."""
    buena = (RAIZ / "sql" / "demo" / "conteo.sql").read_text(encoding="utf-8")
    una_tienda_por_cuenta(proyecto, {f"SELECT l.fecha AS dia, {BUENA} {RESTO}": "", buena: ""})
    for n in (1, 2):
        ventas = proyecto.carpeta / "sql" / f"demo_{n}" / "ventas.sql"
        antes = ventas.read_text()
        ventas.write_text(
            antes.replace(
                "l.cantidad_milesimas || 'e-3'",
                "(l.cantidad_milesimas + (l.fecha = '2025-03-02')) || 'e-3'",
            )
        )
        assert ventas.read_text() != antes
    proyecto.ajustes["intentos"] = "1"
    proyecto.escribir()
    salida = proyecto.rango("2025-03-01", "2025-03-02")
    assert salida.codigo == 30, salida.todo
    for palabra in ("2025-03-02", "No concilia tienda_02", "cantidad"):
        assert palabra in salida.error, salida.todo
    for impropia in ("Traceback", "VPN", "se reintenta", "No concilia tienda_01"):
        assert impropia not in salida.todo
    assert sorted((t[-2:], d.day) for t, d in proyecto.cargado()) == [
        ("01", 1), ("01", 2), ("02", 1)
    ]  # fmt: skip


# -- un día que vuelve con muchas menos filas


@pytest.fixture(scope="module")
def _cargada(tmp_path_factory, request):
    """Casi todo marzo ya cargado, y cómo se vuelve a eso."""
    proyecto = Proyecto(tmp_path_factory.mktemp("caidas") / "p", ajustes={"intentos": "1"})
    lagos.poner_si_toca(proyecto, request)
    dias = cada_dia("2025-03-01", "2025-03-31", 20) | {"2025-03-16": 5}
    proyecto.con_tienda("tienda_01", dias)
    assert proyecto.rango("2025-03-01", "2025-03-25").codigo == 0
    return proyecto, proyecto.retratar()


@pytest.fixture
def cargada(_cargada) -> Proyecto:
    proyecto, reponer = _cargada
    reponer()
    return proyecto


def quitar(proyecto, cuantas: int, dia: str = MALO) -> None:
    """Deja un día sin esas líneas."""
    en_el_pos(
        proyecto,
        "DELETE FROM lineas WHERE rowid IN (SELECT rowid FROM lineas WHERE fecha = ? LIMIT ?)",
        dia, cuantas,
    )  # fmt: skip


def test_una_caida_se_dice_y_una_muy_grande_no_se_acepta_sin_permiso(cargada):
    """Unas pocas anulaciones no son una caída, y un día que se vacía lo es por pequeño que fuera.
    Ninguna impide cargar los demás.
    """
    antes = cargada.cargado()
    anulaciones, muy_grande, vaciado, vendio = (f"2025-03-{d:02}" for d in (10, 12, 14, 20))
    pequeno = "2025-03-16"
    for dia, cuantas in (
        (MALO, 11), (anulaciones, 3), (muy_grande, 18), (vaciado, 20), (pequeno, 5)
    ):  # fmt: skip
        quitar(cargada, cuantas, dia)
    vender(cargada.carpeta / "pos" / "tienda_01.sqlite", {vendio: 3})
    salida = cargada.rango("2025-03", "2025-03", "--recargar")
    assert salida.codigo == 30
    assert f"{MALO} antes 20 filas, ahora 9" in salida.error
    assert f"{anulaciones} antes" not in salida.error
    [mes] = cargada.reporte()["detalle"]
    assert mes["caidas"] == {MALO: [20, 9]}
    assert list(mes["dias_fuera"]) == [muy_grande, vaciado, pequeno]
    for dia, causa in mes["dias_fuera"].items():
        for palabras in (
            f"{antes['tienda_01', date.fromisoformat(dia)][0]} filas",
            "--aceptar-vacios",
        ):
            assert palabras in causa
            assert palabras in salida.error
    assert "reintenta en" not in salida.error
    # Lo de esos días sigue igual, y el resto del mes, lo que ya estaba y lo que no, sí se cargó.
    ahora, origen = cargada.cargado(), cargada.en_origen("2025-03-01", "2025-03-31")
    assert len(ahora) == 31
    iguales = {k for k in ahora if str(k[1]) in mes["dias_fuera"]}
    assert {k: ahora[k] for k in iguales} == {k: antes[k] for k in iguales}
    assert {k: v for k, v in ahora.items() if k not in iguales} == {
        k: v for k, v in origen.items() if k not in iguales
    }
    salida = cargada.rango("2025-03", "2025-03", "--aceptar-vacios")
    assert salida.codigo == 0, salida.todo
    assert cargada.cargado() == origen


def test_los_umbrales_de_caida_son_ajustes(cargada):
    quitar(cargada, 3)
    cargada.ajustes |= {"caida_aviso": "1", "caida_maxima": "10"}
    cargada.escribir()
    salida = cargada.rango("2025-03", "2025-03", "--recargar")
    assert salida.codigo == 30
    assert "responde con 17 filas" in salida.error
