SELECT ubicacion_id, dia, filas, total, extraido_en, corrida_id FROM control_dias;
