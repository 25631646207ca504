-- Las líneas de los días en mano, aún en staging.
CREATE OR REPLACE TEMP VIEW lineas AS
FROM ventas_raw WHERE false  -- las columnas que su sistema no da también están, vacías
UNION ALL BY NAME
SELECT *, getvariable('tienda') AS ubicacion_id
FROM read_parquet(getvariable('archivos'), hive_partitioning = false);
