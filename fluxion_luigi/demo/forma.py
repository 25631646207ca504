"""La forma en que la API de ventas dice una línea, y su JSON con las cifras tal cual."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

# Las tiendas están a cuatro horas de UTC.
_HASTA_UTC = timedelta(hours=4)
_DIEZMILESIMA = Decimal("0.0001")
# Entre estas dos marcas va un número que se escribe con sus cifras; son de uso privado en Unicode.
_ABRE, _CIERRA = "\ue000", "\ue001"
_MARCADO = re.compile(f'"{_ABRE}([^{_CIERRA}]*){_CIERRA}"')


@dataclass(frozen=True)
class Producto:
    """Lo que la API dice de un producto; vacío, de uno que no está en su catálogo."""

    codigo: str | None = None
    descripcion: str | None = None
    marca: str | None = None
    modelo: str | None = None
    categoria: str | None = None
    grupo: str | None = None
    subgrupo: str | None = None
    unidad: str | None = None


@dataclass(frozen=True)
class Linea:
    """Una línea vendida. Montos en bolívares, con el impuesto dentro; `tasa`, bs por dólar.

    De un producto que no está en el catálogo no hay costo ni porcentaje de impuesto.
    """

    fecha: date
    hora: str
    factura: str
    linea: int
    codigo_barras: str
    cantidad: Decimal
    precio: Decimal
    costo: Decimal | None
    total: Decimal
    impuesto: Decimal
    impuesto_porcentaje: Decimal | None
    total_factura: Decimal
    tasa: Decimal
    producto: Producto = Producto()
    almacen: tuple[str, str] = ("001", "Piso de venta")
    promocion: str | None = None
    fiscal: bool = True

    def json(self, *, textos: bool = False) -> dict[str, Any]:
        """Como la escribe la API. `textos`: los montos van entre comillas."""
        monto = _en_texto if textos else _tal_cual
        # En UTC: de noche cae en el día siguiente. La fecha de la venta es la otra.
        instante = datetime.fromisoformat(f"{self.fecha}T{self.hora}") + _HASTA_UTC
        return {
            "numero_factura": self.factura,
            "linea": self.linea,
            "fecha": str(self.fecha),
            "hora": self.hora,
            "fecha_hora_completa": f"{instante.isoformat()}Z",
            "total_factura": monto(self.total_factura),
            "tasa_usd": monto(self.tasa),
            "es_no_fiscal": not self.fiscal,
            "tiene_promocion": self.promocion is not None,
            "codigo_promocion": self.promocion,
            "producto": [self._producto()],
            "cantidad": [self._cantidad(monto)],
            "financiero": [self._financiero(monto)],
        }

    def _producto(self) -> dict[str, Any]:
        p = self.producto
        return {
            "codigo_producto": p.codigo,
            "descripcion_producto": p.descripcion,
            "marca_producto": p.marca,
            "modelo_producto": p.modelo,
            "categoria_producto": p.categoria,
            "grupo_articulo": p.grupo,
            "subgrupo_producto": p.subgrupo,
            "codigo_barras": self.codigo_barras,
        }

    def _cantidad(self, monto) -> dict[str, Any]:
        return {
            "codigo_almacen": self.almacen[0],
            "nombre_almacen": self.almacen[1],
            "cantidad_vendida": monto(self.cantidad),
            "peso_unitario": None,
            "unidad_medida_venta": self.producto.unidad,
            "factor_unidad_medida": 1,
        }

    def _financiero(self, monto) -> dict[str, Any]:
        en_bs = {
            "costo_unitario": self.costo,
            "precio_unitario": self.precio,
            "venta_total": self.total,
            "costo_total": None if self.costo is None else _corto(self.costo * self.cantidad),
        }
        return {
            **{f"{nombre}_bs": monto(bs) for nombre, bs in en_bs.items()},
            **{f"{nombre}_usd": monto(self.en_dolares(bs)) for nombre, bs in en_bs.items()},
            "impuesto_porcentaje": monto(self.impuesto_porcentaje),
            "impuesto_monto": monto(self.impuesto),
            "porcentaje_descuento": 0,
            "monto_descuento": 0,
        }

    def en_dolares(self, bolivares: Decimal | None) -> Decimal | None:
        """A la tasa de la línea, con cuatro decimales; lo que no hay sigue sin haberlo."""
        return None if bolivares is None else _corto(bolivares / self.tasa)


def _corto(monto: Decimal) -> Decimal:
    return monto.quantize(_DIEZMILESIMA)


def _tal_cual(monto: Decimal | None) -> Decimal | None:
    return monto


def _en_texto(monto: Decimal | None) -> str | None:
    return None if monto is None else str(monto)


def numero(cifras: str) -> str:
    """Un número que `escribir` pone en el JSON con esas cifras: `18.90`, `1.5e3`."""
    return f"{_ABRE}{cifras}{_CIERRA}"


def sobre(lineas: Iterable[dict], total: int) -> dict[str, Any]:
    """La respuesta con esas líneas y ese `total_registros`."""
    return {"ventas": list(lineas), "meta": {"total_registros": total}}


def escribir(objeto: Any) -> bytes:
    """Su JSON, en UTF-8. Un `Decimal`, con todas sus cifras: nunca pasa por coma flotante."""
    texto = json.dumps(objeto, ensure_ascii=False, default=lambda d: numero(f"{d:f}"))
    return _MARCADO.sub(r"\1", texto).encode()
