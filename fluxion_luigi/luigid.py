"""El scheduler central de este proyecto (`fluxion-scheduler`, `make scheduler`).

Es el luigid de Luigi, que de fábrica escucha a toda la red y no guarda la historia: aquí atiende
sólo en loopback, y su estado y lo que corrió quedan donde dice `luigi.cfg`.
"""

import argparse
import configparser
import errno
import logging
import os
import pickle
import sys
from pathlib import Path

from fluxion_luigi import config
from fluxion_luigi.archivos import crear_carpeta, disco, exigir_lugar, motivo
from fluxion_luigi.config import ajustes
from fluxion_luigi.errores import ErrorConfiguracion, ErrorFluxion, ErrorOcupado, ErrorUso

# Quien llega a su página puede parar una corrida y no se le pide clave: sólo esta máquina.
DIRECCION = "127.0.0.1"
ESTADO = "datos/luigid/estado.pickle"
HISTORIA = "sqlite:///datos/luigid/historia.sqlite"


def main(argumentos: list[str] | None = None) -> int:
    """Corre hasta que lo terminen (Ctrl-C, SIGTERM), y entonces guarda su estado.

    Returns:
        0, o 1 si no pudo empezar; por qué ya está dicho.
    """
    lector = argparse.ArgumentParser(
        prog="fluxion-scheduler", description="El scheduler central de Luigi, en loopback."
    )
    lector.add_argument("--port", help="el puerto; si falta, el de luigi.cfg, u 8082")
    pedido = lector.parse_args(argumentos)
    try:
        _correr(pedido.port)
    except ErrorFluxion as e:
        print(f"✗ {e}", file=sys.stderr)
        return 1
    return 0


def _correr(pedido: str | None) -> None:
    cfg = _configuracion()
    config.actual()  # lo que esté mal en [fluxion] se dice aquí y no en la página
    puerto = _puerto(pedido or cfg.get("core", "default-scheduler-port", "8082"))
    estado = cfg.get("scheduler", "state_path", ESTADO)
    cfg.set("scheduler", "state_path", estado)
    _preparar(Path(estado).absolute())
    guardada = cfg.getboolean("scheduler", "record_task_history", True)
    historia = _preparar_historia(cfg) if guardada else "no se guarda (record_task_history)"
    _registrar()
    _apartar_si_no_sirve(Path(estado))

    import luigi.server
    from tornado.ioloop import IOLoop

    from fluxion_luigi import pagina

    de_luigi = luigi.server.app
    luigi.server.app = lambda scheduler: pagina.completar(de_luigi(scheduler))
    # Se anuncia cuando ya escucha.
    IOLoop.current().add_callback(
        print,
        f"Scheduler central en http://{DIRECCION}:{puerto} (Ctrl-C lo termina).\n"
        f"  estado: {estado}\n  historia: {historia}, en /history\n"
        "  métricas para Prometheus: en /metrics",
        flush=True,
    )
    try:
        luigi.server.run(api_port=puerto, address=DIRECCION)
    except OSError as e:
        if e.errno != errno.EADDRINUSE:
            raise ErrorUso(f"No se puede escuchar en el puerto {puerto}: {motivo(e)}.") from None
        raise ErrorOcupado(
            f"El puerto {puerto} de {DIRECCION} ya lo tiene otro programa, quizá otro luigid. "
            "Termine aquél, o elija otro con --port y dígaselo a las órdenes con --scheduler-port."
        ) from None


def _puerto(texto: str) -> int:
    if not texto.isdecimal() or not 1 <= int(texto) <= 65_535:
        raise ErrorUso(f"«{texto}» no es un puerto: es un número entre 1 y 65535.")
    return int(texto)


def _configuracion():
    """La configuración de Luigi, leída de la carpeta del proyecto, que pasa a ser la actual."""
    archivo = ajustes.ubicar()
    os.chdir(archivo.parent)  # de ahí parten las rutas relativas
    os.environ["LUIGI_CONFIG_PATH"] = str(archivo)
    try:
        from luigi.configuration import get_config

        return get_config()
    except (configparser.Error, UnicodeDecodeError) as e:
        raise ErrorConfiguracion(
            f"No se entiende {archivo}: {' '.join(str(e).split())}. Guárdelo en UTF-8 sin BOM."
        ) from None


def _preparar(archivo: Path) -> None:
    """Que un archivo se pueda escribir, también encima, y exista su carpeta. `ErrorDisco` si no."""
    crear_carpeta(archivo.parent)
    exigir_lugar(archivo)
    with disco(archivo):
        if archivo.exists() and not os.access(archivo, os.W_OK):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))


def _apartar_si_no_sirve(estado: Path) -> None:
    """Un estado que Luigi no entiende (se cortó al guardarlo, es de otra versión) no lo detiene."""
    if not estado.exists():
        return
    try:
        with estado.open("rb") as f:
            tareas, _, *_ = pickle.load(f)
        _ = [t.status for t in tareas.values()]
    except Exception:  # un pickle se puede estropear de cualquier manera
        aparte = estado.with_name(f"{estado.name}.ilegible")
        with disco(estado):
            estado.replace(aparte)
        print(
            f"El estado guardado no se entiende: se apartó en {aparte} y se empieza sin él. Una "
            "corrida en marcha le vuelve a decir qué le falta.",
            file=sys.stderr,
        )


def _preparar_historia(cfg) -> str:
    """Deja a Luigi listo para escribir la historia y devuelve dónde, sin su clave si la lleva.

    Raises:
        ErrorConfiguracion: si la base que dice `db_connection` no se puede usar.
    """
    from luigi import db_task_history
    from sqlalchemy import create_engine, make_url
    from sqlalchemy.exc import SQLAlchemyError

    from fluxion_luigi.historia_luigid import Historia, en_una_linea

    texto = cfg.get("task_history", "db_connection", HISTORIA)
    cfg.set("task_history", "db_connection", texto)
    cfg.set("scheduler", "record_task_history", "true")
    # Luigi pone al día tablas de versiones que aquí nunca hubo, con SQL que SQLAlchemy 2 no acepta.
    db_task_history._upgrade_schema = lambda engine: None
    db_task_history.DbTaskHistory = Historia
    try:
        url = make_url(texto)
        if url.get_backend_name() == "sqlite" and url.database:
            _preparar(Path(url.database).absolute())
        create_engine(url).connect().close()
        Historia()
    except (SQLAlchemyError, ImportError) as e:
        raise ErrorConfiguracion(
            f"No se puede usar la historia de las tareas (db_connection, en [task_history] de "
            f"luigi.cfg): {en_una_linea(e)}. Si está estropeada, quítela de ahí: se hace otra."
        ) from None
    return url.render_as_string(hide_password=True)


def _registrar() -> None:
    """En el registro, lo de Luigi; no cada latido de cada corrida, que es uno por segundo."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("tornado.access").setLevel(logging.WARNING)


if __name__ == "__main__":
    sys.exit(main())
