"""Muchos candados a la vez: más que los archivos que el sistema deja abrir de fábrica."""

import resource

import pytest

from fluxion_luigi.errores import ErrorOcupado
from fluxion_luigi.flujo.candados import candado_de, lugar, tomados


@pytest.fixture
def _pocos_abiertos():
    suave, duro = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, duro))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (suave, duro))


@pytest.mark.usefixtures("_pocos_abiertos")
def test_se_toman_mas_candados_que_archivos_abiertos_de_fabrica_y_se_sueltan_todos(dos_tiendas):
    config = dos_tiendas.config
    pares = [("tienda_que_ya_no_esta", f"{a}-{m:02d}") for a in range(2000, 2020)
             for m in range(1, 13)]  # fmt: skip
    ida = lugar(config, "tienda_que_ya_no_esta")
    with tomados(config, pares), pytest.raises(ErrorOcupado), candado_de(config, ida, "2019-12", 0):
        pass
    with candado_de(config, ida, "2019-12", 0):
        pass
