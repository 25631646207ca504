-- Lo que de verdad hay en ventas_raw: por tienda, día y corrida, sus filas y sus sumas.
SELECT
    ubicacion_id, fecha, corrida_id, count(*), coalesce(sum(total), 0), coalesce(sum(cantidad), 0),
    coalesce(sum(subtotal), 0), coalesce(sum(impuesto), 0)
FROM ventas_raw
WHERE fecha BETWEEN $desde AND $hasta
    AND (len($tiendas::VARCHAR[]) = 0 OR list_contains($tiendas::VARCHAR[], ubicacion_id))
    AND ubicacion_id IS NOT NULL
GROUP BY ALL;
