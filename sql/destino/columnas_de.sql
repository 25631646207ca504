-- Cuántas columnas trae un archivo de staging.
SELECT count(*) FROM parquet_schema($archivo) WHERE num_children IS NULL;
