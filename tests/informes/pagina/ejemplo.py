"""Un informe de estado inventado, con la forma del de EstadoVentas y del tamaño que se pida."""

import calendar
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from zoneinfo import ZoneInfo

CARACAS = ZoneInfo("America/Caracas")
NOMBRES = ("PERIFERICO", "AV. BOLIVAR", "MAÑONGO", "SAN DIEGO", "VIVIENDA", "NAGUANAGUA", "CENTRO",
           "BOSQUE", "GUACARA", "LOS SAMANES", "FLOR AMARILLO", "PARAPARAL", "NAGUANAGUA III",
           "ISABELICA", "TOCUYITO", "EL CONSEJO", "EXTRA", "MAYORISTA VALENCIA")  # fmt: skip
CORTE = "08S01: se cortó la conexión. Repita la orden."


def informe(tiendas: int = 4, meses: int = 3, hasta: date = date(2025, 7, 31), **cambios) -> dict:
    """Un informe hecho al día siguiente de `hasta`: la última tienda está inactiva, la penúltima
    abrió hace poco y no responde, a una le faltan días y una no tiene nada."""
    desde = _hace(hasta, meses)
    rango = [desde + timedelta(i) for i in range((hasta - desde).days + 1)]
    fichas = [_tienda(i, tiendas, rango) for i in range(tiendas)]
    claves = sorted({f"{d:%Y-%m}" for d in rango})
    generado = datetime(hasta.year, hasta.month, hasta.day, 6, 10, tzinfo=CARACAS) + timedelta(1)
    dias = _sumar([t["dias"] for t in fichas])
    total = sum(Decimal(t["total"]) for t in fichas)
    return {
        "version": 1,
        "generado": generado.isoformat(),
        "cadena": "demostración", "base": "datos/ventas.duckdb", "base_id": "b", "existe": True,
        "zona_horaria": "America/Caracas",
        "publicada": {
            "ruta": "datos/publicada.duckdb", "existe": True, "hace_segundos": 600,
            "publicada_en": (generado - timedelta(minutes=10)).isoformat(), "atrasada": True,
        },
        "pedido": {"desde": None, "hasta": None, "tiendas": []},
        "desde": str(desde), "hasta": str(hasta), "meses": claves,
        "totales": {
            "registros": sum(t["registros"] for t in fichas), "total": f"{total:.4f}",
            "dias": dias, "cobertura": _cobertura(dias),
            "promedio_mensual": sum(t["registros"] for t in fichas) // len(claves),
            "lugares": tiendas + 2, "activos": tiendas - 1,
            "completas": [t["tienda"] for t in fichas if t["estado"] == "completa"],
            "parciales": [t["tienda"] for t in fichas if t["estado"] == "parcial"],
            "vacias": [t["tienda"] for t in fichas if t["estado"] == "vacia"],
            "recientes": [t["tienda"] for t in fichas if t["reciente"]],
        },
        "tiendas": fichas,
        "serie": _serie(fichas, rango),
        "huecos": _de_la_cadena(fichas),
        "orden_sugerida": _orden("tienda_01,tienda_02", str(desde), str(hasta)),
        "cambios": {
            "desde": (generado - timedelta(days=1)).isoformat(), "registros": 12345,
            "total": "-1234567.8900", "dias_cargados": 15, "huecos_nuevos": 1,
            "huecos_cerrados": 2,
            "tiendas": [{"tienda": "tienda_01", "registros": 12400, "dias": 16},
                        {"tienda": "tienda_02", "registros": -55, "dias": -1}],
        },
        "corridas": _corridas(generado, desde, hasta),
        "calidad": None, "alertas": None,
        **cambios,
    }  # fmt: skip


