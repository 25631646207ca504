"""Los parámetros propios de la línea de comandos: fechas o meses, listas de tiendas y números.

Luigi toma una opción vacía (`--tiendas "$T"`, sin `T`) por una que no se escribió, y vale lo
predeterminado; aquí llega a `parse`, que la rechaza.
"""

import argparse
import hashlib
from datetime import date

import luigi

from fluxion_luigi import config, corrida
from fluxion_luigi.errores import ErrorFluxion, ErrorUso
from fluxion_luigi.periodos import leer_dia, leer_fecha
from fluxion_luigi.tareas import vigilia


def _si_vacia_un_blanco(x: str) -> str:
    return x or " "


class _Escrito:
    """Una opción que, si se escribe vacía, se lee como vacía."""

    @classmethod
    def _parser_kwargs(cls, *args, **kwargs):
        return {**super()._parser_kwargs(*args, **kwargs), "type": _si_vacia_un_blanco}

    def _warn_on_wrong_param_type(self, param_name, param_value):
        """Luigi espera texto en un Parameter; aquí el valor ya es de su tipo."""

    def _es_lo_de_siempre(self, x: str) -> bool:
        """Si es la palabra con que se muestra el valor predeterminado, cuando éste es «nada».

        La página del scheduler no muestra un hueco, y la orden que ofrece repetir se puede copiar.
        """
        return x == self.NADA and not getattr(self, "_default", True)


class FechaOMes(_Escrito, luigi.Parameter):
    """Un día `AAAA-MM-DD` o un mes `AAAA-MM`, que vale por su primer o su último día; o None."""

    NADA = "-"

    def __init__(self, *args, fin: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self._fin = fin

    def parse(self, x: str) -> date | None:
        return None if self._es_lo_de_siempre(x) else leer_fecha(x, fin=self._fin)

    def serialize(self, x: date | None) -> str:
        return x.isoformat() if x else self.NADA

    def normalize(self, x: date | str | None) -> date | None:
        return self.parse(x) if isinstance(x, str) else x


class Dia(_Escrito, luigi.Parameter):
    """Un día `AAAA-MM-DD`; o None."""

    NADA = "-"

    def parse(self, x: str) -> date | None:
        return None if self._es_lo_de_siempre(x) else leer_dia(x)

    def serialize(self, x: date | None) -> str:
        return x.isoformat() if x else self.NADA

    def normalize(self, x: date | str | None) -> date | None:
        return self.parse(x) if isinstance(x, str) else x


class Dias(_Escrito, luigi.Parameter):
    """Días sueltos `AAAA-MM-DD` separados por comas. La tupla vacía es «todos los del tramo»."""

    NADA = "todos"

    def parse(self, x: str) -> tuple[date, ...]:
        # Luigi lee así, al crear una tarea que otra pide sobre la marcha, lo que da `serialize`.
        return () if self._es_lo_de_siempre(x) else tuple(leer_dia(d) for d in x.split(","))

    def serialize(self, x: tuple[date, ...]) -> str:
        return ",".join(map(str, x)) or self.NADA

    def normalize(self, x: tuple[date, ...] | str) -> tuple[date, ...]:
        return self.parse(x) if isinstance(x, str) else tuple(x)


class Tiendas(_Escrito, luigi.Parameter):
    """Ids de tiendas separados por comas. Ninguno es «todas», donde pueden faltar."""

    NADA = "todas"

    def parse(self, x: str) -> tuple[str, ...]:
        if self._es_lo_de_siempre(x):
            return ()
        ids = tuple(t.strip() for t in x.split(",") if t.strip())
        if not ids:
            raise ErrorUso(
                f"--tiendas «{x.strip()}» no nombra ninguna. Escriba sus ids separados por comas, "
                "o quite la opción si quiere todas."
            )
        return ids

    def serialize(self, x: tuple[str, ...]) -> str:
        return ",".join(x) or self.NADA

    def normalize(self, x: tuple[str, ...] | str) -> tuple[str, ...]:
        return self.parse(x) if isinstance(x, str) else tuple(x)


class Modo(luigi.BoolParameter):
    """Una opción de sí o no que cambia cómo se hace, no qué: no llena la página del scheduler.

    Vale sola o con su valor, que es como la escribe Luigi en la orden que ofrece para repetir.
    """

    parsing = luigi.BoolParameter.EXPLICIT_PARSING

    def __init__(self, **kwargs):
        visible = luigi.parameter.ParameterVisibility.HIDDEN
        super().__init__(significant=False, visibility=visible, **kwargs)

    def _parser_kwargs(self, *args, **kwargs):
        return {**super()._parser_kwargs(*args, **kwargs), "type": _si_vacia_un_blanco}

    def parse(self, x: str | bool) -> bool:
        try:
            return super().parse(x)
        except ValueError:
            raise ErrorUso(
                f"«{x.strip()}» no dice sí ni no: la opción va sola, sin valor."
            ) from None


class Numero(_Escrito, luigi.Parameter):
    """Un número entre dos, del tipo del mínimo; el predeterminado puede no estar entre ellos."""

    def __init__(self, opcion: str, minimo, maximo, **kwargs):
        super().__init__(**kwargs)
        self._opcion, self._minimo, self._maximo = opcion, minimo, maximo

    def parse(self, x: str):
        tipo = type(self._minimo)
        try:
            numero = tipo(x)
        except ValueError:
            numero = None
        if numero is None or not self._minimo <= numero <= self._maximo:  # tampoco nan
            que = "un entero" if tipo is int else "un número"
            raise ErrorUso(
                f"{self._opcion} {x.strip()}: debe ser {que} entre {self._minimo} y {self._maximo}."
            )
        return numero


class Opcion(_Escrito, luigi.Parameter):
    """Una palabra de entre unas cuantas."""

    def __init__(self, opcion: str, validas: tuple[str, ...], **kwargs):
        super().__init__(**kwargs)
        self._opcion, self._validas = opcion, validas

    def parse(self, x: str) -> str:
        if x not in self._validas:
            raise ErrorUso(
                f"{self._opcion} «{x.strip()}»: debe ser uno de {', '.join(self._validas)}."
            )
        return x


class Vez(luigi.Parameter):
    """El proyecto y la corrida de una tarea (`ventas-1f3a9c 20250930T060000Z-1a2b`).

    No se pide ni se elige: vale lo de este proceso, se escriba lo que se escriba.
    """

    def __init__(self):
        # No es una opción de la orden: --help no la nombra.
        super().__init__(default="", positional=False, description=argparse.SUPPRESS)

    def normalize(self, x: str) -> str:
        try:
            ajustes = config.actual().ajustes
        except ErrorFluxion as e:  # es lo primero que la usa: sin ella no habrá corrida que lo diga
            vigilia.sin_configuracion(e)
            raise
        huella = hashlib.sha256(f"{ajustes.archivo}\0{ajustes.base.nombre}".encode()).hexdigest()[
            :6
        ]
        return f"{ajustes.carpeta.name}-{huella} {corrida.id_actual()}"
