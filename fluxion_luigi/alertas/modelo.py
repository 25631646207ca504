"""Una alerta, y lo que se recuerda de ella."""

from dataclasses import dataclass, field

from fluxion_luigi.config.alertas import AVISO, ERROR

RANGO = {AVISO: 0, ERROR: 1}


@dataclass(frozen=True)
class Alerta:
    """Algo que pasa ahora. Sus textos son para una persona, en una línea cada uno.

    `partes` es de lo que está hecha (los días que faltan, las corridas que fallaron): una parte que
    no tenía la hace decir otra vez; una que se va, no. `desde` es un instante ISO, si se sabe.

    Es `inmediata` la que no puede ir y venir: se dice la primera vez que se ve. `sin_fin`: que se
    acabe no es noticia (un hecho que ya pasó).
    """

    clave: str
    severidad: str
    titulo: str
    detalle: str = ""
    que_hacer: str = ""
    tienda: str | None = None
    desde: str | None = None
    partes: tuple[str, ...] = ()
    inmediata: bool = False
    sin_fin: bool = False


@dataclass(frozen=True)
class Dicha:
    """Lo que un canal tomó de una alerta, y cuándo (ISO)."""

    en: str
    severidad: str
    partes: tuple[str, ...] = ()


@dataclass
class Registro:
    """Una alerta a lo largo del tiempo.

    `vistas` y `ausencias` son rondas seguidas. Está `confirmada` si ya se vio las que hacen falta;
    `dicha` es lo que tomó cada canal, y `acabo`, cuándo dejó de pasar.
    """

    alerta: Alerta
    fuente: str
    desde: str
    vistas: int = 0
    ausencias: int = 0
    confirmada: bool = False
    dicha: dict[str, Dicha] = field(default_factory=dict)
    acabo: str | None = None
