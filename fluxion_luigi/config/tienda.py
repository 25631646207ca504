"""Un lugar de la cadena, con el sistema POS de hoy y los de antes; y la cadena entera."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from fluxion_luigi.config.enlace import Opcion
from fluxion_luigi.errores import ErrorUso
from fluxion_luigi.periodos import UN_DIA

_PUERTOS = {"http": 80, "https": 443}
TIPOS = ("tienda", "mayorista", "distribucion")


@dataclass(frozen=True)
class Tienda:
    """Un lugar de la cadena, como es hoy.

    `usuario_env`, `clave_env` y `token_env` son nombres de variables de ambiente, nunca los
    valores. `fuente` es de qué clase es su POS, el paquete de `origen/` que sabe leerlo; `url` y
    `sucursal` son de los http. `bases` son los otros nombres de
    base que sus consultas escriben `{así}`, y `comparte_con`, las tiendas cuya base es de verdad la
    misma o una copia: en ésas no es un error. `no_revisar`, las revisiones de calidad (archivos de
    `sql/calidad`, sin `.sql`) que con ella no van.

    De una que cambia de POS, `versiones` son todas, en orden, cada una entera y con los días en que
    vale (de `desde` a `hasta`, incluidos); `numero` es cuál es ésta, desde 1. Sólo la de hoy las
    lleva. Con un solo POS no hay ninguna y el número es 0.
    """

    id: str
    nombre: str
    sistema: str
    driver: str
    tipo: str = "tienda"
    activa: bool = True
    apertura: date | None = None
    host: str = ""
    puerto: int = 0
    base_datos: str = ""
    archivo: Path | None = None
    url: str = ""
    sucursal: str = ""
    usuario_env: str = ""
    clave_env: str = ""
    token_env: str = ""
    opciones: Mapping[str, Opcion] = field(default_factory=dict)
    bases: Mapping[str, str] = field(default_factory=dict)
    comparte_con: tuple[str, ...] = ()
    no_revisar: tuple[str, ...] = ()
    fuente: str = "odbc"
    numero: int = 0
    desde: date = date.min
    hasta: date = date.max
    versiones: tuple["Tienda", ...] = field(default=(), repr=False)

    @property
    def vende(self) -> bool:
        """Un centro de distribución nunca vende."""
        return self.tipo != "distribucion"

    @property
    def lugar(self) -> str:
        """Dónde está su base, para mensajes: `host:puerto/base`, la ruta del archivo o
        `url#sucursal`."""
        if self.url:
            return f"{self.url}#{self.sucursal}"
        if self.archivo:
            return str(self.archivo)
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.puerto}/{self.base_datos}"

    @property
    def direccion(self) -> tuple[str, int]:
        """El host y el puerto a los que se llama; vacíos si es un archivo."""
        if not self.url:
            return self.host, self.puerto
        partes = urlsplit(self.url)
        return partes.hostname or "", partes.port or _PUERTOS[partes.scheme]

    @property
    def pos(self) -> str:
        """De qué POS salen sus ventas, como lo anota la base: `sistema lugar`."""
        return f"{self.sistema} {self.lugar}"

    @property
    def anteriores(self) -> tuple["Tienda", ...]:
        """Las versiones de antes de la de hoy."""
        return tuple(v for v in self.versiones if v.numero < self.numero)

    @property
    def siguientes(self) -> tuple["Tienda", ...]:
        """Las que el catálogo ya dice y aún no llegan."""
        return tuple(v for v in self.versiones if v.numero > self.numero)

    @property
    def ficha(self) -> str:
        """Cómo se llama su archivo donde cada POS tiene el suyo: el id y, si no es el de hoy, su
        número."""
        return f"{self.id}.{self.numero}" if self.numero and not self.versiones else self.id

    def en(self, dia: date) -> "Tienda":
        """La tienda con el POS que tiene ese día."""
        suya = next((v for v in self.versiones if v.desde <= dia <= v.hasta), self)
        return self if suya.numero == self.numero else suya

    def con_numero(self, numero: int) -> "Tienda":
        """La tienda con su POS de ese número; el de hoy, si no lo hay."""
        return next((v for v in self.versiones if v.numero == numero != self.numero), self)

    def por_pos(self, dias: Iterable[date]) -> list[tuple["Tienda", list[date]]]:
        """Esos días, repartidos entre los POS de los que son; en orden."""
        partes: dict[int, tuple[Tienda, list[date]]] = {}
        for dia in sorted(dias):
            suya = self.en(dia)
            partes.setdefault(suya.numero, (suya, []))[1].append(dia)
        return list(partes.values())

    def parte_de(self, mes: str) -> str:
        """Qué días de ese mes son de este POS, si en él hay otro: ` (desde el 16)`."""
        entra = f"{self.desde:%Y-%m}" == mes and self.desde.day > 1
        # Si sale el último, el otro POS es de otro mes.
        sale = f"{self.hasta:%Y-%m}" == mes and (self.hasta + UN_DIA).day > 1
        if entra and sale:
            return f" (del {self.desde.day} al {self.hasta.day})"
        if entra:
            return f" (desde el {self.desde.day})"
        return f" (hasta el {self.hasta.day})" if sale else ""

    def es_de_otro(self, dia: date, pos: str) -> bool:
        """Si las ventas de ese día salieron de otro de sus POS, y no del que le toca.

        Sólo si es exactamente otro de los suyos: cambiar el nombre de un host no es una mudanza.
        """
        return bool(self.versiones) and pos != self.en(dia).pos and pos in self._pos

    @property
    def _pos(self) -> set[str]:
        return {v.pos for v in self.versiones}


@dataclass(frozen=True)
class Catalogo:
    """La cadena: su nombre y sus lugares, en el orden del archivo."""

    cadena: str
    tiendas: Mapping[str, Tienda]
    archivo: Path

    def buscar(self, id_: str) -> Tienda:
        """Un lugar por su id. `ErrorUso` si no está; dice cuáles hay."""
        if id_ not in self.tiendas:
            raise ErrorUso(
                f"No existe «{id_}» en {self.archivo.name}. Los lugares son: "
                f"{', '.join(self.tiendas)}."
            )
        return self.tiendas[id_]

    def elegir(self, pedidas: tuple[str, ...]) -> list[Tienda]:
        """Las tiendas pedidas por id o, si no se pide ninguna, las activas que venden.

        Raises:
            ErrorUso: si alguna no está en el catálogo, no vende o está inactiva.
        """
        if not pedidas:
            return [t for t in self.tiendas.values() if t.activa and t.vende]
        elegidas = [self.buscar(t) for t in dict.fromkeys(pedidas)]
        no_venden = [t.id for t in elegidas if not t.vende]
        if no_venden:
            raise ErrorUso(
                f"No vende(n), son centros de distribución: {', '.join(no_venden)}. "
                "Quítelos de --tiendas."
            )
        inactivas = [t.id for t in elegidas if not t.activa]
        if inactivas:
            raise ErrorUso(
                f"Está(n) inactiva(s) en {self.archivo.name}: {', '.join(inactivas)}. "
                "Actívelas allí (activa = true) o quítelas de --tiendas."
            )
        return elegidas
