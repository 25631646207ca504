DELETE FROM origenes WHERE ubicacion_id = $tienda;
