-- Las columnas de las tablas y las vistas de esta base.
SELECT table_name, column_name FROM duckdb_columns()
WHERE database_name = current_database() AND schema_name = current_schema()
ORDER BY table_name, column_index;
