"""El reparto: un mensaje por canal, todos a la vez, y cómo le fue a cada uno."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from fluxion_luigi.alertas import mensaje
from fluxion_luigi.alertas.envio import Carta, enviar
from fluxion_luigi.alertas.memoria import Memoria
from fluxion_luigi.alertas.modelo import Alerta, Registro
from fluxion_luigi.alertas.vida import Novedades
from fluxion_luigi.config import Ajustes, Configuracion
from fluxion_luigi.config.alertas import AVISO, VARIABLE, Canal, canales
from fluxion_luigi.errores import ErrorFluxion

# Lo de fábrica, para cuando no se puede leer la configuración.
_PLAZO, _ZONA = Ajustes.alertas_plazo, ZoneInfo("America/Caracas")


def repartir(
    cadena: str, envios: Sequence[tuple[Canal, Novedades]], plazo: float
) -> list[str | None]:
    """Por qué no tomó cada canal su mensaje; None el que lo tomó. No tarda más que `plazo`."""
    cartas = [Carta(c, mensaje.titulo(cadena, n), mensaje.texto(n)) for c, n in envios]
    return enviar(cartas, plazo)


def probar(config: Configuracion) -> dict[str, str | None]:
    """Manda un mensaje de prueba a cada canal; por qué no lo tomó, o None."""
    hay = canales(config.ajustes.ambiente)
    titulo = f"Fluxion, {cadena(config)}: prueba de las alertas"
    texto = "Si lee esto, por aquí llegan las alertas. No pasa nada."
    motivos = enviar([Carta(c, titulo, texto) for c in hay], config.ajustes.alertas_plazo)
    return {c.nombre: m for c, m in zip(hay, motivos, strict=True)}


def suelta(ambiente: Mapping[str, str], alerta: Alerta) -> dict[str, str | None]:
    """Dice una alerta por todos los canales, sin configuración ni memoria; como `probar`."""
    hay, ahora = canales(ambiente), datetime.now(_ZONA).isoformat(timespec="seconds")
    sola = Novedades(nuevas=[Registro(alerta, "arranque", ahora, confirmada=True)])
    motivos = repartir("sin configuración", [(c, sola) for c in hay], _PLAZO)
    return {c.nombre: m for c, m in zip(hay, motivos, strict=True)}


def cadena(config: Configuracion) -> str:
    """Cómo se llama la cadena en los mensajes; también con el catálogo roto se avisa."""
    try:
        return config.catalogo.cadena
    except ErrorFluxion:
        return config.ajustes.carpeta.name


def anotar(recuerdo: Memoria, canal: Canal, motivo: str | None, ahora: datetime) -> None:
    """Deja en la memoria cómo le fue a un canal."""
    en, antes = ahora.isoformat(timespec="seconds"), recuerdo.canales.get(canal.nombre, {})
    recuerdo.canales[canal.nombre] = {
        "canal": canal.nombre,
        "estado": "falla" if motivo else "bien",
        "en": en,
        "error": motivo,
        "fallas": antes.get("fallas", 0) + 1 if motivo else 0,
        "desde": (antes.get("desde") or en) if motivo else None,
    }


def caidos(config: Configuracion, recuerdo: Memoria) -> list[Alerta]:
    """Los canales que llevan varias rondas sin tomar nada, para que lo digan los demás."""
    return [
        Alerta(
            f"canal:{n}", AVISO, f"El canal {n} no toma las alertas", c["error"] or "",
            f"Corrija su dirección en {VARIABLE} y pruébela con AlertasVentas --probar",
            desde=c["desde"], inmediata=True,
        )
        for n, c in recuerdo.canales.items()
        if c["fallas"] >= config.ajustes.alertas_seguidas
    ]  # fmt: skip
