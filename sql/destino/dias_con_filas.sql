-- Los días de esta tienda que hoy tienen filas, entre dos fechas.
SELECT dia FROM control_dias
WHERE ubicacion_id = $tienda AND dia BETWEEN $desde AND $hasta AND filas > 0
ORDER BY dia;
