"""Lo que se dice de un SQL Server que no atiende, con los dos drivers de verdad."""

from datetime import UTC, date, datetime

import pytest

from fluxion_luigi.errores import (
    ErrorBase,
    ErrorFluxion,
    ErrorOrigen,
    ErrorServidor,
    ErrorTransitorio,
)
from fluxion_luigi.flujo.lectura import Lectura
from fluxion_luigi.periodos import Rango
from tests.api import api, con_api
from tests.escuchas import CierraAlInstante, puerto_cerrado
from tests.tds import PuertaTds

DIA = Rango(date(2025, 3, 1), date(2025, 3, 1))
EN_CLARO = {"FreeTDS": {"Encryption": "off"}, "microsoft": {"Encrypt": "no"}}


@pytest.fixture(params=["FreeTDS", "microsoft"])
def leer(request, proyecto, monkeypatch):
    """Le pide un día a la tienda de ese puerto y devuelve el error."""
    monkeypatch.setenv("PRUEBA_USUARIO", "lector")
    monkeypatch.setenv("PRUEBA_CLAVE", "clave-7731")

    def pedir(puerto: int) -> ErrorFluxion:
        proyecto.ajustes["timeout_conexion"] = "2"
        proyecto.tiendas["tienda_01"] = {
            "nombre": "T", "sistema": "stellar", "driver": request.param, "host": "127.0.0.1",
            "puerto": puerto, "base_datos": "VAD20", "usuario_env": "PRUEBA_USUARIO",
            "clave_env": "PRUEBA_CLAVE", "opciones": EN_CLARO[request.param],
        }  # fmt: skip
        proyecto.escribir()
        config = proyecto.config
        with (
            Lectura(config, config.tienda("tienda_01"), proyecto.carpeta) as lectura,
            pytest.raises(ErrorFluxion) as e,
        ):
            lectura.contar(DIA)
        assert "7731" not in str(e.value)
        return e.value

    return pedir


def test_un_puerto_cerrado_es_un_puerto_cerrado_y_se_espera(leer):
    error = leer(puerto_cerrado())
    assert type(error) is ErrorServidor
    assert "rechaza la conexión. Revise que el servicio de base de datos" in str(error)
    assert "Detalle: ODBC" in str(error)
    assert "VPN" not in str(error)


def test_un_servidor_que_cuelga_es_un_corte_y_no_un_puerto_cerrado(leer):
    with CierraAlInstante() as puerta:
        error = leer(puerta.puerto)
    assert isinstance(error, ErrorTransitorio)
    assert not isinstance(error, ErrorServidor)
    assert "puerto está cerrado" not in str(error)


@pytest.mark.parametrize(
    ("numero", "dice", "clase", "frases"),
    [
        (18401, "Login failed for user 'x'. Reason: Server is in script upgrade mode.",
         ErrorServidor, ["no están disponibles ahora"]),
        (922, "Database 'VAD20' is being recovered. Waiting until recovery is finished.",
         ErrorServidor, ["no están disponibles ahora"]),
        (4060, 'Cannot open database "VAD20" requested by the login. The login failed.',
         ErrorBase, ["no existe o no se puede abrir: VAD20", "«bases»"]),
        (911, "Database 'VAD10' does not exist. Make sure that the name is entered correctly.",
         ErrorBase, ["no existe o no se puede abrir: VAD10", "«bases»"]),
        (916, 'The server principal "lector" is not able to access the database "VAD10" under the '
         "current security context.",
         ErrorOrigen, ["no está en la base: VAD10", "Créelo también en esa base", "«bases»"]),
        (208, "Invalid object name 'VAD10.dbo.MA_GRUPOS'.",
         ErrorOrigen, ["falta una tabla que la consulta lee: VAD10.dbo.MA_GRUPOS", "«bases»"]),
        (229, "The SELECT permission was denied on the object 'MA_GRUPOS', database 'VAD10', "
         "schema 'dbo'.",
         ErrorOrigen, ["no tiene permiso de lectura: MA_GRUPOS"]),
    ],
)  # fmt: skip
def test_lo_que_el_servidor_niega_se_nombra(leer, numero, dice, clase, frases):
    with PuertaTds(numero=numero, dice=dice) as puerta:
        error = leer(puerta.puerto)
    assert type(error) is clase
    for frase in frases:
        assert frase in str(error)
    assert dice in str(error)


def test_lo_que_se_bajo_al_contar_lleva_la_hora_de_entonces_y_no_la_de_leerlo(
    proyecto, monkeypatch
):
    """Si entre tanto dio la medianoche, lo que se vendió después no está."""
    with api() as servidor:
        servidor.vender("SUC0", {"2025-03-01": 5})
        con_api(proyecto, "tienda_20", servidor, "SUC0")
        for nombre, valor in servidor.ambiente.items():
            monkeypatch.setenv(nombre, valor)
        config = proyecto.config
        with Lectura(config, config.tienda("tienda_20"), proyecto.carpeta / "aparte") as lectura:
            lectura.contar(DIA)
            contado = datetime.now(UTC)
            leida = lectura.leer(DIA, proyecto.carpeta / "v.parquet", DIA, lambda _: None)
    assert leida.filas == 5
    assert leida.extraido_en < contado
