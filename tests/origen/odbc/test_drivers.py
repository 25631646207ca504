"""El driver de Microsoft: en su paquete de pip, en el sistema o en ninguna parte."""

import platform
from pathlib import Path

import pytest

from fluxion_luigi.errores import ErrorConfiguracion
from fluxion_luigi.origen.odbc import drivers


@pytest.fixture(autouse=True)
def _sin_memoria():
    drivers.ubicar.cache_clear()
    yield
    drivers.ubicar.cache_clear()


@pytest.fixture
def paquete(tmp_path, monkeypatch):
    """Pone en el camino un paquete como el de Microsoft, con esas bibliotecas."""

    def poner(*bibliotecas: str) -> Path:
        carpeta = tmp_path / "site" / "mssql_python_odbc"
        for cual in bibliotecas:
            archivo = carpeta / "libs" / cual
            archivo.parent.mkdir(parents=True)
            archivo.touch()
        (carpeta / "__init__.py").touch()
        monkeypatch.syspath_prepend(carpeta.parent)
        return carpeta / "libs"

    return poner


def con_sistema(monkeypatch, maquina: str, **os_release: str) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: maquina)
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: os_release)


def test_el_del_paquete_de_verdad_se_halla_y_existe():
    ruta = Path(drivers.ubicar("microsoft"))
    assert ruta.is_file()
    assert "msodbcsql" in ruta.name


@pytest.mark.parametrize(
    ("maquina", "os_release", "cual"),
    [
        ("x86_64", {"ID": "debian"}, "linux/debian_ubuntu/x86_64/lib/libmsodbcsql-18.9.so.1.1"),
        ("aarch64", {"ID": "ubuntu", "ID_LIKE": "debian"},
         "linux/debian_ubuntu/arm64/lib/libmsodbcsql-18.9.so.1.1"),
        ("x86_64", {"ID": "rocky", "ID_LIKE": "rhel centos fedora"},
         "linux/rhel/x86_64/lib/libmsodbcsql-18.9.so.1.1"),
        # De un sistema que nadie nombra, la primera de su máquina.
        ("x86_64", {"ID": "otro"}, "linux/debian_ubuntu/x86_64/lib/libmsodbcsql-18.9.so.1.1"),
    ],
)  # fmt: skip
def test_del_paquete_se_toma_la_de_este_sistema(paquete, monkeypatch, maquina, os_release, cual):
    libs = paquete(
        *(f"linux/{s}/{m}/lib/libmsodbcsql-18.9.so.1.1"
          for s in ("debian_ubuntu", "rhel") for m in ("x86_64", "arm64"))
    )  # fmt: skip
    con_sistema(monkeypatch, maquina, **os_release)
    assert drivers.ubicar("Microsoft") == str(libs / cual)


def test_sin_el_paquete_se_toma_el_del_sistema_mas_nuevo(monkeypatch):
    monkeypatch.setattr(drivers, "_PAQUETE", "paquete_que_no_hay")
    dos = ["ODBC Driver 17 for SQL Server", "SQLite3", "ODBC Driver 18 for SQL Server"]
    monkeypatch.setattr("pyodbc.drivers", lambda: dos)
    assert drivers.ubicar("microsoft") == "ODBC Driver 18 for SQL Server"


def test_sin_ninguno_se_dice_como_instalarlo(monkeypatch):
    monkeypatch.setattr(drivers, "_PAQUETE", "paquete_que_no_hay")
    monkeypatch.setattr("pyodbc.drivers", lambda: ["SQLite3"])
    with pytest.raises(ErrorConfiguracion, match=r"pip install .* -e '\.\[sqlserver\]'"):
        drivers.ubicar("microsoft")


def test_un_paquete_sin_la_de_esta_maquina_no_da_otra(paquete, monkeypatch):
    paquete("linux/rhel/s390x/lib/libmsodbcsql-18.9.so.1.1")
    con_sistema(monkeypatch, "x86_64", ID="debian")
    monkeypatch.setattr("pyodbc.drivers", list)
    with pytest.raises(ErrorConfiguracion, match="no está instalado"):
        drivers.ubicar("microsoft")
