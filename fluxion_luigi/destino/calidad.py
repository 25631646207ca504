"""Las revisiones de calidad sobre unos días de una tienda, y lo que se recuerda de ellas.

Se revisa fuera de toda transacción: una consulta mala no estropea una carga. El perfil de los días
y los hallazgos se guardan después, dentro de la que toque.
"""

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import duckdb

from fluxion_luigi.config.revisiones import ERROR, Revision
from fluxion_luigi.destino.abierta import Base
from fluxion_luigi.destino.consultas import consulta, ejecutar
from fluxion_luigi.destino.feriados import feriados
from fluxion_luigi.errores import ErrorCalidad, ErrorConfiguracion
from fluxion_luigi.periodos import describir

# Lo usual de un día se mira hasta ocho semanas antes y después, más el vecino de un feriado.
ALREDEDOR = timedelta(days=57)
# Segundos de una revisión. Las de aquí tardan décimas con un mes; la que no acaba nunca se quedaría
# con la base, y con ella todas las cargas.
PLAZO = 60.0
# Lo que todas leen, y cómo se llama cuando es ello lo que no se pudo hacer.
PERFIL = "perfil_dias"


class Hallazgo(NamedTuple):
    """Lo que una revisión halló en un día: cuántas cosas y unos ejemplos, en texto."""

    revision: Revision
    dia: date
    cuantas: int
    columnas: Sequence[str]
    ejemplos: Sequence[Sequence[str]]


@dataclass
class Revisado:
    """Lo que salió de revisar unos días de una tienda; `rotas` dice qué les pasó a las que no."""

    hallazgos: list[Hallazgo] = field(default_factory=list)
    corridas: list[str] = field(default_factory=list)
    rotas: dict[str, str] = field(default_factory=dict)

    @classmethod
    def sin_perfil(cls, por_que: str) -> "Revisado":
        """Unos días que ninguna revisión pudo mirar."""
        return cls(rotas={PERFIL: por_que})

    def errores(self) -> dict[date, list[Hallazgo]]:
        """Los hallazgos que no dejan cargar su día."""
        malos: dict[date, list[Hallazgo]] = {}
        for h in self.hallazgos:
            if h.revision.severidad == ERROR:
                malos.setdefault(h.dia, []).append(h)
        return malos


def poner_en_mano(
    base: Base, tienda: str, dias: Collection[date], archivos: Sequence[str] | None,
    **contexto: Any,
) -> None:  # fmt: skip
    """Deja en mano unos días de una tienda: sus `lineas`, y en `dias` el perfil de cada uno.

    Args:
        archivos: los de staging donde están sus líneas; None si están en `ventas_raw`.
        contexto: lo demás que las consultas pueden leer con `getvariable`.

    Raises:
        ErrorCalidad: si con los valores de esas líneas no se puede hacer su perfil.
        ErrorDestino, ErrorDisco: si DuckDB no pudo.
    """
    tipos = {"dias": "DATE[]", "feriados": "DATE[]", "archivos": "VARCHAR[]",
             "comparte_con": "VARCHAR[]"}  # fmt: skip
    valores = {
        "tienda": tienda, "dias": sorted(dias), "desde": min(dias), "hasta": max(dias),
        "archivos": list(archivos or ()), **contexto,
    }  # fmt: skip
    with base.en_palabras():
        for nombre, valor in valores.items():
            tipo = f"::{tipos[nombre]}" if nombre in tipos else ""
            ejecutar(base.conexion, f"SET VARIABLE {nombre} = $valor{tipo}", {"valor": valor})
    vacios = "calidad_sin_lineas" if archivos is not None else "calidad_lineas"
    base.hacer("calidad_staging" if archivos else vacios)
    with base.en_palabras():
        try:
            ejecutar(base.conexion, consulta(base.sql, "calidad_dias"))
        except duckdb.DataError as e:
            raise ErrorCalidad(
                f"{tienda}, {describir(dias)}: esos días no se pudieron revisar, y quedan como "
                f"vienen. Es un defecto de sql/destino/calidad_dias.sql. DuckDB dijo: {e}"
            ) from None


def revisar(
    base: Base, revisiones: Iterable[Revision], pais: str, malas: Mapping[str, str] = {}
) -> Revisado:
    """Corre las revisiones sobre los días en mano. La que no puede es un renglón de las rotas.

    Args:
        pais: de quién son los feriados.
        malas: las que ni siquiera se pudieron leer.

    Raises:
        ErrorDestino, ErrorDisco: si DuckDB no pudo con lo que todas leen.
    """
    hecho = Revisado(rotas=dict(malas))
    _contexto(base, pais, hecho)
    envoltura = consulta(base.sql, "calidad_hallazgos")
    for revision in revisiones:
        hecho.corridas.append(revision.nombre)
        texto = envoltura.replace("{consulta}", revision.consulta)
        try:
            with _con_plazo(base.conexion):
                filas = ejecutar(base.conexion, texto)
            hecho.hallazgos += [_hallazgo(revision, *f) for f in filas]
        except duckdb.InterruptException:
            hecho.rotas[revision.nombre] = (
                f"No acabó en {PLAZO:g} s, y se dejó: lee de más, o une tablas sin decir por qué "
                "columnas."
            )
        except duckdb.Error as e:
            hecho.rotas[revision.nombre] = f"No corre. DuckDB dijo: {e}"
    return hecho


