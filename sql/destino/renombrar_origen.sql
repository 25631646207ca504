UPDATE origenes SET ubicacion_id = $a WHERE ubicacion_id = $de;
