-- Las líneas de los días en mano, aún en staging.
CREATE OR REPLACE TEMP VIEW lineas AS
SELECT *, getvariable('tienda') AS ubicacion_id
FROM read_parquet(getvariable('archivos'), hive_partitioning = false);
