"""La calidad de las ventas: al cargarlas, a pedido, y lo que sigue mal."""

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.config.revisiones import Revision, leer
from fluxion_luigi.destino import calidad as destino
from fluxion_luigi.destino.base import Base, para_escribir, para_leer
from fluxion_luigi.destino.calidad import ALREDEDOR, Hallazgo, Revisado
from fluxion_luigi.destino.control import instantanea
from fluxion_luigi.destino.lote import Lote
from fluxion_luigi.destino.transaccion import transaccion
from fluxion_luigi.errores import ErrorCalidad
from fluxion_luigi.flujo.candados import lugar
from fluxion_luigi.periodos import Rango, meses

# La versión de las tablas desde la que hay calidad.
DESDE_VERSION = 5


def revisar_staging(
    base: Base, config: Configuracion, tienda: Tienda, lotes: Sequence[Lote]
) -> Revisado:
    """Revisa lo que está por cargarse. Va antes de la transacción.

    Raises:
        ErrorDestino, ErrorDisco: si DuckDB no pudo.
    """
    dias = [d for lote in lotes for d in lote.rango]
    if not dias:
        return Revisado()
    archivos = [lote.archivo for lote in lotes if lote.filas]
    filas = sum(lote.filas for lote in lotes)
    return _revisar_dias(base, config, tienda, dias, archivos, filas)


def motivo(hallazgos: Sequence[Hallazgo]) -> str:
    """Por qué un día se queda sin cargar, en una frase."""
    dichos = []
    for h in hallazgos:
        pares = zip(h.columnas, h.ejemplos[0], strict=True)
        ejemplo = ", ".join(f"{c} {v}" for c, v in pares if v and c != "cuantas")
        dichos.append(
            f"{h.revision.titulo.lower()} ({h.revision.nombre}): {h.cuantas}"
            f"{ejemplo and f', por ejemplo {ejemplo}'}. {h.revision.que_hacer} Si está bien así, "
            f"ponga {h.revision.nombre} en no_revisar de esa tienda, en el catálogo"
        )
    return "; ".join(dichos)


def resumir(hecho: Revisado) -> list[dict[str, Any]]:
    """Lo hallado al cargar, para el reporte de la corrida: un renglón por revisión."""
    grupos: dict[str, list[Hallazgo]] = {}
    for h in hecho.hallazgos:
        grupos.setdefault(h.revision.nombre, []).append(h)
    hallado = [
        {
            "revision": nombre, "titulo": hs[0].revision.titulo,
            "severidad": hs[0].revision.severidad, "dias": [str(h.dia) for h in hs],
            "cuantas": sum(h.cuantas for h in hs), "columnas": hs[0].columnas,
            "ejemplos": hs[0].ejemplos,
        }
        for nombre, hs in grupos.items()
    ]  # fmt: skip
    rotas = [
        {"revision": nombre, "severidad": "rota", "error": error}
        for nombre, error in hecho.rotas.items()
    ]
    return [*hallado, *rotas]


def cargados(
    config: Configuracion, pedidas: Sequence[str], rango: Rango | None
) -> dict[str, list[date]]:
    """Los días que la base tiene de cada tienda pedida, o de todas, en orden.

    Raises:
        ErrorUso: si una tienda pedida no existe.
        ErrorOcupado, ErrorDestino: si no se pudo leer la base.
    """
    dias = sorted(instantanea(config).dias)
    elegidas = [config.tienda(t).id for t in dict.fromkeys(pedidas)] or sorted({t for t, _ in dias})
    por_tienda = {
        t: [d for de, d in dias if de == t and (rango is None or d in rango)] for t in elegidas
    }
    return {t: suyos for t, suyos in por_tienda.items() if suyos}


