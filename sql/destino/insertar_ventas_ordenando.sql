-- Para la ventana que no llegó en orden de fecha: entera, de una vez.
INSERT INTO ventas_raw BY NAME
SELECT *, $tienda AS ubicacion_id, $corrida AS corrida_id
FROM read_parquet($archivo, hive_partitioning = false)
ORDER BY fecha;
