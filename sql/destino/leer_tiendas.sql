SELECT ubicacion_id, nombre, tipo, apertura, activa, en_catalogo FROM tiendas;
