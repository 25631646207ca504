"""La vida de una alerta: nueva, sigue, cambia, acaba, vuelve. Aritmética, sin entrada ni salida."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from fluxion_luigi.alertas.memoria import Memoria
from fluxion_luigi.alertas.modelo import RANGO, Alerta, Dicha, Registro
from fluxion_luigi.config.alertas import ERROR

# Lo que acabó y un canal caído nunca tomó no se guarda para siempre.
_OLVIDO = timedelta(days=30)


@dataclass
class Novedades:
    """Lo que un canal tiene por saber; cada alerta está a lo sumo en una lista."""

    nuevas: list[Registro] = field(default_factory=list)
    cambiadas: list[Registro] = field(default_factory=list)
    acabadas: list[Registro] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.nuevas or self.cambiadas or self.acabadas)


def avanzar(
    memoria: Memoria, vistas: Mapping[str, Sequence[Alerta]], ahora: datetime, seguidas: int
) -> None:
    """Pasa una ronda sobre lo que se recuerda.

    Args:
        vistas: las alertas de cada fuente que se pudo mirar. Lo de una que no se pudo queda igual:
            no saber no es que se haya acabado.
        seguidas: rondas que hacen falta para dar algo por cierto, o por acabado.
    """
    memoria.en = ahora.isoformat(timespec="seconds")
    for fuente, alertas in vistas.items():
        presentes = {a.clave for a in alertas}
        for a in alertas:
            _aparece(memoria, fuente, a, seguidas)
        idas = [
            r
            for clave, r in memoria.registros.items()
            if r.fuente == fuente and clave not in presentes
        ]
        for r in idas:
            _falta(memoria, r, seguidas)
    viejo = (ahora - _OLVIDO).isoformat()
    for clave, r in list(memoria.acabadas.items()):
        if r.acabo < viejo:
            del memoria.acabadas[clave]


def novedades(
    memoria: Memoria, canal: str, desde_severidad: str, *, callado: bool = False, todo: bool = False
) -> Novedades:
    """Lo que ese canal tiene por saber ahora.

    Args:
        callado: si está en sus horas de silencio, en que sólo se dicen los errores.
        todo: si en ellas tampoco los errores.
    """
    salida = Novedades()
    if callado and todo:
        return salida
    minima = RANGO[ERROR if callado else desde_severidad]
    for r in memoria.registros.values():
        toca = r.confirmada and RANGO[r.alerta.severidad] >= max(minima, RANGO[desde_severidad])
        if not toca or r.alerta.clave == f"canal:{canal}":
            continue
        antes = r.dicha.get(canal)
        if antes is None:
            salida.nuevas.append(r)
        elif _cambio(antes, r.alerta):
            salida.cambiadas.append(r)
    for r in memoria.acabadas.values():
        # La que nadie llegó a saber se dice igual, una vez: pasó, y ya no.
        sin_decir = not r.dicha and RANGO[r.alerta.severidad] >= RANGO[desde_severidad]
        if not callado and (canal in r.dicha or sin_decir):
            salida.acabadas.append(r)
    for lista in (salida.nuevas, salida.cambiadas, salida.acabadas):
        lista.sort(key=lambda r: (-RANGO[r.alerta.severidad], r.fuente, r.alerta.clave))
    return salida


def dar_por_dichas(memoria: Memoria, canal: str, dichas: Novedades, ahora: datetime) -> None:
    """Un canal las tomó."""
    en = ahora.isoformat(timespec="seconds")
    for r in (*dichas.nuevas, *dichas.cambiadas):
        r.dicha[canal] = Dicha(en, r.alerta.severidad, r.alerta.partes)
    for r in dichas.acabadas:
        r.dicha.pop(canal, None)
        if not r.dicha:
            memoria.acabadas.pop(r.alerta.clave, None)


def olvidar_canales(memoria: Memoria, quedan: set[str]) -> None:
    """De un canal que ya no está en los ajustes no se espera nada."""
    memoria.canales = {n: c for n, c in memoria.canales.items() if n in quedan}
    for r in (*memoria.registros.values(), *memoria.acabadas.values()):
        habia = bool(r.dicha)
        r.dicha = {n: d for n, d in r.dicha.items() if n in quedan}
        if habia and not r.dicha and r.acabo:
            memoria.acabadas.pop(r.alerta.clave)


def _aparece(memoria: Memoria, fuente: str, a: Alerta, seguidas: int) -> None:
    r = memoria.registros.get(a.clave)
    if r is None:
        r = Registro(a, fuente, a.desde or memoria.en)
        # Si volvió antes de que un canal supiera que había acabado, para él nunca se fue.
        if vuelta := memoria.acabadas.pop(a.clave, None):
            r.dicha = vuelta.dicha
        memoria.registros[a.clave] = r
    r.alerta, r.fuente, r.ausencias, r.vistas = a, fuente, 0, r.vistas + 1
    r.confirmada = r.confirmada or a.inmediata or r.vistas >= seguidas
    # Lo que se fue y vuelve se dice otra vez.
    r.dicha = {
        canal: replace(d, partes=tuple(p for p in d.partes if p in a.partes))
        for canal, d in r.dicha.items()
    }


def _falta(memoria: Memoria, r: Registro, seguidas: int) -> None:
    r.vistas, r.ausencias = 0, r.ausencias + 1
    if r.confirmada and not r.alerta.inmediata and r.ausencias < seguidas:
        return
    del memoria.registros[r.alerta.clave]
    if r.confirmada and not (r.alerta.sin_fin and r.dicha):
        r.acabo = memoria.en
        memoria.acabadas[r.alerta.clave] = r


def _cambio(antes: Dicha, ahora: Alerta) -> bool:
    peor = RANGO[ahora.severidad] > RANGO[antes.severidad]
    return peor or not set(ahora.partes) <= set(antes.partes)
