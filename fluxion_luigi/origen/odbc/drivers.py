"""Dónde está el driver ODBC que pide el catálogo: por nombre, por ruta o en un paquete de pip."""

import platform
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pyodbc

from fluxion_luigi.errores import ErrorConfiguracion

# El que se pide sin decir dónde está: el del paquete mssql-python-odbc o, si no, el del sistema.
DE_MICROSOFT = "microsoft"
_PAQUETE = "mssql_python_odbc"
# Las carpetas del paquete, por lo que dice de sí el sistema en ID o ID_LIKE de /etc/os-release.
_CARPETAS = {
    "debian": "debian_ubuntu", "ubuntu": "debian_ubuntu", "rhel": "rhel", "fedora": "rhel",
    "suse": "suse", "alpine": "alpine",
}  # fmt: skip
_MAQUINAS = {"aarch64": "arm64", "amd64": "x86_64"}


@cache
def ubicar(driver: str) -> str:
    """El nombre o la ruta con que ODBC encuentra un driver, si está instalado.

    Raises:
        ErrorConfiguracion: si no está; dice cuáles hay o cómo instalarlo.
    """
    hay = pyodbc.drivers()
    if driver.lower() == DE_MICROSOFT:
        del_sistema = sorted(d for d in hay if d.startswith("ODBC Driver"))
        if hallado := _del_paquete() or next(reversed(del_sistema), ""):
            return hallado
        raise ErrorConfiguracion(
            "pide el driver de Microsoft, que no está instalado",
            consejo="Instálelo, en la carpeta y el entorno del proyecto: "
            "pip install -c restricciones.txt -e '.[sqlserver]'",
        )
    if driver in hay or ("/" in driver and Path(driver).is_file()):
        return driver
    raise ErrorConfiguracion(
        f"pide el driver ODBC «{driver}», que no está instalado",
        consejo=f"Los instalados son: {', '.join(sorted(hay)) or 'ninguno'}. "
        "Instálelo o corrija «driver» en el catálogo.",
    )


def _del_paquete() -> str:
    """La biblioteca del driver dentro del paquete, la de este sistema; vacío si no hay paquete."""
    paquete = find_spec(_PAQUETE)
    if paquete is None or not paquete.origin:
        return ""
    maquina = platform.machine().lower()
    maquina = _MAQUINAS.get(maquina, maquina)
    todas = Path(paquete.origin).parent.glob("libs/**/libmsodbcsql*")
    nuestras = sorted(p for p in todas if maquina in p.parts)
    del_sistema = [p for p in nuestras if _carpeta_del_sistema() in p.parts]
    return str(next(iter(del_sistema or nuestras), ""))


def _carpeta_del_sistema() -> str:
    if platform.system() == "Darwin":
        return "macos"
    try:
        dice = platform.freedesktop_os_release()
    except OSError:
        return ""
    nombres = [dice.get("ID", ""), *dice.get("ID_LIKE", "").split()]
    return next((_CARPETAS[n] for n in nombres if n in _CARPETAS), "")
