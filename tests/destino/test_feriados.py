"""Los feriados que la base recuerda."""

import pytest

from fluxion_luigi.destino import feriados
from fluxion_luigi.destino.base import Base, para_escribir


def test_un_anio_que_no_se_acabo_de_anotar_se_anota_entero_la_proxima_vez(dos_tiendas, monkeypatch):
    hacer, veces = Base.hacer, iter(range(100))

    def morir_al_tercero(base, archivo, /, **valores):
        if archivo == "insertar_feriado" and next(veces) == 2:
            raise KeyboardInterrupt
        return hacer(base, archivo, **valores)

    with monkeypatch.context() as m:
        m.setattr(Base, "hacer", morir_al_tercero)
        with pytest.raises(KeyboardInterrupt), para_escribir(dos_tiendas.config) as base:
            feriados.feriados(base, "VE", [2025])
    with para_escribir(dos_tiendas.config) as base:
        sabidos = feriados.feriados(base, "VE", [2025])
        assert len(sabidos) > 5
        assert sorted(feriados.feriados(base, "VE", [2025])) == sorted(sabidos)
