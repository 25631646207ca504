SELECT fecha, count(*), coalesce(sum(total), 0) FROM ventas_raw
WHERE ubicacion_id = $tienda AND fecha BETWEEN $desde AND $hasta
GROUP BY fecha;
