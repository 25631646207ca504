"""La memoria del lector no crece con la respuesta: 500 MB de JSON, en menos de 400 MB."""

import os
from datetime import date
from pathlib import Path

import pytest

from fluxion_luigi.flujo.lectura import Lectura
from fluxion_luigi.origen.http.causas import Fallo
from fluxion_luigi.origen.http.lineas import juntar, leer
from fluxion_luigi.origen.http.motor import Motor
from tests.api import api, con_api
from tests.envios import Enorme
from tests.origen.http.abierta import rango

# De fábrica, lo que cabe en una suite; con MEGAS_DE_API=500, lo que se promete.
MEGAS = int(os.environ.get("MEGAS_DE_API", "60"))
TOPE_MB = 400


def test_una_respuesta_enorme_se_lee_con_la_memoria_de_una_chica(proyecto, monkeypatch):
    dia, enorme = "2025-03-04", Enorme(MEGAS, "2025-03-04")
    with api() as servidor:
        for nombre, valor in servidor.ambiente.items():
            monkeypatch.setenv(nombre, valor)
        servidor.vender("SUC1", {"2025-03-03": 50, dia: 1})
        con_api(proyecto, "tienda_20", servidor, "SUC1")
        servidor.hacer(enorme, dia=dia, siempre=True)
        config, aparte = proyecto.config, proyecto.carpeta / "staging"
        with Lectura(config, config.tienda("tienda_20"), aparte) as lectura:

            def leer(cual: str) -> int:
                lectura.contar(rango(cual))
                ventana = lectura.leer(
                    rango(cual), aparte / f"{cual}.parquet", rango(cual), lambda filas: None
                )
                leido = ventana.leido[date.fromisoformat(cual)]
                if cual == dia:
                    assert (leido.filas, leido.total) == (enorme.filas, enorme.total)
                return _mas_alta(lectura._proceso.pid)

            chica, grande = leer("2025-03-03"), leer(dia)
    print(f"{MEGAS} MB de JSON, {enorme.filas} líneas: {grande} MB de memoria; con 50, {chica}")
    assert grande < TOPE_MB


def test_unas_lineas_grandes_caben_y_unas_enormes_se_dicen(tmp_path):
    motor, lista = Motor(tmp_path), tmp_path / "lista"
    for octetos, cuantas in ((3_500, 12_000), (100_000, 1_000)):
        renglones = (f'{{"a": {n}, "b": "{"x" * octetos}"}}' for n in range(cuantas))
        lista.write_text(f"[{','.join(renglones)}]")
        if octetos < 4_000:
            leer(motor, lista)
            assert juntar(motor, [lista], ["a"], tmp_path / "lineas").distintas == cuantas
    with pytest.raises(Fallo, match=r"\[grande\]"):
        leer(motor, lista)


def _mas_alta(pid: int) -> int:
    """Lo más que un proceso ha ocupado, en MB."""
    [linea] = [r for r in Path(f"/proc/{pid}/status").read_text().splitlines() if "VmHWM" in r]
    return int(linea.split()[1]) // 1024
