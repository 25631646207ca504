-- Las ventas de tan pocas filas que quedaron en el catálogo, a su archivo.
SELECT count(*) FROM ducklake_flush_inlined_data('lago', table_name => 'ventas_raw');
