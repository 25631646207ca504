"""VerificarIntegridad: cada manera de dañar lo cargado se halla, se nombra y se remedia."""

import json
import shlex
import shutil
import subprocess
from datetime import date

import pytest

from fluxion_luigi import cobertura
from fluxion_luigi.flujo import integridad
from fluxion_luigi.flujo.candados import candado_de
from fluxion_luigi.periodos import SIEMPRE, Rango
from tests import lagos, nucleo
from tests.proyecto import LUIGI, Proyecto, Salida, borrar_ventas, cada_dia, vender
from tests.terminal import contestar

# Cargados están del primero al último; del siguiente sólo sabe la tienda.
PRIMERO, ULTIMO, SIGUIENTE = "2025-03-01", "2025-03-10", "2025-03-11"
# De cada daño: el SQL que lo hace y la clase con que se debe nombrar.
DANOS = {
    ("tienda_01", 1): ("DELETE FROM ventas_raw WHERE {aqui} AND linea < 2", "faltan_filas"),
    ("tienda_01", 2): ("DELETE FROM ventas_raw WHERE {aqui}", "faltan_filas"),
    ("tienda_01", 3): (
        "INSERT INTO ventas_raw SELECT * FROM ventas_raw WHERE {aqui}", "sobran_filas",
    ),
    ("tienda_01", 4): (
        "UPDATE ventas_raw SET total = total + 1 WHERE {aqui} AND factura = '00000000'",
        "sumas_distintas",
    ),
    ("tienda_01", 5): (
        "UPDATE ventas_raw SET cantidad = 9 WHERE {aqui} AND linea = 0", "sumas_distintas",
    ),
    ("tienda_01", 6): (
        "UPDATE ventas_raw SET corrida_id = 'otra' WHERE {aqui} AND linea = 0",
        "filas_de_otra_corrida",
    ),
    ("tienda_01", 7): (
        "INSERT INTO control_dias SELECT * FROM control_dias WHERE {control}", "control_repetido",
    ),
    ("tienda_01", 8): (
        "UPDATE control_dias SET total_origen = 1 WHERE {control}", "control_editado",
    ),
    ("tienda_01", 9): (
        "UPDATE control_dias SET corrida_id = 'otra' WHERE {control}; "
        "UPDATE ventas_raw SET corrida_id = 'otra' WHERE {aqui}", "corrida_sin_carga",
    ),
    ("tienda_01", 10): (
        "INSERT INTO dias_fallidos SELECT ubicacion_id, dia, 'x', cargado_en - INTERVAL 1 DAY, 'c' "
        "FROM control_dias WHERE {control}", "fallido_ya_cargado",
    ),
    ("tienda_02", 6): ("DELETE FROM control_dias WHERE {control}", "sin_control"),
    ("tienda_02", 7): ("", "sin_marcador"),
    ("tienda_02", 8): ("", "marcador_distinto"),
    ("tienda_02", 9): (
        "DELETE FROM control_dias WHERE {control}; DELETE FROM ventas_raw WHERE {aqui}",
        "marcador_sin_control",
    ),
    ("tienda_02", 10): ("DELETE FROM control_dias WHERE {control}", "filas_sin_control"),
    ("tienda_02", 11): (
        "INSERT INTO ventas_raw BY NAME SELECT * REPLACE ('2025-03-11'::DATE AS fecha, "
        "'a mano' AS corrida_id) FROM ventas_raw "
        "WHERE ubicacion_id = 'tienda_02' AND fecha = '2025-03-10'", "filas_sin_control",
    ),
    ("tienda_03", 1): (
        "UPDATE control_dias SET filas = 900, filas_origen = 900 WHERE {control}",
        "control_editado",
    ),
    ("tienda_01", 11): (
        "INSERT INTO control_dias (ubicacion_id, dia) VALUES ('tienda_01', '2025-03-11')",
        "corrida_sin_carga",
    ),
    ("tienda_99", 5): (
        "INSERT INTO ventas_raw BY NAME SELECT * REPLACE ('tienda_99' AS ubicacion_id) "
        "FROM ventas_raw WHERE ubicacion_id = 'tienda_03' AND fecha = '2025-03-05'",
        "filas_sin_control",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def _molde(tmp_path_factory, request):
    """Tres tiendas con diez días de marzo cargados."""
    proyecto = Proyecto(tmp_path_factory.mktemp("integridad") / "proyecto")
    lagos.poner_si_toca(proyecto, request)
    for n, id_ in enumerate(("tienda_01", "tienda_02", "tienda_03")):
        proyecto.con_tienda(id_, cada_dia(PRIMERO, SIGUIENTE, 11 + n))
    nucleo.cargar(proyecto, PRIMERO, ULTIMO)
    return proyecto, proyecto.retratar()


@pytest.fixture
def sano(_molde) -> Proyecto:
    """Lo mismo, como nuevo."""
    proyecto, reponer = _molde
    reponer()
    return proyecto


def verificar(proyecto: Proyecto, *opciones: str, workers: int = 1) -> tuple[Salida, dict]:
    """Lo que dice la orden, y su reporte."""
    salida = proyecto.luigi("VerificarIntegridad", *opciones, workers=workers)
    assert "Traceback" not in salida.todo
    assert "Defecto" not in salida.todo
    reporte = json.loads((proyecto.carpeta / "reportes" / "integridad.json").read_text())
    assert reporte["version"] == 1
    return salida, reporte


def clases(reporte: dict, *, reparadas: bool = False) -> dict[tuple[str, int], str]:
    return {
        (d["tienda"], int(dia[8:])): d["clase"]
        for d in reporte["diferencias"]
        if d["reparada"] is reparadas
        for dia in d["dias"]
    }


def ordenes(salida: Salida) -> list[list[str]]:
    """Las órdenes que la terminal dice, tal cual, ya juntas las líneas que dobló."""
    _, _, despues = salida.fuera.partition("Para remediarlo:\n")
    texto = despues.partition("\n\n")[0].replace("\\\n", " ")
    return [shlex.split(linea) for linea in texto.splitlines()]


def correr(proyecto: Proyecto, orden: list[str]) -> Salida:
    hecho = subprocess.run(
        [str(LUIGI), *orden[1:], "--workers", "1"], cwd=proyecto.carpeta, env=proyecto.entorno(),
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    return Salida(hecho.returncode, hecho.stdout, hecho.stderr)


def cambiar_marcador(proyecto: Proyecto, tienda: str, cambio) -> None:
    ruta = proyecto.carpeta / "markers" / tienda / "2025-03.json"
    datos = json.loads(ruta.read_text())
    cambio(datos["dias"])
    ruta.write_text(json.dumps(datos))


def danar(proyecto: Proyecto) -> dict[tuple[str, int], str]:
    """Todos los daños a la vez; devuelve cómo se debe llamar cada uno."""
    for (tienda, n), (sql, _) in DANOS.items():
        dia = f"2025-03-{n:02d}"
        proyecto.a_mano(sql.format(
            aqui=f"ubicacion_id = '{tienda}' AND fecha = '{dia}'",
            control=f"ubicacion_id = '{tienda}' AND dia = '{dia}'",
        ) or "SELECT 1")  # fmt: skip

    def estropear(dias: dict) -> None:
        del dias["2025-03-07"], dias["2025-03-10"]
        dias["2025-03-08"]["filas"] += 1

    cambiar_marcador(proyecto, "tienda_02", estropear)
    copiado = proyecto.carpeta / "markers" / "tienda_03" / "2025-05.json"
    shutil.copy(proyecto.carpeta / "markers" / "tienda_02" / "2025-03.json", copiado)
    return {k: clase for k, (_, clase) in DANOS.items()}


def test_un_conjunto_sano_sale_con_cero_y_no_cambia_un_byte(sano):
    fotos = [sano.base, *(sano.carpeta / "markers").rglob("*.json")]
    antes = {p: p.read_bytes() for p in fotos}
    salida, reporte = verificar(sano)
    assert salida.codigo == 0, salida.todo
    assert "Integridad: 30 día(s) de 3 tienda(s)-mes, 360 filas." in salida.fuera
    assert "Todo coincide." in salida.fuera
    assert reporte["diferencias"] == []
    assert (reporte["revisadas"], reporte["contra_origen"]) == (3, False)
    assert {p: p.read_bytes() for p in fotos} == antes


def test_cada_dano_se_halla_se_nombra_y_su_orden_tal_cual_lo_remedia(sano):
    sano.solo_en_archivo("unos daños son de los marcadores, y la verdad de un lago es su control")
    esperadas = danar(sano)
    salida, reporte = verificar(sano)
    assert salida.codigo == 30
    assert clases(reporte) == esperadas
    sueltas = [d for d in reporte["diferencias"] if not d["dias"]]
    assert [(d["clase"], d["tienda"]) for d in sueltas] == [("marcador_ilegible", "tienda_03")]
    assert all(d["orden"] and not d["reparada"] for d in reporte["diferencias"])
    causas = {(d["tienda"], int(d["dias"][0][8:])): d["causa"] for d in reporte["diferencias"]
              if d["dias"]}  # fmt: skip
    for cual, dice in {
        ("tienda_01", 3): "son copias exactas", ("tienda_02", 6): "se borró su renglón de control",
        ("tienda_02", 8): "se editó el marcador", ("tienda_02", 11): "las insertó otra mano",
        ("tienda_03", 1): "se editó su renglón de control",
        ("tienda_99", 5): "ya no está en el catálogo",
    }.items():  # fmt: skip
        assert dice in causas[cual], causas
    hay = ordenes(salida)
    assert len(hay) == 5
    for orden in hay:
        if "OlvidarVentas" in orden:
            resto = [p for p in orden[4:] if p != "--local-scheduler"]
            _, hecho = contestar(sano, "s\n", "OlvidarVentas", *resto)
        else:
            hecho = correr(sano, orden)
        assert hecho.codigo == 0, hecho.todo
    assert integridad.verificar(sano.config, (), SIEMPRE, {}).diferencias == []
    assert sano.cargado() == sano.en_origen(PRIMERO, ULTIMO) | {
        k: v for k, v in sano.en_origen(SIGUIENTE, SIGUIENTE).items() if k[0] != "tienda_03"
    }


def test_reparar_remedia_todo_lo_que_se_puede_volver_a_cargar(sano):
    sano.solo_en_archivo("unos daños son de los marcadores, y la verdad de un lago es su control")
    esperadas = danar(sano)
    salida, reporte = verificar(sano, "--reparar", workers=2)
    assert salida.codigo == 30
    assert clases(reporte) == {("tienda_99", 5): "filas_sin_control"}
    del esperadas["tienda_99", 5]
    assert clases(reporte, reparadas=True) == esperadas
    assert "1 diferencia(s) sin remediar" in salida.error
    assert sano.reporte()["tiendas_mes"]["cargada"] == 3
    nucleo.olvidar(sano, "2025-03-05", "2025-03-05", "tienda_99")
    assert integridad.verificar(sano.config, (), SIEMPRE, {}).diferencias == []


def test_una_base_de_la_semana_pasada_se_reconoce_y_se_pone_al_dia(sano):
    vieja = sano.carpeta / "vieja.duckdb"
    shutil.copy(sano.base, vieja)
    cobertura.anular(sano.config, "tienda_01", "2025-03", [date.fromisoformat(ULTIMO)])
    nucleo.cargar(sano, ULTIMO, SIGUIENTE, "tienda_01")
    shutil.copy(vieja, sano.base)
    hallado = integridad.verificar(sano.config, (), SIEMPRE, {}).diferencias
    assert {d.clase for d in hallado} == {"marcador_sin_control", "marcador_distinto"}
    assert all("la base es una copia de antes" in d.causa for d in hallado)
    salida, _ = verificar(sano, "--reparar")
    assert salida.codigo == 0, salida.todo
    assert "2 diferencia(s) remediada(s)" in salida.fuera
    de_hoy = sano.en_origen(SIGUIENTE, SIGUIENTE)
    assert sano.cargado() == sano.en_origen(PRIMERO, ULTIMO) | {
        k: v for k, v in de_hoy.items() if k[0] == "tienda_01"
    }


@pytest.mark.parametrize("falta", ["borrada", "otra"])
def test_una_base_que_no_es_la_de_los_marcadores_se_dice(sano, falta):
    sano.solo_en_archivo("es de los marcadores, y la verdad de un lago es su control")
    if falta == "otra":
        sano.a_mano("UPDATE identidad SET base_id = 'otra'")
    else:
        sano.base.unlink()
    hallado = integridad.verificar(sano.config, (), SIEMPRE, {}).diferencias
    assert [d.clase for d in hallado] == ["marcador_de_otra_base"] * 3
    palabras = {"borrada": "la base no existe", "otra": "la base se cambió por otra"}
    assert all(palabras[falta] in d.causa and d.remedio for d in hallado)


def test_un_archivo_cortado_o_con_cualquier_bloque_danado_no_pasa_por_sano(sano):
    entero = sano.base.read_bytes()
    [(usados,)] = sano.consultar("SELECT used_blocks FROM pragma_database_size()")
    vistos = 0
    for bloque in range(12_288, len(entero), 262_144):
        roto = bytearray(entero)
        roto[bloque + 1000] ^= 0x55
        sano.base.write_bytes(roto)
        hallado = integridad.verificar(sano.config, (), SIEMPRE, {}).diferencias
        vistos += [d.clase for d in hallado] == ["base_danada"]
    assert vistos == usados  # uno que nadie usa no tiene nada que perder
    for corte in (0, 5000, 300_000, len(entero) - 1000):
        sano.base.write_bytes(entero[:corte])
        [hallado] = integridad.verificar(sano.config, (), SIEMPRE, {}).diferencias
        assert hallado.clase == "base_danada"


def test_una_base_danada_se_aparta_y_se_vuelve_a_cargar_con_las_dos_ordenes_que_dice(sano):
    sano.base.write_bytes(sano.base.read_bytes()[:300_000])
    salida, reporte = verificar(sano)
    assert salida.codigo == 30
    [d] = reporte["diferencias"]
    assert d["clase"] == "base_danada"
    assert "DuckDB dijo" in d["que"]
    apartar, cargar = ordenes(salida)
    assert (shlex.join(apartar), shlex.join(cargar)) == (d["antes"], d["orden"])
    subprocess.run(apartar, check=True)
    hecho = correr(sano, cargar)
    assert hecho.codigo == 0, hecho.todo
    assert integridad.verificar(sano.config, (), SIEMPRE, {}).diferencias == []
    assert sano.cargado() == sano.en_origen(PRIMERO, ULTIMO)


def pos(proyecto: Proyecto, tienda: str):
    return proyecto.carpeta / "pos" / f"{tienda}.sqlite"


def test_contra_origen_se_ve_lo_que_cambio_en_la_tienda_y_lo_que_falta_y_se_remedia(sano):
    vender(pos(sano, "tienda_01"), {"2025-03-04": 3}, lambda i: i + 900)
    borrar_ventas(pos(sano, "tienda_02"), "2025-03-06")
    pos(sano, "tienda_03").unlink()
    salida, reporte = verificar(sano, "--contra-origen", "--hasta", SIGUIENTE, "--reparar")
    assert salida.codigo == 30
    assert clases(reporte, reparadas=True) == {
        ("tienda_01", 4): "origen_distinto", ("tienda_01", 11): "sin_cargar",
        ("tienda_02", 11): "sin_cargar",
    }  # fmt: skip
    assert clases(reporte) == {("tienda_02", 6): "origen_distinto"}  # eso lo decide una persona
    [vaciado] = [d for d in reporte["diferencias"] if not d["reparada"]]
    assert "servidor restaurado" in vaciado["causa"]
    assert "--aceptar-vacios" in vaciado["orden"]
    assert reporte["contra_origen"]
    assert "Comparada(s) con su tienda: tienda_01, tienda_02." in salida.fuera
    assert "no existe el archivo" in reporte["sin_comparar"]["tienda_03"]
    assert not pos(sano, "tienda_03").exists()  # el driver habría hecho uno vacío
    assert list((sano.carpeta / "staging").glob(".revisiones/*/*")) == []


def test_si_una_tienda_no_responde_lo_de_las_demas_se_repara_y_el_reporte_lo_dice(sano):
    sano.a_mano("DELETE FROM ventas_raw WHERE fecha = '2025-03-04'")
    pos(sano, "tienda_02").unlink()
    salida, reporte = verificar(sano, "--reparar")
    assert salida.codigo == 30
    assert set(clases(reporte, reparadas=True)) == {("tienda_01", 4), ("tienda_03", 4)}
    assert clases(reporte) == {("tienda_02", 4): "faltan_filas"}
    assert "no existe el archivo" in salida.error


def test_lo_que_otra_corrida_esta_cargando_no_es_una_diferencia(sano):
    sano.solo_en_archivo("quien lo tiene es este proceso, y los turnos son de un proceso")
    sano.a_mano("DELETE FROM ventas_raw WHERE ubicacion_id < 'tienda_03' AND linea = 0")
    with candado_de(sano.config, sano.tienda("tienda_01"), "2025-03"):
        vista = integridad.verificar(sano.config, (), SIEMPRE, {})
    assert vista.en_uso == [("tienda_01", "2025-03")]
    assert {d.tienda for d in vista.diferencias} == {"tienda_02"}


def test_un_olvido_que_no_acabo_se_dice_y_se_repite(sano):
    sano.solo_en_archivo("es de los marcadores, y la verdad de un lago es su control")
    marcador = sano.carpeta / "markers" / "tienda_01" / "2025-03.json"
    guardado = marcador.read_text()
    nucleo.olvidar(sano, "2025-03-03", "2025-03-03", "tienda_01")
    marcador.write_text(guardado)
    [d] = integridad.verificar(sano.config, (), SIEMPRE, {}).diferencias
    assert (d.clase, d.remedio.tarea) == ("marcador_sin_control", "OlvidarVentas")
    assert "no llegó a quitar el marcador" in d.causa


def test_un_dia_que_se_releyo_y_quedo_fuera_no_es_un_marcador_borrado(sano):
    sano.solo_en_archivo("es de los marcadores, y la verdad de un lago es su control")
    sano.a_mano("INSERT INTO dias_fallidos VALUES "
           "('tienda_01', '2025-03-03', 'líneas duplicadas', '2999-01-01', 'c')")  # fmt: skip
    cambiar_marcador(sano, "tienda_01", lambda dias: dias.pop("2025-03-03"))
    [d] = integridad.verificar(sano.config, (), SIEMPRE, {}).diferencias
    assert (d.clase, d.remedio.tarea) == ("sin_marcador", "RangoVentas")
    assert d.causa.startswith("se volvió a leer y no se pudo cargar: queda lo de antes")


def test_de_una_tienda_inactiva_importa_la_base_y_no_el_marcador(sano):
    (sano.carpeta / "markers" / "tienda_03" / "2025-03.json").unlink()
    sano.tiendas["tienda_03"]["activa"] = False
    sano.escribir()
    try:
        assert integridad.verificar(sano.config, (), SIEMPRE, {}).diferencias == []
        sano.a_mano("DELETE FROM ventas_raw WHERE ubicacion_id = 'tienda_03' AND linea = 0")
        [d] = integridad.verificar(sano.config, (), SIEMPRE, {}).diferencias
        assert (d.clase, d.remedio) == ("faltan_filas", None)
        assert "está inactiva en el catálogo; reponga una copia sana" in d.causa
    finally:
        del sano.tiendas["tienda_03"]["activa"]
        sano.escribir()


def test_filas_sin_fecha_y_un_marcador_ilegible_se_dicen(sano):
    sano.a_mano("UPDATE ventas_raw SET fecha = NULL WHERE ubicacion_id = 'tienda_01' "
           "AND fecha = '2025-03-02' AND linea = 0")  # fmt: skip
    (sano.carpeta / "markers" / "tienda_02" / "2025-03.json").write_text("{")
    hallado = integridad.verificar(sano.config, (), SIEMPRE, {}).diferencias
    # Los marcadores de un lago no son la verdad: que no se entiendan no es una diferencia.
    ilegibles = [d for d in hallado if d.clase == "marcador_ilegible"]
    assert {d.clase for d in hallado if d not in ilegibles} == {"faltan_filas", "filas_sin_dia"}
    dicho = [(len(d.dias), d.remedio.tarea) for d in ilegibles]
    assert dicho == ([] if sano.en_lago else [(10, "RangoVentas")])


def test_solo_se_miran_las_tiendas_y_los_dias_que_se_piden(sano):
    sano.a_mano("DELETE FROM ventas_raw WHERE fecha = '2025-03-04'")
    dia = Rango(date(2025, 3, 4), date(2025, 3, 4))
    vista = integridad.verificar(sano.config, ("tienda_02",), dia, {})
    assert [(d.tienda, d.dias) for d in vista.diferencias] == [("tienda_02", [dia.desde])]
    otro = Rango(date(2025, 3, 5), date(2025, 3, 10))
    assert integridad.verificar(sano.config, (), otro, {}).diferencias == []


def test_mal_pedida_se_explica(sano):
    espera = {
        ("--tiendas", "tienda_77"): "No existe «tienda_77»",
        ("--desde", "2025-04", "--hasta", "2025-03"): "va al revés",
    }
    for opciones, dice in espera.items():
        salida = sano.luigi("VerificarIntegridad", *opciones)
        assert salida.codigo == 40, salida.todo
        assert dice in salida.error
        assert "Traceback" not in salida.todo
