-- Una tanda: las filas [primera, fin) del archivo, que ya viene en orden de fecha.
INSERT INTO ventas_raw BY NAME
SELECT * EXCLUDE (file_row_number), $tienda AS ubicacion_id, $corrida AS corrida_id
FROM read_parquet($archivo, file_row_number = true, hive_partitioning = false)
WHERE file_row_number >= $primera AND file_row_number < $fin;
