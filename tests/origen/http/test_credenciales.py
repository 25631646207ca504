"""Con lo que se entra en una API no se ve en ninguna parte, aunque ella misma lo repita."""

import base64
import re
import shutil
import threading

import psutil
import pytest

from fluxion_luigi.origen.fuentes import sin_secreto
from tests.api import CLAVE, TOKEN, USUARIO, Maldad, Respuesta, api, con_api
from tests.envios import espera_a
from tests.escuchas import esperar
from tests.maldades import error, error_en_200
from tests.proyecto import RAIZ, Proyecto, cada_dia

BASICA = base64.b64encode(f"{USUARIO}:{CLAVE}".encode()).decode()
# Lo que no debe verse en cada una; los tokens que da la entrada empiezan igual.
SECRETOS = {"token": [TOKEN], "basic": [CLAVE, BASICA], "entrada": [CLAVE, TOKEN]}


def repite(secreto: str, x: int, estado: int) -> Maldad:
    """Una API que en su error repite un secreto (si es vacío, el de la cabecera) dos veces.

    Una cita se corta a las 300 letras: según cuántas `x` haya, por en medio del segundo.
    """

    def hecha(r: Respuesta) -> None:
        suyo = secreto or r.peticion.autorizacion.split()[1]
        texto = f"no vale {suyo} {'x' * (x - len(suyo))}{suyo}y más {'z' * 300}"
        (error(estado, texto.encode()) if estado != 200 else error_en_200(texto))(r)

    return hecha


def con_entrada(proyecto: Proyecto) -> None:
    """El token se saca con el usuario y la clave."""
    sql = proyecto.carpeta / "sql"
    shutil.copytree(RAIZ / "sql", sql)
    with (sql / "api_ventas" / "sistema.toml").open("a") as f:
        f.write(
            '[http.entrada]\nruta = "/entrada"\ntoken = "token"\nvence = "vence_en"\n'
            'cuerpo = {usuario = "{usuario}", clave = "{clave}"}\n'
        )
    proyecto.ajustes["sql"] = str(sql)
    del proyecto.tiendas["tienda_20"]["token_env"]
    proyecto.tiendas["tienda_20"] |= {"usuario_env": "API_USUARIO", "clave_env": "API_CLAVE"}
    proyecto.escribir()


def exigir_sin(secretos: list[str], proyecto: Proyecto, *dichos: str) -> None:
    """Ni en esos textos ni en un archivo del proyecto, ni su principio."""
    textos = dict(enumerate(dichos))
    textos |= {
        p: p.read_bytes().decode("utf-8", "replace")
        for p in proyecto.carpeta.rglob("*")
        if p.is_file()
    }
    for secreto in secretos:
        assert [n for n, texto in textos.items() if secreto[:6] in texto] == []


def ordenes() -> str:
    """Las de todos los procesos vivos, como las ve cualquiera en la máquina."""
    return "\n".join(" ".join(p.info["cmdline"] or ()) for p in psutil.process_iter(["cmdline"]))


@pytest.mark.parametrize("como", ["token", "basic", "entrada"])
def test_con_lo_que_se_entra_no_se_ve_ni_se_escribe_aunque_la_api_lo_repita(proyecto, como):
    proyecto.ajustes["intentos"] = "2"
    secretos = SECRETOS[como]
    suelta = threading.Event()
    with api() as servidor:
        servidor.vender("SUC0", cada_dia("2025-03-01", "2025-03-09", 3))
        servidor.acceso = "basic" if como == "basic" else "token"
        con_api(proyecto, "tienda_20", servidor, "SUC0")
        if como == "entrada":
            con_entrada(proyecto)
        # Un día sí y otro no: dos seguidos serían cosa de la API.
        for n, (x, estado) in enumerate(((100, 500), (286, 200), (286, 500))):
            secreto = CLAVE if n % 2 and como != "token" else ""
            servidor.hacer(repite(secreto, x, estado), dia=f"2025-03-{2 * n + 2:02d}", siempre=True)
        servidor.hacer(espera_a(suelta), dia="2025-03-01")
        corrida = proyecto.lanzar("RangoVentas", "--desde", "2025-03-01", "--hasta", "2025-03-09")
        try:
            esperar(lambda: servidor.de("SUC0", "2025-03-01"), 60)
            vistas = ordenes()
            exigir_sin(secretos, proyecto, vistas)
            suelta.set()
            fuera, mal = corrida.communicate(timeout=120)
        finally:
            corrida.kill()
        servidor.hacer(repite("", 286, 500), dia="2000-01-01")
        salida = proyecto.luigi("VerificarConectividad")
    assert corrida.returncode == 30, fuera + mal
    assert "fluxion_luigi.flujo.lector" in vistas
    assert re.search(r"no vale \*\*\* x+\*\*\*y más z+…", mal)
    assert re.search(r"no vale \*\*\* x+\*\*\*…", mal)
    assert salida.codigo == 30, salida.todo
    exigir_sin(secretos, proyecto, fuera, mal, salida.todo)


def test_una_cita_cortada_no_deja_ver_el_principio_de_un_secreto():
    assert sin_secreto("dice «abc s3creto…» y s3c…, s3…", ["s3creto-largo"]) == (
        "dice «abc ***…» y s3c…, s3…"
    )
