SELECT base_id, cadena FROM identidad;
