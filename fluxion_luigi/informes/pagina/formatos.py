"""Los números y las fechas del informe, como se escriben en Venezuela."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from fluxion_luigi.informes.resumen import entero

MESES = ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
         "octubre", "noviembre", "diciembre")  # fmt: skip
DIAS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
# Lo que va junto no se parte entre dos renglones.
JUNTO = "\u00a0"
NADA = "·"
_MENOS = "\u2212"
_CENTIMO = Decimal("0.01")


def monto(texto: str) -> str:
    """`1234567.8950` → `1.234.567,90`."""
    redondo = Decimal(texto).quantize(_CENTIMO, ROUND_HALF_UP)
    return f"{redondo:,.2f}".translate(str.maketrans(",.-", f".,{_MENOS}"))


def cuenta(n: int, uno: str, varios: str | None = None) -> str:
    """`1 día`, `1.200 días`."""
    return f"{entero(n)}{JUNTO}{uno if n == 1 else varios or uno + 's'}"


def diferencia(n: int) -> str:
    """Con su signo: `+1.200`, `−3`, `0`."""
    return f"{'+' if n > 0 else ''}{entero(n)}".replace("-", _MENOS)


def diferencia_de_monto(texto: str) -> str:
    """Lo mismo, de un monto: `+1.200,50`."""
    return f"{'+' if Decimal(texto) > 0 else ''}{monto(texto)}"


def por_ciento(cobertura: str | None) -> str:
    """`99.98` → `99,98 %`; si no se debía ningún día, `·`."""
    return NADA if cobertura is None else f"{cobertura.replace('.', ',')}{JUNTO}%"


def por_ciento_corto(cobertura: str | None) -> str:
    """Sin decimales y sin redondear hacia arriba: `99.98` → `99`, `0.40` → `<1`."""
    if cobertura is None:
        return NADA
    valor = Decimal(cobertura)
    return "<1" if 0 < valor < 1 else str(int(valor))


def fecha(texto: str | None) -> str:
    """`2025-07-31` → `31/07/2025`."""
    return f"{date.fromisoformat(texto):%d/%m/%Y}" if texto else NADA


def tramo(desde: str, hasta: str) -> str:
    """`10/06/2025`, o `10/06/2025 a 12/06/2025`."""
    return fecha(desde) if desde == hasta else f"{fecha(desde)} a {fecha(hasta)}"


def mes(texto: str) -> str:
    """`2025-07` → `jul 2025`."""
    return f"{mes_corto(texto)}{JUNTO}{texto[:4]}"


def mes_corto(texto: str) -> str:
    """`2025-07` → `jul`."""
    return MESES[int(texto[5:7]) - 1][:3]


def fecha_larga(instante: str) -> str:
    """`viernes 1 de agosto de 2025`."""
    d = datetime.fromisoformat(instante)
    return f"{DIAS[d.weekday()]} {d.day} de {MESES[d.month - 1]} de {d.year}"


def hora(instante: str) -> str:
    """`6:10 a. m.`, en la zona que traiga el instante."""
    d = datetime.fromisoformat(instante)
    return f"{d.hour % 12 or 12}:{d:%M}{JUNTO}{'a' if d.hour < 12 else 'p'}.{JUNTO}m."


def instante(texto: str | None) -> str:
    """`01/08/2025, 6:10 a. m.`."""
    return f"{fecha(texto[:10])}, {hora(texto)}" if texto else NADA


def duracion(segundos: float | None) -> str:
    """`4,3 s`, `12 min 5 s`, `1 h 3 min`."""
    if segundos is None:
        return NADA
    if segundos < 60:
        return f"{segundos:.1f}".replace(".", ",") + f"{JUNTO}s"
    minutos, s = divmod(round(segundos), 60)
    horas, m = divmod(minutos, 60)
    partes = [(horas, "h"), (m, "min")] if horas else [(m, "min"), (s, "s")]
    return " ".join(f"{n}{JUNTO}{unidad}" for n, unidad in partes if n)
