"""Lo que se dice de la calidad al cargar: cada cosa donde toca, y lo de todas una vez."""

from fluxion_luigi.informes.calidad import de_carga


def test_una_revision_rota_se_dice_una_vez_por_corrida_y_no_en_cada_tienda():
    rota = {"revision": "rota", "severidad": "rota", "error": "No corre."}
    aviso = {"revision": "a", "severidad": "aviso", "titulo": "Algo", "dias": ["2025-03-01"]}
    assert de_carga("t 2025-03", [aviso, rota]) == [
        "t 2025-03: 1 aviso(s) de calidad: Algo (2025-03-01). Los explica VerificarCalidad.",
        "sql/calidad/rota: No corre.",
    ]
    assert len(de_carga("u 2025-03", [aviso, rota], [aviso, rota])) == 1
    otra = {**rota, "error": "Aquí falla de otro modo."}
    assert de_carga("u 2025-03", [otra], [rota]) == ["sql/calidad/rota: Aquí falla de otro modo."]
