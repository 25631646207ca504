"""¿Contesta una tienda? Su host, su puerto y lo que hay detrás, en ese orden y con su tiempo.

Nada de esto descarga ventas: se entra y se pregunta por cero días.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed

from fluxion_luigi.config import Configuracion, Tienda
from fluxion_luigi.errores import ErrorFluxion
from fluxion_luigi.origen import fuentes
from fluxion_luigi.origen.resultado import Estado, Resultado, mal_configurada


def verificar(
    config: Configuracion, tienda: Tienda, timeout: float, *, rapida: bool = False
) -> Resultado:
    """Prueba una tienda.

    Args:
        timeout: segundos para cada paso.
        rapida: sólo host y puerto; no necesita driver ni credenciales.
    """
    if not tienda.activa:
        return Resultado(tienda, Estado.INACTIVA, "está inactiva en el catálogo")
    fuente = fuentes.de(tienda)
    resultado = fuente.llegar(tienda, timeout)
    resultado.rapida = rapida
    if resultado.estado is Estado.PUERTO_OK and not rapida:
        fuente.probar(config, resultado, timeout)
    return resultado


def puerta(config: Configuracion, tienda: Tienda, timeout: float) -> Resultado:
    """Lo que se puede saber de una tienda sin entrar: si se llega, y si se tiene con qué entrar.

    Entrar es lo que más cuesta por una VPN, y lo hace quien va a leer, una sola vez.
    """
    resultado = verificar(config, tienda, timeout, rapida=True)
    if resultado.responde:
        try:
            fuentes.de(tienda).pedido(config, tienda)
        except ErrorFluxion as e:
            resultado.rapida = False
            mal_configurada(resultado, e)
    return resultado


def verificar_todas(
    config: Configuracion,
    tiendas: list[Tienda],
    timeout: float,
    *,
    rapida: bool = False,
    a_la_vez: int = 10,
    al_salir: Callable[[Resultado], None] = lambda r: None,
) -> list[Resultado]:
    """Prueba varias tiendas a la vez; `al_salir` recibe cada resultado en cuanto se sabe.

    Returns:
        Los resultados, en el orden de `tiendas`.
    """
    with ThreadPoolExecutor(max_workers=max(1, a_la_vez)) as grupo:
        futuros = {
            grupo.submit(verificar, config, t, timeout, rapida=rapida): t.id for t in tiendas
        }
        hechos = {}
        for futuro in as_completed(futuros):
            hechos[futuros[futuro]] = futuro.result()
            al_salir(futuro.result())
    return [hechos[t.id] for t in tiendas]
