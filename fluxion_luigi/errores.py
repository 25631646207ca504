"""Errores esperados del producto: cada uno es una frase que dice qué pasó, dónde y qué hacer.

Sólo el borde (las tareas y la línea de comandos) los captura. Cualquier otra excepción es un
defecto del programa y se registra con su traza completa.
"""

from collections.abc import Mapping
from datetime import date


class ErrorFluxion(Exception):
    """Base de todo error esperado; su texto es la frase que lee el operador.

    `dias` son los días que tienen la culpa, si se sabe cuáles: el motivo de cada uno. Los demás
    pueden seguir sin ellos. `causa` y `consejo` son las partes de la frase, si se dieron aparte.
    """

    clase = "error"

    def __init__(
        self, texto: str = "", dias: Mapping[date, str] | None = None, *, consejo: str = ""
    ):
        super().__init__(f"{texto}. {consejo}" if consejo else texto)
        self.causa, self.consejo = texto, consejo
        self.dias = dict(dias or {})


class ErrorUso(ErrorFluxion):
    """La orden está mal escrita (fechas, tiendas, opciones). No sirve reintentar."""

    clase = "uso"


class ErrorConfiguracion(ErrorFluxion):
    """`luigi.cfg`, el catálogo, `.env` o un archivo de `sql/` está mal. No sirve reintentar."""

    clase = "configuracion"


class ErrorSinMuestra(ErrorConfiguracion):
    """El POS de una tienda no tiene otro modo de leerse con que comparar lo cargado."""


class ErrorOrigen(ErrorFluxion):
    """La tienda respondió con un error que se repetirá: credenciales, tabla, permiso, consulta."""

    clase = "origen"


class ErrorBase(ErrorOrigen):
    """La base no existe o no se puede abrir. Mientras un servidor arranca, todavía no se puede."""


class ErrorTipos(ErrorOrigen):
    """Una columna del origen no llega con el tipo declarado. Hay que corregir la consulta."""

    clase = "tipos"


class ErrorColumnas(ErrorTipos):
    """Una consulta no entrega las columnas declaradas: pasará con cualquier día."""

    clase = "columnas"


class ErrorDatos(ErrorOrigen):
    """La tienda no puede entregar unos días por un dato que tienen. Esos se apartan; no se insiste.

    Si no se sabe cuáles son (`dias` vacío), se parte la ventana hasta dar con ellos.
    """

    clase = "datos"


class ErrorTransitorio(ErrorFluxion):
    """La conexión se cortó o la tienda no contestó; reintentar suele resolverlo."""

    clase = "conexion"


class ErrorServidor(ErrorTransitorio):
    """El servidor está y no atiende: su puerto está cerrado o dice que arranca. Se le espera."""


class ErrorInsistido(ErrorFluxion):
    """Lo pasajero que no pasó, aunque ya se insistió allí donde se supo: no se insiste más."""

    clase = "conexion"


class ErrorTiempo(ErrorTransitorio):
    """Pasó el tiempo permitido sin que llegara una fila. Se reintenta y se parte la ventana."""

    clase = "tiempo"


class ErrorConciliacion(ErrorFluxion):
    """Lo leído o lo cargado no es lo que el origen dice tener. El destino queda intacto."""

    clase = "conciliacion"


class ErrorDiaVaciado(ErrorFluxion):
    """El origen responde vacío para un día que ya tenía filas. El destino queda intacto."""

    clase = "dia_vaciado"


class ErrorIdentidad(ErrorFluxion):
    """Lo que responde una tienda es la base de otra. El destino queda intacto."""

    clase = "identidad"


class ErrorDias(ErrorFluxion):
    """Unos días se quedaron fuera, cada uno con su motivo (`dias`); los demás ya se cargaron."""

    clase = "dias"


class ErrorStaging(ErrorFluxion):
    """Un archivo de staging falta o está dañado. Se descarta y la próxima corrida lo extrae."""

    clase = "staging"


class ErrorDisco(ErrorFluxion):
    """No se pudo escribir: disco lleno, carpeta sin permiso. Lo escrito a medias no cuenta."""

    clase = "disco"


class ErrorDestino(ErrorFluxion):
    """DuckDB no pudo abrir o escribir la base de destino."""

    clase = "destino"


class ErrorBaseDanada(ErrorDestino):
    """El archivo de la base está cortado, tiene un bloque dañado o no es de DuckDB."""


class ErrorIntegridad(ErrorFluxion):
    """Los marcadores, el control, las ventas o las tiendas no dicen lo mismo."""

    clase = "integridad"


class ErrorOcupado(ErrorFluxion):
    """Otro proceso tiene la base o la tienda y no la soltó en el tiempo configurado."""

    clase = "ocupado"


class ErrorBaseOcupada(ErrorOcupado):
    """Lo que otro no soltó es la base."""


class ErrorConflicto(ErrorOcupado):
    """Otro confirmó antes un cambio de lo mismo en el lago; nada cambió. Repetir sirve."""


class ErrorTurno(ErrorFluxion):
    """Este host perdió lo que tenía tomado en la cadena, y dejó lo que hacía. Repetir sirve."""

    clase = "turno"


class ErrorConectividad(ErrorFluxion):
    """Una o más tiendas no superaron la verificación de conectividad."""

    clase = "conectividad"


class ErrorSinEntrar(ErrorConectividad):
    """En una tienda no se puede entrar: vale para todos sus meses, y a los demás no se les deja."""


class ErrorCobertura(ErrorFluxion):
    """La cobertura de las ventas no llega a lo que se exige."""

    clase = "cobertura"


class ErrorAlertas(ErrorFluxion):
    """Algún canal no tomó las alertas; se intentan otra vez en la próxima ronda."""

    clase = "alertas"


class ErrorCalidad(ErrorFluxion):
    """Lo cargado tiene algo que una revisión de calidad no admite."""

    clase = "calidad"


CLASES = {
    e.clase: e
    for e in (
        ErrorUso, ErrorConfiguracion, ErrorOrigen, ErrorTipos, ErrorColumnas, ErrorDatos,
        ErrorTransitorio, ErrorTiempo, ErrorConciliacion, ErrorDiaVaciado, ErrorIdentidad,
        ErrorDias, ErrorStaging, ErrorDisco, ErrorDestino, ErrorOcupado, ErrorConectividad,
        ErrorCobertura, ErrorAlertas, ErrorCalidad, ErrorIntegridad,
    )
}  # fmt: skip
