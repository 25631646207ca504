-- titulo: Una caja que no vendió nada
-- severidad: aviso
-- significa: Una caja que vende todos los días no tiene ese día ni una línea.
-- que_hacer: Pregunte si estuvo cerrada. Si no, sus ventas no han subido al servidor de la tienda:
--   recargue el día cuando estén.
WITH vistas AS (
    SELECT de AS dia, e.key AS caja, count(*) AS dias, sum(e.value) AS lineas
    FROM (SELECT de, unnest(map_entries(cajas)) AS e FROM referencia WHERE lineas > 0)
    GROUP BY ALL
)
SELECT
    d.dia, v.caja, v.dias AS dias_que_vendio, u.dias AS dias_mirados,
    round(v.lineas / (u.dias * u.lineas) * d.lineas) AS lineas_esperadas
FROM dias AS d
JOIN usual AS u USING (dia)
JOIN vistas AS v USING (dia)
WHERE d.lineas > 0 AND v.dias >= 0.95 * u.dias
    AND v.lineas / (u.dias * u.lineas) * d.lineas >= 30
    AND NOT coalesce(map_contains(d.cajas, v.caja), false)