def verificar(
    config: Configuracion,
    dias: dict[str, list[date]],
    corrida: str,
    avisar: Callable[[int, str], None],
) -> tuple[list[dict[str, Any]], dict[str, str], int]:
    """Revisa días ya cargados, tienda por tienda, y recuerda lo que halla.

    La base se toma y se suelta con cada tienda: una carga no espera por todas.

    Args:
        avisar: recibe cuántos días van y lo que se está revisando.

    Returns:
        Los hallazgos, como van en los informes; qué les pasó a las revisiones rotas, y cuántos de
        los hallazgos de antes ya no están.

    Raises:
        ErrorOcupado, ErrorDestino, ErrorDisco: si no se pudo; lo ya revisado queda.
    """
    rotas, resueltos, van = {}, 0, 0
    for tienda, suyos in dias.items():
        cerca = Rango(suyos[0] - ALREDEDOR, suyos[-1] + ALREDEDOR)
        with para_escribir(config) as base:
            # Otra orden pudo olvidar algunos desde que se eligieron.
            hay = sorted(d for t, d, *_ in base.hacer("leer_control") if t == tienda and d in cerca)
            _completar_perfil(base, config, lugar(config, tienda), hay)
            for tramo in meses(Rango(suyos[0], suyos[-1])):
                if not (en_mano := [d for d in suyos if d in tramo and d in hay]):
                    continue
                avisar(van, f"{tienda} {tramo.mes}: revisando {len(en_mano)} día(s)")
                hecho = _revisar_dias(base, config, lugar(config, tienda), en_mano)
                with transaccion(base):
                    resueltos += destino.guardar(base, hecho, corrida, de_carga=False)
                rotas |= hecho.rotas
                van += len(en_mano)
    sigue = _leer(config)
    revisados = {(t, d) for t, suyos in dias.items() for d in suyos}
    filas = [f for f in sigue.hallado if (f[1], f[2]) in revisados]
    return _hallazgos(config, filas, corrida), rotas, resueltos


def vigentes(config: Configuracion) -> dict[str, Any] | None:
    """Lo que sigue mal, según la última vez que se revisó; None si nunca se ha revisado.

    Raises:
        ErrorOcupado, ErrorDestino: si no se pudo leer la base.
    """
    sabido = _leer(config)
    if sabido is None:
        return None
    rotas = [{"revision": r, "error": error} for r, _, _, error in sabido.revisiones if error]
    return {
        "revisado_en": _instante(config, sabido.revisado_en),
        "revisiones": len(leer(config.ajustes.sql)[0]),
        "rotas": rotas,
        "hallazgos": _hallazgos(config, sabido.hallado, sabido.corrida),
        "resueltos": sabido.resueltos,
    }


class _Sabido(NamedTuple):
    """Lo que la base recuerda: cada revisión, lo que halló y sigue, y la última corrida."""

    revisiones: list[tuple]
    hallado: list[tuple]
    corrida: str
    revisado_en: datetime
    resueltos: int


def _leer(config: Configuracion) -> _Sabido | None:
    with para_leer(config) as base:
        if base is None or base.version < DESDE_VERSION:
            return None
        revisiones = base.hacer("leer_revisiones")
        if not revisiones:
            return None
        _, corrida, revisado_en, _ = max(revisiones, key=lambda r: r[2])
        [(resueltos,)] = base.hacer("contar_resueltos", corrida=corrida)
        return _Sabido(revisiones, base.hacer("leer_calidad"), corrida, revisado_en, resueltos)


def _de(config: Configuracion, tienda: Tienda) -> dict[str, Any]:
    hermanas = [t.id for t in config.catalogo.tiendas.values() if tienda.id in t.comparte_con]
    return {"comparte_con": [*tienda.comparte_con, *hermanas], "hoy": config.hoy()}


