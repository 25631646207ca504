UPDATE ventas_raw SET ubicacion_id = $a WHERE ubicacion_id = $de;