def calidad(texto: str = "x", cuantos: int = 2) -> dict:
    """Lo que va en `calidad`, con ese texto en todo lo que es libre."""
    hallazgos = [
        {"revision": "lineas_duplicadas", "titulo": texto, "tienda": "tienda_01",
         "severidad": ("error", "aviso")[n % 2], "dias": [f"2025-07-{d:02d}" for d in range(1, 9)],
         "cuantas": 1200, "estado": ("nuevo", "sigue")[n % 2],
         "desde": "2025-07-30T06:00:00-04:00", "significa": texto, "que_hacer": texto,
         "columnas": [texto, "total"], "ejemplos": [[texto, "1.50"]]}
        for n in range(cuantos)
    ]  # fmt: skip
    return {"revisado_en": "2025-08-01T05:40:00-04:00", "revisiones": 17, "resueltos": 3,
            "rotas": [{"revision": texto, "error": texto}], "hallazgos": hallazgos}  # fmt: skip


def _hace(hasta: date, meses: int) -> date:
    primero = hasta.replace(day=1)
    for _ in range(meses - 1):
        primero = (primero - timedelta(1)).replace(day=1)
    return primero


def _tienda(i: int, cuantas: int, rango: list[date]) -> dict:
    inactiva, nueva, vacia = i == cuantas - 1, i == cuantas - 2, i == 2
    abre = rango[-20] if nueva else rango[0]
    marcas = {d: _marca(i, n, d, abre, inactiva, vacia, rango) for n, d in enumerate(rango)}
    cuantos = {d: 700 * (i + 1) + n % 7 * 90 for n, d in enumerate(rango) if marcas[d] in "fp"}
    meses = {}
    for mes, dias in groupby(rango, key=lambda d: f"{d:%Y-%m}"):
        suyos = list(dias)
        cuenta = _dias("".join(marcas[d] for d in suyos))
        if cuenta["exigibles"]:
            registros = sum(cuantos.get(d, 0) for d in suyos)
            meses[mes] = {"dias": cuenta, "cobertura": _cobertura(cuenta), "registros": registros,
                          "total": f"{registros * Decimal('3.3333'):.4f}"}  # fmt: skip
    dias = _sumar([m["dias"] for m in meses.values()])
    con_ventas = sorted(cuantos)
    huecos = _huecos([d for d in rango if marcas[d] == "x"], None if vacia else CORTE)
    return {
        "tienda": f"tienda_{i + 1:02d}",
        "nombre": NOMBRES[i % len(NOMBRES)], "tipo": "tienda", "activa": not inactiva,
        "en_catalogo": True, "pos": [],
        "apertura": str(abre) if nueva else None,
        "primer_dia": str(con_ventas[0]) if con_ventas else None,
        "ultimo_dia": str(con_ventas[-1]) if con_ventas else None,
        "hace_dias": (rango[-1] - con_ventas[-1]).days + 1 if con_ventas else None,
        "estado": "inactiva" if inactiva else "vacia" if vacia
        else "completa" if dias["firmes"] == dias["exigibles"] else "parcial",
        "reciente": nueva,
        "registros": sum(cuantos.values()),
        "total": f"{sum(Decimal(m['total']) for m in meses.values()):.4f}",
        "dias": dias, "cobertura": _cobertura(dias), "meses": meses,
        "calendario": _calendario(rango, marcas),
        "huecos": huecos,
        "sin_respuesta": {
            "desde": "2025-07-30T05:31:00-04:00", "ultima": "2025-08-01T05:31:00-04:00",
            "causa": "PING OK: el host está, el servicio no",
        } if nueva else None,
    }  # fmt: skip


def _marca(i, n, dia, abre, inactiva, vacia, rango) -> str:
    if dia < abre or (inactiva and n >= 10):
        return "·"
    if vacia or (i % 3 == 1 and n % 97 in (20, 21, 26)):
        return "x"
    if (dia.month, dia.day) == (12, 25):
        return "c"
    return "p" if i % 3 and n >= len(rango) - 2 else "f"


def _dias(marcas: str) -> dict:
    firmes, provisionales = marcas.count("f") + marcas.count("c"), marcas.count("p")
    faltan = marcas.count("x")
    return {"exigibles": firmes + provisionales + faltan, "firmes": firmes,
            "provisionales": provisionales, "en_cero": marcas.count("c"),
            "faltan": faltan}  # fmt: skip


