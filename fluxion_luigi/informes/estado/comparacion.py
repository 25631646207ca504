"""Qué cambió desde el informe anterior."""

from decimal import Decimal
from typing import Any

from fluxion_luigi.informes.estado.dias import FALTA
from fluxion_luigi.periodos import leer_instante

# Lo que dos informes deben tener igual para que su resta diga algo. Lo pedido va tal como se
# escribió: «toda la historia» crece cada día, y eso es justo lo que cambió.
_IGUALES = ("version", "cadena", "base", "base_id", "pedido")


def cambios(anterior: Any, nuevo: dict[str, Any]) -> dict[str, Any] | None:
    """La resta de dos informes, o None si no son de lo mismo o el anterior no se entiende.

    `huecos_nuevos` y `huecos_cerrados` son días de tiendas: los que ahora faltan y antes no, y los
    que faltaban y ya no.
    """
    try:
        if any(anterior[clave] != nuevo[clave] for clave in _IGUALES):
            return None
        leer_instante(anterior["generado"])
        return _restar(anterior, nuevo)
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError):
        return None  # falta, o alguien lo cambió a mano


def _restar(anterior: dict[str, Any], nuevo: dict[str, Any]) -> dict[str, Any]:
    antes = {t["tienda"]: t for t in anterior["tiendas"]}
    ahora = {t["tienda"]: t for t in nuevo["tiendas"]}
    por_tienda = [
        {"tienda": id_, "registros": _registros(ahora.get(id_)) - _registros(antes.get(id_)),
         "dias": _cargados(ahora.get(id_)) - _cargados(antes.get(id_))}
        for id_ in [*ahora, *(antes.keys() - ahora.keys())]
    ]  # fmt: skip
    faltaban, faltan = _faltan(anterior), _faltan(nuevo)
    total = Decimal(nuevo["totales"]["total"]) - Decimal(anterior["totales"]["total"])
    return {
        "desde": anterior["generado"],
        "registros": sum(t["registros"] for t in por_tienda),
        "total": f"{total:+.4f}",
        "dias_cargados": sum(t["dias"] for t in por_tienda),
        "tiendas": [t for t in por_tienda if t["registros"] or t["dias"]],
        "huecos_nuevos": len(faltan - faltaban),
        "huecos_cerrados": len(faltaban - faltan),
    }


def _registros(tienda: dict[str, Any] | None) -> int:
    return tienda["registros"] if tienda else 0


def _cargados(tienda: dict[str, Any] | None) -> int:
    return tienda["dias"]["firmes"] + tienda["dias"]["provisionales"] if tienda else 0


def _faltan(informe: dict[str, Any]) -> set[tuple[str, str, int]]:
    return {
        (t["tienda"], mes, dia)
        for t in informe["tiendas"]
        for mes, letras in t["calendario"].items()
        for dia, letra in enumerate(letras, start=1)
        if letra == FALTA
    }
