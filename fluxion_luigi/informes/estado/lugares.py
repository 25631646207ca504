"""De qué se informa: los días que se piden ver y las tiendas que entran."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fluxion_luigi import cobertura
from fluxion_luigi.archivos import leer_json
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.errores import ErrorUso
from fluxion_luigi.informes.estado.dias import Historia
from fluxion_luigi.periodos import Rango, leer_instante

FUERA_DEL_CATALOGO = "(ya no está en el catálogo)"


@dataclass(frozen=True)
class Pedido:
    """Lo que se pidió ver; lo que no se dice es toda la historia, y todas las tiendas."""

    desde: date | None = None
    hasta: date | None = None
    tiendas: tuple[str, ...] = ()

    def rango(self, config: Configuracion) -> Rango:
        """Los días que son. `ErrorUso` si no hay ninguno; `ErrorOcupado`, `ErrorDestino`."""
        if self.desde and self.hasta:
            return Rango(self.desde, self.hasta)
        todo = cobertura.historia_conocida(config)
        desde = self.desde or todo.desde
        if self.hasta and self.hasta < desde:
            raise ErrorUso(
                f"La historia empieza el {desde} y --hasta pide antes, hasta el {self.hasta}. "
                "Agregue --desde si quiere ver esos días vacíos."
            )
        return Rango(desde, self.hasta or max(todo.hasta, desde))

    def a_json(self) -> dict[str, Any]:
        """Para saber si dos informes se pueden comparar."""
        fechas = {"desde": self.desde, "hasta": self.hasta}
        escritas = {clave: str(dia) if dia else None for clave, dia in fechas.items()}
        return {**escritas, "tiendas": sorted(self.tiendas)}


def validar(config: Configuracion, pedidas: tuple[str, ...]) -> list[Tienda]:
    """Las tiendas pedidas por su id; valen también las inactivas.

    Raises:
        ErrorUso: si alguna no está en el catálogo o no vende.
    """
    elegidas = [config.tienda(t) for t in dict.fromkeys(pedidas)]
    if no_venden := tuple(t.id for t in elegidas if not t.vende):
        config.catalogo.elegir(no_venden)  # dice por qué no
    return elegidas


def elegir(
    config: Configuracion, pedidas: tuple[str, ...], historias: Mapping[str, Historia], rango: Rango
) -> list[Tienda]:
    """Las pedidas o, si no se pide ninguna, las activas y todas las que vendieron en esos días.

    Las que ya no están en el catálogo van al final, como inactivas.
    """
    if pedidas:
        return validar(config, pedidas)
    catalogo = config.catalogo.tiendas
    ausentes = [
        Tienda(id_, FUERA_DEL_CATALOGO, sistema="", driver="", activa=False)
        for id_ in sorted(historias.keys() - catalogo.keys())
    ]
    candidatas = [*(t for t in catalogo.values() if t.vende), *ausentes]
    return [t for t in candidatas if t.activa or _vendio(historias.get(t.id), rango)]


def _vendio(suya: Historia | None, rango: Rango) -> bool:
    vendio = suya is not None and suya.primera is not None
    return vendio and suya.primera <= rango.hasta and suya.ultima >= rango.desde


def pos(tienda: Tienda) -> list[dict[str, Any]]:
    """De qué POS salen sus ventas y desde qué día (None, desde siempre)."""
    versiones = tienda.versiones or (tienda,)
    return [
        {"desde": None if v.desde == date.min else str(v.desde), "sistema": v.sistema,
         "lugar": v.lugar}
        for v in versiones
        if v.sistema
    ]  # fmt: skip


def sin_respuesta(config: Configuracion, tienda: Tienda) -> dict[str, Any] | None:
    """Desde cuándo no contesta una tienda, si en su última prueba no contestó."""
    prueba = leer_json(config.ajustes.reportes / "conectividad" / f"{tienda.id}.json")
    try:
        if not tienda.activa or prueba["lugar"] != tienda.lugar or not prueba["causa"]:
            return None
        ultima = leer_instante(prueba["en"])
        desde = leer_instante(prueba.get("muda_desde") or prueba["en"])
        causa = str(prueba["causa"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None  # no hay prueba, o no es de este programa
    zona = config.ajustes.zona_horaria
    return {
        "desde": desde.astimezone(zona).isoformat(timespec="seconds"),
        "ultima": ultima.astimezone(zona).isoformat(timespec="seconds"),
        "causa": causa,
    }
