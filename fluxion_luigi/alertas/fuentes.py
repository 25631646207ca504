"""De dónde salen las alertas: cada fuente mira una cosa y dice las que hay ahora.

Lo que ya sabe el informe de estado se toma de él; lo demás se mira aquí. Una fuente que no puede
mirar no responde (None), que no es lo mismo que no haber nada.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from fluxion_luigi.alertas.modelo import Alerta
from fluxion_luigi.archivos import leer_json
from fluxion_luigi.config import Configuracion
from fluxion_luigi.config.alertas import AVISO, ERROR
from fluxion_luigi.informes.estado.avisos import faltantes, nombre
from fluxion_luigi.informes.orden import rango
from fluxion_luigi.periodos import describir

# Cuánto dura la noticia de una tienda nueva, y hasta cuándo extraña que una inactiva vendiera.
NUEVA = timedelta(days=7)
RECIENTE = 30
Mirada = Callable[[], Sequence[Alerta] | None]


def de_informe(
    config: Configuracion, informe: dict[str, Any], conocidas: Mapping[str, str],
    opciones: Sequence[str] = (),
) -> dict[str, Mirada]:  # fmt: skip
    """Las fuentes que salen del informe de estado de toda la historia, cada una por su nombre.

    Args:
        conocidas: desde cuándo se conoce cada tienda con datos (`memoria.Memoria.tiendas`).
        opciones: las que deben llevar las órdenes sugeridas.
    """
    return {
        "huecos": lambda: list(_huecos(informe, opciones)),
        "sin_datos": lambda: list(_sin_datos(config, informe)),
        "fuera": lambda: list(_fuera_de_lugar(informe)),
        "nuevas": lambda: list(_nuevas(config, informe, conocidas)),
        "publicada": lambda: list(_publicada(config, informe)),
        "calidad": lambda: list(_calidad(config, informe)),
    }


def con_datos(informe: dict[str, Any]) -> list[str]:
    """Las tiendas de las que la base tiene alguna venta."""
    return [t["tienda"] for t in informe["tiendas"] if t["primer_dia"]]


def discos(config: Configuracion) -> list[Alerta]:
    """Los discos donde se escribe que pasan de `alertas_disco` por ciento."""
    ajustes = config.ajustes
    usos: dict[int, tuple[Path, Any]] = {}
    rutas = (
        ajustes.base.carpeta,
        ajustes.publicada,
        ajustes.staging,
        ajustes.reportes,
        ajustes.logs,
    )
    for ruta in filter(None, rutas):
        lugar = next((p for p in (ruta, *ruta.parents) if p.exists()), None)
        if lugar:
            usos.setdefault(lugar.stat().st_dev, (lugar, shutil.disk_usage(lugar)))
    salida = []
    for lugar, uso in usos.values():
        por_ciento = 100 * (1 - uso.free / uso.total) if uso.total else 100
        if por_ciento < ajustes.alertas_disco:
            continue
        # A la mitad de lo que queda, ya es urgente.
        grave = por_ciento >= (100 + ajustes.alertas_disco) / 2
        salida.append(Alerta(
            f"disco:{lugar}", ERROR if grave else AVISO,
            f"El disco de {lugar} se llena",
            f"Está ocupado al {por_ciento:.0f} %; quedan {uso.free / 1e9:.1f} GB".replace(".", ","),
            "Libere espacio: LimpiarArchivos quita reportes, registros y staging viejos.",
        ))  # fmt: skip
    return salida


def integridad(config: Configuracion) -> list[Alerta] | None:
    """Las diferencias sin reparar de la última `VerificarIntegridad`; None si nunca se hizo."""
    datos = leer_json(config.ajustes.reportes / "integridad.json")
    try:
        todas = [*datos["diferencias"], *datos.get("no_miradas", ())]
        return [_diferencia(d, str(datos["en"])) for d in todas if not d["reparada"]]
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _diferencia(d: dict[str, Any], en: str) -> Alerta:
    datetime.fromisoformat(en)
    dias = tuple(map(str, d["dias"]))
    causa = f" Causa: {d['causa']}" if d["causa"] else ""
    return Alerta(
        f"integridad:{d['clase']}:{d['tienda']}:{dias[0] if dias else ''}", ERROR,
        f"{d['tienda'] or 'La base'}: los datos no cuadran ({d['clase']})", f"{d['que']}{causa}",
        f"{d['orden']}. Luego verifique otra vez: hasta entonces esto sigue en pie" if d["orden"]
        else "luigi --module fluxion_luigi VerificarIntegridad", d["tienda"],
        partes=dias, inmediata=True,
    )  # fmt: skip


def _huecos(informe: dict[str, Any], opciones: Sequence[str]) -> Iterator[Alerta]:
    """Los días que faltan entre los que hay o antes; los del final los cuenta `sin_datos`."""
    for t in informe["tiendas"]:
        if not t["activa"] or not t["ultimo_dia"]:
            continue
        ultimo = _ultimo_cargado(t)
        dias = sorted(d for d in faltantes(t) if d < ultimo)
        if not dias:
            continue
        causas = dict.fromkeys(h["causa"] for h in t["huecos"] if h["causa"])
        causa = f". {next(iter(causas))}" if causas else ""
        yield Alerta(
            f"huecos:{t['tienda']}", ERROR,
            f"{nombre(t)}: {_faltan(len(dias))}", f"{describir(dias)}{causa}",
            rango(dias, [t["tienda"]], opciones), t["tienda"],
            partes=tuple(map(str, dias)), inmediata=True,
        )  # fmt: skip


def _faltan(n: int) -> str:
    return "falta 1 día" if n == 1 else f"faltan {n} días"


def _ultimo_cargado(t: dict[str, Any]) -> date:
    cargados = [
        date.fromisoformat(f"{mes}-{n:02d}")
        for mes, letras in t["calendario"].items()
        for n, letra in enumerate(letras, start=1)
        if letra in "fpc"
    ]
    return max([*cargados, date.fromisoformat(t["ultimo_dia"])])


def _sin_datos(config: Configuracion, informe: dict[str, Any]) -> Iterator[Alerta]:
    """Las activas sin una venta nueva en más de `alertas_dias_sin_datos`."""
    limite = config.ajustes.alertas_dias_sin_datos
    for t in informe["tiendas"]:
        # La que aún no abre no debe nada; la que abrió hace poco, desde que abrió.
        abrio = date.fromisoformat(t["apertura"]) if t["apertura"] else None
        desde = t["ultimo_dia"] or (t["apertura"] if abrio else None)
        hace = (config.hoy() - date.fromisoformat(desde)).days if desde else limite + 1
        if not t["activa"] or not t["dias"]["exigibles"] or hace <= limite:
            continue
        muda = t["sin_respuesta"]
        por_que = f". No responde: {muda['causa']}" if muda else ""
        que = f"sin ventas nuevas hace {hace} días" if t["ultimo_dia"] else "aún sin una sola venta"
        yield Alerta(
            f"sin_datos:{t['tienda']}", ERROR, f"{nombre(t)}: {que}",
            f"Último día con ventas: {t['ultimo_dia'] or 'ninguno'}{por_que}",
            f"luigi --module fluxion_luigi VerificarConectividad --tiendas {t['tienda']}. Si "
            "cerró, póngale activa = false en el catálogo",
            t["tienda"],
        )  # fmt: skip


def _fuera_de_lugar(informe: dict[str, Any]) -> Iterator[Alerta]:
    """Las que vendieron hace poco y no se les pregunta: inactivas o fuera del catálogo."""
    for t in informe["tiendas"]:
        if t["activa"] or t["hace_dias"] is None or t["hace_dias"] > RECIENTE:
            continue
        donde = "está inactiva en el catálogo" if t["en_catalogo"] else "no está en el catálogo"
        hacer = "actívela (activa = true)" if t["en_catalogo"] else (
            "agréguela, o muévale la historia con RenombrarTienda si cambió de id")  # fmt: skip
        yield Alerta(
            f"fuera:{t['tienda']}", AVISO, f"{nombre(t)}: vende, y {donde}",
            f"Tiene ventas hasta el {t['ultimo_dia']}, y ya no se le pregunta",
            f"Si sigue vendiendo, {hacer}. Si cerró, nada: esto se acaba solo", t["tienda"],
            sin_fin=True,
        )  # fmt: skip


def _nuevas(
    config: Configuracion, informe: dict[str, Any], conocidas: Mapping[str, str]
) -> Iterator[Alerta]:
    """Las tiendas que trajeron sus primeros datos en estos días."""
    limite = (config.ahora() - NUEVA).isoformat()
    for t in informe["tiendas"]:
        if t["primer_dia"] and conocidas.get(t["tienda"], "") > limite:
            yield Alerta(
                f"nuevas:{t['tienda']}", AVISO,
                f"{nombre(t)}: tienda nueva, con sus primeros datos",
                f"{t['registros']} líneas, del {t['primer_dia']} al {t['ultimo_dia']}",
                "Revise que sean los de esa tienda, y su apertura en el catálogo", t["tienda"],
                inmediata=True, sin_fin=True,
            )  # fmt: skip


def _publicada(config: Configuracion, informe: dict[str, Any]) -> Iterator[Alerta]:
    """La copia que lee BI, si no está o lleva mucho sin lo último de la base."""
    copia, limite = informe["publicada"], config.ajustes.alertas_horas_publicada * 3600
    if copia is None or (copia["existe"] and not copia["atrasada"]):
        return
    if copia["existe"] and (copia["hace_segundos"] or 0) < limite:
        return
    que = f"es del {copia['publicada_en']}" if copia["existe"] else "no existe"
    yield Alerta(
        "publicada", AVISO, "La copia que lee BI está vieja", f"{copia['ruta']} {que}",
        "Mire por qué en el reporte de la última corrida, y publíquela con PublicarBase",
    )  # fmt: skip


def _calidad(config: Configuracion, informe: dict[str, Any]) -> Iterator[Alerta]:
    """Los errores de calidad que hay, y las revisiones que no se pudieron hacer."""
    datos = informe["calidad"]
    if datos is None:
        return
    nombres = {t["tienda"]: nombre(t) for t in informe["tiendas"]}
    for h in datos["hallazgos"]:
        if h["severidad"] == ERROR:
            dias = tuple(map(str, h["dias"]))
            yield Alerta(
                f"calidad:{h['revision']}:{h['tienda']}", ERROR,
                f"{nombres.get(h['tienda'], h['tienda'])}: {h['titulo']}",
                f"{h['cuantas']} línea(s), {describir(map(date.fromisoformat, dias))}. "
                f"{h['significa']}",
                h["que_hacer"], h["tienda"], h["desde"], dias, inmediata=True,
            )  # fmt: skip
    for rota in datos["rotas"]:
        # Lo que no es un archivo es un ajuste o el catálogo, y lo dice el error.
        archivo = config.ajustes.sql / "calidad" / f"{rota['revision']}.sql"
        suyo = archivo.exists() or archivo.is_symlink()
        yield Alerta(
            f"calidad_rota:{rota['revision']}", AVISO,
            f"La revisión de calidad {rota['revision']} no se pudo hacer" if suyo else
            f"La calidad no se revisa entera ({rota['revision']})",
            " ".join(rota["error"].split()),
            f"Corrija sql/calidad/{archivo.name}" if suyo else "Corrija lo que ahí se dice",
            inmediata=True,
        )  # fmt: skip
