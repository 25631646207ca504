"""La integridad: marcadores contra control contra ventas y, si se pide, contra las tiendas."""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from fluxion_luigi import cobertura, marcadores
from fluxion_luigi.config import Configuracion
from fluxion_luigi.destino import integridad as destino
from fluxion_luigi.destino.integridad import Foto, TiendaDia
from fluxion_luigi.errores import ErrorBaseDanada
from fluxion_luigi.flujo import limpieza
from fluxion_luigi.flujo.caidas import Caidas
from fluxion_luigi.flujo.candados import libres
from fluxion_luigi.flujo.cuentas import Cuenta
from fluxion_luigi.flujo.diferencias import (
    ACEPTAR,
    LIMPIAR,
    RANGO,
    RECARGAR,
    REPARAR,
    VERIFICAR,
    Dia,
    Diferencia,
    Hallazgo,
    Remedio,
    agrupadas,
)
from fluxion_luigi.flujo.hallazgos import Contexto, de_un_dia
from fluxion_luigi.periodos import Rango, leer_fecha

# De cuántos días que tienen filas de más se mira, línea por línea, si son copias.
MIRADOS = 60
# Lo que sólo se sabe preguntando a la tienda.
SIN_CARGAR, ORIGEN_DISTINTO = DEL_ORIGEN = ("sin_cargar", "origen_distinto")
_MES = re.compile(r"(199\d|20\d\d)-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Revision:
    """Lo que se halló y lo que se miró.

    `en_uso` son las tiendas-mes que otra corrida está cambiando: de ésas no se dice nada.
    `comparadas` son las tiendas a las que se preguntó; `sin_comparar`, a las que no se pudo y por
    qué.
    """

    diferencias: Sequence[Diferencia]
    tiendas_mes: int = 0
    dias: int = 0
    filas: int = 0
    en_uso: Sequence[tuple[str, str]] = ()
    comparadas: Sequence[str] = ()
    sin_comparar: Mapping[str, str] = field(default_factory=dict)


def verificar(
    config: Configuracion, tiendas: Sequence[str], rango: Rango, cuentas: Mapping[str, Cuenta]
) -> Revision:
    """Mira todo lo que hay de esas tiendas (ninguna: todas) en esos días.

    Args:
        cuentas: lo que dijeron las tiendas, si se les preguntó.

    Raises:
        ErrorOcupado, ErrorDestino: si la base no se pudo leer por algo que no es un daño.
    """
    try:
        destino.exigir_sana(config)
    except ErrorBaseDanada as e:
        return Revision([_base_danada(config, e)])
    foto, vistos = _mirar(config, tiendas, rango)
    pares = {(t, f"{d:%Y-%m}") for t, d in _hallados(config, foto, vistos)}
    suyos: set[tuple[str, str]] = set()
    diferencias: list[Diferencia] = []
    if pares:
        # Una carga en curso no es una diferencia: se mira otra vez lo que nadie está cambiando.
        with libres(config, pares) as suyos:
            ids = sorted({t for t, _ in suyos})
            otra, otros = _mirar(config, ids, rango) if ids else (foto, {})
            firmes = {k: v for k, v in otros.items() if (k[0], f"{k[1]:%Y-%m}") in suyos}
            diferencias = agrupadas(_hallados(config, otra, firmes), firmes)
    diferencias += _de_archivos(config, foto, tiendas, rango)
    locales = {(d.tienda, dia) for d in diferencias for dia in d.dias}
    diferencias += _contra_origen(config, foto, cuentas, locales)
    return Revision(
        diferencias,
        tiendas_mes=len({(t, f"{d:%Y-%m}") for t, d in vistos}),
        dias=len(vistos),
        filas=sum(x.conteo.filas for x in foto.ventas.values()),
        en_uso=sorted(pares - suyos),
        comparadas=[t for t, c in cuentas.items() if not c.error],
        sin_comparar={t: c.error for t, c in cuentas.items() if c.error},
    )


def _mirar(
    config: Configuracion, tiendas: Sequence[str], rango: Rango
) -> tuple[Foto, dict[TiendaDia, Dia]]:
    foto, raiz = destino.fotografiar(config, tiendas, rango), config.ajustes.marcadores
    marcas, ilegibles = {}, set()
    for tienda in tiendas or marcadores.tiendas(raiz):
        for m in marcadores.todos(raiz, tienda):
            marcas |= {
                (tienda, d): (x, m.base_id)
                for d, x in m.dias.items()
                if d in rango and f"{d:%Y-%m}" == m.mes
            }
        ilegibles |= {(tienda, p.stem) for p in marcadores.ilegibles(raiz, tienda)}
    if config.ajustes.es_lago:  # los marcadores de un host no son la verdad de la cadena
        marcas, ilegibles = _segun_control(foto), set()
    vistos = {}
    for tienda, dia in sorted(foto.control.keys() | foto.ventas.keys() | marcas.keys()):
        marcado, de_base = marcas.get((tienda, dia), (None, None))
        vistos[tienda, dia] = Dia(
            tienda, dia,
            control=foto.control.get((tienda, dia), ()), hay=foto.ventas.get((tienda, dia)),
            marcado=marcado, de_base=de_base, fallido=foto.fallidos.get((tienda, dia)),
            sin_marcador_legible=(tienda, f"{dia:%Y-%m}") in ilegibles,
            no_se_pide=_no_se_pide(config, tienda, dia),
            de_otro_pos=_de_otro_pos(config, tienda, dia, foto),
        )  # fmt: skip
    return foto, vistos


def _segun_control(foto: Foto) -> dict:
    """Lo que dirían los marcadores si un solo host hubiera cargado todo."""
    return {
        clave: (marcadores.DiaCargado(r.dia.conteo, r.dia.extraido_en, r.dia.corrida), foto.base_id)
        for clave, (r, *_) in foto.control.items()
    }


def _hallados(
    config: Configuracion, foto: Foto, vistos: Mapping[TiendaDia, Dia]
) -> dict[TiendaDia, Hallazgo]:
    contexto = Contexto(foto, config.ajustes.caida_maxima)
    hallados = {k: h for k, d in vistos.items() if (h := de_un_dia(d, contexto))}
    de_mas = [k for k, h in hallados.items() if h.clase == "sobran_filas" and h.causa is None]
    for k, copias in destino.repetidas(config, de_mas[:MIRADOS]).items() if de_mas else ():
        if copias >= vistos[k].filas.filas - vistos[k].segun_control.filas:
            hallados[k] = hallados[k]._replace(causa="son copias exactas: se insertaron dos veces")
    return hallados


def _no_se_pide(config: Configuracion, id_: str, dia: date) -> str | None:
    """Por qué RangoVentas no pediría ese día, si no lo pediría."""
    tienda = config.catalogo.tiendas.get(id_)
    if tienda is None:
        return "la tienda ya no está en el catálogo (si cambió de id, RenombrarTienda)"
    if not tienda.vende or not tienda.activa:
        return "la tienda está inactiva en el catálogo" if tienda.vende else "ese lugar no vende"
    if tienda.apertura and dia < tienda.apertura:
        return f"es de antes de su apertura, el {tienda.apertura}"
    return "ese día aún no llega" if dia > config.hoy() else None


def _de_otro_pos(config: Configuracion, id_: str, dia: date, foto: Foto) -> bool:
    tienda, control = config.catalogo.tiendas.get(id_), foto.control.get((id_, dia))
    return bool(tienda and control) and tienda.es_de_otro(dia, control[0].dia.pos)


def _base_danada(config: Configuracion, e: ErrorBaseDanada) -> Diferencia:
    """La orden la vuelve a cargar, según los marcadores: es lo que queda de lo que había."""
    raiz, base, ids = config.ajustes.marcadores, config.ajustes.base, []
    dias: set[date] = set()
    for id_ in marcadores.tiendas(raiz):
        suyos = {d for m in marcadores.todos(raiz, id_) for d in m.dias}
        if pedibles := {d for d in suyos if not _no_se_pide(config, id_, d)}:
            ids.append(id_)
            dias |= pedibles
    dicho = e.consejo[e.consejo.find("DuckDB dijo") :]
    # De un lago no se puede ni quitar lo que estaba en el archivo que falta.
    si_no = (
        "diga en «base» otra base de ese PostgreSQL, nueva, y en «lago_datos» otra carpeta"
        if config.ajustes.es_lago
        else "apártela"
    )
    causa = (
        "el disco, un corte de luz o una copia a medias. Si tiene una copia sana, póngala en su "
        f"lugar y verifique otra vez; si no, {si_no} y vuelva a cargar lo que decían los marcadores"
    )
    return Diferencia(
        "base_danada", None, sorted(dias), f"{e.causa}. {dicho}", causa,
        Remedio(RANGO, sola=False) if dias else None, tuple(ids),
        antes=None if config.ajustes.es_lago else shlex.join(["mv", str(base), f"{base}.danada"]),
    )  # fmt: skip


def _de_archivos(
    config: Configuracion, foto: Foto, tiendas: Sequence[str], rango: Rango
) -> list[Diferencia]:
    """Lo que no es de un día: marcadores que no se entienden, filas sueltas, staging de nadie."""
    raiz, halladas = config.ajustes.marcadores, []
    for id_ in () if config.ajustes.es_lago else tiendas or marcadores.tiendas(raiz):
        for ruta in marcadores.ilegibles(raiz, id_):
            if not _toca(ruta.stem, rango):
                continue
            dias = sorted(
                d for t, d in foto.control
                if t == id_ and f"{d:%Y-%m}" == ruta.stem and not _no_se_pide(config, id_, d)
            )  # fmt: skip
            causa = "se editó, se dañó o es de otra tienda: vale como si faltara"
            mes = ruta.stem if _MES.fullmatch(ruta.stem) else None
            suyo = (f"--desde {mes}", f"--hasta {mes}") if mes else ()
            remedio = Remedio(RANGO) if dias else Remedio(VERIFICAR, (*suyo, REPARAR))
            halladas.append(
                Diferencia(
                    "marcador_ilegible", id_, dias,
                    f"el marcador {id_}/{ruta.name} no se entiende", causa, remedio,
                )
            )  # fmt: skip
    if foto.sin_dia:
        causa = (
            "ninguna carga las pone: las insertó otra mano. Quítelas con DELETE FROM ventas_raw "
            "WHERE fecha IS NULL OR ubicacion_id IS NULL"
        )
        que = f"hay {foto.sin_dia} filas sin fecha o sin tienda"
        halladas.append(Diferencia("filas_sin_dia", None, [], que, causa))
    for sobra in limpieza.staging_de_nadie(config):
        id_, mes = sobra.ruta.parent.name, sobra.ruta.name
        if (not tiendas or id_ in tiendas) and _toca(mes, rango):
            que = f"lo leído de {mes} sigue en staging"
            causa = f"nadie lo va a cargar: {sobra.motivo}"
            halladas.append(Diferencia("staging_de_nadie", id_, [], que, causa, Remedio(LIMPIAR)))
    return halladas


def _toca(mes: str, rango: Rango) -> bool:
    """Si un mes tiene días del rango; lo que no es un mes toca siempre."""
    if not _MES.fullmatch(mes):
        return True
    return leer_fecha(mes, fin=False) <= rango.hasta and leer_fecha(mes, fin=True) >= rango.desde


def _contra_origen(
    config: Configuracion, foto: Foto, cuentas: Mapping[str, Cuenta], locales: set
) -> list[Diferencia]:
    hallados, vistos = {}, {}
    for tienda, cuenta in cuentas.items():
        for dia, dice in cuenta.conteos.items():
            control = foto.control.get((tienda, dia), ())
            d = Dia(tienda, dia, control=control, origen=dice)
            # Lo que se cargó después de la cuenta ya se concilió con una más nueva.
            nuevo = bool(control) and control[0].dia.extraido_en > cuenta.en
            if (tienda, dia) not in locales and not nuevo and (h := _con_la_tienda(config, d)):
                hallados[tienda, dia], vistos[tienda, dia] = h, d
    return agrupadas(hallados, vistos)


def _con_la_tienda(config: Configuracion, d: Dia) -> Hallazgo | None:
    if not d.control:
        causa = "nunca se cargó, o no se pudo: EstadoVentas dice por qué"
        return Hallazgo(SIN_CARGAR, causa, Remedio(RANGO)) if d.origen.filas else None
    en_base = d.control[0].dia
    if d.origen.coincide(en_base.conteo):
        return None
    caidas = Caidas(config.ajustes, {d.dia: en_base.conteo.filas}, aceptar=False)
    if caidas.revisar([d.dia], {d.dia: d.origen}):
        causa = (
            "la tienda tiene muchas menos filas: puede ser un servidor restaurado o la base "
            "equivocada. Dé la orden sólo si es verdad"
        )
        return Hallazgo(ORIGEN_DISTINTO, causa, Remedio(RANGO, (RECARGAR, ACEPTAR), sola=False))
    causa = "la tienda lo cambió después de leerlo: una anulación, o una venta que subió tarde"
    if not cobertura.firme(config, d.dia, en_base.confirmado_en):
        causa = "se leyó siendo aún provisional, y la tienda lo cambió después"
    return Hallazgo(ORIGEN_DISTINTO, causa, Remedio(RANGO, (RECARGAR,)))
