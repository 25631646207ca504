"""Un servidor PostgreSQL real en un puerto de loopback, con la forma del POS Stellar."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pyodbc

from tests.capacidades import Capacidad, ejecutar

DRIVER = "PostgreSQL Unicode"
USUARIO, CLAVE = "lector", "clave de prueba"
# PostgreSQL mira esto mismo, y se niega a correr como root por pocos privilegios que tenga.
COMO = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

# Las tablas del POS que lee la consulta, con sus tipos (dominio de SQL Server, en PostgreSQL).
TABLAS = """
CREATE SCHEMA vad10;
CREATE SCHEMA vad20;
CREATE TABLE vad20.ma_transaccion (
    c_numero VARCHAR(20), n_linea INT, f_fecha TIMESTAMP(3), h_hora TIMESTAMP(3),
    codigo VARCHAR(30), cantidad NUMERIC(18, 3), precio NUMERIC(18, 4), subtotal NUMERIC(18, 4),
    impuesto NUMERIC(18, 4), total NUMERIC(18, 4), c_caja VARCHAR(10), c_localidad VARCHAR(10),
    c_concepto VARCHAR(5)
);
CREATE TABLE vad20.ma_codigos (c_codigo VARCHAR(30) PRIMARY KEY, c_codnasa VARCHAR(30));
CREATE TABLE vad20.ma_productos (
    c_codigo VARCHAR(30) PRIMARY KEY, c_descri TEXT, c_marca VARCHAR(60), c_modelo VARCHAR(60),
    c_presenta VARCHAR(60), c_departamento VARCHAR(20), c_grupo VARCHAR(20),
    c_subgrupo VARCHAR(20), n_cantibul NUMERIC(18, 3), n_peso NUMERIC(18, 3),
    n_volumen NUMERIC(18, 3), n_tipopeso INT, n_costoact NUMERIC(18, 4), n_precio1 NUMERIC(18, 4),
    n_impuesto1 NUMERIC(9, 4), text2 TEXT
);
CREATE TABLE vad10.ma_departamentos (c_codigo VARCHAR(20) PRIMARY KEY, c_descripcio VARCHAR(60));
CREATE TABLE vad10.ma_grupos (c_codigo VARCHAR(20), c_descripcio VARCHAR(60));
CREATE TABLE vad10.ma_subgrupos (c_codigo VARCHAR(20), c_descripcio VARCHAR(60));
"""


def puerto_libre() -> int:
    """Un puerto de loopback que nadie usa ahora."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def _prestar_una_carpeta() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as carpeta:
        if COMO:
            shutil.chown(carpeta, "postgres")
        ejecutar(*COMO, "touch", f"{carpeta}/suyo")


CORRER_POSTGRESQL = Capacidad("correr PostgreSQL con su usuario", _prestar_una_carpeta)


