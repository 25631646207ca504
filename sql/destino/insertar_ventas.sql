INSERT INTO ventas_raw BY NAME
SELECT *, $tienda AS ubicacion_id, $corrida AS corrida_id FROM read_parquet($archivo);
