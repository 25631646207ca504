"""Lo que las sucursales de la API de prueba tienen vendido, en memoria."""

import zlib
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from fluxion_luigi.demo.forma import Linea, Producto
from fluxion_luigi.periodos import Rango

TASA = Decimal("36.5000")
PRODUCTO = Producto("P1", "Ñame", "La Ceiba", None, "Víveres", "Granos", "Sueltos", "kg")
DE_A = 5  # líneas por factura


class Ventas:
    """Las líneas de cada sucursal y día: `ventas.lineas["SUC001"][dia]`, que la prueba cambia."""

    def __init__(self):
        super().__init__()
        self.lineas: dict[str, dict[date, list[Linea]]] = defaultdict(lambda: defaultdict(list))

    def vender(
        self, sucursal: str, dias: dict[str, int], cambio: Callable[[int], int] = lambda i: i
    ) -> None:
        """Agrega `n` líneas en cada día, en facturas nuevas; sus montos salen de `cambio(i)` y del
        nombre de la sucursal."""
        suyo = zlib.crc32(sucursal.encode()) % 997
        for texto, n in dias.items():
            dia = date.fromisoformat(texto)
            montos = [Decimal(1234 + suyo + cambio(i)) / 100 for i in range(n)]
            self.lineas[sucursal][dia] += _facturas(dia, montos, len(self.lineas[sucursal][dia]))

    def pedidas(self, pedido: dict, dias: Rango) -> list[Linea]:
        """Las de la sucursal de un pedido en esos días, con sus otros filtros."""
        horas = (pedido.get("hora_desde") or "", pedido.get("hora_hasta") or "99")
        return [
            linea
            for dia in dias
            for linea in self.lineas[pedido["sucursal"]].get(dia, ())
            if horas[0] <= linea.hora <= horas[1]
            and pedido.get("almacen") in (None, "", linea.almacen[0])
        ]

    def en_origen(
        self, tiendas: dict[str, str], desde: str, hasta: str
    ) -> dict[tuple[str, date], tuple[int, Decimal]]:
        """Filas y total en bolívares de cada tienda y día, como `Proyecto.cargado`.

        Args:
            tiendas: la sucursal de cada tienda.
        """
        return {
            (id_, dia): vendido
            for id_, sucursal in tiendas.items()
            for dia, vendido in self.vendido(sucursal, desde, hasta).items()
        }

    def vendido(self, sucursal: str, desde: str, hasta: str) -> dict[date, tuple[int, Decimal]]:
        """Filas y total en bolívares de cada día de una sucursal."""
        return {
            dia: (len(suyas), sum(linea.total for linea in suyas))
            for dia, suyas in self.lineas[sucursal].items()
            if suyas and desde <= str(dia) <= hasta
        }


def _facturas(dia: date, montos: list[Decimal], ya: int) -> list[Linea]:
    return [
        Linea(
            fecha=dia, hora=f"{8 + i % 14:02d}:15:30", factura=f"{dia:%y%m%d}{ya + i // DE_A:06d}",
            linea=i % DE_A + 1, codigo_barras="759", cantidad=Decimal(1000 + i) / 1000,
            precio=Decimal("1.50"), costo=Decimal("1.00"), total=monto, impuesto=Decimal("1.70"),
            impuesto_porcentaje=Decimal(16), tasa=TASA, producto=PRODUCTO,
            total_factura=sum(montos[i // DE_A * DE_A : (i // DE_A + 1) * DE_A]),
        )
        for i, monto in enumerate(montos)
    ]  # fmt: skip
