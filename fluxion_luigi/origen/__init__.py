"""El origen: conectarse por ODBC a la base de una tienda, contar y leer en columnas."""
