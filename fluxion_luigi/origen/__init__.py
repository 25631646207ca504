"""El origen: llegar a una tienda, contar y leer en columnas. Cada modo (ODBC, HTTP), un paquete."""
