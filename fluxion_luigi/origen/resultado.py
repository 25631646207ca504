"""Lo que se supo de una tienda al probarla."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from fluxion_luigi.config import Tienda
from fluxion_luigi.errores import ErrorConectividad, ErrorFluxion


class Estado(Enum):
    """Los cinco estados de una tienda, del mejor al que no se prueba."""

    CONECTADA = "CONECTADA"
    PUERTO_OK = "PUERTO OK"
    PING_OK = "PING OK"
    NO_ALCANZABLE = "NO ALCANZABLE"
    INACTIVA = "INACTIVA"


@dataclass
class Resultado:
    """Lo que se supo de una tienda. `tiempos` en milisegundos por paso: host, puerto, base."""

    tienda: Tienda
    estado: Estado
    causa: str = ""
    consejo: str = ""
    detalle: str = ""
    rapida: bool = False
    tiempos: dict[str, int] = field(default_factory=dict)
    # De qué clase es lo que pasa: si es pasajero, quien pueda esperar lo intenta otra vez.
    error: type[ErrorFluxion] = ErrorConectividad
    # Cómo viajan las ventas, en palabras; vacío si no se sabe o no viajan.
    enlace: str = ""

    @property
    def responde(self) -> bool:
        """Si está lista para pedirle ventas (o, en la prueba rápida, si su puerto abre)."""
        return self.estado is Estado.CONECTADA or (self.rapida and self.estado is Estado.PUERTO_OK)

    def frase(self) -> str:
        """Una línea para mensajes de error: qué pasa y qué hacer."""
        lugar = f"{self.tienda.id} ({self.tienda.nombre}, {self.tienda.lugar})"
        detalle = f"\nDetalle: {self.detalle}" if self.detalle else ""
        return f"{lugar}: {self.estado.value}: {self.causa}. {self.consejo}{detalle}"


# Cómo viajan las ventas.
VERIFICADO = "cifrado y verificado"
CIFRADO = "cifrado, sin verificar"
SOLO_LA_CLAVE = "sólo la clave va cifrada"
EN_CLARO = "en claro"
MAL_CONFIGURADA = "con su configuración no se puede probar"


def no_dan_lo_que_deben(tienda: Tienda, texto: str) -> Resultado:
    """El resultado de una tienda en que se entra y cuyas consultas no sirven."""
    causa = "las consultas de su sistema POS no dan lo que deben"
    return Resultado(tienda, Estado.PUERTO_OK, causa, texto)


def mal_configurada(resultado: Resultado, error: ErrorFluxion) -> None:
    """Anota que con lo que dice la configuración no se puede ni intentar."""
    resultado.causa, resultado.consejo = MAL_CONFIGURADA, str(error)
    if error.consejo:
        resultado.causa, resultado.consejo = error.causa, error.consejo
    resultado.error = type(error)


def por_consejo(resultados: list[Resultado]) -> Iterator[tuple[str, list[Resultado]]]:
    """Agrupa las que no responden por lo que hay que hacer."""
    grupos: dict[str, list[Resultado]] = {}
    for r in resultados:
        if not r.responde and r.estado is not Estado.INACTIVA:
            grupos.setdefault(r.consejo or r.causa, []).append(r)
    yield from grupos.items()
