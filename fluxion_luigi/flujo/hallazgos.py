"""Lo que no dicen igual el marcador, el control y las ventas de un día, y por qué.

De cada día, a lo sumo un hallazgo, el que lo explica: la orden que lo remedia vuelve a hacer el día
entero. Aquí sólo se compara lo ya leído.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from fluxion_luigi.conciliacion import Conteo
from fluxion_luigi.destino.integridad import CARGA, OLVIDO, Foto
from fluxion_luigi.flujo.diferencias import (
    ACEPTAR,
    OLVIDAR,
    RANGO,
    RECARGAR,
    Dia,
    Hallazgo,
    Remedio,
)
from fluxion_luigi.marcadores import DiaCargado


@dataclass(frozen=True)
class Contexto:
    """Lo que hace falta saber de la base para decir la causa."""

    foto: Foto
    caida_maxima: float
    corridas: frozenset[str] = field(init=False)
    ultima: datetime | None = field(init=False)

    def __post_init__(self):
        todas = [a for suyas in self.foto.cargas.values() for a in suyas]
        object.__setattr__(self, "corridas", frozenset(a.corrida for a in todas))
        object.__setattr__(self, "ultima", max((a.en for a in todas), default=None))

    def anotada(self, tienda: str, dia: date, corrida: str) -> bool:
        """Si `cargas` dice que esa corrida cargó ese día."""
        return any(
            a.corrida == corrida and a.accion == CARGA and dia in a.rango
            for a in self.foto.cargas.get(tienda, ())
        )

    def olvidado(self, tienda: str, dia: date) -> bool:
        """Si lo último que se hizo con ese día fue olvidarlo."""
        suyas = [a for a in self.foto.cargas.get(tienda, ()) if dia in a.rango]
        return bool(suyas) and suyas[-1].accion == OLVIDO


def de_un_dia(d: Dia, c: Contexto) -> Hallazgo | None:
    """Lo que le pasa a un día, o None si todo dice lo mismo."""
    hallado = _sin_control(d, c) if not d.control else _con_control(d, c)
    if hallado is None or d.no_se_pide is None:
        return hallado
    return _que_no_se_pide(d, hallado)


def _sin_control(d: Dia, c: Contexto) -> Hallazgo | None:
    cargar = Remedio(RANGO)
    if d.hay and d.marcado and d.de_base == c.foto.base_id:
        igual = d.filas.coincide(d.marcado.conteo)
        causa = "se borró su renglón de control: las filas son las que dice el marcador"
        return Hallazgo("sin_control", causa if igual else None, cargar)
    if d.hay:
        ajenas = [x for x in d.hay.corridas if x not in c.corridas]
        causa = (
            "las insertó otra mano: ninguna corrida de esta base las cargó"
            if len(ajenas) == len(d.hay.corridas)
            else "se borró su renglón de control, o se movieron de tienda o de día"
        )
        return Hallazgo("filas_sin_control", causa, cargar)
    if d.marcado is None:
        return None
    if d.de_base != c.foto.base_id:
        return Hallazgo("marcador_de_otra_base", _de_otra_base(c), cargar)
    if c.olvidado(d.tienda, d.dia):
        causa = "se olvidaron, y la orden no llegó a quitar el marcador"
        return Hallazgo("marcador_sin_control", causa, Remedio(OLVIDAR, sola=False))
    return Hallazgo("marcador_sin_control", _copia_de_antes(d.marcado, c), cargar)


def _con_control(d: Dia, c: Contexto) -> Hallazgo | None:
    de_nuevo = Remedio(RANGO, (RECARGAR,))
    renglon = d.control[0]
    if len(d.control) > 1:
        return Hallazgo("control_repetido", "se insertó un renglón de control a mano", de_nuevo)
    if not renglon.dia.conteo.coincide(d.filas):
        return _filas_distintas(d, c)
    if not renglon.origen.coincide(Conteo(*renglon.dia.conteo[:2])):
        causa = "se editó su renglón de control: sólo se carga lo que es igual al origen"
        return Hallazgo("control_editado", causa, de_nuevo)
    if d.hay and set(d.hay.corridas) != {renglon.dia.corrida}:
        causa = "se insertaron o se cambiaron a mano, o se editó el control"
        return Hallazgo("filas_de_otra_corrida", causa, de_nuevo)
    if not c.anotada(d.tienda, d.dia, renglon.dia.corrida):
        causa = "se insertó o se editó el control, o se borró un renglón de «cargas»"
        return Hallazgo("corrida_sin_carga", causa, de_nuevo)
    if d.fallido and d.fallido < renglon.cargado_en:
        causa = "al cargarse debió salir de «dias_fallidos»: se insertó a mano"
        return Hallazgo("fallido_ya_cargado", causa, de_nuevo)
    return _con_marcador(d, c)


def _con_marcador(d: Dia, c: Contexto) -> Hallazgo | None:
    """Lo que le pasa a un día cuyo control y ventas dicen lo mismo."""
    if d.de_otro_pos:
        causa = "el catálogo cambió la fecha de su mudanza: esos días son de otro POS"
        return Hallazgo("de_otro_pos", causa, Remedio(RANGO))
    if d.marcado is None:
        return _sin_marcador(d)
    if d.de_base != c.foto.base_id:
        return Hallazgo("marcador_de_otra_base", _de_otra_base(c), Remedio(RANGO))
    if not d.control[0].dia.respalda(d.marcado):
        return Hallazgo("marcador_distinto", _marcador_distinto(d, c), Remedio(RANGO))
    return None


def _sin_marcador(d: Dia) -> Hallazgo | None:
    if d.sin_marcador_legible:  # de ése ya se dice que no se entiende
        return None
    causa = "se borró el marcador, o una corrida murió entre cargar y escribirlo"
    if d.fallido:
        causa = (
            "se volvió a leer y no se pudo cargar: queda lo de antes. Corrija primero lo que dice "
            "EstadoVentas de ese día"
        )
    return Hallazgo("sin_marcador", causa, Remedio(RANGO))


def _filas_distintas(d: Dia, c: Contexto) -> Hallazgo:
    debe, hay = d.segun_control, d.filas
    opciones = (RECARGAR,)
    # De las demás sumas el marcador no sabe: si sólo difieren ésas, no dice quién tiene razón.
    if d.marcado and d.marcado.conteo.coincide(hay) and debe[:2] != hay[:2]:
        # Con un control que exagera, la carga creería que el día se vació.
        if debe.filas and 100 * (debe.filas - hay.filas) / debe.filas > c.caida_maxima:
            opciones = (RECARGAR, ACEPTAR)
        causa = "se editó su renglón de control: el marcador y las filas dicen lo mismo"
        return Hallazgo("control_editado", causa, Remedio(RANGO, opciones))
    clase = "sumas_distintas"
    if hay.filas != debe.filas:
        clase = "faltan_filas" if hay.filas < debe.filas else "sobran_filas"
    causa = {
        "sumas_distintas": "se cambiaron valores a mano",
        "faltan_filas": "se borraron a mano",
        "sobran_filas": None,  # se sabrá mirando si son copias
    }[clase]
    if d.hay and (ajenas := [x for x in d.hay.corridas if x != d.control[0].dia.corrida]):
        causa = f"otra mano insertó {sum(d.hay.corridas[x] for x in ajenas)} fila(s)"
    return Hallazgo(clase, causa, Remedio(RANGO, opciones))


def _marcador_distinto(d: Dia, c: Contexto) -> str | None:
    en_base, marcado = d.control[0].dia, d.marcado
    if (marcado.extraido_en, marcado.corrida) == (en_base.extraido_en, en_base.corrida):
        return "se editó el marcador"
    if en_base.extraido_en > marcado.extraido_en:
        return "es un marcador de antes: una corrida murió antes de escribir el suyo, o se repuso"
    return _copia_de_antes(marcado, c)


def _copia_de_antes(marcado: DiaCargado, c: Contexto) -> str | None:
    if c.foto.base_id is None:
        return "la base no existe: se borró o se movió"
    if marcado.corrida in c.corridas:
        return "se quitó de la base a mano: la corrida que lo cargó sí está en «cargas»"
    if c.ultima and c.ultima < marcado.extraido_en:
        return (
            f"la base es una copia de antes: su última carga es de {_instante(c.ultima)}, y el "
            f"marcador es de una lectura posterior, de {_instante(marcado.extraido_en)}"
        )
    return (
        f"esta base no conoce la corrida {marcado.corrida}: es otra copia, o se editó el marcador"
    )


def _de_otra_base(c: Contexto) -> str:
    if c.foto.base_id is None:
        return "la base no existe: se borró o se movió"
    return "la base se cambió por otra, o el marcador se trajo de otro proyecto"


def _que_no_se_pide(d: Dia, h: Hallazgo) -> Hallazgo | None:
    """Lo que RangoVentas no puede remediar. Un marcador sólo sirve para no pedir dos veces."""
    no = f"no se puede pedir otra vez: {d.no_se_pide}"
    if d.control and h.remedio == Remedio(RANGO):
        return None  # la base está bien, y es lo único que queda de esos días
    if not d.control:
        causa = f"{h.causa}; {no}" if h.causa else no
        return Hallazgo(h.clase, causa, Remedio(OLVIDAR, sola=False))
    que_hacer = "reponga una copia sana de la base o, si no la hay, quítelos con OlvidarVentas"
    return Hallazgo(h.clase, "; ".join(filter(None, (h.causa, no, que_hacer))), None)


def _instante(x: datetime) -> str:
    return f"{x.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
