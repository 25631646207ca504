-- Ese archivo es desde ahora de ventas_raw, y del lago.
CALL ducklake_add_data_files('lago', 'ventas_raw', $archivo, hive_partitioning => true, allow_missing => true);
