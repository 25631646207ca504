"""Lo que se lleva de una base a otra: los días de una tienda, todo o nada, y lo demás."""

from collections.abc import Mapping, Sequence
from datetime import date

from fluxion_luigi.conciliacion import Conteo, Conteos, exigir_iguales
from fluxion_luigi.destino.abierta import Base
from fluxion_luigi.destino.consultas import consulta, ejecutar
from fluxion_luigi.destino.transaccion import SI_CHOCA, transaccion
from fluxion_luigi.errores import ErrorIntegridad
from fluxion_luigi.esquema import SUMAS
from fluxion_luigi.periodos import Rango, describir

# Cómo se quitan de cada tabla los días que se van a poner.
DE_UN_DIA = {
    "ventas_raw": "borrar_ventas", "control_dias": "borrar_control",
    "dias_fallidos": "borrar_fallidos", "perfil_dias": "borrar_perfil",
    "calidad": "borrar_calidad",
}  # fmt: skip
# De lo que no es de un día, lo que hace que dos renglones sean el mismo.
SUELTAS = {
    "cargas": ("corrida_id", "ubicacion_id", "desde", "hasta", "cargado_en", "accion"),
    "origenes": ("ubicacion_id",),
    "revisiones": ("revision",),
    "feriados": ("pais", "dia"),
}
# Filas que viajan a la vez.
FILAS = 50_000


def exigir_controladas(base: Base) -> None:
    """Que cada venta sea de un día que el control nombra.

    Raises:
        ErrorIntegridad: si no; de esos días no se sabe si están enteros.
    """
    sueltos = base.hacer("traslado_sin_control")
    if sueltos:
        ids = sorted({str(t) for t, _ in sueltos})
        raise ErrorIntegridad(
            f"En {base.donde} hay ventas de {len(sueltos)} día(s) que su control no nombra, de "
            f"{', '.join(ids[:5])}. No se trasladó nada: corra VerificarIntegridad, que dice qué "
            "hacer con ellos, y repita la orden."
        )


def trasladar(de: Base, a: Base, tienda: str, tramos: Sequence[Rango]) -> int:
    """Pone en una base los días de una tienda como están en la otra, en una transacción.

    Returns:
        Cuántas filas de ventas.

    Raises:
        ErrorConciliacion: si lo que quedó no es lo que hay en la de antes; nada cambia.
        ErrorDestino, ErrorDisco: si alguna no pudo; nada cambia.
    """

    def poner() -> int:
        filas = 0
        with transaccion(a):
            for tramo in tramos:
                dias = {"tienda": tienda, "desde": tramo.desde, "hasta": tramo.hasta}
                for tabla, borrar in DE_UN_DIA.items():
                    a.hacer(borrar, **dias)
                    _pasar(de, a, tabla, dias)
                hay, puesto = contar(de, tienda, tramo), contar(a, tienda, tramo)
                exigir_iguales(hay, puesto, "trasladado", "en la de antes", f"{tienda}, {tramo}")
                filas += sum(c.filas for c in hay.values())
        return filas

    return SI_CHOCA(poner)


def trasladar_sueltas(de: Base, a: Base) -> None:
    """Pone lo que no es de un día y en la otra falta. Los mismos errores que `trasladar`."""

    def poner() -> None:
        with transaccion(a):
            for tabla, claves in SUELTAS.items():
                suyas, de_alla = (", ".join(f"{lado}.{c}" for c in claves) for lado in "od")
                poner = _texto(
                    a, "traslado_sueltas", tabla=tabla, claves=de_alla, suyas=suyas
                )  # fmt: skip
                _pasar(de, a, tabla, {}, poner)

    SI_CHOCA(poner)


def contar(base: Base, tienda: str, tramo: Rango) -> Conteos:
    """Filas y sumas de cada día de una tienda que tiene filas, según sus ventas."""
    dias = {"tienda": tienda, "desde": tramo.desde, "hasta": tramo.hasta}
    return {
        d: Conteo(n, total, dict(zip(SUMAS, sumas, strict=True)))
        for d, n, total, *sumas in base.hacer("contar_ventas", **dias)
    }


def exigir_las_mismas(de: Base, a: Base, dias: Mapping[str, Sequence[date]]) -> None:
    """Compara, ya confirmado todo, cada día de cada tienda.

    Raises:
        ErrorConciliacion: si alguno difiere; dice cuáles.
    """
    for tienda, suyos in dias.items():
        tramo, elegidos = Rango(min(suyos), max(suyos)), set(suyos)
        de_cada = [
            {d: c for d, c in contar(base, tienda, tramo).items() if d in elegidos}
            for base in (de, a)
        ]
        donde = f"{tienda}, {describir(suyos)}"
        exigir_iguales(*de_cada, "trasladado", "en la de antes", donde)


def _pasar(de: Base, a: Base, tabla: str, dias: dict, insertar: str = "") -> None:
    """Lo de una tabla, por partes y sin salir de sus columnas: la memoria no crece con el mes."""
    with de.en_palabras():
        if tabla == "ventas_raw":
            archivo, valores = "traslado_ventas", dias
        else:
            archivo = "traslado_dias" if dias else "traslado_tabla"
            valores = {"tabla": tabla, **dias}
        lotes = de.conexion.execute(consulta(de.sql, archivo), valores).to_arrow_reader(FILAS)
    with a.en_palabras():
        a.conexion.register("por_trasladar", lotes)
        try:
            ejecutar(a.conexion, insertar or _texto(a, "traslado_insertar", tabla=tabla))
        finally:
            a.conexion.unregister("por_trasladar")


def _texto(base: Base, archivo: str, **partes: str) -> str:
    return consulta(base.sql, archivo).format(**partes)