class Servidor:
    """El servidor: se levanta, se mata y se vuelve a levantar en el mismo puerto."""

    def __init__(self):
        self.carpeta = Path(tempfile.mkdtemp(prefix="pg_", dir="/tmp"))
        if COMO:
            shutil.chown(self.carpeta, "postgres")
        self.puerto = puerto_libre()
        self._bin = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        clave = self.carpeta / "clave"
        clave.write_text(CLAVE)
        clave.chmod(0o644)
        self._como_postgres(
            self._bin / "initdb", "-D", self.carpeta / "datos", "-U", USUARIO, "-E", "UTF8",
            "--locale=C", "-A", "scram-sha-256", f"--pwfile={clave}",
        )  # fmt: skip
        self.arrancar()

    def arrancar(self) -> None:
        """Levanta el servidor y espera a que atienda."""
        opciones = (
            f"-p {self.puerto} -c listen_addresses=127.0.0.1 -c fsync=off -c max_wal_size=4GB "
            f"-c unix_socket_directories={self.carpeta}"
        )
        self._como_postgres(
            self._bin / "pg_ctl", "-D", self.carpeta / "datos", "-o", opciones,
            "-l", self.carpeta / "log", "-w", "start",
        )  # fmt: skip

    def matar(self) -> None:
        """Lo corta en seco: todas las sesiones se caen a mitad de lo que hacían."""
        self._como_postgres(
            self._bin / "pg_ctl", "-D", self.carpeta / "datos", "-m", "immediate", "-w", "stop"
        )

    def borrar(self) -> None:
        """Lo apaga y quita sus archivos."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self.matar()
        shutil.rmtree(self.carpeta, ignore_errors=True)

    def conectar(self, base: str = "postgres") -> pyodbc.Connection:
        """Una conexión de administración, con autocommit."""
        return pyodbc.connect(
            f"Driver={{{DRIVER}}};Server=127.0.0.1;Port={self.puerto};Database={base};"
            f"UID={USUARIO};PWD={{{CLAVE}}};", autocommit=True,
        )  # fmt: skip

    def copiar(self, base: str, tabla: str, csv: Path) -> None:
        """COPY de un CSV con cabecera a una tabla, con psql."""
        subprocess.run(
            [self._bin / "psql", "-h", "127.0.0.1", "-p", str(self.puerto), "-U", USUARIO, "-q",
             "-d", base, "-c", f"\\copy {tabla} FROM '{csv}' CSV HEADER"],
            env={**os.environ, "PGPASSWORD": CLAVE}, check=True, capture_output=True,
        )  # fmt: skip

    def crear_pos(self, base: str) -> None:
        """Una base vacía con las tablas del POS."""
        with contextlib.closing(self.conectar()) as c:
            c.execute(f'CREATE DATABASE "{base}"')
        with contextlib.closing(self.conectar(base)) as c:
            for sentencia in TABLAS.split(";"):
                if sentencia.strip():
                    c.execute(sentencia)

    def copiar_pos(self, molde: str, base: str) -> None:
        """Una base nueva con lo que tiene otra, a la que nadie está conectado."""
        with contextlib.closing(self.conectar()) as c:
            c.execute(f'CREATE DATABASE "{base}" TEMPLATE "{molde}"')

    def vender(self, base: str, desde: str, dias: int, por_dia: int) -> None:
        """Agrega ventas: `por_dia` líneas en cada uno de `dias` días, en orden de fecha."""
        with contextlib.closing(self.conectar(base)) as c:
            c.execute(
                f"""
                INSERT INTO vad20.ma_transaccion
                SELECT lpad((ya + i / 8)::TEXT, 8, '0'), i % 8,
                       DATE '{desde}' + d, TIMESTAMP '1899-12-30' + (i % 43200) * INTERVAL '1 s',
                       'C' || i % 500, (i % 9 + 1) * 0.250, 10.5 + i % 7, 9.05, 1.45,
                       (i % 9 + 1) * 2.625, '00' || i % 4, '01', CASE i % 97 WHEN 0 THEN 'DEV'
                       ELSE 'VEN' END
                FROM generate_series(0, {dias - 1}) AS d, generate_series(1, {por_dia}) AS i,
                     (SELECT count(*) AS ya FROM vad20.ma_transaccion) AS t
                """
            )
            c.execute(
                "INSERT INTO vad20.ma_codigos SELECT 'C' || i, 'P' || i / 2 "
                "FROM generate_series(0, 480) AS i ON CONFLICT DO NOTHING"
            )
            c.execute(
                "INSERT INTO vad20.ma_productos SELECT 'P' || i, 'Producto ñandú ' || i, 'Marca', "
                "NULL, 'unidad', '01', NULL, NULL, 12, 1, 1, 0, 5, 8, 16, NULL "
                "FROM generate_series(0, 240) AS i ON CONFLICT DO NOTHING"
            )
            c.execute(
                "INSERT INTO vad10.ma_departamentos VALUES ('01', 'Víveres') ON CONFLICT DO NOTHING"
            )
            c.execute("CREATE INDEX IF NOT EXISTS por_fecha ON vad20.ma_transaccion (f_fecha)")
            c.execute("ANALYZE")

    def contar(self, base: str) -> dict:
        """Filas y total de cada día de la base, según el propio servidor."""
        with contextlib.closing(self.conectar(base)) as c:
            filas = c.execute(
                "SELECT f_fecha::DATE, count(*), sum(total) FROM vad20.ma_transaccion GROUP BY 1"
            ).fetchall()
        return {dia: (n, total) for dia, n, total in filas}

    def datos(self, base: str, **mas) -> dict:
        """Lo que el catálogo dice de una tienda que vive en esta base."""
        return {
            "nombre": base.upper(), "sistema": "stellar_postgresql", "driver": DRIVER,
            "host": "127.0.0.1", "puerto": self.puerto, "base_datos": base,
            "usuario_env": "PRUEBA_USUARIO", "clave_env": "PRUEBA_CLAVE", **mas,
        }  # fmt: skip

    @staticmethod
    def ambiente() -> dict[str, str]:
        """Las credenciales que nombra `datos`."""
        return {"PRUEBA_USUARIO": USUARIO, "PRUEBA_CLAVE": CLAVE}

    def _como_postgres(self, *orden) -> None:
        partes = [*COMO, *(str(p) for p in orden)]
        # Sin tuberías: el servidor heredaría la salida y quien la lee esperaría para siempre.
        with tempfile.TemporaryFile() as salida:
            hecho = subprocess.run(partes, stdout=salida, stderr=salida, cwd="/tmp")
            if hecho.returncode:
                salida.seek(0)
                raise subprocess.CalledProcessError(hecho.returncode, partes, salida.read())
