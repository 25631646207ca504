DELETE FROM calidad WHERE ubicacion_id = $tienda AND dia BETWEEN $desde AND $hasta;
