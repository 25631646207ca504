-- En orden de fecha: así llegan también de una tienda, y así se leen menos al preguntar por unos días.
SELECT * FROM ventas_raw
WHERE ubicacion_id = $tienda AND fecha BETWEEN $desde AND $hasta
ORDER BY fecha;
