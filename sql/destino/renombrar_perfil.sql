UPDATE perfil_dias SET ubicacion_id = $a WHERE ubicacion_id = $de;
