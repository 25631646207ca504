-- Con qué textos se hizo lo que hay; no cuenta una vista que alguien borró.
SELECT nombre, es_vista, huella FROM definiciones
WHERE NOT es_vista OR nombre IN (
    SELECT view_name FROM duckdb_views()
    WHERE database_name = current_database() AND schema_name = current_schema()
);