def guardar(
    base: Base, hecho: Revisado, corrida: str, fuera: Collection[date] = (), *, de_carga: bool
) -> int:
    """Recuerda el perfil de los días en mano y lo que se halló. Va dentro de una transacción.

    Args:
        fuera: los días que se quedan sin cargar, cuyo perfil sigue siendo el que era.
        de_carga: si se acaban de leer de la tienda; si no, lo que dejó un día fuera sigue en pie.

    Returns:
        Cuántos hallazgos de antes ya no están.

    Raises:
        ErrorDestino, ErrorDisco: si DuckDB no pudo.
    """
    if PERFIL in hecho.rotas:  # no hay nada en mano: lo que se sabía de esos días ya no vale
        base.hacer("reemplazar_perfil", fuera=sorted(fuera))
        _anotar_revisiones(base, hecho, corrida)
        return 0
    guardar_perfil(base, fuera)
    ahora = datetime.now(UTC).replace(tzinfo=None)
    base.hacer("calidad_hallados")
    for h in hecho.hallazgos:
        base.hacer(
            "insertar_hallado",
            revision=h.revision.nombre, dia=h.dia, severidad=h.revision.severidad,
            cuantas=h.cuantas, columnas=h.columnas, ejemplos=h.ejemplos, fuera=h.dia in fuera,
        )  # fmt: skip
    [(resueltos,)] = base.hacer(
        "resolver_calidad",
        ahora=ahora, corrida=corrida, rotas=list(hecho.rotas), de_carga=de_carga,
    )  # fmt: skip
    base.hacer("seguir_calidad", ahora=ahora)
    base.hacer("insertar_calidad", ahora=ahora, corrida=corrida)
    _anotar_revisiones(base, hecho, corrida)
    return resueltos


def _anotar_revisiones(base: Base, hecho: Revisado, corrida: str) -> None:
    base.hacer("borrar_revisiones", corrida=corrida)
    nombres = sorted({*hecho.corridas, *hecho.rotas})
    base.hacer(
        "insertar_revisiones", corrida=corrida, ahora=datetime.now(UTC).replace(tzinfo=None),
        nombres=nombres, errores=[hecho.rotas.get(n) for n in nombres],
    )  # fmt: skip


def guardar_perfil(base: Base, fuera: Collection[date] = ()) -> None:
    """Recuerda el perfil de los días en mano, menos los de fuera. Va dentro de una transacción."""
    base.hacer("reemplazar_perfil", fuera=sorted(fuera))
    base.hacer("insertar_perfil", fuera=sorted(fuera))


def _contexto(base: Base, pais: str, hecho: Revisado) -> None:
    """Lo usual de la tienda en torno a los días en mano."""
    [(desde, hasta)] = ejecutar(base.conexion, "SELECT min(dia), max(dia) FROM dias")
    dias: list[date] = []
    try:
        anios = range((desde - ALREDEDOR).year, (hasta + ALREDEDOR).year + 1)
        dias = feriados(base, pais, anios)
    except ErrorConfiguracion as e:
        hecho.rotas["feriados"] = str(e)
    with base.en_palabras():
        ejecutar(base.conexion, "SET VARIABLE feriados = $dias::DATE[]", {"dias": dias})
    for paso in ("calidad_perfil", "calidad_referencia", "calidad_usual"):
        base.hacer(paso)


@contextmanager
def _con_plazo(conexion: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Interrumpe lo que la conexión haga dentro, si pasa de `PLAZO`."""
    reloj = threading.Timer(PLAZO, conexion.interrupt)
    reloj.daemon = True
    reloj.start()
    try:
        yield
    finally:
        reloj.cancel()


def _hallazgo(revision: Revision, dia: date, cuantas: int, ejemplos: list[dict]) -> Hallazgo:
    columnas = [c for c in ejemplos[0] if c != "dia" and any(e[c] is not None for e in ejemplos)]
    textos = [[_en_texto(e[c]) for c in columnas] for e in ejemplos]
    return Hallazgo(revision, dia, cuantas, columnas, textos)


def _en_texto(valor: Any) -> str:
    if valor is None:
        return ""
    if isinstance(valor, float):
        return f"{valor:.10g}"
    return ", ".join(map(str, valor)) if isinstance(valor, list) else str(valor)
