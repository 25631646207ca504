"""El PostgreSQL que comparten los hosts de una cadena: entrar en él, y notar pronto si se corta."""

import os
import re
import socket
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from fluxion_luigi.archivos import leer_texto
from fluxion_luigi.errores import ErrorDestino

# Qué hacer según lo que dijo, que puede ser en español.
_CONSEJOS = (
    (r"password|autentifica|no role|role .* does not exist|no existe el rol|pg_hba",
     "Corrija en el ambiente FLUXION_LAGO_USUARIO y FLUXION_LAGO_CLAVE (el usuario y la clave)"),
    (r"database .* does not exist|no existe la base de datos|permission denied for database|"
     r"permiso denegado a la base",
     "Cree esa base en ese PostgreSQL, de ese usuario (createdb --owner), o corrija dbname"),
    (r"permission denied|permiso denegado|must be owner",
     "Ese usuario no tiene permiso: para cargar debe ser el dueño de esa base (createdb --owner)"),
    (r"read-only|s[oó]lo lectura", "Diga en host el PostgreSQL principal, y no una réplica"),
    (r"no space|disk full|espacio", "Libere espacio en ese PostgreSQL"),
    (r"too many|slots|demasiad",
     "Ese PostgreSQL no admite más conexiones: suba su tope, o baje --workers"),
    (r"resolve|translate host|name or service", "Corrija host, o revise la red de esta máquina"),
    (r"connection option|not found|invalid", "Corrija la conexión que dice «base»"),
)  # fmt: skip
_SIN_SABER = "Revise que ese PostgreSQL esté encendido, y que host y port sean los suyos"


def dicho(e: Exception) -> str:
    """Lo que dijo PostgreSQL, en una línea, y qué hacer."""
    texto = " ".join(str(e).split()).rstrip("?.")
    consejo = next((c for p, c in _CONSEJOS if re.search(p, texto, re.I)), _SIN_SABER)
    return f"{texto}. {consejo}, y repita la misma orden."


@dataclass(frozen=True)
class Servidor:
    """El PostgreSQL de la cadena y quién le habla.

    `conexion` es lo que entiende libpq, sin usuario ni clave; `vida`, los segundos sin hablar con
    él tras los que este host da por perdidos sus turnos.
    """

    conexion: str
    usuario: str
    clave: str = field(repr=False)
    corrida: str
    vida: float
    sql: Path

    @property
    def nombre(self) -> str:
        """Con qué nombre se ve este proceso en `pg_stat_activity`."""
        return f"fluxion {socket.gethostname()[:20]} {os.getpid()} {self.corrida}"[:63]

    def consulta(self, archivo: str) -> str:
        """El texto de `sql/turnos/<archivo>.sql`."""
        return _consulta(self.sql, archivo)

    def conectar(self, plazo: float = 0.0):
        """Una sesión con autocommit, que nota pronto que el otro extremo ya no está.

        Args:
            plazo: en cuántos segundos, más o menos; si falta, en `vida`.

        Raises:
            ErrorDestino: si no se pudo; su texto no lleva la clave.
        """
        import psycopg
        from psycopg.conninfo import conninfo_to_dict

        s = max(1, int((plazo or self.vida) / 3))
        # Lo mismo del otro lado: así suelta los turnos de un host que se apagó de golpe.
        alla = {"idle": s, "interval": s, "count": 2}
        # DuckLake pone su catálogo en public, diga lo que diga el search_path de ese usuario.
        opciones = [conninfo_to_dict(self.conexion).get("options", ""), "-c search_path=public"]
        opciones += [f"-c tcp_keepalives_{n}={v}" for n, v in alla.items()]
        try:
            return psycopg.connect(
                self.conexion, user=self.usuario or None, password=self.clave or None,
                autocommit=True, application_name=self.nombre, connect_timeout=max(2, s),
                tcp_user_timeout=1000 * s, options=" ".join(opciones),
                **{f"keepalives_{n}": v for n, v in alla.items()},
            )  # fmt: skip
        except psycopg.Error as e:
            raise ErrorDestino(
                f"No se pudo entrar en el catálogo del lago ({self.conexion}): {dicho(e)}"
            ) from None


@cache
def _consulta(sql: Path, archivo: str) -> str:
    return leer_texto(sql / "turnos" / f"{archivo}.sql", "La carpeta «sql» está incompleta.")
