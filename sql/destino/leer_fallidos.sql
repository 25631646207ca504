SELECT ubicacion_id, dia, causa FROM dias_fallidos;
