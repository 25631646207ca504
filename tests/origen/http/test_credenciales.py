"""Con lo que se entra en una API no se ve en ninguna parte, aunque ella misma lo repita."""

import base64
import re
import shutil
import threading
from contextlib import ExitStack

import psutil

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


def con_entrada(proyecto: Proyecto, tienda: str) -> None:
    """De esa tienda, el token se saca con el usuario y la clave."""
    sql = proyecto.carpeta / "sql"
    shutil.copytree(RAIZ / "sql", sql)
    shutil.copytree(sql / "api_ventas", sql / "api_con_entrada")
    with (sql / "api_con_entrada" / "sistema.toml").open("a") as f:
        f.write(
            '[http.entrada]\nruta = "/entrada"\ntoken = "token"\nvence = "vence_en"\n'
            'cuerpo = {usuario = "{usuario}", clave = "{clave}"}\n'
        )
    proyecto.ajustes["sql"] = str(sql)
    del proyecto.tiendas[tienda]["token_env"]
    proyecto.tiendas[tienda] |= {
        "sistema": "api_con_entrada", "usuario_env": "API_USUARIO", "clave_env": "API_CLAVE",
    }  # fmt: skip
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


def test_con_lo_que_se_entra_no_se_ve_ni_se_escribe_aunque_la_api_lo_repita(proyecto):
    """Tres tiendas, cada una con su manera de entrar."""
    proyecto.ajustes["intentos"] = "2"
    todos = sorted({secreto for suyos in SECRETOS.values() for secreto in suyos})
    with ExitStack() as pila:
        abiertas = {como: (pila.enter_context(api()), threading.Event()) for como in SECRETOS}
        for cuantas, (como, (servidor, suelta)) in enumerate(abiertas.items(), 3):
            # Con otras cantidades cada una: que no parezcan la misma tienda.
            servidor.vender("SUC0", cada_dia("2025-03-01", "2025-03-09", cuantas))
            servidor.acceso = "basic" if como == "basic" else "token"
            con_api(proyecto, como, servidor, "SUC0")
            # Un día sí y otro no: dos seguidos serían cosa de la API.
            for n, (x, estado) in enumerate(((100, 500), (286, 200), (286, 500))):
                secreto = CLAVE if n % 2 and como != "token" else ""
                dia = f"2025-03-{2 * n + 2:02d}"
                servidor.hacer(repite(secreto, x, estado), dia=dia, siempre=True)
            servidor.hacer(espera_a(suelta), dia="2025-03-01")
        con_entrada(proyecto, "entrada")
        corrida = proyecto.lanzar("RangoVentas", "--desde", "2025-03-01", "--hasta", "2025-03-09")
        try:
            por_ver = dict(abiertas)
            while por_ver:
                como = esperar(lambda: next(filter(leyendo(por_ver), por_ver), None), 60)
                vistas = ordenes()
                assert "fluxion_luigi.flujo.lector" in vistas
                exigir_sin(todos, proyecto, vistas)
                por_ver.pop(como)[1].set()
            fuera, mal = corrida.communicate(timeout=120)
        finally:
            corrida.kill()
        for servidor, _ in abiertas.values():
            servidor.hacer(repite("", 286, 500), dia="2000-01-01")
        salida = proyecto.luigi("VerificarConectividad")
    assert corrida.returncode == 30, fuera + mal
    assert salida.codigo == 30, salida.todo
    for mes in proyecto.reporte()["detalle"]:
        dicho = "\n".join(mes["dias_fuera"].values())
        assert len(mes["dias_fuera"]) == 3, mes
        assert re.search(r"no vale \*\*\* x+\*\*\*y más z+…", dicho)
        assert re.search(r"no vale \*\*\* x+\*\*\*…", dicho)
        assert all(motivo in mal for motivo in mes["dias_fuera"].values())
        assert f"{mes['tienda']} " in salida.fuera
    exigir_sin(todos, proyecto, fuera, mal, salida.todo)


def leyendo(abiertas: dict):
    """Si a la API de esa tienda ya se le pidió el primer día."""
    return lambda como: abiertas[como][0].de("SUC0", "2025-03-01")


def test_una_cita_cortada_no_deja_ver_el_principio_de_un_secreto():
    assert sin_secreto("dice «abc s3creto…» y s3c…, s3…", ["s3creto-largo"]) == (
        "dice «abc ***…» y s3c…, s3…"
    )
