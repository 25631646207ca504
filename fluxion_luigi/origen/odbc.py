"""Una conexión de lectura con la base de una tienda, columnar de punta a punta.

arrow-odbc no convierte aquí ningún texto en número ni en fecha: medido en su versión 10.6, pedirle
un DECIMAL a una columna de texto vuelve cero un «abc». Se toma el tipo que declara el driver y la
conversión, si hace falta, la hace Arrow, que se niega a perder datos.
"""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import arrow_odbc
import pyarrow as pa

from fluxion_luigi.conciliacion import Conteo, Conteos
from fluxion_luigi.errores import ErrorTipos
from fluxion_luigi.origen import productos
from fluxion_luigi.origen.columnas import ESQUEMA, Entrega
from fluxion_luigi.origen.pedido import Pedido
from fluxion_luigi.origen.productos import Productos
from fluxion_luigi.periodos import Rango

# Los textos sin ancho declarado ocuparían gigas de búfer; ninguna columna declarada pasa de aquí.
ANCHO_MAXIMO_TEXTO = 1000
# Lotes cortos: cada uno dice que la tienda sigue ahí, también por una VPN lenta.
PRODUCTOS_POR_LOTE = 2000
# Más líneas sin producto que éstas no son ventas recién hechas: las dos consultas no casan.
MAXIMO_APARTADAS = 20_000


class Conexion:
    """Una sesión ODBC; hace una consulta a la vez.

    Los errores de arrow-odbc (`arrow_odbc.Error`) salen tal cual, con las palabras del driver.
    """

    def __init__(self, pedido: Pedido):
        self._pedido = pedido
        self._conexion = arrow_odbc.connect(
            pedido.cadena, login_timeout_sec=pedido.timeout_conexion
        )
        for sentencia in pedido.sesion:
            self._conexion.execute(sentencia)
        self._ultimos: tuple[Rango, Productos | None] | None = None

    def contar(self, ventana: Rango) -> Conteos:
        """Filas y total de cada día de la ventana, según el propio origen.

        Raises:
            ErrorTipos: si el total llega como coma flotante.
        """
        conteos: Conteos = {}
        for lote in self._leer(self._pedido.conteo, ventana, chunk=1000):
            dias = lote.column("dia").cast(pa.date32()).to_pylist()
            filas = lote.column("filas").cast(pa.int64()).to_pylist()
            if pa.types.is_floating(lote.column("total").type):
                raise ErrorTipos(
                    "El conteo.sql entrega el total como coma flotante y no se puede comparar al "
                    f"céntimo: ponga CAST(… AS DECIMAL) en el sistema «{self._pedido.sistema}»."
                )
            totales = lote.column("total").to_pylist()
            for dia, n, total in zip(dias, filas, totales, strict=True):
                conteos[dia] = Conteo(n, Decimal(total or 0))
        return conteos

    def productos(self, dias: Rango, latido: Callable[[], None]) -> Productos | None:
        """Los productos vendidos esos días, o None si `ventas.sql` ya los trae en cada línea.

        Se piden una vez para los mismos días: sirven a todas sus ventanas.

        Args:
            latido: se llama con cada lote que llega.

        Raises:
            ErrorTipos: si las columnas no son las declaradas.
            ErrorConciliacion: si un código trae dos productos.
        """
        if self._ultimos is None or self._ultimos[0] != dias:
            hay = self._pedido.productos
            self._ultimos = dias, self._pedir_productos(dias, latido) if hay else None
        return self._ultimos[1]

    def _pedir_productos(self, dias: Rango, latido: Callable[[], None]) -> Productos:
        lector = self._leer(self._pedido.productos, dias, chunk=PRODUCTOS_POR_LOTE)
        entrega = productos.entrega(lector.schema, self._pedido.sistema)
        lotes = []
        for lote in lector:
            lotes.append(entrega.al_esquema(lote))
            latido()
        return Productos(pa.Table.from_batches(lotes, entrega.esquema), self._pedido.sistema)

    def leer(
        self, ventana: Rango, conocidos: Productos | None, latido: Callable[[], None]
    ) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """Las líneas de venta de la ventana: su esquema y los lotes, con todas las columnas.

        Raises:
            ErrorTipos: si las columnas no son las declaradas.
            ErrorConciliacion: al recorrerlas, si una trae un código que la tienda no da en sus
                productos ni preguntándole otra vez.
        """
        lector = self._leer(self._pedido.ventas, ventana, chunk=self._pedido.chunk_filas)
        propias = conocidos.de_ventas if conocidos else ESQUEMA
        entrega = Entrega("ventas.sql", self._pedido.sistema, propias)
        entrega.exigir(lector.schema)
        lineas = map(entrega.al_esquema, lector)
        if conocidos is None:
            return ESQUEMA, lineas
        return conocidos.esquema, self._completar(ventana, conocidos, lineas, latido)

    def _completar(
        self, ventana: Rango, conocidos: Productos, lineas: Iterator[pa.RecordBatch], latido
    ) -> Iterator[pa.RecordBatch]:
        """Las líneas completas; al final, las de códigos que se vendieron mientras se leía."""
        apartadas: list[pa.RecordBatch] = []
        for lote in lineas:
            completas, sueltas = conocidos.completar(lote)
            if len(completas):
                yield completas
            if len(sueltas):
                apartadas.append(sueltas)
                if sum(map(len, apartadas)) > MAXIMO_APARTADAS:
                    conocidos.rechazar(apartadas)
        if not apartadas:
            return
        del lineas  # suelta la consulta: la sesión hace una a la vez
        conocidos = self._pedir_productos(ventana, latido)
        for lote in apartadas:
            completas, sueltas = conocidos.completar(lote)
            if len(sueltas):
                conocidos.rechazar([sueltas])
            yield completas

    def _leer(self, consulta: str, ventana: Rango, chunk: int):
        return self._conexion.read_arrow_batches(
            query=consulta,
            parameters=[self._fecha(ventana.desde), self._fecha(ventana.fin_abierto)],
            batch_size=chunk,
            max_bytes_per_batch=self._pedido.memoria_odbc_mb * 2**20,
            max_text_size=ANCHO_MAXIMO_TEXTO,
            query_timeout_sec=self._pedido.timeout_consulta,
            fetch_concurrently=True,
        )

    def _fecha(self, dia: date) -> str:
        return dia.strftime(self._pedido.formato_fecha)
