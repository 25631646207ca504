-- Las columnas de una tabla o de una vista de esta base.
SELECT column_name FROM duckdb_columns()
WHERE database_name = current_database() AND schema_name = current_schema()
    AND table_name = $nombre;
