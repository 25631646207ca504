"""Lo que se hizo al mantener un lago, en una línea."""

from fluxion_luigi.destino.mantenimiento import Hecho
from fluxion_luigi.informes.resumen import entero


def linea(hecho: Hecho, *, simular: bool) -> str:
    """Lo que se juntó, venció y borró, y cómo queda el lago; o lo que vencería y borraría."""
    (archivos, peso, snapshots), (antes, _, _) = hecho.despues, hecho.antes
    como = "sería(n)" if simular else "fue(ron)"
    juntados = (
        f"{entero(hecho.juntados)} archivo(s) quedaron en {entero(hecho.en)}; "
        if hecho.juntados
        else ""
    )
    mb = f"{peso / 1e6:.1f}".replace(".", ",")
    return (
        f"Lago: {juntados}{entero(hecho.vencidos)} snapshot(s) vencido(s) y "
        f"{entero(hecho.viejos + hecho.sueltos)} archivo(s) de sobra {como} borrado(s). Tiene "
        f"{entero(archivos)} archivo(s) (eran {entero(antes)}), {mb} MB y {entero(snapshots)} "
        "snapshot(s)."
    )
