"""El destino: la base DuckDB, su tabla de control y la carga en una transacción."""
