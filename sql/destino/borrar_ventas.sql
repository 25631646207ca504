DELETE FROM ventas_raw WHERE ubicacion_id = $tienda AND fecha BETWEEN $desde AND $hasta;
