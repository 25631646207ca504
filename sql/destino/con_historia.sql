SELECT DISTINCT ubicacion_id FROM control_dias;
