SELECT
    fecha, count(*), coalesce(sum(total), 0), coalesce(sum(cantidad), 0),
    coalesce(sum(subtotal), 0), coalesce(sum(impuesto), 0)
FROM ventas_raw
WHERE ubicacion_id = $tienda AND fecha BETWEEN $desde AND $hasta
GROUP BY fecha;
