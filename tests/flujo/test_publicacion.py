"""La copia publicada está entera siempre: la maten donde la maten y quepa o no."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager

import duckdb
import pytest

from fluxion_luigi.destino.base import para_escribir
from fluxion_luigi.errores import ErrorDestino, ErrorDisco, ErrorOcupado
from fluxion_luigi.flujo import copia, limpieza, publicacion
from tests.capacidades import exigir
from tests.flujo.test_limpieza import envejecer
from tests.proyecto import RAIZ, Proyecto
from tests.tareas.test_errores import MONTAR, montado

# Corre la publicación y se mata (kill -9) al llegar a un punto.
MUERE = """
import os, signal, sys
from pathlib import Path
from fluxion_luigi import config
from fluxion_luigi.flujo import copia, publicacion

def morir(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def a_medias(origen, destino, trozo):
    destino.write(origen.read(700_000))
    destino.flush()
    morir()

def tras(modulo, nombre):
    original = getattr(modulo, nombre)
    setattr(modulo, nombre, lambda *a, **k: (original(*a, **k), morir()))

{
    "antes_de_copiar": lambda: setattr(publicacion, "copiar", morir),
    "a_medio_copiar": lambda: setattr(copia.shutil, "copyfileobj", a_medias),
    "antes_de_comprobar": lambda: setattr(publicacion, "exigir_igual", morir),
    "antes_de_poner": lambda: setattr(publicacion, "poner", morir),
    "tras_cambiarla": lambda: tras(Path, "replace"),
    "tras_poner": lambda: tras(publicacion, "poner"),
}[sys.argv[1]]()
publicacion.publicar(config.leer(Path(sys.argv[2])))
"""
PUNTOS = ("antes_de_copiar", "a_medio_copiar", "antes_de_comprobar", "antes_de_poner",
          "tras_cambiarla", "tras_poner")  # fmt: skip


def cargar(proyecto: Proyecto, dia: str, filas: int = 5) -> None:
    """Un día más en la base, como lo dejaría una carga."""
    with para_escribir(proyecto.config) as base:
        base.conexion.execute(
            "BEGIN; INSERT INTO ventas_raw (fecha, ubicacion_id, total) "
            f"SELECT '{dia}', 'tienda_01', 1 FROM range({filas}); "
            "INSERT INTO control_dias (ubicacion_id, dia, filas, total) "
            f"VALUES ('tienda_01', '{dia}', {filas}, {filas}); COMMIT"
        )


def dias(ruta) -> dict:
    """Los días de una base, según sus ventas y, si es lo mismo, según su control."""
    with duckdb.connect(str(ruta), read_only=True) as c:
        hay = c.execute("SELECT fecha::VARCHAR, count(*) FROM ventas_raw GROUP BY 1").fetchall()
        assert (
            sorted(hay)
            == c.execute("SELECT dia::VARCHAR, filas FROM control_dias ORDER BY 1").fetchall()
        )
    return dict(hay)


@pytest.fixture(scope="module")
def plantilla(tmp_path_factory) -> Proyecto:
    """Una base con un día, publicada en otra carpeta, que no existía; y luego otro día."""
    proyecto = Proyecto(
        tmp_path_factory.mktemp("publicada") / "proyecto", ajustes={"publicada": "bi/ventas.duckdb"}
    )
    proyecto.con_tienda("tienda_01")
    cargar(proyecto, "2025-03-01")
    assert publicacion.publicar(proyecto.config)
    cargar(proyecto, "2025-03-02")
    return proyecto


@pytest.fixture
def publicado(plantilla, tmp_path) -> Proyecto:
    """Una copia de ese proyecto, para cada prueba."""
    shutil.copytree(plantilla.carpeta, tmp_path / "proyecto")
    return Proyecto(tmp_path / "proyecto", plantilla.tiendas, dict(plantilla.ajustes))


def la_publicada(proyecto: Proyecto):
    return proyecto.config.ajustes.publicada


def en_la_carpeta(proyecto: Proyecto) -> list[str]:
    return sorted(p.name for p in la_publicada(proyecto).parent.iterdir())


def test_es_la_misma_base_byte_por_byte_y_no_se_hace_dos_veces(publicado):
    ruta = la_publicada(publicado)
    assert dias(ruta) == {"2025-03-01": 5}
    hecha = publicacion.publicar(publicado.config)
    assert ruta.read_bytes() == publicado.base.read_bytes()
    assert (hecha.ruta, hecha.bytes) == (str(ruta), publicado.base.stat().st_size)
    assert dias(ruta) == {"2025-03-01": 5, "2025-03-02": 5}
    inodo = ruta.stat().st_ino
    assert publicacion.publicar(publicado.config) is None
    with para_escribir(publicado.config):
        pass
    assert publicacion.publicar(publicado.config) is None
    assert ruta.stat().st_ino == inodo
    assert en_la_carpeta(publicado) == ["ventas.duckdb"]


def test_sin_ajuste_o_sin_base_no_hay_nada_que_publicar(proyecto):
    proyecto.con_tienda("tienda_01")
    assert publicacion.publicar(proyecto.config) is None
    assert publicacion.estado_publicada(proyecto.config) is None
    proyecto.ajustes["publicada"] = "bi/ventas.duckdb"
    proyecto.escribir()
    assert publicacion.publicar(proyecto.config) is None
    assert publicacion.estado_publicada(proyecto.config) == {
        "ruta": str(proyecto.carpeta / "bi" / "ventas.duckdb"), "existe": False,
        "publicada_en": None, "hace_segundos": None, "atrasada": False,
    }  # fmt: skip


def test_su_estado_dice_cuando_se_hizo_y_si_la_base_cambio_despues(publicado):
    estado = publicacion.estado_publicada(publicado.config)
    assert (estado["existe"], estado["atrasada"]) == (True, True)
    publicacion.publicar(publicado.config)
    os.utime(la_publicada(publicado), (1743498000, 1743498000))
    estado = publicacion.estado_publicada(publicado.config)
    assert estado["publicada_en"] == "2025-04-01T05:00:00-04:00"
    assert estado["hace_segundos"] > 86_400
    assert not estado["atrasada"]
    la_publicada(publicado).unlink()
    estado = publicacion.estado_publicada(publicado.config)
    assert (estado["existe"], estado["publicada_en"], estado["atrasada"]) == (False, None, True)


@pytest.mark.parametrize("punto", PUNTOS)
def test_matado_donde_sea_la_publicada_esta_entera_y_la_siguiente_la_pone_al_dia(publicado, punto):
    muerto = subprocess.run(
        [sys.executable, "-c", MUERE, punto, str(publicado.carpeta / "luigi.cfg")], cwd=RAIZ
    )
    assert muerto.returncode == -signal.SIGKILL
    hay = dias(la_publicada(publicado))
    assert len(hay) == (2 if punto.startswith("tras") else 1)
    if punto == "a_medio_copiar":
        sobra = envejecer(publicacion.temporal(la_publicada(publicado)), 2)
        assert sobra in {s.ruta for s in limpieza.planear(publicado.config)}
    publicacion.publicar(publicado.config)
    assert len(dias(la_publicada(publicado))) == 2
    assert en_la_carpeta(publicado) == ["ventas.duckdb"]


def test_si_no_cabe_se_dice_antes_de_copiar_y_sigue_la_de_antes(publicado):
    exigir(MONTAR)
    antes = la_publicada(publicado).read_bytes()
    carpeta = la_publicada(publicado).parent
    with montado(carpeta, f"{len(antes) + 300_000}"):
        la_publicada(publicado).write_bytes(antes)
        with pytest.raises(ErrorDisco, match=rf"En {carpeta} quedan 0 MB y la copia ocupa \d\."):
            publicacion.publicar(publicado.config)
        assert la_publicada(publicado).read_bytes() == antes
        assert en_la_carpeta(publicado) == ["ventas.duckdb"]


def test_si_el_disco_se_llena_mientras_se_copia_sigue_la_de_antes(publicado, monkeypatch):
    exigir(MONTAR)
    antes = la_publicada(publicado).read_bytes()
    monkeypatch.setattr(copia, "_exigir_espacio", lambda *_: None)
    with montado(la_publicada(publicado).parent, f"{len(antes) + 300_000}"):
        la_publicada(publicado).write_bytes(antes)
        with pytest.raises(ErrorDisco, match="no queda espacio en el disco"):
            publicacion.publicar(publicado.config)
        assert la_publicada(publicado).read_bytes() == antes
        assert en_la_carpeta(publicado) == ["ventas.duckdb"]


@pytest.mark.parametrize(("dano", "frase"), [("cortar", "no se puede abrir"),
                                             ("cambiar", "no tiene lo mismo")])  # fmt: skip
def test_una_copia_que_no_sale_igual_no_se_publica(publicado, monkeypatch, dano, frase):
    original, vieja = publicacion.copiar, la_publicada(publicado).read_bytes()

    def danada(origen, destino):
        original(origen, destino)
        if dano == "cortar":
            os.truncate(destino, 20_000)
        else:
            destino.write_bytes(vieja)

    monkeypatch.setattr(publicacion, "copiar", danada)
    with pytest.raises(ErrorDestino, match=frase):
        publicacion.publicar(publicado.config)
    assert la_publicada(publicado).read_bytes() == vieja
    assert en_la_carpeta(publicado) == ["ventas.duckdb"]


def test_nadie_puede_cargar_hasta_que_la_copia_esta_en_su_sitio(publicado, monkeypatch):
    """Cerrar un descriptor de la base, en este proceso, soltaría el candado de DuckDB."""
    original, dichos = publicacion.poner, []

    def mirar(*args):
        abrir = "import duckdb, sys; duckdb.connect(sys.argv[1])"
        hecho = subprocess.run([sys.executable, "-c", abrir, publicado.base], capture_output=True)
        dichos.append(hecho.stderr.decode())
        original(*args)

    monkeypatch.setattr(publicacion, "poner", mirar)
    publicacion.publicar(publicado.config)
    assert "Could not set lock" in dichos[0]


def test_lo_que_escribio_una_herramienta_en_la_publicada_no_estorba_a_la_siguiente(publicado):
    """Un diario que no es de la nueva no la dejaría abrir."""
    publicacion.publicar(publicado.config)
    with duckdb.connect(str(la_publicada(publicado))) as ajena:
        ajena.execute("PRAGMA disable_checkpoint_on_shutdown; CREATE TABLE mia (a INTEGER)")
    assert en_la_carpeta(publicado) == ["ventas.duckdb", "ventas.duckdb.wal"]
    assert publicacion.publicar(publicado.config)
    assert en_la_carpeta(publicado) == ["ventas.duckdb"]
    assert len(dias(la_publicada(publicado))) == 2


@pytest.mark.parametrize("que", ["base_de_otro", "otra_cadena", "notas"])
def test_lo_que_no_es_una_copia_de_esta_cadena_no_se_pisa(publicado, tmp_path, que):
    ruta = la_publicada(publicado)
    ruta.unlink()
    if que == "base_de_otro":
        with duckdb.connect(str(ruta)) as ajena:
            ajena.execute("CREATE TABLE lo_mio AS SELECT 1 AS a")
    elif que == "otra_cadena":
        otro = Proyecto(tmp_path / "otro", ajustes={"base": str(ruta)}, cadena="otra")
        cargar(otro.con_tienda("tienda_01"), "2025-03-01")
    else:
        ruta.write_text("mis notas")
    antes = ruta.read_bytes()
    for forzar in (False, True):
        with pytest.raises(ErrorDestino, match=f"no es de esta cadena, {ruta}, y no se pisa"):
            publicacion.publicar(publicado.config, forzar=forzar)
    assert ruta.read_bytes() == antes
    assert en_la_carpeta(publicado) == ["ventas.duckdb"]


def test_si_no_se_puede_saber_de_quien_es_lo_que_hay_ahi_no_se_pisa(publicado):
    ruta = la_publicada(publicado)
    ruta.unlink()
    with leyendo(ruta, solo_lectura=False):
        antes = ruta.read_bytes()
        with pytest.raises(ErrorOcupado, match=f"{ruta}, lo tiene abierto otro programa"):
            publicacion.publicar(publicado.config)
        assert ruta.read_bytes() == antes


def test_la_copia_de_una_base_que_se_hizo_de_nuevo_y_una_danada_se_cambian(publicado):
    publicado.base.unlink()
    cargar(publicado, "2025-03-05")
    assert publicacion.publicar(publicado.config)
    assert dias(la_publicada(publicado)) == {"2025-03-05": 5}
    os.truncate(la_publicada(publicado), 20_000)
    assert publicacion.publicar(publicado.config)
    la_publicada(publicado).write_bytes(b"")
    assert publicacion.publicar(publicado.config)
    assert dias(la_publicada(publicado)) == {"2025-03-05": 5}


@contextmanager
def leyendo(ruta, *, solo_lectura=True):
    """Otro proceso con la base abierta."""
    programa = (
        f"import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only={solo_lectura}); "
        "print(flush=True); sys.stdin.read()"
    )
    otro = subprocess.Popen([sys.executable, "-c", programa, str(ruta)], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE)  # fmt: skip
    try:
        otro.stdout.readline()
        yield
    finally:
        otro.kill()
        otro.communicate()


def test_quien_tiene_abierta_la_base_estorba_y_se_le_dice_que_abrir(publicado):
    publicado.ajustes["espera_base"] = "0.1"
    publicado.escribir()
    dicho = f"que abra la copia publicada: {la_publicada(publicado)}"
    with leyendo(publicado.base), pytest.raises(ErrorOcupado, match=dicho):
        publicacion.publicar(publicado.config)
    with leyendo(la_publicada(publicado)):
        assert publicacion.publicar(publicado.config)
    publicado.ajustes["publicada"] = ""
    publicado.escribir()
    with (
        leyendo(publicado.base),
        pytest.raises(ErrorOcupado, match="diga en «publicada» de luigi"),
        para_escribir(publicado.config),
    ):
        pass


@pytest.mark.parametrize(("mascara", "modo"), [(0o022, 0o644), (0o077, 0o600)])
def test_sus_permisos_son_los_de_umask(publicado, mascara, modo):
    antes = os.umask(mascara)
    try:
        publicacion.publicar(publicado.config)
    finally:
        os.umask(antes)
    assert la_publicada(publicado).stat().st_mode & 0o777 == modo
