"""Lo que trae una API, hasta el esquema: exacto, sin repetidas, y sólo si se puede confirmar."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal as D

import pytest

from fluxion_luigi.conciliacion import CERO
from fluxion_luigi.demo.forma import numero
from fluxion_luigi.errores import ErrorConciliacion, ErrorDatos
from fluxion_luigi.origen.columnas import ESQUEMA
from fluxion_luigi.origen.http.causas import Fallo
from tests.maldades import (
    cambia,
    cambia_en,
    cambia_todo,
    con_exponente,
    crece,
    entra_una,
    juntas,
    lista,
    numeros,
    pelada,
    pierde,
    quita,
    repite,
    rota,
    se_va_una,
    sin_total,
    total,
)
from tests.origen.http.abierta import (
    SUCURSAL,
    hasta_el_siguiente,
    rango,
    un_dia_si_y_otro_no,
)
from tests.proyecto import cada_dia

DIA = "2025-03-04"
EL_DIA = date.fromisoformat(DIA)


def test_una_linea_llega_con_todas_sus_columnas_y_el_dia_que_dice_el_pos(abrir, servidor):
    servidor.lineas[SUCURSAL][EL_DIA] = [
        replace(servidor.lineas[SUCURSAL][EL_DIA][0], hora="22:15:30", promocion="2X1",
                fiscal=False, total_factura=D("13.88"))
    ]  # fmt: skip
    servidor.hacer(juntas(
        cambia("financiero.costo_unitario_bs", numero("12345678901234.5678")),
        cambia("tasa_usd", numero("3.65012E+1")), cambia("cantidad.peso_unitario", "0.500"),
        cambia("financiero.porcentaje_descuento", numero("12.5")),
    ))  # fmt: skip
    [fila] = abrir().leer(DIA)
    assert list(fila) == ESQUEMA.names
    assert {n: v for n, v in fila.items() if v is not None} == {
        "fecha": EL_DIA, "hora": time(22, 15, 30), "factura": "250304000000", "linea": 1,
        "producto_id": "P1", "codigo": "759", "codigo_barras": "759", "descripcion": "Ñame",
        "marca": "La Ceiba", "departamento": "Víveres", "grupo": "Granos", "subgrupo": "Sueltos",
        "unidad_medida": "kg", "en_catalogo": True, "cantidad": D("1.000"), "peso": D("0.500"),
        "unidades_bulto": D(1), "precio_unitario": D("1.5"), "total": D("13.88"),
        "impuesto": D("1.7"), "costo": D("12345678901234.5678"), "impuesto_porcentaje": D(16),
        "moneda": "bs", "tasa_usd": D("36.5012"), "precio_bs": D("1.5"), "total_bs": D("13.88"),
        "costo_bs": D("12345678901234.5678"), "costo_total_bs": D(1), "precio_usd": D("0.0411"),
        "costo_usd": D("0.0274"), "total_usd": D("0.3803"), "costo_total_usd": D("0.0274"),
        "almacen_id": "001", "almacen": "Piso de venta", "promocion": "2X1", "fiscal": False,
        "descuento_porcentaje": D("12.5"), "descuento": D(0),
    }  # fmt: skip


def test_en_dolares_los_montos_son_los_dolares_y_los_bolivares_siguen_en_los_suyos(abrir):
    tienda = abrir()
    tienda.pedido["moneda"] = "usd"
    tienda.reabrir()
    fila, *mas = tienda.leer(DIA)
    assert (fila["moneda"], fila["total"], fila["total_bs"]) == ("usd", D("0.3803"), D("13.88"))
    assert (fila["precio_unitario"], fila["costo"]) == (D("0.0411"), D("0.0274"))
    assert fila["impuesto"] is None  # viene en bolívares
    assert tienda.contar(DIA)[EL_DIA].total == sum(f["total"] for f in (fila, *mas))


@pytest.mark.parametrize("como", [str, con_exponente], ids=["como texto", "con exponente"])
def test_los_montos_valen_lo_mismo_se_escriban_como_se_escriban(abrir, servidor, como):
    tienda = abrir()
    sanas = tienda.leer(DIA)
    servidor.hacer(numeros(como), dia="2025-03-05")
    otras = tienda.leer("2025-03-05")
    sin_factura = [{**f, "fecha": 0, "factura": 0} for f in sanas]
    assert [{**f, "fecha": 0, "factura": 0} for f in otras] == sin_factura


def test_los_decimales_de_mas_se_redondean_igual_al_contar_y_al_leer(abrir, servidor):
    for i, cifras in enumerate(("1.00005", "2.000049", "-3.00005", "1e-5")):
        servidor.hacer(cambia("financiero.venta_total_bs", numero(cifras), i), dia=DIA)
    maldades = [cambia("financiero.venta_total_bs", numero(c), i)
                for i, c in enumerate(("1.00005", "2.000049", "-3.00005", "1e-5"))]  # fmt: skip
    servidor.portarse_bien()
    sin_factura = [cambia("total_factura", None, i) for i in range(7)]
    servidor.hacer(juntas(*maldades, *sin_factura), dia=DIA)
    tienda = abrir()
    cuenta = tienda.contar(DIA)[EL_DIA]
    filas = tienda.leer(DIA)
    assert [f["total"] for f in filas[:4]] == [D("1.0001"), D(2), D("-3.0001"), D(0)]
    assert cuenta.total == sum(f["total"] for f in filas)


def test_lo_mismo_escrito_de_otro_modo_vale_lo_mismo(abrir, servidor):
    """Un objeto sin su lista, la fecha con su hora, sí y no en palabras, un entero con ceros."""
    tienda = abrir()
    [primera, *_] = tienda.leer("2025-03-01")
    for n, otra in enumerate((
        juntas(*(cambia_en(c, lambda v: v[0]) for c in ("producto", "cantidad", "financiero"))),
        cambia_en("fecha", lambda v: f"{v}T00:00:00.000Z"),
        cambia_en("fecha", lambda v: f"{v} 21:15:30"),
        cambia_en("fecha", lambda v: f"{v}T23:15:30-04:00"),
        juntas(*(cambia_en(c, lambda v: "N") for c in ("es_no_fiscal", "tiene_promocion"))),
        juntas(cambia_en("es_no_fiscal", lambda v: "False"), cambia("codigo_promocion", None)),
        cambia_todo(lambda o: {**o, "meta": {"total_registros": "7.0"}}),
        juntas(cambia("linea", "1.00"), cambia_en("linea", float)),
    ), 2):  # fmt: skip
        servidor.hacer(otra, dia=f"2025-03-{n:02d}")
        [fila, *mas] = tienda.leer(f"2025-03-{n:02d}")
        assert len(mas) == 6
        assert fila == {**primera, "fecha": date(2025, 3, n), "factura": fila["factura"]}


DE_SUMAR = {
    "con impuesto": lambda ls: sum(x.total + x.impuesto for x in ls),
    "sin el que llevaba": lambda ls: sum(x.total - x.impuesto for x in ls),
    "un céntimo de redondeo": lambda ls: sum(x.total + x.impuesto for x in ls) + D("0.01"),
    "en dólares": lambda ls: sum((x.total / x.tasa).quantize(D("0.0001")) for x in ls),
    "en dólares y con impuesto": lambda ls: D("1.16") * sum(x.total / x.tasa for x in ls),
}


def test_el_total_de_una_factura_vale_de_cualquiera_de_sus_maneras(abrir, servidor):
    for n, sumar in enumerate(DE_SUMAR.values(), 1):
        [linea, *_] = servidor.lineas[SUCURSAL][date(2025, 3, n)]
        linea = replace(linea, total_factura=round(sumar([linea]), 2))
        servidor.lineas[SUCURSAL][date(2025, 3, n)] = [linea]
    tienda, dias = abrir(), ("2025-03-01", f"2025-03-{len(DE_SUMAR):02d}")
    tienda.contar(*dias)
    assert len(tienda.leer(*dias)) == len(DE_SUMAR)
    assert len(servidor.peticiones) == len(DE_SUMAR)


def test_un_dia_sin_ventas_es_un_cero_y_no_un_error(abrir):
    tienda = abrir()
    assert tienda.contar("2025-04-01") == {date(2025, 4, 1): CERO}
    assert tienda.leer("2025-04-01") == []


def test_lo_que_no_viene_queda_vacio_y_sigue_siendo_una_venta(abrir, servidor):
    servidor.hacer(juntas(
        cambia("producto", []), quita("producto", 1), cambia("producto", None, 2),
        cambia("hora", ""), quita("tiene_promocion"), cambia("es_no_fiscal", None),
        cambia("financiero.impuesto_monto", None), cambia("tasa_usd", None),
    ))  # fmt: skip
    filas = abrir().leer(DIA)
    assert [f["en_catalogo"] for f in filas[:4]] == [False, False, False, True]
    assert {filas[0][n] for n in ("hora", "fiscal", "impuesto", "tasa_usd", "codigo")} == {None}
    assert len(filas) == 7


MALAS = {
    "un texto en un monto": (
        cambia("financiero.costo_total_usd", "doce"), "costo_total_usd = «doce» no es un número"),
    "una coma decimal": (cambia("cantidad.cantidad_vendida", "1,5"), "cantidad = «1,5» no es un"),
    "un monto que no cabe": (
        cambia("financiero.precio_unitario_bs", numero("1e15")), "precio_unitario = «1e15» no es"),
    "un NaN": (cambia("financiero.costo_unitario_bs", "NaN"), "costo = «NaN» no es un número"),
    "un monto vacío de texto": (cambia("tasa_usd", ""), "tasa_usd = «» no es un número"),
    "un lógico que no lo es": (cambia("es_no_fiscal", "quizá"), "fiscal = «quizá» no es 0 o 1"),
    "una hora imposible": (cambia("hora", "25:00:00"), "hora = «25:00:00» no es una hora"),
    "un texto muy largo": (cambia("producto.descripcion_producto", "x" * 300), "(300 letras)"),
    "sin montos": (cambia("financiero", []), "no trae sus montos (financiero)"),
    "sin la lista de montos": (quita("financiero"), "no trae sus montos (financiero)"),
    "sin cantidad": (cambia("cantidad", None), "no trae su cantidad"),
    "un producto que no es una lista": (
        cambia("producto", "P1"), "su producto no es una lista"),
    "dos productos": (cambia("producto", [{}, {}]), "trae 2 productos"),
    "una fecha imposible": (
        cambia("fecha", "2025-02-31"),
        "1 línea(s) no traen una fecha que se entienda: «2025-02-31» (factura {}"),
    "una fecha escrita de otro modo": (
        cambia_en("fecha", lambda _: "04/03/2025"),
        "7 línea(s) no traen una fecha que se entienda: «04/03/2025» (factura {}"),
    "una fecha con su hora en UTC": (
        cambia("fecha", "2025-03-04T03:00:00Z"), "entienda: «2025-03-04T03:00:00Z» (factura"),
    "otro día": (cambia("fecha", "2025-03-05"), "líneas de días que no se pidieron (2025-03-05)"),
    "algo que no es una línea": (
        cambia_todo(lambda o: {**o, "ventas": [5, *o["ventas"][1:]]}), "1 línea(s) no traen una"),
    "la misma clave con otro contenido": (
        juntas(repite(hora="23:00:00"), total(1)),
        "dos líneas con la misma clave no dicen lo mismo (numero_factura {}"),
}  # fmt: skip


def test_un_valor_que_no_sirve_deja_fuera_su_dia_y_se_nombra(abrir, servidor):
    casos = un_dia_si_y_otro_no(MALAS.values())
    dias = hasta_el_siguiente(casos)
    servidor.vender(SUCURSAL, cada_dia(*dias, 7))
    for dia, (maldad, _) in casos.items():
        servidor.hacer(maldad, dia=str(dia), siempre=True)
    tienda = abrir()
    tienda.contar(*dias)
    for dia, (_, frase) in casos.items():
        antes, despues = (str(dia + timedelta(days=n)) for n in (-1, 1))
        with pytest.raises(ErrorDatos) as e:
            tienda.leer(antes, despues)
        assert list(e.value.dias) == [dia]
        assert frase.format(f"{dia:%y%m%d}") in e.value.dias[dia]
    tienda.reabrir()
    assert len(tienda.leer(despues)) == 7
    assert len(servidor.peticiones) == 2 * len(casos) + 1


def test_una_fecha_que_no_se_entiende_se_dice_aunque_ventas_sql_ya_la_haya_hecho_fecha(
    abrir, servidor
):
    """El de otra API puede entregarla con su tipo: entonces no hay texto que citar."""
    servidor.hacer(cambia("fecha", "04/03/2025"), dia=DIA, siempre=True)
    tienda = abrir()
    suya = tienda.pedido["ventas"]
    tienda.pedido["ventas"] = f"SELECT * REPLACE (TRY_CAST(fecha AS DATE) AS fecha) FROM ({suya})"
    tienda.reabrir()
    tienda.contar(DIA)
    with pytest.raises(ErrorDatos) as e:
        tienda.leer(DIA)
    assert "1 línea(s) no traen una fecha que se entienda" in e.value.dias[EL_DIA]


def test_una_linea_repetida_cuenta_una_vez(abrir, servidor):
    servidor.hacer(juntas(repite(0), repite(3)), dia=DIA)
    tienda = abrir()
    assert tienda.contar(DIA)[EL_DIA].filas == 7
    assert len({(f["factura"], f["linea"]) for f in tienda.leer(DIA)}) == 7
    assert len(servidor.peticiones) == 1


DUDOSAS = {
    "el total dice una más": (total(1), "la API dice que son 8 línea(s) y llegaron 7"),
    "el total dice una menos": (total(-1), "la API dice que son 6 línea(s) y llegaron 7"),
    "falta una línea": (pierde(2), "la API dice que son 7 línea(s) y llegaron 6"),
    "una lista vacía": (lista([]), "la API dice que son 7 línea(s) y llegaron 0"),
    "una factura que no suma": (
        cambia("financiero.venta_total_bs", numero("1.00"), 1),
        "la factura {}000000 dice 69.5000 y sus líneas suman 56.6100"),
}  # fmt: skip


def test_lo_que_no_cuadra_se_lee_otra_vez_y_si_sigue_asi_no_se_da_por_leido(abrir, servidor):
    casos = un_dia_si_y_otro_no(DUDOSAS.values())
    dias = hasta_el_siguiente(casos)
    servidor.vender(SUCURSAL, cada_dia(*dias, 7))
    for dia, (maldad, _) in casos.items():
        servidor.hacer(maldad, dia=str(dia))
    tienda = abrir()
    tienda.contar(*dias)
    assert len(tienda.leer(*dias)) == 7 * (2 * len(casos) + 1)  # la segunda lectura
    assert [len(servidor.de(SUCURSAL, str(dia))) for dia in casos] == [2] * len(casos)
    assert len(servidor.peticiones) == 3 * len(casos) + 1
    servidor.vender(SUCURSAL, {str(dia.replace(month=7)): 7 for dia in casos})
    for dia, (maldad, frase) in casos.items():
        otro = dia.replace(month=7)
        servidor.hacer(maldad, dia=str(otro), siempre=True)
        tienda.contar(str(otro))
        with pytest.raises(ErrorConciliacion) as e:
            tienda.leer(str(otro))
        assert frase.format(f"{otro:%y%m%d}") in e.value.dias[otro]


def test_una_lista_sin_total_vale_si_dos_lecturas_dan_lo_mismo(abrir, servidor):
    servidor.hacer(pelada(), pelada(), dia=DIA)
    tienda = abrir()
    assert tienda.contar(DIA)[EL_DIA].filas == 7
    assert len(tienda.leer(DIA)) == 7
    assert len(servidor.peticiones) == 2
    servidor.hacer(juntas(pelada(), crece(SUCURSAL, "2025-03-05")), pelada(), dia="2025-03-05")
    tienda.contar("2025-03-05")
    assert len(tienda.leer("2025-03-05")) == 8  # la tercera ya trae su total
    servidor.hacer(juntas(pelada(), crece(SUCURSAL, "2025-03-06")), dia="2025-03-06", siempre=True)
    with pytest.raises(ErrorConciliacion, match="dos lecturas seguidas no dan lo mismo"):
        tienda.leer("2025-03-06")


def test_un_sobre_que_no_dice_el_total_vale_si_dos_lecturas_dan_lo_mismo(abrir, servidor):
    servidor.hacer(sin_total(), dia=DIA, siempre=True)
    tienda = abrir()
    assert tienda.contar(DIA)[EL_DIA].filas == len(tienda.leer(DIA)) == 7
    assert len(servidor.peticiones) == 2
    muchas = cambia_todo(lambda o: {**o, "meta": {"total_registros": "muchas"}})
    servidor.hacer(muchas, dia="2025-03-05", siempre=True)
    with pytest.raises(ErrorDatos, match="no dice bien cuántas líneas son"):
        tienda.contar("2025-03-05")


def test_varios_dias_en_un_pedido_valen_y_si_no_cuadran_se_piden_de_a_uno(abrir, servidor):
    tienda = abrir(dias_por_pedido=5)
    assert [c.filas for c in tienda.contar("2025-03-01", "2025-03-10").values()] == [7] * 10
    assert len(servidor.peticiones) == 2
    assert len(tienda.leer("2025-03-02", "2025-03-03")) == 14
    assert len(servidor.peticiones) == 2
    servidor.vender(SUCURSAL, {"2025-03-11": 3, "2025-03-12": 4, "2025-03-13": 5})
    servidor.hacer(pierde(), dia="2025-03-12")
    assert [c.filas for c in tienda.contar("2025-03-11", "2025-03-13").values()] == [3, 4, 5]
    assert [len(p.dias) for p in servidor.peticiones[2:]] == [3, 1, 1, 1]


def test_lo_de_otra_lectura_no_se_usa(abrir, servidor):
    abrir().contar(DIA)
    abrir().contar(DIA)
    assert len(servidor.peticiones) == 2


def test_un_json_roto_por_en_medio_se_pide_otra_vez(abrir, servidor):
    tienda = abrir()
    servidor.hacer(rota, rota, dia=DIA)
    assert tienda.contar(DIA)[EL_DIA].filas == 7
    assert len(servidor.de(dia=DIA)) == 3
    servidor.hacer(rota, dia="2025-03-05", siempre=True)
    with pytest.raises(ErrorDatos, match=r"no da 2025-03-05: la respuesta no es JSON válido \("):
        tienda.contar("2025-03-05")
    assert len(servidor.de(dia="2025-03-05")) == 3
    assert [p.name for p in tienda.aparte.rglob("*") if p.suffix in (".lista", ".crudo")] == []


def test_lo_leido_es_de_cuando_se_empezo_a_bajar(abrir, servidor):
    tienda = abrir()
    antes = datetime.now(UTC)
    tienda.contar(DIA)
    bajado = datetime.now(UTC)
    tienda.contar("2025-03-05")
    for _ in range(2):
        tienda.leer(DIA, "2025-03-05")
        assert antes <= tienda.sesion.desde(rango(DIA, "2025-03-05")) <= bajado
        tienda.reabrir()  # también si el lector se cayó entre tanto
    assert tienda.sesion.desde(rango("2025-03-05")) >= bajado


# -- en páginas


@pytest.fixture(params=["cursor", "numero", "numero y cuántas"])
def de_a_tres(request, servidor):
    """La API da tres líneas por página, y cómo se piden."""
    servidor.por_pagina = 3
    return {
        "cursor": {"por": "cursor", "pide": "cursor", "siguiente": "meta.siguiente"},
        "numero": {"por": "numero", "pide": "pagina"},
        "numero y cuántas": {"por": "numero", "pide": "pagina", "cuantas": "meta.paginas"},
    }[request.param]


def test_las_paginas_se_unen_y_una_fila_que_se_mueve_no_se_repite_ni_se_pierde(
    abrir, servidor, de_a_tres
):
    tienda = abrir(paginas=de_a_tres)
    assert tienda.contar(DIA)[EL_DIA].filas == 7
    assert [f["linea"] for f in tienda.leer(DIA)] == [1, 2, 3, 4, 5, 1, 2]
    # Entra una: la página siguiente repite la última, y falta la que entró.
    servidor.hacer(entra_una(SUCURSAL, "2025-03-05"), dia="2025-03-05")
    servidor.lineas[SUCURSAL][date(2025, 3, 5)] = [
        replace(x, total_factura=x.total, factura=f"{x.factura}{n}")
        for n, x in enumerate(servidor.lineas[SUCURSAL][date(2025, 3, 5)])
    ]
    tienda.contar("2025-03-05")
    assert len(tienda.leer("2025-03-05")) == 8
    # Se va una: la página siguiente se salta otra.
    servidor.lineas[SUCURSAL][date(2025, 3, 6)] = [
        replace(x, total_factura=x.total, factura=f"{x.factura}{n}")
        for n, x in enumerate(servidor.lineas[SUCURSAL][date(2025, 3, 6)])
    ]
    servidor.hacer(se_va_una(SUCURSAL, "2025-03-06"), dia="2025-03-06")
    tienda.contar("2025-03-06")
    assert len(tienda.leer("2025-03-06")) == 6


def test_unas_paginas_que_no_acaban_se_dicen(abrir, servidor):
    def siempre_hay_otra(o):
        return {**o, "meta": {**o["meta"], "siguiente": "c3"}}

    servidor.por_pagina = 3
    servidor.hacer(cambia_todo(siempre_hay_otra), siempre=True)
    cursor = {"por": "cursor", "pide": "cursor", "siguiente": "meta.siguiente"}
    with pytest.raises(Fallo, match=r"\[paginas\] el cursor c3 sale dos veces"):
        abrir(paginas=cursor).contar(DIA)
    servidor.por_pagina = 0
    with pytest.raises(Fallo, match=r"\[paginas\] la 2 es igual a la de antes"):
        abrir(paginas={"por": "numero", "pide": "hoja"}).contar(DIA)


def test_una_tienda_contesta_o_no_en_los_segundos_que_se_le_dan(abrir, servidor):
    tienda = abrir()
    tienda.sesion.probar(5)
    assert str(servidor.peticiones[0].dias) == "20000101-20000101"
    servidor.demora = 3
    with pytest.raises(Fallo, match=r"\[silencio\]"):
        tienda.sesion.probar(1)
    assert len(servidor.peticiones) == 2
    assert rango("2000-01-01") not in [b.rango for b in tienda.sesion._recoleccion._bajados.todos()]
