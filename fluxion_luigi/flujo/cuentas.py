"""Lo que una tienda dice tener, contado sin leer una línea: una conexión y las menos consultas."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from fluxion_luigi import cobertura
from fluxion_luigi.archivos import escribir_json, leer_json
from fluxion_luigi.conciliacion import Conteo, Conteos
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.flujo.caidas import Caidas
from fluxion_luigi.flujo.candados import candado_de
from fluxion_luigi.flujo.extraccion import carpeta_de
from fluxion_luigi.flujo.incremento import por_mes
from fluxion_luigi.flujo.lectura import Lectura
from fluxion_luigi.flujo.trabajo import Trabajo
from fluxion_luigi.origen.resultado import Resultado
from fluxion_luigi.periodos import UN_DIA, Rango, agrupar, leer_instante

Entrando = Callable[[Resultado], None]


@dataclass(frozen=True)
class Cuenta:
    """Lo que dijo una tienda, y cuándo empezó a decirlo; o por qué no se pudo saber."""

    en: datetime
    conteos: Conteos
    error: str | None = None


def contar(
    config: Configuracion,
    tienda: Tienda,
    dias: Sequence[date],
    consultas: Sequence[Rango],
    entrando: Entrando,
) -> Conteos:
    """Le pregunta a la tienda cuánto tiene esos días. Con su candado ya tomado.

    Args:
        dias: todos de un mismo POS suyo.
        consultas: los rangos que se preguntan de una vez; si así no se puede, por ventanas y luego
            por días. Los días que ni así, no salen.
        entrando: recibe lo que se supo al entrar; es lo primero que se le pide (ver `Lectura`).

    Raises:
        ErrorFluxion: si la tienda no contesta.
    """
    donde = carpeta_de(config, tienda, Rango(max(dias), max(dias)))
    with Lectura(config, tienda.en(dias[0]), donde.ruta, entrando, probada=False) as lectura:
        caidas = Caidas(config.ajustes, {}, aceptar=True)  # ya se dirá, si hay que leer el día
        trabajo = Trabajo(config, tienda, donde, lectura, caidas, lambda avance: None)
        for rango in consultas:
            trabajo.contar(list(rango))
        for tamano in (config.ajustes.ventana_dias, 1):
            sin_cuenta = [d for d in dias if d not in trabajo.conteos]
            for tramo in agrupar(sin_cuenta, tamano):
                trabajo.contar(list(tramo))
        return trabajo.conteos


def archivo(config: Configuracion, tienda: str, corrida: str) -> Path:
    """Dónde deja una corrida lo que le contó una tienda, mientras dura."""
    return config.ajustes.staging / ".revisiones" / corrida / f"{tienda}.cuenta.json"


def por_contar(
    config: Configuracion, tienda: Tienda, desde: date | None, hasta: date | None
) -> list[date]:
    """Los días que se le preguntarían. Hoy no entra: aún se vende.

    Args:
        desde, hasta: si faltan, toda la historia que la base conoce.

    Raises:
        ErrorOcupado, ErrorDestino: si la base no se pudo leer.
    """
    historia, ayer = cobertura.historia_conocida(config), config.hoy() - UN_DIA
    desde, hasta = desde or historia.desde, min(hasta or ayer, ayer)
    if desde > hasta:
        return []
    return cobertura.exigibles(config, tienda, Rango(desde, hasta)).dias


def contar_meses(
    config: Configuracion, tienda: Tienda, dias: Sequence[date], entrando: Entrando
) -> Cuenta:
    """Lo que la tienda dice tener, con una consulta por mes.

    Args:
        dias: todos de un mismo POS suyo.
        entrando: ver `contar`.

    Raises:
        ErrorFluxion: si la tienda no contesta.
    """
    en = datetime.now(UTC)
    with candado_de(config, tienda):
        conteos = contar(config, tienda, dias, por_mes(dias), entrando)
    faltan = [d for d in dias if d not in conteos]
    error = f"no se pudo contar {len(faltan)} día(s), el primero {faltan[0]}" if faltan else None
    return Cuenta(en, conteos, error)


def juntas(partes: Sequence[Cuenta]) -> Cuenta:
    """Lo que dijeron los POS de una tienda, en una sola cuenta."""
    conteos = {d: c for parte in partes for d, c in parte.conteos.items()}
    errores = [p.error for p in partes if p.error]
    en = min((p.en for p in partes), default=datetime.now(UTC))
    return Cuenta(en, conteos, "; ".join(errores) or None)


def guardar(config: Configuracion, tienda: str, corrida: str, cuenta: Cuenta) -> None:
    """Deja escrita la cuenta para quien la compare. `ErrorDisco` si no se puede."""
    escribir_json(archivo(config, tienda, corrida), {
        "en": cuenta.en.isoformat(), "error": cuenta.error,
        "dias": {str(d): c.a_lista() for d, c in sorted(cuenta.conteos.items())},
    })  # fmt: skip


def guardada(config: Configuracion, tienda: str, corrida: str) -> Cuenta | None:
    """La cuenta que ya hizo esta corrida, o None."""
    datos = leer_json(archivo(config, tienda, corrida))
    try:
        dias = {date.fromisoformat(d): Conteo.de_lista(c) for d, c in datos["dias"].items()}
        return Cuenta(leer_instante(datos["en"]), dias, datos["error"])
    except (TypeError, AttributeError, KeyError, ValueError, ArithmeticError):
        return None
