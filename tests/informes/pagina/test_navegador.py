"""La página de EstadoVentas en un navegador de verdad: sin red, con script y sin él."""

import re
from collections import Counter
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest

from fluxion_luigi.informes.pagina.html import pagina
from tests.capacidades import exigir
from tests.informes.pagina.ejemplo import informe
from tests.navegador import NAVEGAR, navegador
from tests.proyecto import cada_dia

RARO = '<b>&"</script><img src=x onerror=alert(1)>'
LARGO = "SUPERMERCADOELNOMBREMASLARGODELAPARROQUIASANTAROSADEVALENCIA"
SIN_SCRIPT = (
    "Este informe es del viernes 1 de agosto de 2025. Si hoy no es ese día, ya no es de hoy."
)


@pytest.fixture(scope="module")
def datos():
    datos = informe(5, 24)
    datos["tiendas"][0]["nombre"], datos["tiendas"][1]["nombre"] = RARO, LARGO
    return datos


@pytest.fixture(scope="module")
def url(datos, tmp_path_factory):
    archivo = tmp_path_factory.mktemp("pagina") / "estado.html"
    archivo.write_text(pagina(datos), encoding="utf-8")
    return archivo.as_uri()


@contextmanager
def _abierta(url: str, horas: float = 3, **opciones):
    """La página, abierta tantas horas después de hecha. Al salir, no pidió nada ni se quejó."""
    exigir(NAVEGAR)
    pedidos, quejas = [], []
    with navegador(**opciones) as web:
        hoja = web.pagina
        hoja.clock.install(time=datetime.fromisoformat("2025-08-01T06:10:00-04:00")
                           + timedelta(hours=horas))  # fmt: skip
        hoja.on("request", lambda r: pedidos.append(r.url))
        hoja.on("console", lambda m: quejas.append(m.text))
        hoja.on("pageerror", lambda e: quejas.append(str(e)))
        hoja.on("dialog", lambda d: quejas.append(d.message))
        hoja.goto(url)
        yield hoja
        assert [p for p in pedidos if p != url and not p.startswith("data:image/svg")] == []
        assert quejas == []


def _numero(texto: str) -> Decimal:
    limpio = re.sub(r"[^\d,]", "", texto).replace(",", ".")
    return -Decimal(limpio) if "−" in texto else Decimal(limpio)


def _centimos(monto: str | Decimal) -> Decimal:
    return Decimal(monto).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _filas(hoja, tabla: str) -> list[list[str]]:
    """Las celdas de una tabla, por renglón; también las de una ficha cerrada."""
    return hoja.evaluate(
        "t => [...document.querySelectorAll(t + ' tbody tr')]"
        ".map(f => [...f.cells].map(c => c.textContent.trim()))", tabla
    )  # fmt: skip


@pytest.mark.parametrize("script", [True, False])
def test_los_numeros_de_la_pagina_son_los_del_informe(datos, url, script):
    # Con el script apagado se lee lo mismo; sólo la edad queda por decir.
    with _abierta(url, java_script_enabled=script) as hoja:
        edad = hoja.locator(".edad p:visible")
        assert edad.inner_text() == ("Hecho hace 3 horas." if script else SIN_SCRIPT)
        assert hoja.locator("button").count() == (len(datos["huecos"]) + 3 if script else 0)
        totales = datos["totales"]
        assert _numero(hoja.inner_text("#registros")) == totales["registros"]
        assert _numero(hoja.inner_text("#total")) == _centimos(totales["total"])
        for t, fila in zip(datos["tiendas"], _filas(hoja, ".tiendas"), strict=True):
            assert fila[0].startswith(f"{t['tienda']} {t['nombre']}")
            assert _numero(fila[4]) == t["registros"]
            assert _numero(fila[5]) == _centimos(t["total"])
            assert fila[2].replace("\xa0%", "").replace(",", ".") == t["cobertura"]
        for t, fila in zip(datos["tiendas"], _filas(hoja, ".mapa"), strict=True):
            vistos = [re.match(r"\d+|·", celda)[0] for celda in fila[1:]]
            cortas = [t["meses"].get(m, {}).get("cobertura") for m in datos["meses"]]
            assert vistos == [c.split(".")[0] if c else "·" for c in cortas]
        for i, t in enumerate(datos["tiendas"], 1):
            marcas = Counter("".join("".join(f[4:]) for f in _filas(hoja, f"#t{i} .calendario")))
            d = t["dias"]
            assert marcas["X"] == d["faltan"]
            assert marcas["~"] == d["provisionales"]
            assert marcas["."] + marcas["0"] == d["firmes"]
        semanas = _filas(hoja, "#cadena ~ details table")
        assert [_numero(f[2]) for f in semanas] == [s["registros"] for s in datos["serie"]]
        assert [_numero(f[3]) for f in semanas] == [_centimos(s["total"]) for s in datos["serie"]]
        ordenes = hoja.locator(".orden code").all_text_contents()
        assert ordenes == [datos["orden_sugerida"], *(h["orden"] for h in datos["huecos"])]