def _sumar(varios: list[dict]) -> dict:
    return {k: sum(d[k] for d in varios) for k in _dias("")}


def _cobertura(d: dict) -> str | None:
    if not d["exigibles"]:
        return None
    if d["firmes"] == d["exigibles"]:
        return "100"
    return str(Decimal(d["firmes"] * 10000 // d["exigibles"]) / 100)


def _calendario(rango: list[date], marcas: dict) -> dict:
    meses = dict.fromkeys(f"{d:%Y-%m}" for d in rango)
    for mes in meses:
        anio, m = map(int, mes.split("-"))
        dias = range(1, calendar.monthrange(anio, m)[1] + 1)
        meses[mes] = "".join(marcas.get(date(anio, m, d), "·") for d in dias)
    return meses


def _huecos(faltan: list[date], causa: str | None) -> list[dict]:
    tramos = groupby(enumerate(faltan), key=lambda par: par[1] - timedelta(par[0]))
    juntos = [[d for _, d in grupo] for _, grupo in tramos]
    return [{"desde": str(t[0]), "hasta": str(t[-1]), "dias": len(t), "causa": causa}
            for t in juntos]  # fmt: skip


def _de_la_cadena(fichas: list[dict]) -> list[dict]:
    """A los mismos días, las tiendas juntas; a la inactiva no se le pide nada."""
    de_quien: dict[tuple, list[str]] = {}
    for t in fichas[:-1]:
        for h in t["huecos"]:
            de_quien.setdefault((h["desde"], h["hasta"], h["dias"]), []).append(t["tienda"])
    return [
        {"tiendas": ids, "dias": dias, "tramos": [[desde, hasta]],
         "orden": _orden(",".join(ids), desde, hasta)}
        for (desde, hasta, dias), ids in sorted(de_quien.items())
    ]  # fmt: skip


def _orden(tiendas: str, desde: str, hasta: str) -> str:
    return (f"luigi --module fluxion_luigi RangoVentas --desde {desde} --hasta {hasta} "
            f"--tiendas {tiendas} --local-scheduler")  # fmt: skip


def _serie(fichas: list[dict], rango: list[date]) -> list[dict]:
    salida = []
    for lunes, grupo in groupby(rango, key=lambda d: d - timedelta(d.weekday())):
        dias = list(grupo)
        n = sum(t["calendario"][f"{d:%Y-%m}"][d.day - 1] in "fp" for t in fichas for d in dias)
        salida.append({"semana": str(lunes), "registros": n * 1400,
                       "total": f"{n * 4666}.2000", "dias": n})  # fmt: skip
    return salida


def _corridas(generado: datetime, desde: date, hasta: date) -> list[dict]:
    def corrida(n: int, **mas) -> dict:
        inicio = generado - timedelta(days=n, minutes=40)
        return {"corrida": f"2025080{n + 1}T093000Z-ab1{n}", "tarea": "IncrementoDiario",
                "estado": "completa",
                "inicio": inicio.isoformat(), "fin": (inicio + timedelta(seconds=65)).isoformat(),
                "segundos": 65.2, "desde": str(desde), "hasta": str(hasta), "cargadas": 14,
                "al_dia": 2, "fallidas": 0, "no_intentadas": 0, "filas": 210_456, "fallos": [],
                "archivo": f"corrida_2025080{n + 1}T093000Z-ab1{n}.json", **mas}  # fmt: skip

    fallos = [{"tienda": "tienda_02", "mes": m, "causa": CORTE} for m in ("2025-06", "2025-07")]
    con_fallos = {"tarea": "RangoVentas", "estado": "con_fallos", "fallidas": 2, "fallos": fallos}
    return [corrida(0), corrida(1, **con_fallos),
            corrida(2, fin=None, segundos=None, estado="interrumpida")]  # fmt: skip
