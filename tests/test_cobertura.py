"""Qué días hay que volver a preguntar."""

from datetime import timedelta

from fluxion_luigi import cobertura


def test_lo_que_confirmo_un_reloj_adelantado_se_pregunta_otra_vez(proyecto):
    config = proyecto.config
    ahora, hace = config.ahora(), [timedelta(days=n) for n in range(31)]
    viejo = config.hoy() - hace[30]
    assert cobertura.vigente(config, viejo, ahora - hace[20])
    assert cobertura.vigente(config, config.hoy(), ahora)
    assert not cobertura.vigente(config, config.hoy() - hace[2], ahora - hace[1])  # provisional
    assert not cobertura.vigente(config, viejo, ahora + hace[5])
