-- Los archivos de una tienda y un mes son sólo suyos, y dentro van por fecha.
ALTER TABLE ventas_raw SET PARTITIONED BY (ubicacion_id, year(fecha), month(fecha));
ALTER TABLE ventas_raw SET SORTED BY (fecha);
-- Nada va en el catálogo, salvo lo que diga opciones.sql.
CALL lago.set_option('data_inlining_row_limit', 0);
