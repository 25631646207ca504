DELETE FROM dias_fallidos WHERE ubicacion_id = $tienda AND dia BETWEEN $desde AND $hasta;
