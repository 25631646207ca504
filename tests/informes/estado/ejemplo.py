"""Informes de estado hechos a mano, con la forma de los de verdad (lo exige `test_datos`)."""

from datetime import date
from typing import Any

from fluxion_luigi.periodos import Rango, meses

LETRAS = {"f": "firmes", "p": "provisionales", "c": "firmes", "x": "faltan"}


def tienda(id_: str, letras: str = "", desde: str = "2025-06-01", **cambios: Any) -> dict[str, Any]:
    """Una tienda; `letras` es su calendario de corrido, desde el primer día de un mes."""
    primero = date.fromisoformat(desde)
    dias = Rango(primero, primero.fromordinal(primero.toordinal() + max(0, len(letras) - 1)))
    por_mes = {m.mes: letras[(m.desde - primero).days :][: len(m)] for m in meses(dias)}
    return {
        "tienda": id_, "nombre": id_.upper(), "tipo": "tienda", "activa": True,
        "en_catalogo": True, "pos": [], "apertura": None, "primer_dia": desde,
        "ultimo_dia": "2025-07-31", "hace_dias": 1, "estado": "completa", "reciente": False,
        "registros": 1000, "total": "1500.0000", "dias": cuenta(letras),
        "cobertura": por_ciento(letras),
        "meses": {m: {"dias": cuenta(suyas), "cobertura": por_ciento(suyas), "registros": 10,
                      "total": "15.0000"} for m, suyas in por_mes.items() if set(suyas) - {"·"}},
        "calendario": por_mes, "huecos": [], "sin_respuesta": None, **cambios,
    }  # fmt: skip


def informe(*tiendas: dict[str, Any], **cambios: Any) -> dict[str, Any]:
    """Un informe con esas tiendas."""
    letras = "".join("".join(t["calendario"].values()) for t in tiendas if t["activa"])
    return {
        "version": 1, "generado": "2025-08-01T06:10:00-04:00", "cadena": "prueba",
        "base": "datos/ventas.duckdb", "base_id": "b", "existe": True,
        "zona_horaria": "America/Caracas", "publicada": None,
        "pedido": {"desde": None, "hasta": None, "tiendas": []},
        "desde": "2025-06-01", "hasta": "2025-07-31",
        "meses": sorted({m for t in tiendas for m in t["meses"]}),
        "totales": {
            "registros": 1000 * len(tiendas), "total": f"{1500 * len(tiendas)}.0000",
            "dias": cuenta(letras), "cobertura": por_ciento(letras), "promedio_mensual": 500,
            "lugares": len(tiendas), "activos": len(tiendas), "completas": [], "parciales": [],
            "vacias": [], "recientes": [],
        },
        "tiendas": list(tiendas), "serie": [], "huecos": [], "orden_sugerida": "",
        "cambios": None, "corridas": [], "calidad": None, "alertas": None, **cambios,
    }  # fmt: skip


def cuenta(letras: str) -> dict[str, int]:
    """Los días de un calendario."""
    suyos = {c: sum(letras.count(x) for x, de in LETRAS.items() if de == c)
             for c in ("firmes", "provisionales", "faltan")}  # fmt: skip
    return {"exigibles": sum(suyos.values()), **suyos, "en_cero": letras.count("c")}


def por_ciento(letras: str) -> str | None:
    """Lo que se muestra de él, en un ejemplo de pocos días."""
    dias = cuenta(letras)
    if not dias["exigibles"]:
        return None
    entero = 100 * dias["firmes"] // dias["exigibles"]
    return "100" if dias["firmes"] == dias["exigibles"] else f"{entero}.00"
