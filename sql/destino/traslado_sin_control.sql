-- Los días con ventas que el control no nombra: no se sabe si están enteros.
SELECT DISTINCT v.ubicacion_id, v.fecha
FROM ventas_raw AS v
LEFT JOIN control_dias AS c ON c.ubicacion_id = v.ubicacion_id AND c.dia = v.fecha
WHERE c.dia IS NULL
ORDER BY ALL;
