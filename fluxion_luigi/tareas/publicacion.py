"""Publicar la copia que abre BI: a mano, y después de cada orden que cambió la base."""

import logging
from dataclasses import asdict

from fluxion_luigi import config, corrida
from fluxion_luigi.destino.base import existe
from fluxion_luigi.errores import ErrorDestino, ErrorFluxion, ErrorUso
from fluxion_luigi.flujo import publicacion
from fluxion_luigi.informes import resumen
from fluxion_luigi.tareas.base import Orden, mostrar
from fluxion_luigi.tareas.parametros import Modo

registro = logging.getLogger("fluxion.publicacion")
# Segundos que se espera la base para publicar lo que ya se cargó: si otra orden la tiene, publicará
# ella al acabar.
ESPERA = 30.0


def tras_cambio(diario: corrida.Diario | None = None) -> None:
    """Publica, si se pide y la base cambió. Que no se pueda se dice, y no cambia nada más.

    Args:
        diario: el de la corrida, para que lo cuenten su reporte y su resumen.
    """
    hecha, motivo = None, None
    try:
        hecha = publicacion.publicar(config.actual().con_prisa(ESPERA))
    except ErrorFluxion as e:
        motivo = str(e)
        registro.warning("No se publicó la copia para BI; la de antes sigue igual. %s", e)
    except Exception as e:
        motivo = f"defecto del programa: {e!r}"
        registro.exception("al publicar la copia para BI")
    if hecha and not diario:
        registro.info("✓ %s", resumen.publicada(asdict(hecha)))
    if diario and (hecha or motivo):
        datos = asdict(hecha) if hecha else {"ruta": str(config.actual().ajustes.publicada)}
        diario.anotar("publicacion", **datos, motivo=motivo)


class PublicarBase(Orden):
    """Pone al día la copia que abre BI. No contacta a ninguna tienda."""

    forzar = Modo(description="la hace otra vez aunque ya esté al día")

    avisa = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.config.ajustes.es_lago:
            raise ErrorUso(
                "La base es un lago: no hace falta una copia, BI lo lee mientras se carga."
            )
        if self.config.ajustes.publicada is None:
            raise ErrorUso(
                "No se dijo dónde publicar: ponga en «publicada» de luigi.cfg, o en "
                "FLUXION_PUBLICADA, la ruta del archivo que abrirá BI."
            )

    def run(self):
        base = self.config.ajustes.base
        if not existe(self.config):
            raise ErrorDestino(
                f"La base {base} no existe todavía: no hay qué publicar. Cárguela con RangoVentas."
            )
        hecha = publicacion.publicar(self.config, forzar=self.forzar)
        if hecha:
            mostrar(resumen.publicada(asdict(hecha)))
        else:
            estado = publicacion.estado_publicada(self.config)
            mostrar(f"Ya estaba al día: {estado['ruta']}, publicada el {estado['publicada_en']}.")
