-- Todas las tablas del archivo: un bloque dañado puede estar en cualquiera.
SELECT table_name FROM duckdb_tables()
WHERE database_name = current_database() AND schema_name = current_schema()
ORDER BY estimated_size, table_name;
