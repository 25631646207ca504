"""Lo que se le encarga a un proceso lector al arrancarlo."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Encargo:
    """Una tienda que leer. `pedido` lleva la clave: viaja por tubería, no se muestra.

    `entrar_en` son los segundos que tiene para entrar; `probar`, si antes de nada se pregunta por
    cero días; `aparte`, una carpeta donde dejar lo que haga falta mientras dure.
    """

    fuente: str
    firma: str
    pedido: Mapping[str, Any] = field(repr=False)
    entrar_en: float
    probar: bool
    aparte: str
