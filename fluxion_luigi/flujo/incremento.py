"""El plan de cada mañana: de cada tienda, qué días se le piden y cuáles basta con contar otra vez.

No hay más estado que el marcador y la tabla de control. Un día cargado se vuelve a contar mientras
es provisional y, una vez por semana, si es de los últimos `dias_relectura`: lo dice cuándo lo
confirmó el origen por última vez. Así una corrida que falta la repone la siguiente.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fluxion_luigi import cobertura
from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.destino.control import DiaRespaldado, Instantanea, instantanea
from fluxion_luigi.errores import ErrorUso
from fluxion_luigi.flujo.plan import Plan
from fluxion_luigi.periodos import UN_DIA, Rango, meses, tramo_de


@dataclass(frozen=True)
class Jornada:
    """Lo que toca hoy con una tienda, en uno de sus POS (`Tienda.numero`; 0 si no cambia).

    `faltan` son los días que hay que leer; `por_contar`, los que ya están y hay que preguntar si
    siguen igual; `hueco`, los que faltan desde antes de `dias_atras` y no se piden solos.
    """

    tienda: Tienda
    faltan: Sequence[date]
    por_contar: Sequence[date]
    hueco: Sequence[date]
    pos: int = 0

    @property
    def clave(self) -> str:
        """Cuál es, en un nombre de archivo."""
        return clave(self.tienda.id, self.pos)

    @property
    def dias(self) -> list[date]:
        """Por los que se pregunta a la tienda."""
        return sorted({*self.faltan, *self.por_contar})


@dataclass(frozen=True)
class PlanDiario(Plan):
    """El plan de una cadena hasta un día; sus `tramos` son los meses por los que se pregunta."""

    jornadas: Sequence[Jornada] = ()

    def de(self, tienda: str, pos: int = 0) -> Jornada:
        """Lo que toca con esa tienda en ese POS; quizá nada."""
        suyas = [j for j in self.jornadas if j.tienda.id == tienda]
        return next((j for j in suyas if j.pos == pos), Jornada(suyas[0].tienda, [], [], [], pos))

    @property
    def pide_todo(self) -> bool:
        """De los días que sólo se cuentan no se sabe si habrá que cargarlos."""
        return False

    @property
    def huecos(self) -> dict[str, Sequence[date]]:
        """Los días de cada tienda que faltan desde hace tanto que no se piden solos."""
        return {j.tienda.id: j.hueco for j in self.jornadas if j.hueco}


def planear(config: Configuracion, pedidas: tuple[str, ...], hasta: date | None) -> PlanDiario:
    """Lo que hay que preguntar y leer para tener las tiendas al día.

    Args:
        pedidas: ids de tiendas; ninguna significa todas las activas que venden.
        hasta: el último día; si falta, ayer.

    Raises:
        ErrorUso: día que aún no llega, tienda desconocida o que no vende.
        ErrorConfiguracion: catálogo con problemas.
        ErrorOcupado, ErrorDestino: si no se pudo leer la base.
    """
    hoy = config.hoy()
    hasta = hasta or hoy - UN_DIA
    if hasta > hoy:
        raise ErrorUso(f"--fecha {hasta} aún no llega: hoy es {hoy}.")
    tiendas, base = config.catalogo.elegir(pedidas), instantanea(config)
    jornadas = [j for t in tiendas for j in _jornadas(config, t, hasta, base)]
    tramos = [(j.tienda, m) for j in jornadas for m in por_mes(j.dias)]
    tramos.sort(key=lambda par: par[1].desde)
    todos = [d for j in jornadas for d in j.dias] or [hasta]
    # De las demás no se dice cada mañana.
    sin_abrir = [(t, [hasta]) for t in tiendas if pedidas and (t.apertura or hasta) > hasta]
    return PlanDiario(Rango(min(todos), hasta), tiendas, tramos, [], sin_abrir, jornadas)


def sin_base(config: Configuracion, pedidas: tuple[str, ...], hasta: date | None) -> PlanDiario:
    """El plan cuando no se puede leer la base: de cada tienda, sólo se sabe que toca ese día."""
    hasta = hasta or config.hoy() - UN_DIA
    dia, tiendas = Rango(hasta, hasta), config.catalogo.elegir(pedidas)
    return PlanDiario(dia, tiendas, [(t, dia) for t in tiendas], [], [])


def clave(tienda: str, pos: int) -> str:
    """Cuál de las jornadas de una tienda, en un nombre de archivo."""
    return f"{tienda}.{pos}" if pos else tienda


def por_mes(dias: Sequence[date]) -> list[Rango]:
    """Un tramo por mes con sólo esos días, seguidos o no."""
    if not dias:
        return []
    return [
        tramo_de(suyos)
        for mes in meses(Rango(min(dias), max(dias)))
        if (suyos := [d for d in dias if d in mes])
    ]


def _jornadas(
    config: Configuracion, tienda: Tienda, hasta: date, base: Instantanea
) -> list[Jornada]:
    """La de la tienda; si cambia de POS, una por cada uno al que haya que preguntarle."""
    toda = _jornada(config, tienda, hasta, base)
    if not tienda.versiones:
        return [toda]
    partes = {pos.numero: dias for pos, dias in tienda.por_pos(toda.dias)}
    partes.setdefault(tienda.numero, [])  # la de hoy lleva lo que falta de antes
    return [
        Jornada(
            tienda,
            faltan=[d for d in toda.faltan if d in dias],
            por_contar=[d for d in toda.por_contar if d in dias],
            hueco=toda.hueco if numero == tienda.numero else [],
            pos=numero,
        )
        for numero, dias in sorted(partes.items())
    ]


def _jornada(config: Configuracion, tienda: Tienda, hasta: date, base: Instantanea) -> Jornada:
    ventana = Rango(hasta - timedelta(days=config.ajustes.dias_atras - 1), hasta)
    # Los de antes de su apertura, si el catálogo la cambió, ya no se le deben a nadie.
    abrio = tienda.apertura or date.min
    suyos = {d: x for (t, d), x in base.dias.items() if t == tienda.id and d >= abrio}
    toca = {d for m in meses(ventana) for d in cobertura.pendientes(config, tienda, m)}
    toca |= {d for d in _sin_confirmar(config, tienda, suyos) if d <= hasta}
    ya_estan = cobertura.respaldados(config, tienda, toca & suyos.keys(), base)
    return Jornada(
        tienda,
        faltan=sorted(toca - ya_estan),
        por_contar=sorted(ya_estan),
        hueco=[d for d in _hueco(config, tienda, ventana.desde, base) if d not in toca],
    )


def _sin_confirmar(
    config: Configuracion, tienda: Tienda, suyos: Mapping[date, DiaRespaldado]
) -> set[date]:
    """Los cargados que aún pueden cambiar, o que no se comparan desde la última vez que tocaba.

    De un POS que la tienda ya dejó, sólo los primeros: quizá lo apagaron.
    """
    ajustes, hoy = config.ajustes, config.hoy()
    tocaba = hoy - timedelta(days=(hoy.weekday() - ajustes.dia_de_relectura) % 7)
    relectura = hoy - timedelta(days=ajustes.dias_relectura)
    # Lo que se carga solo tras dias_atras sin correr, también se acaba de confirmar solo.
    desde = min(relectura, hoy - timedelta(ajustes.dias_atras + ajustes.dias_provisionales))
    return {
        d
        for d, x in suyos.items()
        if (d >= relectura and config.dia_de(x.confirmado_en) < tocaba and _de_hoy(tienda, d))
        or (d >= desde and not cobertura.vigente(config, d, x.confirmado_en))
    }


def _de_hoy(tienda: Tienda, dia: date) -> bool:
    return tienda.en(dia).numero == tienda.numero


def _hueco(config: Configuracion, tienda: Tienda, hasta: date, base: Instantanea) -> list[date]:
    """Los días de antes de `hasta` que faltan, o que quedaron provisionales para siempre.

    Desde que la tienda abrió o, si no se sabe, desde su primera venta. También los que la base
    tiene y hay que leer otra vez: su marcador no está, o se anularon y la tienda no los dio.
    """
    suyos = {d: x for (t, d), x in base.dias.items() if t == tienda.id}
    primero = tienda.apertura or min((d for d, x in suyos.items() if x.conteo.filas), default=hasta)
    if primero >= hasta:
        return []
    exigibles = cobertura.exigibles(config, tienda, Rango(primero, hasta - UN_DIA)).dias
    hechos = {
        d
        for d in cobertura.respaldados(config, tienda, exigibles, base)
        if cobertura.vigente(config, d, suyos[d].confirmado_en)
    }
    return [d for d in exigibles if d not in hechos]
