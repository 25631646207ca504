"""Los marcadores: qué días de una tienda-mes están cargados, con cuántas filas y en qué base.

`markers/tienda_01/2025-03.json`. Se escriben después del commit y con el candado de la
tienda-mes, así que dos corridas no se pisan. Uno borrado a mano significa: cargar otra vez.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from fluxion_luigi.archivos import disco, escribir_json, exigir_lugar, leer_json
from fluxion_luigi.conciliacion import Conteo
from fluxion_luigi.config.base import Ubicacion
from fluxion_luigi.periodos import leer_instante


@dataclass(frozen=True)
class DiaCargado:
    """Lo que se cargó de un día: cuánto, cuándo se extrajo (UTC) y qué corrida lo cargó."""

    conteo: Conteo
    extraido_en: datetime
    corrida: str


@dataclass(frozen=True)
class Marcador:
    """Los días de una tienda-mes que están en la base `base_id`."""

    tienda: str
    mes: str
    base_id: str
    dias: dict[date, DiaCargado]


def ruta(raiz: Path, tienda: str, mes: str) -> Path:
    """Dónde está el marcador de una tienda-mes."""
    return raiz / tienda / f"{mes}.json"


def leer(raiz: Path, tienda: str, mes: str) -> Marcador | None:
    """El marcador, o None si no existe, está dañado o es de otra: se carga otra vez."""
    datos = leer_json(ruta(raiz, tienda, mes))
    try:
        if (datos["tienda"], datos["mes"]) != (tienda, mes) or type(datos["base_id"]) is not str:
            return None  # es de otra, copiado a mano
        dias = {date.fromisoformat(d): _de_json(x) for d, x in datos["dias"].items()}
    except (TypeError, AttributeError, KeyError, ValueError, ArithmeticError):
        return None
    return Marcador(tienda, mes, datos["base_id"], dias)


def _de_json(x: Mapping[str, Any]) -> DiaCargado:
    if type(x["corrida"]) is not str:
        raise ValueError("la corrida es un texto")
    conteo = Conteo.de_lista([x["filas"], x["total"], {}])
    return DiaCargado(conteo, leer_instante(x["extraido_en"]), x["corrida"])


def exigir_sitio(raiz: Path, tienda: str, mes: str) -> None:
    """Que el marcador se vaya a poder escribir, antes de pedirle un mes entero a la tienda.

    Raises:
        ErrorDisco: hay una carpeta en su lugar, o en la suya no se puede escribir.
    """
    exigir_lugar(ruta(raiz, tienda, mes))


def base_de_alguno(raiz: Path) -> str | None:
    """La ruta de la base que nombra un marcador cualquiera, o None si no hay ninguno."""
    for uno in sorted(raiz.glob("*/*.json")):
        datos = leer_json(uno)
        if isinstance(datos, dict) and isinstance(datos.get("base"), str):
            return datos["base"]
    return None


def todos(raiz: Path, tienda: str) -> list[Marcador]:
    """Los marcadores de una tienda que se entienden, en orden de mes."""
    meses = sorted(p.stem for p in (raiz / tienda).glob("*.json"))
    return [m for mes in meses if (m := leer(raiz, tienda, mes))]


def tiendas(raiz: Path) -> list[str]:
    """Las tiendas que tienen algún marcador."""
    return sorted({p.parent.name for p in raiz.glob("*/*.json")})


def ilegibles(raiz: Path, tienda: str) -> list[Path]:
    """Los de una tienda que no se entienden, o son de otra: valen como si faltaran."""
    return [p for p in sorted((raiz / tienda).glob("*.json")) if not leer(raiz, tienda, p.stem)]


def quitar(raiz: Path, tienda: str, mes: str) -> None:
    """Quita un marcador entero, se entienda o no. `ErrorDisco` si no se puede."""
    with disco(ruta(raiz, tienda, mes)):
        ruta(raiz, tienda, mes).unlink(missing_ok=True)


def agregar(raiz: Path, nuevo: Marcador, base: Ubicacion) -> None:
    """Suma los días recién cargados a los que ya decía el marcador de esa misma base.

    Args:
        base: cuál es la base, para quien lea el marcador.

    Raises:
        ErrorDisco: si no se puede escribir.
    """
    anterior = leer(raiz, nuevo.tienda, nuevo.mes)
    dias = dict(anterior.dias) if anterior and anterior.base_id == nuevo.base_id else {}
    _escribir(raiz, Marcador(nuevo.tienda, nuevo.mes, nuevo.base_id, {**dias, **nuevo.dias}), base)


def anular(raiz: Path, tienda: str, mes: str, dias: Iterable[date], base: Ubicacion) -> list[date]:
    """Quita días de un marcador, como si se borraran a mano; devuelve los que tenía.

    Raises:
        ErrorDisco: si no se puede escribir.
    """
    marcador = leer(raiz, tienda, mes)
    if marcador is None:
        return []
    quitados = sorted(set(dias) & marcador.dias.keys())
    quedan = {d: x for d, x in marcador.dias.items() if d not in quitados}
    if quedan:
        _escribir(raiz, Marcador(tienda, mes, marcador.base_id, quedan), base)
    else:
        quitar(raiz, tienda, mes)
    return quitados


def mover(
    raiz: Path, viejo: Marcador, a: str, dias: Mapping[date, DiaCargado], base: Ubicacion
) -> None:
    """Suma esos días al marcador de la tienda `a` y quita el viejo, con su carpeta si es el último.

    Raises:
        ErrorDisco: si no se puede escribir.
    """
    if dias:
        agregar(raiz, Marcador(a, viejo.mes, viejo.base_id, dict(dias)), base)
    donde = ruta(raiz, viejo.tienda, viejo.mes)
    with disco(donde):
        donde.unlink(missing_ok=True)
        if not any(donde.parent.iterdir()):
            donde.parent.rmdir()


def _escribir(raiz: Path, marcador: Marcador, base: Ubicacion) -> None:
    escribir_json(ruta(raiz, marcador.tienda, marcador.mes), {
        "tienda": marcador.tienda, "mes": marcador.mes, "base": base.nombre,
        "base_id": marcador.base_id, "filas": sum(d.conteo.filas for d in marcador.dias.values()),
        "dias": {
            str(dia): {"filas": x.conteo.filas, "total": str(x.conteo.total),
                       "extraido_en": x.extraido_en.isoformat(), "corrida": x.corrida}
            for dia, x in sorted(marcador.dias.items())
        },
    })  # fmt: skip
