UPDATE dias_fallidos SET ubicacion_id = $a WHERE ubicacion_id = $de;
