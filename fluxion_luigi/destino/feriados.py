"""Los feriados de la cadena: se calculan una vez por año y quedan en la base, también para BI."""

from collections.abc import Iterable
from datetime import date

from fluxion_luigi.destino.abierta import Base
from fluxion_luigi.destino.transaccion import transaccion
from fluxion_luigi.errores import ErrorConfiguracion


def feriados(base: Base, pais: str, anios: Iterable[int]) -> list[date]:
    """Los de esos años, y los que ya se sepan de otros. Ninguno si no se dijo el país.

    Args:
        pais: su código de dos letras, o vacío.

    Raises:
        ErrorConfiguracion: si no se saben los de ese país.
        ErrorDestino, ErrorDisco: si DuckDB no pudo.
    """
    if not pais:
        return []
    hay = [dia for (dia,) in base.hacer("leer_feriados", pais=pais)]
    faltan = sorted(set(anios) - {d.year for d in hay})
    nuevos = _calcular(pais, faltan) if faltan else {}
    if nuevos:
        # Todos o ninguno: un año a medias pasaría por sabido. Fuera, pues, de otra transacción.
        with transaccion(base, 0):
            for dia, nombre in nuevos.items():
                base.hacer("insertar_feriado", pais=pais, dia=dia, nombre=nombre)
    return [*hay, *nuevos]


def _calcular(pais: str, anios: list[int]) -> dict[date, str]:
    import holidays  # una décima de segundo, que casi nunca hace falta

    try:
        idiomas = holidays.country_holidays(pais).supported_languages
        return dict(
            holidays.country_holidays(pais, years=anios, language="es" if "es" in idiomas else None)
        )
    except NotImplementedError:
        raise ErrorConfiguracion(
            f"No se saben los feriados de «{pais}» («pais» en luigi.cfg): se miran todos los días "
            "por igual. Escriba el código de dos letras de su país, como VE, o déjelo vacío."
        ) from None
