"""La configuración entera, leída una vez: ajustes, catálogo, sistemas POS y credenciales."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path

from fluxion_luigi.config import ajustes as _ajustes
from fluxion_luigi.config import catalogo as _catalogo
from fluxion_luigi.config import sistemas as _sistemas
from fluxion_luigi.config.ajustes import Ajustes
from fluxion_luigi.config.enlace import parece_variable
from fluxion_luigi.config.sistemas import Sistema
from fluxion_luigi.config.tienda import Catalogo, Tienda
from fluxion_luigi.errores import ErrorConfiguracion
from fluxion_luigi.esquema import Hallazgo

__all__ = ["Ajustes", "Catalogo", "Configuracion", "Credencial", "Sistema", "Tienda", "actual"]


@dataclass(frozen=True)
class Credencial:
    """Usuario y clave de una tienda; su `repr` no los muestra."""

    usuario: str
    clave: str

    def __repr__(self) -> str:
        return "Credencial(oculta)"


@dataclass(frozen=True)
class Configuracion:
    """Lo que el resto del programa necesita saber; no cambia durante una corrida."""

    ajustes: Ajustes

    @cached_property
    def catalogo(self) -> Catalogo:
        """El catálogo revisado. `ErrorConfiguracion` si tiene problemas."""
        return _catalogo.leer(self.ajustes.catalogo, self.ajustes.sql, self.hoy())

    def con_prisa(self, segundos: float) -> "Configuracion":
        """La misma, para quien no espera la base más que eso."""
        espera = min(segundos, self.ajustes.espera_base)
        return Configuracion(replace(self.ajustes, espera_base=espera))

    def tienda(self, id_: str) -> Tienda:
        """Una tienda del catálogo por su id. `ErrorUso` si no existe."""
        return self.catalogo.buscar(id_)

    def sistema(self, tienda: Tienda) -> Sistema:
        """El sistema POS de una tienda, con los nombres de sus bases puestos en las consultas.

        Raises:
            ErrorConfiguracion: si su carpeta falta o está mal, o no se sabe cuál es una base.
        """
        sistema = _sistemas.leer(self.ajustes.sql, tienda.sistema)
        return sistema.con_bases({"base_datos": tienda.base_datos, **tienda.bases})

    def revisar_sistema(self, tienda: Tienda) -> tuple[Sistema, list[Hallazgo]]:
        """Lo que se pueda usar del sistema POS de una tienda, y todo lo que tiene mal."""
        bases = {"base_datos": tienda.base_datos, **tienda.bases}
        return _sistemas.revisar(self.ajustes.sql, tienda.sistema, bases)

    def credencial(self, tienda: Tienda) -> Credencial | None:
        """Usuario y clave, del ambiente o de `.env`; None si la tienda no los necesita.

        Raises:
            ErrorConfiguracion: si falta una variable; la nombra y dice dónde ponerla.
        """
        if not tienda.usuario_env:
            return None
        valores = self._del_ambiente(
            {"usuario_env": tienda.usuario_env, "clave_env": tienda.clave_env}, "entrar en su base"
        )
        return Credencial(valores[0], valores[1] if len(valores) > 1 else "")

    def token(self, tienda: Tienda) -> str:
        """El token con que se entra en la API de una tienda, del ambiente o de `.env`.

        Raises:
            ErrorConfiguracion: si falta la variable; la nombra y dice dónde ponerla.
        """
        [valor] = self._del_ambiente({"token_env": tienda.token_env}, "entrar en su API")
        return valor

    def _del_ambiente(self, dichos: dict[str, str], para: str) -> list[str]:
        nombres = [n for n in dichos.values() if n]
        faltan = [k for k, n in dichos.items() if n and not self.ajustes.ambiente.get(n)]
        if faltan:
            # Una clave puesta por error donde va el nombre de su variable no se repite.
            como = [
                dichos[k] if parece_variable(dichos[k]) else f"la variable que nombra {k}"
                for k in faltan
            ]
            raise ErrorConfiguracion(
                f"Falta {' y '.join(como)} para {para}",
                consejo=f"Póngalo en {self.ajustes.carpeta / '.env'} o en el ambiente.",
            )
        return [self.ajustes.ambiente[n] for n in nombres]

    def ahora(self) -> datetime:
        """El instante actual en la hora de la cadena."""
        return datetime.now(self.ajustes.zona_horaria)

    def dia_de(self, instante: datetime) -> date:
        """De qué día de la cadena es un instante: el día acaba a la `hora_de_cierre`."""
        local = instante.astimezone(self.ajustes.zona_horaria)
        return (local - timedelta(hours=self.ajustes.hora_de_cierre)).date()

    def hoy(self) -> date:
        """El día en curso de la cadena."""
        return self.dia_de(self.ahora())


def leer(archivo: Path) -> Configuracion:
    """La configuración de un `luigi.cfg` dado. `ErrorConfiguracion` si algo está mal."""
    return Configuracion(_ajustes.leer(archivo))


@cache
def actual() -> Configuracion:
    """La configuración de este proceso (y de los que nacen de él). `ErrorConfiguracion`."""
    return leer(_ajustes.ubicar())