def _revisar(base: Base, config: Configuracion, tienda: Tienda) -> Revisado:
    buenas, malas = leer(config.ajustes.sql)
    hay = {r.nombre for r in buenas} | malas.keys()
    # De todas las tiendas, y no sólo de ésta: cargar otra no da por corregido el catálogo.
    nombradas: dict[str, list[str]] = {}
    for t in config.catalogo.tiendas.values():
        for nombre in set(t.no_revisar) - hay:
            nombradas.setdefault(nombre, []).append(t.id)
    for nombre, ids in sorted(nombradas.items()):
        malas[nombre] = (
            f"No existe, y la nombra no_revisar de {', '.join(ids)} en "
            f"{config.catalogo.archivo.name}. Corríjalo ahí. "
            f"Las que hay son: {', '.join(sorted(hay)) or 'ninguna'}."
        )
    suyas = [r for r in buenas if r.nombre not in tienda.no_revisar]
    return destino.revisar(base, suyas, config.ajustes.pais, malas)


def _revisar_dias(
    base: Base, config: Configuracion, tienda: Tienda, dias: Collection[date],
    archivos: Sequence[str] | None = None, filas: int = 0,
) -> Revisado:  # fmt: skip
    """Los revisa; si ni siquiera se puede, lo dice: la calidad no para una carga buena."""
    try:
        # El perfil lo lee todo. Las revisiones, casi nada: con más hilos tardan más.
        with base.repartida(filas):
            destino.poner_en_mano(base, tienda.id, dias, archivos, **_de(config, tienda))
    except ErrorCalidad as e:
        return Revisado.sin_perfil(str(e))
    return _revisar(base, config, tienda)


def _completar_perfil(
    base: Base, config: Configuracion, tienda: Tienda, dias: Sequence[date]
) -> None:
    """El perfil que falte de esos días: una base de antes no lo tiene."""
    con_perfil = {d for (d,) in base.hacer("dias_con_perfil", tienda=tienda.id)}
    faltan = [d for d in dias if d not in con_perfil]
    for tramo in meses(Rango(faltan[0], faltan[-1])) if faltan else []:
        if suyos := [d for d in faltan if d in tramo]:
            with suppress(ErrorCalidad):  # lo dirá quien los revise
                destino.poner_en_mano(base, tienda.id, suyos, None, **_de(config, tienda))
                with transaccion(base):
                    destino.guardar_perfil(base)


def _hallazgos(
    config: Configuracion, filas: Iterable[tuple], ultima: str
) -> list[dict[str, Any]]:  # fmt: skip
    """Un renglón por revisión y tienda, los errores primero; sin las que ya no se usan.

    Args:
        ultima: la corrida cuyos hallazgos son nuevos.
    """
    conocidas = {r.nombre: r for r in leer(config.ajustes.sql)[0]}
    grupos: dict[tuple[str, str, str], list[tuple]] = {}
    for revision, tienda, dia, severidad, *resto in filas:
        suya = revision in conocidas and revision not in lugar(config, tienda).no_revisar
        if suya:
            grupos.setdefault((severidad, revision, tienda), []).append((dia, *resto))
    return [
        _renglon(config, conocidas[revision], severidad, tienda, dias, ultima)
        for (severidad, revision, tienda), dias in grupos.items()
    ]


def _renglon(
    config: Configuracion, revision: Revision, severidad: str, tienda: str,
    dias: Sequence[tuple], ultima: str,
) -> dict[str, Any]:  # fmt: skip
    """Cada día: (día, cuántas, columnas, ejemplos, cuándo se halló, en qué corrida)."""
    _, _, columnas, ejemplos, *_ = dias[0]
    return {
        "revision": revision.nombre,
        "titulo": revision.titulo,
        "severidad": severidad,
        "tienda": tienda,
        "dias": [str(d[0]) for d in dias],
        "cuantas": sum(d[1] for d in dias),
        # Nuevo, si algún día suyo lo es: uno viejo no lo tapa.
        "estado": "nuevo" if any(d[5] == ultima for d in dias) else "sigue",
        "desde": _instante(config, min(d[4] for d in dias)),
        "significa": revision.significa,
        "que_hacer": revision.que_hacer,
        "ejemplos": ejemplos,
        "columnas": columnas,
    }


def _instante(config: Configuracion, utc: datetime) -> str:
    local = utc.replace(tzinfo=UTC).astimezone(config.ajustes.zona_horaria)
    return local.isoformat(timespec="seconds")
