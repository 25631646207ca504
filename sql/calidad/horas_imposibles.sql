-- titulo: Horas en que la tienda no vende
-- severidad: aviso
-- significa: Hay muchas líneas a horas a las que esa tienda no suele vender, o todas están a la misma:
--   el reloj de una caja está mal, o la hora se perdió por el camino.
-- que_hacer: Revise el reloj de esas cajas. Si la tienda de verdad abrió a otra hora, no hay nada que
--   hacer.
WITH usuales AS (
    -- Las de esa hora y las de sus dos vecinas: se cierra un poco antes, o un poco después.
    SELECT de AS dia, (e.key + vecina + 24) % 24 AS hora, sum(e.value) AS cuantas
    FROM (SELECT de, unnest(map_entries(horas)) AS e FROM referencia WHERE lineas > 0)
    CROSS JOIN (VALUES (-1), (0), (1)) AS v (vecina)
    GROUP BY ALL
), raras AS (
    SELECT
        h.dia, sum(e.value) AS cuantas, list(e.key ORDER BY e.key) AS horas,
        sum(coalesce(s.cuantas, 0)) / any_value(u.dias * u.lineas) AS parte_usual
    FROM (SELECT dia, unnest(map_entries(horas)) AS e FROM dias) AS h
    JOIN usual AS u USING (dia)
    LEFT JOIN usuales AS s ON s.dia = h.dia AND s.hora = e.key
    WHERE u.dias > 0 AND coalesce(s.cuantas, 0) < 0.02 * u.dias * u.lineas
    GROUP BY h.dia
)
SELECT
    dia, coalesce(r.cuantas, d.lineas) AS cuantas, coalesce(r.horas, map_keys(d.horas)) AS horas,
    d.lineas
FROM dias AS d
JOIN usual AS u USING (dia)
LEFT JOIN raras AS r USING (dia)
WHERE r.cuantas > 10 * r.parte_usual * d.lineas + greatest(0.08 * d.lineas, 10)
    OR (cardinality(d.horas) = 1 AND d.lineas >= 20 AND u.horas >= 4)
