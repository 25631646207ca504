SELECT * FROM query_table($tabla)
WHERE ubicacion_id = $tienda AND dia BETWEEN $desde AND $hasta;
