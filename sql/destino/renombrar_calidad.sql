UPDATE calidad SET ubicacion_id = $a WHERE ubicacion_id = $de;
