-- Para la ventana que no llegó en orden de fecha, o de la que algún día se queda fuera: de una vez.
INSERT INTO ventas_raw BY NAME
SELECT *, $tienda AS ubicacion_id, $corrida AS corrida_id
FROM read_parquet($archivo, hive_partitioning = false)
WHERE NOT list_contains($fuera::DATE[], fecha)
ORDER BY fecha;
