-- titulo: Día lejos de lo usual
-- severidad: aviso
-- significa: Ese día se vendió mucho más, o mucho menos, que los demás días iguales de la semana de esa
--   tienda. No se miran los feriados ni sus vecinos, ni una tienda que acaba de abrir.
-- que_hacer: Pregunte en la tienda qué pasó (un apagón, una promoción, una caja que no subió sus ventas).
--   Si faltan ventas, recargue el día cuando estén.
WITH medidas AS (
    SELECT de, dia, ln(lineas + 1) AS lineas, ln(abs(total) + 1) AS total
    FROM referencia
    WHERE dayofweek(dia) = dayofweek(de)
), iguales AS (
    SELECT
        de AS dia, count(*) AS dias, median(lineas) AS lineas, mad(lineas) AS vaiven_lineas,
        median(total) AS total, mad(total) AS vaiven_total
    FROM medidas
    GROUP BY de
    HAVING count(*) >= 4 AND median(lineas) > ln(11)
), lejanias AS (
    SELECT
        dia, d.lineas, d.total, round(exp(i.lineas) - 1) AS lineas_usuales,
        round(exp(i.total) - 1, 2) AS total_usual,
        abs(ln(d.lineas + 1) - i.lineas)
            / greatest(1.4826 * vaiven_lineas, 0.1, sqrt(8 / exp(i.lineas))) AS de_lineas,
        abs(ln(abs(d.total) + 1) - i.total)
            / greatest(1.4826 * vaiven_total, 0.12, sqrt(10 / exp(i.lineas))) AS de_total
    FROM dias AS d
    JOIN iguales AS i USING (dia)
    JOIN usual AS u USING (dia)
    WHERE NOT u.feriado
)
SELECT dia, lineas, lineas_usuales, total, total_usual
FROM lejanias
WHERE de_lineas > 5 OR de_total > 5 OR lineas = 0
