"""El mensaje de una ronda: uno solo, con todo lo que el canal tiene por saber."""

from collections.abc import Iterable

from fluxion_luigi.alertas.modelo import Registro
from fluxion_luigi.alertas.vida import Novedades
from fluxion_luigi.config.alertas import ERROR

# Más que éstas no se leen; las demás se dan por dichas con su cuenta, y están en EstadoVentas.
CITADAS = 40
_MARCA = {True: "✗", False: "!"}


def titulo(cadena: str, n: Novedades) -> str:
    """`Fluxion, cadena: 2 alertas nuevas, 1 resuelta`."""
    cuentas = (
        (len(n.nuevas), "alerta nueva", "alertas nuevas"),
        (len(n.cambiadas), "que cambió", "que cambiaron"),
        (len(n.acabadas), "resuelta", "resueltas"),
    )
    partes = [f"{c} {una if c == 1 else varias}" for c, una, varias in cuentas if c]
    return f"Fluxion, {cadena}: {', '.join(partes)}"


def texto(n: Novedades) -> str:
    """Qué pasó, desde cuándo y qué hacer, de cada una."""
    quedan, bloques = CITADAS, []
    for encabezado, registros in (("NUEVAS", n.nuevas), ("CAMBIARON", n.cambiadas)):
        citados = registros[:quedan]
        quedan -= len(citados)
        bloques.append(_bloque(encabezado, map(_ficha, citados), len(registros) - len(citados)))
    citados = n.acabadas[:CITADAS]
    resueltas = _bloque("SE RESOLVIERON", map(_resuelta, citados), len(n.acabadas) - len(citados))
    return "\n\n".join(filter(None, [*bloques, resueltas]))


def _bloque(encabezado: str, fichas: Iterable[str], mas: int) -> str:
    partes = list(fichas)
    if mas:
        partes.append(f"… y {mas} más: todas están en EstadoVentas.")
    return "\n\n".join([encabezado, *partes]) if partes else ""


def _ficha(r: Registro) -> str:
    a = r.alerta
    lineas = [f"{_MARCA[a.severidad == ERROR]} {a.titulo}"]
    lineas += [f"  {a.detalle}"] if a.detalle else []
    lineas.append(f"  Desde: {minuto(r.desde)}")
    lineas += [f"  Qué hacer: {a.que_hacer}"] if a.que_hacer else []
    return "\n".join(lineas)


def _resuelta(r: Registro) -> str:
    sin_decir = "" if r.dicha else " (pasó y se acabó antes de poder decirlo)"
    return f"✓ {r.alerta.titulo}{sin_decir}\n  Desde {minuto(r.desde)} hasta {minuto(r.acabo)}"


def minuto(instante: str) -> str:
    """`2025-03-01 06:10`, de un instante ISO."""
    return instante[:16].replace("T", " ")
