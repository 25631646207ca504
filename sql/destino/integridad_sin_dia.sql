-- Las filas que no son de ninguna tienda o de ningún día: ninguna carga las pone.
SELECT count(*) FROM ventas_raw WHERE fecha IS NULL OR ubicacion_id IS NULL;
