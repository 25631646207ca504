-- Las líneas de un día, tal como quedaron.
SELECT * FROM ventas_raw WHERE ubicacion_id = $tienda AND fecha = $dia;
