SELECT dia FROM perfil_dias WHERE ubicacion_id = $tienda;