def test_se_pone_roja_sola_cuando_pasa_de_un_dia(url):
    with _abierta(url, horas=23.99) as hoja:
        color = "getComputedStyle(document.querySelector('.edad')).backgroundColor"
        assert hoja.inner_text("#edad") == "Hecho hace 23 horas."
        fresca = hoja.evaluate(color)
        hoja.clock.run_for(120_000)
        assert "tiene 1 día: ya no es de hoy" in hoja.inner_text("#edad")
        assert (fresca, hoja.evaluate(color)) == ("rgb(244, 246, 248)", "rgb(155, 28, 28)")
        # Un reloj atrasado no la hace pasar por nueva.
        hoja.clock.set_system_time(datetime.fromisoformat("2025-07-30T06:10:00-04:00"))
        hoja.clock.run_for(60_000)
        assert "no se sabe su edad" in hoja.inner_text("#edad")


def test_en_un_telefono_nada_se_sale_y_en_papel_no_hay_botones(url):
    with _abierta(url, viewport={"width": 375, "height": 800}) as hoja:
        hoja.get_by_role("button", name="Abrir todas").click()
        ancho = "document.documentElement.scrollWidth"
        assert hoja.evaluate(ancho) == 375
        # En el mapa, lo último a la vista y el nombre de la tienda sin moverse.
        assert hoja.locator(".mapa tbody td").nth(23).is_visible()
        assert hoja.evaluate("document.querySelector('.mapa').parentElement.scrollLeft") > 0
        hoja.set_viewport_size({"width": 703, "height": 1000})  # A4 sin márgenes
        hoja.emulate_media(media="print")
        assert hoja.evaluate(ancho) == 703
        assert not hoja.get_by_role("button").first.is_visible()
        # Un «hace 3 horas» impreso miente al rato.
        assert hoja.locator(".edad p:visible").inner_text() == SIN_SCRIPT


def test_se_maneja_con_el_teclado_y_copia_la_orden(datos, url):
    with _abierta(url) as hoja:
        hoja.keyboard.press("Tab")
        assert hoja.evaluate("document.activeElement.className") == "salto"
        hoja.locator(".tiendas a").nth(1).press("Enter")
        hoja.locator("#t2 .calendario").wait_for()
        assert not hoja.locator("#t1 .calendario").is_visible()
        hoja.evaluate("() => { navigator.clipboard.writeText = async t => { copiado = t; }; }")
        hoja.get_by_role("button", name="Copiar la orden").first.press("Enter")
        hoja.get_by_role("button", name="Copiada").wait_for()
        assert hoja.evaluate("copiado") == datos["orden_sugerida"]
        hoja.evaluate("() => { navigator.clipboard.writeText = async t => { throw 1; }; }")
        hoja.get_by_role("button", name="Copiar la orden").first.click()
        assert hoja.evaluate("getSelection().toString()") == datos["huecos"][0]["orden"]


def test_de_punta_a_punta_los_numeros_son_los_de_la_base(proyecto):
    dias = cada_dia("2025-03-01", "2025-03-31", 12)
    proyecto.con_tienda("tienda_01", dias, nombre=RARO).con_tienda("tienda_02", dias, nombre=LARGO)
    proyecto.rango("2025-03", "2025-03", "--tiendas", "tienda_01")
    pedido = ("EstadoVentas", "--desde", "2025-03", "--hasta", "2025-03", "--formato", "html")
    # En una terminal sin UTF-8 sale igual que en el archivo.
    salida = proyecto.luigi(*pedido, PYTHONIOENCODING="ascii")
    archivo = proyecto.carpeta / "reportes" / "estado.html"
    assert (salida.codigo, salida.fuera) == (0, archivo.read_text() + "\n"), salida.error
    en_base = {
        t: (n, _centimos(total))
        for t, n, total in proyecto.consultar(
            "SELECT ubicacion_id, count(*), sum(total) FROM ventas_raw GROUP BY ALL"
        )
    }
    with _abierta(archivo.as_uri()) as hoja:
        filas = _filas(hoja, ".tiendas")
        vistos = {f[0].split()[0]: (_numero(f[4]), _numero(f[5])) for f in filas}
        assert vistos == {"tienda_01": en_base["tienda_01"], "tienda_02": (0, 0)}
        assert RARO in filas[0][0]
        assert [f[1] for f in _filas(hoja, ".mapa")] == ["100%✓", "0%✗"]
        ordenes = hoja.locator(".orden code").all_text_contents()
        assert {o.split("--desde")[1].strip() for o in ordenes} == {
            "2025-03-01 --hasta 2025-03-31 --tiendas tienda_02 --local-scheduler"
        }
        assert "RangoVentas" in hoja.inner_text(".corridas")
