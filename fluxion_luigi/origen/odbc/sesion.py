"""Una conexión de lectura con la base de una tienda, columnar de punta a punta.

arrow-odbc no convierte aquí ningún texto en número ni en fecha: medido en su versión 10.6, pedirle
un DECIMAL a una columna de texto vuelve cero un «abc». Se toma el tipo que declara el driver y la
conversión, si hace falta, la hace Arrow, que se niega a perder datos.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

import arrow_odbc
import pyarrow as pa

from fluxion_luigi.conciliacion import Conteos
from fluxion_luigi.errores import ErrorTransitorio
from fluxion_luigi.origen import conteo
from fluxion_luigi.origen.fuentes import Latido
from fluxion_luigi.origen.malos import DiasMalos
from fluxion_luigi.origen.odbc import fallos, productos
from fluxion_luigi.origen.odbc.pedido import Pedido
from fluxion_luigi.origen.odbc.productos import Productos
from fluxion_luigi.periodos import Rango

# Los textos sin ancho declarado ocuparían gigas de búfer; lo que no quepa aquí es un error.
ANCHO_MAXIMO_TEXTO = 1100
# Lotes cortos: cada uno dice que la tienda sigue ahí, también por una VPN lenta. Caben en
# `memoria_odbc_mb` y dividen el Fetch de psqlodbc: si no, cada Fetch cuesta dos viajes.
FILAS_POR_LOTE = 1000
PRODUCTOS_POR_LOTE = 500
# Con un comentario delante psqlodbc no abre un cursor, que por una VPN es otro viaje: para lo que
# cabe en una respuesta.
_DE_UN_VIAJE = "/* breve */ "
SIN_DIA = date(2000, 1, 1)
# Más líneas sin producto que éstas no son ventas recién hechas: las dos consultas no casan.
MAXIMO_APARTADAS = 20_000


# Los de arrow-odbc salen tal cual, con las palabras del driver.
Error = arrow_odbc.Error


def abrir(pedido: Mapping[str, Any], timeout: float, aparte: str) -> "Conexion":
    """Entra en la base. `timeout`, en segundos, para entrar; `aparte` no hace falta."""
    return Conexion(Pedido(**pedido), timeout)


class Conexion:
    """Una `fuentes.Sesion` por ODBC."""

    def __init__(self, pedido: Pedido, timeout: float):
        self._pedido = pedido
        self._conexion = arrow_odbc.connect(pedido.cadena, login_timeout_sec=max(1, round(timeout)))
        for sentencia in pedido.sesion:
            self._conexion.execute(sentencia)
        self._dias: Rango | None = None
        self._por_ordenar: Callable[[], Productos] | None = None
        self._productos: Productos | None = None

    def probar(self, timeout: float) -> None:
        """Cuenta cero días: si contesta, están la base, sus tablas y los permisos.

        Raises:
            ErrorColumnas: si `conteo.sql` entrega otras columnas.
        """
        dia = self._fecha(SIN_DIA)
        # El comentario es otro texto, para que el servidor no guarde para la cuenta el plan que
        # hace para cero días.
        consulta = f"{_DE_UN_VIAJE}/* prueba */ {self._pedido.conteo}"
        lector = self._leer(consulta, [dia, dia], chunk=1, timeout=max(1, round(timeout)))
        conteo.leer(lector, self._pedido.sistema)

    def identidad(self) -> str | None:
        """Quién dice ser el servidor, o None si su sistema no sabe preguntarlo o no contesta."""
        if not self._pedido.identidad:
            return None
        try:
            [lote] = self._leer(_DE_UN_VIAJE + self._pedido.identidad, [], chunk=1)
            return str(lote.column(0)[0].as_py() or "").strip() or None
        except arrow_odbc.Error as e:
            if issubclass(fallos.reconocer(str(e)).error, ErrorTransitorio):
                raise
            return None  # sin permiso para preguntarlo, por ejemplo: no es motivo para no cargar
        except (ValueError, IndexError):
            return None  # no dio un renglón

    def contar(self, ventana: Rango, latido: Latido) -> tuple[Conteos, int]:
        """Filas y sumas de cada día de la ventana, según el propio origen, y filas sin fecha.

        Raises:
            ErrorTipos: si `conteo.sql` entrega otras columnas, o algo que no es una cuenta.
        """
        lector = self._leer(
            _DE_UN_VIAJE + self._pedido.conteo, self._entre(ventana), chunk=FILAS_POR_LOTE
        )
        return conteo.leer(lector, self._pedido.sistema)

    def preparar(self, dias: Rango, latido: Latido) -> None:
        """Pide los productos vendidos esos días, si `ventas.sql` no los trae ya en cada línea.

        Raises:
            ErrorColumnas: si las columnas no son las declaradas.
        """
        if self._pedido.productos and self._dias != dias:
            self._por_ordenar = self._pedir_productos(dias, latido)
            self._dias = dias

    def _conocidos(self) -> Productos | None:
        """Los productos pedidos. Se ordenan la primera vez, con las ventas ya de camino."""
        if self._por_ordenar:
            self._productos, self._por_ordenar = self._por_ordenar(), None
        return self._productos

    def _pedir_productos(self, dias: Rango, latido: Latido) -> Callable[[], Productos]:
        lector = self._leer(self._pedido.productos, self._entre(dias), chunk=PRODUCTOS_POR_LOTE)
        entrega = productos.entrega(lector.schema, self._pedido.sistema, self._pedido.clave)
        entrega.exigir(lector.schema)
        lotes, malas, filas = [], {}, 0
        for crudo in lector:
            lote, sus_malas = entrega.al_esquema(crudo)
            malas |= {filas + i: motivo for i, motivo in sus_malas.items()}
            lotes.append(lote)
            filas += len(lote)
            latido()
        tabla = pa.Table.from_batches(lotes, entrega.esquema)
        return partial(Productos, tabla, self._pedido.sistema, self._pedido.clave, malas)

    def desde(self, ventana: Rango) -> None:
        """Nada se tiene desde antes: se pide al leer."""

    def leer(self, ventana: Rango, latido: Latido) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """Las líneas de venta de la ventana: su esquema y los lotes, con todas las columnas menos
        las que ni viajan si el sistema no las da (`SI_LAS_DA`).

        Raises:
            ErrorColumnas: si las columnas no son las declaradas.
            ErrorDatos, ErrorConciliacion: al acabar de recorrerlas, con los días que tienen una
                línea que no sirve; la segunda, si leer otra vez podría arreglarlo.
        """
        lector = self._leer(
            self._pedido.ventas, self._entre(ventana),
            chunk=min(FILAS_POR_LOTE, self._pedido.chunk_filas),
        )  # fmt: skip
        conocidos = self._conocidos()
        clave = self._pedido.clave if conocidos else ()
        entrega = productos.entrega_de_ventas(self._pedido.sistema, conocidos, clave)
        entrega.exigir(lector.schema)
        entrega = entrega.de_lo_que_da(lector.schema)
        malos = DiasMalos("ventas.sql")
        grandes = _de_a(self._pedido.chunk_filas, lector, latido)
        buenas = (malos.apartar(*entrega.al_esquema(lote)) for lote in grandes)
        if conocidos is None:
            return entrega.esquema, _hasta_el_fin(buenas, malos)
        completas = self._completar(ventana, conocidos, buenas, malos, latido)
        return conocidos.con(entrega.esquema), _hasta_el_fin(completas, malos)

    def _completar(
        self, ventana: Rango, conocidos: Productos, lineas: Iterator[pa.RecordBatch], malos, latido
    ) -> Iterator[pa.RecordBatch]:
        """Las líneas completas; al final, las de códigos que se vendieron mientras se leía."""
        apartadas: list[pa.RecordBatch] = []
        for lote in lineas:
            completas, sueltas = conocidos.completar(lote, malos)
            yield completas
            if len(sueltas):
                apartadas.append(sueltas)
                if sum(map(len, apartadas)) > MAXIMO_APARTADAS:
                    raise conocidos.demasiadas(apartadas)
        if not apartadas:
            return
        del lineas  # suelta la consulta: la sesión hace una a la vez
        conocidos = self._pedir_productos(ventana, latido)()
        for lote in apartadas:
            completas, sueltas = conocidos.completar(lote, malos)
            malos.apartar(sueltas, conocidos.desconocidas(sueltas), pasajero=True)
            yield completas

    def _leer(self, consulta: str, parametros: list[str], chunk: int, timeout: int | None = None):
        return self._conexion.read_arrow_batches(
            query=consulta,
            parameters=parametros,
            batch_size=chunk,
            max_bytes_per_batch=self._pedido.memoria_odbc_mb * 2**20,
            max_text_size=ANCHO_MAXIMO_TEXTO,
            query_timeout_sec=timeout or self._pedido.timeout_consulta,
            fetch_concurrently=True,
        )

    def _entre(self, ventana: Rango) -> list[str]:
        return [self._fecha(ventana.desde), self._fecha(ventana.fin_abierto)]

    def _fecha(self, dia: date) -> str:
        return dia.strftime(self._pedido.formato_fecha)


def _de_a(filas: int, lotes: Iterable[pa.RecordBatch], latido) -> Iterator[pa.RecordBatch]:
    """Los lotes del driver, chicos porque cada texto reserva su ancho, juntos de a tantas filas.

    Lo que se hace con cada uno (convertir, buscar sus productos) cuesta casi lo mismo por uno que
    por veinte.
    """
    juntos: list[pa.RecordBatch] = []
    for lote in lotes:
        latido()
        juntos.append(lote)
        if sum(map(len, juntos)) >= filas:
            yield pa.concat_batches(juntos)
            juntos = []
    if juntos:
        yield pa.concat_batches(juntos)


def _hasta_el_fin(lotes: Iterator[pa.RecordBatch], malos: DiasMalos) -> Iterator[pa.RecordBatch]:
    """Los lotes con filas; al acabar, se dice si hubo líneas malas: así se saben todos sus días."""
    for lote in lotes:
        if len(lote):
            yield lote
    malos.exigir_ninguno()
