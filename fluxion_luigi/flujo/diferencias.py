"""Las diferencias que halla la integridad: qué se vio, por qué y con qué orden se remedia."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from fluxion_luigi.conciliacion import CERO, Conteo
from fluxion_luigi.destino.integridad import Filas, Renglon, TiendaDia
from fluxion_luigi.marcadores import DiaCargado
from fluxion_luigi.periodos import agrupar

RANGO, OLVIDAR, LIMPIAR, VERIFICAR = (
    "RangoVentas", "OlvidarVentas", "LimpiarArchivos", "VerificarIntegridad",
)  # fmt: skip
RECARGAR, ACEPTAR, REPARAR = "--recargar", "--aceptar-vacios", "--reparar"


class Remedio(NamedTuple):
    """La orden que remedia una diferencia: su tarea y sus opciones, sin los días ni las tiendas.

    `sola` es si `--reparar` la puede correr sin que nadie lo piense antes.
    """

    tarea: str
    opciones: tuple[str, ...] = ()
    sola: bool = True


class Hallazgo(NamedTuple):
    """Lo que pasa con un día."""

    clase: str
    causa: str | None
    remedio: Remedio | None


@dataclass(frozen=True)
class Diferencia:
    """Unos días seguidos de una tienda a los que les pasa lo mismo.

    `que` dice qué se vio, con sus cuentas; `causa`, por qué, si se sabe, y lo que haya que pensar
    antes de dar la orden.
    """

    clase: str
    tienda: str | None
    dias: Sequence[date]
    que: str
    causa: str | None = None
    remedio: Remedio | None = None
    # Las de la orden, si no son la suya: una base dañada es de todas.
    de_quienes: tuple[str, ...] = ()
    # Lo que hay que correr antes que la orden.
    antes: str | None = None

    @property
    def tiendas(self) -> tuple[str, ...]:
        """Las tiendas a que toca su orden."""
        return self.de_quienes or ((self.tienda,) if self.tienda else ())

    def a_json(self) -> dict[str, Any]:
        """Para el diario de la corrida."""
        return {**vars(self), "dias": [str(d) for d in self.dias]}

    @classmethod
    def de_json(cls, datos: dict[str, Any]) -> "Diferencia":
        """Lo inverso de `a_json`."""
        dias = [date.fromisoformat(d) for d in datos["dias"]]
        remedio = datos["remedio"]
        if remedio:
            tarea, opciones, sola = remedio
            remedio = Remedio(tarea, tuple(opciones), sola)
        return cls(**{**datos, "dias": dias, "remedio": remedio})


@dataclass(frozen=True)
class Dia:
    """Un día de una tienda, visto por todos lados.

    `marcado` es lo que dice su marcador y `de_base`, la base que ese marcador nombra; `origen`, lo
    que dice la tienda, si se le preguntó, y `no_se_pide`, por qué no se le puede pedir, si es así.
    """

    tienda: str
    dia: date
    control: Sequence[Renglon] = ()
    hay: Filas | None = None
    marcado: DiaCargado | None = None
    de_base: str | None = None
    fallido: datetime | None = None
    sin_marcador_legible: bool = False
    origen: Conteo | None = None
    no_se_pide: str | None = None
    # Si salió de un POS que, según el catálogo, ese día no era el suyo.
    de_otro_pos: bool = False

    @property
    def filas(self) -> Conteo:
        """Lo que hay en `ventas_raw`."""
        return self.hay.conteo if self.hay else CERO

    @property
    def segun_control(self) -> Conteo:
        """Lo que dice el control."""
        return self.control[0].dia.conteo if self.control else CERO


def agrupadas(
    hallados: Mapping[TiendaDia, Hallazgo], vistos: Mapping[TiendaDia, Dia]
) -> list[Diferencia]:
    """Los días seguidos de una tienda a los que les pasa lo mismo, juntos y con sus cuentas."""
    iguales: dict[tuple[str, Hallazgo], list[date]] = {}
    for (tienda, dia), hallado in hallados.items():
        iguales.setdefault((tienda, hallado), []).append(dia)
    juntas = [
        Diferencia(h.clase, tienda, list(tramo), _que(h, [vistos[tienda, d] for d in tramo]),
                   h.causa, h.remedio)
        for (tienda, h), dias in iguales.items()
        for tramo in agrupar(dias)
    ]  # fmt: skip
    return sorted(juntas, key=lambda d: (d.tienda, d.dias))


def _que(h: Hallazgo, dias: Sequence[Dia]) -> str:
    """Lo que se vio, en pocas palabras."""
    control, hay = _suma(d.segun_control for d in dias), _suma(d.filas for d in dias)
    origen = _suma(d.origen for d in dias if d.origen)
    marcado = _suma(d.marcado.conteo for d in dias if d.marcado)
    contra = f"el control dice {_peso(control)}; ventas_raw tiene {_peso(hay)}"
    if control[:2] == hay[:2]:
        otras = sorted({n for d in dias for n, s in d.segun_control.sumas.items()
                        if s != d.filas.sumas.get(n, 0)})  # fmt: skip
        contra = f"las {hay.filas} filas no suman lo que dice el control en {', '.join(otras)}"
    suyas = {r.dia.corrida for d in dias for r in d.control}
    ajenas = sorted({str(x) for d in dias if d.hay for x in d.hay.corridas} - suyas)
    return {
        "sin_control": f"hay {hay.filas} filas y marcador, y falta el renglón de control",
        "filas_sin_control": f"hay {hay.filas} filas de las que el control no dice nada",
        "marcador_sin_control": f"el marcador dice {marcado.filas} filas, y la base nada",
        "marcador_de_otra_base": f"el marcador, de {marcado.filas} filas, no es de esta base",
        "control_repetido": f"{sum(len(d.control) for d in dias)} renglones de control para "
        f"{len(dias)} día(s)",
        "control_editado": contra
        if control != hay
        else "el control dice que el origen tenía otra cosa que lo cargado",
        "filas_de_otra_corrida": f"hay filas de otra corrida que la del control: "
        f"{', '.join(ajenas)}",
        "corrida_sin_carga": "el control nombra una corrida que no los cargó, según «cargas»",
        "fallido_ya_cargado": "están cargados, y también en «dias_fallidos»",
        "origen_distinto": f"la tienda dice {_peso(origen)}; aquí hay {_peso(control)}",
        "sin_cargar": f"la tienda dice {origen.filas} filas, y aquí no están",
        "de_otro_pos": f"las {hay.filas} filas salieron de "
        f"{', '.join(sorted({r.dia.pos for d in dias for r in d.control}))}",
        "sin_marcador": f"están en la base ({hay.filas} filas), y sin marcador",
        "marcador_distinto": f"el marcador dice {_peso(marcado)}; el control, {_peso(control)}"
        if marcado[:2] != control[:2]
        else "el marcador y el control son de lecturas distintas",
    }.get(h.clase, contra)


def _suma(conteos: Iterable[Conteo]) -> Conteo:
    todos = list(conteos)
    return Conteo(sum(x.filas for x in todos), sum((x.total for x in todos), CERO.total))


def _peso(c: Conteo) -> str:
    total = f"{c.total:,.2f}".translate(str.maketrans(",.", ".,"))
    return f"{c.filas} filas por {total}"
