"""Un sistema POS puesto a prueba en una tienda: su carpeta, sus consultas y, si se pide, un día.

Nada se carga. Lo que está mal no detiene la prueba: se sigue con lo demás y sale todo junto.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from fluxion_luigi.conciliacion import CERO, Conteo, exigir_dentro, exigir_iguales
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.config.carpetas import ARCHIVOS
from fluxion_luigi.errores import ErrorFluxion
from fluxion_luigi.esquema import CLAVE_DE_LINEA, CONEXION, Hallazgo
from fluxion_luigi.flujo.candados import candado_de
from fluxion_luigi.flujo.lectura import Lectura
from fluxion_luigi.origen import fuentes
from fluxion_luigi.origen.resultado import Estado
from fluxion_luigi.periodos import UN_DIA, Rango


@dataclass(frozen=True)
class Examen:
    """Lo que se supo de un sistema en una tienda.

    `archivos` dice de cada uno si está; `probada`, si sus consultas se ejecutaron en la tienda;
    `dia`, el que se miró; `leido`, lo que pesa, si se leyó entero y concilió.
    """

    tienda: Tienda
    carpeta: Path
    archivos: dict[str, bool]
    hallazgos: Sequence[Hallazgo]
    probada: bool
    dia: date | None = None
    leido: Conteo | None = None

    @property
    def sirve(self) -> bool:
        """Si con él se puede cargar esa tienda."""
        return self.probada and _bien(self.hallazgos)


def examinar(
    config: Configuracion, tienda: Tienda, dia: date | None, timeout: float | None = None
) -> Examen:
    """Revisa la carpeta del sistema de una tienda y lo prueba en ella.

    Args:
        dia: uno con ventas, para leerlo entero y conciliarlo. Si falta, se miran las primeras
            líneas del último que las tenga, si es reciente.
        timeout: segundos para cada paso; si falta, `conectividad_timeout`.
    """
    timeout = timeout or config.ajustes.conectividad_timeout
    tienda = tienda.en(dia) if dia else tienda
    tienda = dataclasses.replace(tienda, activa=True)  # se prueba antes de activarla
    sistema, hallazgos = config.revisar_sistema(tienda)
    carpeta = config.ajustes.sql / tienda.sistema
    leido, mirado = None, dia
    with candado_de(config, tienda):
        hallados, probada = _probar(config, tienda, dia and Rango(dia, dia), timeout)
        if probada and _bien(hallazgos + hallados):
            if dia:
                leido, mas = _leer(config, tienda, dia)
                hallados += mas
            else:
                mirado, hallados = _mirar_reciente(config, tienda, hallados, timeout)
    archivos = {a: (carpeta / a).is_file() for a in ARCHIVOS[sistema.fuente]}
    return Examen(tienda, carpeta, archivos, hallazgos + hallados, probada, mirado, leido)


def _bien(hallazgos: Sequence[Hallazgo]) -> bool:
    return not any(h.impide for h in hallazgos)


def _probar(
    config: Configuracion, tienda: Tienda, dias: Rango | None, timeout: float
) -> tuple[list[Hallazgo], bool]:
    """Lo que se halló al ejecutar las consultas, y si se pudo llegar a ejecutarlas."""
    fuente = fuentes.de(tienda)
    puerta = fuente.llegar(tienda, timeout)
    if puerta.estado is not Estado.PUERTO_OK:
        return [Hallazgo(CONEXION, puerta.frase())], False
    return fuente.examinar(config, tienda, dias, timeout)


def _leer(config: Configuracion, tienda: Tienda, dia: date) -> tuple[Conteo | None, list[Hallazgo]]:
    """Lee un día como en una carga y lo concilia. Nada queda: ni en staging ni en la base.

    Returns:
        Lo que pesa, si se pudo y concilió, y lo que se halló.
    """
    donde, dias = f"{tienda.id}, {dia}", Rango(dia, dia)
    try:
        with (
            TemporaryDirectory(prefix="fluxion-") as aparte,
            Lectura(config, tienda, Path(aparte)) as lectura,
        ):
            en_origen, _ = lectura.contar(dias)
            exigir_dentro(en_origen, dias, "conteo.sql", donde)
            ventana = lectura.leer(dias, Path(aparte) / "dia.parquet", dias, lambda filas: None)
            exigir_dentro(ventana.leido, dias, "ventas.sql", donde)
            exigir_iguales(en_origen, ventana.leido, "leído", "en origen", donde)
            repetidas = _repetidas(ventana.archivo)
    except ErrorFluxion as e:
        return None, [Hallazgo(str(dia), str(e))]
    leido = en_origen.get(dia, CERO)
    if not leido.filas:
        texto = "La tienda no tiene ventas ese día: pruebe otro."
    elif repetidas:
        texto = (
            f"{repetidas} línea(s) repiten localidad, caja, documento, factura y línea de otra: o "
            "una unión de la consulta las duplica, o hace falta una columna que las distinga."
        )
    else:
        return leido, []
    return leido, [Hallazgo(str(dia), texto, False)]


def _repetidas(archivo: Path) -> int:
    """Cuántas líneas tienen la misma clave que otra."""
    import pyarrow.parquet as pq  # Luigi no carga Arrow para las demás tareas

    claves = pq.read_table(archivo, columns=["localidad", *CLAVE_DE_LINEA])
    return len(claves) - len(claves.group_by(claves.column_names).aggregate([]))


def _mirar_reciente(
    config: Configuracion, tienda: Tienda, hallados: list[Hallazgo], timeout: float
) -> tuple[date | None, list[Hallazgo]]:
    """Las primeras líneas del último día con ventas, si es de los recientes.

    Returns:
        Ese día, y lo hallado en él; o ninguno, y lo que ya se había hallado.
    """
    ayer = config.hoy() - UN_DIA
    recientes = Rango(ayer - fuentes.de(tienda).RECIENTES * UN_DIA, ayer)
    try:
        with (
            TemporaryDirectory(prefix="fluxion-") as aparte,
            Lectura(config, tienda, Path(aparte)) as lectura,
        ):
            conteos, _ = lectura.contar(recientes)
    except ErrorFluxion as e:
        # No se sabe qué día mirar, pero quizá ventas.sql también tenga algo mal.
        de_todos, _ = _probar(config, tienda, recientes, timeout)
        sabido = any(h.archivo == "conteo.sql" and h.impide for h in de_todos)
        return None, de_todos if sabido else [*de_todos, Hallazgo("conteo.sql", str(e))]
    dia = max((d for d, c in conteos.items() if c.filas), default=None)
    if dia is None:
        return None, hallados
    return dia, _probar(config, tienda, Rango(dia, dia), timeout)[0]
