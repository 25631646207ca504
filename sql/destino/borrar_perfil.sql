DELETE FROM perfil_dias WHERE ubicacion_id = $tienda AND dia BETWEEN $desde AND $hasta;
