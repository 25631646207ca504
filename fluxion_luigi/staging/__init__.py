"""El staging: ventanas ya leídas, en Parquet, a la espera de cargarse en el destino."""
