"""Bajar los días de una tienda, de a un pedido, y saber de cada uno si vale."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa

from fluxion_luigi.conciliacion import CERO, Conteos
from fluxion_luigi.errores import ErrorDatos, ErrorServidor
from fluxion_luigi.origen import conteo
from fluxion_luigi.origen.http import lineas, sobre
from fluxion_luigi.origen.http.bajado import Bajado, Bajados
from fluxion_luigi.origen.http.causas import DE_TIEMPO, Fallo
from fluxion_luigi.origen.http.cliente import Cliente
from fluxion_luigi.origen.http.lineas import Llegadas
from fluxion_luigi.origen.http.motor import Motor
from fluxion_luigi.origen.http.paginas import bajar_todas
from fluxion_luigi.origen.http.pedido import Pedido
from fluxion_luigi.origen.http.respuestas import citar
from fluxion_luigi.origen.http.sobre import Sobre
from fluxion_luigi.periodos import Rango, agrupar, describir

Latido = Callable[[], None]
# Un pedido que no sale es cosa de sus días; tantos seguidos, de la API.
_SEGUIDOS = 2
_CADA, _CITADAS = 5.0, 3


class Recoleccion:
    """Lo que se va bajando de una tienda en una lectura."""

    def __init__(self, pedido: Pedido, motor: Motor, cliente: Cliente, bajados: Bajados):
        self._pedido, self._motor = pedido, motor
        self._cliente, self._bajados = cliente, bajados

    def asegurar(self, dias: Rango, latido: Latido) -> dict[date, Bajado]:
        """Lo bajado de esos días; antes baja lo que falte, y otra vez lo que esté en duda.

        Raises:
            Fallo: si la API no contesta.
            ErrorDatos: si no contesta a lo de unos días, y a lo de otros sí; los nombra.
        """
        hay = {d: b for b in self._bajados.todos() for d in b.rango}
        faltan = [d for d in dias if d not in hay or hay[d].duda]
        if faltan:
            pedidos = agrupar(faltan, self._pedido.http.dias_por_pedido)
            self._bajar_todos(pedidos, bool(hay), latido)
            hay = {d: b for b in self._bajados.todos() for d in b.rango}
        return hay

    def desde(self, dias: Rango) -> datetime | None:
        """Cuándo se empezó a bajar lo primero que se tiene de esos días."""
        hay = (b.desde for b in self._bajados.todos() if any(d in dias for d in b.rango))
        return min(hay, default=None)

    def _bajar_todos(self, pedidos: Sequence[Rango], alguno: bool, latido: Latido) -> None:
        """Los baja; el que no salga se deja para el final, por si es sólo cosa suya.

        El que ya se intentó en esta lectura y no salió no se pide otra vez.

        Args:
            alguno: si ya se bajó otro: entonces la API contesta.
        """
        memoria = self._bajados.fallidos()
        fallos = {d: m for r in pedidos for d in r if (m := memoria.dias.get(d, memoria.basta))}
        pedidos = [r for r in pedidos if not fallos.keys() & set(r)]
        primero: Fallo | None = None
        for n, rango in enumerate(pedidos):
            try:
                self._bajar(rango, latido)
                alguno, memoria.seguidos = True, 0
            except Fallo as e:
                memoria.seguidos += 1
                if _es_de_la_api(e, memoria.seguidos, alguno):
                    raise
                primero, frase = primero or e, e.frase()
                fallos |= dict.fromkeys(rango, frase)
                memoria.dias |= dict.fromkeys(rango, frase)
                if memoria.seguidos % _SEGUIDOS == 0:
                    fallos |= dict.fromkeys((d for r in pedidos[n + 1 :] for d in r), frase)
                    memoria.basta = frase if _ya_basta(e, memoria.seguidos) else ""
                    break
        if primero and not alguno:
            raise primero
        if fallos:
            self._bajados.recordar(memoria)
            frases = "; ".join(dict.fromkeys(fallos.values()))
            raise ErrorDatos(f"la API no da {describir(fallos)}: {frases}", fallos)

    def _bajar(self, rango: Rango, latido: Latido) -> None:
        """Lo baja; si con varios días no se puede, o no valen, de a uno: así se sabe cuál es."""
        try:
            bajado = self._confirmar(rango, latido)
        except Fallo as e:
            if len(rango) == 1 or e.nombre not in DE_TIEMPO:
                raise
            bajado = None
        if len(rango) > 1 and (bajado is None or bajado.duda or bajado.malo):
            for dia in rango:
                self._bajar(Rango(dia, dia), latido)
        elif bajado:
            self._bajados.guardar(bajado)

    def _confirmar(self, rango: Rango, latido: Latido) -> Bajado:
        """Lo baja; si la API no dice cuántas líneas son, dos veces, y deben dar lo mismo."""
        bajado = self._bajar_una(rango, latido)
        if not bajado.sin_total or bajado.duda or bajado.malo:
            return bajado
        otro = self._bajar_una(rango, latido)
        if otro.conteos == bajado.conteos or otro.duda:
            return otro
        return replace(otro, duda=_no_son_iguales(bajado.conteos, otro.conteos))

    def _bajar_una(self, rango: Rango, latido: Latido) -> Bajado:
        """Baja esos días con un pedido, y mira si vale. Su ficha no se escribe."""
        desde = datetime.now(UTC)
        archivo, llegadas, total = self.lineas_de(rango, latido)
        with _latiendo(latido), self._motor.con_lineas([archivo]):
            lotes = self._motor.lotes(
                self._pedido.conteo, "conteo.sql", 1000, moneda=self._pedido.moneda
            )
            conteos, sin_fecha = conteo.leer(
                pa.RecordBatchReader.from_batches(*lotes), self._pedido.sistema
            )
            cual = self._sin_fecha() if sin_fecha else ""
            malo = _lo_malo(rango, conteos, sin_fecha, cual, llegadas)
            duda = "" if malo else self._duda(total, llegadas.distintas)
        conteos = {d: c for d, c in conteos.items() if d in rango}
        if total is not None and len(rango) == 1:
            conteos[rango.desde] = conteos.get(rango.desde, CERO)._replace(filas=total)
        return Bajado(rango, archivo, desde, conteos, duda, malo, total is None)

    def lineas_de(self, rango: Rango, latido: Latido) -> tuple[Path, Llegadas, int | None]:
        """Baja esos días con un pedido.

        Returns:
            El archivo con sus líneas, cuáles llegaron y cuántas dice la API que son, si lo dice.

        Raises:
            Fallo: si la API no los da.
        """
        http, formato = self._pedido.http, self._pedido.formato_fecha
        self._bajados.olvidar(rango)
        huecos = {
            "sucursal": self._pedido.sucursal,
            "desde": rango.desde.strftime(formato), "hasta": rango.hasta.strftime(formato),
        }  # fmt: skip

        def revisar(archivo: Path) -> Sobre:
            abierto = sobre.abrir(archivo, http.lista, http.error)
            abierto.entero(http.total)  # si lo dice mal, se pide otra vez
            with _latiendo(latido):
                lineas.leer(self._motor, archivo)
            return abierto

        destino = self._bajados.archivo(rango, "parquet")
        try:
            listas, ultimo = bajar_todas(
                http,
                lambda mas, archivo: self._cliente.bajar(huecos, mas, archivo, revisar, latido),
                self._bajados.archivo(rango, "lista"),
            )
            with _latiendo(latido):
                llegadas = lineas.juntar(self._motor, listas, http.clave, destino)
            return destino, llegadas, ultimo.entero(http.total)
        finally:
            for sobra in ("lista", "crudo"):
                for archivo in self._bajados.carpeta.glob(f"{rango}.*{sobra}"):
                    archivo.unlink(missing_ok=True)

    def _duda(self, total: int | None, distintas: int) -> str:
        """Por qué no se puede dar por bueno lo que llegó; vacío si se puede."""
        if total is not None and total != distintas:
            return f"la API dice que son {total} línea(s) y llegaron {distintas}"
        malas = self.facturas()
        citas = [f"la factura {f} dice {total} y sus líneas suman {s}" for _, f, total, s in malas]
        if malas and malas[0][0] > len(malas):
            citas.append(f"y {malas[0][0] - len(malas)} factura(s) más")
        return "; ".join(citas)

    def _sin_fecha(self) -> str:
        """La fecha que no se entiende de una línea de las puestas, y qué línea es; vacío si no trae
        ninguna."""
        hay = self._motor.filas(
            "SELECT dicha, factura, linea FROM (SELECT *, CAST(fecha AS VARCHAR) AS dicha "
            f"FROM ({self._pedido.ventas})) "
            "WHERE length(dicha) <> 10 OR (dicha IS NOT NULL AND TRY_CAST(dicha AS DATE) IS NULL) "
            "LIMIT 1",
            "ventas.sql", moneda=self._pedido.moneda,
        )  # fmt: skip
        return "".join(f": {citar(f)} (factura {n}, linea {i})" for f, n, i in hay)

    def facturas(self) -> list[tuple]:
        """Las primeras facturas que no suman lo que dicen, de las líneas que estén puestas: cuántas
        son, cuál, lo que dice y lo que suma."""
        if not self._pedido.facturas:
            return []
        return self._motor.filas(
            "SELECT count(*) OVER (), factura, total, suma "
            f"FROM ({self._pedido.facturas}) LIMIT {_CITADAS}",
            "facturas.sql", moneda=self._pedido.moneda,
        )  # fmt: skip


def _es_de_la_api(e: Fallo, seguidos: int, alguno: bool) -> bool:
    """Si lo que pasó no es de unos días: se repetiría con todos, o ninguno sale."""
    if not e.causa.pasajera:
        return True
    return seguidos >= _SEGUIDOS and (not alguno or e.causa.error is ErrorServidor)


def _ya_basta(e: Fallo, seguidos: int) -> bool:
    """Si de los días que no se intentaron tampoco se va a pedir ninguno: los que agotan su tiempo
    se llevan horas, y los otros ya tuvieron su segunda vez."""
    return e.nombre in DE_TIEMPO or seguidos > _SEGUIDOS


def _lo_malo(rango: Rango, conteos: Conteos, sin_fecha: int, cual: str, llegadas: Llegadas) -> str:
    """Lo que bajarlo otra vez no va a arreglar."""
    frases = []
    if sin_fecha:
        frases.append(f"{sin_fecha} línea(s) no traen una fecha que se entienda{cual}")
    if ajenos := [d for d in conteos if d not in rango]:
        frases.append(f"trae líneas de días que no se pidieron ({describir(ajenos)})")
    if llegadas.contradichas:
        cuales = "; ".join(llegadas.contradichas)
        frases.append(f"dos líneas con la misma clave no dicen lo mismo ({cuales})")
    return "; ".join(frases)


def _no_son_iguales(antes: Conteos, ahora: Conteos) -> str:
    uno, otro = (sum(c.filas for c in conteos.values()) for conteos in (antes, ahora))
    return (
        "la API no dice cuántas líneas son, y dos lecturas seguidas no dan lo mismo "
        f"({uno} y {otro} líneas, o sus sumas)"
    )


@contextmanager
def _latiendo(latido: Latido) -> Iterator[None]:
    """Late cada pocos segundos mientras se trabaja con lo que ya llegó."""
    fin = threading.Event()

    def latir() -> None:
        while not fin.wait(_CADA):
            latido()

    hilo = threading.Thread(target=latir, daemon=True)
    hilo.start()
    try:
        yield
    finally:
        fin.set()
        hilo.join()
