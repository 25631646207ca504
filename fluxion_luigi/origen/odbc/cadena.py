"""La cadena de conexión ODBC de una tienda, para cualquier driver, y cómo protege el enlace."""

import re

from fluxion_luigi.config import Credencial, Sistema, Tienda
from fluxion_luigi.config.enlace import Familia, Opcion, familia, valor
from fluxion_luigi.errores import ErrorConfiguracion
from fluxion_luigi.origen.odbc.drivers import ubicar
from fluxion_luigi.origen.resultado import CIFRADO, EN_CLARO, SOLO_LA_CLAVE, VERIFICADO

# Lo que cada familia necesita para no fallar, no perder tipos o acentos y no mandar las ventas en
# claro. El catálogo y el sistema POS pueden cambiarlo. FreeTDS entrega DATE como texto antes del
# protocolo 7.3 y, si no se le exige, cifra sólo la entrada; el driver 17 de Microsoft, tampoco. El
# de SQLite recorta a 32 bits, sin decirlo, los enteros de una columna INTEGER.
_PROPIAS: dict[Familia, dict[str, Opcion]] = {
    "sqlite": {"BigInt": "1"},
    "freetds": {"TDS_Version": "7.4", "ClientCharset": "UTF-8", "Encryption": "require"},
    "microsoft": {"ApplicationIntent": "ReadOnly", "Encrypt": "yes"},
}
OTRO_DRIVER = (
    'Use driver = "microsoft" en el catálogo, o cámbielo en el servidor de la tienda y en .env.'
)


def construir(tienda: Tienda, sistema: Sistema, credencial: Credencial | None) -> str:
    """La cadena de conexión, con las claves entre llaves para que sobrevivan sus símbolos.

    Lleva la clave dentro: no se registra, no se muestra y no pasa por argumentos de proceso.

    Raises:
        ErrorConfiguracion: si el driver no está, o no hay modo de darle la clave.
    """
    cual = familia(tienda.driver)
    partes = {"Driver": _entre_llaves(ubicar(tienda.driver))}
    if tienda.archivo:
        # sqliteodbc no entiende llaves en la ruta.
        partes["Database"] = str(tienda.archivo)
    else:
        if cual == "microsoft":
            partes["Server"] = f"{tienda.host},{tienda.puerto}"
        else:
            partes["Server"] = tienda.host
            partes["Port"] = str(tienda.puerto)
        partes["Database"] = _texto(cual, "base_datos", tienda.base_datos)
    if credencial:
        partes["UID"] = _texto(cual, "el usuario", credencial.usuario)
        if credencial.clave:
            # Siempre entre llaves: sin ellas psqlodbc descifra los % de la clave.
            partes["PWD"] = _texto(cual, "la clave", credencial.clave, siempre=True)
    partes |= {k: valor(cual, k, v) for k, v in _opciones(tienda, sistema).values()}
    return "".join(f"{k}={v};" for k, v in partes.items())


def proteccion(tienda: Tienda, sistema: Sistema) -> str:
    """Cómo viajan las ventas de una tienda, en palabras; vacío si no viajan o no se sabe."""
    cual = familia(tienda.driver)
    dichas = {
        k: valor(cual, k, v).strip().lower() for k, (_, v) in _opciones(tienda, sistema).items()
    }
    if tienda.archivo:
        return ""
    if cual == "freetds":
        # Nunca mira el certificado si no lo manda su freetds.conf.
        return {"off": EN_CLARO, "request": SOLO_LA_CLAVE}.get(dichas["encryption"], CIFRADO)
    if cual == "microsoft":
        if dichas["encrypt"] in ("no", "optional"):
            return SOLO_LA_CLAVE
        confia = dichas.get("trustservercertificate") == "yes" and dichas["encrypt"] != "strict"
        return CIFRADO if confia else VERIFICADO
    if cual == "postgresql":
        modo = dichas.get("sslmode", "disable")  # lo que hace psqlodbc si no se le dice
        verifica, cifra = modo.startswith("verify"), modo == "require"
        return VERIFICADO if verifica else CIFRADO if cifra else EN_CLARO
    return ""


def _opciones(tienda: Tienda, sistema: Sistema) -> dict[str, tuple[str, Opcion]]:
    """Las que valen, por su nombre en minúsculas: dos veces la misma confunde al driver."""
    capas = (_PROPIAS.get(familia(tienda.driver), {}), sistema.opciones, tienda.opciones)
    return {k.strip().lower(): (k.strip(), v) for capa in capas for k, v in capa.items()}


def _texto(cual: Familia, que: str, texto: str, *, siempre: bool = False) -> str:
    """Un texto del operador, como lo lee esa familia.

    Raises:
        ErrorConfiguracion: si esa familia no puede leerlo; no lo repite.
    """
    # El administrador ODBC le pasa a FreeTDS los octetos UTF-8 tal cual, y él los lee como Latin-1;
    # al de Microsoft se los convierte, menos lo que no cabe en dos octetos.
    if cual == "freetds" and not texto.isascii():
        raise ErrorConfiguracion(
            f"FreeTDS no puede recibir {que} con letras fuera de ASCII (ñ, acentos, €)",
            consejo=OTRO_DRIVER,
        )
    if cual == "freetds" and "};" in texto:
        raise ErrorConfiguracion(
            f"FreeTDS no puede recibir {que} con «}};» dentro: ahí da por terminado el valor",
            consejo=OTRO_DRIVER,
        )
    if cual == "microsoft" and any(c > "\uffff" for c in texto):
        raise ErrorConfiguracion(
            f"el driver de Microsoft no puede recibir {que} con emojis u otros signos fuera del "
            "plano básico de Unicode",
            consejo="Cámbielo en el servidor de la tienda y en .env.",
        )
    # Sólo si hacen falta: psqlodbc no entiende llaves en UID ni en Database.
    if not siempre and re.fullmatch(r"[\w.\-\\]*", texto):
        return texto
    # FreeTDS no deshace las llaves dobles: toma todo hasta «};».
    return "{" + texto + "}" if cual == "freetds" else _entre_llaves(texto)


def _entre_llaves(texto: str) -> str:
    return "{" + texto.replace("}", "}}") + "}"
