"""Lo que puede pasar al hablar con una API: cómo se dice, qué hacer y si insistir sirve.

Quien habla con la API sabe qué pasó y lo dice con el nombre de su causa (`Fallo`); aquí se vuelve
una frase. Del proceso lector sale como texto, `[causa] detalle`, y `reconocer` lo deshace.
"""

import re
from dataclasses import dataclass

from fluxion_luigi.errores import (
    ErrorFluxion,
    ErrorInsistido,
    ErrorOrigen,
    ErrorServidor,
)


@dataclass(frozen=True)
class Causa:
    """Una causa: cómo se dice, qué hacer y con qué error sale.

    `pasajera`, si vale la pena pedir lo mismo otra vez; el error es ya el de después de insistir.
    """

    frase: str
    consejo: str
    error: type[ErrorFluxion] = ErrorOrigen
    pasajera: bool = False


def _pasajera(frase: str, consejo: str, error: type[ErrorFluxion] = ErrorInsistido) -> Causa:
    return Causa(frase, consejo, error, pasajera=True)


_OTRO_LUGAR = "Revise «url» en el catálogo: quizá contesta otro programa, o un proxy en medio."
_DESPUES = "Si sigue, avise a quien lleva la API. Lo que falte se pide en la próxima corrida."
_RED = "Revise la VPN y la red hasta la API."

CAUSAS: dict[str, Causa] = {
    # -- llegar
    "dns": Causa("el nombre del servidor no se resuelve", "Corrija «url» en el catálogo o el DNS."),
    "puerto": Causa(
        "el puerto está cerrado", "Revise que la API esté corriendo y el firewall.", ErrorServidor
    ),
    "red": _pasajera("no se pudo llegar al servidor", _RED),
    "certificado": Causa(
        "el certificado del servidor no es de confianza",
        "Corrija el certificado o «url»; si lo firma la propia cadena, ponga esa CA en «ca» de su "
        "sistema.toml.",
    ),
    "tls": Causa("el servidor no habla TLS como debe", "Revise «url»: ¿es https:// o http://?"),
    "corte": _pasajera("se cortó la conexión", _RED),
    "silencio": _pasajera("la API no contestó a tiempo", f"{_RED} {_DESPUES}"),
    "plazo": _pasajera(
        "la respuesta no acabó de llegar a tiempo",
        "Suba segundos_por_pedido en su sistema.toml, o pida menos días a la vez.",
    ),
    # -- lo que contesta
    "redirige": Causa(
        "la API manda a otra dirección, y no se le sigue",
        "Ponga la dirección buena en «url» del catálogo.",
    ),
    "rechazada": Causa(
        "la API rechaza la credencial",
        "Ponga en .env un token (o usuario y clave) que no haya vencido.",
    ),
    "indecible": Causa(
        "la credencial lleva letras que no se pueden mandar en una cabecera",
        "Corríjala en .env: sólo letras sin acento, números y signos.",
    ),
    "prohibida": Causa(
        "la credencial no tiene permiso", "Pida permiso para leer las ventas de esa sucursal."
    ),
    "ruta": Causa("la API no tiene esa ruta", f"Revise «ruta» en su sistema.toml. {_OTRO_LUGAR}"),
    "sucursal": Causa("la API no conoce la sucursal", "Corrija «sucursal» en el catálogo."),
    "pedido": Causa("la API no entiende el pedido", "Revise «cuerpo» en su sistema.toml."),
    "proxy": Causa("un proxy no deja pasar", "Revise el proxy de la red."),
    "limite": _pasajera(
        "la API pide esperar: son demasiados pedidos", f"Baje api_a_la_vez. {_DESPUES}"
    ),
    "falla": _pasajera("la API falló", _DESPUES),
    "no_disponible": _pasajera("la API no está disponible", _DESPUES, ErrorServidor),
    "dice": _pasajera("la API responde con un error", _DESPUES),
    # -- lo que trae
    "html": _pasajera("contestó una página web y no la API", _OTRO_LUGAR),
    "vacia": _pasajera("la respuesta llegó vacía", _DESPUES),
    "cortada": _pasajera("la respuesta llegó cortada", _DESPUES),
    "comprimida": _pasajera("la respuesta comprimida llegó dañada", _DESPUES),
    "no_json": _pasajera("la respuesta no es JSON válido", _OTRO_LUGAR),
    "grande": Causa(
        "sus líneas son tan grandes que no caben en memoria",
        "Pida menos de cada una, si la API lo admite, en «cuerpo» de su sistema.toml.",
    ),
    "sin_lista": _pasajera(
        "la respuesta no trae la lista de ventas", "Revise «lista» en su sistema.toml."
    ),
    "sin_total": _pasajera(
        "la respuesta no dice bien cuántas líneas son", "Revise «total» en su sistema.toml."
    ),
    "sin_token": Causa(
        "la entrada no dio un token", "Revise [http.entrada] en su sistema.toml y la credencial."
    ),
    "paginas": _pasajera("las páginas no acaban", "Revise [http.paginas] en su sistema.toml."),
}  # fmt: skip
# Las que son del tiempo: con menos días de una vez quizá quepa.
DE_TIEMPO = ("silencio", "plazo")
_DICHO = re.compile(r"\[(\w+)\] (.*)", re.DOTALL)


class Fallo(Exception):
    """Lo que salió mal, por el nombre de su causa, y los detalles que ayudan.

    `esperar` son los segundos que la API pidió que se esperaran, si lo dijo.
    """

    def __init__(self, causa: str, detalle: str = "", esperar: float = 0):
        super().__init__(f"[{causa}] {detalle}")
        self.nombre, self.detalle, self.esperar = causa, detalle, esperar

    @property
    def causa(self) -> Causa:
        """La de la tabla."""
        return CAUSAS[self.nombre]

    def frase(self) -> str:
        """Qué pasó, sin el consejo."""
        return f"{self.causa.frase}{f' ({self.detalle})' if self.detalle else ''}"


def reconocer(dicho: str) -> Fallo:
    """El fallo cuyo texto es ése; uno que no se entienda es un corte."""
    partes = _DICHO.fullmatch(dicho)
    if partes and partes[1] in CAUSAS:
        return Fallo(partes[1], partes[2])
    return Fallo("corte", dicho)


def como_error(dicho: str, donde: str) -> ErrorFluxion:
    """Las palabras de un fallo, hechas frase."""
    fallo = reconocer(dicho)
    return fallo.causa.error(f"{donde}: {fallo.frase()}", consejo=fallo.causa.consejo)
