-- titulo: Un departamento que no vendió nada
-- severidad: aviso
-- significa: Un departamento que vende todos los días no tiene ese día ni una línea.
-- que_hacer: Vea si a sus productos les cambiaron el departamento en la tienda, o si su balanza o su caja
--   no subió las ventas. Si cerró, se dejará de decir en unas semanas.
WITH vistos AS (
    SELECT de AS dia, e.key AS departamento, count(*) AS dias, sum(e.value) AS lineas
    FROM (SELECT de, unnest(map_entries(departamentos)) AS e FROM referencia WHERE lineas > 0)
    GROUP BY ALL
)
SELECT
    d.dia, v.departamento, v.dias AS dias_que_vendio, u.dias AS dias_mirados,
    round(v.lineas / (u.dias * u.lineas) * d.lineas) AS lineas_esperadas
FROM dias AS d
JOIN usual AS u USING (dia)
JOIN vistos AS v USING (dia)
WHERE d.lineas > 0 AND v.dias >= 0.95 * u.dias
    AND v.lineas / (u.dias * u.lineas) * d.lineas >= 15
    AND NOT coalesce(map_contains(d.departamentos, v.departamento), false)
