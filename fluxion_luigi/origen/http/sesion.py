"""Una tienda abierta por HTTP: baja sus días, los cuenta y los lleva al esquema.

La API no sabe contar sin dar las líneas: contar es bajarlas, y leer, convertir lo bajado. Un día
vale si la API dice cuántas líneas son y son ésas, si sus facturas suman lo que dicen y, cuando no
dice cuántas son, si dos lecturas seguidas dan lo mismo. El que no, se baja otra vez al leerlo, y si
sigue así no se da por leído.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from fluxion_luigi.conciliacion import Conteos
from fluxion_luigi.errores import ErrorColumnas, ErrorConciliacion, ErrorDatos
from fluxion_luigi.esquema import Hallazgo
from fluxion_luigi.origen.columnas import ESQUEMA, Entrega
from fluxion_luigi.origen.conteo import entrega as entrega_de_conteo
from fluxion_luigi.origen.http.bajado import Bajado, Bajados
from fluxion_luigi.origen.http.causas import Fallo as Error
from fluxion_luigi.origen.http.cliente import Cliente
from fluxion_luigi.origen.http.motor import ErrorConsulta, Motor
from fluxion_luigi.origen.http.pedido import SIN_VENTAS, Pedido
from fluxion_luigi.origen.http.recoleccion import Latido, Recoleccion
from fluxion_luigi.origen.malos import DiasMalos
from fluxion_luigi.origen.mirada import ausentes, mirar, sumas
from fluxion_luigi.periodos import Rango

__all__ = ["Error", "Sesion", "abrir"]

# Los lotes grandes no van más rápido, y DuckDB guarda cada uno entero antes de darlo.
_FILAS_POR_LOTE = 8192
_DE_UNOS_DIAS = "SELECT * FROM ({0}) WHERE list_contains($dias, dia(fecha))"


def abrir(pedido: Mapping[str, Any], timeout: float, aparte: str) -> "Sesion":
    """Abre una tienda. Nada sale aún hacia ella.

    Args:
        aparte: la carpeta donde se baja lo suyo.
    """
    return Sesion(Pedido.de_dict(pedido), Path(aparte))


class Sesion:
    """Una API y la sucursal de una tienda: se le hace un pedido a la vez."""

    def __init__(self, pedido: Pedido, aparte: Path):
        self._pedido = pedido
        bajados = Bajados(aparte, pedido.lectura)
        self._motor = Motor(bajados.carpeta)
        self._cliente = Cliente(pedido)
        self._recoleccion = Recoleccion(pedido, self._motor, self._cliente, bajados)
        self._ventas = Entrega("ventas.sql", pedido.sistema, ESQUEMA)

    def probar(self, timeout: float) -> None:
        """Pregunta por un día sin ventas, y mira qué dan las consultas con lo que conteste.

        Raises:
            Error: si la API no contesta lo que debe, o no en esos segundos.
            ErrorColumnas: si una consulta no da las columnas declaradas.
        """
        malos = [h for h in self.examinar(SIN_VENTAS, timeout) if h.impide]
        if malos:
            raise ErrorColumnas(" ".join(f"{h.archivo}: {h.texto}" for h in malos))

    def examinar(self, dia: Rango, timeout: float) -> list[Hallazgo]:
        """Lo que se halla en las columnas de cada consulta, y en las primeras líneas de un día.

        Raises:
            Error: si la API no lo da en esos segundos.
        """
        with self._cliente.con_prisa(timeout):
            archivo, _, _ = self._recoleccion.lineas_de(dia, lambda: None)
        hallazgos: list[Hallazgo] = []
        columnas: dict[str, list[str]] = {}
        with self._motor.con_lineas([archivo]):
            for entrega in (self._ventas, entrega_de_conteo(self._pedido.sistema)):
                with _anotando(hallazgos):
                    nombre = entrega.archivo.removesuffix(".sql")
                    esquema, lotes = self._lotes(getattr(self._pedido, nombre), entrega.archivo)
                    hallazgos += mirar(entrega, esquema, next(lotes, None))
                    columnas[nombre] = esquema.names
            with _anotando(hallazgos):
                self._recoleccion.facturas()
        if len(columnas) == 2:
            hallazgos += [*ausentes(set(columnas["ventas"])), *sumas(columnas)]
        return hallazgos

    def identidad(self) -> str | None:
        """Una API no dice quién es: su sucursal ya no puede repetirse en el catálogo."""
        return None

    def contar(self, dias: Rango, latido: Latido) -> tuple[Conteos, int]:
        """Filas y sumas de cada día, bajándolo; y filas sin fecha: ninguna, que apartan su día.

        Raises:
            Error: si la API no contesta.
            ErrorDatos: si de unos días no contesta y de otros sí; los nombra.
        """
        bajados = self._recoleccion.asegurar(dias, latido)
        conteos: Conteos = {}
        for dia in dias:
            conteos |= {d: c for d, c in bajados[dia].conteos.items() if d == dia}
        return conteos, 0

    def preparar(self, dias: Rango, latido: Latido) -> None:
        """Nada: cada día se baja aparte."""

    def desde(self, dias: Rango) -> datetime | None:
        """Cuándo se empezó a bajar lo que `leer` da de esos días."""
        return self._recoleccion.desde(dias)

    def leer(self, dias: Rango, latido: Latido) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """Las líneas de esos días, en el esquema declarado.

        Raises:
            Error, ErrorDatos: los de `contar`.
            ErrorDatos, ErrorConciliacion: si unos días no valen; la segunda, si bajarlos otra vez
                podría arreglarlo. También al acabar de recorrerlas, por lo que tenga una línea.
        """
        bajados = self._recoleccion.asegurar(dias, latido)
        _exigir({d: bajados[d].malo for d in dias}, ErrorDatos)
        _exigir({d: bajados[d].duda for d in dias}, ErrorConciliacion)
        partes = {bajados[d].rango: bajados[d] for d in dias}
        return ESQUEMA, self._lineas(list(partes.values()), dias)

    def _lineas(self, partes: Sequence[Bajado], dias: Rango) -> Iterator[pa.RecordBatch]:
        malos = DiasMalos("ventas.sql")
        for parte in partes:
            entero = all(d in dias for d in parte.rango)
            sql = self._pedido.ventas if entero else _DE_UNOS_DIAS.format(self._pedido.ventas)
            with self._motor.con_lineas([parte.archivo]):
                esquema, lotes = self._lotes(sql, "ventas.sql", dias=list(dias))
                self._ventas.exigir(esquema)
                for crudo in lotes:
                    lote = malos.apartar(*self._ventas.al_esquema(crudo))
                    if len(lote):
                        yield lote
        malos.exigir_ninguno()

    def _lotes(self, sql: str, archivo: str, **mas: Any):
        filas = min(self._pedido.chunk_filas, _FILAS_POR_LOTE)
        return self._motor.lotes(sql, archivo, filas, moneda=self._pedido.moneda, **mas)


@contextmanager
def _anotando(hallazgos: list[Hallazgo]) -> Iterator[None]:
    """Una consulta mal escrita se anota, y se sigue con las demás."""
    try:
        yield
    except ErrorConsulta as e:
        hallazgos.append(Hallazgo(e.archivo, f"Está mal: {e.dicho}", driver=e.dicho))


def _exigir(motivos: Mapping[date, str], clase: type) -> None:
    """Que ningún día tenga un motivo; si lo tiene, se dicen todos."""
    dias = {d: m for d, m in motivos.items() if m}
    if dias:
        raise clase("\n".join(f"{d}: {m}" for d, m in dias.items()), dias)
